package mim6

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// kept is a token of the target that was kept from before, of which everybody can see that
// the provider gave it.
func kept(t *T, name string) (string, jwt) {
	token := t.Env.Tokens[name]
	if token == "" {
		t.Untested("there is no such token: keep one from an earlier day, and name its file as tokens.%s in target.yaml", name)
	}
	j, is := parse(token)
	if !is {
		t.Untested("the token that target.yaml names as tokens.%s is no JWT, so that nobody can see whether it was ever good", name)
	}
	set, _ := keys(t)
	if !t.Verified(token, set.Body) {
		t.CantTell("none of the provider's keys signed the token that target.yaml names as tokens.%s, so that it says nothing when it is refused: keep a newer one", name)
	}
	return token, j
}

// expiredChecks are of a token that has ended.
func expiredChecks() []Check {
	expired := func(t *T) *probe.Response {
		opened(t) // what opens for nobody says nothing when it does not open
		token, j := kept(t, probe.Expired)
		end, told := moment(j.claims["exp"])
		if !told || !end.Before(t.Now().Add(-skew)) {
			t.CantTell("the token that target.yaml names as tokens.%s does not say that it has ended", probe.Expired)
		}
		return read(t, Header("Authorization", "Bearer "+token))
	}
	return []Check{
		{
			ID: "mim6.protected.token.expired", Title: "A token that has ended opens nothing",
			Requirements: slices.Concat(guarded, cryptography), Clause: rfc6750 + "3.1", Fault: "protected.expiry-unchecked",
			Body: func(t *T) {
				r := expired(t)
				t.Holds(r, refused(r), "a token that has ended is answered with %d", r.Status)
			},
		},
		{
			ID: "mim6.protected.token.expiredError", Title: "A token that has ended is refused with 401, and the error, if one is told, is invalid_token",
			Requirements: guarded, Level: Extended, Clause: rfc6750 + "3.1", Fault: "protected.expired-403",
			Body: func(t *T) {
				r := expired(t)
				t.Require(r).To(HaveStatus(http.StatusUnauthorized))
				tellsNoOther(t, r, "invalid_token")
			},
		},
	}
}

// audienceChecks are of a token for other data.
func audienceChecks() []Check {
	return []Check{
		{
			ID: "mim6.protected.audience.refused", Title: "A good token that is for other data opens nothing",
			Requirements: allowed, Clause: rfc9700 + "2.3; RFC 9700, 4.10.2; RFC 8725, 3.9", Fault: "protected.audience-unchecked",
			Body: func(t *T) {
				opened(t)
				own, other := token(t, probe.Reader), token(t, probe.Outsider)
				mine, is := parse(own)
				theirs, too := parse(other)
				if is && too && reflect.DeepEqual(mine.claims["aud"], theirs.claims["aud"]) {
					t.CantTell("the token of the client %s is for the same as that of the client %s: check clients.%s in target.yaml", probe.Outsider, probe.Reader, probe.Outsider)
				}
				r := read(t, Header("Authorization", "Bearer "+other))
				t.Holds(r, refused(r), "a token for other data is answered with %d", r.Status)
			},
		},
	}
}

// queryChecks are of a token in the address.
func queryChecks() []Check {
	return []Check{
		{
			ID: "mim6.protected.token.query", Title: "Where a token in the address opens protected data, the answer says that it is private",
			Requirements: guarded, Level: Extended, Needs: []Need{NeedWrite}, Clause: rfc6750 + "2.3", Fault: "protected.token-in-address",
			Body: func(t *T) {
				r := read(t, Query("access_token", token(t, probe.Reader)))
				if r.Status != http.StatusOK {
					t.Holds(r, refused(r), "a token in the address is answered with %d", r.Status)
					return
				}
				t.Note("The platform takes tokens in addresses, which RFC 6750 (2.3, 5.3) allows and advises against: addresses are kept in logs and histories.")
				t.Holds(r, directive(r, "private") || directive(r, "no-store"), "Cache-Control is %q, without private", r.Header.Values("Cache-Control"))
			},
		},
	}
}
