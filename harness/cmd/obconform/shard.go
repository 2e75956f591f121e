package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"obconform/harness/config"
	"obconform/harness/report"
	"obconform/harness/runner"
	"obconform/harness/shard"
	"obconform/suites"
)

// shardFlags divide a run among machines.
type shardFlags struct {
	Shard     *string `placeholder:"I/N" help:"Run part I of N. 'auto' takes both from the variables of GitLab, CircleCI or Buildkite, 'auto/N' the index from a Kubernetes Indexed Job."`
	Timings   string  `placeholder:"FILE" help:"The results.json of an earlier run, or of merged shards: parts take equally long by its times. All shards need the same file."`
	OwnTarget bool    `help:"Each shard has a target of its own: the rate is not divided, and destructive specs do not keep to the first shard."`
}

// sharding is what the flags, checked, settle; the zero value is a whole run.
type sharding struct {
	shardFlags
	part    shard.Part
	timings []report.SpecVerdict
}

// sharding reads the flags; the error is all that is wrong with them.
func (r runCommand) sharding(environ []string) (sharding, error) {
	s := sharding{shardFlags: r.shardFlags}
	if r.Shard == nil { // not the same as empty, which a variable is that nobody has set
		var wrong []error
		if r.Timings != "" {
			wrong = append(wrong, errors.New("--timings: expected --shard I/N beside it, got none"))
		}
		if r.OwnTarget {
			wrong = append(wrong, errors.New("--own-target: expected --shard I/N beside it, got none"))
		}
		return s, errors.Join(wrong...)
	}
	part, unknown := shard.Parse(*r.Shard, environ)
	if s.part = part; unknown != nil {
		unknown = fmt.Errorf("--shard: %w", unknown)
	}
	var unreadable, early error
	if r.Timings != "" {
		results, err := readResults(r.Timings)
		if s.timings = results.Specs; err != nil {
			unreadable = fmt.Errorf("--timings: %w", err)
		}
	}
	if r.MinCoverage != "" || r.UpdateBaseline {
		early = errors.New("--min-coverage and --update-baseline: expected neither beside --shard, since a part covers and finds less than the whole: " +
			"give --min-coverage to 'obconform report', and update a baseline with a whole run")
	}
	return s, errors.Join(unknown, unreadable, early)
}

// divide is the shard's part of the plan, and what the reports say of it; nil
// for a whole run.
func (s sharding) divide(plan runner.Plan, target config.Config, changes changesFlag) (runner.Plan, *report.Shards) {
	if s.part.Count == 0 {
		return plan, nil
	}
	requests := func(spec report.SpecResult) int {
		if slices.Contains(spec.Labels, "destructive") && !registers(target, changes) {
			return 0
		}
		return requestsOf(spec)
	}
	mine, cut := plan.Shard(s.part, runner.Sharding{Weigh: runner.Weights(s.timings, requests), Apart: s.OwnTarget})
	return mine, &report.Shards{Count: s.part.Count, Present: []int{s.part.Index}, Cut: cut.Digest, Specs: len(mine.Specs), Of: len(plan.Specs), LeftOut: len(plan.LeftOut)}
}

// requestsOf is how many requests a spec makes, about, as its section says.
func requestsOf(spec report.SpecResult) int {
	for _, suite := range suites.All() {
		for _, section := range suite.Sections {
			if suite.API == spec.Suite && section.Name == spec.Section {
				return section.Requests
			}
		}
	}
	return 1
}

// registers tells whether registrations may be changed at the target: where they
// may not, what is destructive is left out and takes no time.
func registers(target config.Config, changes changesFlag) bool {
	switch target.Kind() {
	case config.Mock:
		return true
	case config.Production:
		return target.Target.AllowDestructive && changes.AllowChangesOn != ""
	}
	return target.Target.AllowDestructive
}

// share is how many runs ask the target at once.
func (s sharding) share() int {
	if s.OwnTarget || s.part.Count == 0 {
		return 1
	}
	return s.part.Count
}

// notes tell the reader of the reports of what was divided beside the specs.
func (s sharding) notes(target config.Config) []string {
	rate := target.Target.Rate.RequestsPerSecond
	if s.share() == 1 || rate == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d shards ask the target at once: each keeps to %.3g requests a second, its share of target.rate", s.share(), rate/float64(s.share()))}
}

// seedOf is the seed of all shards which are given none: it comes from what they have
// in common, since shards of several seeds are not of one run.
func seedOf(cut string) int64 {
	digest, err := hex.DecodeString(cut)
	if err != nil || len(digest) < 8 {
		return 1
	}
	return int64(binary.BigEndian.Uint64(digest)>>33) + 1 // as small as a random one, and never 0
}
