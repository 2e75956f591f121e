package tpp

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
)

// CheckText holds the member against a string, to the letter.
func (a *Answer) CheckText(clause contract.ClauseID, pointer, want string) {
	got, ok := a.Text(pointer)
	a.Check(clause, pointer, ok && got == want, fmt.Sprintf("%q", want))
}

// CheckInstant holds the member against a date-time: the same instant, in
// whatever zone.
func (a *Answer) CheckInstant(clause contract.ClauseID, pointer, want string) {
	wanted, err := time.Parse(time.RFC3339Nano, want)
	got, ok := a.Instant(pointer)
	a.Check(clause, pointer, err == nil && ok && got.Equal(wanted), "the same instant as "+want)
}

// Instant is the date-time at the pointer; ok is false for anything else.
func (a *Answer) Instant(pointer string) (instant time.Time, ok bool) {
	text, _ := a.Text(pointer)
	instant, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	return instant, err == nil
}

// CheckAbsent holds that there is no such member. One that is there without a
// value is COM-OPTIONAL's.
func (a *Answer) CheckAbsent(clause contract.ClauseID, pointer string) {
	_, present := a.Value(pointer)
	if slices.ContainsFunc(a.findings, func(f evidence.Finding) bool { return f.Clause == contract.ComOptional && f.Where == pointer }) {
		return
	}
	a.Check(clause, pointer, !present, "no such member, since none was sent")
}

// Texts are the strings of the array at the pointer; ok is false for anything
// but an array of strings.
func (a *Answer) Texts(pointer string) (texts []string, ok bool) {
	value, _ := a.Value(pointer)
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// CheckSameSet holds that the member is an array of just those strings, in any
// order; those in optional may be there or not.
func (a *Answer) CheckSameSet(clause contract.ClauseID, pointer string, want []string, optional ...string) {
	got, ok := a.Texts(pointer)
	for _, text := range want {
		ok = ok && slices.Contains(got, text)
	}
	for _, text := range got {
		ok = ok && (slices.Contains(want, text) || slices.Contains(optional, text))
	}
	a.Check(clause, pointer, ok, "the same set as "+strings.Join(want, ", "))
}

// CheckSameAs holds that the member equals that of an earlier answer, as JSON
// values; both must be present, or both absent.
func (a *Answer) CheckSameAs(clause contract.ClauseID, pointer string, earlier *Answer) {
	if earlier.owned(pointer) {
		return // there is nothing sound to compare with
	}
	want, wanted := earlier.Value(pointer)
	got, present := a.Value(pointer)
	expected := "no such member, as before"
	if wanted {
		expected = "the same as before"
		if !personal(pointer) {
			expected = fmt.Sprintf("%.160s, as before", quoted(want))
		}
	}
	a.Check(clause, pointer, wanted == present && sameValue(want, got), expected)
}

// sameValue compares JSON values; strings that are date-times, as instants.
func sameValue(a, b any) bool {
	x, xok := a.(string)
	y, yok := b.(string)
	if xok && yok && x != y {
		s, serr := time.Parse(time.RFC3339Nano, strings.ToUpper(x)) // RFC 3339 section 5.6 allows t and z
		t, terr := time.Parse(time.RFC3339Nano, strings.ToUpper(y))
		return serr == nil && terr == nil && s.Equal(t)
	}
	return reflect.DeepEqual(a, b)
}

// CheckDuring holds that the member is an instant within the exchange, clock
// skew allowed for.
func (a *Answer) CheckDuring(clause contract.ClauseID, pointer string) {
	skew := time.Duration(a.client.cfg.Target.ClockSkew)
	got, ok := a.Instant(pointer)
	// Answers may cut fractions of a second off.
	early := a.Started.Add(-skew).Truncate(time.Second)
	a.Check(clause, pointer, ok && !got.Before(early) && !got.After(a.Ended.Add(skew)),
		fmt.Sprintf("an instant between %s and %s, give or take %s", a.Started.UTC().Format(time.RFC3339), a.Ended.UTC().Format(time.RFC3339), skew))
}

// CheckUnique holds that this spec, and this process, has not been given the
// identifier at the pointer before for the same kind of resource.
func (a *Answer) CheckUnique(clause contract.ClauseID, pointer string) {
	id, ok := a.Text(pointer)
	key := "seen " + string(a.operation.ID) + pointer + " " + id
	seen := a.client.memo[key] != nil
	a.client.memo[key] = &remembered{}
	a.Check(clause, pointer, ok && id != "" && !seen, "an identifier that no other resource has")
}
