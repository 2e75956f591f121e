package conduct

import (
	"hash/maphash"
	"net/http"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"obconform/harness/contract"
	"obconform/harness/jose"
)

// key stands for a token, an identifier or a request in memory: its hash, so that
// nothing secret is kept and all are of one size.
type key uint64

// lives remembers what is known of things of one kind, and forgets those that
// were not met for longest.
type lives[V any] struct{ lru *simplelru.LRU[key, V] }

func newLives[V any](size int) lives[V] {
	lru, err := simplelru.NewLRU[key, V](size, nil)
	if err != nil {
		panic("conduct: " + err.Error()) // the size is positive: New sees to it
	}
	return lives[V]{lru}
}

func (l lives[V]) get(k key) (V, bool) {
	if k == 0 {
		var none V
		return none, false
	}
	return l.lru.Get(k)
}

func (l lives[V]) put(k key, v V) {
	if k != 0 {
		l.lru.Add(k, v)
	}
}

// memory is all that is remembered.
type memory struct {
	seed maphash.Seed

	tokens    lives[*token]
	refreshes lives[*refresh]
	codes     lives[*code]
	// pending are authorisation requests by state, whose code may come back from
	// another address of the bank's.
	pending  lives[*code]
	consents lives[*consent]
	clients  lives[*client]
	// issuers and endpoints are what discovery has published.
	issuers, endpoints lives[struct{}]
	issuerKnown        bool
	keys               jose.KeySet
	keysKnown          bool

	accounts lives[struct{}]
	links    lives[struct{}]
	bodies   lives[struct{}] // lists that were read already

	interactions lives[interaction] // by interaction id
	jtis         lives[key]         // the token that a jti was sent in
	uses         lives[key]         // the authorisation request that a state or nonce was sent in

	verdicts lives[[]violation] // what the schema says of a body

	holds    lives[hold]
	reads    lives[*read]
	posts    lives[*post]
	refusals lives[*refusal]
	grants   lives[*granted]
}

func newMemory(size int) *memory {
	return &memory{seed: maphash.MakeSeed(),
		tokens: newLives[*token](size), refreshes: newLives[*refresh](size), codes: newLives[*code](size), pending: newLives[*code](size),
		consents: newLives[*consent](size), clients: newLives[*client](size),
		issuers: newLives[struct{}](few), endpoints: newLives[struct{}](few),
		accounts: newLives[struct{}](size), links: newLives[struct{}](size), bodies: newLives[struct{}](size),
		interactions: newLives[interaction](size), jtis: newLives[key](size), uses: newLives[key](size),
		verdicts: newLives[[]violation](min(size, manyBodies)), holds: newLives[hold](size), reads: newLives[*read](size), posts: newLives[*post](size), refusals: newLives[*refusal](size),
		grants: newLives[*granted](size)}
}

const (
	// few is how many issuers and endpoints are remembered: a bank has one of each
	// brand.
	few = 100
	// manyBodies is of how many bodies it is remembered what the schema says.
	manyBodies = 1000
)

// of is the key of some texts together; 0, which nothing has, for no text at all.
func (m *memory) of(texts ...string) key {
	var h maphash.Hash
	h.SetSeed(m.seed)
	empty := true
	for _, text := range texts {
		empty = empty && text == ""
		h.WriteString(text)
		h.WriteByte(0)
	}
	if empty {
		return 0
	}
	return key(h.Sum64()) | 1
}

// token is the life of an access token.
type token struct {
	// issued says that the token's issue was seen, and its grant is known.
	issued bool
	// shared says that it was given for several things, so that nothing is known
	// of it.
	shared bool
	grant  contract.TokenKind
	client string
	// scopes are those that it was given for, nil where nobody said.
	scopes  []string
	ends    time.Time // zero where its life is not known
	born    time.Time
	consent key
	// fault is what is wrong with the ID token that it came with; checked says that
	// one was looked at.
	fault   string
	checked bool
	// refused is when the first 401 for it had come, refusals how many there were
	// in a row; those of requests that were on their way then do not count.
	refused  time.Time
	refusals int
	// linked says that a list of accounts was seen that it opened, listed that one
	// was seen whole.
	linked, listed bool
}

// refresh is the life of a refresh token.
type refresh struct {
	token    token
	replaced time.Time
}

// code is the life of an authorisation code.
type code struct {
	// issued says that the authorisation request was seen that it came back from.
	issued   bool
	redirect string
	// state and nonce are those that were sent, returned is the state that came
	// back.
	state, nonce, returned     key
	scopes                     []string
	consent                    key
	challenge, challengeMethod string
	// exchanged is when an exchange of it had been answered with 200.
	exchanged time.Time
}

// consent is the life of a consent.
type consent struct {
	operation contract.OperationID // the one that deletes it
	client    string
	// created says that its creation was seen, authorised that a token was given
	// for it, or that it was shown as authorised.
	created, authorised bool
	scope               string // the contract's scope that it is for
	expires             time.Time
	// why says why it has ended, empty as long as it has not; gone is when.
	why  string
	gone time.Time
}

// over says why a consent cannot be used at that time, empty if it can.
func (c *consent) over(at time.Time, skew time.Duration) string {
	switch {
	case c.why != "" && (at.IsZero() || c.gone.IsZero() || at.After(c.gone)):
		return c.why
	case !c.expires.IsZero() && at.After(c.expires.Add(skew)):
		return "has expired"
	}
	return ""
}

// client is the life of a registration.
type client struct {
	redirects, grants, scopes []string
	method                    string
	deleted                   time.Time
}

// short is a text that is kept as it is: what is longer than any of the contract's
// is kept as none, so that nobody fills the memory.
func short(text string) string {
	const longest = 2 << 10
	if len(text) > longest {
		return ""
	}
	return text
}

// shorts are such texts, no more than are reasonable.
func shorts(texts []string) []string {
	const most = 50
	if len(texts) > most {
		return nil
	}
	var all []string
	for _, text := range texts {
		if short(text) == "" {
			return nil
		}
		all = append(all, text)
	}
	return all
}

// interaction is the request that an interaction id was sent with.
type interaction struct {
	request key
	body    key // 0 where it has none, or it is not known as it was
}

// differs tells whether it is known to be another request.
func (i interaction) differs(other interaction) bool {
	return i.request != other.request || i.body != 0 && other.body != 0 && i.body != other.body
}

// hold is the time in which an operation is not to be called.
type hold struct {
	// from is when the first of the 429s came, on that connection.
	from, until time.Time
	connection  string
}

// read is a consent that is read again and again.
type read struct {
	ended  time.Time
	status int
	fast   int // reads in a row that came within a second of the one before
}

// post is a POST that was sent.
type post struct {
	ended       time.Time
	status      int
	interaction string
	// failures is how often in a row it met a server error without a pause.
	failures int
}

// failed tells whether it met a server error, or got no answer at all.
func (p *post) failed() bool { return p.status >= http.StatusInternalServerError || p.status == 0 }

// refusal counts how often the same request was refused with 403.
type refusal struct {
	ended time.Time
	times int
}

// granted are the latest tokens of one client and scope by client credentials.
type granted struct {
	tokens [manyTokens]*token
	next   int
}

// token is the life of the request's access token; nil where the request has
// none, or it is not known what it is.
func (e *examination) token() *token {
	if e.auth.scheme != "bearer" {
		return nil
	}
	life, _ := e.memory.tokens.get(e.memory.of(e.auth.value))
	return life
}

// issuedToken is the same, where its issue was seen.
func (e *examination) issuedToken() *token {
	if life := e.token(); life != nil && life.issued && e.api {
		return life
	}
	return nil
}

// credentialKey stands for whoever sends the request; 0 where that is not known.
func (e *examination) credentialKey() key {
	if e.op.ID == contract.RequestToken {
		return e.memory.of(e.caller())
	}
	return e.memory.of(e.auth.value)
}
