package deprecation

import (
	"strings"
	"testing"
)

func TestNotices(t *testing.T) {
	sound := Notice{Name: "--old", Instead: "--new", Since: "1.2.0", Removal: "2.0.0"}
	if got := sound.String(); got != "--old is deprecated since version 1.2.0 and goes with version 2.0.0: use --new" {
		t.Error(got)
	}
	for _, c := range []struct {
		change  func(*Notice)
		version string
		says    string
	}{
		{func(*Notice) {}, "1.2.0", ""},
		{func(*Notice) {}, "1.10.3", ""},
		{func(*Notice) {}, "2.0.0", "--old was to go with 2.0.0, and this is 2.0.0"},
		{func(*Notice) {}, "1.1.9", "--old is warned of since 1.2.0, and this is 1.1.9"},
		{func(n *Notice) { n.Removal = "1.2.0" }, "1.2.0", "no version ahead"},
		{func(n *Notice) { n.Removal = "1.1.0" }, "1.2.0", "no version ahead"},
		{func(n *Notice) { n.Instead = "" }, "1.2.0", "without what to use"},
		{func(n *Notice) { n.Since = "1.2" }, "1.2.0", `--old: expected a version as 1.2.3, got "1.2"`},
		{func(n *Notice) { n.Removal = "next.0.0" }, "1.2.0", "expected a version"},
		{func(*Notice) {}, "development", "expected a version"},
	} {
		notice := sound
		c.change(&notice)
		if err := notice.Check(c.version); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v at %s: %v, want %q", notice, c.version, err, c.says)
		}
	}
}
