package mutate_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"obconform/harness/detect/mutate"
)

// shop is a service that knows nothing of banks: the proxy works there too.
func shop(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch id := strings.TrimPrefix(r.URL.Path, "/things/"); {
	case r.URL.Path == "/things":
		fmt.Fprint(w, `{"things":[{"id":"thing-0001","colour":"Red"},{"id":"thing-0002","colour":"Blue"}],"next":"`+
			"http://"+r.Host+`/things?page=2"}`)
	case strings.HasPrefix(id, "thing-"):
		fmt.Fprintf(w, `{"id":%q,"made":"2020-01-02T03:04:05Z"}`, id)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// inFront starts a service with the proxy in front of it.
func inFront(t *testing.T, proxy *mutate.Proxy, service http.HandlerFunc) (proxyURL string, origin *url.URL) {
	t.Helper()
	upstream := httptest.NewServer(service)
	t.Cleanup(upstream.Close)
	origin, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	proxy.Upstream = transport
	server, err := mutate.Serve(func(string) (http.Handler, error) { return proxy.For(origin), nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server.URL, origin
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func learn(t *testing.T) mutate.Catalogue {
	t.Helper()
	proxy, learner := &mutate.Proxy{}, &mutate.Learner{}
	address, _ := inFront(t, proxy, shop)
	proxy.Learn(learner)
	proxy.Observe("lists")
	get(t, address+"/things")
	proxy.Observe("reads")
	get(t, address+"/things/thing-0001")
	get(t, address+"/things/thing-0002")
	proxy.Observe("misses")
	get(t, address+"/things/nothing")
	get(t, address+"/nowhere")
	return learner.Catalogue()
}

// A learning pass finds the paths' templates and every kind of mutation that
// the traffic allows, and remembers who saw what.
func TestLearning(t *testing.T) {
	t.Parallel()
	catalogue := learn(t)
	if want := (mutate.Templates{"/things/{}"}); !slices.Equal(catalogue.Templates, want) {
		t.Errorf("templates: expected %v, got %v", want, catalogue.Templates)
	}
	by := map[string][]string{}
	for _, entry := range catalogue.Entries {
		by[entry.Name()] = entry.By
	}
	for name, observer := range map[string]string{
		"GET /things 200 /things/*/colour: replace word":              "lists",
		"GET /things 200 /things: double":                             "lists",
		"GET /things 200 /things/*/id: recase":                        "lists",
		"GET /things 200 /next: another host":                         "lists",
		"GET /things 200 header Content-Type: set text/plain":         "lists",
		"GET /things 200 body: answer of GET /things/{} 200":          "lists",
		"GET /things/{} 200 /made: strip zone":                        "reads",
		"GET /things/{} 200 /id: swap identifiers":                    "reads",
		"GET /things/{} 200 status: redirect 302":                     "reads",
		"GET /things/{} 404 status: set 403":                          "misses",
		"GET /nowhere 404 body: text where there is none":             "misses",
		"GET /things/{} 200 body: close the connection in the middle": "reads",
	} {
		if !slices.Contains(by[name], observer) {
			t.Errorf("%s: expected to be seen by %s, got %v", name, observer, by[name])
		}
	}
	if again := learn(t); len(again.Entries) != len(catalogue.Entries) {
		t.Errorf("the second time there were %d mutations, the first %d", len(again.Entries), len(catalogue.Entries))
	}
	ids := map[string]bool{}
	for _, entry := range catalogue.Entries {
		if ids[entry.ID()] || !strings.HasPrefix(entry.ID(), "m-") {
			t.Errorf("%s: the identifier %s is no good", entry.Name(), entry.ID())
		}
		ids[entry.ID()] = true
	}
}

// What is known to be an identifier never stands in a place.
func TestKnownIdentifiers(t *testing.T) {
	t.Parallel()
	proxy, learner := &mutate.Proxy{}, &mutate.Learner{Identifiers: []string{"me", ""}}
	address, _ := inFront(t, proxy, shop)
	proxy.Learn(learner)
	get(t, address+"/clients/me")
	catalogue := learner.Catalogue()
	if want := (mutate.Templates{"/clients/{}"}); !slices.Equal(catalogue.Templates, want) || len(catalogue.Entries) == 0 {
		t.Errorf("templates: expected %v, got %v", want, catalogue.Templates)
	}
	for _, entry := range catalogue.Entries {
		if strings.Contains(entry.Name(), "/me") {
			t.Errorf("%s names it", entry.Name())
		}
	}
}

// A mutation changes the answers of its place, every one, and no other.
func TestProxy(t *testing.T) {
	t.Parallel()
	proxy := &mutate.Proxy{}
	address, _ := inFront(t, proxy, shop)
	m := mutate.Mutation{Point: mutate.Point{Place: mutate.Place{Request: "GET /things/{}", Status: 200}, At: "/made"}, Kind: "drop"}
	proxy.Mutate(mutate.NewMutator(m, nil), mutate.Templates{"/things/{}"})
	proxy.Observe("somebody")
	for _, id := range []string{"thing-0001", "thing-0002"} {
		if _, body := get(t, address+"/things/"+id); body != fmt.Sprintf(`{"id":%q}`, id) {
			t.Errorf("%s: got %s", id, body)
		}
	}
	if _, body := get(t, address+"/things"); !strings.Contains(body, "Red") {
		t.Errorf("another place is changed: %s", body)
	}
	if fired := proxy.Fired(); fired["somebody"] != 2 || len(fired) != 1 {
		t.Errorf("expected 2 changes for somebody, got %v", fired)
	}
}

// An answer that breaks off breaks off at the client.
func TestCutOff(t *testing.T) {
	t.Parallel()
	proxy := &mutate.Proxy{}
	address, _ := inFront(t, proxy, shop)
	m := mutate.Mutation{Point: mutate.Point{Place: mutate.Place{Request: "GET /things", Status: 200}, At: "body"},
		Kind: "close the connection in the middle"}
	proxy.Mutate(mutate.NewMutator(m, nil), nil)
	res, err := http.Get(address + "/things")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil || int64(len(body)) >= res.ContentLength {
		t.Errorf("%d of %d bytes came, error %v", len(body), res.ContentLength, err)
	}
}

// A read-only proxy passes reads and forms on, and refuses everything else
// without asking the service.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	asked := 0
	proxy := &mutate.Proxy{ReadOnly: true}
	address, _ := inFront(t, proxy, func(http.ResponseWriter, *http.Request) { asked++ })
	proxy.Observe("somebody")
	for _, c := range []struct {
		method, mediaType string
		passes            bool
	}{
		{"GET", "", true}, {"OPTIONS", "", true}, {"POST", "application/x-www-form-urlencoded", true},
		{"POST", "application/json", false}, {"POST", "", false}, {"PUT", "application/jose", false}, {"DELETE", "", false}, {"PATCH", "", false},
	} {
		before := asked
		req, _ := http.NewRequest(c.method, address+"/x", bytes.NewReader([]byte("{}")))
		if c.mediaType != "" {
			req.Header.Set("Content-Type", c.mediaType)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if (asked > before) != c.passes || (res.StatusCode == http.StatusForbidden) == c.passes {
			t.Errorf("%s of %q: the service was asked: %v, status %d", c.method, c.mediaType, asked > before, res.StatusCode)
		}
	}
	if refused := proxy.Refused()["somebody"]; refused != 5 {
		t.Errorf("expected 5 refusals, got %d", refused)
	}
}

// The addresses in answers lead through the proxy, the issuer's name stays, and
// a signature of what has changed goes.
func TestRewriting(t *testing.T) {
	t.Parallel()
	proxy := &mutate.Proxy{}
	var own string
	address, origin := inFront(t, proxy, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", own+"/next?x=1")
		w.Header().Set("X-Sig", "eyJhbGciOiJub25lIn0..c2ln")
		fmt.Fprintf(w, `{"issuer":"%[1]s","token":"%[1]s/token","text":"%[1]sx/not","other":"https://other.invalid/"}`, own)
	})
	own = origin.String()
	proxy.Rewrite = map[string]string{own: address}
	res, body := get(t, address+"/")
	want := fmt.Sprintf(`{"issuer":"%s","token":"%s/token","text":"%sx/not","other":"https://other.invalid/"}`, own, address, own)
	if body != want || res.Header.Get("Location") != address+"/next?x=1" || res.Header.Get("X-Sig") != "" {
		t.Errorf("expected %s, got %s, Location %s, X-Sig %s", want, body, res.Header.Get("Location"), res.Header.Get("X-Sig"))
	}
}

// The same seed takes the same sample, another takes another, and one mutation
// less leaves the rest as it is.
func TestSample(t *testing.T) {
	t.Parallel()
	all := learn(t).Entries
	names := func(entries []mutate.Entry) []string {
		var list []string
		for _, entry := range entries {
			list = append(list, entry.Name())
		}
		return list
	}
	first := names(mutate.Sample(all, 20, 1))
	if len(first) != 20 || !slices.Equal(first, names(mutate.Sample(all, 20, 1))) {
		t.Errorf("the same seed takes %v", first)
	}
	if slices.Equal(first, names(mutate.Sample(all, 20, 2))) {
		t.Error("another seed takes the same sample")
	}
	less := slices.DeleteFunc(slices.Clone(all), func(e mutate.Entry) bool { return e.Name() == first[0] })
	kept := names(mutate.Sample(less, 20, 1))
	for _, name := range first[1:] {
		if !slices.Contains(kept, name) {
			t.Errorf("%s went with another one", name)
		}
	}
	if got := mutate.Sample(all, len(all)+1, 1); len(got) != len(all) {
		t.Errorf("of %d all were asked for, %d taken", len(all), len(got))
	}
}

// The package knows nothing of ours: what it does not know it cannot favour.
func TestStandsAlone(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); !slices.Equal(got, []string{"obconform/harness/detect/mutate"}) {
		t.Errorf("it imports %v", got)
	}
}

// What the service does not answer, or a gateway in its place, is counted, and
// a mutation to such a status is not.
func TestLost(t *testing.T) {
	t.Parallel()
	proxy := &mutate.Proxy{}
	address, _ := inFront(t, proxy, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gateway":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/fault":
			w.WriteHeader(http.StatusInternalServerError)
		case "/away":
			panic(http.ErrAbortHandler)
		}
	})
	for i, path := range []string{"/", "/fault", "/gateway", "/away"} {
		if res, err := http.Get(address + path); err == nil {
			_ = res.Body.Close()
		}
		if want := max(0, i-1); proxy.Lost() < want || want == 0 && proxy.Lost() > 0 {
			t.Errorf("after %s: %d", path, proxy.Lost())
		}
	}
}
