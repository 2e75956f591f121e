package detect

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"obconform/harness/contract"
	"obconform/harness/mockbank"
	"obconform/harness/tpp"
)

// Job is one trial for a worker, one line of its input; one of its members is
// set.
type Job struct {
	// Learn asks for the learning pass.
	Learn bool `json:"learn,omitempty"`
	// Fault is the identifier of a named fault.
	Fault string `json:"fault,omitempty"`
	// Null is the name of a null bank, Way the way to a consent.
	Null string `json:"null,omitempty"`
	Way  string `json:"way,omitempty"`
	// Mutation is one mutation.
	Mutation *MutationTrial `json:"mutation,omitempty"`
	// Known are the clauses that stand out without a fault.
	Known []contract.ClauseID `json:"known,omitempty"`
	// Suites are those that may run.
	Suites []contract.API `json:"suites"`
}

// Name is the job in one line.
func (j Job) Name() string {
	switch {
	case j.Learn:
		return "the learning pass"
	case j.Fault != "":
		return j.Fault
	case j.Null != "":
		return j.Null + ", " + j.Way
	case j.Mutation != nil:
		return j.Mutation.Entry.ID() + " (" + j.Mutation.Entry.Name() + ")"
	}
	return "nothing"
}

// Sight is what came of a job, one line of a worker's output: the member that
// belongs to the job, or trouble.
type Sight struct {
	Learned  *Learned          `json:"learned,omitempty"`
	Fault    *Sighting         `json:"fault,omitempty"`
	Null     *NullSighting     `json:"null,omitempty"`
	Mutation *MutationSighting `json:"mutation,omitempty"`
	// Trouble says why there is nothing to be seen.
	Trouble string `json:"trouble,omitempty"`
}

// Worker makes trials in one process, one after the other.
type Worker struct {
	// Scene is where mutations are tried; nil is mock banks.
	Scene Scene
	// Suites are all suites.
	Suites []tpp.Suite

	keys *mockbank.Keys
}

// Work makes the trials that come in as lines, until there are no more or the
// process is interrupted. The error is a broken protocol.
func (w *Worker) Work(in io.Reader, out io.Writer) error {
	stdout := os.Stdout
	os.Stdout = os.Stderr // what a spec prints must not stand between the lines
	defer func() { os.Stdout = stdout }()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(interrupts)
	lines, answers := bufio.NewScanner(in), json.NewEncoder(out)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		var job Job
		if err := json.Unmarshal(lines.Bytes(), &job); err != nil {
			return fmt.Errorf("a job that cannot be read: %w", err)
		}
		sight := w.do(job)
		select {
		case <-interrupts:
			return nil // what an interrupted trial saw proves nothing
		default:
		}
		if err := answers.Encode(sight); err != nil {
			return err
		}
	}
	return lines.Err()
}

// maxLine bounds one line of the protocol: a learning pass is the longest.
const maxLine = 256 << 20

func (w *Worker) do(job Job) Sight {
	sight, err := w.try(job)
	if err != nil {
		sight.Trouble = job.Name() + ": " + err.Error()
	}
	return sight
}

func (w *Worker) try(job Job) (sight Sight, err error) {
	if w.keys == nil {
		if w.keys, err = mockbank.GenerateKeys(); err != nil {
			return sight, err
		}
	}
	scene := w.Scene
	if scene == nil {
		scene = MockScene{Keys: w.keys}
	}
	suites := slices.DeleteFunc(slices.Clone(w.Suites), func(s tpp.Suite) bool { return !slices.Contains(job.Suites, s.API) })
	switch {
	case job.Learn:
		learned, err := Learn(scene, suites)
		return Sight{Learned: &learned}, err
	case job.Fault != "":
		i := slices.IndexFunc(mockbank.Faults(), func(f mockbank.Fault) bool { return f.ID == job.Fault })
		if i < 0 {
			return sight, errors.New("there is no such fault")
		}
		seen, err := See(mockbank.Faults()[i], mockbank.Options{Keys: w.keys}, suites, job.Known)
		return Sight{Fault: &seen}, err
	case job.Null != "":
		i := slices.IndexFunc(NullBanks(), func(n NullBank) bool { return n.Name == job.Null })
		if i < 0 {
			return sight, errors.New("there is no such null bank")
		}
		seen, err := SeeNull(NullBanks()[i], job.Way, w.keys, suites)
		return Sight{Null: &seen}, err
	case job.Mutation != nil:
		seen, err := SeeMutation(*job.Mutation, scene, suites)
		return Sight{Mutation: &seen}, err
	}
	return sight, errors.New("a job without a trial")
}
