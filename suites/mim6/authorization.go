package mim6

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of authorization stand.
const (
	core    = "OpenID Connect Core 1.0, "
	rfc7636 = "RFC 7636, "
	rfc9207 = "RFC 9207, "
	rfc9700 = "RFC 9700, "
)

// authorizationChecks are of the authorization endpoint. Nobody signs in.
func authorizationChecks() []Check {
	return []Check{
		{
			ID: "mim6.authorization.prompt.none", Title: "Where nobody has signed in and no page may be shown, the client is told by an error",
			Clause: core + "3.1.2.1; OpenID Connect Core 1.0, 3.1.2.6", Fault: "identity.authorization.prompt-ignored",
			Body: func(t *T) {
				f := begin(t).silent()
				r := f.authorize()
				told, home := f.back(r)
				t.MustHold(r, home, "the provider does not lead back to the client (status %d)", r.Status)
				kinds := []string{"login_required", "interaction_required", "consent_required", "account_selection_required"}
				t.Holds(r, slices.Contains(kinds, told.Get("error")), "the error is %q, expected one of %s", told.Get("error"), strings.Join(kinds, ", "))
			},
		},
		{
			ID: "mim6.authorization.method.post", Title: "The authorization endpoint takes requests by POST as it does by GET",
			Clause: core + "3.1.2.1", Fault: "identity.authorization.get-only",
			Body: func(t *T) {
				f := begin(t).silent()
				f.refusedBy(f.authorize())
				r := t.POST(stated(t, "authorization_endpoint"), append(f.browser(), Body(form, []byte(f.sent.Encode())))...)
				_, home := f.back(r)
				t.Holds(r, home, "the provider does not lead back to the client (status %d), as it does by GET", r.Status)
			},
		},
		{
			ID: "mim6.authorization.error.state", Title: "An error takes the state of the request back to the client, as it was sent",
			Clause: rfc6749 + "4.1.2.1", Fault: "identity.authorization.error-without-state",
			Body: func(t *T) {
				f := begin(t).silent().with("state", t.Name("state")+" &=+/%")
				r := f.authorize()
				got := f.refusedBy(r).Get("state")
				t.Holds(r, got == f.sent.Get("state"), "the state is %q, expected %q", got, f.sent.Get("state"))
			},
		},
		{
			ID: "mim6.authorization.error.issuer", Title: "An error names the issuer to the client, where the metadata say that answers do",
			Clause: rfc9207 + "2; RFC 9207, 3", Fault: "identity.authorization.error-without-issuer",
			Body: func(t *T) {
				f := begin(t).silent()
				r := f.authorize()
				f.names(r, f.refusedBy(r))
			},
		},
		refusing("responseType.missing", "A request without a response type is refused by an error that the client is told of", rfc6749+"3.1.1", "identity.authorization.any-response-type",
			func(f *flow) *flow { return f.with("response_type") }, "invalid_request", "unsupported_response_type"),
		refusing("responseType.unknown", "A response type that the provider does not know is refused by an error that the client is told of", rfc6749+"3.1.1", "identity.authorization.unknown-response-type",
			func(f *flow) *flow { return f.with("response_type", f.t.Name("type")) }, "unsupported_response_type", "invalid_request", "unauthorized_client"),
		{
			ID: "mim6.authorization.request.unsupported", Title: "A request object is refused with request_not_supported by who does not take any",
			Clause: core + "6.1", Fault: "identity.authorization.request-ignored",
			Body: func(t *T) {
				f := begin(t)
				if f.metadata["request_parameter_supported"] == true {
					t.Inapplicable("the provider takes request objects")
				}
				part := func(s string) string { return base64url([]byte(s)) }
				f.with("request", part(`{"alg":"none"}`)+"."+part(`{}`)+".").refuses("request_not_supported")
			},
		},
		{
			ID: "mim6.authorization.requestUri.unsupported", Title: "The address of a request object is refused with request_uri_not_supported by who does not take any",
			Clause: core + "6.2", Fault: "identity.authorization.request-uri-ignored",
			Body: func(t *T) {
				f := begin(t)
				if f.metadata["request_uri_parameter_supported"] != false { // true when it is not told (Discovery 1.0, 3)
					t.Inapplicable("the provider takes addresses of request objects")
				}
				f.with("request_uri", "https://"+strings.ToLower(t.Name("client"))+".invalid/request").refuses("request_uri_not_supported")
			},
		},
		redirected("path", "Nobody is sent on to an address below the one that the client has registered", "identity.authorization.redirect-below", func(registered string) string {
			before, query, more := strings.Cut(registered, "?")
			if before = strings.TrimSuffix(before, "/") + "/other"; more {
				return before + "?" + query
			}
			return before
		}),
		redirected("query", "Nobody is sent on to an address with another query than the one that the client has registered", "identity.authorization.redirect-query", func(registered string) string {
			if strings.Contains(registered, "?") {
				return registered + "&mimcheck=other"
			}
			return registered + "?mimcheck=other"
		}),
		{
			ID: "mim6.authorization.client.unknown", Title: "A client that the provider does not know gets nobody sent on, even to an address that another one has registered",
			Clause: rfc6749 + "4.1.2.1; RFC 9700, 4.11.2", Fault: "identity.authorization.any-client",
			Body: func(t *T) {
				f := begin(t).silent()
				f.staysWith("client_id", t.Name("client"), f.client.Redirect, "the provider sends people on for a client that it can't know")
			},
		},
		{
			ID: "mim6.token.public.refused", Title: "A client that has no secret gets no token by client credentials, which it does not have",
			Requirements: signed, Clause: rfc6749 + "4.4", Fault: "identity.token.public-client",
			Body: func(t *T) {
				f := begin(t)
				if !f.client.Public {
					t.Inapplicable("the client has a secret")
				}
				r := post(t, "token_endpoint", url.Values{"grant_type": {"client_credentials"}, "client_id": {f.client.ClientID}}, Anonymous())
				t.Holds(r, refused(r), "the provider answered %d to who says without proof that it is the client", r.Status)
			},
		},
		{
			ID: "mim6.authorization.page.framed", Title: "The page to sign in at is kept out of the frames of other pages",
			Clause: rfc9700 + "4.16", Fault: "identity.authorization.framed",
			Body: func(t *T) {
				f := begin(t)
				r := f.authorize()
				if r.Status != http.StatusOK {
					t.CantTell("the provider shows no page to sign in at (status %d)", r.Status)
				}
				if unframed(r) {
					return
				}
				if scripted(r.Body) { // which may keep it out, too
					t.CantTell("neither X-Frame-Options nor frame-ancestors in Content-Security-Policy keeps the page out of frames, and whether its script does, nobody can tell")
				}
				t.Holds(r, false, "the page has neither X-Frame-Options DENY or SAMEORIGIN nor frame-ancestors in Content-Security-Policy")
			},
		},
	}
}

// refusing is the check of a request that is refused by one of the errors.
func refusing(id, title, clause, fault string, change func(f *flow) *flow, kinds ...string) Check {
	return Check{
		ID: "mim6.authorization." + id, Title: title, Clause: clause, Fault: fault,
		Body: func(t *T) { change(begin(t)).refuses(kinds...) },
	}
}

// refuses checks that the authorization request is refused by one of the errors, which
// takes no page.
func (f *flow) refuses(kinds ...string) {
	r := f.authorize()
	told, home := f.back(r)
	f.t.MustHold(r, home, "the provider does not lead back to the client with an error (status %d)", r.Status)
	f.t.Holds(r, slices.Contains(kinds, told.Get("error")), "the error is %q, expected %s", told.Get("error"), strings.Join(kinds, " or "))
}

// redirected is the check of an address that is like the one of the client, and not it.
func redirected(id, title, fault string, change func(registered string) string) Check {
	return Check{
		ID: "mim6.authorization.redirect." + id, Title: title, Requirements: signed, Clause: rfc9700 + "2.1; RFC 9700, 4.1.3", Fault: fault,
		Body: func(t *T) {
			f := begin(t).silent()
			other := change(f.client.Redirect)
			f.staysWith("redirect_uri", other, other, "the provider sends people on to %s, and the client has registered %s", other, f.client.Redirect)
		},
	}
}

// staysWith checks that nobody is sent on to address when a parameter has another value,
// where people are sent on as it is. A provider that shows a page though it may not, which
// another check tells, has to refuse the other value by its status: what comes after a page
// is not seen.
func (f *flow) staysWith(parameter, value, address, wrong string, args ...any) {
	as := f.authorize()
	_, back := f.back(as)
	if as.Status != http.StatusOK {
		f.refusedBy(as)
	}
	r := f.with(parameter, value).authorize()
	there := flow{t: f.t, client: &probe.SignIn{Redirect: address}}
	_, sent := there.back(r)
	f.t.Holds(r, !sent, wrong, args...)
	if !sent && !back && (r.Status < 400 || r.Status > 499) {
		f.t.CantTell("the provider shows a page to who may not be asked (prompt=none), and answers %d for another %s: what comes after the page is not seen", r.Status, parameter)
	}
}

// names checks that the client is told the issuer.
func (f *flow) names(r *probe.Response, told url.Values) {
	promised := f.metadata["authorization_response_iss_parameter_supported"] == true
	if !promised && !told.Has("iss") {
		f.t.Inapplicable("the provider does not name the issuer in its answers, which the metadata would say")
	}
	f.t.Holds(r, told.Get("iss") == f.metadata["issuer"], "iss is %q, expected %v", told.Get("iss"), f.metadata["issuer"])
}

// unframed says whether a browser shows the answer in no frame of others.
func unframed(r *probe.Response) bool {
	for _, policy := range r.Header.Values("Content-Security-Policy") {
		for directive := range strings.FieldsFuncSeq(policy, func(c rune) bool { return c == ';' || c == ',' }) {
			words := strings.Fields(directive)
			if len(words) > 0 && strings.EqualFold(words[0], "frame-ancestors") {
				return !slices.Contains(words, "*")
			}
		}
	}
	options := strings.TrimSpace(r.Header.Get("X-Frame-Options"))
	return strings.EqualFold(options, "DENY") || strings.EqualFold(options, "SAMEORIGIN")
}

// scripted says whether the page has a script.
func scripted(page []byte) bool {
	root, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		return true
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "script" {
			return true
		}
	}
	return false
}
