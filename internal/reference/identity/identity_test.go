package identity_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/reference/identity"
)

// platform is a provider with a client, whose clock can be set.
func platform(t *testing.T) (p *identity.Platform, now *time.Time) {
	t.Helper()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	data := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("data of " + r.URL.Path)) })
	p, err := identity.New("https://city.example.org", func() time.Time { return at }, func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }, data, []identity.User{{Name: "ana", Password: "s3cret of ana"}},
		identity.Client{ID: "page", Scopes: []string{identity.ScopeOpenID, identity.ScopeRead}, Redirect: back},
		identity.Client{ID: "server", Secret: "s3cret of server", Scopes: []string{identity.ScopeOpenID, identity.ScopeRead}, Redirect: back + "?from=server"},
		identity.Client{ID: "library", Secret: "s3cret of library", Scopes: []string{identity.ScopeRead}, Audience: "/library"},
		identity.Client{ID: "app", Secret: "s3cret of app", Scopes: []string{identity.ScopeRead, identity.ScopeStatus}},
		identity.Client{ID: "other", Secret: "s3cret of other", Scopes: []string{identity.ScopeRead}, Tenant: "harbour"})
	if err != nil {
		t.Fatal(err)
	}
	return p, &at
}

func post(p *identity.Platform, path, user string, f url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, identity.Base+path, strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		r.SetBasicAuth(user, url.QueryEscape("s3cret of "+user))
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// token gets one of the scope.
func token(t *testing.T, p *identity.Platform, user, scope string) string {
	t.Helper()
	w := post(p, "/token", user, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}})
	var given struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &given); err != nil || w.Code != http.StatusOK || given.Token == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return given.Token
}

func read(p *identity.Platform, authorization, tenant string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, identity.Protected+"/types", nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if tenant != "" {
		r.Header.Set("NGSILD-Tenant", tenant)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestWhoReadsWhat(t *testing.T) {
	p, now := platform(t)
	good := token(t, p, "app", identity.ScopeRead)
	for _, c := range []struct {
		name, authorization, tenant string
		want                        int
	}{
		{"nobody", "", "", http.StatusUnauthorized},
		{"a good token", "Bearer " + good, "", http.StatusOK},
		{"in another case", "bearer " + good, "", http.StatusOK},
		{"by Basic", "Basic " + good, "", http.StatusUnauthorized},
		{"cut", "Bearer " + good[:len(good)-4], "", http.StatusUnauthorized},
		{"another tenant's data", "Bearer " + good, "harbour", http.StatusForbidden},
		{"another tenant's token", "Bearer " + token(t, p, "other", identity.ScopeRead), "", http.StatusForbidden},
		{"its own tenant's data", "Bearer " + token(t, p, "other", identity.ScopeRead), "harbour", http.StatusOK},
		{"another scope", "Bearer " + token(t, p, "app", identity.ScopeStatus), "", http.StatusForbidden},
	} {
		w := read(p, c.authorization, c.tenant)
		if w.Code != c.want || (w.Code == http.StatusOK) != (w.Body.String() == "data of /ngsi-ld/v1/types") || (w.Code != http.StatusOK) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %d %v %s, expected %d", c.name, w.Code, w.Header(), w.Body, c.want)
		}
	}
	post(p, "/revocation", "other", url.Values{"token": {good}})
	if w := read(p, "Bearer "+good, ""); w.Code != http.StatusOK {
		t.Error("another client ended the token")
	}
	*now = now.Add(11 * time.Minute)
	if w := read(p, "Bearer "+good, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token that is over is answered with %d", w.Code)
	}
	fresh := token(t, p, "app", identity.ScopeRead)
	post(p, "/revocation", "app", url.Values{"token": {fresh}})
	if w := read(p, "Bearer "+fresh, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token that was revoked is answered with %d", w.Code)
	}
}

// A token of another provider of the same make opens nothing.
func TestTokensOfOthers(t *testing.T) {
	p, _ := platform(t)
	q, _ := platform(t)
	if w := read(p, "Bearer "+token(t, q, "app", identity.ScopeRead), ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token of another provider is answered with %d", w.Code)
	}
}

func TestRefusalsOfTheTokenEndpoint(t *testing.T) {
	p, _ := platform(t)
	for _, c := range []struct {
		name, user string
		form       url.Values
		status     int
		code       string
	}{
		{"nobody", "", url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client"},
		{"unknown", "nobody", url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client"},
		{"no grant type", "app", nil, 400, "invalid_request"},
		{"unknown grant type", "app", url.Values{"grant_type": {"gift"}}, 400, "unsupported_grant_type"},
		{"twice", "app", url.Values{"grant_type": {"client_credentials", "client_credentials"}}, 400, "invalid_request"},
		{"a scope of others", "other", url.Values{"grant_type": {"client_credentials"}, "scope": {identity.ScopeStatus}}, 400, "invalid_scope"},
		{"a code that nobody gave", "app", url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}, 400, "invalid_grant"},
	} {
		w := post(p, "/token", c.user, c.form)
		var told struct {
			Error string `json:"error"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || w.Code != c.status || told.Error != c.code {
			t.Errorf("%s: %d %s, expected %d %s", c.name, w.Code, w.Body, c.status, c.code)
		}
	}
	if w := post(p, "/token", "", url.Values{"grant_type": {"client_credentials"}, "client_id": {"app"}, "client_secret": {"s3cret of app"}}); w.Code != http.StatusOK {
		t.Errorf("a client that says who it is in the form is answered with %d", w.Code)
	}
}
