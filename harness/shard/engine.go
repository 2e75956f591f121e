package shard

import (
	"errors"
	"fmt"
	"strings"
)

// engine is how one engine tells its jobs which of them they are.
type engine struct {
	name string
	// index and total are its variables; total is empty where it tells none.
	index, total string
	// first is the index of the first job.
	first int
}

// engines are those that are known, each by the variables of its documentation.
func engines() []engine {
	return []engine{
		// GitLab, 'Predefined CI/CD variables': counted from 1; a job without
		// 'parallel' has a total of 1 and no index.
		{name: "GitLab", index: "CI_NODE_INDEX", total: "CI_NODE_TOTAL", first: 1},
		// CircleCI, 'Test splitting and parallelism'.
		{name: "CircleCI", index: "CIRCLE_NODE_INDEX", total: "CIRCLE_NODE_TOTAL"},
		// Buildkite, 'Environment variables'.
		{name: "Buildkite", index: "BUILDKITE_PARALLEL_JOB", total: "BUILDKITE_PARALLEL_JOB_COUNT"},
		// Kubernetes, 'Indexed Job': the number of completions is told to no pod.
		{name: "Kubernetes", index: "JOB_COMPLETION_INDEX"},
	}
}

// fromEngine is the part that the engine's variables name, of count parts, or
// of as many as the engine says where count is 0.
func fromEngine(environ []string, count int) (Part, error) {
	values := map[string]string{}
	for _, pair := range environ {
		if name, value, _ := strings.Cut(pair, "="); name != "" { // Windows has some without
			values[name] = value
		}
	}
	var here []engine
	var known []string
	for _, e := range engines() {
		known = append(known, e.index)
		_, index := values[e.index]
		_, total := values[e.total]
		if index || total {
			here = append(here, e)
		}
	}
	switch len(here) {
	case 0:
		return Part{}, fmt.Errorf("expected one of the variables %s to be set, got none; "+
			"elsewhere, in a matrix of GitHub for one, say which part it is: --shard 1/4", strings.Join(known, ", "))
	case 1:
		return here[0].part(values, count)
	}
	var set []string
	for _, e := range here {
		set = append(set, e.index+" ("+e.name+")")
	}
	return Part{}, fmt.Errorf("expected the variables of one engine, got %s: say which part it is: --shard 1/4", strings.Join(set, " and "))
}

// part reads the engine's variables, and finds all that is wrong with them.
func (e engine) part(values map[string]string, count int) (Part, error) {
	total, wrong := e.count(values, count)
	text, set := values[e.index]
	if !set && e.first == 1 && values[e.total] == "1" && count <= 1 {
		return Part{Index: 1, Count: 1}, nil // of a job that is alone GitLab tells no index
	}
	if !set {
		return Part{}, errors.Join(wrong, fmt.Errorf("the variable %s of %s is not set, and %s is %q", e.index, e.name, e.total, values[e.total]))
	}
	most := Most
	if wrong == nil {
		most = total
	}
	index, err := number(text, e.first, e.first+most-1)
	if err != nil {
		err = fmt.Errorf("the variable %s of %s: %w", e.index, e.name, err)
	}
	if err := errors.Join(wrong, err); err != nil {
		return Part{}, err
	}
	return Part{Index: index - e.first + 1, Count: total}, nil
}

// count is the number of parts: the engine's, or the caller's, who must not
// contradict it.
func (e engine) count(values map[string]string, count int) (int, error) {
	text, set := values[e.total]
	switch {
	case e.total == "" && count == 0:
		return 0, fmt.Errorf("%s tells no job how many there are (spec.completions): expected --shard auto/N", e.name)
	case e.total == "":
		return count, nil
	case !set && count == 0:
		return 0, fmt.Errorf("the variable %s of %s is not set, and %s is %q", e.total, e.name, e.index, values[e.index])
	case !set:
		return count, nil
	}
	total, err := number(text, 1, Most)
	switch {
	case err != nil:
		return 0, fmt.Errorf("the variable %s of %s: %w", e.total, e.name, err)
	case count != 0 && count != total:
		return 0, fmt.Errorf("the variable %s of %s is %d, and --shard says %d", e.total, e.name, total, count)
	}
	return total, nil
}
