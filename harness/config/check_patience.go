package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// The bounds of what a configuration may ask of a target and of a run's
// patience with it.
const (
	leastRate   = 0.01 // one request in 100 s
	mostRate    = 10_000
	mostBurst   = 1_000
	mostRepeats = 10
	mostPause   = 30 * time.Second
	mostWait    = 10 * time.Minute
)

// checkPatience: the kind of target, its rate budget, and the retries.
func (l *loader) checkPatience() {
	target := l.cfg.Target
	if kinds := []string{Mock, Sandbox, Production}; target.Kind != "" && !slices.Contains(kinds, target.Kind) {
		l.breach("target.kind", oneOf(kinds), quote(target.Kind))
	}
	if rate := target.Rate.RequestsPerSecond; rate != 0 && (rate < leastRate || rate > mostRate) {
		l.breach("target.rate.requestsPerSecond", fmt.Sprintf("%g to %d, or 0 for no limit", leastRate, mostRate), fmt.Sprint(rate))
	}
	if burst := target.Rate.Burst; burst < 1 || burst > mostBurst {
		l.breach("target.rate.burst", fmt.Sprintf("1 to %d", mostBurst), strconv.Itoa(burst))
	}
	retries := l.cfg.Retries
	if retries.Reads < 0 || retries.Reads > mostRepeats {
		l.breach("retries.reads", fmt.Sprintf("0 to %d", mostRepeats), strconv.Itoa(retries.Reads))
	}
	for _, span := range []struct {
		key         string
		given       Duration
		least, most time.Duration
	}{
		{"retries.pause", retries.Pause, time.Millisecond, mostPause},
		{"retries.longestWait", retries.LongestWait, 0, mostWait},
	} {
		if given := time.Duration(span.given); given < span.least || given > span.most {
			l.breach(span.key, fmt.Sprintf("%s to %s", span.least, span.most), span.given.String())
		}
	}
}
