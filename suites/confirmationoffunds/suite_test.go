package confirmationoffunds_test

import (
	"testing"

	"obconform/harness/suitetest"
	"obconform/suites/confirmationoffunds"
)

func TestSuite(t *testing.T) { suitetest.Run(t, confirmationoffunds.Suite()) }
