//go:build race

package mockbank_test

// everyFault is the step through the table of faults: under the race detector,
// where signatures take thirty times as long, every tenth will do.
const everyFault = 10
