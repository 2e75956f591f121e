package mockbank

// bounded is a map that forgets its oldest entry beyond a limit. It does no
// locking: the bank's mutex guards it.
type bounded[V any] struct {
	limit   int
	entries map[string]V
	order   []string // keys in the order of their arrival, removed ones included
}

func newBounded[V any](limit int) *bounded[V] {
	return &bounded[V]{limit: limit, entries: map[string]V{}}
}

// put adds an entry under a key that was never used before.
func (s *bounded[V]) put(key string, value V) {
	s.entries[key] = value
	s.order = append(s.order, key)
	for len(s.entries) > s.limit {
		delete(s.entries, s.order[0])
		s.order = s.order[1:]
	}
	if len(s.order) > 2*s.limit {
		s.compact()
	}
}

// get returns the entry, or the zero value and false.
func (s *bounded[V]) get(key string) (V, bool) {
	value, ok := s.entries[key]
	return value, ok
}

func (s *bounded[V]) remove(key string) { delete(s.entries, key) }

// latest are the newest entries, newest first, at most so many.
func (s *bounded[V]) latest(most int) []V {
	var found []V
	for i := len(s.order) - 1; i >= 0 && len(found) < most; i-- {
		if value, ok := s.entries[s.order[i]]; ok {
			found = append(found, value)
		}
	}
	return found
}

// compact drops the keys of removed entries from the order.
func (s *bounded[V]) compact() {
	kept := make([]string, 0, len(s.entries))
	for _, key := range s.order {
		if _, ok := s.entries[key]; ok {
			kept = append(kept, key)
		}
	}
	s.order = kept
}
