// Package progress shows how far a run is: a bar on a terminal, plain lines
// elsewhere. It judges nothing and knows a run only by its planned number of
// specs and their results.
package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"obconform/harness/report"
)

// Options say where and how progress is shown.
type Options struct {
	Out io.Writer
	// Planned is the number of specs of the run.
	Planned int
	// Width answers the columns of the terminal; nil where Out is none, and
	// plain lines are written.
	Width func() int
}

// redraw is how often a bar is drawn anew while nothing happens; atMost how
// often while much does.
const (
	redraw = 500 * time.Millisecond
	atMost = 50 * time.Millisecond
)

// maxNamed bounds the specs that plain lines name.
const maxNamed = 20

// Progress is the progress of one run. Its methods may be called from any
// goroutine.
type Progress struct {
	Options
	now func() time.Time

	mu      sync.Mutex
	counts  map[report.State]int
	ended   int
	current string
	started time.Time
	drawn   time.Time
	tenth   int // of the last plain line
	named   int
	stop    chan struct{}
	stopped sync.WaitGroup
}

// New begins to show a run; Close ends it.
func New(o Options) *Progress {
	p := &Progress{Options: o, now: time.Now, counts: map[report.State]int{}, stop: make(chan struct{})}
	p.started = p.now()
	if p.Width != nil {
		p.stopped.Go(p.tick)
	}
	return p
}

func (p *Progress) tick() {
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

// Started notes the spec that runs now.
func (p *Progress) Started(spec string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = spec
	p.drawSoon()
}

// Ended notes a spec that has ended.
func (p *Progress) Ended(result report.SpecResult) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended++
	p.counts[result.State]++
	if p.Width != nil {
		p.drawSoon()
		return
	}
	if result.State != report.StatePassed && result.State != report.StateSkipped {
		if p.named++; p.named <= maxNamed {
			p.line("%s: %s: %s", result.State, report.Line(string(result.Suite), 50), report.Line(result.Name, 250))
		}
	}
	if tenth := 10 * p.ended / max(p.Planned, 1); tenth > p.tenth {
		p.tenth = tenth
		p.line("%d of %d specs, %s", p.ended, p.Planned, p.summary())
	}
}

// Close removes the bar; nothing is shown after it.
func (p *Progress) Close() {
	close(p.stop)
	p.stopped.Wait()
	if p.Width != nil {
		fmt.Fprint(p.Out, "\r\x1b[2K")
	}
}

// line writes a plain line; a reader that is gone stops no run.
func (p *Progress) line(format string, args ...any) { fmt.Fprintf(p.Out, format+"\n", args...) }

// summary counts the specs by what a reader looks for.
func (p *Progress) summary() string {
	text := fmt.Sprintf("%d passed, %d failed", p.counts[report.StatePassed], p.counts[report.StateFailed])
	if others := p.ended - p.counts[report.StatePassed] - p.counts[report.StateFailed] - p.counts[report.StateSkipped]; others > 0 {
		text += fmt.Sprintf(", %d without a verdict", others)
	}
	return text
}

func (p *Progress) drawSoon() {
	if p.Width != nil && p.now().Sub(p.drawn) >= atMost {
		p.draw()
	}
}

// draw draws the bar over the one before, never wider than the terminal.
func (p *Progress) draw() {
	p.drawn = p.now()
	fmt.Fprintf(p.Out, "\r\x1b[2K%s", p.bar(p.Width()-1)) // a full line would wrap
}

// barCells is the width of the bar itself.
const barCells = 20

func (p *Progress) bar(width int) string {
	filled := min(barCells*p.ended/max(p.Planned, 1), barCells)
	text := fmt.Sprintf("[%s%s] %d/%d  %s%s", strings.Repeat("#", filled), strings.Repeat("-", barCells-filled), p.ended, p.Planned, p.summary(), p.left())
	if p.current != "" {
		text += "  " + report.Line(p.current, 250)
	}
	return cut(text, width)
}

// left is the time that the rest takes if it goes on like this.
func (p *Progress) left() string {
	spent := p.now().Sub(p.started)
	if p.ended == 0 || p.ended >= p.Planned || spent < time.Second {
		return ""
	}
	rest := time.Duration(float64(spent) / float64(p.ended) * float64(p.Planned-p.ended))
	return fmt.Sprintf("  %s left", rest.Round(time.Second))
}

// cut shortens a text to that many characters.
func cut(text string, width int) string {
	if width <= 0 || utf8.RuneCountInString(text) <= width {
		return text
	}
	if width == 1 {
		return "…"
	}
	return string([]rune(text)[:width-1]) + "…"
}
