package mim6

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of keys stand.
const (
	rfc7517 = "RFC 7517, "
	rfc7518 = "RFC 7518, "
)

// smallestRSA is the size of the smallest RSA key that may sign, in bits (RFC 7518, 3.3).
const smallestRSA = 2048

func keyChecks() []Check {
	checks := []Check{
		{
			ID: "mim6.keys.set.there", Title: "The provider's keys are a JSON object with the array keys, and each has a type",
			Clause: rfc7517 + "5", Fault: "identity.keys.bare",
			Body: func(t *T) {
				r, all := keys(t)
				for i, k := range all {
					kind, _ := k["kty"].(string)
					t.Holds(r, kind != "", "/keys/%d has no kty", i)
				}
			},
		},
		{
			ID: "mim6.keys.set.public", Title: "The provider's keys have no private part, and none is symmetric",
			Clause: discovery + "3", Fault: "identity.keys.private",
			Body: func(t *T) {
				r, all := keys(t)
				for i, k := range all {
					t.Holds(r, k["kty"] != "oct", "/keys/%d is symmetric", i)
					for _, member := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"} {
						// What it is must not get into a report.
						t.Holds(r, k[member] == nil, "/keys/%d has the private member %s", i, member)
					}
				}
			},
		},
		{
			ID: "mim6.keys.set.use", Title: "Where there are keys to sign and keys to encrypt by, each key says which it is",
			Clause: discovery + "3", Fault: "identity.keys.use-of-one",
			Body: func(t *T) {
				r, all := keys(t)
				if !slices.ContainsFunc(all, func(k object) bool { return k["use"] == "enc" }) {
					t.Inapplicable("the provider shows no key to encrypt by")
				}
				for i, k := range all {
					use, _ := k["use"].(string)
					t.Holds(r, use != "", "/keys/%d has no use, and others are to encrypt by", i)
				}
			},
		},
		{
			ID: "mim6.keys.set.distinct", Title: "Keys of one type have different names",
			Clause: rfc7517 + "4.5", Fault: "identity.keys.same-name",
			Body: func(t *T) {
				r, all := keys(t)
				seen := map[[2]any]bool{}
				for _, k := range all {
					if k["kid"] == nil {
						continue // it need not have one
					}
					name := [2]any{k["kty"], k["kid"]}
					t.Holds(r, !seen[name], "two keys of type %v are called %v", k["kty"], k["kid"])
					seen[name] = true
				}
			},
		},
		{
			ID: "mim6.keys.set.signing", Title: "There is a key that ID tokens can be checked with",
			Clause: discovery + "3", Fault: "identity.keys.none-to-sign",
			Body: func(t *T) {
				r, all := keys(t)
				t.Holds(r, slices.ContainsFunc(all, func(k object) bool {
					use, named := k["use"]
					return (!named || use == "sig") && slices.Contains([]any{"RSA", "EC", "OKP", "AKP"}, k["kty"])
				}), "no key of a public kind is to sign by")
			},
		},
		{
			ID: "mim6.keys.rsa.size", Title: "RSA keys have 2048 bits or more",
			Clause: rfc7518 + "3.3", Fault: "identity.keys.short",
			Body: func(t *T) {
				eachRSAKey(t, func(r *probe.Response, i int, k object) {
					n, ok := number(k["n"])
					t.Holds(r, ok && n.BitLen() >= smallestRSA, "/keys/%d has a modulus of %d bits", i, n.BitLen())
				})
			},
		},
		{
			ID: "mim6.keys.rsa.exponent", Title: "RSA keys have an exponent, as a base64url-encoded number",
			Clause: rfc7518 + "6.3.1.2", Fault: "identity.keys.no-exponent",
			Body: func(t *T) {
				eachRSAKey(t, func(r *probe.Response, i int, k object) {
					e, ok := number(k["e"])
					t.Holds(r, ok && e.BitLen() > 1, "e of /keys/%d is %v, which is no exponent as base64url", i, k["e"])
				})
			},
		},
		{
			ID: "mim6.keys.curve.coordinates", Title: "Keys of elliptic curves have coordinates of the whole length of their curve",
			Clause: rfc7518 + "6.2.1", Fault: "identity.keys.cut-coordinate",
			Body: func(t *T) {
				r, all := keys(t)
				length := map[any]int{"P-256": 32, "P-384": 48, "P-521": 66}
				judged := 0
				for i, k := range all {
					octets, known := length[k["crv"]]
					if k["kty"] != "EC" || !known {
						continue
					}
					judged++
					for _, member := range []string{"x", "y"} {
						s, _ := k[member].(string)
						b, err := base64.RawURLEncoding.DecodeString(s)
						t.Holds(r, err == nil && len(b) == octets, "%s of /keys/%d has %d octets, and %v has %d", member, i, len(b), k["crv"], octets)
					}
				}
				if judged == 0 {
					t.Inapplicable("the provider has no key of a curve of RFC 7518")
				}
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = signed
	}
	return checks
}

// number is what a member says that is a whole number in base64url (RFC 7518, 2).
func number(v any) (*big.Int, bool) {
	s, _ := v.(string)
	b, err := base64.RawURLEncoding.DecodeString(s)
	return new(big.Int).SetBytes(b), err == nil && len(b) > 0
}

// eachRSAKey judges the provider's RSA keys, of which there may be none, with their place
// in the list of all.
func eachRSAKey(t *T, judge func(r *probe.Response, i int, k object)) {
	r, all := keys(t)
	judged := 0
	for i, k := range all {
		if k["kty"] == "RSA" {
			judged++
			judge(r, i, k)
		}
	}
	if judged == 0 {
		t.Inapplicable("the provider has no RSA key")
	}
}

// keys are the provider's, of which there has to be one.
func keys(t *T) (*probe.Response, []object) {
	_, m := metadata(t)
	address, _ := m["jwks_uri"].(string)
	r := t.GET(below(t, probe.OpenID, "jwks_uri", address), FromRoot(), Anonymous(), At(probe.OpenID))
	t.Require(r).To(HaveStatus(http.StatusOK), "the provider's keys")
	v, err := Decode(r.Body)
	set, _ := v.(object)
	list, _ := set["keys"].([]any)
	t.MustHold(r, err == nil && len(list) > 0, "the answer is no JSON object with the array keys and at least one key")
	var all []object
	for i, one := range list {
		k, is := one.(object)
		t.MustHold(r, is, "/keys/%d is no object", i)
		all = append(all, k)
	}
	return r, all
}
