package report

import (
	"time"

	"obconform/harness/contract"
	"obconform/harness/evidence"
	"obconform/harness/profile"
	"obconform/harness/sights"
)

// The shapes of results.json; results.schema.json documents the members.
type (
	document struct {
		SchemaVersion int               `json:"schemaVersion"`
		Tool          string            `json:"tool"`
		Subject       Subject           `json:"subject,omitempty"`
		Traffic       *Traffic          `json:"traffic,omitempty"`
		Target        map[string]any    `json:"target"`
		Start         time.Time         `json:"start"`
		End           time.Time         `json:"end"`
		Seed          int64             `json:"seed"`
		Command       []string          `json:"command"`
		APIs          []contract.API    `json:"apis"`
		FailOn        []contract.Level  `json:"failOn"`
		Profile       profile.Profile   `json:"profile"`
		Waivers       []WaiverResult    `json:"waivers,omitempty"`
		Baseline      *BaselineResult   `json:"baseline,omitempty"`
		Shards        *Shards           `json:"shards,omitempty"`
		Outcome       Outcome           `json:"outcome"`
		ExitStatus    int               `json:"exitStatus"`
		Interrupted   string            `json:"interrupted"`
		Evidence      string            `json:"evidenceFolder"`
		Warnings      []string          `json:"warnings"`
		Exchanges     int               `json:"exchanges"`
		Totals        Totals            `json:"totals"`
		Trouble       []Trouble         `json:"trouble"`
		Clauses       []clauseDocument  `json:"clauses"`
		Operations    []OperationResult `json:"operations"`
		Timings       []timingDocument  `json:"timings"`
		Seen          sights.Seen       `json:"seen"`
		Coverage      Coverage          `json:"coverage"`
		Shortfalls    []string          `json:"shortfalls"`
		Specs         []specDocument    `json:"specs"`
	}
	clauseDocument struct {
		contract.Clause
		Verdict         Verdict           `json:"verdict"`
		Reason          string            `json:"reason"`
		Exchanges       int               `json:"exchanges"`
		Findings        []findingDocument `json:"findings"`
		FindingsOmitted int               `json:"findingsOmitted"`
		NotSelected     int               `json:"notSelected"`
	}
	findingDocument struct {
		Clause     contract.ClauseID      `json:"clause"`
		Level      contract.Level         `json:"level"`
		Where      string                 `json:"where"`
		First      string                 `json:"first"`
		Places     int                    `json:"places"`
		Expected   string                 `json:"expected"`
		Actual     string                 `json:"actual"`
		Differs    bool                   `json:"differs"`
		Habit      contract.HabitID       `json:"habit,omitempty"`
		Fails      bool                   `json:"fails"`
		Accepted   string                 `json:"accepted,omitempty"`
		Profiled   string                 `json:"profiled,omitempty"`
		Count      int                    `json:"count"`
		Operations []contract.OperationID `json:"operations"`
		Suite      contract.API           `json:"suite"`
		Spec       string                 `json:"spec"`
		Exchange   int                    `json:"exchange"`
	}
	specDocument struct {
		Suite           contract.API              `json:"suite"`
		Section         string                    `json:"section"`
		Name            string                    `json:"name"`
		Clauses         []contract.ClauseID       `json:"clauses"`
		Legacy          []string                  `json:"legacy"`
		Labels          []string                  `json:"labels"`
		Exercised       map[contract.ClauseID]int `json:"exercised"`
		Failing         map[contract.ClauseID]int `json:"failing"`
		Accepted        map[contract.ClauseID]int `json:"accepted,omitempty"`
		Warning         map[contract.ClauseID]int `json:"warning"`
		File            string                    `json:"file"`
		Line            int                       `json:"line"`
		State           State                     `json:"state"`
		Reason          string                    `json:"reason"`
		Failures        []Failure                 `json:"failures"`
		Started         *time.Time                `json:"started"`
		Milliseconds    float64                   `json:"milliseconds"`
		Notes           []string                  `json:"notes"`
		Findings        []findingDocument         `json:"findings"`
		FindingsOmitted int                       `json:"findingsOmitted"`
		Exchanges       []exchangeDocument        `json:"exchanges"`
	}
	exchangeDocument struct {
		Operation     contract.OperationID `json:"operation"`
		Method        string               `json:"method"`
		URL           string               `json:"url"`
		Started       time.Time            `json:"started"`
		Milliseconds  float64              `json:"milliseconds"`
		Status        int                  `json:"status"`
		InteractionID string               `json:"interactionId"`
		ReceivedID    string               `json:"receivedInteractionId,omitempty"`
		Origin        string               `json:"origin,omitempty"`
		Inconclusive  string               `json:"inconclusive,omitempty"`
		Repeated      string               `json:"repeated,omitempty"`
		Burst         bool                 `json:"burst,omitempty"`
		Detail        *detailDocument      `json:"detail,omitempty"`
	}
	timingDocument struct {
		Operation          contract.OperationID `json:"operation"`
		Count              int                  `json:"count"`
		P50Milliseconds    float64              `json:"p50Milliseconds"`
		P95Milliseconds    float64              `json:"p95Milliseconds"`
		MaxMilliseconds    float64              `json:"maxMilliseconds"`
		BudgetMilliseconds float64              `json:"budgetMilliseconds"`
		OverBudget         bool                 `json:"overBudget"`
	}
	detailDocument struct {
		RequestHeaders  []evidence.HeaderLine `json:"requestHeaders"`
		RequestBody     string                `json:"requestBody"`
		RequestCut      bool                  `json:"requestCut"`
		ResponseHeaders []evidence.HeaderLine `json:"responseHeaders"`
		ResponseBody    string                `json:"responseBody"`
		ResponseCut     bool                  `json:"responseCut"`
		RequestBytes    int                   `json:"requestBytes"`
		ResponseBytes   int                   `json:"responseBytes"`
	}
)
