package faults

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/identity"
)

// protectedData is the faults of the point before protected data.
func protectedData() []Fault {
	at := Match(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, identity.Protected+"/") })
	// A request passes the point when it goes to the unprotected way to the same data.
	pass := func(r *http.Request) {
		r.URL.Path = "/ngsi-ld/v1" + strings.TrimPrefix(r.URL.Path, identity.Protected)
		r.URL.RawPath = ""
		r.Header.Del("Authorization")
	}
	passing := func(name, summary string, who func(r *http.Request) bool) Fault {
		return Fault{Name: "protected." + name, Summary: summary, On: at.where(who), Request: pass}
	}
	refusal := func(name, summary string, change func(a *Answer)) Fault {
		return Fault{Name: "protected." + name, Summary: summary, On: at, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusUnauthorized {
				change(a)
			}
		}}
	}
	saying := func(so func(header, claims object) bool) func(r *http.Request) bool {
		return func(r *http.Request) bool {
			parts := strings.Split(bearerOf(r), ".")
			if len(parts) != 3 {
				return false
			}
			header, claims := tokenPart(parts[0]), tokenPart(parts[1])
			return header != nil && claims != nil && so(header, claims)
		}
	}
	algorithm := func(name string) func(r *http.Request) bool {
		return saying(func(header, _ object) bool { return header["alg"] == name })
	}
	return []Fault{
		passing("open", "Protected data are open to who has no token.", func(r *http.Request) bool { return r.Header.Get("Authorization") == "" && r.Method == http.MethodGet }),
		passing("open-to-head", "HEAD takes no token.", func(r *http.Request) bool { return r.Method == http.MethodHead }),
		passing("any-scheme", "Credentials of any other scheme than Bearer are taken unseen.", func(r *http.Request) bool { return r.Header.Get("Authorization") != "" && bearerOf(r) == "" }),
		passing("any-token", "Tokens that are no JWT are taken unseen.", func(r *http.Request) bool { return bearerOf(r) != "" && !strings.Contains(bearerOf(r), ".") }),
		passing("signature-unchecked", "The signature of tokens is not looked at.", algorithm("ES256")),
		passing("none", "Tokens say themselves that they need no signature.", algorithm("none")),
		passing("confused", "Tokens say themselves that they are signed with a secret, for which the public key is taken.", algorithm("HS256")),
		passing("own-key", "Tokens bring the key that signed them.", saying(func(header, _ object) bool { return header["jwk"] != nil })),
		passing("scope-unchecked", "The scope of tokens is not looked at.", saying(func(_, claims object) bool { return !strings.Contains(wordOf(claims["scope"]), identity.ScopeRead) })),
		passing("tenant-unchecked", "The tenant of tokens is not looked at.", saying(func(_, claims object) bool { return wordOf(claims["tenant"]) != "" })),
		passing("id-token", "ID tokens do as well as access tokens.", saying(func(header, _ object) bool { return header["typ"] == "JWT" && header["alg"] == "ES256" })),
		passing("expiry-unchecked", "Tokens never end.", saying(func(_, claims object) bool { return ended(claims) })),
		passing("audience-unchecked", "For whom tokens are is not looked at.", saying(func(_, claims object) bool {
			all, _ := claims["aud"].([]any)
			return !slices.ContainsFunc(append(all, claims["aud"]), func(v any) bool { return strings.HasSuffix(wordOf(v), identity.Protected) })
		})),
		{Name: "protected.expired-403", Summary: "Tokens that have ended are refused for their scope.", On: at.where(saying(func(_, claims object) bool { return ended(claims) })),
			Answer: func(_ *http.Request, a *Answer) {
				a.Status = http.StatusForbidden
				a.Header.Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
			}},
		{Name: "protected.token-in-address", Summary: "Tokens are taken from addresses, and the answers may be kept by anybody.", On: at, Request: func(r *http.Request) {
			if token := r.URL.Query().Get("access_token"); token != "" {
				DropQuery("access_token")(r)
				r.Header.Set("Authorization", "Bearer "+token)
			}
		}},
		refusal("no-challenge", "Refusals do not tell what is wanted.", func(a *Answer) { a.Header.Del("WWW-Authenticate") }),
		refusal("other-error", "Tokens that are not good are refused for their scope.", func(a *Answer) {
			a.Header.Set("WWW-Authenticate", strings.ReplaceAll(a.Header.Get("WWW-Authenticate"), "invalid_token", "insufficient_scope"))
		}),
		{Name: "protected.leak", Summary: "Refusals come with the data.", On: at, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			if a.Status == http.StatusUnauthorized {
				to := r.Clone(r.Context())
				pass(to)
				a.Body = bytes.Join([][]byte{a.Body, Record(next, to).Body}, []byte("\n"))
			}
			a.WriteTo(w)
		}},
		{Name: "protected.closed", Summary: "Good tokens open nothing.", On: at, Answer: Status(http.StatusOK, http.StatusForbidden)},
		{Name: "protected.scope-401", Summary: "Tokens without the scope are refused with 401.", On: at, Answer: Status(http.StatusForbidden, http.StatusUnauthorized)},
	}
}

// bearerOf is the bearer token of a request; empty when it has none.
func bearerOf(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
