package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"obconform/harness/contract"
	"obconform/schemas"
)

func TestThereAre14OperationsWith118DocumentedAnswers(t *testing.T) {
	operations := contract.Operations()
	if len(operations) != 14 {
		t.Errorf("%d operations, want 14", len(operations))
	}
	pairs := 0
	for _, op := range operations {
		pairs += len(op.Answers)
		for i, answer := range op.Answers {
			if again, _ := op.Answer(answer.Status); again.Status != op.Answers[i].Status {
				t.Errorf("%s: status %d is documented twice", op.ID, answer.Status)
			}
		}
	}
	if pairs != 118 {
		t.Errorf("%d documented answers, want 118", pairs)
	}
}

func TestEveryDocumentedModelHasASchema(t *testing.T) {
	for _, op := range contract.Operations() {
		models := []string{op.RequestModel}
		for _, answer := range op.Answers {
			models = append(models, answer.Model)
		}
		for _, model := range models {
			if model != "" && len(schemas.Layers(model)) == 0 {
				t.Errorf("%s names the model %s, which has no schema", op.ID, model)
			}
		}
	}
}

func TestDocumentedAnswersHaveTheirBodiesAndHeaders(t *testing.T) {
	withBody := []int{400, 403, 500}
	for _, op := range contract.Operations() {
		if op.ID == contract.GetDiscovery {
			continue
		}
		if !slices.Contains([]int{200, 201, 204}, op.Success()) {
			t.Errorf("%s: success is %d", op.ID, op.Success())
		}
		if _, known := contract.ClauseByID(op.Accepted); !known {
			t.Errorf("%s: no clause has it accepted", op.ID)
		}
		for _, answer := range op.Answers[1:] {
			if hasBody := answer.Model != ""; hasBody != slices.Contains(withBody, answer.Status) {
				t.Errorf("%s %d: a documented body: %v", op.ID, answer.Status, hasBody)
			}
			level := headerLevel(answer, contract.HeaderInteractionID)
			if want := map[bool]contract.Level{true: contract.Std, false: contract.Doc}[op.API == contract.Accounts]; level != want {
				t.Errorf("%s %d: the interaction id is %q, want %q", op.ID, answer.Status, level, want)
			}
			if got := headerLevel(answer, contract.HeaderRetryAfter) != ""; got != (answer.Status == 429) {
				t.Errorf("%s %d: Retry-After documented: %v", op.ID, answer.Status, got)
			}
			signed := op.API == contract.DynamicRegistration && answer.Model != ""
			if got := headerLevel(answer, contract.HeaderSignature) == contract.Adv; got != signed {
				t.Errorf("%s %d: x-jws-signature documented: %v", op.ID, answer.Status, got)
			}
		}
	}
	deletion, _ := contract.Lookup(contract.DeleteClient)
	if answer, _ := deletion.Answer(204); len(answer.Headers) != 0 {
		t.Error("DeleteClient 204 documents no header")
	}
}

func headerLevel(answer contract.Answer, name string) contract.Level {
	for _, header := range answer.Headers {
		if header.Name == name {
			return header.Level
		}
	}
	return ""
}

func TestClausesAreWhole(t *testing.T) {
	bank := regexp.MustCompile(`^(COM|DIS|TOK|DCR|AAC|ACC|COF)(-[A-Z0-9]+)+$`)
	client := regexp.MustCompile(`^CLI(-[A-Z0-9]+)+$`)
	seen := map[contract.ClauseID]bool{}
	for _, clause := range slices.Concat(contract.Clauses(), contract.ClientClauses()) {
		identifier := bank
		if contract.IsClientClause(clause.ID) {
			identifier = client
		}
		if seen[clause.ID] {
			t.Errorf("%s stands twice", clause.ID)
		}
		seen[clause.ID] = true
		if !identifier.MatchString(string(clause.ID)) {
			t.Errorf("%s is no identifier", clause.ID)
		}
		if !slices.Contains(contract.Levels(), clause.Level) {
			t.Errorf("%s has the level %q", clause.ID, clause.Level)
		}
		word := map[bool]string{true: "should", false: "must"}[clause.Level == contract.Adv]
		if !strings.Contains(clause.Rule, " "+word+" ") && !strings.Contains(clause.Rule, " may ") || !strings.HasSuffix(clause.Rule, ".") {
			t.Errorf("%s is %s and says %q: an obligation with %q that ends in a full stop is wanted", clause.ID, clause.Level, clause.Rule, word)
		}
		if clause.Source.Page == "" || clause.Source.Section == "" || clause.API.Title() == "" {
			t.Errorf("%s has no source: %+v", clause.ID, clause.Source)
		}
		if found, ok := contract.ClauseByID(clause.ID); !ok || found != clause {
			t.Errorf("%s is not found by its identifier", clause.ID)
		}
	}
	if _, ok := contract.ClauseByID("COM-NOTHING"); ok {
		t.Error("an unknown clause is found")
	}
}

// A newcomer who knows the identifier finds the constant: it is the identifier
// without its hyphens, whatever the case.
func TestConstantsAreNamedLikeTheirClauses(t *testing.T) {
	files, err := filepath.Glob("cl*_*.go") // clauses_…, client_…
	if err != nil || len(files) == 0 {
		t.Fatalf("no file with clauses: %v", err)
	}
	constants := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "ClauseID" {
				return true
			}
			constants++
			id, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil || !strings.EqualFold(strings.ReplaceAll(id, "-", ""), spec.Names[0].Name) {
				t.Errorf("the constant %s names the clause %q", spec.Names[0].Name, id)
			}
			return true
		})
	}
	if want := len(contract.Clauses()) + len(contract.ClientClauses()); constants != want {
		t.Errorf("%d constants for %d clauses", constants, want)
	}
}

func TestThePermissionsAreSplitIntoSupportedAndNot(t *testing.T) {
	if all, supported := len(contract.Permissions()), len(contract.SupportedPermissions()); all != 21 || supported != 19 {
		t.Errorf("%d permissions, %d supported, want 21 and 19", all, supported)
	}
	if len(contract.ErrorCodes()) != 28 {
		t.Errorf("%d error codes, want 28", len(contract.ErrorCodes()))
	}
}
