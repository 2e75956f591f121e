// Command shoot makes pictures of a report: a screen of each section that it
// has, light and dark, on a desk and on a phone, and a PDF as it would be
// printed.
//
//	go run ./shoot reports/report.html FOLDER
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"obconform/harness/browser"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: shoot REPORT.html FOLDER")
		os.Exit(2)
	}
	if err := shoot(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "shoot:", err)
		os.Exit(1)
	}
}

func shoot(report, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	profile, err := os.MkdirTemp("", "shoot-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(profile) }()
	ctx, stop, err := browser.Start(profile)
	if err != nil {
		return err
	}
	defer stop()
	tab, err := browser.NewTab(ctx)
	if err != nil {
		return err
	}
	defer tab.Close()
	for _, look := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"light", 1280, 800, "light"}, {"dark", 1280, 800, "dark"}, {"phone", 390, 844, "light"}} {
		if err := tab.Look(look.width, look.height, look.scheme); err != nil {
			return err
		}
		if err := tab.Open(report); err != nil {
			return err
		}
		sections, err := chromedp.Run(tab.Context, chromedp.Evaluate[[]string](
			`Array.from(document.querySelectorAll('nav a'), link => link.hash.slice(1))`))
		if err != nil {
			return err
		}
		for i, section := range sections {
			move := fmt.Sprintf("scrollTo(0, 0); %d && document.getElementById(%q).scrollIntoView(); 0", i, section)
			if err := picture(tab, move, filepath.Join(folder, look.name+"-"+section+".png")); err != nil {
				return err
			}
		}
	}
	open := `(e => { if (e) { e.open = true; e.closest('article').scrollIntoView(); } })(document.querySelector('details.exchange')); 0`
	if err := picture(tab, open, filepath.Join(folder, "phone-evidence.png")); err != nil {
		return err
	}
	if err := tab.Look(1280, 800, "dark"); err != nil {
		return err
	}
	if err := picture(tab, open, filepath.Join(folder, "dark-evidence.png")); err != nil {
		return err
	}
	pdf, err := chromedp.Run(tab.Context, chromedp.PrintToPDF())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "print.pdf"), pdf, 0o644)
}

// picture takes one after the script has run.
func picture(tab *browser.Tab, script, path string) error {
	if _, err := chromedp.Run(tab.Context, chromedp.Evaluate[int](script)); err != nil {
		return err
	}
	png, err := chromedp.Run(tab.Context, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o644)
}
