package mockbank_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"obconform/harness/mockbank"
)

func TestFaultsAreNamedAfterTheirClauses(t *testing.T) {
	clauseForm := regexp.MustCompile(`^(COM|DIS|TOK|DCR|AAC|ACC|COF)(-[A-Z0-9]+)+$`)
	idForm := regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)
	seen := map[string]bool{}
	for _, fault := range mockbank.Faults() {
		if !clauseForm.MatchString(fault.Clause) || !idForm.MatchString(fault.ID) || !strings.HasPrefix(fault.ID, strings.ToLower(fault.Clause)+"-") {
			t.Errorf("fault %q of clause %q", fault.ID, fault.Clause)
		}
		if seen[fault.ID] {
			t.Errorf("%s is there twice", fault.ID)
		}
		seen[fault.ID] = true
		if fault.Sentence[:1] != strings.ToUpper(fault.Sentence[:1]) || !strings.HasSuffix(fault.Sentence, ".") {
			t.Errorf("%s: %q is no sentence", fault.ID, fault.Sentence)
		}
		if reason, unbreakable := mockbank.Unbreakable()[fault.Clause]; unbreakable {
			t.Errorf("%s breaks %s, which cannot be broken: %s", fault.ID, fault.Clause, reason)
		}
	}
	if len(seen) < 160 {
		t.Errorf("%d faults", len(seen))
	}
}

func TestFaultsAndMannersMustExist(t *testing.T) {
	keys, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	for name, options := range map[string]mockbank.Options{
		"aac-201-nonsense, tok-nonsense": {Faults: []string{"aac-201-nonsense", "aac-201-refuses", "tok-nonsense"}},
		`"rude"`:                         {Manner: "rude"},
	} {
		options.Keys = keys
		if _, err := mockbank.New(options); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "refuses") {
			t.Errorf("%+v: %v", options, err)
		}
	}
	for _, manner := range append(mockbank.Manners(), "") {
		if _, err := mockbank.New(mockbank.Options{Keys: keys, Manner: manner}); err != nil {
			t.Errorf("%q: %v", manner, err)
		}
	}
}

// honestly is what an honest bank shows in each chapter.
type honestly struct {
	mu       sync.Mutex
	memories map[int]string
}

func (h *honestly) chapter(t *testing.T, index int) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, walked := h.memories[index]; !walked {
		v := newTourist(t, mockbank.Options{})
		v.visit(get(discoveryPath))
		v.token("accounts")
		chapters[index].walk(v)
		h.memories[index] = v.memories()
	}
	return h.memories[index]
}

// Two tours of honest banks are alike to the letter: what differs from them is
// the fault's doing.
func TestToursOfHonestBanksAreAlike(t *testing.T) {
	honest := &honestly{memories: map[int]string{}}
	for i, chapter := range chapters {
		v := newTourist(t, mockbank.Options{})
		v.visit(get(discoveryPath))
		v.token("accounts")
		chapter.walk(v)
		if got, want := v.memories(), honest.chapter(t, i); got != want {
			t.Errorf("chapter %v: %s", chapter.names, firstDifference(want, got))
		}
		if len(v.bank.Fired()) != 0 {
			t.Errorf("an honest bank has faults: %v", v.bank.Fired())
		}
	}
}

func firstDifference(want, got string) string {
	wanted, seen := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(wanted), len(seen)) {
		if wanted[i] != seen[i] {
			return "expected " + wanted[i] + ", got " + seen[i] + " after " + strings.Join(wanted[max(0, i-4):i], " / ")
		}
	}
	return "one is longer"
}

// Every fault shows somewhere on the tour, says so, and leaves the way in.
func TestEveryFaultShows(t *testing.T) {
	honest := &honestly{memories: map[int]string{}}
	for i, fault := range mockbank.Faults() {
		if i%everyFault != 0 || seldom(fault.ID) {
			continue
		}
		t.Run(fault.ID, func(t *testing.T) {
			t.Parallel()
			for _, index := range likely(fault.ID) {
				v := newTourist(t, mockbank.Options{Faults: []string{fault.ID}})
				if found := v.visit(get(discoveryPath)); found.at("token_endpoint") == "" || found.at("authorization_endpoint") == "" {
					t.Errorf("discovery leads nowhere: %s", found.raw)
				}
				if v.token("accounts") == "" {
					t.Error("there is no token to be had")
				}
				chapters[index].walk(v)
				if v.memories() == honest.chapter(t, index) {
					continue
				}
				if v.bank.Fired()[fault.ID] == 0 {
					t.Errorf("it shows in %v, and never fired", chapters[index].names)
				}
				return
			}
			t.Error("the tour sees nothing of it")
		})
	}
}

// seldom tells which faults show after more than a tour asks for; that they do
// is held by TestSeldomChanges and TestBurstFaults, and that they reach the
// suites by the proof.
func seldom(id string) bool {
	return strings.HasSuffix(id, "-in-a-burst") || strings.HasSuffix(id, "-now-and-then") || strings.HasSuffix(id, "-after-a-deletion") || strings.HasSuffix(id, "-after-a-refusal")
}

// likely are all chapters, those first whose name the fault's identifier begins
// with, the longest name first.
func likely(id string) []int {
	fit := make([]int, len(chapters))
	order := make([]int, len(chapters))
	for i, chapter := range chapters {
		order[i] = i
		for _, name := range chapter.names {
			if strings.HasPrefix(id, name) {
				fit[i] = max(fit[i], len(name))
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return fit[b] - fit[a] })
	return order
}
