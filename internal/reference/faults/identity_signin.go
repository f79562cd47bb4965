package faults

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/reference/identity"
)

// signingIn is the faults of how people sign in for clients, and of what clients get for it.
func signingIn() []Fault {
	authorization, signIn, token := atProvider(http.MethodGet, "/authorization"), atProvider(http.MethodPost, "/sign-in"), atProvider(http.MethodPost, "/token")
	asked := func(name, summary string, change func(q url.Values)) Fault {
		return Fault{Name: "identity.authorization." + name, Summary: summary, On: authorization, Request: inQuery(change)}
	}
	told := func(name, summary string, on Match, change func(q url.Values)) Fault {
		return Fault{Name: "identity." + name, Summary: summary, On: on, Answer: inLocation(change)}
	}
	granted := func(kind string) Match {
		return token.where(func(r *http.Request) bool { return formOf(r).Get("grant_type") == kind })
	}
	identified := func(name, summary string, on Match, change func(header, claims object)) Fault {
		return Fault{Name: "identity." + name, Summary: summary, On: on, Answer: answered(inTokenOf("id_token", change))}
	}
	said := func(name, summary string, change func(claims object)) Fault {
		return identified("id-token."+name, summary, token, func(_, claims object) { change(claims) })
	}
	lacking := func(name string) func(url.Values) { return func(q url.Values) { q.Del(name) } }
	return []Fault{
		asked("prompt-ignored", "Pages are shown to those who may not be asked.", lacking("prompt")),
		{Name: "identity.authorization.get-only", Summary: "Requests to sign in are taken by GET only.", On: atProvider(http.MethodPost, "/authorization"), Answer: func(_ *http.Request, a *Answer) {
			*a = Answer{Status: http.StatusMethodNotAllowed, Header: http.Header{"Allow": {"GET"}}}
		}},
		told("authorization.error-without-state", "Errors take no state back to the client.", authorization, lacking("state")),
		told("authorization.error-without-issuer", "Errors do not name the issuer.", authorization, lacking("iss")),
		asked("any-response-type", "A request without a response type is taken for one of a code.", func(q url.Values) {
			if !q.Has("response_type") {
				q.Set("response_type", "code")
			}
		}),
		asked("unknown-response-type", "A response type that is unknown is taken for code.", func(q url.Values) {
			if q.Has("response_type") {
				q.Set("response_type", "code")
			}
		}),
		asked("request-ignored", "Request objects are passed over.", lacking("request")),
		asked("request-uri-ignored", "Addresses of request objects are passed over.", lacking("request_uri")),
		likeRegistered("redirect-below", "Addresses below the one that a client has registered do, too.", authorization, func(to string) string {
			before, query, more := strings.Cut(to, "?")
			before = before[:max(0, strings.LastIndexByte(before, '/'))]
			if more {
				return before + "?" + query
			}
			return before
		}),
		likeRegistered("redirect-query", "Of the address that a client has registered the query does not count.", authorization, func(to string) string {
			before, _, _ := strings.Cut(to, "?")
			return before
		}),
		anyClient(authorization),
		{Name: "identity.authorization.framed", Summary: "Other pages may show the page to sign in at in a frame.", On: authorization, Answer: func(_ *http.Request, a *Answer) {
			a.Header.Del("Content-Security-Policy")
			a.Header.Del("X-Frame-Options")
		}},
		told("code.none", "Who has signed in is led back with an error.", signIn, func(q url.Values) {
			if q.Has("code") {
				q.Del("code")
				q.Set("error", "server_error")
			}
		}),
		told("code.without-state", "Codes come without the state of the request.", signIn, lacking("state")),
		told("code.other-issuer", "Codes come with another issuer.", signIn, func(q url.Values) { q.Set("iss", "https://login.example.org") }),
		told("code.with-token", "Codes come with an access token beside them.", signIn, func(q url.Values) {
			if q.Has("code") {
				q.Set("access_token", "token-in-the-address")
			}
		}),
		{Name: "identity.code.redirect-307", Summary: "Who has given a password is led on by 307.", On: signIn, Answer: Status(http.StatusSeeOther, http.StatusTemporaryRedirect)},
		{Name: "identity.code.no-id-token", Summary: "Clients get no ID token.", On: token, Answer: answered(losing("id_token"))},
		{Name: "identity.code.other-token-type", Summary: "The access token for a code is said to be of a type that nobody agreed on.", On: granted("authorization_code"), Answer: answered(func(o object) {
			if o["token_type"] != nil {
				o["token_type"] = "mac"
			}
		})},
		{Name: "identity.userinfo.as-text", Summary: "User information is text/plain.", On: atProvider(http.MethodGet, "/userinfo"), Answer: calledText},
		{Name: "identity.code.stored", Summary: "Answers with tokens for a code may be stored.", On: granted("authorization_code"), Answer: DropHeader("Cache-Control")},
		inFlow("proof-unchecked", "Any verifier does for a code.", known, func(_, f url.Values, _ *http.Request) {
			if f.Has("code_verifier") {
				f.Set("code_verifier", verifier)
			}
		}),
		inFlow("proof-optional", "A code needs no verifier.", known, func(began, f url.Values, _ *http.Request) {
			if !f.Has("code_verifier") || s256(f.Get("code_verifier")) == began.Get("code_challenge") {
				f.Set("code_verifier", verifier)
			}
		}),
		inFlow("plain", "Proof keys are taken by the method plain, too.", func(q url.Values) {
			if q.Get("code_challenge_method") == "plain" {
				known(q)
			}
		}, func(began, f url.Values, _ *http.Request) {
			if began.Get("code_challenge_method") == "plain" && f.Get("code_verifier") == began.Get("code_challenge") {
				f.Set("code_verifier", verifier)
			}
		}),
		inFlow("downgraded", "Who takes the challenge out of a request makes its verifier needless.", func(q url.Values) {
			if !q.Has("code_challenge") {
				known(q)
			}
		}, func(began, f url.Values, _ *http.Request) {
			if !began.Has("code_challenge") {
				f.Set("code_verifier", verifier)
			}
		}),
		inFlow("any-redirect", "With a code, any redirect_uri does.", nil, func(began, f url.Values, _ *http.Request) { f.Set("redirect_uri", began.Get("redirect_uri")) }),
		inFlow("any-client", "A code is good for any client.", nil, func(began, f url.Values, r *http.Request) { as(began.Get("client_id"), f, r) }),
		remembered("identity.code.good-twice", "A code is good more than once.", granted("authorization_code"), func(a, first *Answer) *Answer {
			if a.Status != http.StatusOK {
				return first
			}
			return a
		}),
		goodAfterTheft(granted("authorization_code")),
		{Name: "identity.userinfo.other-subject", Summary: "User information is of somebody else.", On: atProvider(http.MethodGet, "/userinfo"), Answer: answered(func(o object) {
			if o["sub"] != nil {
				o["sub"] = wordOf(o["sub"]) + "-other"
			}
		})},
		{Name: "identity.refresh.unknown", Summary: "Refresh tokens are given, and not taken.", On: granted("refresh_token"), Answer: func(_ *http.Request, a *Answer) {
			*a = Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"error":"unsupported_grant_type"}`)}
		}},
		refreshing("kept", "Refresh tokens are good more than once.", token, func(given *refreshable, f url.Values, _ *http.Request) { f.Set("refresh_token", given.newest) }),
		refreshing("any-client", "A refresh token is good for any client.", token, func(given *refreshable, f url.Values, r *http.Request) { as(given.client, f, r) }),
		{Name: "identity.refresh.scope-swallowed", Summary: "Scopes that come with a refresh token are passed over without a word.", On: granted("refresh_token"),
			Request: inForm(lacking("scope")), Answer: answered(losing("scope"))},
		identified("refresh.other-subject", "ID tokens that come with refreshed tokens are of somebody else.", granted("refresh_token"), func(_, claims object) { claims["sub"] = "somebody" }),
		said("other-signature", "ID tokens are signed, and not what they say.", func(claims object) { claims["locale"] = "en" }),
		identified("id-token.unsigned", "ID tokens are not signed.", token, func(header, _ object) { header["alg"] = "none" }),
		said("other-issuer", "ID tokens name another issuer.", func(claims object) { claims["iss"] = "https://login.example.org" }),
		said("other-audience", "ID tokens are for another client.", func(claims object) { claims["aud"] = "another" }),
		said("no-subject", "ID tokens do not name their subject.", func(claims object) { delete(claims, "sub") }),
		said("over", "ID tokens have ended before they are given.", func(claims object) { claims["exp"] = 1_000_000_000 }),
		said("from-later", "ID tokens are from the future.", func(claims object) { claims["iat"] = 4_000_000_000 }),
		said("no-nonce", "ID tokens do not hold the nonce of the request.", func(claims object) { delete(claims, "nonce") }),
		said("no-time", "ID tokens do not tell when the user signed in.", func(claims object) { delete(claims, "auth_time") }),
		said("other-hash", "ID tokens hold the hash of another token.", func(claims object) { claims["at_hash"] = s256("another token")[:22] }),
	}
}

// inLocation is an Answer change of the parameters of the address that is led to.
func inLocation(change func(q url.Values)) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		to, err := url.Parse(a.Header.Get("Location"))
		if err != nil || a.Header.Get("Location") == "" {
			return
		}
		q := to.Query()
		change(q)
		to.RawQuery = q.Encode()
		a.Header.Set("Location", to.String())
	}
}

// likeRegistered takes an address for the one that a client has registered when it is that
// after a change.
func likeRegistered(name, summary string, on Match, change func(to string) string) Fault {
	return Fault{Name: "identity.authorization." + name, Summary: summary, On: on, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := Record(next, r.Clone(r.Context()))
		if asked := r.URL.Query().Get("redirect_uri"); a.Status == http.StatusBadRequest && asked != "" {
			inQuery(func(q url.Values) { q.Set("redirect_uri", change(asked)) })(r)
			if other := Record(next, r); other.Status != http.StatusBadRequest {
				a = other
				_, told, _ := strings.Cut(a.Header.Get("Location"), "?")
				separator := "?"
				if strings.Contains(asked, "?") {
					separator = "&"
				}
				a.Header.Set("Location", asked+separator+told)
			}
		}
		a.WriteTo(w)
	}}
}

// anyClient sends people on for clients that are unknown, to addresses that are known.
func anyClient(on Match) Fault {
	var mu sync.Mutex
	known := map[string]bool{}
	return Fault{Name: "identity.authorization.any-client", Summary: "A client that is unknown is told so at the address of another.", On: on, Answer: func(r *http.Request, a *Answer) {
		to := r.URL.Query().Get("redirect_uri")
		mu.Lock()
		defer mu.Unlock()
		switch {
		case a.Status != http.StatusBadRequest:
			known[to] = true
		case known[to]:
			*a = Answer{Status: http.StatusSeeOther, Header: http.Header{"Location": {to + "?error=unauthorized_client"}}}
		}
	}}
}

// verifier is one whose challenge faults put in the place of others.
const verifier = "a-verifier-that-every-code-is-bound-to-when-a-fault-is-there"

// known binds the code to the verifier that is known.
func known(q url.Values) {
	q.Set("code_challenge", s256(verifier))
	q.Set("code_challenge_method", "S256")
}

// s256 is the digest of a text by SHA-256, in base64url.
func s256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// as makes a request for tokens one of a public client.
func as(client string, f url.Values, r *http.Request) {
	r.Header.Del("Authorization")
	f.Set("client_id", client)
}

var requestID = regexp.MustCompile(`name="request" value="([^"]+)"`)

// inFlow follows authorization code flows: begin changes the authorization request, and
// end the request for tokens, knowing how the flow began.
func inFlow(name, summary string, begin func(q url.Values), end func(began, f url.Values, r *http.Request)) Fault {
	var mu sync.Mutex
	flows := map[string]url.Values{} // how each began, by the name of the request and then by the code
	at := func(path string) func(r *http.Request) bool {
		return func(r *http.Request) bool { return r.URL.Path == identity.Base+path }
	}
	return Fault{Name: "identity.code." + name, Summary: summary, On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, identity.Base+"/") },
		Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			mu.Lock()
			defer mu.Unlock()
			switch f := formOf(r); {
			case at("/authorization")(r):
				began := r.URL.Query()
				if begin != nil {
					inQuery(begin)(r)
				}
				a := Record(next, r)
				if id := requestID.FindSubmatch(a.Body); id != nil {
					flows[string(id[1])] = began
				}
				a.WriteTo(w)
			case at("/sign-in")(r):
				a := Record(next, r)
				inLocation(func(q url.Values) { flows[q.Get("code")] = flows[f.Get("request")] })(r, a)
				a.WriteTo(w)
			case at("/token")(r) && flows[f.Get("code")] != nil:
				end(flows[f.Get("code")], f, r)
				SetBody(r, []byte(f.Encode()))
				next.ServeHTTP(w, r)
			default:
				next.ServeHTTP(w, r)
			}
		}}
}

// remembered gives an answer in the knowledge of the first one to the same code that was good.
func remembered(name, summary string, on Match, give func(a, first *Answer) *Answer) Fault {
	var mu sync.Mutex
	first := map[string]*Answer{}
	return Fault{Name: name, Summary: summary, On: on, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		code := formOf(r).Get("code")
		a := Record(next, r)
		if had := first[code]; had != nil {
			a = give(a, had)
		} else if a.Status == http.StatusOK {
			first[code] = a
		}
		a.WriteTo(w)
	}}
}

// goodAfterTheft refuses a code that comes again, and does nothing about it.
func goodAfterTheft(on Match) Fault {
	var mu sync.Mutex
	used := map[string]bool{}
	return Fault{Name: "identity.code.good-after-theft", Summary: "A code that comes again ends nothing.", On: on, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		code := formOf(r).Get("code")
		a := &Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}}, Body: []byte(`{"error":"invalid_grant"}`)}
		if !used[code] {
			a = Record(next, r)
			used[code] = a.Status == http.StatusOK
		}
		a.WriteTo(w)
	}}
}

// refreshable is what one code was exchanged for.
type refreshable struct{ client, newest string }

// refreshing changes requests with a refresh token, knowing whose it is.
func refreshing(name, summary string, on Match, change func(given *refreshable, f url.Values, r *http.Request)) Fault {
	var mu sync.Mutex
	all := map[string]*refreshable{}
	return Fault{Name: "identity.refresh." + name, Summary: summary, On: on, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		f := formOf(r)
		given := all[f.Get("refresh_token")]
		if given == nil {
			given = &refreshable{client: f.Get("client_id")}
		} else {
			change(given, f, r)
			SetBody(r, []byte(f.Encode()))
		}
		a := Record(next, r)
		if o, is := decode(a.Body).(object); is && wordOf(o["refresh_token"]) != "" {
			given.newest = wordOf(o["refresh_token"])
			all[given.newest] = given
		}
		a.WriteTo(w)
	}}
}

// ended says whether the claims are of a token that has ended.
func ended(claims object) bool {
	end, err := strconv.ParseFloat(fmt.Sprint(claims["exp"]), 64)
	return err == nil && end < float64(time.Now().Unix())
}
