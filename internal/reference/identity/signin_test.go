package identity_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/oasc/mimcheck/internal/reference/identity"
)

// back is where those who signed in are sent.
const back = "https://app.example.org/signed-in"

// wire sends requests to the platform itself.
type wire struct{ http.Handler }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// authorize asks for the page to sign in at.
func authorize(p *identity.Platform, query string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, identity.Base+"/authorization?"+query, nil))
	return w
}

var requestID = regexp.MustCompile(`name="request" value="([^"]+)"`)

// answer fills in a page.
func answer(p *identity.Platform, page *httptest.ResponseRecorder, f url.Values) *httptest.ResponseRecorder {
	if id := requestID.FindStringSubmatch(page.Body.String()); id != nil {
		f.Set("request", id[1])
	}
	r := httptest.NewRequest(http.MethodPost, identity.Base+"/sign-in", strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range page.Result().Cookies() {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func allow(password string) url.Values {
	return url.Values{"username": {"ana"}, "password": {password}, "decision": {"allow"}}
}

// told is what the answer tells the client.
func told(w *httptest.ResponseRecorder) url.Values {
	u, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || !strings.HasPrefix(u.String(), back+"?") {
		return url.Values{}
	}
	return u.Query()
}

// client is a client by the library that users have, and the context that it asks by.
func client(p *identity.Platform, id, secret, redirect string) (context.Context, *oauth2.Config) {
	const issuer = "https://city.example.org" + identity.Base
	return context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: wire{p}}),
		&oauth2.Config{ClientID: id, ClientSecret: secret, RedirectURL: redirect, Scopes: []string{"openid", "read"},
			Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorization", TokenURL: issuer + "/token"}}
}

// code lets somebody sign in for the client.
func code(t *testing.T, p *identity.Platform, c *oauth2.Config, options ...oauth2.AuthCodeOption) string {
	t.Helper()
	u, err := url.Parse(c.AuthCodeURL("the state", options...))
	if err != nil {
		t.Fatal(err)
	}
	got := told(answer(p, authorize(p, u.RawQuery), allow("s3cret of ana")))
	if got.Get("code") == "" || got.Get("state") != "the state" || got.Get("iss") != "https://city.example.org"+identity.Base {
		t.Fatalf("the client is told %v", got)
	}
	return got.Get("code")
}

// A client that is written with a library gets by with the provider, whether it has a
// secret or not.
func TestSigningIn(t *testing.T) {
	for _, c := range []struct{ id, secret, redirect string }{{"page", "", back}, {"server", "s3cret of server", back + "?from=server"}} {
		t.Run(c.id, func(t *testing.T) {
			p, _ := platform(t)
			ctx, config := client(p, c.id, c.secret, c.redirect)
			verifier := oauth2.GenerateVerifier()
			given := code(t, p, config, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", "the nonce"))
			if _, err := config.Exchange(ctx, given, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
				t.Error("another verifier opens the code")
			}
			if _, err := config.Exchange(ctx, given); err == nil {
				t.Error("no verifier opens the code")
			}
			token, err := config.Exchange(ctx, given, oauth2.VerifierOption(verifier))
			if err != nil {
				t.Fatal(err)
			}
			if w := read(p, "Bearer "+token.AccessToken, ""); w.Code != http.StatusOK {
				t.Errorf("the token is answered with %d", w.Code)
			}
			id, _ := token.Extra("id_token").(string)
			if w := read(p, "Bearer "+id, ""); w.Code != http.StatusUnauthorized {
				t.Errorf("the ID token is answered with %d", w.Code)
			}
			parsed, err := jwt.ParseSigned(id, []jose.SignatureAlgorithm{jose.ES256})
			if err != nil {
				t.Fatal(err)
			}
			var said struct {
				jwt.Claims
				Nonce string `json:"nonce"`
			}
			if err := parsed.UnsafeClaimsWithoutVerification(&said); err != nil || said.Nonce != "the nonce" || said.Subject != "ana" || !said.Audience.Contains(c.id) {
				t.Errorf("the ID token says %+v, %v", said, err)
			}

			old := token.RefreshToken
			token.Expiry = time.Now().Add(-time.Hour)
			fresh, err := config.TokenSource(ctx, token).Token()
			if err != nil || fresh.RefreshToken == old || fresh.AccessToken == token.AccessToken {
				t.Fatalf("refreshed: %v, %v", fresh, err)
			}
			if _, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: old}).Token(); err == nil {
				t.Error("a refresh token is good twice")
			}
			if _, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: fresh.RefreshToken}).Token(); err == nil || read(p, "Bearer "+fresh.AccessToken, "").Code != http.StatusUnauthorized {
				t.Error("what a thief may have is good still")
			}
		})
	}
}

// A code that comes twice ends what was given for it, and one that is late is worth nothing.
func TestCodesAreGoodOnce(t *testing.T) {
	p, now := platform(t)
	ctx, config := client(p, "page", "", back)
	verifier := oauth2.GenerateVerifier()
	given := code(t, p, config, oauth2.S256ChallengeOption(verifier))
	token, err := config.Exchange(ctx, given, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("the code is good twice")
	}
	if w := read(p, "Bearer "+token.AccessToken, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("the token of a code that came twice is answered with %d", w.Code)
	}
	given = code(t, p, config, oauth2.S256ChallengeOption(verifier))
	*now = now.Add(2 * time.Minute)
	if _, err := config.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a late code is good")
	}
	_, other := client(p, "server", "s3cret of server", back)
	given = code(t, p, config, oauth2.S256ChallengeOption(verifier))
	if _, err := other.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("the code is good for another client")
	}
	config.RedirectURL += "/other"
	if _, err := config.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("the code is good for another address")
	}
	// One for whose request somebody took the proof out is not good with a proof.
	_, confidential := client(p, "server", "s3cret of server", back+"?from=server")
	given = code(t, p, confidential)
	if _, err := confidential.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a proof that nobody asked for is taken")
	}
	if _, err := confidential.Exchange(ctx, given); err != nil {
		t.Errorf("a client with a secret needs no proof: %v", err)
	}
}

func TestWhoIsSentBack(t *testing.T) {
	p, now := platform(t)
	_, config := client(p, "page", "", back)
	u, err := url.Parse(config.AuthCodeURL("the state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func(q url.Values)) string {
		q := u.Query()
		change(q)
		return q.Encode()
	}
	set := func(name string, values ...string) string {
		return changed(func(q url.Values) { q[name] = values })
	}
	for _, c := range []struct{ name, query, want string }{
		{"an unknown client", set("client_id", "nobody"), "stays"},
		{"no client", set("client_id"), "stays"},
		{"another address", set("redirect_uri", back+"/other"), "stays"},
		{"another query", set("redirect_uri", back+"?a=b"), "stays"},
		{"two addresses", set("redirect_uri", back, back), "stays"},
		{"no address", set("redirect_uri"), "stays"},
		{"no response type", set("response_type"), "invalid_request"},
		{"another response type", set("response_type", "token"), "unsupported_response_type"},
		{"no proof", set("code_challenge"), "invalid_request"},
		{"a proof as it is", set("code_challenge_method", "plain"), "invalid_request"},
		{"a proof without a method", set("code_challenge_method"), "invalid_request"},
		{"a short proof", set("code_challenge", "short"), "invalid_request"},
		{"another scope", set("scope", "openid status"), "invalid_scope"},
		{"a parameter twice", set("scope", "openid", "read"), "invalid_request"},
		{"without a page", set("prompt", "none"), "login_required"},
		{"with a page and without", set("prompt", "none login"), "invalid_request"},
		{"a request object", set("request", "e30"), "request_not_supported"},
		{"an address of one", set("request_uri", "https://app.example.org/r"), "request_uri_not_supported"},
		{"in a fragment", set("response_mode", "fragment"), "invalid_request"},
	} {
		w := authorize(p, c.query)
		switch got := told(w); {
		case c.want == "stays" && (w.Code != http.StatusBadRequest || w.Header().Get("Location") != ""):
			t.Errorf("%s: %d %v, expected nobody to be sent anywhere", c.name, w.Code, w.Header())
		case c.want != "stays" && (got.Get("error") != c.want || got.Get("state") != "the state" || got.Get("iss") == ""):
			t.Errorf("%s: %v, expected %s", c.name, got, c.want)
		}
	}

	page := authorize(p, u.RawQuery)
	if w := answer(p, page, url.Values{"decision": {"deny"}}); told(w).Get("error") != "access_denied" {
		t.Errorf("who does not allow it: %d %v", w.Code, w.Header())
	}
	page = authorize(p, u.RawQuery)
	for range 4 {
		if w := answer(p, page, allow("wrong")); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Fatalf("a wrong password: %d %s", w.Code, w.Body)
		}
	}
	if w := answer(p, page, allow("wrong")); told(w).Get("error") != "access_denied" {
		t.Errorf("wrong five times: %d %v", w.Code, w.Header())
	}
	if w := answer(p, page, allow("s3cret of ana")); w.Code != http.StatusBadRequest {
		t.Errorf("right after five times wrong: %d", w.Code)
	}
	page = authorize(p, u.RawQuery)
	elsewhere := httptest.NewRecorder()
	elsewhere.Body = page.Body
	if w := answer(p, elsewhere, allow("s3cret of ana")); w.Code != http.StatusBadRequest {
		t.Errorf("in another browser: %d", w.Code)
	}
	*now = now.Add(11 * time.Minute)
	if w := answer(p, page, allow("s3cret of ana")); w.Code != http.StatusBadRequest {
		t.Errorf("late: %d", w.Code)
	}
}

// What a client without a secret may not, and what a token is for.
func TestPublicClientsAndAudiences(t *testing.T) {
	p, _ := platform(t)
	for path, f := range map[string]url.Values{"/token": {"grant_type": {"client_credentials"}, "client_id": {"page"}}, "/introspection": {"token": {"x"}, "client_id": {"page"}}} {
		if w := post(p, path, "", f); w.Code == http.StatusOK {
			t.Errorf("%s takes a client that proves nothing", path)
		}
	}
	other := token(t, p, "library", identity.ScopeRead)
	if w := read(p, "Bearer "+other, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token for other data is answered with %d", w.Code)
	}
	if w := post(p, "/introspection", "app", url.Values{"token": {other}}); !strings.Contains(w.Body.String(), `"active":true`) {
		t.Errorf("a token for other data is said to be %s", w.Body)
	}
}

// Whoever uses a screen reader, a keyboard or a password manager can sign in, too: the page
// has a language, a title and a heading, each field a label and what it is for, and what is
// wrong is said aloud.
func TestThePageIsForEverybody(t *testing.T) {
	p, _ := platform(t)
	_, config := client(p, "page", "", back)
	u, err := url.Parse(config.AuthCodeURL("the state", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	if err != nil {
		t.Fatal(err)
	}
	first := authorize(p, u.RawQuery)
	for name, page := range map[string]*httptest.ResponseRecorder{"at first": first, "after a wrong password": answer(p, first, allow("wrong"))} {
		root, err := html.Parse(page.Body)
		if err != nil {
			t.Fatal(err)
		}
		count, labels, texts := map[string]int{}, map[string]bool{}, map[string]string{}
		var fields []map[string]string
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			have := map[string]string{}
			for _, a := range n.Attr {
				have[a.Key] = a.Val
			}
			count[n.Data]++
			if n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
				texts[n.Data] = strings.TrimSpace(n.FirstChild.Data)
			}
			switch {
			case n.Data == "html" && have["lang"] == "":
				t.Errorf("%s: the page tells no language", name)
			case n.Data == "label":
				labels[have["for"]] = true
			case n.Data == "input" && have["type"] != "hidden":
				fields = append(fields, have)
			case have["role"] == "alert":
				count["alert"]++
			}
		}
		if count["h1"] != 1 || count["main"] != 1 || texts["title"] == "" || texts["button"] == "" || len(fields) != 2 || count["script"] > 0 {
			t.Errorf("%s: the page has %v and %v", name, count, texts)
		}
		for _, field := range fields {
			if !labels[field["id"]] || field["autocomplete"] == "" || (count["alert"] > 0) != (field["aria-describedby"] != "" && field["aria-invalid"] == "true") {
				t.Errorf("%s: the field %v has no label, or does not say what it is for or what is wrong", name, field)
			}
		}
		if wrong := name != "at first"; wrong != (count["alert"] == 1) || wrong != strings.HasPrefix(texts["title"], "Not signed in") {
			t.Errorf("%s: the page says aloud %d things and is called %q", name, count["alert"], texts["title"])
		}
	}
}
