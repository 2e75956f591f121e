package mutate

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
)

// Sample takes n of the entries, or all where there are no more. The same seed
// takes the same ones, and a mutation that is new elsewhere moves at most one
// of them.
func Sample(entries []Entry, n int, seed int64) []Entry {
	if n >= len(entries) {
		return entries
	}
	type drawn struct {
		entry Entry
		lot   uint64
	}
	lots := make([]drawn, len(entries))
	for i, entry := range entries {
		sum := sha256.Sum256([]byte(strconv.FormatInt(seed, 10) + " " + entry.Name()))
		lots[i] = drawn{entry, binary.BigEndian.Uint64(sum[:])}
	}
	slices.SortFunc(lots, func(a, b drawn) int { return cmp.Compare(a.lot, b.lot) })
	taken := make([]Entry, n)
	for i := range taken {
		taken[i] = lots[i].entry
	}
	slices.SortFunc(taken, func(a, b Entry) int { return cmp.Compare(a.Name(), b.Name()) })
	return taken
}
