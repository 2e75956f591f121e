package leftovers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"obconform/harness/contract"
	"obconform/harness/format/formattest"
)

const bankA, bankB = "https://a.example.com", "https://b.example.com"

// idsOf are the identifiers of what is left, in their order.
func idsOf(things []Thing) []string {
	ids := []string{}
	for _, thing := range things {
		ids = append(ids, thing.ID)
	}
	return ids
}

func mustRead(t *testing.T, path string) []Thing {
	t.Helper()
	left, unreadable, err := Read(path)
	if err != nil || unreadable > 0 {
		t.Fatalf("%d lines unreadable, %v", unreadable, err)
	}
	return left
}

// create logs the whole creation of a thing.
func create(t *testing.T, l *Log, id string) {
	t.Helper()
	request, err := l.Sending(contract.CreateAccountAccessConsent, "interaction of "+id)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Created(Thing{Request: request, Operation: contract.CreateAccountAccessConsent, ID: id}); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if left := mustRead(t, path); len(left) > 0 {
		t.Errorf("a file that is not there says that %v is left", left)
	}
	l := NewLog(path, bankA, true)
	create(t, l, "1")
	create(t, l, "2")
	refused, _ := l.Sending(contract.RegisterClient, "")
	_ = l.Nothing(refused)
	lost, _ := l.Sending(contract.RegisterClient, "lost")
	_ = l.Deleted("1")
	_ = l.Deleted("never heard of")
	other := NewLog(path, bankB, false) // the same identifier at another bank is another thing
	create(t, other, "2")
	_ = other.Deleted("2")
	_ = l.Changed(Thing{ID: "2", Method: "client_secret_post", Sealed: "new"})
	_ = l.Changed(Thing{ID: "of the user's own", Sealed: "new"}) // which nobody must delete
	left := mustRead(t, path)
	if got := idsOf(left); !slices.Equal(got, []string{"2", ""}) {
		t.Fatalf("left are %q", got)
	}
	if two := left[0]; two.Target != bankA || two.Operation != contract.CreateAccountAccessConsent || two.Sealed != "new" ||
		two.Method != "client_secret_post" || two.InteractionID != "interaction of 2" || two.Created.IsZero() {
		t.Errorf("left is %+v", two)
	}
	if unknown := left[1]; unknown.Request != lost || unknown.InteractionID != "lost" || unknown.Operation != contract.RegisterClient {
		t.Errorf("left is %+v", unknown)
	}
	if left, err := Tidy(path); len(left) != 2 || err != nil {
		t.Errorf("tidied with %v left, %v", left, err)
	}
	_ = l.Nothing(lost)
	_ = l.Deleted("2")
	if left, err := Tidy(path); len(left) > 0 || err != nil {
		t.Errorf("%v left, %v", left, err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheOwnerReadsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	create(t, NewLog(path, bankA, false), "1")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A line that was cut off takes nothing with it, and keeps the file.
func TestACutOffLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	l := NewLog(path, bankA, false)
	create(t, l, "1")
	data, _ := os.ReadFile(path)
	if err := os.WriteFile(path, data[:len(data)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	create(t, l, "2")
	left, unreadable, err := Read(path)
	if err != nil || unreadable != 1 || !slices.Equal(idsOf(left), []string{"", "2"}) {
		t.Errorf("%d unreadable, left %q, %v", unreadable, idsOf(left), err)
	}
	_ = l.Nothing(left[0].Request)
	_ = l.Deleted("2")
	if left, err := Tidy(path); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("what could not be read was thrown away: %v", err)
	}
}

func TestWhereNothingCanBeWritten(t *testing.T) {
	if _, err := NewLog(filepath.Join(t.TempDir(), "missing", File), bankA, false).Sending(contract.RegisterClient, ""); err == nil {
		t.Error("no error")
	}
}

// Many processes append at once, and no line is lost or mixed with another.
func TestManyProcesses(t *testing.T) {
	if path := os.Getenv("LEFTOVERS_TEST_FILE"); path != "" {
		l := NewLog(path, bankA, false)
		for i := range 200 {
			create(t, l, fmt.Sprintf("%d-%d-%s", os.Getpid(), i, strings.Repeat("x", i)))
		}
		return
	}
	path := filepath.Join(t.TempDir(), File)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run", "^TestManyProcesses$")
			cmd.Env = append(os.Environ(), "LEFTOVERS_TEST_FILE="+path)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	if left := mustRead(t, path); len(left) != 800 || slices.Contains(idsOf(left), "") {
		t.Errorf("%d things are left", len(left))
	}
}

func TestSealing(t *testing.T) {
	key := []byte("the bytes of a key file")
	sealed, err := Seal(key, "client", "s3cret")
	if err != nil || strings.Contains(sealed, "s3cret") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if again, _ := Seal(key, "client", "s3cret"); again == sealed {
		t.Error("the same secret is sealed to the same text")
	}
	if secret, err := Open(key, "client", sealed); secret != "s3cret" || err != nil {
		t.Errorf("%q, %v", secret, err)
	}
	other := byte('A')
	if sealed[len(sealed)-2] == other {
		other = 'B'
	}
	altered := sealed[:len(sealed)-2] + string(other) + sealed[len(sealed)-1:]
	for name, open := range map[string]func() (string, error){
		"another key":    func() (string, error) { return Open([]byte("another key file"), "client", sealed) },
		"another client": func() (string, error) { return Open(key, "another", sealed) },
		"altered":        func() (string, error) { return Open(key, "client", altered) },
		"cut off":        func() (string, error) { return Open(key, "client", sealed[:10]) },
		"nothing":        func() (string, error) { return Open(key, "client", "") },
		"no Base64":      func() (string, error) { return Open(key, "client", "?") },
		"without a key":  func() (string, error) { return Open(nil, "client", sealed) },
		"sealed without": func() (string, error) { return Seal(nil, "client", "s3cret") },
	} {
		if secret, err := open(); err == nil || secret != "" {
			t.Errorf("%s: %q, %v", name, secret, err)
		}
	}
}

// Lines keep their schema; one of before there were versions is read, and one of
// a later version is not guessed at.
func TestVersionsOfLines(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, File)
	l := NewLog(path, bankA, false)
	create(t, l, "1")
	_ = l.Changed(Thing{ID: "1", Method: "client_secret_post", Sealed: "new"})
	_ = l.Deleted("1")
	create(t, l, "2")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	schema := formattest.Closed(t, Format().Schema)
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := schema.Validate([]byte(line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"of before versions": {`"schemaVersion":1,`, ``, ""},
		"with a new member":  {`"schemaVersion":1,`, `"schemaVersion":1,"later":{},`, ""},
		"of a later version": {`"schemaVersion":1,`, `"schemaVersion":2,`, "a line of it has schemaVersion 2; this obconform reads 1"},
	} {
		other := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(other, []byte(strings.ReplaceAll(string(data), c.old, c.new)), 0o600); err != nil {
			t.Fatal(err)
		}
		left, unreadable, err := Read(other)
		if c.says == "" && (err != nil || unreadable != 0 || !slices.Equal(idsOf(left), []string{"2"})) ||
			c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: left %v, %d unreadable, %v", name, idsOf(left), unreadable, err)
		}
	}
}
