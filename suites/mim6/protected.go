package mim6

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// rfc6750 is where the rules of bearer tokens stand.
const rfc6750 = "RFC 6750, "

// What protected data give evidence for.
var (
	guarded = []string{ // without a good token, nothing
		"oasc-2026-06-draft/MIM6/R6", "oasc-2026-06-draft/MIM0/C4-identify"}
	allowed = []string{ // with a good token, what it is for
		"oasc-2026-06-draft/MIM6/R6", "oasc-2026-06-draft/MIM0/C4-roles"}
)

// anonymousChecks are of requests without a token.
func anonymousChecks() []Check {
	checks := []Check{
		{
			ID: "mim6.protected.anonymous.refused", Title: "A request for protected data without a token is refused with 401",
			Clause: "RFC 9110, 15.5.2", Fault: "protected.open",
			Body: func(t *T) { t.Expect(read(t)).To(HaveStatus(http.StatusUnauthorized)) },
		},
		{
			ID: "mim6.protected.anonymous.challenge", Title: "The refusal of a request without a token tells the scheme Bearer in WWW-Authenticate",
			Clause: rfc6750 + "3", Fault: "protected.no-challenge",
			Body: func(t *T) {
				r := read(t)
				t.Require(r).To(HaveStatus(http.StatusUnauthorized))
				t.Holds(r, challenges(r, "Bearer"), "WWW-Authenticate is %q", r.Header.Values("WWW-Authenticate"))
			},
		},
		{
			ID: "mim6.protected.anonymous.head", Title: "HEAD without a token is refused as GET is",
			Clause: "RFC 9110, 9.3.2", Fault: "protected.open-to-head",
			Body: func(t *T) {
				r := t.Send(http.MethodHead, "", Anonymous(), KeepRedirects(), refusals, At(probe.Protected))
				t.Holds(r, refused(r) || r.Status == http.StatusMethodNotAllowed || r.Status == http.StatusNotImplemented, "HEAD without a token is answered with %d", r.Status)
			},
		},
		{
			ID: "mim6.protected.anonymous.scheme", Title: "Credentials of a scheme other than Bearer, of nobody that is known, open nothing",
			Clause: "RFC 9110, 15.5.2", Fault: "protected.any-scheme",
			Body: func(t *T) {
				credentials := base64.StdEncoding.EncodeToString([]byte(t.Name("user") + ":" + t.Name("password")))
				r := read(t, Header("Authorization", "Basic "+credentials))
				t.Holds(r, refused(r), "a request by Basic, of a user that nobody knows, is answered with %d", r.Status)
			},
		},
		{
			ID: "mim6.protected.anonymous.leak", Title: "The refusal of a request without a token has nothing of what is protected",
			Clause: rfc6750 + "3.1", Fault: "protected.leak",
			Body: func(t *T) {
				open := opened(t)
				r := read(t)
				t.MustHold(r, refused(r), "the platform answered %d", r.Status)
				v, err := Decode(open.Body)
				if err != nil {
					t.Untested("what is protected is no JSON, in which to look for words that tell it")
				}
				words := telling(v)
				if len(words) == 0 {
					t.Untested("what is protected has no words that would tell it")
				}
				for _, w := range words {
					t.Holds(r, !strings.Contains(string(r.Body), w), "the refusal has %q of what is protected", w)
				}
			},
		},
		{
			ID: "mim6.protected.token.garbled", Title: "What is no token at all opens nothing",
			Clause: rfc6750 + "3.1", Fault: "protected.any-token",
			Body: func(t *T) {
				r := read(t, Header("Authorization", "Bearer "+t.Name("token")))
				t.Holds(r, refused(r), "a token that nobody gave is answered with %d", r.Status)
			},
		},
		{
			ID: "mim6.protected.token.error", Title: "The refusal of what is no token is a challenge by Bearer, whose error, if it tells one, is invalid_token",
			Clause: rfc6750 + "3.1", Fault: "protected.other-error",
			Body: func(t *T) {
				r := read(t, Header("Authorization", "Bearer "+t.Name("token")))
				t.MustHold(r, refused(r), "the platform answered %d", r.Status)
				if r.Status == http.StatusNotFound {
					t.Inapplicable("the platform hides what is there, which is allowed")
				}
				t.MustHold(r, challenges(r, "Bearer"), "WWW-Authenticate is %q", r.Header.Values("WWW-Authenticate"))
				want := "invalid_token"
				if r.Status == http.StatusBadRequest {
					want = "invalid_request"
				}
				tellsNoOther(t, r, want)
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = guarded
	}
	return checks
}

// tokenChecks are of requests with a token of a client that may read.
func tokenChecks() []Check {
	forged := func(id, title, clause, fault string, forge func(t *T, own string) string) Check {
		return Check{
			ID: "mim6.protected.token." + id, Title: title, Requirements: slices.Concat(guarded, cryptography), Clause: clause, Fault: fault,
			Body: func(t *T) {
				own := token(t, probe.Reader)
				j, is := parse(own)
				switch {
				case !is:
					t.Inapplicable("the provider's access tokens are no JWTs, of which parts could be changed")
				case !j.signed:
					t.CantTell("nobody signed the provider's token, which another check tells, so that there is nothing to forge")
				}
				r := read(t, Header("Authorization", "Bearer "+own))
				if r.Status != http.StatusOK {
					t.CantTell("the token of the client %s opens nothing (status %d), so that it says nothing when one like it does not", probe.Reader, r.Status)
				}
				r = read(t, Header("Authorization", "Bearer "+forge(t, own)))
				t.Holds(r, refused(r), "the forged token is answered with %d", r.Status)
			},
		}
	}
	return []Check{
		{
			ID: "mim6.protected.token.opens", Title: "A good token opens protected data",
			Requirements: allowed, Clause: rfc6750 + "2.1", Fault: "protected.closed",
			Body: func(t *T) {
				t.Expect(read(t, Header("Authorization", "Bearer "+token(t, probe.Reader)))).To(HaveStatus(http.StatusOK))
			},
		},
		forged("altered", "A token whose signature was altered opens nothing", "RFC 8725, 3.3", "protected.signature-unchecked", func(_ *T, own string) string {
			at := strings.LastIndexByte(own, '.') + 1
			at += (len(own) - at) / 2 // the last characters may not count
			other := byte('A')
			if own[at] == other {
				other = 'B'
			}
			return own[:at] + string(other) + own[at+1:]
		}),
		forged("none", "A token without a signature, by the algorithm none, opens nothing", "RFC 8725, 3.2", "protected.none", func(_ *T, own string) string {
			return head(own, "none") + "."
		}),
		forged("confused", "A token that anybody can make, by taking the provider's public key for a secret, opens nothing", "RFC 8725, 3.1", "protected.confused", func(t *T, own string) string {
			_, all := keys(t)
			j, _ := parse(own)
			signed := head(own, "HS256")
			mac := hmac.New(sha256.New, public(t, all, j.header["kid"]))
			mac.Write([]byte(signed))
			return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
		}),
		forged("ownKey", "A token that brings the key that signed it opens nothing", "RFC 8725, 3.8", "protected.own-key", bringing),
	}
}

// scopeChecks are of a token without the right scope.
func scopeChecks() []Check {
	limited := func(t *T) *probe.Response {
		return read(t, Header("Authorization", "Bearer "+token(t, probe.Limited)))
	}
	return []Check{
		{
			ID: "mim6.protected.scope.refused", Title: "A good token without the scope opens nothing",
			Requirements: allowed, Clause: rfc6750 + "3.1", Fault: "protected.scope-unchecked",
			Body: func(t *T) {
				r := limited(t)
				t.Holds(r, refused(r), "a token without the scope is answered with %d", r.Status)
			},
		},
		{
			ID: "mim6.protected.scope.status", Title: "A good token without the scope is refused with 403, and the error, if one is told, is insufficient_scope",
			Requirements: allowed, Clause: rfc6750 + "3.1", Fault: "protected.scope-401",
			Body: func(t *T) {
				r := limited(t)
				t.Require(r).To(HaveStatus(http.StatusForbidden))
				tellsNoOther(t, r, "insufficient_scope")
			},
		},
	}
}

// tenantChecks are of a token of another tenant.
func tenantChecks() []Check {
	return []Check{
		{
			ID: "mim6.protected.tenant.refused", Title: "A good token of one tenant does not open the data of another",
			Requirements: allowed, Clause: "oasc-2026-06-draft/MIM0/C4-roles", Fault: "protected.tenant-unchecked",
			Body: func(t *T) {
				r := read(t, Header("Authorization", "Bearer "+token(t, probe.Stranger)))
				t.Holds(r, refused(r), "a token of another tenant is answered with %d", r.Status)
			},
		},
	}
}

// read asks for what is protected, with no credentials but those in options.
func read(t *T, options ...Option) *probe.Response {
	return t.GET("", append([]Option{At(probe.Protected), Anonymous(), AnyMedia(), KeepRedirects(), refusals}, options...)...)
}

// opened is what is protected. That a token opens it is for another check to say.
func opened(t *T) *probe.Response {
	r := read(t, Header("Authorization", "Bearer "+token(t, probe.Reader)))
	if r.Status != http.StatusOK {
		t.CantTell("the token of the client %s opens nothing (status %d)", probe.Reader, r.Status)
	}
	return r
}

// tells is the length from which a text is taken to tell what is protected, in bytes.
const tells = 12

// telling are the texts in a JSON value that no refusal has by chance; addresses of
// contexts and schemas, which are public, are none of them.
func telling(v any) []string {
	switch x := v.(type) {
	case string:
		if len(x) >= tells && !strings.Contains(x, "://") {
			return []string{x}
		}
	case []any:
		var all []string
		for _, one := range x {
			all = append(all, telling(one)...)
		}
		return all
	case object:
		var all []string
		for _, one := range InOrder(x) {
			all = append(all, telling(one)...)
		}
		return all
	}
	return nil
}

// tellsNoOther expects that the error of a refusal, if it tells one, is the one wanted
// (RFC 6750, 3.1).
func tellsNoOther(t *T, r *probe.Response, want string) {
	code, told := errorOf(r)
	t.Holds(r, !told || code == want, "the error is %q, expected %s", code, want)
}

// errorOf is the error of a challenge by Bearer (RFC 6750, 3); false when it tells none.
func errorOf(r *probe.Response) (string, bool) {
	for _, value := range r.Header.Values("WWW-Authenticate") {
		for part := range strings.SplitSeq(value, ",") {
			part = strings.TrimSpace(part)
			if scheme, rest, spaced := strings.Cut(part, " "); spaced && strings.EqualFold(scheme, "Bearer") {
				part = strings.TrimSpace(rest)
			}
			if name, code, is := strings.Cut(part, "="); is && strings.EqualFold(strings.TrimSpace(name), "error") {
				return strings.Trim(strings.TrimSpace(code), `"`), true
			}
		}
	}
	return "", false
}

// head is the signed part of the token, said to be signed by another algorithm.
func head(own, algorithm string) string {
	parts := strings.Split(own, ".")
	header := part(parts[0])
	header["alg"] = algorithm
	b, err := json.Marshal(header)
	if err != nil {
		return own // not reached: it was JSON
	}
	return base64.RawURLEncoding.EncodeToString(b) + "." + parts[1]
}

// bringing is a token that says what own says, signed by a new key, which is in its header
// (RFC 7515, 4.1.3).
func bringing(t *T, own string) string {
	_, said, _ := strings.Cut(own, ".")
	said, _, _ = strings.Cut(said, ".")
	claims, err := base64.RawURLEncoding.DecodeString(said)
	var key *ecdsa.PrivateKey
	if err == nil {
		var scalar [32]byte
		binary.BigEndian.PutUint64(scalar[24:], t.Rand().Uint64()|1)
		key, err = ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	}
	var signer jose.Signer
	if err == nil {
		signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("at+jwt"))
	}
	var made *jose.JSONWebSignature
	if err == nil {
		made, err = signer.Sign(claims)
	}
	var token string
	if err == nil {
		token, err = made.CompactSerialize()
	}
	if err != nil {
		t.CantTell("no token could be made: %v", err)
	}
	return token
}

// public is the key of the name, or else the first, as a file in PEM form has it.
func public(t *T, all []object, name any) []byte {
	k := all[0]
	for _, other := range all {
		if other["kid"] == name {
			k = other
		}
	}
	b, err := json.Marshal(k)
	var key jose.JSONWebKey
	if err == nil {
		err = key.UnmarshalJSON(b)
	}
	var der []byte
	if err == nil {
		der, err = x509.MarshalPKIXPublicKey(key.Key)
	}
	if err != nil {
		t.CantTell("the provider's key can't be read: %v", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
