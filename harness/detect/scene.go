package detect

import (
	"obconform/harness/detect/mutate"
	"obconform/harness/mockbank"
)

// MockScene tries mutations on mock banks, a new one for each trial.
type MockScene struct{ Keys *mockbank.Keys }

func (s MockScene) begin() (*ground, error) {
	return newMutatingGround(mockbank.Options{Keys: s.Keys})
}

func (s MockScene) signer() mutate.Signer { return s.Keys.Sign }
