//go:build race

package detect_test

// underRace says that the race detector makes each trial ten times as slow.
const underRace = true
