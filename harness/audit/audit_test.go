package audit_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"obconform/harness/audit"
	"obconform/harness/contract"
)

// Every documented answer, written as it should be, has no finding at any
// level, and decides just the clauses that have something to decide on.
func TestConformingAnswers(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	pairs := 0
	for _, op := range contract.Operations() {
		for _, documented := range op.Answers {
			pairs++
			t.Run(fmt.Sprintf("%s %d", op.ID, documented.Status), func(t *testing.T) {
				result := a.Check(answer(t, op.ID, documented.Status))
				if len(result.Findings) > 0 || result.Inconclusive != "" {
					t.Errorf("findings %+v, inconclusive %q", result.Findings, result.Inconclusive)
				}
				got, wanted := slices.Sorted(slices.Values(result.Exercised)), slices.Sorted(slices.Values(decidable(op, documented)))
				if !slices.Equal(got, wanted) {
					t.Errorf("exercised %v, want %v", got, wanted)
				}
				wellFormed(t, result)
			})
		}
	}
	if pairs != 118 {
		t.Errorf("%d documented pairs, the contract has 118", pairs)
	}
}

// decidable lists the clauses that the conforming answer of a pair decides.
func decidable(op contract.Operation, documented contract.Answer) []contract.ClauseID {
	clauses := []contract.ClauseID{contract.ComTransport, contract.ComStatus, contract.ComSecrets,
		contract.ComFapiPresent, contract.ComFapiEcho}
	if documented.Model != "" || op.ID == contract.GetDiscovery {
		clauses = append(clauses, contract.ComContentType, contract.ComJSON)
	}
	if documented.Model != "" {
		clauses = append(clauses, contract.ComBody, contract.ComOptional)
	}
	for _, h := range documented.Headers {
		if h.Name == contract.HeaderSignature {
			clauses = append(clauses, contract.ComSignature, contract.ComSignaturePresent)
		}
	}
	switch status := documented.Status; {
	case op.ID == contract.GetDiscovery:
		clauses = append(clauses, contract.Dis200, contract.DisHTTPS, contract.DisCapabilities, contract.ComOptional)
	case status == 204:
		clauses = append(clauses, contract.ComEmpty)
	case status == 400 || status == 403 || status == 500:
		clauses = append(clauses, contract.ComErrorCode)
	case status == 401:
		clauses = append(clauses, contract.ComWWWAuthenticate)
	case status == 405:
		clauses = append(clauses, contract.ComAllow)
	case status == 429:
		clauses = append(clauses, contract.ComRetryAfter)
	case status < 300 && op.API != contract.DynamicRegistration:
		clauses = append(clauses, contract.ComLinksSelf, contract.ComMeta)
		if op.API != contract.Accounts {
			clauses = append(clauses, contract.ComDateTime)
		}
	}
	return clauses
}

func TestInconclusive(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	html := func(x *audit.Exchange) {
		setRaw(x, []byte("<!DOCTYPE html><title>Sorry</title>"))
		x.Response.Header.Set("Content-Type", "text/html")
	}
	for _, c := range []struct {
		name, reason string
		x            audit.Exchange
	}{
		{"502", "502", answer(t, contract.ListAccounts, 502)},
		{"503", "503", answer(t, contract.ListAccounts, 503)},
		{"504", "504", answer(t, contract.RequestToken, 504)},
		{"HTML with 403", "HTML", with(answer(t, contract.ListAccounts, 403), html)},
		{"HTML with 429", "HTML", with(answer(t, contract.ListAccounts, 429), html)},
		{"HTML with 500", "HTML", with(answer(t, contract.ListAccounts, 500), html)},
		{"HTML with 501 by its tag alone", "HTML", with(answer(t, contract.ListAccounts, 501), html, header("Content-Type"))},
		{"a page by its type alone", "HTML", with(answer(t, contract.ListAccounts, 500), html, raw(t, "Sorry"))},
		{"cut off", "cut off", with(answer(t, contract.ListAccounts, 200), func(x *audit.Exchange) { x.Response.Truncated = true })},
		{"cut off by the connection's end", "closed early", with(answer(t, contract.ListAccounts, 200), func(x *audit.Exchange) { x.Response.Truncated, x.Err = true, io.ErrUnexpectedEOF })},
		{"too large", "1048576 bytes", with(answer(t, contract.ListAccounts, 200), func(x *audit.Exchange) { x.Response.TooLarge = true })},
		{"more values than are read", "limits.jsonValues, 1000000", with(answer(t, contract.ListAccounts, 200), raw(t, "["+strings.Repeat("1,", 1_000_000)+"1]"))},
		{"longer than announced", "announced", with(answer(t, contract.ListAccounts, 200), func(x *audit.Exchange) { x.Response.ContentLength-- })},
		{"shorter than announced", "announced", with(answer(t, contract.ListAccounts, 200), func(x *audit.Exchange) { x.Response.ContentLength++ })},
		{"a coding that was not asked for", "not asked for", with(answer(t, contract.ListAccounts, 200), header("Content-Encoding", "br"), acceptEncoding("gzip, br;q=0"))},
		{"no answer and no reason", "no answer", audit.Exchange{Operation: contract.ListAccounts}},
		{"an operation that is none", "no operation", audit.Exchange{Operation: "Dance"}},
		{"time-out", "time limit", noAnswer(fmt.Errorf("get: %w", context.DeadlineExceeded))},
		{"time-out of the network", "time limit", noAnswer(&net.OpError{Op: "dial", Err: timeout{}})},
		{"cancelled", "cancelled", noAnswer(context.Canceled)},
		{"refused", "refused", noAnswer(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})},
		{"reset", "reset", noAnswer(&net.OpError{Op: "read", Err: syscall.ECONNRESET})},
		{"an unknown host", "resolved", noAnswer(&net.DNSError{Name: "x"})},
		{"TLS", "TLS", noAnswer(errors.New("remote error: tls: bad certificate"))},
		{"closed", "closed early", noAnswer(io.EOF)},
		{"malformed HTTP", `malformed HTTP response "\x1b"`, noAnswer(errors.New("malformed HTTP response \"\x1b\""))},
		{"a long error", "...", noAnswer(errors.New(strings.Repeat("x", 5000)))},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := a.Check(c.x)
			if !strings.Contains(result.Inconclusive, c.reason) || len(result.Inconclusive) > 200 || strings.Contains(result.Inconclusive, "\x1b") {
				t.Errorf("reason %q, want one with %q", result.Inconclusive, c.reason)
			}
			if len(result.Exercised)+len(result.Findings) > 0 || result.Body != nil {
				t.Errorf("exercised %v, found %v", result.Exercised, result.Findings)
			}
		})
	}
}

type timeout struct{}

func (timeout) Error() string   { return "slow" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func noAnswer(err error) audit.Exchange {
	return audit.Exchange{Operation: contract.ListAccounts, Err: err}
}

func acceptEncoding(value string) edit {
	return func(x *audit.Exchange) { x.Request.Header.Set("Accept-Encoding", value) }
}

// The nearest answers that can be judged after all.
func TestConclusive(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	html := func(x *audit.Exchange) {
		setRaw(x, []byte("<html></html>"))
		x.Response.Header.Set("Content-Type", "text/html")
	}
	for _, c := range []struct {
		name string
		x    audit.Exchange
		want contract.ClauseID
	}{
		{"JSON with 403", answer(t, contract.ListAccounts, 403), ""},
		{"JSON with 500, called HTML", with(answer(t, contract.ListAccounts, 500), header("Content-Type", "text/html")), contract.ComContentType},
		{"an HTML page with 400", with(answer(t, contract.ListAccounts, 400), html), contract.ComContentType},
		{"an HTML page with 200", with(answer(t, contract.ListAccounts, 200), html), contract.ComContentType},
		{"an HTML page with 404, where no body is documented", with(answer(t, contract.ListAccounts, 404), html), ""},
		{"501 without a page", answer(t, contract.ListAccounts, 501), contract.ComStatus},
		{"a coding that was asked for", with(answer(t, contract.ListAccounts, 200), header("Content-Encoding", "GZIP"), acceptEncoding("gzip;q=0.5, br")), ""},
		{"any coding was asked for", with(answer(t, contract.ListAccounts, 200), header("Content-Encoding", "zstd"), acceptEncoding("*")), ""},
		{"the identity coding", with(answer(t, contract.ListAccounts, 200), header("Content-Encoding", "identity")), ""},
		{"no length announced", with(answer(t, contract.ListAccounts, 200), func(x *audit.Exchange) { x.Response.ContentLength = -1 }), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			result := a.Check(c.x)
			if result.Inconclusive != "" || !slices.Contains(result.Exercised, contract.ComTransport) {
				t.Errorf("inconclusive %q, exercised %v", result.Inconclusive, result.Exercised)
			}
			if c.want == "" && len(result.Findings) > 0 || c.want != "" && (len(result.Findings) != 1 || result.Findings[0].Clause != c.want) {
				t.Errorf("findings %+v, want %q", result.Findings, c.want)
			}
		})
	}
}

func TestCheckIsDeterministic(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	x := with(answer(t, contract.GetAccountAccessConsent, 200), raw(t, `{"Data":{"Status":"x","Permissions":["y","z"],"a":null,"b":{}},"Links":{"Self":"z"}}`), header("Content-Type", "text/plain"))
	first := a.Check(x)
	if len(first.Findings) < 8 {
		t.Fatalf("only %d findings", len(first.Findings))
	}
	for range 20 {
		again := a.Check(x)
		if !slices.Equal(first.Findings, again.Findings) || !slices.Equal(first.Exercised, again.Exercised) {
			t.Fatal("the same exchange has other findings")
		}
	}
	wellFormed(t, first)
}

func TestCheckFromManyGoroutines(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	x := answer(t, contract.RegisterClient, 201)
	keys := jwks(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			a.Learn(audit.AccessToken, fmt.Sprintf("token number %d", i))
			a.AddKeys(keys)
			if result := a.Check(x); len(result.Findings) > 0 {
				t.Errorf("%+v", result.Findings)
			}
		})
	}
	group.Wait()
	if a.Keys().Len() != 1 {
		t.Errorf("%d keys, want 1", a.Keys().Len())
	}
}

// A hostile body must not make a report of its own size.
func TestFindingsAreBounded(t *testing.T) {
	a := newAuditor(t, audit.Options{})
	for _, item := range []string{`null`, `{"AccountId":null}`, `{"a":""}`, `"` + theToken + `"`} {
		body := `{"Data":{"Account":[` + strings.Repeat(item+",", 3000) + item + `]}}`
		result := a.Check(with(answer(t, contract.ListAccounts, 200), raw(t, body)))
		if n := len(result.Findings); n < 100 || n > 500 {
			t.Errorf("%s: %d findings", item, n)
		}
		wellFormed(t, result)
	}
}

func BenchmarkCheckListAccounts(b *testing.B) {
	a := newAuditor(b, audit.Options{})
	var accounts []any
	for i := range 20 {
		accounts = append(accounts, account(i))
	}
	x := with(answer(b, contract.ListAccounts, 200), member(b, "/Data/Account", accounts))
	if result := a.Check(x); len(result.Findings) > 0 {
		b.Fatal(result.Findings)
	}
	for b.Loop() {
		a.Check(x)
	}
}

// FuzzCheck sends hostile bodies and headers through every operation. Whatever
// comes, Check ends, keeps the shape of a result, and shows no secret.
func FuzzCheck(f *testing.F) {
	a := newAuditor(f, audit.Options{})
	var ids []contract.OperationID
	for _, op := range contract.Operations() {
		ids = append(ids, op.ID)
	}
	ids = append(ids, contract.RequestToken, contract.GetJWKS, contract.Authorize)
	for i, id := range ids {
		for _, status := range []int{200, 201, 204, 400, 401, 405, 429} {
			x := answer(f, id, status)
			f.Add(uint8(i), status, x.Response.Body, "Content-Type", "application/json")
		}
	}
	f.Add(uint8(8), 200, []byte(`{"Data":{"Account":[{"Account":"82604312345678","x":"`+theToken+`"}]},"Links":{"Self":"%"}}`), "X-Jws-Signature", "e30..")
	f.Fuzz(func(t *testing.T, op uint8, status int, body []byte, name, value string) {
		x := answer(t, ids[int(op)%len(ids)], 200)
		x.Response.Status = 100 + (status%500+500)%500
		setRaw(&x, body)
		x.Response.Header.Add(name, value)
		if op%2 == 0 {
			x.Request.URL, x.Request.Form = &url.URL{}, nil
		}
		result := a.Check(x)
		if (result.Inconclusive == "") != (len(result.Exercised) > 0) {
			t.Errorf("inconclusive %q, exercised %v", result.Inconclusive, result.Exercised)
		}
		wellFormed(t, result)
	})
}
