//go:build !race

package mockbank_test

// everyFault is the step through the table of faults.
const everyFault = 1
