package compare

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"obconform/harness/contract"
	"obconform/harness/traffic"
)

// obconformCheck audits the recording itself: it sends nothing.
func obconformCheck(w Work) (Job, error) {
	file, err := w.write("recording.har", HAR(w.Tape))
	reports := filepath.Join(w.Dir, "reports")
	return Job{
		Command: []string{w.Obconform, "check", "--sides", "bank", "--quiet", "--reports", reports, file},
		Failed:  func([]byte, []proxied) (map[int]bool, error) { return breaches(filepath.Join(reports, "results.json")) },
	}, err
}

// obconformProxy audits both sides of what passes it; only what it says of the
// bank is compared.
func obconformProxy(w Work) (Job, error) {
	port, err := freePort()
	address := fmt.Sprintf("127.0.0.1:%d", port)
	reports := filepath.Join(w.Dir, "reports")
	return Job{
		Command: []string{w.Obconform, "proxy", "--to", w.Address, "--addr", address, "--quiet", "--reports", reports},
		Ready:   "http://" + address + "/oauth2/jwks", Through: "http://" + address,
		Failed: func([]byte, []proxied) (map[int]bool, error) { return breaches(filepath.Join(reports, "results.json")) },
	}, err
}

// breaches are the exchanges that our results show for each breach of the bank's.
func breaches(results string) (map[int]bool, error) {
	var read struct {
		Exchanges int
		Specs     []struct {
			Findings []struct {
				Clause   contract.ClauseID
				Fails    bool
				Exchange int
			}
			Exchanges []shownExchange
		}
	}
	if err := readJSON(results, &read); err != nil {
		return nil, err
	}
	if read.Exchanges == 0 {
		return nil, fmt.Errorf("no exchange was judged")
	}
	failed := map[int]bool{}
	for _, spec := range read.Specs {
		for _, finding := range spec.Findings {
			if !finding.Fails || contract.IsClientClause(finding.Clause) {
				continue
			}
			number := -1
			if finding.Exchange >= 0 && finding.Exchange < len(spec.Exchanges) {
				number = spec.Exchanges[finding.Exchange].number()
			}
			if number < 0 {
				return nil, fmt.Errorf("a breach without its exchange")
			}
			failed[number] = true
		}
	}
	return failed, nil
}

// shownExchange is an exchange of our results, as far as it says which it is.
type shownExchange struct {
	Origin string
	Detail struct {
		RequestHeaders []struct{ Name, Value string }
	}
}

// number is the place in the recording: that in the file, or the one that the
// request names; -1 for neither.
func (x shownExchange) number() int {
	if _, entry, found := strings.Cut(x.Origin, ", entry "); found {
		return numberOf(entry) - 1 // entries are counted from 1
	}
	for _, line := range x.Detail.RequestHeaders {
		if line.Name == NumberHeader {
			return numberOf(line.Value)
		}
	}
	return -1
}

// Traffic is the exchange as it was seen.
func (x Exchange) Traffic() (traffic.Exchange, error) {
	address, err := url.Parse(x.Address + x.Path)
	if err != nil {
		return traffic.Exchange{}, err
	}
	return traffic.Exchange{Started: x.Started, Ended: x.Ended,
		Request:  traffic.Request{Method: x.Method, URL: address, Header: x.Header, Body: traffic.Body{Bytes: x.Body}},
		Response: &traffic.Response{Status: x.Status, Header: x.AnswerHeader, Body: traffic.Body{Bytes: x.AnswerBody}}}, nil
}

// HAR is a recording as HTTP Archive 1.2.
func HAR(tape []Exchange) any {
	var entries []anyMap
	for _, x := range tape {
		entries = append(entries, anyMap{"startedDateTime": x.Started.UTC().Format(time.RFC3339Nano), "time": float64(x.Ended.Sub(x.Started)) / float64(time.Millisecond),
			"cache": anyMap{}, "timings": anyMap{"send": 0, "wait": 0, "receive": 0},
			"request": anyMap{"method": x.Method, "url": x.Address + x.Path, "httpVersion": "HTTP/1.1", "cookies": []any{}, "queryString": []any{},
				"headers": harFields(x.Header), "headersSize": -1, "bodySize": len(x.Body),
				"postData": anyMap{"mimeType": x.Header.Get("Content-Type"), "text": string(x.Body)}},
			"response": anyMap{"status": x.Status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": []any{}, "headers": harFields(x.AnswerHeader),
				"redirectURL": x.AnswerHeader.Get("Location"), "headersSize": -1, "bodySize": len(x.AnswerBody),
				"content": anyMap{"size": len(x.AnswerBody), "mimeType": x.AnswerHeader.Get("Content-Type"),
					"text": base64.StdEncoding.EncodeToString(x.AnswerBody), "encoding": "base64"}}})
	}
	return anyMap{"log": anyMap{"version": "1.2", "creator": anyMap{"name": "obconform", "version": "comparison"}, "entries": entries}}
}

func harFields(header map[string][]string) []anyMap {
	fields := []anyMap{}
	for name, values := range header {
		for _, value := range values {
			fields = append(fields, anyMap{"name": name, "value": value})
		}
	}
	return fields
}
