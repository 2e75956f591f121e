// Package suitetest runs one suite as an ordinary Ginkgo suite, for 'go test'
// and the ginkgo command: against the target whose configuration the variable
// OBCONFORM_CONFIG names, or else against an embedded mock bank.
package suitetest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"

	"obconform/harness/config"
	"obconform/harness/embedded"
	"obconform/harness/mockbank"
	"obconform/harness/tpp"
)

// configVariable names the configuration of the target.
const configVariable = "OBCONFORM_CONFIG"

// Run runs the suite; it fails the test where there is no target.
func Run(t *testing.T, suite tpp.Suite) {
	t.Helper()
	loaded, err := config.Load(target(t), slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, configVariable+"=")
	}))
	if err != nil {
		t.Fatal(err)
	}
	bank, err := tpp.New(loaded)
	if err != nil {
		t.Fatal(err)
	}
	suite.Register(bank)
	ginkgo.AfterSuite(func(ctx ginkgo.SpecContext) {
		for _, api := range bank.Leftovers() {
			bank.CleanUp(ctx, api)
		}
	})
	ginkgo.RunSpecs(t, suite.API.Title())
}

// target is the configuration's path.
func target(t *testing.T) string {
	t.Helper()
	if file := os.Getenv(configVariable); file != "" {
		return file
	}
	bank, err := embedded.Start(mockbank.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bank.Close)
	return bank.Config
}
