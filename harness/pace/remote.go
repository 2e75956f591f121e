package pace

import (
	"context"
	"sync"
	"time"
)

// Message is what a Remote says to its keeper's process; one member is set.
type Message struct {
	// Want asks for one request from the budget, and waits for the reply.
	Want bool `json:"want,omitempty"`
	// Failed is the reason of an inconclusive answer, and waits for the reply.
	Failed string `json:"failed,omitempty"`
	// Limited is a 429, and waits for the reply.
	Limited *Limit `json:"limited,omitempty"`
	// Answered says that the API itself has answered. It is not said of each
	// answer, only where somebody needs to know.
	Answered bool `json:"answered,omitempty"`
	// Pause is how long the target wants to be left alone, in nanoseconds.
	Pause time.Duration `json:"pause,omitempty"`
}

// Word is what a keeper's process says to its remotes.
type Word struct {
	// Reply says that this answers the message of this remote that waits.
	Reply bool `json:"reply,omitempty"`
	// Wait is how long the wanted request has to wait, in nanoseconds.
	Wait time.Duration `json:"wait,omitempty"`
	// Pause is how long nobody may ask the target, in nanoseconds.
	Pause time.Duration `json:"pause,omitempty"`
	// Doubt says that somebody's answer was inconclusive: who gets one from the
	// API itself is to say so.
	Doubt bool `json:"doubt,omitempty"`
	// Known says that the target has answered somebody.
	Known bool `json:"known,omitempty"`
	// Gone says why nobody may ask the target any more.
	Gone string `json:"gone,omitempty"`
}

// Handle takes one remote's message: reply is for that one, and all, where it
// is not empty, for every remote.
func (k *Keeper) Handle(m Message) (reply, all Word) {
	switch {
	case m.Want:
		return Word{Reply: true, Wait: k.Reserve(), Gone: k.Gone()}, Word{}
	case m.Failed != "":
		k.Failed(m.Failed)
		return Word{Reply: true, Gone: k.Gone()}, Word{Doubt: true, Gone: k.Gone()}
	case m.Limited != nil:
		first := !k.Known()
		k.Limited(*m.Limited)
		return Word{Reply: true, Gone: k.Gone()}, Word{Doubt: true, Known: first && k.Known(), Gone: k.Gone()}
	case m.Answered:
		first := !k.Known()
		k.Answered()
		if first {
			all.Known = true
		}
	case m.Pause > 0:
		k.Pause(m.Pause)
		all.Pause = m.Pause
	}
	return Word{}, all
}

// State is what a remote that is new has to be told.
func (k *Keeper) State() Word {
	return Word{Pause: max(k.paused(), 0), Known: k.Known(), Gone: k.Gone()}
}

// Remote is what a keeper of another process looks like from here. One
// goroutine asks, another hears; should the keeper's process be lost, a keeper
// of its own decides, so that what was created can still be deleted.
type Remote struct {
	limited bool // there is a budget to ask for
	say     func(Message)
	replies chan Word
	lost    chan struct{}
	losing  sync.Once

	// own knows what has been heard, and decides when the other is lost.
	own *Keeper

	mu    sync.Mutex
	doubt bool // the next answer is one that somebody needs to know of
}

// NewRemote is a remote of a keeper with that budget. Say carries messages to
// it; what it says is to be given to Hear.
func NewRemote(budget Budget, say func(Message)) *Remote {
	return &Remote{limited: budget.PerSecond > 0, say: say, replies: make(chan Word, 1), lost: make(chan struct{}),
		own: NewKeeper(budget), doubt: true}
}

// Hear takes a word of the keeper's process.
func (r *Remote) Hear(w Word) {
	if w.Pause > 0 {
		r.own.Pause(w.Pause)
	}
	if w.Known {
		r.own.Answered()
	}
	if w.Doubt {
		r.setDoubt(true)
	}
	if w.Gone != "" {
		r.own.lose(w.Gone)
	}
	if w.Reply {
		select {
		case r.replies <- w:
		default: // nobody waits: a reply that came twice
		}
	}
}

// Lost says that the keeper's process is not there any more.
func (r *Remote) Lost() { r.losing.Do(func() { close(r.lost) }) }

// ask waits for the reply to a message; ok is false where the keeper is lost.
func (r *Remote) ask(m Message) (reply Word, ok bool) {
	select {
	case <-r.lost:
		return Word{}, false
	default:
	}
	r.say(m)
	select {
	case reply = <-r.replies:
		return reply, true
	case <-r.lost:
		return Word{}, false
	}
}

// Wait returns when the next request may be sent; the error is the context's.
// Without a budget nobody is asked.
func (r *Remote) Wait(ctx context.Context) error {
	if r.limited {
		reply, ok := r.ask(Message{Want: true})
		if !ok {
			return r.own.Wait(ctx)
		}
		return rest(ctx, reply.Wait, r.own.paused)
	}
	return rest(ctx, r.own.paused(), r.own.paused)
}

// Pause has all processes wait.
func (r *Remote) Pause(wait time.Duration) {
	r.own.Pause(wait)
	r.say(Message{Pause: wait})
}

// Answered notes that the API itself has answered.
func (r *Remote) Answered() {
	r.own.Answered()
	if r.setDoubt(false) {
		r.say(Message{Answered: true})
	}
}

// setDoubt answers what it was before.
func (r *Remote) setDoubt(doubt bool) (before bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, r.doubt = r.doubt, doubt
	return before
}

// Failed notes an inconclusive answer; whether the target is gone is known when
// it returns.
func (r *Remote) Failed(reason string) {
	r.setDoubt(true)
	if reply, ok := r.ask(Message{Failed: reason}); !ok {
		r.own.Failed(reason)
	} else if reply.Gone != "" {
		r.own.lose(reply.Gone)
	}
}

// Limited notes a 429; whether the target is gone is known when it returns.
func (r *Remote) Limited(l Limit) {
	r.setDoubt(true)
	if reply, ok := r.ask(Message{Limited: &l}); !ok {
		r.own.Limited(l)
	} else if reply.Gone != "" {
		r.own.lose(reply.Gone)
	}
}

// Known tells whether the target has ever answered, as far as it is known here.
func (r *Remote) Known() bool { return r.own.Known() }

// Gone says why the target must not be asked any more, empty if it may.
func (r *Remote) Gone() string { return r.own.Gone() }

// lose takes the word of a keeper that knows more.
func (k *Keeper) lose(reason string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.gone == "" {
		k.gone = reason
	}
}
