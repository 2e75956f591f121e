package accountaccessconsents_test

import (
	"testing"

	"obconform/harness/suitetest"
	"obconform/suites/accountaccessconsents"
)

func TestSuite(t *testing.T) { suitetest.Run(t, accountaccessconsents.Suite()) }
