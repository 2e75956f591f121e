package gate

import (
	"math/bits"
	"time"
)

// maxTime is the longest time to answer that is counted: what took longer was
// not measured but mistaken.
const maxTime = 24 * time.Hour

// fine is how many buckets each doubling of a time has, so that a time is known to
// within one part in 64.
const fine = 64

// histogram counts times in buckets that widen with them, so that its size does
// not depend on how many there are.
type histogram struct {
	count   int
	max     time.Duration
	buckets [40 * fine]int
}

func (h *histogram) add(d time.Duration) {
	h.count++
	h.max = max(h.max, d)
	h.buckets[bucket(d)]++
}

// bucket is that of a time, which is counted in microseconds.
func bucket(d time.Duration) int {
	micro := uint64(max(d, 0) / time.Microsecond)
	if micro < fine {
		return int(micro) // #nosec G115 -- below 64
	}
	shift := bits.Len64(micro) - bits.Len64(fine)
	return shift*fine + int(micro>>shift) // #nosec G115 -- below 128, and shift below 40
}

// upper is the longest time of a bucket.
func upper(at int) time.Duration {
	if at < 2*fine {
		return time.Duration(at) * time.Microsecond
	}
	shift := at/fine - 1
	return time.Duration((at%fine+fine+1)<<shift-1) * time.Microsecond
}

// percentile is the p-th by nearest rank, to within a bucket, and never above the
// longest.
func (h *histogram) percentile(p int) time.Duration {
	rank := max((p*h.count+99)/100, 1)
	for at, n := range h.buckets {
		if rank -= n; rank <= 0 {
			return min(upper(at), h.max.Truncate(time.Microsecond))
		}
	}
	return h.max
}
