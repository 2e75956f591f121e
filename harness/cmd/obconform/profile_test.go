//go:build unix

package main_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// habitual is a habit of the mock bank, a suite that meets it, and what it
// comes to by profile: the clauses that fail, else those that are warned.
type habitual struct {
	habit, suite string
	clauses      []string
	// advice says that the contract only advises against it.
	advice bool
	// What it comes to under the profile standard.
	standardFails, standardWarns []string
}

func habituals() []habitual {
	tokens := []string{"TOK-200", "TOK-CODE"}
	return []habitual{
		{"token-created", "dynamicregistration", tokens, false, tokens, nil},
		{"registration-milliseconds", "dynamicregistration", []string{"COM-BODY"}, true, []string{"COM-BODY"}, nil},
		{"self-collection", "accountaccessconsents", []string{"COM-LINKS-SELF"}, false, []string{"COM-LINKS-SELF"}, nil},
		{"self-empty", "confirmationoffunds", []string{"COM-LINKS-SELF"}, false, []string{"COM-LINKS-SELF"}, nil},
		{"permissions-expanded", "accountaccessconsents", []string{"AAC-201-ECHO"}, false, []string{"AAC-201-ECHO"}, nil},
		{"token-error-obie", "dynamicregistration", []string{"TOK-ERROR"}, false, []string{"TOK-ERROR"}, nil},
		{"registration-error-rfc7591", "dynamicregistration", []string{"COM-BODY"}, false, nil, nil},
		{"error-code-forbidden", "accounts", []string{"COM-ERROR-CODE"}, true, nil, []string{"COM-ERROR-CODE"}},
		{"id-token-without-nonce", "dynamicregistration", []string{"TOK-IDTOKEN"}, false, []string{"TOK-IDTOKEN"}, nil},
	}
}

// Each habit, met alone, fails or is warned under its own clauses and no other,
// by the profile; nothing that the contract lets a run exercise is left out for
// its sake.
func TestEachHabitInEachProfile(t *testing.T) {
	t.Parallel()
	all := habituals()
	for _, h := range all[:sample(len(all))] {
		t.Run(h.habit, func(t *testing.T) {
			t.Parallel()
			config := mockFor(t, "--habit", h.habit)
			check := func(profile string, failed, warned []string) {
				t.Helper()
				r := conform(t, "--config", config, "--suite", h.suite, "--profile", profile)
				r.wantStatus(t, min(len(failed), 1))
				r.wantBlamed(t, deviation{failed: failed, warned: warned})
				if odd := r.inState("errored", "inconclusive", "interrupted", "not run"); len(odd) > 0 {
					t.Errorf("%s: %q", profile, odd)
				}
				if len(failed)+len(warned) > 0 {
					wantText(t, r.out, "habit:    "+h.habit)
				}
			}
			if h.advice {
				check("documented", nil, h.clauses)
			} else {
				check("documented", h.clauses, nil)
			}
			check("observed", nil, h.clauses)
			check("standard", h.standardFails, h.standardWarns)
		})
	}
}

// A bank with all habits is red on their clauses and no other, green with
// warnings for who knows it, and keeps nobody from judging the rest of it.
func TestTheObservedBank(t *testing.T) {
	t.Parallel()
	config := mockFor(t, "--manner", "observed")
	known := []string{"AAC-201-ECHO", "COM-BODY", "COM-LINKS-SELF", "TOK-200", "TOK-CODE", "TOK-ERROR", "TOK-IDTOKEN"}
	documented := conform(t, "--config", config, "--procs", "2")
	documented.wantStatus(t, 1)
	documented.wantBlamed(t, deviation{failed: known, warned: []string{"COM-ERROR-CODE"}})
	observed := conform(t, "--config", config, "--procs", "2", "--profile", "observed")
	observed.wantStatus(t, 0)
	observed.wantBlamed(t, deviation{warned: append(known, "COM-ERROR-CODE")})
	wantText(t, observed.out, "profile observed")
	for _, h := range habituals() {
		wantText(t, observed.out, "habit:    "+h.habit)
		wantText(t, string(readFile(t, observed.dir+"/junit.xml")), "habit:    "+h.habit)
		wantText(t, string(readFile(t, observed.dir+"/results.json")), `"habit": "`+h.habit+`"`)
	}
	sound := conform(t, "--procs", "2")
	for _, r := range []conformed{documented, observed} {
		if idle := r.withVerdict("not exercised"); !slices.Equal(idle, sound.withVerdict("not exercised")) {
			t.Errorf("not exercised: %q", idle)
		}
		if len(r.withVerdict("inconclusive")) > 0 {
			t.Errorf("inconclusive: %q", r.withVerdict("inconclusive"))
		}
	}
}

// What is next to a habit, and not the habit, fails under the profile observed
// as under any other.
func TestNeighboursOfHabitsFail(t *testing.T) {
	t.Parallel()
	tokens := func(x exchange) bool { return strings.HasSuffix(x.request.URL.Path, "/token") }
	refusedToken := func(x exchange) bool { return tokens(x) && x.status >= http.StatusBadRequest }
	refusedRegistration := func(x exchange) bool {
		return strings.HasPrefix(x.request.URL.Path, registerPath) && x.status == http.StatusBadRequest
	}
	all := []deviation{
		{"a token is answered with 202", "dynamicregistration", always(func(x exchange) {
			if tokens(x) && x.status == http.StatusOK && strings.Contains(string(x.sent), "client_credentials") {
				x.status = http.StatusAccepted
			}
		}), []string{"TOK-200", "DCR-201-USABLE"}, nil},
		{"Self is the address of another collection", "accountaccessconsents", always(func(x exchange) {
			if _, ok := x.below(http.MethodGet, consentsPath); ok && x.status == http.StatusOK {
				x.edit(func(body map[string]any) {
					body["Links"] = map[string]any{"Self": "https://" + x.request.Host + accountsPath}
				})
			}
		}), []string{"COM-LINKS-SELF"}, nil},
		{"Self is a blank", "confirmationoffunds", always(func(x exchange) {
			if x.to(http.MethodPost, fundsPath, http.StatusCreated) {
				x.edit(func(body map[string]any) { body["Links"] = map[string]any{"Self": " "} })
			}
		}), []string{"COM-LINKS-SELF"}, nil},
		{"permissions are expanded by one that the bank does not support", "accountaccessconsents", always(func(x exchange) {
			if x.to(http.MethodPost, consentsPath, http.StatusCreated) {
				x.editData(func(data map[string]any) {
					list, _ := data["Permissions"].([]any)
					data["Permissions"] = append(list, "ReadOffers")
				})
			}
		}), []string{"AAC-201-ECHO", "AAC-GET-200"}, nil},
		{"a token is refused with half an OBErrorResponse1", "dynamicregistration", always(func(x exchange) {
			if refusedToken(x) {
				x.json(x.status, []byte(`{"Code":"400","Message":"no"}`))
			}
		}), []string{"TOK-ERROR"}, nil},
		{"a registration is refused with a code that RFC 7591 does not have", "dynamicregistration", always(func(x exchange) {
			if refusedRegistration(x) {
				x.json(x.status, []byte(`{"error":"no_thanks"}`))
				x.header.Del("X-Jws-Signature")
			}
		}), []string{"COM-BODY"}, []string{"COM-SIGNATURE-PRESENT"}},
		{"accounts are forbidden at once", "accounts", always(func(x exchange) {
			if x.to(http.MethodGet, accountsPath, http.StatusOK) {
				x.json(http.StatusForbidden, []byte(`{"Code":"UK.OBIE.Forbidden","Message":"no","Errors":[{"ErrorCode":"UK.OBIE.Forbidden","Message":"no"}]}`))
			}
		}), []string{"ACC-LIST-200"}, []string{"COM-ERROR-CODE"}},
	}
	for _, d := range all[:sample(len(all))] {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			r := conform(t, "--config", behind(t, d.make()).config, "--suite", d.suites, "--profile", "observed")
			r.wantStatus(t, 1)
			r.wantBlamed(t, d)
		})
	}
}

// With advice failing a run, a known habit is a warning still, and its neighbour
// is not.
func TestAnExcusedHabitIsAWarningAtEveryLevel(t *testing.T) {
	t.Parallel()
	for code, failed := range map[string][]string{"UK.OBIE.Forbidden": nil, "UK.OBIE.Forbiden": {"COM-ERROR-CODE"}, "UK.CYBG.Forbidden": nil} {
		bank := behind(t, func(x exchange) {
			if x.status == http.StatusForbidden {
				x.edit(func(body map[string]any) { body["Code"] = code })
			}
		})
		r := conform(t, "--config", bank.config, "--suite", "accounts", "--profile", "observed", "--fail-on", "doc,std,adv")
		r.wantStatus(t, min(len(failed), 1))
		warned := []string{}
		if code == "UK.OBIE.Forbidden" {
			warned = append(warned, "COM-ERROR-CODE")
		}
		r.wantBlamed(t, deviation{failed: failed, warned: warned})
	}
}

func TestProfilesAndHabitsThatDoNotExist(t *testing.T) {
	t.Parallel()
	refused := obconform(t, "run", "--profile", "lenient")
	refused.wantStatus(t, 2)
	wantText(t, refused.errors, "--profile", "documented, standard or observed", "lenient")
	refused = obconform(t, "mock", "--addr", "127.0.0.1:0", "--habit", "token-created,token-lost")
	refused.wantStatus(t, 2)
	wantText(t, refused.errors, "token-lost")
	list := obconform(t, "mock", "--list-habits")
	list.wantStatus(t, 0)
	for _, h := range habituals() {
		wantText(t, list.out, h.habit)
	}
	wantText(t, list.out, "accounts-five-minutes")
}
