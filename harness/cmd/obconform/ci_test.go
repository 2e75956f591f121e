//go:build unix

package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// within runs the program in an environment of its own and answers what it
// prints on standard output.
func within(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}, environ...)
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// Each CI gets its reports by itself, a flag gives or denies them anywhere.
func TestReportsOfACI(t *testing.T) {
	t.Parallel()
	bank := mockFor(t, "--fault", "com-body-account-without-type")
	for name, one := range map[string]struct {
		environ, args []string
		files         []string
		annotated     bool
		step          bool
	}{
		"nowhere":          {},
		"GitHub":           {environ: []string{"GITHUB_ACTIONS=true"}, files: []string{"summary.md"}, annotated: true, step: true},
		"GitLab":           {environ: []string{"GITLAB_CI=true"}, files: []string{"gl-code-quality-report.json", "summary.md"}},
		"asked for":        {args: []string{"--markdown=always", "--annotations=always", "--code-quality=always"}, files: []string{"gl-code-quality-report.json", "summary.md"}, annotated: true},
		"denied on GitHub": {environ: []string{"GITHUB_ACTIONS=true"}, args: []string{"--markdown=never", "--annotations=never"}},
		"denied on GitLab": {environ: []string{"GITLAB_CI=true"}, args: []string{"--markdown=never", "--code-quality=never"}},
		"no CI in earnest": {environ: []string{"GITHUB_ACTIONS=false", "GITLAB_CI=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, step := t.TempDir(), filepath.Join(t.TempDir(), "step.md")
			if err := os.WriteFile(step, []byte("of another step\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			out := within(t, append(one.environ, "GITHUB_STEP_SUMMARY="+step),
				append([]string{"run", "--config", bank, "--reports", dir, "--label-filter", "clause:ACC-LIST-200"}, one.args...)...)
			var files []string
			for _, file := range []string{"gl-code-quality-report.json", "summary.md"} {
				if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
					files = append(files, file)
				}
			}
			if !slices.Equal(files, one.files) {
				t.Errorf("%q, expected %q", files, one.files)
			}
			if got := strings.Contains(out, "\n::error title=obconform%3A COM-BODY failed::"); got != one.annotated {
				t.Errorf("annotated: %v in\n%s", got, out)
			}
			written := string(readFile(t, step))
			if got := strings.Contains(written, "# obconform: failed"); got != one.step || !strings.HasPrefix(written, "of another step\n") {
				t.Errorf("the step's summary: %s", written)
			}
			if slices.Contains(files, "gl-code-quality-report.json") {
				var issues []struct{ Fingerprint string }
				if err := json.Unmarshal(readFile(t, filepath.Join(dir, "gl-code-quality-report.json")), &issues); err != nil || len(issues) == 0 {
					t.Errorf("%v, %d issues", err, len(issues))
				}
			}
		})
	}
}

var stopped = regexp.MustCompile(`(?s)^::stop-commands::([0-9a-f-]{36})\n(.*)\n::([0-9a-f-]{36})::\n`)

// What a bank has sent stands where GitHub takes no commands, and the word that
// ends that is not to be guessed.
func TestGitHubTakesNoCommandsFromTheBank(t *testing.T) {
	t.Parallel()
	words := map[string]bool{}
	for range 2 {
		out := within(t, []string{"GITHUB_ACTIONS=true"}, "run", "--reports", t.TempDir(), "--smoke")
		parts := stopped.FindStringSubmatch(out)
		if parts == nil || parts[1] != parts[3] || !strings.Contains(parts[2], "PASSED") {
			t.Fatalf("the summary is not between stop-commands and its end:\n%s", out)
		}
		words[parts[1]] = true
	}
	if len(words) != 2 {
		t.Error("the word is the same in every run")
	}
}

func TestHowMuchIsPrinted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	quiet := within(t, nil, "run", "--reports", dir, "--smoke", "--quiet")
	if lines := strings.Split(strings.TrimSpace(quiet), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], "PASSED") || !strings.HasPrefix(lines[2], "reports: ") {
		t.Errorf("%q", quiet)
	}
	for _, one := range []struct {
		environ, args []string
		colours       bool
	}{
		{}, {args: []string{"--color=always"}, colours: true}, {environ: []string{"NO_COLOR=1"}, args: []string{"--color=always"}, colours: true}, {args: []string{"--color=never"}},
	} {
		out := within(t, one.environ, append([]string{"run", "--reports", dir, "--smoke"}, one.args...)...)
		if got := strings.Contains(out, "\x1b["); got != one.colours {
			t.Errorf("%q %q: colours %v", one.environ, one.args, got)
		}
	}
	obconform(t, "run", "--quiet", "--verbose").wantStatus(t, 2)
	obconform(t, "run", "--color", "red").wantStatus(t, 2)
}
