package tpp

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"obconform/harness/contract"
)

// CheckPath holds that one of the errors of a refusal names the offending
// member in Path, by one of those names. In which notation (Data.Permissions,
// /Data/Permissions/0, $.Data.Permissions[0]) nobody documents, so all will do.
func (a *Answer) CheckPath(clause contract.ClauseID, names ...string) {
	value, _ := a.Value("/Errors")
	list, _ := value.([]any)
	var given []string
	for i := range list {
		pointer := fmt.Sprintf("/Errors/%d/Path", i)
		path, _ := a.Text(pointer)
		if namesMember(path, names) {
			a.client.exercised(clause)
			return
		}
		if a.owned(pointer) {
			return
		}
		if path != "" {
			given = append(given, fmt.Sprintf("%.80q", path))
		}
	}
	if a.owned("/Errors") || a.Body == nil && len(a.findings) > 0 {
		return // what is no error body has its owner already
	}
	actual := "none"
	if len(given) > 0 {
		actual = strings.Join(given, ", ")
	}
	a.find(clause, "/Errors/0/Path", "a path that names "+strings.Join(names, " or "), actual)
}

// namesMember tells whether a step of the path is one of the names.
func namesMember(path string, names []string) bool {
	steps := strings.FieldsFunc(path, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' })
	return slices.ContainsFunc(steps, func(step string) bool { return slices.Contains(names, step) })
}
