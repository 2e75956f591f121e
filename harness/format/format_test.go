package format_test

import (
	"encoding/json"
	"strings"
	"testing"

	"obconform/harness/format"
)

func TestVersionsThatAreRead(t *testing.T) {
	of := format.Format{Name: "results", Version: 3, Oldest: 2, Member: "schemaVersion"}
	optional := format.Format{Name: "config", Version: 2, Oldest: 1, Member: "version", Optional: true}
	for _, c := range []struct {
		format  format.Format
		text    string
		version int
		says    string
	}{
		{of, `{"schemaVersion": 3}`, 3, ""},
		{of, `{"schemaVersion": 2, "new": {}}`, 2, ""},
		{of, `{"schemaVersion": 4}`, 0, "has schemaVersion 4; this obconform reads 2 to 3: it comes from a newer obconform"},
		{of, `{"schemaVersion": 1}`, 0, "has schemaVersion 1; this obconform reads 2 to 3: make it anew"},
		{of, `{"schemaVersion": 0}`, 0, "has schemaVersion 0; expected a whole number"},
		{of, `{"schemaVersion": 2.5}`, 0, "has schemaVersion 2.5; expected a whole number"},
		{of, `{"schemaVersion": 99999999999999999999999}`, 0, "has schemaVersion 99999999999999999999…; expected a whole number"},
		{of, `{"schemaVersion": "2"}`, 0, "is no results: it has no number schemaVersion"},
		{of, `{}`, 0, "is no results: it has no number schemaVersion"},
		{of, `[]`, 0, "is no results: expected an object"},
		{optional, `{}`, 1, ""},
		{optional, `{"version": 2}`, 2, ""},
		{optional, `{"version": 3}`, 0, "this obconform reads 1 to 2"},
		{optional, `{"version": null}`, 0, "has no number version"},
		{format.New("a", "", nil), `{"schemaVersion": 2}`, 0, "this obconform reads 1: it comes"},
	} {
		decoder := json.NewDecoder(strings.NewReader(c.text))
		decoder.UseNumber()
		var document any
		if err := decoder.Decode(&document); err != nil {
			t.Fatal(err)
		}
		version, err := c.format.VersionOf(document)
		if version != c.version || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %d, %v, want %d, %q", c.text, version, err, c.version, c.says)
		}
	}
}
