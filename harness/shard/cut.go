package shard

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
)

// Flow is what one machine runs from end to end.
type Flow struct {
	// Name tells it from all others; where it runs is decided by its name.
	Name string
	// Weight is what it takes, in any unit, no less than 0.
	Weight int64
	// Alone says that it must not run on two machines at once with another of
	// its kind: all such flows are of the first part.
	Alone bool
}

// Cut is a run cut into parts.
type Cut struct {
	// Count is how many parts there are.
	Count int
	// Of is, for each flow that was given, the index of its part, from 1.
	Of []int
	// Digest is the same for cuts that put the same flows into the same parts.
	Digest string
}

// slack is how much heavier than its share a part may become, in percent.
//
// Each flow goes to the part that its name ranks first (rendezvous hashing) and
// that has room for it: consistent hashing with bounded loads (Mirrokni, Thorup,
// Zadimoghaddam 2018). Sorting by weight and filling the lightest part (LPT)
// balances better by those few percent, and moves half of all flows when one is
// added; here it is a few in a hundred at most, so that what a part takes and finds can
// be compared from week to week.
const slack = 5

// Divide cuts flows into count parts. The same flows give the same parts in
// whatever order they come and on whatever machine: all is reckoned in whole
// numbers, since the sums of fractions differ between processors.
func Divide(flows []Flow, count int) Cut {
	cut := Cut{Count: count, Of: make([]int, len(flows))}
	loads := make([]int64, count)
	var free []int
	var alone int64
	for i, flow := range flows {
		if flow.Alone {
			cut.Of[i] = 1
			alone += flow.Weight
		} else {
			free = append(free, i)
		}
	}
	loads[0] = alone
	slices.SortFunc(free, func(a, b int) int {
		return cmp.Or(cmp.Compare(flows[b].Weight, flows[a].Weight), cmp.Compare(flows[a].Name, flows[b].Name))
	})
	most := bound(flows, free, alone, count)
	for _, i := range free {
		part := choose(flows[i], loads, most)
		loads[part] += flows[i].Weight
		cut.Of[i] = part + 1
	}
	cut.Digest = digest(flows, cut)
	return cut
}

// bound is how heavy a part may become: its share and the slack. What is
// heavier than a share, those flows that must be together or a single one,
// takes a part of its own, and the others share the rest.
func bound(flows []Flow, sorted []int, alone int64, count int) int64 {
	rest := alone
	for _, i := range sorted {
		rest += flows[i].Weight
	}
	parts := int64(count)
	heavy := func(weight int64) bool { return parts > 1 && weight > rest/parts }
	taken := false
	take := func(weight int64) {
		rest -= weight
		parts--
	}
	for _, i := range sorted {
		if !taken && alone >= flows[i].Weight && heavy(alone) {
			take(alone)
			taken = true
		}
		if !heavy(flows[i].Weight) {
			break
		}
		take(flows[i].Weight)
	}
	if !taken && heavy(alone) {
		take(alone)
	}
	share := (rest + parts - 1) / parts
	return share + share*slack/100
}

// choose is the part that the flow ranks first of those with room for it, or
// else the lightest, and of equally light ones the one ranked first.
func choose(flow Flow, loads []int64, most int64) int {
	ranks := ranking(flow.Name, len(loads))
	for _, part := range ranks {
		if loads[part]+flow.Weight <= most {
			return part
		}
	}
	return slices.MinFunc(ranks, func(a, b int) int { return cmp.Compare(loads[a], loads[b]) })
}

// ranking orders the parts as the name has it: a part that is added takes its
// share from all others, and nothing moves between those.
func ranking(name string, count int) []int {
	key := sha256.Sum256([]byte(name))
	scores, ranks := make([]uint64, count), make([]int, count)
	for part := range ranks {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(key[:], uint64(part)))
		scores[part], ranks[part] = binary.BigEndian.Uint64(sum[:]), part
	}
	slices.SortFunc(ranks, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return ranks
}

// digest is that of all flows, by name, with their parts.
func digest(flows []Flow, cut Cut) string {
	lines := make([]string, len(flows))
	for i, flow := range flows {
		lines[i] = fmt.Sprintf("%q %d\n", flow.Name, cut.Of[i])
	}
	slices.Sort(lines)
	sum := sha256.New()
	fmt.Fprintf(sum, "%d\n", cut.Count)
	for _, line := range lines {
		fmt.Fprint(sum, line)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
