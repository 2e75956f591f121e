package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"obconform/harness/config"
)

// How the program is called: by its path in a script, at a prompt or in code in
// Markdown, and by the image's name in the Containerfile.
var (
	inScript  = regexp.MustCompile(`(?:^|[\s(])\./obconform ([^|;&>#)]*)`)
	atAPrompt = regexp.MustCompile(`(?m)^\$ (?:bin/)?obconform ([^|;&>#\n]*)`)
	inCode    = regexp.MustCompile("`(?:bin/)?obconform ([^|;&>#`]*)") // over a line's end too
	inImage   = regexp.MustCompile(`(?:podman|docker) run .* obconform ([^|;&>#]*)`)
)

// What the shell puts in: here only ever flags, nothing, or the number of a
// pipeline.
var (
	continued   = regexp.MustCompile(`\\+\n\s*`)
	others      = regexp.MustCompile(`(\w)(?:\\?\|\w+)+`) // of a|b|c all but the first
	substituted = regexp.MustCompile(`\$\([^)]*echo ([^)]*)\)`)
	word        = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)
)

// commandLines are the arguments of every command line of ours in a text.
func commandLines(text string) [][]string {
	text = substituted.ReplaceAllString(continued.ReplaceAllString(text, " "), "$1")
	text = others.ReplaceAllString(text, "$1")
	var lines [][]string
	for _, call := range []*regexp.Regexp{inScript, atAPrompt, inCode, inImage} {
		for _, found := range call.FindAllStringSubmatch(text, -1) {
			typed := found[1]
			if call != inCode {
				typed, _, _ = strings.Cut(typed, "\n")
			}
			lines = append(lines, arguments(typed))
		}
	}
	return lines
}

// arguments are the words of a command line. A list of the shell's may be empty,
// and stands for nothing; any other variable has one value.
func arguments(typed string) []string {
	var args []string
	for _, w := range word.FindAllString(typed, -1) {
		switch w = strings.Trim(w, `"'`); {
		case strings.Contains(w, "[@]}"):
		case strings.HasPrefix(w, "$"):
			args = append(args, "1")
		default:
			args = append(args, w)
		}
	}
	return args
}

// parses tells what the real grammar says of a command line, running nothing.
func parses(args []string) (err error) {
	var cli grammar
	parser, err := newParser(&cli, &shell{out: io.Discard, err: io.Discard})
	if err != nil {
		return err
	}
	defer func() {
		if caught := recover(); caught != nil {
			if _, help := caught.(helpShown); !help {
				err = fmt.Errorf("panic: %v", caught)
			}
		}
	}()
	_, err = parser.Parse(args)
	return err
}

// root is the folder of the repository.
var root = filepath.Join("..", "..", "..")

// written are the files that tell a user what to type, with at least how many
// command lines each has.
func written(t *testing.T) map[string]int {
	t.Helper()
	files := map[string]int{"README.md": 12, "harness/Containerfile": 1}
	recipes, err := os.ReadDir(filepath.Join(root, "harness", "ci"))
	if err != nil || len(recipes) < 4 {
		t.Fatalf("%v, %v", recipes, err)
	}
	for _, recipe := range recipes {
		files["harness/ci/"+recipe.Name()] = 2
	}
	return files
}

// Every command line that README, recipes and Containerfile show is one that the
// program takes.
func TestWhatIsWrittenCanBeTyped(t *testing.T) {
	for name, least := range written(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := commandLines(string(text))
		if len(lines) < least {
			t.Errorf("%s: only %d command lines are found: %q", name, len(lines), lines)
		}
		for _, args := range lines {
			if err := parses(args); err != nil {
				t.Errorf("%s: obconform %s: %v", name, strings.Join(args, " "), err)
			}
		}
	}
}

func TestWhatCannotBeTypedIsFound(t *testing.T) {
	for _, c := range []struct {
		text  string
		lines int
		wrong bool
	}{
		{"```console\n$ bin/obconform run --config a.json    # a word\n```\n", 1, false},
		{"```console\n$ obconform run --konfig a.json\n```\n", 1, true},
		{"```text\nobconform development\n```\n", 0, false},
		{"by `obconform run --smoke` and `obconform version --jason`.\n", 2, true},
		{"obconform is a word\n", 0, false},
		{"  ./obconform run --smoke \\\n    --nonsense || status=$?\n", 1, true},
		{"  ./obconform run $([ a != b ] || echo --smoke) || x=1\n", 1, false},
		{"  ./obconform run $([ a != b ] || echo --smok) || x=1\n", 1, true},
		{"#   podman run --rm obconform run --config my.json\n", 1, false},
		{"#   podman run --rm obconform ran --config my.json\n", 1, true},
		{"  ./obconform mock --addr 127.0.0.1:1 &\n", 1, false},
		{"  jobs=$(./obconform matrix m.json --format github)\n", 1, false},
		{"  jobs=$(./obconform matrix m.json --format jenkins)\n", 1, true},
		{"and `obconform run --seed\n12` is\n", 1, false},
		{"  ./obconform run --seed \"$SEED\" \"${more[@]}\"\n", 1, false},
		{"`obconform mock --manner documented\\|permissive`\n", 1, false},
	} {
		lines := commandLines(c.text)
		wrong := slices.ContainsFunc(lines, func(args []string) bool { return parses(args) != nil })
		if len(lines) != c.lines || wrong != c.wrong {
			t.Errorf("%q: %q, wrong %v", c.text, lines, wrong)
		}
	}
}

// A variable with our prefix that is no key ends a run with status 2: the
// recipes set none.
func TestRecipesSetVariablesThatAreKeys(t *testing.T) {
	var known []string
	for _, variable := range config.Variables() {
		known = append(known, variable.Name)
	}
	found := 0
	for name := range written(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, variable := range regexp.MustCompile(`\bOBCONFORM_[A-Z_]*[A-Z]\b`).FindAllString(string(text), -1) {
			found++
			if variable != "OBCONFORM_CONFIG" && !slices.Contains(known, variable) {
				t.Errorf("%s: %s is no key's variable", name, variable)
			}
		}
	}
	if found < 4 {
		t.Errorf("only %d variables are found", found)
	}
}
