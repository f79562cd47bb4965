package probe

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/target"
)

// Shell variables that stand for secrets in records and curl lines.
const (
	varBearer       = "${MIMCHECK_BEARER}"
	varAPIKey       = "${MIMCHECK_API_KEY}"
	varBasic        = "${MIMCHECK_BASIC}" // base64 of user:password
	varPassword     = "${MIMCHECK_PASSWORD}"
	varClientSecret = "${MIMCHECK_CLIENT_SECRET}"
	varToken        = "${MIMCHECK_TOKEN}"    // that a check was given
	varCode         = "${MIMCHECK_CODE}"     // that a check was given
	varHidden       = "${MIMCHECK_REDACTED}" // a secret that is not the target's, such as a cookie
)

// varClient stands for the secret of a client of the target.
func varClient(name string) string { return "${MIMCHECK_CLIENT_" + strings.ToUpper(name) + "}" }

// varTokenOf stands for a token of the target.
func varTokenOf(name string) string { return "${MIMCHECK_TOKEN_" + strings.ToUpper(name) + "}" }

// varHeader stands for the value of a header field of the target that is secret.
func varHeader(name string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
	return "${MIMCHECK_HEADER_" + letters + "}"
}

// redactor replaces secrets by the names of shell variables. It is safe for
// concurrent use, and secrets can be added while it is in use.
type redactor struct {
	mu      sync.RWMutex
	secrets *stands           // another one with each secret: readers may be at work on the old one
	params  map[string]string // lower-case query parameters that are secret -> variable
	headers map[string]string // canonical header names that are secret -> variable
	own     string            // the run's token; set once, before use
}

// stands are all texts in which the secrets can be told, the longest first: a secret may
// be part of another one's text.
type stands struct {
	each  []stand
	begin beginnings // of all of them
}

// stand is one text in which a secret can be told, and the variable in its stead.
type stand struct {
	pattern  string
	find     *regexp.Regexp
	variable string
	// begins and start are what each match begins with, which is found much sooner than the
	// pattern; empty when that varies.
	begins string
	start  []byte
}

func newRedactor(t *target.Target) *redactor {
	r := &redactor{secrets: &stands{}, params: map[string]string{}, headers: map[string]string{}}
	for _, name := range []string{"access_token", "id_token", "refresh_token", "api_key", "apikey", "api-key",
		"client_secret", "password", "secret", "signature", "sig", "token"} {
		r.params[name] = varHidden
	}
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "Set-Cookie2",
		"X-Auth-Token", "X-Subject-Token", "X-Api-Key", "Apikey", "Api-Key", "X-Access-Token",
		"Authentication-Info", "Proxy-Authentication-Info"} {
		r.headers[http.CanonicalHeaderKey(name)] = varHidden
	}
	a := t.Auth
	r.add(a.Bearer, varBearer)
	r.add(a.APIKey.Value, varAPIKey)
	if a.APIKey.Header != "" {
		r.headers[http.CanonicalHeaderKey(a.APIKey.Header)] = varAPIKey
	}
	if a.APIKey.Query != "" {
		r.params[strings.ToLower(a.APIKey.Query)] = varAPIKey
	}
	if a.Basic.User != "" || a.Basic.Password != "" {
		r.add(basicValue(a.Basic.User, a.Basic.Password), varBasic)
		r.add(a.Basic.Password, varPassword)
	}
	r.add(a.OAuth2.ClientSecret, varClientSecret)
	if a.OAuth2.ClientSecret != "" {
		r.add(basicValue(url.QueryEscape(a.OAuth2.ClientID), url.QueryEscape(a.OAuth2.ClientSecret)), varClientSecret)
	}
	r.add(t.User.Password, UserPassword)
	for name, token := range t.Tokens {
		r.add(secretOf(token), varTokenOf(name))
	}
	for name, c := range t.Clients {
		if c.Secret == "" {
			continue
		}
		stand := varClient(name)
		r.add(c.Secret, stand)
		r.add(basicValue(url.QueryEscape(c.ID), url.QueryEscape(c.Secret)), stand)
	}
	for _, name := range t.SecretHeaders {
		stand := varHeader(name)
		r.headers[http.CanonicalHeaderKey(name)] = stand
		for have, value := range t.Header {
			if strings.EqualFold(have, name) {
				r.add(value, stand)
			}
		}
	}
	return r
}

func basicValue(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}

// add makes secret, however it is told, show as the variable.
func (r *redactor) add(secret, variable string) {
	if secret == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := &stands{each: slices.Clone(r.secrets.each)}
	for _, pattern := range disguises(secret) {
		if slices.ContainsFunc(fresh.each, func(s stand) bool { return s.pattern == pattern }) {
			continue
		}
		find := regexp.MustCompile(pattern)
		begins, _ := find.LiteralPrefix()
		fresh.each = append(fresh.each, stand{pattern: pattern, find: find, variable: variable, begins: begins, start: []byte(begins)})
	}
	slices.SortStableFunc(fresh.each, func(a, b stand) int { return len(b.pattern) - len(a.pattern) })
	for _, s := range fresh.each {
		fresh.begin.add(s.begins)
	}
	r.secrets = fresh
}

// text replaces the secrets in s.
func (r *redactor) text(s string) string {
	known := r.known()
	if !perhaps(&known.begin, s) {
		return s
	}
	for _, secret := range known.each {
		if strings.Contains(s, secret.begins) {
			s = secret.find.ReplaceAllLiteralString(s, secret.variable)
		}
	}
	return s
}

func (r *redactor) known() *stands {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.secrets
}

// bytes replaces the secrets in b; without any it returns b itself.
func (r *redactor) bytes(b []byte) []byte {
	b = r.info(b)
	known := r.known()
	if !perhaps(&known.begin, b) {
		return b
	}
	for _, secret := range known.each {
		if bytes.Contains(b, secret.start) && secret.find.Match(b) {
			b = secret.find.ReplaceAllLiteral(b, []byte(secret.variable))
		}
	}
	return b
}

// url replaces the secrets in a URL or URL reference, and the values of query
// parameters that are secret by their name.
func (r *redactor) url(s string) string {
	before, query, found := strings.Cut(s, "?")
	if user, err := url.Parse(s); err == nil && user.User != nil { // a redirect may come with credentials
		before = strings.Replace(before, user.User.String()+"@", varHidden+"@", 1)
	}
	if !found {
		return r.text(before)
	}
	query, fragment, hasFragment := strings.Cut(query, "#")
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, hasValue := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if stand, secret := r.params[strings.ToLower(plain)]; secret && hasValue {
			pairs[i] = name + "=" + stand
		}
	}
	out := before + "?" + strings.Join(pairs, "&")
	if hasFragment {
		out += "#" + fragment
	}
	return r.text(out)
}

// header is a redacted copy of h, nil for an empty one.
func (r *redactor) header(h http.Header) http.Header {
	if len(h) == 0 {
		return nil
	}
	out := make(http.Header, len(h))
	for name, values := range h {
		shown := make([]string, len(values))
		for i, v := range values {
			shown[i] = r.headerValue(name, v)
		}
		out[r.text(name)] = shown
	}
	return out
}

func (r *redactor) headerValue(name, value string) string {
	canonical := http.CanonicalHeaderKey(name)
	if canonical == "Location" || canonical == "Content-Location" || canonical == "Referer" {
		return r.url(value)
	}
	stand, secret := r.headers[canonical]
	if !secret {
		return r.text(value)
	}
	switch canonical {
	case "Authorization", "Proxy-Authorization":
		// The scheme is no secret, and the value is most often one that has a name.
		scheme, credentials, found := strings.Cut(value, " ")
		known := r.text(credentials)
		switch {
		case !found && isVariable(r.text(value)):
			return r.text(value)
		case found && isVariable(known):
			return scheme + " " + known
		case found && len(scheme) <= len("AWS4-HMAC-SHA256"):
			return r.text(scheme) + " " + varHidden
		}
		return varHidden
	case "Set-Cookie", "Set-Cookie2": // name and attributes can matter
		pair, attributes, more := strings.Cut(value, ";")
		cookie, _, _ := strings.Cut(pair, "=")
		out := r.text(cookie) + "=" + varHidden
		if more {
			out += ";" + r.text(attributes)
		}
		return out
	}
	return stand
}

// isVariable says whether s is one stand-in and nothing else.
func isVariable(s string) bool { return variable.FindString(s) == s && s != "" }
