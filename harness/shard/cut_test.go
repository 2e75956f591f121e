package shard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// flows are n flows of any weights up to most, the same for the same seed.
func flows(n int, most int64, seed uint64) []Flow {
	random := rand.New(rand.NewPCG(seed, 1))
	list := make([]Flow, n)
	for i := range list {
		list[i] = Flow{Name: fmt.Sprint("flow ", i), Weight: 1 + random.Int64N(most)}
	}
	return list
}

func loads(list []Flow, cut Cut) []int64 {
	sums := make([]int64, cut.Count)
	for i, flow := range list {
		sums[cut.Of[i]-1] += flow.Weight
	}
	return sums
}

// total is the weight of all flows, and the heaviest of them.
func total(list []Flow) (sum, heaviest int64) {
	for _, flow := range list {
		sum += flow.Weight
		heaviest = max(heaviest, flow.Weight)
	}
	return sum, heaviest
}

// Whatever the number of parts, each flow is in exactly one, and no part is
// heavier than its share, the slack and one flow more.
func TestEveryFlowHasOnePart(t *testing.T) {
	for _, list := range [][]Flow{nil, flows(1, 1, 1), flows(63, 1, 2), flows(150, 1000, 4), flows(150, 1<<40, 5)} {
		sum, heaviest := total(list)
		for count := 1; count <= Most; count++ {
			cut := Divide(list, count)
			if len(cut.Of) != len(list) || cut.Count != count {
				t.Fatalf("%d flows in %d parts: %d have one", len(list), count, len(cut.Of))
			}
			for i, part := range cut.Of {
				if part < 1 || part > count {
					t.Fatalf("%d parts: flow %d is in part %d", count, i, part)
				}
			}
			share := sum/int64(count) + 1
			if most := slices.Max(loads(list, cut)); most > share+share*slack/100+heaviest {
				t.Errorf("%d flows in %d parts: the heaviest part is %d, its share is %d", len(list), count, most, share)
			}
		}
	}
}

// The order of the flows decides nothing, and nor does the machine: the digest
// of this cut is the one that was written down when the rule was made. A change
// of it moves every shard of every user.
func TestACutIsTheSameEverywhere(t *testing.T) {
	list := flows(200, 1000, 6)
	list[3].Alone, list[4].Alone = true, true
	cut := Divide(list, 7)
	const was = "5794f24fc96d7a05"
	if cut.Digest != was {
		t.Errorf("the digest is %s, and was %s", cut.Digest, was)
	}
	of := map[string]int{}
	for i, flow := range list {
		of[flow.Name] = cut.Of[i]
	}
	random := rand.New(rand.NewPCG(7, 7))
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	again := Divide(list, 7)
	if again.Digest != cut.Digest {
		t.Errorf("in another order the digest is %s, not %s", again.Digest, cut.Digest)
	}
	for i, flow := range list {
		if again.Of[i] != of[flow.Name] {
			t.Errorf("in another order %s is in part %d, not %d", flow.Name, again.Of[i], of[flow.Name])
		}
	}
}

// The digest tells cuts apart.
func TestTheDigestTellsCutsApart(t *testing.T) {
	list := flows(50, 1000, 8)
	digests := map[string]string{Divide(list, 4).Digest: "the first"}
	heavier := slices.Clone(list)
	heavier[7].Weight *= 1000
	renamed := slices.Clone(list)
	renamed[7].Name = "another"
	for name, cut := range map[string]Cut{
		"five parts": Divide(list, 5), "one flow less": Divide(list[1:], 4), "other weights": Divide(heavier, 4), "another name": Divide(renamed, 4),
	} {
		if like := digests[cut.Digest]; like != "" {
			t.Errorf("%s has the digest of %s", name, like)
		}
		digests[cut.Digest] = name
	}
}

// A flow that is added or taken away moves few of the others.
func TestAFlowMoreMovesFew(t *testing.T) {
	for _, most := range []int64{1, 3, 1000} {
		list := flows(400, most, 9)
		for _, count := range []int{2, 4, 16} {
			whole, moved := Divide(list, count), 0
			const tried = 10
			for i := range tried {
				gone := i * 40
				less := Divide(slices.Concat(list[:gone], list[gone+1:]), count)
				for k, part := range slices.Concat(whole.Of[:gone], whole.Of[gone+1:]) {
					if less.Of[k] != part {
						moved++
					}
				}
			}
			if limit := tried * len(list) / 10; moved > limit { // of LPT it is half of them
				t.Errorf("weights up to %d, %d parts: %d of %d moved", most, count, moved, tried*len(list))
			}
		}
	}
}

// What must not run on two machines at once is in the first part, and the
// others share the rest.
func TestWhatIsAloneIsInTheFirstPart(t *testing.T) {
	list := flows(700, 1, 10)
	for i := range list {
		list[i].Alone = i%2 == 0
	}
	for _, count := range []int{1, 2, 3, 8, 64} {
		cut := Divide(list, count)
		for i, flow := range list {
			if flow.Alone && cut.Of[i] != 1 {
				t.Fatalf("%d parts: %s is in part %d", count, flow.Name, cut.Of[i])
			}
		}
		sums := loads(list, cut)
		if count > 2 && sums[0] != 350 {
			t.Errorf("%d parts: the first has %d more than what must be there", count, sums[0]-350)
		}
		if count > 1 {
			share := 350 / int64(count-1)
			if most := slices.Max(sums[1:]); most > share+share*slack/100+2 {
				t.Errorf("%d parts: the heaviest of the others has %d, its share is %d", count, most, share)
			}
		}
	}
}

// One flow that is heavier than a share has a part of its own, and the others
// are as equal as they can be.
func TestAHeavyFlowHasItsPart(t *testing.T) {
	list := flows(300, 1, 11)
	list[17].Weight = 1000
	cut := Divide(list, 4)
	for i, part := range cut.Of {
		if i != 17 && part == cut.Of[17] {
			t.Errorf("%s is beside the heavy one", list[i].Name)
		}
	}
	sums := loads(list, cut)
	slices.Sort(sums)
	if sums[2] > 106 {
		t.Errorf("the others have %v", sums[:3])
	}
}

// Parts of nothing, and more parts than flows.
func TestMorePartsThanFlows(t *testing.T) {
	list := flows(3, 1, 12)
	used := map[int]bool{}
	for _, part := range Divide(list, 64).Of {
		used[part] = true
	}
	if len(used) != 3 {
		t.Errorf("3 flows are in %d parts", len(used))
	}
	for i := range list {
		list[i].Weight = 0
	}
	if cut := Divide(list, 2); len(cut.Of) != 3 {
		t.Errorf("%v", cut)
	}
}

// The flows of a group stay together as far as there is room: what a group
// shares is made by few machines, and the balance is the same.
func TestGroupsStayTogether(t *testing.T) {
	list := flows(700, 100, 13)
	for i := range list {
		list[i].Group = fmt.Sprint("group ", i%35)
	}
	sum, _ := total(list)
	for _, count := range []int{2, 4, 8, 16} {
		cut, places := Divide(list, count), map[string]bool{}
		for i, part := range cut.Of {
			places[fmt.Sprint(list[i].Group, " in ", part)] = true
		}
		if len(places) > 35+2*count { // without groups it is nearly 35 times count
			t.Errorf("%d parts: 35 groups are in %d places", count, len(places))
		}
		share := sum/int64(count) + 1
		if most := slices.Max(loads(list, cut)); most > share+share*slack/100+100 {
			t.Errorf("%d parts: the heaviest has %d, its share is %d", count, most, share)
		}
	}
}
