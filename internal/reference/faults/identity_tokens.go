package faults

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/identity"
)

// providerTokens is the faults of the endpoints that give tokens and tell of them.
func providerTokens() []Fault {
	token, introspection, revocation := atProvider(http.MethodPost, "/token"), atProvider(http.MethodPost, "/introspection"), atProvider(http.MethodPost, "/revocation")
	byCredentials := token.where(func(r *http.Request) bool { return formOf(r).Get("grant_type") == "client_credentials" })
	given := func(name, summary string, change func(o object)) Fault {
		return Fault{Name: "identity.token." + name, Summary: summary, On: token, Answer: answered(change)}
	}
	plain := func(a *Answer) { a.Header.Set("Content-Type", "text/plain") }
	without := func(r *http.Request) bool { // who asks
		_, _, basic := r.BasicAuth()
		return !basic && formOf(r).Get("client_id") == ""
	}
	open := func(body string) func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			if a.Status == http.StatusUnauthorized {
				a = &Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
			}
			a.WriteTo(w)
		}
	}
	return []Fault{
		{Name: "identity.token.unknown-client-400", Summary: "Unknown clients are refused with 400.", On: token, Answer: Status(http.StatusUnauthorized, http.StatusBadRequest)},
		{Name: "identity.token.no-challenge", Summary: "Unknown clients are not told how to say who they are.", On: token, Answer: DropHeader("WWW-Authenticate")},
		{Name: "identity.token.error-text", Summary: "Errors of the token endpoint are plain text.", On: token, Answer: func(_ *http.Request, a *Answer) {
			if o, is := decode(a.Body).(object); is && a.Status != http.StatusOK {
				plain(a)
				a.Body = []byte(wordOf(o["error"]))
			}
		}},
		given("no-type", "Tokens come without their type.", losing("token_type")),
		{Name: "identity.token.text", Summary: "Tokens come as plain text.", On: token, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusOK {
				plain(a)
			}
		}},
		{Name: "identity.token.stored", Summary: "Answers with tokens may be stored.", On: token, Answer: DropHeader("Cache-Control")},
		{Name: "identity.token.with-refresh", Summary: "Client credentials give a refresh token, too.", On: byCredentials,
			Answer: answered(func(o object) {
				if o["access_token"] != nil {
					o["refresh_token"] = "refreshes-nothing"
				}
			})},
		{Name: "identity.token.public-client", Summary: "Who says that it is a client without a secret gets a token.", On: byCredentials, Answer: func(_ *http.Request, a *Answer) {
			if o, is := decode(a.Body).(object); is && o["error"] == "unauthorized_client" {
				*a = Answer{Status: http.StatusOK, Header: a.Header, Body: []byte(`{"access_token":"token-for-anybody","token_type":"Bearer"}`)}
			}
		}},
		given("lifetime-text", "The lifetime of a token is a text.", func(o object) { o["expires_in"] = "600" }),
		given("scope-list", "The scope of a token is a list.", func(o object) {
			if scope, told := o["scope"]; told {
				o["scope"] = []any{scope}
			}
		}),
		{Name: "identity.token.scope-swallowed", Summary: "Scopes that a client asks for are passed over without a word.", On: token,
			Request: inForm(func(f url.Values) { f.Del("scope") }), Answer: answered(losing("scope"))},
		{Name: "identity.token.any-grant-type", Summary: "A grant type that is unknown is taken for client_credentials.", On: token, Request: inForm(func(f url.Values) {
			if f.Has("grant_type") && !slices.Contains([]string{"authorization_code", "refresh_token"}, f.Get("grant_type")) {
				f.Set("grant_type", "client_credentials")
			}
		})},
		{Name: "identity.token.no-grant-type", Summary: "A request without a grant type is taken for one of client_credentials.", On: token, Request: inForm(func(f url.Values) {
			if !f.Has("grant_type") {
				f.Set("grant_type", "client_credentials")
				f.Del("scope")
			}
		})},
		{Name: "identity.token.parameter-twice", Summary: "Of a parameter that comes twice the first counts.", On: token, Request: inForm(func(f url.Values) {
			for name, values := range f {
				f[name] = values[:1]
			}
		})},
		given("unsigned", "Tokens are not signed.", inToken(func(header, _ object) { header["alg"] = "none" })),
		given("other-issuer", "Tokens name another issuer.", inToken(func(_, claims object) { claims["iss"] = "https://login.example.org" })),
		given("over", "Tokens have ended before they are given.", inToken(func(_, claims object) { claims["exp"] = 1_000_000_000 })),
		given("for-anybody", "Tokens do not say for whom they are.", inToken(func(_, claims object) { delete(claims, "aud") })),
		given("other-signature", "Tokens are signed, and not what they say.", inToken(func(_, claims object) { claims["iat"] = 1_700_000_000 })),
		given("unknown-key", "Tokens name a key that the provider does not have.", inToken(func(header, _ object) { header["kid"] = "old" })),
		{Name: "identity.introspection.open", Summary: "Anybody may ask what a token is.", On: introspection.where(without), Instead: open(`{"active":false}`)},
		{Name: "identity.introspection.active-text", Summary: "Whether a token is active is told in words.", On: introspection, Answer: answered(func(o object) {
			if o["active"] == true {
				o["active"] = "yes"
			}
		})},
		{Name: "identity.introspection.as-text", Summary: "What a token is is told as text/plain.", On: introspection, Answer: calledText},
		{Name: "identity.introspection.all-active", Summary: "Every token is active.", On: introspection, Answer: answered(func(o object) { o["active"] = true })},
		{Name: "identity.revocation.open", Summary: "Who revokes a token is not asked who they are.", On: revocation, Instead: open("")},
		{Name: "identity.introspection.caller-hidden", Summary: "Who asks what a token is, and is not known, gets 404.", On: introspection, Answer: Status(http.StatusUnauthorized, http.StatusNotFound)},
		{Name: "identity.revocation.caller-hidden", Summary: "Who revokes a token, and is not known, gets 404.", On: revocation, Answer: Status(http.StatusUnauthorized, http.StatusNotFound)},
		{Name: "identity.revocation.unknown-refused", Summary: "The revocation of a token that is unknown is refused.", On: revocation.where(func(r *http.Request) bool { return !strings.Contains(formOf(r).Get("token"), ".") }), Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusOK {
				*a = Answer{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"error":"invalid_token"}`)}
			}
		}},
		{Name: "identity.revocation.without-effect", Summary: "Tokens that are revoked are good all the same.", On: revocation, Request: inForm(func(f url.Values) {
			if f.Has("token") {
				f.Set("token", "none")
			}
		})},
		{Name: "identity.userinfo.open", Summary: "Without a token, user information is that of nobody.", On: func(r *http.Request) bool { return r.URL.Path == identity.Base+"/userinfo" }, Instead: open(`{"sub":""}`)},
		{Name: "identity.authorization.open-redirect", Summary: "People are sent on wherever a link says.", On: atProvider(http.MethodGet, "/authorization"), Answer: func(r *http.Request, a *Answer) {
			if to := r.URL.Query().Get("redirect_uri"); to != "" {
				*a = Answer{Status: http.StatusFound, Header: http.Header{"Location": {to + "?error=invalid_request"}}}
			}
		}},
	}
}

// formOf are the parameters in the body of a request.
func formOf(r *http.Request) url.Values {
	f, err := url.ParseQuery(string(ReadBody(r)))
	if err != nil {
		return url.Values{}
	}
	return f
}

// inForm is a Request change of the parameters in the body.
func inForm(change func(f url.Values)) func(*http.Request) {
	return func(r *http.Request) {
		f := formOf(r)
		change(f)
		SetBody(r, []byte(f.Encode()))
	}
}

// inToken is a change of what an access token says.
func inToken(change func(header, claims object)) func(o object) {
	return inTokenOf("access_token", change)
}

// inTokenOf is a change of what the token of the name says, whose signature stays unless
// the token is to be without.
func inTokenOf(name string, change func(header, claims object)) func(o object) {
	return func(o object) {
		parts := strings.Split(wordOf(o[name]), ".")
		if len(parts) != 3 {
			return
		}
		header, claims := tokenPart(parts[0]), tokenPart(parts[1])
		if header == nil || claims == nil {
			return
		}
		change(header, claims)
		parts[0], parts[1] = base64.RawURLEncoding.EncodeToString(encode(header)), base64.RawURLEncoding.EncodeToString(encode(claims))
		if header["alg"] == "none" {
			parts[2] = ""
		}
		o[name] = strings.Join(parts, ".")
	}
}

// tokenPart is the JSON object of a part of a token; nil when it is none.
func tokenPart(s string) object {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	o, _ := decode(b).(object)
	return o
}
