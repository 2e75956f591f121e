package config

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"obconform/harness/contract"
)

// provokable are the documented error statuses, which a header may provoke, 429 also a burst (R13).
func provokable() []int { return []int{400, 401, 403, 404, 405, 406, 429, 500} }

// headerName is a token of RFC 7230 section 3.2.6; headerValue is section
// 3.2's field-value in ASCII, without blanks around it.
var (
	headerName  = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
	headerValue = regexp.MustCompile(`^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$`)
)

// ownHeaders are those that a request already has, or that frame it: one of
// them would not provoke an answer but break the request.
func ownHeaders() []string {
	return []string{"Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Host",
		"Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-Fapi-Interaction-Id"}
}

func (l *loader) checkProvocations() {
	seen := map[int]bool{}
	for i, provocation := range l.cfg.Provoke {
		key := index("provoke", i)
		switch {
		case !slices.Contains(provokable(), provocation.Status):
			l.breach(key+".status", "one of 400, 401, 403, 404, 405, 406, 429, 500", strconv.Itoa(provocation.Status))
		case seen[provocation.Status]:
			l.breach(key+".status", "each status once", strconv.Itoa(provocation.Status)+" again")
		}
		seen[provocation.Status] = true
		switch {
		case provocation.Burst.IsSet():
			l.checkBurst(key+".burst", provocation)
		case len(provocation.Headers) == 0:
			l.breach(key+".headers", "at least one request header, or a burst", "none")
		}
		l.checkProvokingHeaders(key+".headers", provocation.Headers)
	}
}

// The bounds of a burst: enough to pass what any gateway calls fair, and too
// little to hurt it.
const (
	leastInBurst  = 2
	mostInBurst   = 500
	mostASecond   = 100
	shortestBurst = time.Second
	longestBurst  = time.Minute
)

// checkBurst asks for reads alone, since every request of a burst counts, and
// for a speed that the machine and the target can be asked to keep.
func (l *loader) checkBurst(key string, provocation Provocation) {
	burst := provocation.Burst
	if provocation.Status != http.StatusTooManyRequests {
		l.breach(key, "none, since a burst provokes 429 alone", "one for "+strconv.Itoa(provocation.Status))
	}
	var given, known []string
	for _, operation := range burst.Operations {
		given = append(given, string(operation))
	}
	for _, operation := range contract.Operations() {
		if operation.Method == http.MethodGet && operation.ID != contract.GetDiscovery {
			known = append(known, string(operation.ID))
		}
	}
	l.subset(key+".operations", given, known)
	if burst.Requests < leastInBurst || burst.Requests > mostInBurst {
		l.breach(key+".requests", fmt.Sprintf("%d to %d", leastInBurst, mostInBurst), strconv.Itoa(burst.Requests))
	}
	within := time.Duration(burst.Within)
	switch spec := time.Duration(l.cfg.Timeouts.Spec); {
	case within < shortestBurst || within > longestBurst:
		l.breach(key+".within", fmt.Sprintf("%s to %s", shortestBurst, longestBurst), within.String())
	case within >= spec/2 && !l.faulty("timeouts.spec"):
		l.breach(key+".within", "less than half of timeouts.spec", within.String())
	case float64(burst.Requests) > mostASecond*within.Seconds()/2 && burst.Requests <= mostInBurst:
		l.breach(key+".within", fmt.Sprintf("time for the requests, which are sent in its first half, at most %d a second", mostASecond), within.String())
	}
}

// checkProvokingHeaders repeats names alone: a value may be a credential.
func (l *loader) checkProvokingHeaders(key string, headers map[string]string) {
	seen := map[string]bool{}
	for _, name := range sortedKeys(headers) {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !headerName.MatchString(name):
			l.breach(key, "header names of letters, digits and hyphens", quote(name))
		case slices.Contains(ownHeaders(), canonical):
			l.breach(join(key, name), "a header that the requests do not have already", quote(name))
		case seen[canonical]:
			l.breach(join(key, name), "each header once, whatever its case", quote(name)+" again")
		case !headerValue.MatchString(headers[name]):
			l.breach(join(key, name), "a header value of visible ASCII characters", "something else")
		}
		seen[canonical] = true
	}
}
