package dist_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// scripts are the shell scripts of a recipe.
func scripts(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "ci", name))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	if !strings.HasSuffix(name, ".yml") { // Groovy
		for _, literal := range regexp.MustCompile(`(?s)'''(.*?)'''`).FindAllStringSubmatch(string(text), -1) {
			found = append(found, strings.ReplaceAll(literal[1], `\\`, `\`))
		}
		return found
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	var walk func(node *yaml.Node)
	walk = func(node *yaml.Node) {
		if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "\n") {
			found = append(found, node.Value)
		}
		for _, child := range node.Content {
			walk(child)
		}
	}
	walk(&document)
	return found
}

// scriptWith is the only script of a recipe that runs this command.
func scriptWith(t *testing.T, name, command string) string {
	t.Helper()
	var found []string
	for _, script := range scripts(t, name) {
		if strings.Contains(script, command) {
			found = append(found, script)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s: %d scripts have %q", name, len(found), command)
	}
	return found[0]
}

// checkout is a user's repository with the binary in it, and a make whose
// integration tests are that shell line.
func checkout(t *testing.T, tests string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"bin/make": "#!/bin/sh\n" + tests + "\n", "conformance/sandbox.json": "{}"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(first.binary, filepath.Join(dir, "obconform")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// shell runs a script as a CI does: it ends at the first command that fails.
func shell(t *testing.T, dir, script string, environ ...string) (out string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", script)
	command.Dir, command.WaitDelay = dir, 5*time.Second
	command.Env = append([]string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin", "RUNNER_TEMP=" + dir, "GITHUB_OUTPUT=" + filepath.Join(dir, "output")}, environ...)
	var both bytes.Buffer
	command.Stdout, command.Stderr = &both, &both
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return both.String(), command.ProcessState.ExitCode()
}

// recipes are the files, with the status of a script for a run that ended with 3.
var recipes = map[string]int{"github-actions.yml": 0, "gitlab-ci.yml": 3, "azure-pipelines.yml": 0, "Jenkinsfile": 3}

// freePort is a port of loopback that nobody listens at.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// The client's tests find the mock bank there; they, and what it says of the
// client, decide.
func TestRecipesServeTheMockBankToTheClientsTests(t *testing.T) {
	for name := range recipes {
		script := scriptWith(t, name, "./obconform mock ")
		const required, visit = "DeleteAccountAccessConsent", `test "$1" = integration-test && test -s bank/config.json &&
			exec curl --fail --silent --show-error "${2#BANK=}/open-banking/v3.0/.well-known/openid-configuration"`
		for _, c := range []struct {
			tests, required string
			passes          bool
			says            string
		}{
			{visit, "GetDiscovery", true, "PASSED"},
			{visit, required, false, required}, // which no test exercised
			{"echo the client is wrong; exit 5", "GetDiscovery", false, "the client is wrong"},
		} {
			port := freePort(t)
			dir := checkout(t, c.tests)
			out, status := shell(t, dir, strings.NewReplacer("8443", port, required, c.required).Replace(script))
			if (status == 0) != c.passes || !strings.Contains(out, c.says) {
				t.Errorf("%s with tests %q: exit status %d\n%s", name, c.tests, status, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "reports", "junit.xml")); err != nil {
				t.Errorf("%s with tests %q: %v", name, c.tests, err)
			}
			if connection, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
				_ = connection.Close()
				t.Errorf("%s with tests %q: the mock bank is still there", name, c.tests)
			}
		}
	}
}

// The nightly run takes its secrets from the environment, makes the first
// baseline by itself, and tells a sandbox that is not there from a bad one.
func TestRecipesRunTheSuites(t *testing.T) {
	bank, address := sandbox(t)
	for name, unstable := range recipes {
		script := scriptWith(t, name, "./obconform run ")
		script = strings.Replace(script, "./obconform run ", "./obconform run --smoke ", 1) // which shows as much
		dir := checkout(t, "exit 1")
		key, err := os.ReadFile(filepath.Join(filepath.Dir(bank), "signing-key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		keyFile := filepath.Join(dir, "key.pem")
		if err := os.WriteFile(keyFile, key, 0o600); err != nil {
			t.Fatal(err)
		}
		environ := append(clientOf(t, bank, filepath.Join(dir, "conformance", "sandbox.json"), address),
			"OBCONFORM_CLIENT_SIGNING_KEY_FILE="+keyFile)
		switch name { // where the file, or its text, comes from a variable of the user's
		case "gitlab-ci.yml":
			environ = append(environ[:len(environ)-1], "SIGNING_KEY="+keyFile)
		case "github-actions.yml":
			environ = append(environ[:len(environ)-1], "SIGNING_KEY="+string(key))
		}
		out, status := shell(t, dir, script, environ...)
		if status != 0 || !strings.Contains(out, "PASSED") {
			t.Errorf("%s: exit status %d\n%s", name, status, out)
		}
		for _, file := range []string{"baseline/known.json", "reports*/junit.xml"} {
			if found, err := filepath.Glob(filepath.Join(dir, file)); err != nil || len(found) != 1 {
				t.Errorf("%s: %s: %q, %v", name, file, found, err)
			}
		}
		clientOf(t, bank, filepath.Join(dir, "conformance", "sandbox.json"), "http://127.0.0.1:"+freePort(t))
		if out, status := shell(t, dir, script, environ...); status != unstable || unstable == 0 && !strings.Contains(out, "Unstable") {
			t.Errorf("%s without a sandbox: exit status %d, want %d\n%s", name, status, unstable, out)
		}
	}
}

// sandbox is a bank that is there for the whole test; it answers the path of
// the configuration for it, and its address.
func sandbox(t *testing.T) (config, address string) {
	t.Helper()
	dir := t.TempDir()
	address = "http://127.0.0.1:" + freePort(t)
	bank := exec.Command(first.binary, "mock", "--addr", strings.TrimPrefix(address, "http://"), "--credentials", dir)
	bank.Dir = dir
	if err := bank.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bank.Process.Kill(); _ = bank.Wait() }) // nothing is left to be told
	config = filepath.Join(dir, "config.json")
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(config); err == nil {
			return config, address
		}
		if time.Now().After(end) {
			t.Fatal("the bank writes no configuration")
		}
	}
}

// clientOf writes the configuration as a user keeps it: other files by absolute
// paths, and the client's secret in a variable, which it answers.
func clientOf(t *testing.T, config, to, address string) (environ []string) {
	t.Helper()
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(config)
	var absolute func(value any)
	absolute = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if file, ok := v["file"].(string); ok {
				v["file"] = filepath.Join(dir, file)
			}
			for _, member := range v {
				absolute(member)
			}
		}
	}
	absolute(document)
	client := document["client"].(map[string]any)
	secret, err := os.ReadFile(client["secret"].(map[string]any)["file"].(string))
	if err != nil {
		t.Fatal(err)
	}
	client["secret"] = map[string]any{"env": "CLIENT_SECRET"}
	document["target"].(map[string]any)["baseUrl"] = address
	if data, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{fmt.Sprintf("CLIENT_SECRET=%s", strings.TrimSpace(string(secret)))}
}
