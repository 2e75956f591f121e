package tpp

import "github.com/onsi/ginkgo/v2"

// Reporter ends the running spec. Both methods do not return: Ginkgo unwinds
// the spec's goroutine with a panic of its own.
type Reporter interface {
	Fail(message string)
	Skip(message string)
}

type ginkgoReporter struct{}

func (ginkgoReporter) Fail(message string) {
	ginkgo.GinkgoHelper()
	ginkgo.Fail(message, 1)
}

func (ginkgoReporter) Skip(message string) {
	ginkgo.GinkgoHelper()
	ginkgo.Skip(message, 1)
}
