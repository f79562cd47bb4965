package identity

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// unattended is how long somebody may take to sign in.
const unattended = 10 * time.Minute

// tries is how many passwords a request to sign in may be answered with.
const tries = 5

// cookie binds a request to sign in to the browser that it came from. The prefix keeps
// other hosts and paths from setting it (RFC 6265bis, 4.1.3.2).
const cookie = "__Host-sign-in"

// signIn is a request of a client that somebody signs in (RFC 6749, 4.1.1).
type signIn struct {
	client           *Client
	redirect, state  string
	nonce, challenge string
	scopes           []string
	browser          string // value of the cookie
	tries            int
	ends             time.Time
	user             *User     // who has signed in
	at               time.Time // when
	given            *family   // for the code, once it was exchanged
}

// challengeForm is the form of a code challenge by S256: a digest of SHA-256 in base64url
// (RFC 7636, 4.2).
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize lets somebody sign in at a page, for a client (RFC 6749, 4.1.1; OpenID Connect
// Core 1.0, 3.1.2).
func (p *Platform) authorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil {
		notFor(w, "The request can't be read.")
		return
	}
	f := r.Form
	c := p.known(one(f, "client_id"))
	if c == nil {
		notFor(w, "This client is not known here.")
		return
	}
	// Nobody is sent anywhere but to what the client registered, compared character by
	// character (RFC 9700, 4.1.3).
	if redirect := one(f, "redirect_uri"); redirect == "" || c.Redirect != redirect {
		notFor(w, "This client has no such address to send anybody back to.")
		return
	}
	s := &signIn{client: c, redirect: c.Redirect, state: f.Get("state"), nonce: f.Get("nonce"), challenge: f.Get("code_challenge"),
		scopes: strings.Fields(f.Get("scope")), ends: p.now().Add(unattended)}
	if kind := refusal(c, f, s); kind != "" {
		p.back(w, s, url.Values{"error": {kind}})
		return
	}
	if len(s.scopes) == 0 {
		s.scopes = c.Scopes
	}
	s.browser = rand.Text()
	p.mu.Lock()
	id := p.signIns.keep(p.now(), s)
	p.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: s.browser, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(unattended.Seconds())})
	ask(w, id, s, false)
}

// refusal is the code of the error that the request is refused by (RFC 6749, 4.1.2.1);
// empty when it is good.
func refusal(c *Client, f url.Values, s *signIn) string {
	for _, values := range f {
		if len(values) > 1 {
			return "invalid_request"
		}
	}
	prompts := strings.Fields(f.Get("prompt"))
	silent := slices.Contains(prompts, "none")
	method := f.Get("code_challenge_method")
	switch {
	case f.Get("response_type") == "":
		return "invalid_request"
	case f.Get("response_type") != "code":
		return "unsupported_response_type"
	case f.Has("request"):
		return "request_not_supported"
	case f.Has("request_uri"):
		return "request_uri_not_supported"
	case f.Has("response_mode") && f.Get("response_mode") != "query", silent && len(prompts) > 1:
		return "invalid_request"
	case s.challenge == "" && (c.Secret == "" || method != ""): // without a secret, the proof is all that there is
		return "invalid_request"
	case s.challenge != "" && (method != "S256" || !challengeForm.MatchString(s.challenge)):
		return "invalid_request"
	case slices.ContainsFunc(s.scopes, func(scope string) bool { return !slices.Contains(c.Scopes, scope) }):
		return "invalid_scope"
	case silent: // nobody is remembered
		return "login_required"
	}
	return ""
}

// decide is what somebody answers to the page: who they are, and whether the client may.
func (p *Platform) decide(w http.ResponseWriter, r *http.Request) {
	f := form(w, r)
	if f == nil {
		notFor(w, "The answer can't be read.")
		return
	}
	id := f.Get("request")
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	s := p.signIns.get(now, id)
	if s == nil {
		notFor(w, "This page is too old. Go back to where you came from, and begin again.")
		return
	}
	if c, err := r.Cookie(cookie); err != nil || !same(c.Value, s.browser) {
		notFor(w, "This page was opened in another browser, or cookies are switched off.")
		return
	}
	user := p.signedIn(f.Get("username"), f.Get("password"))
	s.tries++
	switch {
	case f.Get("decision") != "allow" || user == nil && s.tries == tries:
		delete(p.signIns, id)
		p.back(w, s, url.Values{"error": {"access_denied"}})
	case user == nil:
		ask(w, id, s, true)
	default:
		delete(p.signIns, id)
		s.user, s.at, s.ends = user, now, now.Add(codeLifetime)
		p.back(w, s, url.Values{"code": {p.codes.keep(now, s)}})
	}
}

// signedIn is the user; nil when name or password are wrong.
func (p *Platform) signedIn(name, password string) *User {
	for i := range p.users {
		if u := &p.users[i]; u.Name == name && u.Password != "" && same(u.Password, password) {
			return u
		}
	}
	return nil
}

// back sends somebody back to the client with an answer (RFC 6749, 4.1.2; RFC 9207, 2), by
// a status that takes no password along (RFC 9700, 4.12).
func (p *Platform) back(w http.ResponseWriter, s *signIn, answer url.Values) {
	to, err := url.Parse(s.redirect)
	if err != nil {
		notFor(w, "The client's address can't be read.")
		return
	}
	if s.state != "" {
		answer.Set("state", s.state)
	}
	answer.Set("iss", p.issuer())
	query := to.Query()
	for name, values := range answer {
		query[name] = values
	}
	to.RawQuery = query.Encode()
	w.Header().Set("Location", to.String())
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
}

// one is the value of a parameter that is there once; empty for any other.
func one(f url.Values, name string) string {
	if len(f[name]) != 1 {
		return ""
	}
	return f[name][0]
}

// meaning says in words what scopes let a client do.
var meaning = map[string]string{ScopeOpenID: "know that it is you", ScopeRead: "see protected data of the city", ScopeStatus: "see how the platform is"}

// pages are those that people see.
var pages = template.Must(template.New("").Parse(`
{{- define "head"}}<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{{end}}
{{- define "sign-in"}}{{template "head"}}<title>{{if .Wrong}}Not signed in: {{end}}Sign in to the reference city platform</title>
</head>
<body>
<main>
<h1>Sign in to the reference city platform</h1>
{{if .Wrong}}<p id="wrong" role="alert">Name or password are wrong. Please try again.</p>
{{end}}<p><strong>{{.Client}}</strong> asks to:</p>
<ul>
{{range .May}}<li>{{.}}</li>
{{end}}</ul>
<form method="post" action="{{.Action}}">
<input type="hidden" name="request" value="{{.Request}}">
<p><label for="username">Name</label><br>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required{{if .Wrong}} aria-invalid="true" aria-describedby="wrong"{{end}}></p>
<p><label for="password">Password</label><br>
<input id="password" name="password" type="password" autocomplete="current-password" required{{if .Wrong}} aria-invalid="true" aria-describedby="wrong"{{end}}></p>
<p><button name="decision" value="allow">Sign in and allow</button>
<button name="decision" value="deny" formnovalidate>Do not allow</button></p>
</form>
</main>
</body>
</html>
{{end}}
{{- define "nobody"}}{{template "head"}}<title>Nobody can sign in here</title>
</head>
<body>
<main>
<h1>Nobody can sign in here</h1>
<p>{{.}}</p>
</main>
</body>
</html>
{{end}}`))

// ask shows the page to sign in at.
func ask(w http.ResponseWriter, id string, s *signIn, wrong bool) {
	var may []string
	for _, scope := range s.scopes {
		may = append(may, meaning[scope])
	}
	page(w, http.StatusOK)
	_ = pages.ExecuteTemplate(w, "sign-in", map[string]any{"Client": s.client.ID, "May": may, "Action": Base + "/sign-in", "Request": id, "Wrong": wrong}) // the client may be gone
}

// notFor tells somebody why they are not sent on.
func notFor(w http.ResponseWriter, why string) {
	page(w, http.StatusBadRequest)
	_ = pages.ExecuteTemplate(w, "nobody", why) // the client may be gone
}

// page begins a page that no other page may frame (RFC 9700, 4.16), keep or learn of.
func page(w http.ResponseWriter, status int) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}
