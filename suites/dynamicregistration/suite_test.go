package dynamicregistration_test

import (
	"testing"

	"obconform/harness/suitetest"
	"obconform/suites/dynamicregistration"
)

func TestSuite(t *testing.T) { suitetest.Run(t, dynamicregistration.Suite()) }
