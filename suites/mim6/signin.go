package mim6

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// steps is how many pages and redirects somebody who signs in is led through at most.
const steps = 10

// flow is one authorization code flow of the target's client, by the provider's metadata.
type flow struct {
	t        *T
	client   *probe.SignIn
	metadata object
	verifier string
	sent     url.Values // the parameters of the authorization request
	at       *url.URL   // where the person is
	cookies  map[string]string
}

// begin begins a flow with new state, nonce and proof key.
func begin(t *T) *flow {
	client := t.Env.SignIn
	if client == nil {
		t.Untested("there is no client that people sign in for: name one as clients.code in target.yaml, with its redirectUri")
	}
	_, m := metadata(t)
	f := &flow{t: t, client: client, metadata: m, verifier: t.Name("verifier-of-the-proof-key-that-is-long-enough-"), cookies: map[string]string{}}
	scopes := t.Env.Scopes[probe.Code]
	if len(scopes) == 0 {
		scopes = []string{"openid"}
	}
	f.sent = url.Values{
		"response_type": {"code"}, "client_id": {client.ClientID}, "redirect_uri": {client.Redirect}, "scope": {strings.Join(scopes, " ")},
		"state": {t.Name("state")}, "nonce": {t.Name("nonce")}, "code_challenge": {challenge(f.verifier)}, "code_challenge_method": {"S256"},
	}
	return f
}

// challenge is the code challenge of a verifier by S256 (RFC 7636, 4.2).
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// with changes a parameter of the authorization request; no value leaves it out.
func (f *flow) with(name string, values ...string) *flow {
	if f.sent[name] = values; len(values) == 0 {
		delete(f.sent, name)
	}
	return f
}

// silent asks that nobody be shown a page (OpenID Connect Core 1.0, 3.1.2.1).
func (f *flow) silent() *flow { return f.with("prompt", "none") }

// authorize sends the authorization request, and follows where the provider leads on its
// own host.
func (f *flow) authorize() *probe.Response {
	address, _ := f.metadata["authorization_endpoint"].(string)
	if address == "" {
		f.t.Inapplicable("the provider states no authorization_endpoint")
	}
	path := below(f.t, probe.OpenID, "authorization_endpoint", address)
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	r := f.visit(path + separator + f.sent.Encode())
	for range steps {
		to, err := f.at.Parse(r.Header.Get("Location"))
		if _, home := f.back(r); home || r.Status < 300 || r.Status > 399 || err != nil || to.Scheme != f.at.Scheme || to.Host != f.at.Host {
			break
		}
		r = f.visit(to.RequestURI())
	}
	return r
}

// visit asks for a page as a browser does.
func (f *flow) visit(path string) *probe.Response {
	return f.noted(path, f.t.GET(path, f.browser()...))
}

func (f *flow) browser() []Option {
	options := []Option{FromRoot(), At(probe.OpenID), Anonymous(), AnyMedia(), KeepRedirects(), refusals, Header("Accept", "text/html, */*;q=0.5")}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(f.cookies)) {
		pairs = append(pairs, name+"="+f.cookies[name])
	}
	if len(pairs) > 0 {
		options = append(options, Header("Cookie", strings.Join(pairs, "; ")))
	}
	return options
}

// noted keeps where the answer came from, and its cookies.
func (f *flow) noted(path string, r *probe.Response) *probe.Response {
	base, err := url.Parse(f.t.Env.Endpoints[probe.OpenID])
	if err == nil {
		f.at, err = base.Parse(path)
	}
	if err != nil {
		f.t.CantTell("the address %q can't be read", path)
	}
	for _, c := range (&http.Response{Header: r.Header}).Cookies() {
		if c.MaxAge < 0 {
			delete(f.cookies, c.Name)
		} else {
			f.cookies[c.Name] = c.Value
		}
	}
	return r
}

// back is what the answer tells the client, when it leads back to it (RFC 6749, 4.1.2).
func (f *flow) back(r *probe.Response) (url.Values, bool) {
	to, err := url.Parse(r.Header.Get("Location"))
	home, wrong := url.Parse(f.client.Redirect)
	if r.Status < 300 || r.Status > 399 || err != nil || wrong != nil || !strings.EqualFold(to.Scheme, home.Scheme) || !strings.EqualFold(to.Host, home.Host) ||
		to.EscapedPath() != home.EscapedPath() || to.Opaque != home.Opaque {
		return nil, false
	}
	told := to.Query()
	for name, values := range home.Query() { // those are the client's own (RFC 6749, 3.1.2)
		if !slices.Equal(told[name], values) {
			return nil, false
		}
		delete(told, name)
	}
	return told, true
}

// refusedBy is the error that the client is told of, for a request that shows no page.
func (f *flow) refusedBy(r *probe.Response) url.Values {
	told, home := f.back(r)
	if !home {
		f.t.CantTell("the provider does not lead back to the client (status %d) although nobody may be asked (prompt=none), which another check tells", r.Status)
	}
	return told
}

// arrive follows the answer to the end: over redirects of the provider, and with the
// target's user over pages to sign in at. It gives what the client is told.
func (f *flow) arrive(r *probe.Response) (*probe.Response, url.Values) {
	if f.client.User == "" {
		f.t.Untested("nobody can sign in: name a user who is there for tests as clients.code.user in target.yaml")
	}
	signed := false
	for range steps {
		if told, home := f.back(r); home {
			return r, told
		}
		if r.Status >= 300 && r.Status <= 399 {
			r = f.visit(f.inside("the provider leads", r.Header.Get("Location")))
			continue
		}
		if r.Status != http.StatusOK {
			f.t.CantTell("the provider answered %d on the way to sign in", r.Status)
		}
		page, there := f.form(r.Body)
		switch {
		case !there && signed:
			f.t.CantTell("the provider asks for something after the user has signed in, such as consent: give it once for the test user, so that nobody is asked again")
		case !there:
			f.t.CantTell("the page has no form with the field %s or %s, as clients.code.user in target.yaml says: check the names; a page that a script makes can't be filled in", f.client.User, f.client.Password)
		case page.password && signed:
			f.t.CantTell("the provider does not let the user in: check name and password of clients.code.user in target.yaml")
		}
		signed = signed || page.password
		path := f.inside("the page to sign in at would send name and password", page.action)
		// Some providers look at where the form came from, against forged requests.
		from := []Option{Header("Origin", f.at.Scheme+"://"+f.at.Host), Header("Referer", f.at.String())}
		r = f.noted(path, f.t.POST(path, append(append(f.browser(), from...), SignsIn(), Body(form, []byte(page.body)))...))
	}
	f.t.CantTell("after %d pages and redirects nobody is signed in", steps)
	return nil, nil
}

// inside is the path of a reference from where the person is, which has to be at the
// provider's: nothing is sent to others.
func (f *flow) inside(what, reference string) string {
	to, err := f.at.Parse(reference)
	if err != nil {
		f.t.CantTell("%s to an address that can't be read", what)
	}
	if to.Scheme != f.at.Scheme || to.Host != f.at.Host {
		f.t.CantTell("%s to %s, and only the host of the endpoint %s is asked", what, to.Host, probe.OpenID)
	}
	return to.RequestURI()
}

// filled is a form of a page to sign in at.
type filled struct {
	action, body string
	password     bool // it asks for it
}

// form is the first form that asks for name or password, filled in; false when there is
// none. What it has beside them is sent as it is, with the button that a press of Enter
// would take (HTML, 4.10.22).
func (f *flow) form(page []byte) (filled, bool) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return filled{}, false
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		to := filled{action: attribute(n, "action")}
		var pairs []string
		asks, pressed := false, false
		for field := range n.Descendants() {
			name, kind := attribute(field, "name"), strings.ToLower(attribute(field, "type"))
			value := url.QueryEscape(attribute(field, "value"))
			button := field.Data == "button" && (kind == "" || kind == "submit") || field.Data == "input" && kind == "submit"
			switch {
			case button && pressed, field.Data != "input" && !button, name == "" && !button, kind == "reset", kind == "button", kind == "image", kind == "file",
				(kind == "checkbox" || kind == "radio") && !has(field, "checked"), has(field, "disabled"):
				continue
			case button:
				if pressed = true; name == "" {
					continue
				}
			case name == f.client.User && kind != "hidden":
				asks, value = true, probe.UserName
			case name == f.client.Password && kind != "hidden":
				asks, to.password, value = true, true, probe.UserPassword
			}
			pairs = append(pairs, url.QueryEscape(name)+"="+value)
		}
		if asks && strings.EqualFold(attribute(n, "method"), "post") {
			to.body = strings.Join(pairs, "&")
			return to, true
		}
	}
	return filled{}, false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// code lets the target's user sign in, and gives the code that the client gets.
func (f *flow) code() string {
	r, told := f.arrive(f.authorize())
	if told.Get("code") == "" {
		f.t.CantTell("the client gets no code (status %d, error %q), which another check tells", r.Status, told.Get("error"))
	}
	return told.Get("code")
}

// exchange asks for tokens by a code. Parameters without values are left out.
func (f *flow) exchange(code string, changed url.Values) *probe.Response {
	return f.token(merged(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {f.client.Redirect}, "code_verifier": {f.verifier}}, changed))
}

// refresh asks for tokens by a refresh token.
func (f *flow) refresh(token string, changed url.Values) *probe.Response {
	return f.token(merged(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, changed))
}

func merged(parameters, changed url.Values) url.Values {
	for name, values := range changed {
		if parameters[name] = values; len(values) == 0 {
			delete(parameters, name)
		}
	}
	return parameters
}

// token asks the token endpoint as the client.
func (f *flow) token(parameters url.Values, as ...Option) *probe.Response {
	if len(as) == 0 {
		as = []Option{AsClient(probe.Code)}
		if f.client.Public {
			as = []Option{Anonymous()}
			parameters.Set("client_id", f.client.ClientID)
		}
	}
	address, _ := f.metadata["token_endpoint"].(string)
	path := below(f.t, probe.OpenID, "token_endpoint", address)
	r := f.t.POST(path, append([]Option{FromRoot(), At(probe.OpenID), AnyMedia(), KeepRedirects(), refusals, Body(form, []byte(parameters.Encode()))}, as...)...)
	return known(f.t, r)
}

// tokens lets the target's user sign in, and gives what the client gets. That it gets
// anything is for another check to say.
func (f *flow) tokens() (*probe.Response, object) {
	return f.given(f.exchange(f.code(), nil))
}

// given are the tokens of an answer.
func (f *flow) given(r *probe.Response) (*probe.Response, object) {
	v, err := Decode(r.Body)
	o, _ := v.(object)
	if token, _ := o["access_token"].(string); r.Status != http.StatusOK || err != nil || token == "" {
		f.t.CantTell("the client gets no token (status %d), which another check tells", r.Status)
	}
	return r, o
}

// idToken lets the target's user sign in, and gives the ID token.
func (f *flow) idToken() (*probe.Response, jwt) {
	r, o := f.tokens()
	return r, f.read(o)
}

// read gives the ID token among tokens.
func (f *flow) read(tokens object) jwt {
	s, _ := tokens["id_token"].(string)
	j, is := parse(s)
	if !is {
		f.t.CantTell("the client gets no ID token that can be read, which another check tells")
	}
	return j
}

// identified is idToken for who looks at the claims.
func (f *flow) identified() (*probe.Response, jwt) {
	r, o := f.tokens()
	return r, f.said(o)
}

// said is read for who looks at the claims, which the record does not have of a token
// without a signature.
func (f *flow) said(tokens object) jwt {
	j := f.read(tokens)
	if !j.signed {
		f.t.CantTell("nobody signed the ID token, which another check tells, so that it says nothing")
	}
	return j
}
