package mim6

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of tokens stand.
const (
	rfc6749 = "RFC 6749, "
	rfc7662 = "RFC 7662, "
	rfc7009 = "RFC 7009, "
)

const form = "application/x-www-form-urlencoded"

// errorText is what an error code may be made of (RFC 6749, 5.2).
var errorText = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]+$`)

// strangerChecks are of callers that the provider does not know. The names they give
// belong to nobody, so that nobody is locked out.
func strangerChecks() []Check {
	unknown := func(t *T) *probe.Response {
		return post(t, "token_endpoint", url.Values{"grant_type": {"client_credentials"}}, Anonymous(), Header("Authorization", "Basic "+strangerOf(t)))
	}
	return []Check{
		{
			ID: "mim6.token.unknownClient.refused", Title: "A client that the provider does not know, by HTTP Basic, is refused with 401 and invalid_client",
			Clause: rfc6749 + "5.2; RFC 6749, 3.2.1", Fault: "identity.token.unknown-client-400",
			Body: func(t *T) {
				r := unknown(t)
				t.Require(r).To(HaveStatus(http.StatusUnauthorized))
				t.Expect(r).To(HaveJSON("/error", "invalid_client"))
			},
		},
		{
			ID: "mim6.token.unknownClient.challenge", Title: "The refusal of a client by HTTP Basic tells the scheme Basic in WWW-Authenticate",
			Clause: rfc6749 + "5.2", Fault: "identity.token.no-challenge",
			Body: func(t *T) {
				r := unknown(t)
				t.Require(r).To(HaveStatus(http.StatusUnauthorized))
				t.Holds(r, challenges(r, "Basic"), "WWW-Authenticate is %q, and the client came by Basic", r.Header.Values("WWW-Authenticate"))
			},
		},
		{
			ID: "mim6.token.error.form", Title: "An error of the token endpoint is a JSON object with a code in error",
			Clause: rfc6749 + "5.2", Fault: "identity.token.error-text",
			Body: func(t *T) {
				r := unknown(t)
				t.MustHold(r, r.Status >= 400 && r.Status < 500, "the provider answered %d to a client that it can't know", r.Status)
				t.Expect(r).To(HaveMediaType("application/json"))
				code, _ := t.Object(r)["error"].(string)
				t.Holds(r, errorText.MatchString(code), "the code of the error is %q", code)
			},
		},
		{
			ID: "mim6.userinfo.anonymous.refused", Title: "Who asks for user information without a token is refused with 401 and a challenge",
			Clause: "OpenID Connect Core 1.0, 5.3.3", Fault: "identity.userinfo.open",
			Body: func(t *T) {
				r := t.GET(stated(t, "userinfo_endpoint"), FromRoot(), At(probe.OpenID), Anonymous(), AnyMedia(), KeepRedirects(), refusals)
				t.Require(r).To(HaveStatus(http.StatusUnauthorized))
				t.Holds(r, len(r.Header.Values("WWW-Authenticate")) > 0, "the answer has no WWW-Authenticate header")
			},
		},
		{
			ID: "mim6.authorization.redirect.unregistered", Title: "Nobody is sent on to an address that no client has registered",
			Clause: rfc6749 + "4.1.2.1; RFC 6749, 3.1.2.4", Fault: "identity.authorization.open-redirect",
			Body: func(t *T) {
				elsewhere := "https://" + strings.ToLower(t.Name("client")) + ".invalid/callback"
				r := t.GET(stated(t, "authorization_endpoint"), FromRoot(), At(probe.OpenID), Anonymous(), AnyMedia(), KeepRedirects(), refusals,
					Query("response_type", "code", "client_id", t.Name("client"), "redirect_uri", elsewhere, "scope", "openid", "state", t.Name("state"),
						"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method", "S256"))
				t.Holds(r, !strings.HasPrefix(r.Header.Get("Location"), elsewhere), "the provider sends people on to %s, which belongs to no client", elsewhere)
			},
		},
		{
			ID: "mim6.introspection.caller.unknown", Title: "Introspection is refused to who does not say who asks",
			Clause: rfc7662 + "2.1", Fault: "identity.introspection.open",
			Body: func(t *T) {
				r := post(t, "introspection_endpoint", url.Values{"token": {t.Name("token")}}, Anonymous())
				t.Holds(r, refused(r), "the provider answered %d to who did not say who asks, expected 401 or another refusal", r.Status)
			},
		},
		{
			ID: "mim6.revocation.caller.unknown", Title: "Revocation is refused to a client that the provider does not know",
			Clause: rfc7009 + "2.1", Fault: "identity.revocation.open",
			Body: func(t *T) {
				r := asStranger(t, "revocation_endpoint")
				t.Holds(r, refused(r), "the provider answered %d to a client that it can't know, expected 401 or another refusal", r.Status)
			},
		},
		{
			ID: "mim6.introspection.caller.status", Title: "Who asks for introspection with credentials that are not valid is answered with 401",
			Clause: rfc7662 + "2.3", Fault: "identity.introspection.caller-hidden",
			Hint: "the address is in the metadata, so that 404 hides nothing",
			Body: func(t *T) { t.Expect(asStranger(t, "introspection_endpoint")).To(HaveStatus(http.StatusUnauthorized)) },
		},
		{
			ID: "mim6.revocation.caller.status", Title: "A client that revokes, by HTTP Basic, with credentials that are not valid is answered with 401",
			Clause: rfc7009 + "2.2.1; RFC 6749, 5.2", Fault: "identity.revocation.caller-hidden",
			Hint: "the address is in the metadata, so that 404 hides nothing",
			Body: func(t *T) { t.Expect(asStranger(t, "revocation_endpoint")).To(HaveStatus(http.StatusUnauthorized)) },
		},
	}
}

// asStranger sends a token that nobody gave to an endpoint, by HTTP Basic, as a client
// that nobody knows.
func asStranger(t *T, endpoint string) *probe.Response {
	return post(t, endpoint, url.Values{"token": {t.Name("token")}}, Anonymous(), Header("Authorization", "Basic "+strangerOf(t)))
}

// strangerOf is the credentials of a client that nobody knows, as HTTP Basic has them.
func strangerOf(t *T) string {
	return base64.StdEncoding.EncodeToString([]byte(t.Name("client") + ":" + t.Name("secret")))
}

// clientChecks are of the token endpoint, asked by a client that it knows.
func clientChecks() []Check {
	grant := func(t *T) *probe.Response {
		r := ask(t, probe.Reader)
		t.Require(r).To(HaveStatus(http.StatusOK), "a token by client credentials")
		return r
	}
	refusing := func(code string, parameters func(t *T) url.Values) func(t *T) {
		return func(t *T) {
			refusedAs(t, known(t, post(t, "token_endpoint", parameters(t), AsClient(probe.Reader))), code)
		}
	}
	return []Check{
		{
			ID: "mim6.token.answer.there", Title: "A client gets a token for its credentials, and is told the type of the token",
			Clause: rfc6749 + "5.1; RFC 6749, 2.3.1", Fault: "identity.token.no-type",
			Body: func(t *T) {
				r := grant(t)
				given := t.Object(r)
				for _, member := range []string{"access_token", "token_type"} {
					s, _ := given[member].(string)
					t.Holds(r, s != "", "the answer has no %s", member)
				}
			},
		},
		{
			ID: "mim6.token.answer.media", Title: "The answer with a token is JSON by its media type",
			Clause: rfc6749 + "5.1", Fault: "identity.token.text",
			Body: func(t *T) { t.Expect(grant(t)).To(HaveMediaType("application/json")) },
		},
		{
			ID: "mim6.token.answer.noStore", Title: "The answer with a token is not to be stored",
			Clause: rfc6749 + "5.1", Fault: "identity.token.stored",
			Body: func(t *T) {
				r := grant(t)
				t.Holds(r, directive(r, "no-store"), "Cache-Control is %q, without no-store", r.Header.Values("Cache-Control"))
			},
		},
		{
			ID: "mim6.token.answer.lifetime", Title: "The lifetime of a token, where it is told, is a number of seconds",
			Clause: rfc6749 + "5.1", Fault: "identity.token.lifetime-text",
			Body: func(t *T) {
				r := grant(t)
				v, told := t.Object(r)["expires_in"]
				if !told {
					t.Inapplicable("the provider does not tell the lifetime of tokens here, which is recommended and optional")
				}
				n, is := v.(json.Number)
				seconds, err := n.Float64()
				t.Holds(r, is && err == nil && seconds > 0, "expires_in is no number above 0")
			},
		},
		{
			ID: "mim6.token.answer.scope", Title: "The scope of a token, where it is told, is a text, of scopes with a space between them",
			Clause: rfc6749 + "3.3; RFC 6749, 5.1", Fault: "identity.token.scope-list",
			Body: func(t *T) {
				r := grant(t)
				v, told := t.Object(r)["scope"]
				if !told {
					t.Inapplicable("the provider does not tell the scope of tokens here, which is optional where it is as asked for")
				}
				_, is := v.(string)
				t.Holds(r, is, "scope is no text")
			},
		},
		{
			ID: "mim6.token.answer.refresh", Title: "A client gets no refresh token for its credentials, which it can use again itself", Level: Extended,
			Clause: rfc6749 + "4.4.3", Fault: "identity.token.with-refresh",
			Body: func(t *T) {
				r := grant(t)
				t.Holds(r, t.Object(r)["refresh_token"] == nil, "the answer has a refresh_token")
			},
		},
		{
			ID: "mim6.token.scope.unknown", Title: "Who asks for a scope that is not given is refused with invalid_scope or told which scope is",
			Clause: rfc6749 + "3.3", Fault: "identity.token.scope-swallowed",
			Body: func(t *T) {
				odd := t.Name("scope")
				r := known(t, post(t, "token_endpoint", url.Values{"grant_type": {"client_credentials"}, "scope": {odd}}, AsClient(probe.Reader)))
				if r.Status == http.StatusOK {
					given, told := t.Object(r)["scope"].(string)
					t.Holds(r, told, "the provider gave a token for another scope than was asked for, and does not tell which")
					for scope := range strings.FieldsSeq(given) {
						t.Holds(r, scope != odd, "the provider gave the scope %s, which it can't know", odd)
					}
					return
				}
				refusedAs(t, r, "invalid_scope")
			},
		},
		{
			ID: "mim6.token.grantType.unknown", Title: "A grant type that nobody knows is refused with unsupported_grant_type",
			Clause: rfc6749 + "5.2", Fault: "identity.token.any-grant-type",
			Body: refusing("unsupported_grant_type", func(t *T) url.Values { return url.Values{"grant_type": {"urn:example:" + t.Name("grant")}} }),
		},
		{
			ID: "mim6.token.grantType.missing", Title: "A request for a token without a grant type is refused with invalid_request",
			Clause: rfc6749 + "5.2", Fault: "identity.token.no-grant-type",
			Body: refusing("invalid_request", func(t *T) url.Values { return url.Values{"scope": {t.Name("scope")}} }),
		},
		{
			ID: "mim6.token.parameter.twice", Title: "A request for a token with a parameter twice is refused with invalid_request",
			Clause: rfc6749 + "3.2", Fault: "identity.token.parameter-twice",
			Body: refusing("invalid_request", func(*T) url.Values {
				return url.Values{"grant_type": {"client_credentials", "client_credentials"}}
			}),
		},
		{
			ID: "mim6.introspection.answer.active", Title: "Introspection says of a token whether it is active, by true or false",
			Clause: rfc7662 + "2.2", Fault: "identity.introspection.active-text",
			Body: func(t *T) {
				stated(t, "introspection_endpoint")
				r := introspection(t, token(t, probe.Reader))
				_, is := t.Object(r)["active"].(bool)
				t.Holds(r, is, "active is neither true nor false")
			},
		},
		{
			ID: "mim6.introspection.answer.mediaType", Title: "Introspection answers in application/json",
			Clause: rfc7662 + "2.2", Fault: "identity.introspection.as-text",
			Body: func(t *T) {
				stated(t, "introspection_endpoint")
				t.Expect(introspection(t, token(t, probe.Reader))).To(HaveMediaType("application/json"))
			},
		},
		{
			ID: "mim6.introspection.token.unknown", Title: "A token that the provider never gave is not active",
			Clause: rfc7662 + "2.2", Fault: "identity.introspection.all-active",
			Body: func(t *T) {
				stated(t, "introspection_endpoint")
				t.Expect(introspection(t, t.Name("token"))).To(HaveJSON("/active", false))
			},
		},
		{
			ID: "mim6.revocation.token.unknown", Title: "The revocation of a token that the provider never gave is no error",
			Clause: rfc7009 + "2.2", Fault: "identity.revocation.unknown-refused",
			Body: func(t *T) {
				r := known(t, post(t, "revocation_endpoint", url.Values{"token": {t.Name("token")}}, AsClient(probe.Reader)))
				t.Expect(r).To(HaveStatus(http.StatusOK))
			},
		},
		{
			ID: "mim6.revocation.token.ends", Title: "A token that was revoked is not active anymore",
			Clause: rfc7009 + "2.1", Fault: "identity.revocation.without-effect",
			Body: func(t *T) {
				stated(t, "revocation_endpoint")
				stated(t, "introspection_endpoint")
				own := token(t, probe.Reader)
				// Whether it answers as it should is for another check to say.
				if r := introspected(t, own); r.Status != http.StatusOK || t.Object(r)["active"] != true {
					t.Untested("the provider does not tell this client that its own token is active, so that nothing is seen of its end")
				}
				r := post(t, "revocation_endpoint", url.Values{"token": {own}, "token_type_hint": {"access_token"}}, AsClient(probe.Reader))
				if r.Status == http.StatusBadRequest && t.Object(r)["error"] == "unsupported_token_type" {
					t.Inapplicable("the provider does not revoke access tokens, which RFC 7009 leaves to it")
				}
				t.Require(r).To(HaveStatus(http.StatusOK))
				t.Expect(introspection(t, own)).To(HaveJSON("/active", false))
			},
		},
	}
}

// refusals are statuses that a check judges itself.
var refusals = Expecting(http.StatusUnauthorized, http.StatusForbidden)

// refused says whether the answer gives nothing to who asks for want of a right: hiding
// what is there is allowed, too (RFC 9110, 15.5.4).
func refused(r *probe.Response) bool {
	switch r.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}

// challenges says whether the answer asks for credentials of the scheme (RFC 9110, 11.6.1).
func challenges(r *probe.Response, scheme string) bool {
	for _, value := range r.Header.Values("WWW-Authenticate") {
		for part := range strings.SplitSeq(value, ",") {
			if word, _, _ := strings.Cut(strings.TrimSpace(part), " "); strings.EqualFold(word, scheme) {
				return true
			}
		}
	}
	return false
}

// directive says whether Cache-Control has the directive.
func directive(r *probe.Response, name string) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Cache-Control"), ","), ",") {
		if strings.EqualFold(strings.TrimSpace(part), name) {
			return true
		}
	}
	return false
}

// stated is the path of an endpoint that the metadata give; one that is not there is
// optional.
func stated(t *T, member string) string {
	_, m := metadata(t)
	address, _ := m[member].(string)
	if address == "" {
		t.Inapplicable("the provider states no %s", member)
	}
	return below(t, probe.OpenID, member, address)
}

// post sends parameters to an endpoint that the metadata give.
func post(t *T, member string, parameters url.Values, options ...Option) *probe.Response {
	return t.POST(stated(t, member), append([]Option{FromRoot(), At(probe.OpenID), AnyMedia(), KeepRedirects(), refusals,
		Body(form, []byte(parameters.Encode()))}, options...)...)
}

// ask asks for a token as a client of the target.
func ask(t *T, client string) *probe.Response {
	parameters := url.Values{"grant_type": {"client_credentials"}}
	if scopes := t.Env.Scopes[client]; len(scopes) > 0 {
		parameters.Set("scope", strings.Join(scopes, " "))
	}
	return known(t, post(t, "token_endpoint", parameters, AsClient(client)))
}

// known is r, unless the provider does not know the target's client: then target.yaml is
// wrong, or the provider, and nobody can tell.
func known(t *T, r *probe.Response) *probe.Response {
	if v, err := Decode(r.Body); err == nil {
		if o, _ := v.(object); o["error"] == "invalid_client" {
			t.CantTell("the provider does not accept the client %s: check its id and secret under clients in target.yaml", cmp.Or(r.Request.Client, probe.Code))
		}
	}
	if r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden {
		t.CantTell("the provider refuses the client %s (status %d): check its id and secret under clients in target.yaml, and what it may do", cmp.Or(r.Request.Client, probe.Code), r.Status)
	}
	return r
}

// token is a token of the client. What is wrong with the answer is for other checks to say.
func token(t *T, client string) string {
	r := ask(t, client)
	v, err := Decode(r.Body)
	given, _ := v.(object)
	s, _ := given["access_token"].(string)
	if r.Status != http.StatusOK || err != nil || s == "" {
		t.CantTell("the provider gave no token to the client %s (status %d)", client, r.Status)
	}
	return s
}

// introspection asks what the provider says of a token.
func introspection(t *T, token string) *probe.Response {
	r := introspected(t, token)
	t.Require(r).To(HaveStatus(http.StatusOK))
	return r
}

// introspected is the answer to the question about a token, whatever its status.
func introspected(t *T, token string) *probe.Response {
	return known(t, post(t, "introspection_endpoint", url.Values{"token": {token}}, AsClient(probe.Reader)))
}
