package probe

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/target"
)

// Names of the shell variables that stand for secrets in records and curl lines.
const (
	varBearer       = "$MIMCHECK_BEARER"
	varAPIKey       = "$MIMCHECK_API_KEY"
	varBasic        = "$MIMCHECK_BASIC" // base64 of user:password
	varPassword     = "$MIMCHECK_PASSWORD"
	varClientSecret = "$MIMCHECK_CLIENT_SECRET"
	varHeader       = "$MIMCHECK_HEADER_"  // and the header's name
	varHidden       = "$MIMCHECK_REDACTED" // a secret that is not the target's, such as a cookie
)

// redactor replaces secrets by the names of shell variables. It is safe for
// concurrent use, and secrets can be added while it is in use.
type redactor struct {
	mu       sync.RWMutex
	names    map[string]string // form of a secret -> its stand-in
	replacer *strings.Replacer
	params   map[string]string // lower-case query parameters that are secret -> stand-in
	headers  map[string]string // canonical header names that are secret -> stand-in
}

func newRedactor(t *target.Target) *redactor {
	r := &redactor{names: map[string]string{}, params: map[string]string{}, headers: map[string]string{}}
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
	for _, name := range t.SecretHeaders {
		stand := varHeader + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
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

// add makes secret, and each form in which it could be told, show as name.
func (r *redactor) add(secret, name string) {
	if secret == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	quoted, _ := json.Marshal(secret) // a string always has a JSON form
	inJSON := strings.Trim(string(quoted), `"`)
	escaped := []string{url.QueryEscape(secret), url.PathEscape(secret)}
	for _, form := range slices.Concat(escaped, []string{
		secret, inJSON, strings.ReplaceAll(inJSON, "/", `\/`), html.EscapeString(secret),
		lowerHex(escaped[0]), lowerHex(escaped[1]),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawStdEncoding.EncodeToString([]byte(secret)),
		base64.URLEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}) {
		if _, have := r.names[form]; !have && form != "" {
			r.names[form] = name
		}
	}
	forms := make([]string, 0, len(r.names))
	for form := range r.names {
		forms = append(forms, form)
	}
	// The longest first: a secret may be part of another's form.
	slices.SortFunc(forms, func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, r.names[form])
	}
	r.replacer = strings.NewReplacer(pairs...)
}

// lowerHex lowers the hexadecimal digits of percent-encoding.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
			i += 2
		}
	}
	return string(b)
}

// text replaces the secrets in s.
func (r *redactor) text(s string) string {
	r.mu.RLock()
	replacer := r.replacer
	r.mu.RUnlock()
	if replacer == nil {
		return s
	}
	return replacer.Replace(s)
}

// bytes replaces the secrets in b; without any it returns b itself.
func (r *redactor) bytes(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	r.mu.RLock()
	none := r.replacer == nil
	r.mu.RUnlock()
	if none {
		return b
	}
	return []byte(r.text(string(b)))
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

// header is a redacted copy of h.
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
