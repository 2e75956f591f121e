package tpp

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"obconform/harness/contract"
)

// transportFields are what every HTTP/1.1 request of ours may carry beside
// what its operation documents.
var transportFields = []string{"Accept-Encoding", "Connection", "Content-Length", "User-Agent"}

// documentedFields are the request headers that the documentation shows per
// operation, with Accept and Content-Type by R16.
func documentedFields(id contract.OperationID) []string {
	const date, address, interaction = "X-Fapi-Auth-Date", "X-Fapi-Customer-Ip-Address", "X-Fapi-Interaction-Id"
	switch id {
	case contract.GetDiscovery:
		return []string{"Accept"}
	case contract.RegisterClient:
		return []string{"Accept", "Content-Type", interaction}
	case contract.UpdateClient:
		return []string{"Accept", "Authorization", "Content-Type", interaction}
	case contract.GetClient:
		return []string{"Accept", "Authorization", interaction}
	case contract.DeleteClient:
		return []string{"Authorization", interaction}
	case contract.CreateAccountAccessConsent, contract.CreateFundsConfirmationConsent, contract.CreateFundsConfirmation:
		return []string{"Accept", "Authorization", "Content-Type", date, address, interaction}
	case contract.DeleteAccountAccessConsent, contract.DeleteFundsConfirmationConsent:
		return []string{"Authorization", date, address, interaction}
	}
	return []string{"Accept", "Authorization", date, address, interaction}
}

func TestRequestsAreClean(t *testing.T) {
	ids := map[string]bool{}
	for _, operation := range contract.Operations() {
		b := newBank(t)
		c := testClient(t, b.URL)
		resource, edits := "", []Edit(nil)
		if operation.HasResource() {
			resource = "an id"
		}
		if operation.Token != contract.NoToken {
			edits = append(edits, Bearer("token"))
		}
		if operation.API == contract.DynamicRegistration && operation.RequestModel != "" {
			edits = append(edits, c.jose("a.b.c")...)
		} else if operation.RequestModel != "" {
			edits = append(edits, JSON(Document{"Data": map[string]any{}}))
		}
		c.Call(t.Context(), operation.ID, resource, edits...)
		if len(b.requests) != 1 {
			t.Fatalf("%s: %d requests", operation.ID, len(b.requests))
		}
		r := b.requests[0]
		if r.Method != operation.Method || !strings.HasPrefix(r.RequestURI, "/open-banking/v3.") || resource != "" && !strings.HasSuffix(r.RequestURI, "/an%20id") {
			t.Errorf("%s: %s %s", operation.ID, r.Method, r.RequestURI)
		}
		var fields []string
		for name, values := range r.Header {
			if !slices.Contains(transportFields, name) {
				fields = append(fields, name)
			}
			if len(values) != 1 || values[0] == "" {
				t.Errorf("%s: %s is %q", operation.ID, name, values)
			}
		}
		slices.Sort(fields)
		if want := documentedFields(operation.ID); !slices.Equal(fields, want) {
			t.Errorf("%s: sends %v, want %v", operation.ID, fields, want)
		}
		checkFields(t, operation, r, ids)
	}
	if len(ids) != 13 { // all operations but discovery
		t.Errorf("%d different interaction ids", len(ids))
	}
}

func checkFields(t *testing.T, operation contract.Operation, r received, ids map[string]bool) {
	t.Helper()
	if id := r.Header.Get("X-Fapi-Interaction-Id"); id != "" {
		if _, err := uuid.Parse(id); err != nil || len(id) != 36 || ids[id] {
			t.Errorf("%s: the interaction id %q is no UUID of its own: %v", operation.ID, id, err)
		}
		ids[id] = true
	}
	if date := r.Header.Get("X-Fapi-Auth-Date"); date != "" {
		if _, err := http.ParseTime(date); err != nil || !strings.HasSuffix(date, " GMT") {
			t.Errorf("%s: x-fapi-auth-date is %q: %v", operation.ID, date, err)
		}
	}
	if hasBody := r.body != ""; hasBody != (r.Header.Get("Content-Type") != "") || hasBody != (operation.RequestModel != "") {
		t.Errorf("%s: the body %q goes as %q", operation.ID, r.body, r.Header.Get("Content-Type"))
	}
	if accept := r.Header.Get("Accept"); accept != "" && accept != "application/json" {
		t.Errorf("%s: accepts %q", operation.ID, accept)
	}
}

func TestEveryRequestHasAnInteractionIDOfItsOwn(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	seen := map[string]bool{}
	for range 3 {
		c.Call(t.Context(), contract.ListAccounts, "")
		id := b.requests[len(b.requests)-1].Header.Get(contract.HeaderInteractionID)
		if seen[id] || c.spec.Exchanges[len(c.spec.Exchanges)-1].InteractionID != id {
			t.Errorf("the id %s was sent before, or is not kept", id)
		}
		seen[id] = true
	}
}

func TestEdits(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	send := func(edits ...Edit) received {
		c.Call(t.Context(), contract.ListAccounts, "", append([]Edit{Bearer("token")}, edits...)...)
		return b.requests[len(b.requests)-1]
	}
	for name, met := range map[string]bool{
		"NoAuthorization":  send(NoAuthorization()).Header.Get("Authorization") == "",
		"Authorization":    send(Authorization("Digest x")).Header.Get("Authorization") == "Digest x",
		"Bearer":           send(Bearer("other")).Header.Get("Authorization") == "Bearer other",
		"Header":           send(Header("Accept", "application/xml")).Header.Get("Accept") == "application/xml",
		"RemoveHeader":     len(send(RemoveHeader("Accept")).Header.Values("Accept")) == 0,
		"NoInteractionID":  len(send(NoInteractionID()).Header.Values("X-Fapi-Interaction-Id")) == 0,
		"Method":           send(Method("PATCH")).Method == "PATCH",
		"Method, deletion": send(Method("DELETE")).Method == "DELETE",
		"Below":            send(Below("/x")).URL.Path == accountsPath+"/x",
		"At":               send(At(b.URL+"/page?n=2")).RequestURI == "/page?n=2",
		"JSON":             send(Method("POST"), JSON(Document{"a": 1})).body == `{"a":1}`,
		"Raw":              send(Method("POST"), Raw("x")).body == "x",
		"Raw has no type":  send(Method("POST"), Raw("x")).Header.Get("Content-Type") == "",
	} {
		if !met {
			t.Errorf("%s has not done what it says", name)
		}
	}
	if id := c.spec.Exchanges[5].InteractionID; id != "" && b.requests[5].Header.Get(contract.HeaderInteractionID) == "" {
		t.Errorf("an interaction id that was not sent is kept: %s", id)
	}
}

func TestResourcesAreOnePathSegment(t *testing.T) {
	b := newBank(t)
	c := testClient(t, b.URL)
	for _, id := range []string{"../x", "a/b", "a?b=c", "a#b", "a b", "é", "%2e"} {
		c.Call(t.Context(), contract.GetAccount, id)
		got := b.requests[len(b.requests)-1]
		if last := strings.TrimPrefix(got.URL.Path, accountsPath+"/"); last != id || got.URL.RawQuery != "" {
			t.Errorf("%q was sent as %q", id, got.RequestURI)
		}
	}
}

func TestDocumentsAreAlteredInCopies(t *testing.T) {
	valid := Document{"Data": map[string]any{"A": 1, "B": []string{"x"}}, "Risk": map[string]any{}}
	if got := valid.With("/Data/C/D", "y"); got.At("/Data/C/D") != "y" || valid.At("/Data/C/D") != "" {
		t.Errorf("With: %v from %v", got, valid)
	}
	without := valid.Without("/Data/A")
	if _, there := without["Data"].(map[string]any)["A"]; there || valid["Data"].(map[string]any)["A"] != 1 {
		t.Errorf("Without: %v from %v", without, valid)
	}
	if got := (Document{"list": []string{"a"}}).With("/x", 1).Texts("list"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("Texts of a copy: %v", got)
	}
}
