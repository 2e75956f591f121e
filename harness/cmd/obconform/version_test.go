package main

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"testing"
)

func TestABuildSaysWhatItIs(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	for name, c := range map[string]struct {
		settings    []debug.BuildSetting
		line, short string
	}{
		"of a folder without version control": {nil, "obconform 1.2.3 (go9, plan9/mips)", "1.2.3"},
		"of a commit": {[]debug.BuildSetting{{Key: "vcs.revision", Value: sha}, {Key: "vcs.time", Value: "2026-11-30T12:57:57Z"}, {Key: "vcs.modified", Value: "false"}},
			"obconform 1.2.3 (commit " + sha + " of 2026-11-30T12:57:57Z, go9, plan9/mips)", "1.2.3-0123456789ab"},
		"of a commit with changes": {[]debug.BuildSetting{{Key: "vcs.revision", Value: sha}, {Key: "vcs.modified", Value: "true"}},
			"obconform 1.2.3 (commit " + sha + " with changes, go9, plan9/mips)", "1.2.3-0123456789ab"},
		"of an abbreviated commit": {[]debug.BuildSetting{{Key: "vcs.revision", Value: "0123"}}, "obconform 1.2.3 (commit 0123, go9, plan9/mips)", "1.2.3"},
	} {
		b := build{Version: "1.2.3", Go: "go9", OS: "plan9", Arch: "mips"}
		b.recorded(c.settings)
		if b.String() != c.line || b.short() != c.short {
			t.Errorf("%s: %q and %q, want %q and %q", name, b, b.short(), c.line, c.short)
		}
	}
}

func TestTheVersionForPeopleAndPrograms(t *testing.T) {
	var text, document, complaints bytes.Buffer
	if status := execute([]string{"version"}, &shell{out: &text, err: &complaints}); status != exitOK || text.String() != thisBuild().String()+"\n" {
		t.Errorf("exit status %d: %q, %s", status, text.String(), complaints.Bytes())
	}
	if status := execute([]string{"version", "--json"}, &shell{out: &document, err: &complaints}); status != exitOK {
		t.Errorf("exit status %d: %s", status, complaints.Bytes())
	}
	var said build
	if err := json.Unmarshal(document.Bytes(), &said); err != nil || said != thisBuild() || said.SchemaVersion != 1 || said.Version == "" || said.Go == "" {
		t.Errorf("%+v, %v in %s", said, err, document.Bytes())
	}
}
