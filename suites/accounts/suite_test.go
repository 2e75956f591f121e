package accounts_test

import (
	"testing"

	"obconform/harness/suitetest"
	"obconform/suites/accounts"
)

func TestSuite(t *testing.T) { suitetest.Run(t, accounts.Suite()) }
