// Command frontpage makes the pictures of the README: what a run at a bank with
// one fault prints on a terminal, and the page that it writes.
//
//	go run ./frontpage path/to/obconform FOLDER
package main

import (
	"bufio"
	"context"
	"fmt"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/buildkite/terminal-to-html/v3"
	"github.com/chromedp/chromedp"

	"obconform/harness/browser"
)

// fault is what the bank of the pictures does wrong.
const fault = "aac-201-echo-drops-a-permission"

// patience is how long the program may take.
const patience = 2 * time.Minute

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: frontpage OBCONFORM FOLDER")
		os.Exit(2)
	}
	if err := pictures(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "frontpage:", err)
		os.Exit(1)
	}
}

func pictures(binary, folder string) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "frontpage-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	printed, err := run(binary, work)
	if err != nil {
		return err
	}
	screen := filepath.Join(work, "screen.html")
	if err := write(screen, shown(printed)); err != nil {
		return err
	}
	return shoot(work, map[string]string{screen: filepath.Join(folder, "terminal.png"),
		filepath.Join(work, "reports", "report.html"): filepath.Join(folder, "page.png")})
}

// run runs the suites on a bank with the fault, and answers what they print.
func run(binary, work string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	bank := exec.CommandContext(ctx, binary, "mock", "--fault", fault, "--addr", "127.0.0.1:0", "--credentials", "bank")
	bank.Dir, bank.Stderr = work, os.Stderr
	out, err := bank.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := bank.Start(); err != nil {
		return "", err
	}
	defer func() { _ = bank.Process.Kill(); _ = bank.Wait() }() // nothing is left of it but its folder
	for lines := bufio.NewScanner(out); ; {
		if !lines.Scan() {
			return "", fmt.Errorf("the mock bank ended before it served: %w", lines.Err())
		}
		if strings.Contains(lines.Text(), " serves ") {
			break
		}
	}
	suites := exec.CommandContext(ctx, binary, "run", "--config", filepath.Join("bank", "config.json"), "--color", "always", "--reports", "reports")
	suites.Dir = work
	printed, _ := suites.Output() // it fails, as it should: what it printed says so
	if status := suites.ProcessState.ExitCode(); status != 1 {
		return "", fmt.Errorf("the run ended with status %d, want 1:\n%s", status, printed)
	}
	return string(printed), nil
}

// shown is the part of the output that fits on a picture: its head, the failure
// without its evidence, and the verdict.
func shown(printed string) string {
	const most = 132 // characters of a line
	lines := []string{"$ obconform run --config bank/config.json"}
	section := "head"
	for line := range strings.Lines(printed) {
		line = strings.TrimRight(line, "\n")
		switch text := strings.TrimSpace(line); {
		case strings.HasPrefix(text, "time to answer"):
			section = ""
		case text == "Failures":
			section = "failures"
		case strings.HasPrefix(text, "evidence:") && section != "":
			lines, section = append(lines, line, ""), ""
		case strings.Contains(text, "FAILED:"):
			section = "verdict"
		}
		if section == "" {
			continue
		}
		if runes := []rune(line); len(runes) > most {
			line = string(runes[:most-2]) + " …"
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

var page = template.Must(template.New("screen").Parse(`<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #16181d; color: #d8dce4; }
pre { margin: 0; padding: 20px 24px; font: 13px/1.5 "DejaVu Sans Mono", "Liberation Mono", monospace; display: inline-block; }
.term-fg31 { color: #ff7b72; } .term-fg32 { color: #7ee787; } .term-fg33 { color: #e3b341; } .term-fg35 { color: #d2a8ff; } .term-fg1 { font-weight: bold; }
</style><pre>{{.}}</pre>
`))

func write(path, text string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := page.Execute(file, template.HTML(terminal.Render([]byte(text)))); err != nil { // #nosec G203 -- the renderer escapes
		return err
	}
	return file.Close()
}

// shoot takes a picture of each page: of the terminal all, of the report what
// fits on a screen.
func shoot(work string, pictures map[string]string) error {
	ctx, stop, err := browser.Start(filepath.Join(work, "profile"))
	if err != nil {
		return err
	}
	defer stop()
	for file, picture := range pictures {
		tab, err := browser.NewTab(ctx)
		if err != nil {
			return err
		}
		if err := one(tab, file, picture); err != nil {
			return fmt.Errorf("%s: %w", picture, err)
		}
		tab.Close()
	}
	return nil
}

func one(tab *browser.Tab, file, picture string) error {
	if err := tab.Look(1280, 860, "light"); err != nil {
		return err
	}
	if err := tab.Open(file); err != nil {
		return err
	}
	size, err := chromedp.Run(tab.Context, chromedp.Evaluate[[]int64](
		`(e => e ? [Math.ceil(e.offsetWidth), Math.ceil(e.offsetHeight)] : [1280, 860])(document.querySelector('body > pre'))`))
	if err != nil {
		return err
	}
	if err := tab.Look(size[0], size[1], "light"); err != nil {
		return err
	}
	png, err := chromedp.Run(tab.Context, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(picture, png, 0o644)
}
