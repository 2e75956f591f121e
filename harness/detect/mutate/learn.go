package mutate

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// Entry is a mutation that the answers allow, with who saw what it changes.
type Entry struct {
	Mutation
	// By are the observers that saw the point, in order of sight.
	By []string `json:"by"`
}

// Catalogue is what a learning pass has found.
type Catalogue struct {
	Templates Templates `json:"templates"`
	// Entries are the mutations, by name.
	Entries []Entry `json:"entries"`
}

// Learner gathers the answers of a learning pass.
type Learner struct {
	// Sign signs anew; what it can sign can be changed inside. It may be nil.
	Sign Signer
	// Identifiers are known to be such, whether or not an answer gives them:
	// where one stands in a path, every segment is an identifier.
	Identifiers []string
	seen        []sight
}

type sight struct {
	method, path, observer string
	answer                 Answer
}

// See keeps one answer to a request; path is in its encoded form.
func (l *Learner) See(method, path, observer string, answer Answer) {
	l.seen = append(l.seen, sight{method, path, observer, answer.clone()})
}

// Catalogue lists every mutation that the answers seen allow.
func (l *Learner) Catalogue() Catalogue {
	c := collector{sign: l.Sign, entries: map[string]*Entry{}, values: map[string][]string{}, used: map[string]bool{}}
	c.learnTemplates(l.seen, l.Identifiers)
	for _, s := range l.seen {
		c.collect(s)
	}
	c.standIns(l.seen)
	catalogue := Catalogue{Templates: c.templates}
	for _, entry := range c.entries {
		catalogue.Entries = append(catalogue.Entries, *entry)
	}
	slices.SortFunc(catalogue.Entries, func(a, b Entry) int { return cmp.Compare(a.Name(), b.Name()) })
	return catalogue
}

// collector makes the mutations out of answers.
type collector struct {
	sign      Signer
	templates Templates
	entries   map[string]*Entry
	// values are the identifiers that a point has had, used those in paths.
	values map[string][]string
	used   map[string]bool
}

func (c *collector) learnTemplates(seen []sight, identifiers []string) {
	given := map[string]bool{}
	for _, identifier := range identifiers {
		given[identifier] = identifier != ""
	}
	for _, s := range seen {
		c.templates.learn(s.path, given)
		for segment := range strings.SplitSeq(s.path, "/") {
			if plain, err := url.PathUnescape(segment); err == nil && given[plain] {
				c.used[plain] = true
			}
		}
		root, err := parse(s.answer.Body)
		if err != nil {
			continue
		}
		root.walk("", func(_ string, n *node) {
			if n.kind == isString && isIdentifier(n.text) {
				given[n.text] = true
			}
		})
	}
}

// add notes the mutations of one point that an answer shows.
func (c *collector) add(s sight, at string, with *Answer, kinds ...string) {
	place := c.place(s)
	for _, kind := range kinds {
		mutation := Mutation{Point: Point{place, at}, Kind: kind, With: with}
		name := mutation.Name()
		entry := c.entries[name]
		if entry == nil {
			// What changes nothing here may change something in another answer.
			if _, changes := NewMutator(mutation, c.sign).Apply(s.answer); !changes && kind != kindSwap {
				continue
			}
			entry = &Entry{Mutation: mutation}
			c.entries[name] = entry
		}
		if !slices.Contains(entry.By, s.observer) {
			entry.By = append(entry.By, s.observer)
		}
	}
}

func (c *collector) place(s sight) Place {
	return Place{Request: s.method + " " + c.templates.Of(s.path), Status: s.answer.Status}
}

// collect adds every mutation of one answer.
func (c *collector) collect(s sight) {
	c.add(s, atStatus, nil, statusKinds(s.answer.Status)...)
	if s.answer.Status != 204 && s.answer.Status != 304 { // HTTP has no body there
		c.add(s, atBody, nil, bodyKinds(s.answer.Body)...)
	}
	for _, name := range headerNames(s.answer.Header) {
		c.collectHeader(s, name, s.answer.Header[name][0])
	}
	root, err := parse(s.answer.Body)
	if err != nil {
		return
	}
	root.walk("", func(pointer string, n *node) { c.collectMember(s, pointer, n) })
}

func (c *collector) collectHeader(s sight, name, value string) {
	at := atHeader + name
	c.add(s, at, nil, headerKinds(name, value)...)
	if c.signs(value) {
		if root, _ := protectedHeader(value); root != nil {
			c.collectTree(s, at+claimsMark, root)
		}
	}
	address, err := url.Parse(value)
	if err != nil || !isAddress(value) {
		return
	}
	parameters, _ := parametersOf(address)
	for parameter, values := range parameters {
		c.add(s, at+"?"+parameter, nil, parameterKinds(values[0])...)
	}
}

func (c *collector) collectMember(s sight, pointer string, n *node) {
	if pointer == "" {
		c.add(s, "/", nil, kindNull, kindRetype)
		return
	}
	element := strings.HasSuffix(pointer, "/*")
	c.add(s, pointer, nil, kindsOf(n, !element, element)...)
	if n.kind != isString {
		return
	}
	if c.used[n.text] {
		key := c.place(s).String() + pointer
		if !slices.Contains(c.values[key], n.text) {
			c.values[key] = append(c.values[key], n.text)
		}
		if len(c.values[key]) > 1 {
			c.add(s, pointer, nil, kindSwap)
		}
	}
	if c.signs(n.text) {
		if root, _ := claimsOf(n.text); root != nil {
			c.collectTree(s, pointer+claimsMark, root)
		}
	}
}

// signs tells whether a text is a JWS that can be signed anew.
func (c *collector) signs(text string) bool {
	if c.sign == nil || !isJWS(text) {
		return false
	}
	_, header := protectedHeader(text)
	_, can := c.sign(header, nil)
	return can
}

// collectTree adds the mutations of what a JWS holds.
func (c *collector) collectTree(s sight, prefix string, root *node) {
	root.walk("", func(pointer string, n *node) {
		if pointer != "" {
			element := strings.HasSuffix(pointer, "/*")
			c.add(s, prefix+pointer, nil, kindsOf(n, !element, element)...)
		}
	})
}

// standIns lets each answer with a JSON body be replaced by that of the next
// place with the same status.
func (c *collector) standIns(seen []sight) {
	first := map[Place]sight{}
	var places []Place
	for _, s := range seen {
		place := c.place(s)
		_, known := first[place]
		if root, err := parse(s.answer.Body); known || err != nil || root.kind != isObject {
			continue
		}
		first[place], places = s, append(places, place)
	}
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Request, b.Request))
	})
	for i, place := range places {
		for j := 1; j < len(places); j++ {
			other := places[(i+j)%len(places)]
			if other.Status != place.Status || string(first[other].answer.Body) == string(first[place].answer.Body) {
				continue
			}
			with := first[other].answer
			for _, s := range seen {
				if c.place(s) == place {
					c.add(s, atBody, &with, standInKind(other))
				}
			}
			break
		}
	}
}
