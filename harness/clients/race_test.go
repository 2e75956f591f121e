//go:build race

package clients_test

// underRace: the clients and obconform are processes that the race detector does
// not see into.
const underRace = true
