// Package embedded joins the mock bank and the configuration: it writes down,
// as files, what a TPP needs to use a bank that runs here. It is the only
// place that knows both sides; it translates and decides nothing.
package embedded

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"obconform/harness/mockbank"
)

// ConfigFile is the name of the configuration that WriteCredentials leaves.
const ConfigFile = "config.json"

// CurveKeyFile is the name of the client's other signing key, on P-256, that a
// configuration can name to sign ES256; its kid is the credentials' CurveKeyID.
const CurveKeyFile = "signing-key-p256.pem"

// Bank is a mock bank that serves on loopback, with a configuration for it in
// a folder of its own.
type Bank struct {
	// Config is the path of the configuration file.
	Config string
	server *mockbank.Server
	dir    string
}

// Start starts a mock bank over TLS on a loopback port of its own and writes
// its credentials to a temporary folder. The error says which step failed.
func Start(options mockbank.Options) (*Bank, error) {
	options.TLS = true
	dir, err := os.MkdirTemp("", "obconform-bank-")
	if err != nil {
		return nil, err
	}
	bank := &Bank{dir: dir}
	if err := bank.serve(options); err != nil {
		bank.Close()
		return nil, fmt.Errorf("the embedded mock bank: %w", err)
	}
	return bank, nil
}

func (b *Bank) serve(options mockbank.Options) error {
	bank, err := mockbank.New(options)
	if err != nil {
		return err
	}
	if b.server, err = bank.Start("127.0.0.1:0"); err != nil {
		return err
	}
	b.Config, err = WriteCredentials(b.dir, "embedded mock bank", b.server.URL(), bank.Credentials())
	return err
}

// Close stops the bank and removes its credentials.
func (b *Bank) Close() {
	if b.server != nil {
		_ = b.server.Close() // nobody is left to be told
	}
	_ = os.RemoveAll(b.dir)
}

// WriteCredentials writes all that a TPP needs to use the bank into the folder
// (keys, certificates, software statements, codes, and a configuration that
// names them) and answers the configuration's path. The files are readable by
// their owner only.
func WriteCredentials(dir, name, baseURL string, c mockbank.Credentials) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	w := writer{dir: dir}
	document := w.document(name, baseURL, c)
	data, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return "", err
	}
	w.file(ConfigFile, string(data)+"\n")
	return filepath.Join(dir, ConfigFile), w.err
}

// writer writes files until one fails.
type writer struct {
	dir string
	err error
}

// file writes one file and answers its name; empty content writes nothing.
func (w *writer) file(name, content string) string {
	if w.err != nil || content == "" {
		return ""
	}
	w.err = os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600)
	return name
}

// secret writes a secret's file and answers how a configuration refers to it.
func (w *writer) secret(name, value string) map[string]string {
	return map[string]string{"file": w.file(name, value)}
}
