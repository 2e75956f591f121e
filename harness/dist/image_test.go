package dist_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What harness/Containerfile puts into the image is all that a run needs: its
// files, laid out here without an engine, its user and its folder.
func TestTheFilesOfTheImageAreEnough(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the root folder of a process")
	}
	recipe, err := os.ReadFile("../Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.MkdirTemp("/tmp", "image-") // every folder above must be open to the user
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) }) // what stays behind is the machine's to clean
	stage := string(recipe)[strings.Index(string(recipe), "FROM scratch"):]
	copies := regexp.MustCompile(`(?m)^COPY (?:--from=files )?(?:--chown=(\S+) )?(\S+) (\S+)$`).FindAllStringSubmatch(stage, -1)
	if len(copies) != 4 {
		t.Fatalf("%q", copies)
	}
	for _, copied := range copies {
		owner, from, to := copied[1], copied[2], filepath.Join(root, copied[3])
		switch {
		case from == "/empty":
			lay(t, "mkdir", to)
		case strings.HasPrefix(from, "obconform_"):
			lay(t, "cp", first.binary, to)
		default: // the machine's own authorities stand for those of the first stage
			lay(t, "install", "-D", "-m", "644", "/etc/ssl/certs/ca-certificates.crt", to)
		}
		if owner != "" {
			lay(t, "chown", owner, to)
		}
	}
	lay(t, "chmod", "755", root)
	lay(t, "mkdir", filepath.Join(root, "proc")) // every engine brings it
	user := regexp.MustCompile(`(?m)^USER (\d+:\d+)$`).FindStringSubmatch(stage)
	if user == nil || strings.HasPrefix(user[1], "0:") {
		t.Fatalf("the user is %q", user)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	script := `mount -t proc proc "$1/proc" && exec chroot --userspec="$2" "$1" /obconform run --smoke --reports /data/reports`
	command := exec.CommandContext(ctx, "unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", root, user[1])
	command.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	out, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("PASSED")) {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(root, "data", "reports", "results.json")); err != nil {
		t.Error(err)
	}
}

// lay runs one command that lays out the image.
func lay(t *testing.T, command ...string) {
	t.Helper()
	if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", command, err, out)
	}
}
