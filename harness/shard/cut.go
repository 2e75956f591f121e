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
	// Name tells it from all others.
	Name string
	// Group is what it shares something with: its section. Where it runs is
	// decided by that, or by its name where it is empty.
	Group string
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
// A flow goes to the part that its group ranks first (rendezvous hashing) and
// that has room for it: consistent hashing with bounded loads (Mirrokni, Thorup,
// Zadimoghaddam 2018), by groups. Sorting by weight and filling the lightest
// part (LPT) balances better by those few percent, and moves half of all flows
// when one is added; here it is a few in a hundred at most, so that what a part
// takes and finds can be compared from week to week. A group stays together as
// far as there is room: the machines that share one need what it shares each.
const slack = 5

// Divide cuts flows into count parts. The same flows give the same parts in
// whatever order they come and on whatever machine: all is reckoned in whole
// numbers, since the sums of fractions differ between processors.
func Divide(flows []Flow, count int) Cut {
	cut := Cut{Count: count, Of: make([]int, len(flows))}
	loads := make([]int64, count)
	var free []int
	for i, flow := range flows {
		if flow.Alone {
			cut.Of[i] = 1
			loads[0] += flow.Weight
		} else {
			free = append(free, i)
		}
	}
	share := share(flows, free, loads[0], count)
	slices.SortFunc(free, order(flows, share*slack/100))
	ranks := map[string][]int{}
	for _, i := range free {
		group := flows[i].group()
		if ranks[group] == nil {
			ranks[group] = ranking(group, count)
		}
		part := choose(flows[i].Weight, ranks[group], loads, share+share*slack/100)
		loads[part] += flows[i].Weight
		cut.Of[i] = part + 1
	}
	cut.Digest = digest(flows, cut)
	return cut
}

// group is what the flow stays with.
func (f Flow) group() string {
	if f.Group == "" {
		return f.Name
	}
	return f.Group
}

// share is the weight of a part that has no more than others. What is heavier
// than that, those flows that must be together or a single one, takes a part of
// its own, and the others share the rest.
func share(flows []Flow, free []int, alone int64, count int) int64 {
	weights, rest := []int64{alone}, alone
	for _, i := range free {
		weights = append(weights, flows[i].Weight)
		rest += flows[i].Weight
	}
	slices.Sort(weights)
	parts := int64(count)
	for _, weight := range slices.Backward(weights) {
		if parts == 1 || weight <= rest/parts {
			break
		}
		rest -= weight
		parts--
	}
	return (rest + parts - 1) / parts
}

// order is that in which flows are placed: first those heavier than the slack,
// the heaviest first, since they fit least; then group by group, each in an
// order that has nothing to do with names that are alike.
func order(flows []Flow, slack int64) func(a, b int) int {
	keys := map[string]uint64{}
	for _, flow := range flows {
		keys[flow.Name], keys[flow.group()] = hash(flow.Name), hash(flow.group())
	}
	return func(a, b int) int {
		x, y := flows[a], flows[b]
		switch heavy := x.Weight > slack; {
		case heavy != (y.Weight > slack):
			return map[bool]int{true: -1, false: 1}[heavy]
		case heavy:
			return cmp.Or(cmp.Compare(y.Weight, x.Weight), cmp.Compare(x.Name, y.Name))
		}
		return cmp.Or(cmp.Compare(keys[x.group()], keys[y.group()]), cmp.Compare(keys[x.Name], keys[y.Name]), cmp.Compare(x.Name, y.Name))
	}
}

// choose is the first of the ranked parts that has room, or else the lightest,
// and of equally light ones the one ranked first.
func choose(weight int64, ranks []int, loads []int64, most int64) int {
	for _, part := range ranks {
		if loads[part]+weight <= most {
			return part
		}
	}
	return slices.MinFunc(ranks, func(a, b int) int { return cmp.Compare(loads[a], loads[b]) })
}

// ranking orders the parts as the name has it: a part that is added takes its
// share from all others, and nothing moves between those.
func ranking(name string, count int) []int {
	scores, ranks := make([]uint64, count), make([]int, count)
	for part := range ranks {
		scores[part], ranks[part] = hash(fmt.Sprintf("%q %d", name, part)), part
	}
	slices.SortFunc(ranks, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return ranks
}

// hash is the first 8 bytes of the SHA-256 of a text.
func hash(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(sum[:])
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
