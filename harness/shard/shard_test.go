package shard

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	gitlab := []string{"CI_NODE_INDEX=2", "CI_NODE_TOTAL=4"}
	kubernetes := []string{"JOB_COMPLETION_INDEX=0"}
	for _, c := range []struct {
		value   string
		environ []string
		want    Part
	}{
		{"1/1", nil, Part{1, 1}}, {"2/4", nil, Part{2, 4}}, {"64/64", nil, Part{64, 64}},
		{"1/3", gitlab, Part{1, 3}}, // what is said outright is not contradicted by a job that is one of many
		{"auto", gitlab, Part{2, 4}}, {"auto/4", gitlab, Part{2, 4}},
		{"auto", []string{"CI_NODE_TOTAL=1"}, Part{1, 1}}, // a GitLab job without 'parallel'
		{"auto", []string{"=C:=C:\\", "CIRCLE_NODE_INDEX=0", "CIRCLE_NODE_TOTAL=2"}, Part{1, 2}},
		{"auto", []string{"CIRCLE_NODE_INDEX=1", "CIRCLE_NODE_TOTAL=2"}, Part{2, 2}},
		{"auto", []string{"BUILDKITE_PARALLEL_JOB=7", "BUILDKITE_PARALLEL_JOB_COUNT=8"}, Part{8, 8}},
		{"auto/4", kubernetes, Part{1, 4}}, {"auto/1", kubernetes, Part{1, 1}},
		{"auto/64", []string{"JOB_COMPLETION_INDEX=63"}, Part{64, 64}},
	} {
		if got, err := Parse(c.value, c.environ); err != nil || got != c.want {
			t.Errorf("%s with %q: %v, %v, want %v", c.value, c.environ, got, err, c.want)
		}
	}
}

// What cannot be one part of many is refused, with the variable and what was
// expected of it.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		value string
		// environ is a list of variables, separated by spaces.
		environ string
		says    []string
	}{
		{"", "", []string{"expected I/N", `""`}}, {"2", "", []string{"expected I/N"}}, {"0/4", "", []string{"counted from 1"}},
		{"5/4", "", []string{`"5/4"`}}, {"1/0", "", []string{"N from 1 to 64"}}, {"1/65", "", []string{"N from 1 to 64"}},
		{"-1/4", "", []string{"from 1"}}, {"+1/4", "", []string{"from 1"}}, {"01/4", "", []string{"from 1"}}, {"1/4/2", "", []string{"N from"}},
		{" 1/4", "", []string{"I from 1"}}, {"a/b", "", []string{"expected I/N"}}, {"auto/", "", []string{"auto/N"}}, {"auto/0", "", []string{"auto/N"}},
		{"auto/65", "", []string{"auto/N"}}, {"automatic", "", []string{"expected I/N"}},
		{"auto", "", []string{"CI_NODE_INDEX, CIRCLE_NODE_INDEX, BUILDKITE_PARALLEL_JOB, JOB_COMPLETION_INDEX", "got none", "--shard 1/4"}},
		{"auto/4", "", []string{"got none"}},
		{"auto", "CI_NODE_INDEX=0 CI_NODE_TOTAL=4", []string{"CI_NODE_INDEX", "GitLab", "from 1 to 4", `"0"`}},
		{"auto", "CI_NODE_INDEX=5 CI_NODE_TOTAL=4", []string{"CI_NODE_INDEX", "from 1 to 4", `"5"`}},
		{"auto", "CI_NODE_INDEX=x CI_NODE_TOTAL=y", []string{"CI_NODE_INDEX", `"x"`, "CI_NODE_TOTAL", `"y"`}},
		{"auto", "CI_NODE_INDEX=1", []string{"CI_NODE_TOTAL of GitLab is not set"}},
		{"auto", "CI_NODE_TOTAL=4", []string{"CI_NODE_INDEX of GitLab is not set"}},
		{"auto/4", "CI_NODE_TOTAL=1", []string{"CI_NODE_TOTAL of GitLab is 1, and --shard says 4", "CI_NODE_INDEX"}},
		{"auto/4", "CI_NODE_INDEX=1 CI_NODE_TOTAL=3", []string{"is 3, and --shard says 4"}},
		{"auto", "CI_NODE_INDEX=1 CI_NODE_TOTAL=65", []string{"CI_NODE_TOTAL", "from 1 to 64"}},
		{"auto", "CIRCLE_NODE_INDEX=2 CIRCLE_NODE_TOTAL=2", []string{"CIRCLE_NODE_INDEX", "from 0 to 1"}},
		{"auto", "CIRCLE_NODE_TOTAL=1", []string{"CIRCLE_NODE_INDEX of CircleCI is not set"}},
		{"auto", "BUILDKITE_PARALLEL_JOB=-1 BUILDKITE_PARALLEL_JOB_COUNT=2", []string{"BUILDKITE_PARALLEL_JOB of", "from 0 to 1"}},
		{"auto", "JOB_COMPLETION_INDEX=0", []string{"Kubernetes", "spec.completions", "auto/N"}},
		{"auto/2", "JOB_COMPLETION_INDEX=2", []string{"JOB_COMPLETION_INDEX", "from 0 to 1", `"2"`}},
		{"auto/2", "JOB_COMPLETION_INDEX=", []string{"JOB_COMPLETION_INDEX", `""`}},
		{"auto", "CI_NODE_INDEX=1 CI_NODE_TOTAL=2 JOB_COMPLETION_INDEX=0", []string{"one engine", "CI_NODE_INDEX (GitLab)", "JOB_COMPLETION_INDEX (Kubernetes)"}},
	} {
		part, err := Parse(c.value, strings.Fields(c.environ))
		if err == nil {
			t.Errorf("%q with %q is %v", c.value, c.environ, part)
			continue
		}
		for _, text := range c.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%q with %q: %q does not say %q", c.value, c.environ, err, text)
			}
		}
	}
}
