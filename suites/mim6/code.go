package mim6

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// refusalsOfAnother are the errors by which a client is refused what another one got: for that,
// or before it is looked at, since it may not have such a grant (RFC 6749, 5.2).
var refusalsOfAnother = []string{"invalid_grant", "unauthorized_client", "invalid_request"}

// codeChecks are of somebody who signs in, and of the code that the client gets for it.
func codeChecks() []Check {
	checks := slices.Concat(redirectChecks(), exchangeChecks(), refreshChecks(), idTokenChecks())
	for i := range checks {
		checks[i].Needs = append(checks[i].Needs, NeedWrite) // whoever signs in leaves a trace
	}
	return checks
}

// redirectChecks are of how somebody who has signed in is led back to the client.
func redirectChecks() []Check {
	arrived := func(t *T, change func(f *flow)) (*flow, *probe.Response, url.Values) {
		f := begin(t)
		if change != nil {
			change(f)
		}
		r, told := f.arrive(f.authorize())
		if told.Get("code") == "" {
			t.CantTell("the client gets no code (error %q), which another check tells", told.Get("error"))
		}
		return f, r, told
	}
	return []Check{
		{
			ID: "mim6.code.redirect.code", Title: "Who has signed in is led back to the client with a code",
			Clause: rfc6749 + "4.1.2", Fault: "identity.code.none",
			Body: func(t *T) {
				f := begin(t)
				r, told := f.arrive(f.authorize())
				t.Holds(r, told.Get("code") != "", "the client gets no code, and the error %q", told.Get("error"))
			},
		},
		{
			ID: "mim6.code.redirect.state", Title: "The client gets back the state of its request with the code, as it was sent",
			Clause: rfc6749 + "4.1.2", Fault: "identity.code.without-state",
			Body: func(t *T) {
				f, r, told := arrived(t, func(f *flow) { f.with("state", t.Name("state")+" &=+/%") })
				t.Holds(r, told.Get("state") == f.sent.Get("state"), "the state is %q, expected %q", told.Get("state"), f.sent.Get("state"))
			},
		},
		{
			ID: "mim6.code.redirect.issuer", Title: "The client is told the issuer with the code, where the metadata say that answers name it",
			Clause: rfc9207 + "2; RFC 9207, 3", Fault: "identity.code.other-issuer",
			Body: func(t *T) {
				f, r, told := arrived(t, nil)
				f.names(r, told)
			},
		},
		{
			ID: "mim6.code.redirect.tokens", Title: "The client that asked for a code gets no token in its address",
			Requirements: signed, Clause: rfc9700 + "2.1.2", Fault: "identity.code.with-token",
			Body: func(t *T) {
				_, r, told := arrived(t, nil)
				to, err := url.Parse(r.Header.Get("Location"))
				t.MustHold(r, err == nil, "the Location can't be read")
				fragment, _ := url.ParseQuery(to.Fragment)
				for _, name := range []string{"access_token", "id_token", "refresh_token"} {
					t.Holds(r, !told.Has(name) && !fragment.Has(name), "the client's address has %s", name)
				}
			},
		},
		{
			ID: "mim6.code.redirect.status", Title: "Who has given a password is not led on by 307, which would give it to the client",
			Requirements: signed, Clause: rfc9700 + "4.12", Fault: "identity.code.redirect-307",
			Body: func(t *T) {
				_, r, _ := arrived(t, nil)
				t.Holds(r, r.Status != http.StatusTemporaryRedirect, "the provider leads back to the client by %d", r.Status)
			},
		},
	}
}

// exchangeChecks are of the exchange of a code for tokens.
func exchangeChecks() []Check {
	// The refusal of a code that is good but for what is changed.
	refusedGrant := func(id, title, clause, fault string, change func(f *flow) url.Values, kinds ...string) Check {
		return Check{
			ID: "mim6.code." + id, Title: title, Requirements: signed, Clause: clause, Fault: fault,
			Body: func(t *T) {
				f := begin(t)
				code := f.code()
				refusedAs(t, f.exchange(code, change(f)), kinds...)
			},
		}
	}
	return []Check{
		{
			ID: "mim6.code.exchange.tokens", Title: "The client gets an access token and an ID token for its code and the verifier of its proof key",
			Clause: core + "3.1.3.3; RFC 6749, 4.1.4", Fault: "identity.code.no-id-token",
			Body: func(t *T) {
				f := begin(t)
				r := f.exchange(f.code(), nil)
				t.Require(r).To(HaveStatus(http.StatusOK), "tokens for a code")
				given := t.Object(r)
				for _, member := range []string{"access_token", "token_type", "id_token"} {
					s, _ := given[member].(string)
					t.Holds(r, s != "", "the answer has no %s", member)
				}
			},
		},
		{
			ID: "mim6.code.exchange.bearer", Title: "The access token for a code is a Bearer token, as no other type was agreed on",
			Clause: core + "3.1.3.3", Fault: "identity.code.other-token-type",
			Body: func(t *T) {
				r, o := begin(t).tokens()
				kind, _ := o["token_type"].(string)
				t.Holds(r, strings.EqualFold(kind, "Bearer"), "token_type is %v, expected Bearer", o["token_type"])
			},
		},
		{
			ID: "mim6.code.exchange.noStore", Title: "The answer with tokens for a code is not to be stored",
			Clause: core + "3.1.3.3", Fault: "identity.code.stored",
			Body: func(t *T) {
				r, _ := begin(t).tokens()
				t.Holds(r, directive(r, "no-store"), "Cache-Control is %q, without no-store", r.Header.Values("Cache-Control"))
			},
		},
		refusedGrant("proof.wrong", "A code is refused with invalid_grant when the verifier is not that of its challenge", rfc7636+"4.6", "identity.code.proof-unchecked",
			func(f *flow) url.Values {
				return url.Values{"code_verifier": {f.t.Name("another-verifier-that-is-long-enough-as-well-")}}
			}, "invalid_grant"),
		refusedGrant("proof.missing", "A code is refused without the verifier of its challenge", rfc9700+"2.1.1", "identity.code.proof-optional",
			func(*flow) url.Values { return url.Values{"code_verifier": nil} }, "invalid_grant", "invalid_request"),
		refusedGrant("exchange.redirect", "A code is refused with invalid_grant for another redirect_uri than that of the request", rfc6749+"4.1.3", "identity.code.any-redirect",
			func(f *flow) url.Values { return url.Values{"redirect_uri": {f.client.Redirect + "/other"}} }, "invalid_grant"),
		{
			ID: "mim6.code.exchange.client", Title: "A code that one client got is refused to another",
			Requirements: signed, Clause: rfc6749 + "4.1.3", Fault: "identity.code.any-client",
			Body: func(t *T) {
				f := begin(t)
				parameters := url.Values{"grant_type": {"authorization_code"}, "code": {f.code()}, "redirect_uri": {f.client.Redirect}, "code_verifier": {f.verifier}}
				refusedAs(t, f.token(parameters, AsClient(probe.Reader)), refusalsOfAnother...)
			},
		},
		{
			ID: "mim6.code.exchange.again", Title: "A code is refused with invalid_grant when it comes again",
			Requirements: signed, Clause: rfc6749 + "4.1.2", Fault: "identity.code.good-twice",
			Body: func(t *T) {
				f := begin(t)
				code := f.code()
				f.given(f.exchange(code, nil))
				refusedAs(t, f.exchange(code, nil), "invalid_grant")
			},
		},
		{
			ID: "mim6.code.exchange.ends", Title: "What was given for a code ends when the code comes again", Level: Extended,
			Requirements: signed, Clause: rfc6749 + "4.1.2", Fault: "identity.code.good-after-theft",
			Body: func(t *T) {
				f := begin(t)
				code := f.code()
				_, o := f.given(f.exchange(code, nil))
				token, _ := o["access_token"].(string)
				if r := f.userinfo(token); r.Status != http.StatusOK {
					t.CantTell("the token opens no user information (status %d), so that nothing is seen of its end", r.Status)
				}
				if again := f.exchange(code, nil); again.Status == http.StatusOK {
					t.CantTell("the code is good twice, which another check tells")
				}
				r := f.userinfo(token)
				t.Holds(r, refused(r), "the token is answered with %d still", r.Status)
			},
		},
		{
			ID: "mim6.code.proof.plain", Title: "A proof key by the method plain is refused by who takes S256 only",
			Requirements: signed, Clause: rfc7636 + "4.4.1", Fault: "identity.code.plain",
			Body: func(t *T) {
				f := begin(t)
				methods, _ := texts(f.metadata["code_challenge_methods_supported"])
				switch {
				case len(methods) == 0:
					t.CantTell("the metadata do not say which methods of proof keys the provider takes")
				case slices.Contains(methods, "plain"):
					t.Inapplicable("the provider takes proof keys by the method plain, too")
				}
				r := f.with("code_challenge_method", "plain").with("code_challenge", f.verifier).authorize()
				told, home := f.back(r)
				if !home {
					r, told = f.arrive(r)
				}
				t.Holds(r, told.Get("code") == "" && told.Get("error") != "", "the client gets a code for a proof key by plain")
			},
		},
		{
			ID: "mim6.code.proof.downgraded", Title: "A verifier is refused with a code whose request had no challenge",
			Requirements: signed, Clause: rfc9700 + "4.8.2", Fault: "identity.code.downgraded",
			Body: func(t *T) {
				f := begin(t).with("code_challenge").with("code_challenge_method")
				r := f.authorize()
				told, home := f.back(r)
				if !home {
					r, told = f.arrive(r)
				}
				if told.Get("code") == "" {
					t.MustHold(r, told.Get("error") != "", "the client gets neither a code nor an error")
					return // without a challenge there is no code at all
				}
				r = f.exchange(told.Get("code"), nil)
				t.Holds(r, r.Status == http.StatusBadRequest, "the provider answered %d to a verifier that belongs to no challenge, expected 400", r.Status)
			},
		},
		{
			ID: "mim6.code.userinfo.mediaType", Title: "User information comes as application/json, or as application/jwt where it is signed or encrypted",
			Clause: core + "5.3.2", Fault: "identity.userinfo.as-text",
			Body: func(t *T) {
				f := begin(t)
				if f.metadata["userinfo_endpoint"] == nil {
					t.Inapplicable("the provider states no userinfo_endpoint")
				}
				_, o := f.tokens()
				access, _ := o["access_token"].(string)
				r := f.userinfo(access)
				t.Require(r).To(HaveStatus(http.StatusOK), "user information")
				t.Expect(r).To(HaveMediaType("application/json", "application/jwt"))
			},
		},
		{
			ID: "mim6.code.userinfo.subject", Title: "User information is of the subject that the ID token names",
			Clause: core + "5.3.2; OpenID Connect Core 1.0, 5.3.1", Fault: "identity.userinfo.other-subject",
			Body: func(t *T) {
				f := begin(t)
				if f.metadata["userinfo_endpoint"] == nil {
					t.Inapplicable("the provider states no userinfo_endpoint")
				}
				_, o := f.tokens()
				access, _ := o["access_token"].(string)
				j := f.said(o)
				r := f.userinfo(access)
				t.Require(r).To(HaveStatus(http.StatusOK), "user information")
				if mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.EqualFold(strings.TrimSpace(mediaType), "application/jwt") {
					t.Untested("the provider signs or encrypts user information, which is not read here")
				}
				t.Holds(r, t.Object(r)["sub"] == j.claims["sub"], "sub is %v, expected %v", t.Object(r)["sub"], j.claims["sub"])
			},
		},
	}
}

// refreshChecks are of refresh tokens.
func refreshChecks() []Check {
	refreshed := func(t *T) (f *flow, o object, token string) {
		f = begin(t)
		_, o = f.tokens()
		token, _ = o["refresh_token"].(string)
		if token == "" {
			t.Inapplicable("the client gets no refresh token, which is optional: the scope offline_access may be what the provider asks for")
		}
		return f, o, token
	}
	return []Check{
		{
			ID: "mim6.refresh.answer.token", Title: "The client gets a new access token for its refresh token",
			Clause: rfc6749 + "6; OpenID Connect Core 1.0, 12.1", Fault: "identity.refresh.unknown",
			Body: func(t *T) {
				f, _, token := refreshed(t)
				r := f.refresh(token, nil)
				t.Require(r).To(HaveStatus(http.StatusOK), "tokens for a refresh token")
				s, _ := t.Object(r)["access_token"].(string)
				t.Holds(r, s != "", "the answer has no access_token")
			},
		},
		{
			ID: "mim6.refresh.token.rotated", Title: "The refresh token of a public client is good once",
			Requirements: signed, Clause: rfc9700 + "2.2.2; RFC 9700, 4.14.2", Fault: "identity.refresh.kept",
			Body: func(t *T) {
				f, _, token := refreshed(t)
				if !f.client.Public {
					t.Inapplicable("the client has a secret, to which its refresh tokens are bound")
				}
				f.given(f.refresh(token, nil))
				refusedAs(t, f.refresh(token, nil), "invalid_grant")
			},
		},
		{
			ID: "mim6.refresh.token.client", Title: "The refresh token of one client is refused to another",
			Requirements: signed, Clause: rfc6749 + "6", Fault: "identity.refresh.any-client",
			Body: func(t *T) {
				f, _, token := refreshed(t)
				refusedAs(t, f.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, AsClient(probe.Reader)), refusalsOfAnother...)
			},
		},
		{
			ID: "mim6.refresh.scope.wider", Title: "A refresh token gives no scope that it was not given for",
			Requirements: signed, Clause: rfc6749 + "6", Fault: "identity.refresh.scope-swallowed",
			Body: func(t *T) {
				f, _, token := refreshed(t)
				odd := t.Name("scope")
				r := f.refresh(token, url.Values{"scope": {f.sent.Get("scope") + " " + odd}})
				if r.Status == http.StatusOK {
					given, told := t.Object(r)["scope"].(string)
					t.Holds(r, told && !slices.Contains(strings.Fields(given), odd), "the provider gave a token for another scope than was asked for, and tells %q", given)
					return
				}
				refusedAs(t, r, "invalid_scope")
			},
		},
		{
			ID: "mim6.refresh.idToken.same", Title: "An ID token that comes with refreshed tokens is of the same issuer, subject and audience",
			Requirements: signed, Clause: core + "12.2", Fault: "identity.refresh.other-subject",
			Body: func(t *T) {
				f, o, token := refreshed(t)
				was := f.said(o)
				_, again := f.given(f.refresh(token, nil))
				if again["id_token"] == nil {
					t.Inapplicable("no ID token comes with refreshed tokens, which is allowed")
				}
				now := f.said(again)
				for _, claim := range []string{"iss", "sub", "aud"} {
					t.Expect(now.claims[claim]).To(EqualJSON(was.claims[claim]), "the claim %s", claim)
				}
			},
		},
	}
}

// refusedAs checks that a request for tokens is refused with one of the codes (RFC 6749, 5.2).
func refusedAs(t *T, r *probe.Response, kinds ...string) {
	t.Require(r).To(HaveStatus(http.StatusBadRequest))
	kind, _ := t.Object(r)["error"].(string)
	t.Holds(r, slices.Contains(kinds, kind), "the error is %q, expected %s", kind, strings.Join(kinds, " or "))
}

// userinfo asks for user information with the token.
func (f *flow) userinfo(token string) *probe.Response {
	address, _ := f.metadata["userinfo_endpoint"].(string)
	if address == "" {
		f.t.Inapplicable("the provider states no userinfo_endpoint")
	}
	return f.t.GET(below(f.t, probe.OpenID, "userinfo_endpoint", address), FromRoot(), At(probe.OpenID), Anonymous(), AnyMedia(), KeepRedirects(), refusals, Header("Authorization", "Bearer "+token))
}
