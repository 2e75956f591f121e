package compare

import (
	"fmt"
)

// prismProxy validates the answers that pass it against the exported document.
func prismProxy(w Work) (Job, error) {
	file, err := w.write("prism.json", w.Document.Raw)
	if err != nil {
		return Job{}, err
	}
	port, err := freePort()
	through := fmt.Sprintf("http://127.0.0.1:%d", port)
	return Job{
		Command: []string{"node", w.script("@stoplight", "prism-cli", "dist", "index.js"), "proxy", "--errors", "--validate-request=false",
			"--host", "127.0.0.1", "--port", fmt.Sprint(port), file, w.Address},
		Ready: through + "/oauth2/jwks", Through: through,
		Failed: func(_ []byte, answers []proxied) (map[int]bool, error) {
			failed := map[int]bool{}
			for i, answer := range answers {
				if w.Expect[i].operation != nil && answer.status != w.Expect[i].Status {
					failed[i] = true
				}
			}
			return failed, nil
		},
	}, err
}
