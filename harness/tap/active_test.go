package tap_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"obconform/harness/tap"
)

// What is being answered is waited for, and not longer than one wants to.
func TestActive(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	a := &tap.Active{Next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-leave
	})}
	if left := a.Wait(time.Hour); left != 0 {
		t.Errorf("%d before the first", left)
	}
	for range 2 {
		go a.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		<-entered
	}
	if left := a.Wait(time.Millisecond); left != 2 {
		t.Errorf("%d are left, expected 2", left)
	}
	waited := make(chan int)
	go func() { waited <- a.Wait(time.Minute) }()
	leave <- struct{}{}
	leave <- struct{}{}
	if left := <-waited; left != 0 {
		t.Errorf("%d are left at the end", left)
	}
}
