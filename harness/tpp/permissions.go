package tpp

import (
	"slices"
	"strings"

	"obconform/harness/contract"
)

// CheckPermissions holds that a consent has the permissions that were asked
// for, as a set. A Basic code that a Detail code among them implies may be
// added (AAC-201-ECHO).
func (a *Answer) CheckPermissions(clause contract.ClauseID, asked []string) {
	const pointer = "/Data/Permissions"
	got, _ := a.Texts(pointer)
	if habit := expandedHabit(got, asked, impliedBasics(asked)); habit != "" && !a.owned(pointer) {
		a.findHabit(habit, clause, pointer, "the same set as "+strings.Join(asked, ", "), a.describeAt(pointer))
		return
	}
	a.CheckSameSet(clause, pointer, asked, impliedBasics(asked)...)
}

// impliedBasics are the Basic codes of the kinds that are asked for in detail.
func impliedBasics(asked []string) []string {
	var implied []string
	for _, code := range asked {
		kind, detailed := strings.CutSuffix(code, "Detail")
		if detailed && slices.Contains(contract.Permissions(), kind+"Basic") {
			implied = append(implied, kind+"Basic")
		}
	}
	return implied
}
