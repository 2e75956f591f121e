// Package dist_test tests what 'make dist' makes: that the same commit gives the
// same bytes, what the files say of themselves, and that a binary needs nothing
// beside it. It is a module of its own because it builds the program from
// clones; it imports nothing of the project.
package dist_test

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// built is one build for the machine that tests, in a clone of its own.
type built struct {
	folder string            // where 'make dist' wrote
	files  map[string][]byte // by name
	binary string            // path of the only binary
}

// The two builds of the same commit; TestMain makes them.
var first, second built

func TestMain(m *testing.M) {
	status, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// buildAndRun builds the checked out commit twice: in folders of different
// names and depths, and the second time with an empty build cache and with
// settings of the environment that must not matter.
func buildAndRun(m *testing.M) (status int, err error) {
	dir, err := os.MkdirTemp("", "obconform-dist-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if first, err = build(filepath.Join(dir, "a")); err != nil {
		return 1, err
	}
	second, err = build(filepath.Join(dir, "elsewhere", "with a longer name"),
		"GOCACHE="+filepath.Join(dir, "cache"), "GOFLAGS=-tags=purego", "TZ=Asia/Kathmandu", "LC_ALL=C", "CGO_ENABLED=1", "GOAMD64=v2")
	if err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// build clones the commit into a folder and runs 'make dist' there.
func build(clone string, environ ...string) (built, error) {
	if out, err := exec.Command("git", "clone", "-q", "--local", "../..", clone).CombinedOutput(); err != nil {
		return built{}, fmt.Errorf("git clone: %w\n%s", err, out)
	}
	dist := exec.Command("make", "dist", "TARGETS="+runtime.GOOS+"/"+runtime.GOARCH)
	dist.Dir = clone
	dist.Env = append(os.Environ(), environ...)
	if out, err := dist.CombinedOutput(); err != nil {
		return built{}, fmt.Errorf("make dist: %w\n%s", err, out)
	}
	b := built{folder: filepath.Join(clone, "bin", "dist"), files: map[string][]byte{}}
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return b, err
	}
	for _, entry := range entries {
		path := filepath.Join(b.folder, entry.Name())
		if b.files[entry.Name()], err = os.ReadFile(path); err != nil {
			return b, err
		}
		if strings.HasSuffix(path, "_"+runtime.GOARCH) {
			b.binary = path
		}
	}
	return b, nil
}

func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	if len(first.files) != 3 || len(second.files) != 3 {
		t.Fatalf("%d and %d files, want binary, bill and sums", len(first.files), len(second.files))
	}
	for name, data := range first.files {
		if !bytes.Equal(data, second.files[name]) {
			t.Errorf("%s differs from build to build", name)
		}
	}
}

// Another commit gives other bytes, and changes that no commit has give none.
func TestOtherSourcesAreToldApart(t *testing.T) {
	clone := filepath.Dir(filepath.Dir(first.folder))
	git := func(args ...string) {
		t.Helper()
		command := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@localhost"}, args...)...)
		command.Dir = clone
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	dist := func() (string, error) {
		command := exec.Command("sh", "harness/dist/build.sh", "1.2.3", t.TempDir(), runtime.GOOS+"/"+runtime.GOARCH)
		command.Dir = clone
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if err := os.WriteFile(filepath.Join(clone, "harness", "new.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := dist(); err == nil || !strings.Contains(out, "changes that no commit has") {
		t.Errorf("with a file of no commit: %v, %s", err, out)
	}
	git("add", "-A")
	git("commit", "-q", "-m", "another")
	out, err := dist()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(out, identity(t, first).Commit) || !strings.Contains(out, "version 1.2.3, commit ") {
		t.Errorf("of another commit: %s", out)
	}
}

// said is what 'version --json' prints.
type said struct {
	SchemaVersion                       int
	Version, Commit, Date, Go, OS, Arch string
	Modified                            bool
}

func identity(t *testing.T, b built) said {
	t.Helper()
	out, err := exec.Command(b.binary, "version", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var s said
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheBinaryKnowsItsCommit(t *testing.T) {
	log := exec.Command("git", "log", "-1", "--format=%H %ct")
	log.Dir = "../.."
	out, err := log.Output()
	if err != nil {
		t.Fatal(err)
	}
	s := identity(t, first)
	date, err := time.Parse("2006-01-02T15:04:05Z", s.Date)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s %d\n", s.Commit, date.Unix()); got != string(out) {
		t.Errorf("it says %q, git says %q", got, out)
	}
	if !strings.Contains(filepath.Base(first.binary), "_"+s.Version+"_"+s.OS+"_"+s.Arch) || s.Modified {
		t.Errorf("%s says %+v", filepath.Base(first.binary), s)
	}
}

// Stripped, without a dynamic linker, and small; of Linux, where this can be seen.
func TestTheBinaryIsStaticAndSmall(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only a binary of Linux shows its segments so")
	}
	file, err := elf.Open(first.binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			t.Errorf("it has a segment %s", segment.Type)
		}
	}
	for _, section := range file.Sections {
		if section.Name == ".symtab" || strings.HasPrefix(section.Name, ".debug") {
			t.Errorf("it has a section %s", section.Name)
		}
	}
	if size := len(first.files[filepath.Base(first.binary)]); size >= 20_000_000 {
		t.Errorf("%d bytes", size)
	} else {
		t.Logf("%d bytes", size)
	}
	if bytes.Contains(first.files[filepath.Base(first.binary)], []byte(filepath.Dir(filepath.Dir(first.folder)))) {
		t.Error("it names the folder that it was built in")
	}
}

// The bill names what Go wrote into the binary that it was linked from, neither
// more nor less, and no path for a name.
func TestTheBillOfMaterials(t *testing.T) {
	var bill struct {
		BOMFormat, SpecVersion string
		Metadata               struct {
			Component struct{ Name, Version string }
		}
		Components []struct{ Name, Version, PURL string }
	}
	if err := json.Unmarshal(first.files[filepath.Base(first.binary)+".cdx.json"], &bill); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(first.binary)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"std " + info.GoVersion}
	version := "v" + identity(t, first).Version
	for _, module := range info.Deps {
		if module.Replace != nil {
			module.Path, module.Version = "obconform/"+strings.TrimPrefix(module.Replace.Path, "./"), version
		}
		want = append(want, module.Path+" "+module.Version)
	}
	var got []string
	for _, component := range bill.Components {
		got = append(got, component.Name+" "+component.Version)
		if !strings.HasPrefix(component.PURL, "pkg:golang/"+component.Name+"@"+component.Version) {
			t.Errorf("%s %s is known by %s", component.Name, component.Version, component.PURL)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) || len(want) < 10 {
		t.Errorf("the bill has\n%q\nthe binary\n%q", got, want)
	}
	if m := bill.Metadata.Component; bill.BOMFormat != "CycloneDX" || m.Name != "obconform" || m.Version != version {
		t.Errorf("%s %s of %+v", bill.BOMFormat, bill.SpecVersion, m)
	}
}

func TestTheSums(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(first.files["SHA256SUMS"])), "\n")
	if len(lines) != 2 {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		sum, name, _ := strings.Cut(line, "  ")
		want := sha256.Sum256(first.files[name])
		if sum != hex.EncodeToString(want[:]) {
			t.Errorf("%s is not the sum of %s", sum, name)
		}
	}
}

// The sources are built for a system that is no Unix too; 'make dist' alone
// builds them for all.
func TestTheSourcesAreBuiltForWindows(t *testing.T) {
	command := exec.Command("go", "build", "-o", filepath.Join(t.TempDir(), "obconform.exe"), "./harness/cmd/obconform")
	command.Dir, command.Env = "../..", append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
