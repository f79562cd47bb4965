package probe_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// A token that an answer gives is a secret from then on, wherever the platform tells it
// again; what a signed one says of itself is kept for a replay.
func TestATokenThatIsGivenNeverShows(t *testing.T) {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	const signature = "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
	said := part(`{"alg":"ES256"}`) + "." + part(`{"iss":"https://login.example.org"}`)
	unsigned := part(`{"alg":"none"}`) + "." + part(`{"sub":"planted-subject"}`) + "."
	for _, c := range []struct{ name, token, hidden, kept string }{
		{"signed", said + "." + signature, signature, said},
		{"opaque", "0paque-token-of-nobody", "0paque-token-of-nobody", ""},
		{"unsigned", unsigned, part(`{"sub":"planted-subject"}`), part(`{"alg":"none"}`)},
		{"encrypted", said + ".a.b." + signature, said, ""},
		{"no JSON", "not.json." + signature, signature, ""},
	} {
		for _, member := range []string{"access_token", "refresh_token", "id_token"} {
			t.Run(c.name+" "+member, func(t *testing.T) {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					if r.URL.Path == "/token" {
						fmt.Fprintf(w, `{%q:%q,"token_type":"Bearer"}`, member, c.token)
						return
					}
					w.Header().Set("X-Told", c.token)
					fmt.Fprintf(w, `{"told":%q,"again":%q}`, c.token, base64.StdEncoding.EncodeToString([]byte("x"+c.token)))
				}))
				defer server.Close()
				session, err := probe.Open(t.Context(), &target.Target{Endpoints: map[string]string{target.OpenID: server.URL}}, probe.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer session.Close()
				client := session.Client("check")
				send := func(r probe.Request) *probe.Response {
					t.Helper()
					r.Endpoint = target.OpenID
					answer, err := client.Do(t.Context(), r)
					if err != nil {
						t.Fatal(err)
					}
					return answer
				}
				form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
				if r := send(probe.Request{Method: http.MethodPost, Path: "/token", Header: form, Body: []byte("grant_type=client_credentials"), Anonymous: true}); !strings.Contains(string(r.Body), c.token) {
					t.Error("the check itself has to see the token")
				}
				send(probe.Request{Method: http.MethodGet, Path: "/again", Query: url.Values{"q": {c.token}},
					Header: http.Header{"Authorization": {"Bearer " + c.token}, "X-Token-Again": {c.token}}})
				send(probe.Request{Method: http.MethodPost, Path: "/revocation", Header: form, Body: []byte(url.Values{"token": {c.token}}.Encode()), Anonymous: true})
				told := everything(t, session, "check")
				if at := strings.Index(told, c.hidden); at >= 0 {
					t.Errorf("the token shows: …%s…", told[max(0, at-80):at+40])
				}
				if !strings.Contains(told, c.kept) {
					t.Error("what the token says of itself is not kept")
				}
			})
		}
	}
}

// What a client of the target asks goes out with its secret, and with nothing else of the
// target's; an anonymous request with nothing at all. Neither shows the secret.
func TestRequestsWithoutTheTargetsCredentials(t *testing.T) {
	var got http.Header
	var query string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, query = r.Header.Clone(), r.URL.RawQuery }))
	defer server.Close()
	bearer := &target.Target{Endpoints: map[string]string{target.Protected: server.URL}, Header: map[string]string{"X-Gate": "s3cret-of-the-gate", "X-Class": "test"}, SecretHeaders: []string{"X-Gate"},
		Clients: map[string]target.Client{target.Reader: {ID: "a:b", Secret: "s3cret of a client"}}}
	bearer.Auth.Bearer = "s3cret-bearer"
	inQuery := *bearer
	inQuery.Auth = target.Auth{}
	inQuery.Auth.APIKey.Query, inQuery.Auth.APIKey.Value = "key", "s3cret-key"
	for _, platform := range []*target.Target{bearer, &inQuery} {
		session, err := probe.Open(t.Context(), platform, probe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		for _, c := range []struct {
			request probe.Request
			want    string
		}{
			{probe.Request{Anonymous: true}, ""},
			{probe.Request{Anonymous: true, Header: http.Header{"Authorization": {"Bearer forged"}}}, "Bearer forged"},
			{probe.Request{Client: target.Reader}, "Basic " + base64.StdEncoding.EncodeToString([]byte("a%3Ab:s3cret+of+a+client"))},
		} {
			c.request.Endpoint, c.request.Method = target.Protected, http.MethodGet
			if _, err := session.Client("check").Do(t.Context(), c.request); err != nil {
				t.Fatal(err)
			}
			if got.Get("Authorization") != c.want || got.Get("X-Gate") != "" || got.Get("X-Class") != "test" || query != "" {
				t.Errorf("%+v went out with %v and the query %q", c.request, got, query)
			}
		}
		if _, err := session.Client("check").Do(t.Context(), probe.Request{Endpoint: target.Protected, Method: http.MethodGet, Client: target.Stranger}); err == nil {
			t.Error("a client that the target does not name was asked as")
		}
		if told := everything(t, session, "check"); strings.Contains(told, "s3cret") {
			t.Errorf("a secret shows: %s", told)
		}
	}
}

// Only forms may be posted to a provider while a run observes.
func TestObservingAsksForTokens(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	session, err := probe.Open(t.Context(), &target.Target{Endpoints: map[string]string{target.OpenID: server.URL, target.Protected: server.URL}}, probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, c := range []struct {
		endpoint, media string
		sent            bool
	}{
		{target.OpenID, "application/x-www-form-urlencoded", true},
		{target.OpenID, "application/json", false},
		{target.Protected, "application/x-www-form-urlencoded", false},
	} {
		_, err := session.Client("check").Do(t.Context(), probe.Request{Endpoint: c.endpoint, Method: http.MethodPost, Header: http.Header{"Content-Type": {c.media}}, Body: []byte("a=b")})
		if (err == nil) != c.sent {
			t.Errorf("%s to %s: %v", c.media, c.endpoint, err)
		}
	}
}

// Who signs in is told to the provider alone, and by nobody who only observes; neither the
// password nor the code shows.
func TestSigningInShowsNoSecret(t *testing.T) {
	const password, code, expired = `s3cret/+="<é>&%`, "c0de-that-opens-all", "eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
	var got url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		got = r.PostForm
		w.Header().Set("Location", "https://app.example.org/back?code="+code+"&state=planted-state")
		w.Header().Set("Set-Cookie", "session=s3cret-session; Path=/")
		w.WriteHeader(http.StatusSeeOther)
		fmt.Fprintf(w, "%s is wrong for %q: %s %s", r.PostForm.Get("p"), r.PostForm.Get("u"), code, r.Header.Get("Authorization"))
	}))
	defer server.Close()
	platform := &target.Target{Endpoints: map[string]string{target.OpenID: server.URL, target.Protected: server.URL}, User: target.User{Name: "a&b", Password: password},
		Tokens: map[string]string{target.Expired: expired}}
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, c := range []struct {
		endpoint string
		profile  target.Profile
		sent     bool
	}{{target.OpenID, target.Reference, true}, {target.OpenID, target.Observe, false}, {target.Protected, target.Reference, false}} {
		got = nil
		session, err := probe.Open(t.Context(), platform, probe.Options{Profile: c.profile})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		client := session.Client("check")
		r, err := client.Do(t.Context(), probe.Request{Endpoint: c.endpoint, Method: http.MethodPost, Path: "/sign-in", Header: form, SignsIn: true, KeepRedirects: true,
			Body: []byte("u=" + probe.UserName + "&p=" + probe.UserPassword)})
		if (err == nil) != c.sent || c.sent != (got != nil) {
			t.Errorf("%s, %s: %v, and %v was sent", c.endpoint, c.profile, err, got)
		}
		if !c.sent {
			continue
		}
		if got.Get("u") != "a&b" || got.Get("p") != password || !strings.Contains(r.Header.Get("Location"), code) {
			t.Errorf("%v was sent, and %v came back", got, r.Header)
		}
		if _, err := client.Do(t.Context(), probe.Request{Endpoint: target.OpenID, Method: http.MethodPost, Path: "/token", Header: form, Anonymous: true, KeepRedirects: true,
			Body: []byte(url.Values{"code": {code}, "grant_type": {"authorization_code"}}.Encode())}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(t.Context(), probe.Request{Endpoint: target.Protected, Method: http.MethodGet, Anonymous: true, KeepRedirects: true,
			Header: http.Header{"Authorization": {"Bearer " + expired}}}); err != nil {
			t.Fatal(err)
		}
		shown := everything(t, session, "check")
		lacksSecret(t, "the record", shown)
		for _, secret := range []string{code, "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows: %s", secret, shown)
			}
		}
		if !strings.Contains(shown, "planted-state") || !strings.Contains(shown, "u=${MIMCHECK_USER}&p=${MIMCHECK_USER_PASSWORD}") {
			t.Errorf("what is no secret is not kept: %s", shown)
		}
	}
	session, err := probe.Open(t.Context(), &target.Target{Endpoints: platform.Endpoints}, probe.Options{Profile: target.Reference})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if _, err := session.Client("check").Do(t.Context(), probe.Request{Endpoint: target.OpenID, Method: http.MethodPost, Header: form, SignsIn: true, Body: []byte("a=b")}); err == nil {
		t.Error("nobody signed in")
	}
}
