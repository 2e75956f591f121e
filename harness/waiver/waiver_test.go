package waiver_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/format/formattest"
	"obconform/harness/waiver"
)

const sound = `{"version": 1, "waivers": ` + bare + `}`

const bare = `[
  {"clause": "COM-META", "reason": "promised for March", "ticket": "OB-1", "expires": "2027-03-31"},
  {"clause": "COM-META", "operation": "ListAccounts", "reason": "and here", "ticket": "OB-2", "expires": "2026-12-31"}
]`

func TestASoundFile(t *testing.T) {
	list, problems := waiver.Parse([]byte(sound))
	want := waiver.List{
		{Clause: contract.ComMeta, Reason: "promised for March", Ticket: "OB-1", Expires: "2027-03-31"},
		{Clause: contract.ComMeta, Operation: contract.ListAccounts, Reason: "and here", Ticket: "OB-2", Expires: "2026-12-31"},
	}
	if len(problems) > 0 || fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("got %+v, %v", list, problems)
	}
	if err := formattest.Closed(t, waiver.Format().Schema).Validate([]byte(sound)); err != nil {
		t.Error(err)
	}
	if list, problems := waiver.Parse([]byte(bare)); len(problems) > 0 || fmt.Sprint(list) != fmt.Sprint(want) || !waiver.Bare([]byte(bare)) || waiver.Bare([]byte(sound)) {
		t.Errorf("of a list alone: %+v, %v", list, problems)
	}
	if list, problems := waiver.Parse([]byte(" [] ")); len(problems) > 0 || len(list) != 0 {
		t.Errorf("an empty list: %v, %v", list, problems)
	}
}

func TestEverythingThatIsWrongIsSaidAtOnce(t *testing.T) {
	long := strings.Repeat("x", 501)
	for text, want := range map[string][]string{
		"":                                 {": strict JSON"},
		"{":                                {": strict JSON"},
		"1":                                {": an object with version"},
		`{"clause":1}`:                     {"version: the number 1"},
		`{"version":2}`:                    {"version: the number 1"},
		`{"version":1}`:                    {"waivers: a list of waivers"},
		`{"version":1,"waivers":{},"x":1}`: {": only version and waivers", "waivers: a list of waivers"},
		`{"version":1,"waivers":[{}]}`:     {"waivers[0].clause: a text", "waivers[0].reason: a text", "waivers[0].ticket: a text", "waivers[0].expires: a text"},
		"[1, null]":                        {"[0]: an object", "[1]: an object"},
		`[{"a":1,"a":2}]`:                  {"/0/a: strict JSON"},
		sound + "x":                        {": strict JSON"},
		"\xef\xbb\xbf[]":                   {": strict JSON"},
		`[{}]`:                             {"[0].clause: a text", "[0].reason: a text", "[0].ticket: a text", "[0].expires: a text"},
		`[{"clause":"NO-1","operation":"Nothing","reason":" ","ticket":7,"expires":"31.12.2026","until":"x"}]`: {
			"[0]: only clause", "[0].reason: a text", "[0].ticket: a text", "[0].clause: a clause of the contract", "[0].operation: an operation", "[0].expires: a day"},
		`[{"clause":"COM-META","operation":"","reason":"a","ticket":"b","expires":"2026-02-30"}]`: {"[0].operation: a text", "[0].expires: a day"},
		`[{"clause":"COM-META","reason":"a\u0000b","ticket":"` + long + `","expires":"2026-02-03T00:00:00Z"}]`: {
			"[0].reason: one line", "[0].ticket: at most 500", "[0].expires: a day"},
		`[{"clause":"COM-META","reason":"a","ticket":"b","expires":"2026-02-03"},{"clause":"COM-META","reason":"c","ticket":"d","expires":"2027-02-03"}]`: {
			"[1]: one waiver for a clause and an operation"},
		"[" + strings.Repeat("{},", 500) + "{}]": {": at most 500 waivers"},
	} {
		list, problems := waiver.Parse([]byte(text))
		var got []string
		for _, problem := range problems {
			got = append(got, problem.Where+": "+problem.Expected)
		}
		matches := len(got) == len(want)
		for i := range min(len(got), len(want)) {
			matches = matches && strings.HasPrefix(got[i], want[i])
		}
		if !matches || len(list) > 0 {
			t.Errorf("%.120s:\n got  %q\n want %q", text, got, want)
		}
	}
}

func TestWhatAWaiverCovers(t *testing.T) {
	list, _ := waiver.Parse([]byte(sound))
	at := func(clause contract.ClauseID, operation contract.OperationID) evidence.Finding {
		return evidence.Finding{Clause: clause, Operation: operation}
	}
	day := func(text string) time.Time {
		instant, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	for _, tc := range []struct {
		f    evidence.Finding
		now  string
		want int
	}{
		{at(contract.ComMeta, contract.GetAccount), "2026-06-01T00:00:00Z", 0},
		{at(contract.ComMeta, ""), "2026-06-01T00:00:00Z", 0},
		{at(contract.ComMeta, contract.ListAccounts), "2026-06-01T00:00:00Z", 1}, // the narrower one first
		{at(contract.ComMeta, contract.ListAccounts), "2026-12-31T23:59:59Z", 1}, // to the end of the day
		{at(contract.ComMeta, contract.ListAccounts), "2027-01-01T00:00:00Z", 0}, // then the wider one
		{at(contract.ComMeta, contract.ListAccounts), "2027-01-01T00:59:59+01:00", 1},
		{at(contract.ComMeta, contract.GetAccount), "2027-04-01T00:00:00Z", -1},
		{at(contract.ComAllow, contract.ListAccounts), "2026-06-01T00:00:00Z", -1},
	} {
		if got := list.For(tc.f, day(tc.now)); got != tc.want {
			t.Errorf("%s at %s on %s: waiver %d, want %d", tc.f.Clause, tc.f.Operation, tc.now, got, tc.want)
		}
	}
	if !(waiver.Waiver{Clause: contract.ComMeta, Expires: "some day"}).Expired(day("2000-01-01T00:00:00Z")) {
		t.Error("a waiver without a day holds")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sound))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, problems := waiver.Parse(data)
		for _, w := range list {
			if _, known := contract.ClauseByID(w.Clause); !known || w.Reason == "" || w.Ticket == "" || w.Expires == "" {
				t.Errorf("half a waiver: %+v", w)
			}
		}
		if len(list) > 0 && len(problems) > 0 {
			t.Errorf("%d waivers beside %v", len(list), problems)
		}
	})
}
