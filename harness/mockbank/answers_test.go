package mockbank_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

func (g got) keepsCommonRules(request *http.Request) {
	g.t.Helper()
	if ids := g.header.Values("x-fapi-interaction-id"); len(ids) != 1 || ids[0] != request.Header.Get("x-fapi-interaction-id") {
		g.t.Errorf("%s %d: interaction id %q, sent %q", g.what, g.status, ids, request.Header.Get("x-fapi-interaction-id"))
	}
	oauth := strings.HasPrefix(request.URL.Path, "/oauth2/")
	switch g.status {
	case 400, 403, 500:
		if !oauth {
			g.isErrorResponse()
		}
	case 401:
		if g.header.Get("WWW-Authenticate") == "" {
			g.t.Errorf("%s: 401 without WWW-Authenticate", g.what)
		}
	case 405:
		if allow := g.header.Get("Allow"); allow == "" || strings.Contains(allow, request.Method) {
			g.t.Errorf("%s: Allow %q", g.what, allow)
		}
	case 429:
		if g.header.Get("Retry-After") != "1" {
			g.t.Errorf("%s: Retry-After %q", g.what, g.header.Get("Retry-After"))
		}
	}
	bodiless := map[int]bool{204: true, 401: !oauth, 404: true, 405: !oauth, 406: true, 415: true, 429: true, 302: true}[g.status]
	if bodiless != (len(g.body) == 0) {
		g.t.Errorf("%s %d: body %q", g.what, g.status, g.body)
	}
	if len(g.body) > 0 && g.header.Get("Content-Type") != "application/json" {
		g.t.Errorf("%s %d: Content-Type %q", g.what, g.status, g.header.Get("Content-Type"))
	}
	if g.status == 200 || g.status == 201 {
		g.linksToItself(request)
	}
}

func (g got) isErrorResponse() {
	g.t.Helper()
	code, _ := g.at("Code").(string)
	_, err := uuid.Parse(g.text("Id"))
	errors, _ := g.at("Errors").([]any)
	if code == "" || err != nil || g.text("Message") == "" || len(errors) == 0 {
		g.t.Errorf("%s %d: not an OBErrorResponse1: %s", g.what, g.status, g.body)
	}
	for _, one := range errors {
		detail, _ := one.(map[string]any)
		if code, _ := detail["ErrorCode"].(string); !strings.HasPrefix(code, "UK.OBIE.") && !strings.HasPrefix(code, "Mockbank.") {
			g.t.Errorf("%s %d: error code %q", g.what, g.status, code)
		}
	}
}

func (g got) linksToItself(request *http.Request) {
	g.t.Helper()
	object, _ := g.json().(map[string]any)
	if _, has := object["Data"]; !has {
		return
	}
	self, err := url.Parse(g.text("Links", "Self"))
	if err != nil || self.Host != request.URL.Host {
		g.t.Fatalf("%s: Links.Self is %q", g.what, g.text("Links", "Self"))
	}
	resource := request.URL.Path + "/" + g.maybe("Data", "ConsentId")
	if self.Path != request.URL.Path && self.Path != resource {
		g.t.Errorf("%s: Links.Self has path %q", g.what, self.Path)
	}
	if pages, _ := g.at("Meta", "TotalPages").(float64); pages < 1 {
		g.t.Errorf("%s: TotalPages %v", g.what, pages)
	}
}

func (g got) json() any {
	g.t.Helper()
	var value any
	if err := json.Unmarshal(g.body, &value); err != nil {
		g.t.Fatalf("%s %d: %v in %q", g.what, g.status, err, g.body)
	}
	return value
}

// at follows names into the body; nil when the way ends early.
func (g got) at(names ...string) any {
	g.t.Helper()
	value := g.json()
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func (g got) text(names ...string) string {
	g.t.Helper()
	text, ok := g.at(names...).(string)
	if !ok {
		g.t.Fatalf("%s %d: no string at %v in %s", g.what, g.status, names, g.body)
	}
	return text
}

func (g got) maybe(names ...string) string {
	text, _ := g.at(names...).(string)
	return text
}

func (g got) must(status int) got {
	g.t.Helper()
	if g.status != status {
		g.t.Fatalf("%s: status %d, want %d: %s", g.what, g.status, status, g.body)
	}
	return g
}

// blames wants the first error to name a member.
func (g got) blames(path string) {
	g.t.Helper()
	errors, _ := g.at("Errors").([]any)
	detail, _ := errors[0].(map[string]any)
	if detail["Path"] != path {
		g.t.Errorf("%s: Path %v, want %q: %s", g.what, detail["Path"], path, g.body)
	}
}
