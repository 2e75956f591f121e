package detect

import (
	"errors"
	"net/http"
	"strings"

	"obconform/harness/detect/mutate"
)

// Away is a scene whose bank answers no list of accounts: the connection is lost.
func Away(scene Scene) Scene { return awayScene{scene} }

type awayScene struct{ Scene }

func (s awayScene) begin() (*ground, error) {
	g, err := s.Scene.begin()
	if err == nil {
		g.proxy.Upstream = away{g.proxy.Upstream}
	}
	return g, err
}

func (s awayScene) signer() mutate.Signer { return s.Scene.signer() }

type away struct{ bank http.RoundTripper }

func (a away) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/accounts") {
		return nil, errors.New("the bank is away")
	}
	return a.bank.RoundTrip(r)
}
