package matrix

import (
	"errors"
	"strings"

	"obconform/harness/config"
)

// GitLab is what a file says for GitLab alone.
type GitLab struct {
	// Image has a shell, and obconform on its path.
	Image string `json:"image"`
}

// The jobs of a .gitlab-ci.yml, as far as they are written here ('CI/CD YAML
// syntax reference').
type (
	gitLabJob struct {
		Extends   string            `yaml:"extends,omitempty"`
		Image     *gitLabImage      `yaml:"image,omitempty"`
		Variables map[string]string `yaml:"variables,omitempty"`
		Parallel  *gitLabParallel   `yaml:"parallel,omitempty"`
		Needs     []string          `yaml:"needs,omitempty"`
		When      string            `yaml:"when,omitempty"`
		Script    []string          `yaml:"script,omitempty"`
		Artifacts *gitLabArtifacts  `yaml:"artifacts,omitempty"`
		Allowed   *gitLabAllowed    `yaml:"allow_failure,omitempty"`
	}
	gitLabImage struct {
		Name       string   `yaml:"name"`
		Entrypoint []string `yaml:"entrypoint"`
	}
	gitLabParallel struct {
		Matrix []gitLabRow `yaml:"matrix"`
	}
	gitLabRow struct {
		Brand         string   `yaml:"BRAND"`
		Environment   string   `yaml:"ENVIRONMENT"`
		Configuration string   `yaml:"CONFIGURATION"`
		Shard         []string `yaml:"SHARD"`
	}
	gitLabArtifacts struct {
		When    string            `yaml:"when"`
		Paths   []string          `yaml:"paths"`
		Reports map[string]string `yaml:"reports,omitempty"`
	}
	gitLabAllowed struct {
		ExitCodes []int `yaml:"exit_codes"`
	}
)

// The hidden jobs that the others extend.
const (
	gitLabShard = ".obconform-shard"
	gitLabWhole = ".obconform-whole"
)

// GitLab is the matrix as jobs of a .gitlab-ci.yml: for each run one job with a
// parallel matrix of its shards, and one that merges their reports. The values
// of a run are variables of its job and not of the matrix, whose values are part
// of the jobs' names, which GitLab bounds. The error says what the file lacks.
func (m Matrix) GitLab() ([]byte, error) {
	if m.ForGitLab == nil {
		return nil, errors.New("at /gitlab: expected the image of the jobs, got nothing")
	}
	var out document
	out.comment("Made by 'obconform matrix --format gitlab': change the matrix file, not this one.",
		"Exit status 3 is no pass and no breach: it leaves the pipeline with a warning.")
	for _, template := range m.gitLabTemplates() {
		out.add(template.name, template.job)
	}
	for _, cell := range m.Cells() {
		shards := make([]string, m.Shards)
		for i := range shards {
			shards[i] = m.shardName(i)
		}
		out.add(m.Name+" "+cell.Name(), gitLabJob{Extends: gitLabShard, Variables: gitLabVariables(cell),
			Parallel: &gitLabParallel{[]gitLabRow{{cell.Brand, cell.Environment, cell.Configuration, shards}}}})
		out.add(m.Name+" "+cell.Name()+" whole", gitLabJob{Extends: gitLabWhole, Needs: []string{m.Name + " " + cell.Name()}})
	}
	return out.bytes()
}

type namedJob struct {
	name string
	job  gitLabJob
}

func (m Matrix) gitLabTemplates() []namedJob {
	image := &gitLabImage{Name: m.ForGitLab.Image, Entrypoint: []string{""}}
	undecided := &gitLabAllowed{ExitCodes: []int{3}}
	arguments := ""
	if len(m.Arguments) > 0 {
		arguments = " " + strings.Join(m.Arguments, " ")
	}
	return []namedJob{
		{gitLabShard, gitLabJob{Image: image, Allowed: undecided,
			// CI_NODE_INDEX counts the jobs of the whole matrix: the shard is said outright.
			Script: []string{`obconform run --config "$CONFIG" --shard "$SHARD" --seed "$CI_PIPELINE_ID" --reports "reports/shard-${SHARD%/*}"` + arguments},
			Artifacts: &gitLabArtifacts{When: "always", Paths: []string{"reports/"},
				Reports: map[string]string{"junit": "reports/shard-*/junit.xml"}}}},
		{gitLabWhole, gitLabJob{Image: image, Allowed: undecided, When: "always",
			Script:    []string{`obconform report --json reports/results.json --html reports/report.html --from reports/shard-*/results.json`},
			Artifacts: &gitLabArtifacts{When: "always", Paths: []string{"reports/results.json", "reports/report.html"}}}},
	}
}

// gitLabVariables are those of a run. GitLab gives its jobs every variable of
// the project, so that a secret is named and not repeated; one for a file is of
// the type file, and holds its path.
func gitLabVariables(cell Cell) map[string]string {
	variables := map[string]string{"CONFIG": gitLabText(cell.Config)}
	for _, variable := range cell.Variables {
		variables[variable.Name] = gitLabText(variable.Value)
	}
	for _, secret := range cell.Secrets {
		if secret.File {
			variables[config.EnvName(secret.Key)] = "$" + secret.Store
		} else {
			variables[config.EnvName(secret.Key+".env")] = secret.Store
		}
	}
	return variables
}

// gitLabText is a text in which GitLab finds no variable of its own.
func gitLabText(text string) string { return strings.ReplaceAll(text, "$", "$$") }
