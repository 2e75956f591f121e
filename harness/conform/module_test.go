package conform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// userTest is a test as another project would have it.
const userTest = `package client_test

import (
	"net/http"
	"testing"

	"github.com/onsi/gomega"

	"obconform/harness/conform"
	"obconform/harness/contract"
	"obconform/harness/mockbank"
)

func TestAccounts(t *testing.T) {
	bank := conform.NewBank(t, mockbank.Options{TLS: true, Faults: []string{FAULTS}})
	request, err := http.NewRequest("GET", bank.URL+"/open-banking/v3.1/aisp/accounts", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bank.CustomerToken("accounts"))
	response, err := bank.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	gomega.NewWithT(t).Expect(response).To(conform.ConformTo(contract.ListAccounts))
}
`

// The module's name is no address: a project that has a checkout uses it by a
// replace directive or by a workspace, as the package comment says.
func TestAnotherModuleUsesIt(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	// Without the network: what the project would have from go mod tidy are the
	// versions that this module has.
	required := strings.Replace(string(ours[strings.Index(string(ours), "\ngo "):]), "tool github.com", "// ", 1)
	for name, c := range map[string]struct{ mod, work, faults, want string }{
		"by a replace directive": {mod: "module example.org/client\n" + required + "\nrequire obconform v0.0.0\n\nreplace obconform => " + root + "\n", want: "ok  "},
		"by a workspace":         {mod: "module example.org/client\n\ngo 1.25.0\n", work: "go 1.25.0\n\nuse (\n\t.\n\t" + root + "\n)\n", want: "ok  "},
		"and it fails": {mod: "module example.org/client\n\ngo 1.25.0\n", work: "go 1.25.0\n\nuse (\n\t.\n\t" + root + "\n)\n",
			faults: `"com-body-account-without-type"`, want: "COM-BODY (doc, breach)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
			if err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{"go.mod": c.mod, "go.work": c.work, "go.sum": string(sums), "client_test.go": strings.Replace(userTest, "FAULTS", c.faults, 1)} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			command := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./...")
			command.Dir = dir
			command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=")
			out, err := command.CombinedOutput()
			if !strings.Contains(string(out), c.want) || (err == nil) != (c.faults == "") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
