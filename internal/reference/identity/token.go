package identity

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/oasc/mimcheck/internal/reference/reply"
)

// lifetime is how long a token can be used.
const lifetime = 10 * time.Minute

// maxForm is the largest form that is read, in bytes.
const maxForm = 64 << 10

// accessToken is the type of access tokens that are JWTs (RFC 9068, 2.1).
const accessToken jose.ContentType = "at+jwt"

// claims are what an access token says, by RFC 9068, 2.2.
type claims struct {
	jwt.Claims
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
	Tenant   string `json:"tenant,omitempty"`
}

// form reads the parameters of a request in its body, none of which may be there twice
// (RFC 6749, 3.2). It is nil when they can't be read.
func form(w http.ResponseWriter, r *http.Request) url.Values {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil {
		return nil
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			return nil
		}
	}
	return r.PostForm
}

// client is who asks: by HTTP Basic or in the form (RFC 6749, 2.3.1). A public client has
// nothing but its name to give, which does where public says so. It answers itself, and
// gives nil, when it is nobody that is known.
func (p *Platform) client(w http.ResponseWriter, r *http.Request, form url.Values, public bool) *Client {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	user, password, basic := r.BasicAuth()
	if basic {
		var errs [2]error
		id, errs[0] = url.QueryUnescape(user)
		secret, errs[1] = url.QueryUnescape(password)
		if errs[0] != nil || errs[1] != nil {
			id = ""
		}
	}
	if c := p.known(id); c != nil && (c.Secret != "" || public) && same(c.Secret, secret) {
		return c
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="clients of the reference city platform"`)
	refuse(w, http.StatusUnauthorized, "invalid_client")
	return nil
}

// refuse answers with an error by RFC 6749, 5.2.
func refuse(w http.ResponseWriter, status int, kind string) {
	w.Header().Set("Cache-Control", "no-store")
	reply.JSON(w, status, object{"error": kind})
}

// token is the token endpoint (RFC 6749, 3.2).
func (p *Platform) token(w http.ResponseWriter, r *http.Request) {
	f := form(w, r)
	if f == nil {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	c := p.client(w, r, f, true)
	if c == nil {
		return
	}
	switch f.Get("grant_type") {
	case "":
		refuse(w, http.StatusBadRequest, "invalid_request")
	case "client_credentials":
		p.grant(w, c, strings.Fields(f.Get("scope")))
	case "authorization_code":
		p.exchange(w, c, f)
	case "refresh_token":
		p.refresh(w, c, f)
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// grant gives a token of the scopes, or of all that the client may have.
func (p *Platform) grant(w http.ResponseWriter, c *Client, scopes []string) {
	if c.Secret == "" { // anybody could say that they are the client (RFC 6749, 4.4)
		refuse(w, http.StatusBadRequest, "unauthorized_client")
		return
	}
	if len(scopes) == 0 {
		scopes = c.Scopes
	}
	for _, s := range scopes {
		if !slices.Contains(c.Scopes, s) {
			refuse(w, http.StatusBadRequest, "invalid_scope")
			return
		}
	}
	said := p.saying(c, c.ID, scopes, p.now())
	token, err := p.signed(accessToken, said)
	if err != nil {
		http.Error(w, "the token could not be made", http.StatusInternalServerError)
		return
	}
	give(w, said, object{"access_token": token})
}

// Earlier is a token that the client was given so long ago, and has ended when that is
// longer than tokens last.
func (p *Platform) Earlier(id string, ago time.Duration) (string, error) {
	c := p.known(id)
	if c == nil {
		return "", fmt.Errorf("the provider knows no client %q", id)
	}
	return p.signed(accessToken, p.saying(c, c.ID, c.Scopes, p.now().Add(-ago)))
}

// saying are the claims of a new access token of somebody.
func (p *Platform) saying(c *Client, subject string, scopes []string, now time.Time) claims {
	return claims{
		Claims: jwt.Claims{Issuer: p.issuer(), Subject: subject, Audience: jwt.Audience{p.root + cmp.Or(c.Audience, Protected)}, ID: rand.Text(),
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(lifetime))},
		ClientID: c.ID, Scope: strings.Join(scopes, " "), Tenant: c.Tenant,
	}
}

// signed is a token of the kind that says what is said.
func (p *Platform) signed(kind jose.ContentType, said any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.signing, KeyID: keyES256}},
		(&jose.SignerOptions{}).WithType(kind))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(said).Serialize()
}

// give answers with tokens (RFC 6749, 5.1).
func give(w http.ResponseWriter, said claims, tokens object) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	tokens["token_type"], tokens["expires_in"], tokens["scope"] = "Bearer", int(lifetime.Seconds()), said.Scope
	reply.JSON(w, http.StatusOK, tokens)
}

// read gives what a token says that is still good, for the data at the path or, when that
// is empty, for any; nil for any other.
func (p *Platform) read(token, path string) *claims {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil
	}
	var said claims
	want := jwt.Expected{Issuer: p.issuer(), Time: p.now()}
	if path != "" {
		want.AnyAudience = jwt.Audience{p.root + path}
	}
	if parsed.Headers[0].ExtraHeaders[jose.HeaderType] != string(accessToken) || parsed.Claims(p.signing.Public(), &said) != nil || said.ValidateWithLeeway(want, 0) != nil {
		return nil // an ID token, say, opens nothing (RFC 9068, 4)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.revoked[said.ID] {
		return nil
	}
	return &said
}

// introspect tells a client what a token is (RFC 7662).
func (p *Platform) introspect(w http.ResponseWriter, r *http.Request) {
	f := form(w, r)
	if f == nil || f.Get("token") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	if p.client(w, r, f, false) == nil {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	said := p.read(f.Get("token"), "")
	if said == nil {
		reply.JSON(w, http.StatusOK, object{"active": false})
		return
	}
	reply.JSON(w, http.StatusOK, object{"active": true, "client_id": said.ClientID, "scope": said.Scope, "token_type": "Bearer",
		"iss": said.Issuer, "sub": said.Subject, "aud": said.Audience, "exp": said.Expiry, "iat": said.IssuedAt})
}

// revoke ends a token of the client (RFC 7009).
func (p *Platform) revoke(w http.ResponseWriter, r *http.Request) {
	f := form(w, r)
	if f == nil || f.Get("token") == "" {
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	c := p.client(w, r, f, true)
	if c == nil {
		return
	}
	p.endFamily(f.Get("token"), c)
	if said := p.read(f.Get("token"), ""); said != nil && said.ClientID == c.ID {
		p.mu.Lock()
		p.revoked[said.ID] = true
		p.mu.Unlock()
	}
	w.WriteHeader(http.StatusOK)
}
