package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Every command line in the jobs that 'matrix' prints is one that the program
// takes.
func TestPrintedJobsCanBeTyped(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(root, "harness", "matrix", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var lines [][]string
	for _, found := range regexp.MustCompile(`(?m)^    - obconform (.*)$`).FindAllStringSubmatch(read("gitlab.yml"), -1) {
		line := strings.NewReplacer("$SHARD", "1/3", "$CI_PIPELINE_ID", "4711", `"`, "").Replace(found[1])
		lines = append(lines, strings.Fields(line))
	}
	jobs := yaml.NewDecoder(strings.NewReader(read("kubernetes.yml")))
	for {
		var job struct {
			Spec struct {
				Template struct {
					Spec struct{ Containers []struct{ Args []string } }
				}
			}
		}
		if jobs.Decode(&job) != nil {
			break
		}
		lines = append(lines, job.Spec.Template.Spec.Containers[0].Args)
	}
	if len(lines) != 2+6 {
		t.Errorf("%d command lines, expected 2 of GitLab and one of each Job: %q", len(lines), lines)
	}
	for _, line := range lines {
		if err := parses(line); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}
