//go:build !race

package clients_test

const underRace = false
