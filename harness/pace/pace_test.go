package pace

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"
)

// line joins a keeper and its remotes as a run does: by messages, in the order
// in which they are said.
type line struct {
	t       *testing.T
	keeper  *Keeper
	mu      sync.Mutex
	remotes []*Remote
	said    int
}

func newLine(t *testing.T, budget Budget) *line { return &line{t: t, keeper: NewKeeper(budget)} }

func (l *line) remote(budget Budget) *Remote {
	var r *Remote
	r = NewRemote(budget, func(m Message) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.said++
		reply, all := l.keeper.Handle(carried(l.t, m))
		r.Hear(carried(l.t, reply))
		for _, each := range l.remotes {
			each.Hear(carried(l.t, all))
		}
	})
	r.Hear(carried(l.t, l.keeper.State()))
	l.remotes = append(l.remotes, r)
	return r
}

// carried is what arrives of a message.
func carried[T any](t *testing.T, sent T) (arrived T) {
	t.Helper()
	data, err := json.Marshal(sent)
	if err == nil {
		err = json.Unmarshal(data, &arrived)
	}
	if err != nil {
		t.Fatal(err)
	}
	return arrived
}

// asker is a Keeper or a Remote.
type asker interface {
	Wait(ctx context.Context) error
	Pause(wait time.Duration)
	Answered()
	Failed(reason string)
	Known() bool
	Gone() string
}

// takes is how long n requests of each asker take, all asking at once.
func takes(t *testing.T, n int, askers ...asker) time.Duration {
	t.Helper()
	began := time.Now()
	var all sync.WaitGroup
	for _, a := range askers {
		all.Go(func() {
			for range n {
				if err := a.Wait(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// A budget is kept: so many at once, and then no faster than it says, however
// many processes share it.
func TestBudget(t *testing.T) {
	budget := Budget{PerSecond: 100, Burst: 5}
	least := (20 - 5) * time.Second / 100
	if took := takes(t, 20, NewKeeper(budget)); took < least {
		t.Errorf("one keeper: %s, expected at least %s", took, least)
	}
	l := newLine(t, budget)
	if took := takes(t, 5, l.remote(budget), l.remote(budget), l.remote(budget), l.remote(budget)); took < least {
		t.Errorf("four remotes: %s, expected at least %s", took, least)
	}
}

// Without a budget nobody waits, and nobody is asked.
func TestNoBudget(t *testing.T) {
	l := newLine(t, Budget{})
	if took := takes(t, 100_000, l.remote(Budget{})); took > 5*time.Second {
		t.Errorf("100000 requests took %s", took)
	}
	if l.said > 0 {
		t.Errorf("%d messages were said", l.said)
	}
	if took := takes(t, 100_000, NewKeeper(Budget{})); took > 5*time.Second {
		t.Errorf("100000 requests took %s", took)
	}
}

func TestDividedBudget(t *testing.T) {
	for _, c := range []struct {
		whole Budget
		n     int
		share Budget
	}{
		{Budget{10, 4}, 2, Budget{5, 2}}, {Budget{10, 4}, 3, Budget{10.0 / 3, 1}}, {Budget{10, 1}, 4, Budget{2.5, 1}},
		{Budget{0, 1}, 4, Budget{0, 1}}, {Budget{10, 4}, 1, Budget{10, 4}},
	} {
		if got := c.whole.Divided(c.n); got != c.share {
			t.Errorf("%v by %d is %v, want %v", c.whole, c.n, got, c.share)
		}
	}
}

// A pause that one is asked for is for all, also for who waits already, and the
// longest one counts.
func TestPause(t *testing.T) {
	l := newLine(t, Budget{})
	one, other := l.remote(Budget{}), l.remote(Budget{})
	one.Pause(300 * time.Millisecond)
	one.Pause(10 * time.Millisecond)
	began := time.Now()
	time.AfterFunc(100*time.Millisecond, func() { one.Pause(400 * time.Millisecond) })
	takes(t, 1, other)
	if took := time.Since(began); took < 500*time.Millisecond {
		t.Errorf("asked after %s, expected after 500ms", took)
	}
	began = time.Now()
	one.Pause(100 * time.Millisecond)
	takes(t, 1, l.keeper)
	takes(t, 1, l.remote(Budget{})) // which is new
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("asked after %s, expected after 100ms", took)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	l := newLine(t, Budget{PerSecond: 0.01, Burst: 1})
	remote := l.remote(Budget{PerSecond: 0.01, Burst: 1})
	takes(t, 1, remote)
	for _, a := range []asker{remote, l.keeper} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := a.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cancel()
	}
}

// events: a for an answer, f for a failure, upper case by the other process.
func tell(events string, one, other asker) {
	for _, event := range events {
		switch event {
		case 'a':
			one.Answered()
		case 'A':
			other.Answered()
		case 'f':
			one.Failed("503")
		case 'F':
			other.Failed("502")
		}
	}
}

// Five in a row are five of all processes together, and so is the first
// contact: what one of them was answered, the others need not try.
func TestGone(t *testing.T) {
	for events, gone := range map[string]string{
		"": "", "f": "503", "a": "", "affff": "", "afffff": "503", "aFFFFF": "502",
		"afFfFf": "503", "afFfF": "", "afffAff": "", "affffAffff": "", "affffAfffff": "503", "Af": "", "AF": "", "Afffff": "503",
		"aFFFFaF": "", "aAfFaAfFaAfF": "", "fa": "503", "afffffA": "503",
	} {
		single := NewKeeper(Budget{})
		tell(events, single, single)
		if (single.Gone() != "") != (gone != "") {
			t.Errorf("%q with one process: gone %q, want %q", events, single.Gone(), gone)
		}
		l := newLine(t, Budget{})
		one, other := l.remote(Budget{}), l.remote(Budget{})
		tell(events, one, other)
		for who, a := range map[string]asker{"the keeper": l.keeper, "one": one, "the other": other} {
			if a.Gone() != gone {
				t.Errorf("%q: for %s gone is %q, want %q", events, who, a.Gone(), gone)
			}
		}
	}
}

// A 429 without end is an outage too: five waits in a row, of all processes
// together, that lasted as long as a request is patient, or where more is asked
// for. Any answer in between begins anew, and who meets the limit of a wait that
// is on already adds nothing. In the play each letter is an event of one process,
// in capitals of the other: l for a 429, a for an answer, f for a failure, p for a
// pause.
func TestBusyWithoutEnd(t *testing.T) {
	const gone = "it is busy without end: 5 times in a row 429"
	for name, c := range map[string]struct {
		limit Limit
		play  string
		gone  string
	}{
		"four":                       {Limit{Asked: 1}, "allll", ""},
		"five":                       {Limit{Asked: 1}, "alllll", gone},
		"five of two":                {Limit{Asked: 1}, "alLlLl", gone},
		"five at the first contact":  {Limit{Asked: 1, Own: true}, "lllll", gone},
		"an answer in between":       {Limit{Asked: 1}, "allllallll", ""},
		"the other's in between":     {Limit{Asked: 1}, "allllAllll", ""},
		"an outage in between":       {Limit{Asked: 1}, "allflflfl", gone},
		"failures and own limits":    {Limit{Asked: 1, Own: true}, "affffllllffff", ""},
		"failures and a gateway's":   {Limit{Asked: 1}, "afffflf", "503"},
		"patience that is not over":  {Limit{Asked: 1, Patience: time.Hour}, "alllllllllll", ""},
		"patience that is over":      {Limit{Asked: 1, Patience: 1}, "alllll", gone},
		"one wait, met by many":      {Limit{Asked: 1}, "alplLlLlLlL", ""},
		"gone before any of its own": {Limit{Asked: 1}, "lf", "503"},
	} {
		c.limit.Reason = "429"
		play := func(one, other interface {
			asker
			Limited(Limit)
		}) {
			for _, event := range c.play {
				switch event {
				case 'l':
					one.Limited(c.limit)
				case 'L':
					other.Limited(c.limit)
				case 'p':
					one.Pause(time.Hour)
				default:
					tell(string(event), one, other)
				}
				time.Sleep(time.Microsecond) // so that some time has passed at all
			}
		}
		single := NewKeeper(Budget{})
		if play(single, single); single.Gone() != c.gone {
			t.Errorf("%s, one process: gone is %q, expected %q", name, single.Gone(), c.gone)
		}
		l := newLine(t, Budget{})
		one, other := l.remote(Budget{}), l.remote(Budget{})
		play(one, other)
		for who, a := range map[string]asker{"the keeper": l.keeper, "one": one, "the other": other} {
			if a.Gone() != c.gone {
				t.Errorf("%s, for %s: gone is %q, expected %q", name, who, a.Gone(), c.gone)
			}
		}
	}
	known := newLine(t, Budget{})
	one, other := known.remote(Budget{}), known.remote(Budget{})
	if one.Limited(Limit{Patience: time.Hour}); one.Known() || other.Known() {
		t.Error("a gateway's 429 makes the target known")
	}
	if one.Limited(Limit{Patience: time.Hour, Own: true}); !one.Known() || !other.Known() {
		t.Error("the target's own 429 does not make it known")
	}
	deaf := NewRemote(Budget{}, func(Message) {})
	deaf.Lost()
	for range GoneAfter {
		deaf.Limited(Limit{Reason: "429", Asked: 1})
	}
	if deaf.Gone() != gone {
		t.Errorf("without a keeper gone is %q", deaf.Gone())
	}
}

func TestKnown(t *testing.T) {
	l := newLine(t, Budget{})
	one, other := l.remote(Budget{}), l.remote(Budget{})
	if one.Known() || other.Known() || l.keeper.Known() {
		t.Error("known before any answer")
	}
	one.Answered()
	if !one.Known() || !other.Known() || !l.remote(Budget{}).Known() || !l.keeper.Known() {
		t.Errorf("after an answer: %t, %t, %t", one.Known(), other.Known(), l.keeper.Known())
	}
	said := l.said
	for range 100 {
		one.Answered()
	}
	if l.said > said {
		t.Errorf("%d answers were told of that nobody needs to know", l.said-said)
	}
}

// A remote whose keeper is lost decides by itself, also one that waits for it,
// and keeps what it has heard.
func TestLostKeeper(t *testing.T) {
	budget := Budget{PerSecond: 1000, Burst: 1}
	deaf := NewRemote(budget, func(Message) {})
	time.AfterFunc(50*time.Millisecond, deaf.Lost)
	takes(t, 2, deaf)
	deaf.Lost() // said twice
	deaf.Answered()
	tell("ffff", deaf, deaf)
	if deaf.Gone() != "" {
		t.Error("gone after four")
	}
	deaf.Failed("504")
	if deaf.Gone() != "504" {
		t.Errorf("gone is %q after five", deaf.Gone())
	}
	waiting := NewRemote(budget, func(Message) {})
	time.AfterFunc(50*time.Millisecond, waiting.Lost)
	waiting.Failed("503")
	if waiting.Gone() != "503" {
		t.Errorf("gone is %q after the first contact failed", waiting.Gone())
	}
}
