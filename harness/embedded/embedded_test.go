package embedded_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"obconform/harness/config"
	"obconform/harness/embedded"
	"obconform/harness/mockbank"
)

func TestStartedBankHasAConfigurationThatLoads(t *testing.T) {
	bank, err := embedded.Start(mockbank.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer bank.Close()
	cfg, err := config.Load(bank.Config, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(cfg.Target.BaseURL, "https://127.0.0.1:") || cfg.TLS.CAFile == "" || cfg.TLS.CertificateFile == "" || cfg.TLS.KeyFile == "" {
		t.Errorf("the target is %s, with %+v", cfg.Target.BaseURL, cfg.TLS)
	}
	checkPrivate(t, filepath.Dir(bank.Config))
	bank.Close()
	if _, err := os.Stat(filepath.Dir(bank.Config)); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// checkPrivate holds that nobody but the owner can read what is in the folder,
// and that the configuration itself shows no secret.
func checkPrivate(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %s", path, info.Mode())
		}
		if !entry.IsDir() {
			files++
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Errorf("%d files (%v)", files, err)
	}
}

func TestWrittenCredentials(t *testing.T) {
	for name, options := range map[string]mockbank.Options{"plain": {}, "TLS": {TLS: true}} {
		t.Run(name, func(t *testing.T) {
			bank, err := mockbank.New(options)
			if err != nil {
				t.Fatal(err)
			}
			server, err := bank.Start("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = server.Close() }()
			dir := filepath.Join(t.TempDir(), "new", "folder")
			credentials := bank.Credentials()
			path, err := embedded.WriteCredentials(dir, "the bank", server.URL(), credentials)
			if err != nil {
				t.Fatal(err)
			}
			if path != filepath.Join(dir, embedded.ConfigFile) {
				t.Errorf("the configuration is %s", path)
			}
			cfg, err := config.Load(path, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkPrivate(t, dir)
			checkConfig(t, cfg, credentials)
			if cfg.Target.BaseURL != server.URL() || cfg.Target.Name != "the bank" || (cfg.TLS.CAFile != "") != options.TLS {
				t.Errorf("the target is %+v, TLS %+v", cfg.Target, cfg.TLS)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range cfg.Secrets() {
				if strings.Contains(string(data), secret) {
					t.Errorf("the configuration file shows a secret")
				}
			}
		})
	}
}

// checkConfig holds the loaded configuration against what the bank has told.
func checkConfig(t *testing.T, cfg config.Config, c mockbank.Credentials) {
	t.Helper()
	codes := cfg.Consents.Codes
	for name, pair := range map[string][2]string{
		"client id":         {cfg.Client.ID.Reveal(), c.ClientID},
		"client secret":     {cfg.Client.Secret.Reveal(), c.ClientSecret},
		"second id":         {cfg.SecondClient.ID.Reveal(), c.SecondClientID},
		"second secret":     {cfg.SecondClient.Secret.Reveal(), c.SecondClientSecret},
		"statement":         {cfg.Registration.SoftwareStatement.Reveal(), c.SoftwareStatement},
		"expired":           {cfg.Registration.ExpiredSoftwareStatement.Reveal(), c.ExpiredSoftwareStatement},
		"foreign":           {cfg.Registration.ForeignSoftwareStatement.Reveal(), c.ForeignSoftwareStatement},
		"untrusted":         {cfg.Registration.UntrustedSoftwareStatement.Reveal(), c.UntrustedSoftwareStatement},
		"software id":       {cfg.Registration.SoftwareID, c.SoftwareID},
		"audience":          {cfg.Registration.Audience, c.Audience},
		"kid":               {cfg.Client.SigningKeyID, c.SigningKeyID},
		"redirect URI":      {cfg.Client.RedirectURI, c.RedirectURIs[0]},
		"account":           {cfg.Fixtures.DebtorAccount.Identification, c.DebtorAccount.Identification},
		"scheme":            {cfg.Fixtures.DebtorAccount.SchemeName, c.DebtorAccount.SchemeName},
		"account name":      {cfg.Fixtures.DebtorAccount.Name, c.DebtorAccount.Name},
		"currency":          {cfg.Fixtures.Currency, c.DebtorAccount.Currency},
		"foreign account":   {cfg.Fixtures.ForeignAccountID, c.ForeignAccountID},
		"code accounts":     {codes.Accounts.Reveal(), c.Codes["accounts"]},
		"code funds":        {codes.Funds.Reveal(), c.Codes["fundsconfirmations"]},
		"code basic":        {codes.Basic.Reveal(), c.Codes["basic"]},
		"code detail":       {codes.Detail.Reveal(), c.Codes["detail"]},
		"code rejected":     {codes.Rejected.Reveal(), c.Codes["rejected"]},
		"code revoked":      {codes.Revoked.Reveal(), c.Codes["revoked"]},
		"code expired":      {codes.Expired.Reveal(), c.Codes["expired"]},
		"code nopermission": {codes.NoPermission.Reveal(), c.Codes["nopermission"]},
	} {
		if pair[0] != pair[1] || pair[0] == "" {
			t.Errorf("%s: the configuration has %q, the bank %q", name, pair[0], pair[1])
		}
	}
	if cfg.Fixtures.MinimumAccounts != c.AccountCount || len(cfg.Provoke) != len(c.Provoke) || len(c.Provoke) == 0 {
		t.Errorf("%d accounts of %d, %d provocations of %d", cfg.Fixtures.MinimumAccounts, c.AccountCount, len(cfg.Provoke), len(c.Provoke))
	}
	statuses := make([]int, 0, len(cfg.Provoke))
	for _, provocation := range cfg.Provoke {
		statuses = append(statuses, provocation.Status)
		if len(provocation.Headers) != 1 {
			t.Errorf("%d is provoked by %v", provocation.Status, provocation.Headers)
		}
	}
	if !slices.IsSorted(statuses) {
		t.Errorf("the provocations are not in order: %v", statuses)
	}
}

func TestUnwritableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	bank, err := mockbank.New(mockbank.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.WriteCredentials(filepath.Join(file, "x"), "n", "http://127.0.0.1:1", bank.Credentials()); err == nil {
		t.Error("a folder below a file was made")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, embedded.ConfigFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.WriteCredentials(dir, "n", "http://127.0.0.1:1", bank.Credentials()); err == nil || !strings.Contains(err.Error(), embedded.ConfigFile) {
		t.Errorf("a configuration was written over a folder: %v", err)
	}
}

func TestBankThatCannotStartLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if bank, err := embedded.Start(mockbank.Options{PageSize: -1}); err == nil {
		bank.Close()
		t.Fatal("a bank of senseless options has started")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
