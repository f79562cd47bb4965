package probe

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// learn makes the tokens that an answer gives (RFC 6749, 5.1) secrets: none shows from now
// on, wherever it turns up.
func (r *redactor) learn(body []byte) {
	if !bytes.Contains(body, []byte("_token")) { // most bodies, found soon
		return
	}
	var given struct {
		Access  any `json:"access_token"`
		Refresh any `json:"refresh_token"`
		ID      any `json:"id_token"`
	}
	if json.Unmarshal(body, &given) != nil {
		return
	}
	for _, v := range []any{given.Access, given.Refresh, given.ID} {
		// A shorter one can't be told from other text.
		if token, is := v.(string); is && len(token) >= shortestCore {
			r.add(secretOf(token), varToken)
		}
	}
}

// learnCode makes the code that a redirect takes to a client (RFC 6749, 4.1.2) a secret.
func (r *redactor) learnCode(location string) {
	if !strings.Contains(location, "code=") { // most redirects, found soon
		return
	}
	to, err := url.Parse(location)
	if err != nil {
		return
	}
	for _, part := range []string{to.RawQuery, to.Fragment} {
		said, err := url.ParseQuery(part)
		if code := said.Get("code"); err == nil && len(code) >= shortestCore {
			r.add(code, varCode)
		}
	}
}

// secretOf is what of a token opens anything. Of a signed JWT (RFC 7515, 7.1) that is the
// signature: what the token says about itself is evidence, which a replay judges again. Of
// one without a signature it is what the token says.
func secretOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return token
	}
	for _, part := range parts[:2] {
		said, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || !json.Valid(said) {
			return token
		}
	}
	if len(parts[2]) < shortestCore {
		return parts[1]
	}
	return parts[2]
}
