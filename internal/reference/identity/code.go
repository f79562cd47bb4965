package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	// codeLifetime is how long a code can be exchanged (RFC 6749, 4.1.2: ten minutes at most).
	codeLifetime = time.Minute
	// idle is how long a refresh token is good that nobody uses.
	idle = 24 * time.Hour
)

// family is what was given for one code. All of it ends at once (RFC 9700, 4.14.2).
type family struct {
	signIn *signIn
	token  string   // the refresh token that is good
	ids    []string // jti of each access token
	ends   time.Time
}

// idClaims are what an ID token says (OpenID Connect Core 1.0, 2 and 3.1.3.6).
type idClaims struct {
	jwt.Claims
	At    *jwt.NumericDate `json:"auth_time"`
	Nonce string           `json:"nonce,omitempty"`
	Hash  string           `json:"at_hash"`
}

// exchange gives tokens for a code, once (RFC 6749, 4.1.3; RFC 7636, 4.6).
func (p *Platform) exchange(w http.ResponseWriter, c *Client, f url.Values) {
	if f.Get("code") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	s := p.codes.get(now, f.Get("code"))
	switch {
	case s == nil || s.client != c || f.Get("redirect_uri") != s.redirect || !proves(s.challenge, f.Get("code_verifier")):
		refuse(w, http.StatusBadRequest, "invalid_grant")
	case s.given != nil: // one of both is a thief, and nobody knows which
		p.end(s.given)
		refuse(w, http.StatusBadRequest, "invalid_grant")
	default:
		s.given, s.ends = &family{signIn: s}, now.Add(idle) // to know when it comes again
		p.hand(w, s.given, s.scopes, now)
	}
}

// proves says whether the verifier is the one of the challenge. One without a challenge is
// of somebody who took the proof out of the request before (RFC 9700, 4.8.2).
func proves(challenge, verifier string) bool {
	if challenge == "" || verifier == "" {
		return challenge == verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	return same(base64.RawURLEncoding.EncodeToString(sum[:]), challenge)
}

// refresh gives new tokens for a refresh token, which is good once: whoever comes with an
// old one has stolen it, or was stolen from (RFC 6749, 6; RFC 9700, 4.14.2).
func (p *Platform) refresh(w http.ResponseWriter, c *Client, f url.Values) {
	token := f.Get("refresh_token")
	if token == "" {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	given := p.refreshed[token]
	if given == nil || given.signIn.client != c || now.After(given.ends) {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	if given.token != token {
		p.end(given)
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	scopes := strings.Fields(f.Get("scope"))
	if len(scopes) == 0 {
		scopes = given.signIn.scopes
	}
	if slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(given.signIn.scopes, s) }) {
		refuse(w, http.StatusBadRequest, "invalid_scope")
		return
	}
	p.hand(w, given, scopes, now)
}

// hand gives the next tokens of the family.
func (p *Platform) hand(w http.ResponseWriter, to *family, scopes []string, now time.Time) {
	s := to.signIn
	said := p.saying(s.client, s.user.Name, scopes, now)
	token, err := p.signed(accessToken, said)
	tokens := object{"access_token": token}
	if err == nil && slices.Contains(s.scopes, ScopeOpenID) {
		hash := sha256.Sum256([]byte(token))
		tokens["id_token"], err = p.signed("JWT", idClaims{
			Claims: jwt.Claims{Issuer: said.Issuer, Subject: said.Subject, Audience: jwt.Audience{s.client.ID}, IssuedAt: said.IssuedAt, Expiry: said.Expiry},
			At:     jwt.NewNumericDate(s.at), Nonce: s.nonce, Hash: base64.RawURLEncoding.EncodeToString(hash[:len(hash)/2]),
		})
	}
	if err != nil {
		http.Error(w, "the token could not be made", http.StatusInternalServerError)
		return
	}
	for old, other := range p.refreshed {
		if now.After(other.ends) {
			delete(p.refreshed, old)
		}
	}
	to.ids, to.token, to.ends = append(to.ids, said.ID), rand.Text(), now.Add(idle)
	p.refreshed[to.token] = to
	tokens["refresh_token"] = to.token
	give(w, said, tokens)
}

// end makes all that was given to the family worthless.
func (p *Platform) end(given *family) {
	given.token = ""
	for _, id := range given.ids {
		p.revoked[id] = true
	}
}

// endFamily ends what belongs to a refresh token of the client (RFC 7009, 2.1).
func (p *Platform) endFamily(token string, c *Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if given := p.refreshed[token]; given != nil && given.signIn.client == c {
		p.end(given)
	}
}
