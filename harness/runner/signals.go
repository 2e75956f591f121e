package runner

import (
	"os"
	"os/signal"
	"syscall"
)

// Signals turns the signals that end a run into words for Run, until release
// is called. A hang-up counts like the others: Ginkgo alone would leave no
// report behind it.
func Signals() (stop <-chan string, release func()) {
	received := make(chan os.Signal, 4)
	words := make(chan string, 4)
	done := make(chan struct{})
	signal.Notify(received, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for {
			select {
			case s := <-received:
				words <- "interrupted by " + s.String()
			case <-done:
				return
			}
		}
	}()
	return words, func() {
		signal.Stop(received)
		close(done)
	}
}
