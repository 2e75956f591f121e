package tpp

import "encoding/json"

// NoBody sends no body, and so no Content-Type (R16).
func NoBody() Edit {
	return func(r *request) {
		r.body = nil
		r.header.Del("Content-Type")
	}
}

// CutOff sends that document less its last character, so that it is no JSON.
func CutOff(document Document) Edit {
	return func(r *request) {
		body, err := json.Marshal(document)
		if err != nil {
			panic("tpp: a document that is no JSON: " + err.Error())
		}
		r.body = body[:len(body)-1]
		r.header.Set("Content-Type", "application/json")
	}
}
