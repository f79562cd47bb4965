package mim6

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// rfc9068 is where the rules of access tokens that are JWTs stand.
const rfc9068 = "RFC 9068, "

// skew is how far clocks may be apart.
const skew = 5 * time.Minute

func jwtChecks() []Check {
	checks := []Check{
		{
			ID: "mim6.token.jwt.signed", Title: "A token that is a JWT is signed: its algorithm is not none",
			Clause: "RFC 8725, 3.2; RFC 9068, 2.1", Fault: "identity.token.unsigned",
			Body: func(t *T) {
				r, j := given(t)
				algorithm, _ := j.header["alg"].(string)
				t.Holds(r, algorithm != "" && !strings.EqualFold(algorithm, "none"), "the token's algorithm is %q", algorithm)
			},
		},
		{
			ID: "mim6.token.jwt.issuer", Title: "A token that is a JWT names the provider as its issuer",
			Clause: rfc9068 + "2.2", Fault: "identity.token.other-issuer",
			Body: func(t *T) {
				_, m := metadata(t)
				r, j := claimed(t)
				issuer, told := j.claims["iss"]
				j.optional(t, "iss", told)
				t.Holds(r, issuer == m["issuer"], "the token's issuer is %v, expected %v", issuer, m["issuer"])
			},
		},
		{
			ID: "mim6.token.jwt.expiry", Title: "A token that is a JWT tells when it ends, and that is after it is given",
			Clause: rfc9068 + "2.2", Fault: "identity.token.over",
			Body: func(t *T) {
				r, j := claimed(t)
				v, told := j.claims["exp"]
				j.optional(t, "exp", told)
				n, _ := v.(json.Number)
				seconds, err := n.Float64()
				t.MustHold(r, err == nil, "exp is no number")
				end := time.Unix(int64(math.Round(seconds)), 0)
				t.Holds(r, end.After(t.Now().Add(-skew)), "the token ended at %s, before it was given", end.UTC().Format(time.RFC3339))
			},
		},
		{
			ID: "mim6.token.jwt.audience", Title: "A token that is a JWT says for whom it is",
			Clause: rfc9068 + "2.2", Fault: "identity.token.for-anybody",
			Body: func(t *T) {
				r, j := claimed(t)
				v, told := j.claims["aud"]
				j.optional(t, "aud", told)
				one, _ := v.(string)
				several, _ := texts(v)
				t.Holds(r, one != "" || len(several) > 0 && !slices.Contains(several, ""), "aud names nobody")
			},
		},
		{
			ID: "mim6.token.jwt.signature", Title: "A token that is a JWT was signed by a key that the provider shows",
			Clause: "RFC 8725, 3.3", Fault: "identity.token.other-signature",
			Body: func(t *T) {
				set, _ := keys(t)
				r, j := claimed(t)
				if algorithm, _ := j.header["alg"].(string); strings.HasPrefix(algorithm, "HS") {
					t.Inapplicable("the token is signed by %s, for which nobody publishes keys", algorithm)
				}
				t.Holds(r, t.Verified(j.token, set.Body), "none of the provider's keys signed the token")
			},
		},
		{
			ID: "mim6.token.jwt.key", Title: "A token that is a JWT names a key of the provider that fits its algorithm",
			Clause: "OpenID Connect Core 1.0, 10.1", Fault: "identity.token.unknown-key",
			Body: func(t *T) {
				_, all := keys(t)
				r, j := given(t)
				algorithm, _ := j.header["alg"].(string)
				kind := map[byte]string{'R': "RSA", 'P': "RSA", 'E': "EC"}[(algorithm + " ")[0]]
				if strings.HasPrefix(algorithm, "Ed") {
					kind = "OKP"
				}
				if kind == "" {
					t.Inapplicable("the token is signed by %q, for which nobody publishes keys", algorithm)
				}
				fitting := func(k object) bool {
					return (k["kty"] == kind || algorithm == "EdDSA" && k["kty"] == "OKP") && k["use"] != "enc" && (k["alg"] == nil || k["alg"] == algorithm)
				}
				name, named := j.header["kid"]
				t.Holds(r, slices.ContainsFunc(all, func(k object) bool { return fitting(k) && (!named || k["kid"] == name) }),
					"the token is signed by %s, and names the key %v: the provider has no such key", algorithm, name)
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = signed
	}
	return checks
}

// jwt is what a token says of itself.
type jwt struct {
	header, claims object
	signed         bool
	token          string // itself
}

// shortest is the length of the shortest signature, in characters.
const shortest = 8

// claimed is a new token whose claims count.
func claimed(t *T) (*probe.Response, jwt) {
	r, j := given(t)
	if !j.signed { // the record does not have the claims of such a token
		t.CantTell("nobody signed the token, which another check tells, so that it says nothing")
	}
	return r, j
}

// optional ends a check of a claim that only tokens by RFC 9068 have to have.
func (j jwt) optional(t *T, claim string, told bool) {
	kind, _ := j.header["typ"].(string)
	kind = strings.TrimPrefix(strings.ToLower(kind), "application/")
	if !told && kind != "at+jwt" {
		t.Inapplicable("the token has no claim %s, and does not say that it is one by RFC 9068", claim)
	}
}

// given is a new token, which has to be a JWT for the check to go on.
func given(t *T) (*probe.Response, jwt) {
	r := ask(t, probe.Reader)
	v, _ := Decode(r.Body)
	o, _ := v.(object)
	s, _ := o["access_token"].(string)
	if s == "" {
		t.CantTell("the provider gave no token (status %d)", r.Status)
	}
	j, is := parse(s)
	if !is {
		t.Inapplicable("the provider's access tokens are no JWTs that can be read")
	}
	return r, j
}

// parse reads a JWT by the compact form of RFC 7515, 7.1, without looking at its signature.
func parse(token string) (jwt, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return jwt{}, false
	}
	header, claims := part(parts[0]), part(parts[1])
	return jwt{header, claims, len(parts[2]) >= shortest, token}, header["alg"] != nil
}

func part(s string) object {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	v, err := Decode(b)
	o, _ := v.(object)
	if err != nil {
		return nil
	}
	return o
}
