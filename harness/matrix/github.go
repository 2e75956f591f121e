package matrix

import (
	"encoding/json"
	"fmt"
	"strings"

	"obconform/harness/config"
)

// mostGitHub is how many jobs a matrix of GitHub may have ("Usage limits").
const mostGitHub = 256

// gitHubJob is one row of a strategy matrix.
type gitHubJob struct {
	// Name is for people; Cell names the run that the job is a shard of.
	Name          string `json:"name"`
	Cell          string `json:"cell"`
	Brand         string `json:"brand"`
	Environment   string `json:"environment"`
	Configuration string `json:"configuration"`
	// Shard is the value of --shard, Index the first half of it.
	Shard string `json:"shard"`
	Index int    `json:"index"`
	// Config and Arguments are for the command line; no shell changes the latter.
	Config    string `json:"config"`
	Arguments string `json:"arguments"`
	// Variables are the job's environment.
	Variables map[string]string `json:"variables"`
	// Secrets and Files have the names of secrets, by keys of the configuration:
	// of secrets, which Variables expects in the variable of the key's own name,
	// and of what is to lie in a file.
	Secrets map[string]string `json:"secrets"`
	Files   map[string]string `json:"files"`
}

// GitHub is the matrix as the value of jobs.<id>.strategy.matrix, by way of
// fromJSON: one line of JSON, a row for each shard of each run. The error says
// that there are more than GitHub takes.
func (m Matrix) GitHub() ([]byte, error) {
	rows := []gitHubJob{}
	for _, cell := range m.Cells() {
		for i := range m.Shards {
			rows = append(rows, m.gitHubJob(cell, i))
		}
	}
	if len(rows) > mostGitHub {
		return nil, fmt.Errorf("GitHub takes at most %d jobs in one matrix, and this one has %d runs of %d shards", mostGitHub, len(m.Cells()), m.Shards)
	}
	data, err := json.Marshal(map[string]any{"include": rows})
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

func (m Matrix) gitHubJob(cell Cell, i int) gitHubJob {
	job := gitHubJob{Name: cell.Name() + " " + m.shardName(i), Cell: cell.ID(),
		Brand: cell.Brand, Environment: cell.Environment, Configuration: cell.Configuration,
		Shard: m.shardName(i), Index: i + 1, Config: cell.Config, Arguments: strings.Join(m.Arguments, " "),
		Variables: map[string]string{}, Secrets: map[string]string{}, Files: map[string]string{}}
	for _, variable := range cell.Variables {
		job.Variables[variable.Name] = variable.Value
	}
	for _, secret := range cell.Secrets {
		if secret.File {
			job.Files[secret.Key] = secret.Store
			continue
		}
		job.Secrets[secret.Key] = secret.Store
		job.Variables[config.EnvName(secret.Key+".env")] = secretVariable(secret.Key)
	}
	return job
}

// secretVariable is the variable that a workflow puts a secret into: CLIENT_ID
// for client.id.
func secretVariable(key string) string { return strings.TrimPrefix(config.EnvName(key), "OBCONFORM_") }
