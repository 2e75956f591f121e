package audit

import (
	"encoding/binary"
	"slices"
	"sync"
)

type secret struct {
	kind  SecretKind
	value string
}

// secrets are the known ones, of a number that may be bounded: then the oldest
// are forgotten. They are found by their first eight bytes, so that the time that
// a search takes does not depend on how many there are. The zero value knows
// none. It is safe for concurrent use.
type secrets struct {
	// most is how many are kept, 0 for any number.
	most int

	mu sync.RWMutex
	// known has the position of each, counted over all that were ever learnt; order
	// has those that are kept, the oldest first.
	known map[secret]int
	order []secret
	next  int
	heads map[uint64][]secret
	// filter has a bit for each head: most places of a text need no more than that.
	filter [1 << 10]uint64
}

func (s *secrets) learn(one secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.known[one]; known {
		return
	}
	if s.known == nil {
		s.known, s.heads = map[secret]int{}, map[uint64][]secret{}
	}
	if s.most > 0 && len(s.order) >= 2*s.most {
		s.forget(len(s.order) - s.most)
	}
	s.known[one] = s.next
	s.next++
	s.order = append(s.order, one)
	s.index(one)
}

// forget forgets the oldest.
func (s *secrets) forget(n int) {
	for _, old := range s.order[:n] {
		delete(s.known, old)
	}
	s.order = slices.Clone(s.order[n:])
	s.heads, s.filter = map[uint64][]secret{}, [1 << 10]uint64{}
	for _, kept := range s.order {
		s.index(kept)
	}
}

func (s *secrets) index(one secret) {
	head := binary.LittleEndian.Uint64([]byte(one.value[:minSecret]))
	s.heads[head] = append(s.heads[head], one)
	word, bit := place(head)
	s.filter[word] |= bit
}

// place is the bit of a head in the filter.
func place(head uint64) (word, bit uint64) {
	hash := head * 0x9e3779b97f4a7c15 >> 48 // Fibonacci hashing, 16 bits
	return hash >> 6, 1 << (hash & 63)
}

func (s *secrets) any() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.order) > 0
}

// in lists the secrets that stand in any of the texts, in the order in which they
// were learnt.
func (s *secrets) in(texts ...string) []secret {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []secret
	if len(s.order) == 0 {
		return nil
	}
	for _, text := range texts {
		var head uint64
		for i := range len(text) {
			head = head>>8 | uint64(text[i])<<56
			if i < minSecret-1 {
				continue
			}
			if word, bit := place(head); s.filter[word]&bit == 0 {
				continue
			}
			rest := text[i-minSecret+1:]
			for _, one := range s.heads[head] {
				if len(rest) >= len(one.value) && rest[:len(one.value)] == one.value && !slices.Contains(found, one) {
					found = append(found, one)
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b secret) int { return s.known[a] - s.known[b] })
	return found
}
