package mim6

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	. "github.com/oasc/mimcheck/suites"
)

// longest is the length of the longest subject, in characters (OpenID Connect Core 1.0, 2).
const longest = 255

// idTokenChecks are of what an ID token says of who has signed in.
func idTokenChecks() []Check {
	checks := []Check{
		{
			ID: "mim6.idToken.signature.valid", Title: "An ID token is signed by a key that the provider shows",
			Clause: core + "2", Fault: "identity.id-token.other-signature",
			Body: func(t *T) {
				set, _ := keys(t)
				r, j := begin(t).idToken()
				algorithm, _ := j.header["alg"].(string)
				t.MustHold(r, algorithm != "" && !strings.EqualFold(algorithm, "none"), "the ID token's algorithm is %q", algorithm)
				if strings.HasPrefix(algorithm, "HS") {
					t.Inapplicable("the ID token is signed by %s, with the client's secret", algorithm)
				}
				t.Holds(r, t.Verified(j.token, set.Body), "none of the provider's keys signed the ID token")
			},
		},
		{
			ID: "mim6.idToken.signature.listed", Title: "An ID token is signed by an algorithm that the metadata list, and not by none",
			Clause: discovery + "3", Fault: "identity.id-token.unsigned",
			Body: func(t *T) {
				f := begin(t)
				r, j := f.idToken()
				algorithm, _ := j.header["alg"].(string)
				all, _ := texts(f.metadata["id_token_signing_alg_values_supported"])
				t.Holds(r, algorithm != "none" && slices.Contains(all, algorithm), "the algorithm is %q, and the metadata list %v", algorithm, all)
			},
		},
		{
			ID: "mim6.idToken.issuer.same", Title: "An ID token names the provider as its issuer, character by character",
			Clause: core + "2", Fault: "identity.id-token.other-issuer",
			Body: func(t *T) {
				f := begin(t)
				r, j := f.identified()
				t.Holds(r, j.claims["iss"] == f.metadata["issuer"], "iss is %v, expected %v", j.claims["iss"], f.metadata["issuer"])
			},
		},
		{
			ID: "mim6.idToken.audience.client", Title: "An ID token is for the client that asked for it",
			Clause: core + "2; OpenID Connect Core 1.0, 3.1.3.7", Fault: "identity.id-token.other-audience",
			Body: func(t *T) {
				f := begin(t)
				r, j := f.identified()
				all, _ := texts(j.claims["aud"])
				if one, is := j.claims["aud"].(string); is {
					all = []string{one}
				}
				t.Holds(r, slices.Contains(all, f.client.ClientID), "aud is %v, expected %s in it", j.claims["aud"], f.client.ClientID)
			},
		},
		{
			ID: "mim6.idToken.subject.there", Title: "An ID token names its subject by at most 255 characters of ASCII",
			Clause: core + "2", Fault: "identity.id-token.no-subject",
			Body: func(t *T) {
				r, j := begin(t).identified()
				subject, _ := j.claims["sub"].(string)
				plain := !strings.ContainsFunc(subject, func(c rune) bool { return c >= 0x80 })
				t.Holds(r, subject != "" && len(subject) <= longest && plain, "sub is %v", j.claims["sub"])
			},
		},
		{
			ID: "mim6.idToken.expiry.later", Title: "An ID token tells when it ends, and that is after it is given",
			Clause: core + "2", Fault: "identity.id-token.over",
			Body: func(t *T) {
				r, j := begin(t).identified()
				end, is := moment(j.claims["exp"])
				t.MustHold(r, is, "exp is no number")
				t.Holds(r, end.After(t.Now().Add(-skew)), "the ID token ended at %s, before it was given", end.UTC().Format(time.RFC3339))
			},
		},
		{
			ID: "mim6.idToken.issued.now", Title: "An ID token tells when it was given",
			Clause: core + "2", Fault: "identity.id-token.from-later",
			Body: func(t *T) {
				r, j := begin(t).identified()
				at, is := moment(j.claims["iat"])
				t.MustHold(r, is, "iat is no number")
				apart := t.Now().Sub(at).Abs()
				t.Holds(r, apart < time.Hour, "iat is %s, which is %s away", at.UTC().Format(time.RFC3339), apart.Round(time.Minute))
			},
		},
		{
			ID: "mim6.idToken.nonce.same", Title: "An ID token holds the nonce of the request, as it was sent",
			Clause: core + "3.1.2.1", Fault: "identity.id-token.no-nonce",
			Body: func(t *T) {
				f := begin(t)
				r, j := f.identified()
				t.Holds(r, j.claims["nonce"] == f.sent.Get("nonce"), "nonce is %v, expected %s", j.claims["nonce"], f.sent.Get("nonce"))
			},
		},
		{
			ID: "mim6.idToken.time.told", Title: "An ID token tells when the user signed in, where the request limits how long ago that may be",
			Clause: core + "3.1.2.1", Fault: "identity.id-token.no-time",
			Body: func(t *T) {
				f := begin(t).with("max_age", "3600")
				r, j := f.identified()
				at, is := moment(j.claims["auth_time"])
				t.MustHold(r, is, "auth_time is no number, and the request had max_age")
				ago := t.Now().Sub(at)
				t.Holds(r, ago > -skew && ago < time.Hour+skew, "auth_time is %s, which is not within max_age", at.UTC().Format(time.RFC3339))
			},
		},
		{
			ID: "mim6.idToken.hash.token", Title: "An ID token that has the hash of an access token has that of the one that it came with",
			Clause: core + "3.1.3.6", Fault: "identity.id-token.other-hash",
			Body: func(t *T) {
				f := begin(t)
				r, o := f.tokens()
				j := f.said(o)
				if j.claims["at_hash"] == nil {
					t.Inapplicable("the ID token has no at_hash, which is optional here")
				}
				access, _ := o["access_token"].(string)
				t.Holds(r, t.Hashed(j.token, access), "at_hash is %v, which is not the hash of the access token", j.claims["at_hash"])
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = signed
	}
	return checks
}

// confusedChecks are of ID tokens where access tokens are due.
func confusedChecks() []Check {
	return []Check{
		{
			ID: "mim6.protected.token.idToken", Title: "An ID token, which is for the client, opens no protected data",
			Requirements: slices.Concat(guarded, cryptography), Needs: []Need{NeedWrite}, Clause: "RFC 8725, 3.12; RFC 9068, 4", Fault: "protected.id-token",
			Body: func(t *T) {
				_, j := begin(t).identified()
				r := read(t, Header("Authorization", "Bearer "+j.token))
				t.Holds(r, refused(r), "an ID token is answered with %d", r.Status)
			},
		},
	}
}

// moment is the time that a claim tells (RFC 7519, 2); false when it tells none.
func moment(v any) (time.Time, bool) {
	n, _ := v.(json.Number)
	seconds, err := n.Float64()
	return time.Unix(int64(math.Round(seconds)), 0), err == nil
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
