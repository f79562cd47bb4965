package mim6_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/reference/identity"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim6"
)

type object = map[string]any

// inObject edits the JSON objects that a path answers with.
func inObject(path string, edit func(o object)) faults.Fault {
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, path) }, Answer: func(_ *http.Request, a *faults.Answer) {
		var o object
		if json.Unmarshal(a.Body, &o) != nil {
			return
		}
		edit(o)
		a.Body, _ = json.Marshal(o)
	}}
}

// answering edits the answers of a path with the status.
func answering(path string, status int, edit func(r *http.Request, a *faults.Answer)) faults.Fault {
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, path) }, Answer: func(r *http.Request, a *faults.Answer) {
		if a.Status == status {
			edit(r, a)
		}
	}}
}

// nameFirst asks for name and password on two pages.
func nameFirst() faults.Fault {
	password := regexp.MustCompile(`(?s)<p><label for="password">.*?</p>`)
	name := regexp.MustCompile(`(?s)<p><label for="username">.*?</p>`)
	hidden := regexp.MustCompile(`name="request" value="([^"]+)"`)
	pages := map[string]string{}
	var mu sync.Mutex
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, identity.Base) }, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		f, err := url.ParseQuery(string(faults.ReadBody(r)))
		if err == nil && strings.HasSuffix(r.URL.Path, "/sign-in") && !f.Has("password") {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(name.ReplaceAllString(pages[f.Get("request")], `<input type="hidden" name="username" value="`+f.Get("username")+`">`)))
			return
		}
		a := faults.Record(next, r)
		if id := hidden.FindStringSubmatch(string(a.Body)); id != nil {
			pages[id[1]] = string(a.Body)
			a.Body = []byte(password.ReplaceAllString(string(a.Body), ""))
		}
		a.WriteTo(w)
	}}
}

// What the standards leave to a platform fails no check.
func TestLiberties(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	const metadata = identity.Base + "/.well-known/openid-configuration"
	for _, c := range []struct {
		name  string
		fault faults.Fault
	}{
		{"an issuer with a slash at its end", faults.Fault{Name: "liberty", On: func(*http.Request) bool { return true }, Answer: func(r *http.Request, a *faults.Answer) {
			var o object
			if json.Unmarshal(a.Body, &o) != nil {
				return
			}
			if token, is := o["access_token"].(string); is { // it names the same issuer
				parts := strings.Split(token, ".")
				said, _ := base64.RawURLEncoding.DecodeString(parts[1])
				parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(said), identity.Base+`"`, identity.Base+`/"`, 1)))
				o["access_token"] = strings.Join(parts, ".")
			}
			if strings.Contains(r.URL.Path, "/.well-known/") {
				o["issuer"] = o["issuer"].(string) + "/"
			}
			a.Body, _ = json.Marshal(o)
		}}},
		{"nothing that is optional", inObject(metadata, func(o object) {
			for _, member := range []string{"userinfo_endpoint", "introspection_endpoint", "revocation_endpoint", "scopes_supported", "grant_types_supported", "token_endpoint_auth_methods_supported",
				"introspection_endpoint_auth_methods_supported", "revocation_endpoint_auth_methods_supported", "code_challenge_methods_supported"} {
				delete(o, member)
			}
		})},
		{"metadata by OpenID Connect alone", faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/.well-known/") },
			Answer: func(_ *http.Request, a *faults.Answer) {
				a.Status, a.Body = http.StatusNotFound, []byte("<html>not found</html>")
			}}},
		{"opaque tokens", faults.Fault{Name: "liberty", On: func(*http.Request) bool { return true }, Request: func(r *http.Request) {
			if token, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); is {
				r.Header.Set("Authorization", "Bearer "+strings.ReplaceAll(token, "~", "."))
			}
			if body := faults.ReadBody(r); strings.Contains(string(body), "token=") {
				faults.SetBody(r, []byte(strings.ReplaceAll(string(body), "~", ".")))
			}
		}, Answer: inObject("", func(o object) {
			if s, is := o["access_token"].(string); is {
				o["access_token"] = strings.ReplaceAll(s, ".", "~")
			}
		}).Answer}},
		{"tokens without lifetime and scope", inObject(identity.Base+"/token", func(o object) {
			delete(o, "expires_in")
		})},
		{"introspection of the audience's tokens only", inObject(identity.Base+"/introspection", func(o object) {
			if o["active"] == true {
				for name := range o {
					delete(o, name)
				}
				o["active"] = false
			}
		})},
		{"access tokens cannot be revoked", faults.Fault{Name: "liberty", On: func(r *http.Request) bool {
			return r.URL.Path == identity.Base+"/revocation" && strings.Contains(string(faults.ReadBody(r)), ".")
		}, Answer: func(_ *http.Request, a *faults.Answer) {
			if a.Status == http.StatusOK {
				a.Status, a.Body = http.StatusBadRequest, []byte(`{"error":"unsupported_token_type"}`)
			}
		}}},
		{"refusals without a reason", answering(identity.Protected, http.StatusUnauthorized, func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("WWW-Authenticate", `Basic realm="x", Bearer`)
			a.Body = nil
		})},
		{"a page to sign in at beside the challenge", answering(identity.Protected, http.StatusUnauthorized, func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Type", "text/html")
			a.Body = []byte("<!DOCTYPE html><title>Sign in</title>")
		})},
		{"unknown scopes are left out, and that is told", faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return r.URL.Path == identity.Base+"/token" }, Request: func(r *http.Request) {
			body := string(faults.ReadBody(r))
			if at := strings.Index(body, "&scope=scope"); at >= 0 {
				faults.SetBody(r, []byte(body[:at]))
			}
		}}},
		{"keys without use and alg", inObject(identity.Base+"/keys", func(o object) {
			var kept []any
			for _, k := range o["keys"].([]any) {
				if k := k.(object); k["use"] == "sig" {
					delete(k, "use")
					delete(k, "alg")
					kept = append(kept, k)
				}
			}
			o["keys"] = kept
		})},
		{"one framing header is enough", faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return r.URL.Path == identity.Base+"/authorization" }, Answer: func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Security-Policy", "default-src 'self', Frame-Ancestors https://city.example.org")
			a.Header.Del("X-Frame-Options")
		}}},
		{"the way to the page leads over another", faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return r.URL.Path == identity.Base+"/authorization" }, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodGet && !r.URL.Query().Has("again") {
				http.SetCookie(w, &http.Cookie{Name: "begun", Value: "yes"})
				w.Header().Set("Location", "authorization?"+r.URL.RawQuery+"&again=1")
				w.WriteHeader(http.StatusFound)
				return
			}
			if _, err := r.Cookie("begun"); r.Method == http.MethodGet && err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			next.ServeHTTP(w, r)
		}}},
		{"no refresh tokens, and refreshing gives no ID token", inObject(identity.Base+"/token", func(o object) { delete(o, "refresh_token") })},
		{"refreshing gives no ID token", faults.Fault{Name: "liberty", On: func(r *http.Request) bool {
			return r.URL.Path == identity.Base+"/token" && strings.Contains(string(faults.ReadBody(r)), "grant_type=refresh_token")
		}, Answer: inObject("", func(o object) { delete(o, "id_token") }).Answer}},
		{"codes are led back with by 302", answering(identity.Base+"/sign-in", http.StatusSeeOther, func(_ *http.Request, a *faults.Answer) { a.Status = http.StatusFound })},
		{"the issuer is not named in answers", faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, identity.Base) }, Answer: func(r *http.Request, a *faults.Answer) {
			inObject(metadata, func(o object) { delete(o, "authorization_response_iss_parameter_supported") }).Answer(r, a)
			before, query, found := strings.Cut(a.Header.Get("Location"), "?")
			if q, err := url.ParseQuery(query); err == nil && found {
				q.Del("iss")
				a.Header.Set("Location", before+"?"+q.Encode())
			}
		}}},
		{"a code without a challenge, which no verifier opens", faults.Fault{Name: "liberty", On: func(r *http.Request) bool {
			return r.URL.Path == identity.Base+"/authorization" && !r.URL.Query().Has("code_challenge")
		}, Request: func(r *http.Request) {
			q := r.URL.Query()
			q.Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
			q.Set("code_challenge_method", "S256")
			r.URL.RawQuery = q.Encode()
		}}},
		{"the page asks for the name first", nameFirst()},
		{"the data of other tenants are hidden", answering(identity.Protected, http.StatusForbidden, func(_ *http.Request, a *faults.Answer) {
			if !strings.Contains(a.Header.Get("WWW-Authenticate"), "scope=") {
				*a = faults.Answer{Status: http.StatusNotFound, Header: http.Header{}}
			}
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, c.fault)
			for _, check := range mim6.Checks() {
				r := judgetest.Run(t, check, 1, platform)
				// What is changed on its way nobody signed, and nobody hashed.
				changed := strings.HasPrefix(c.name, "an issuer") && (strings.HasPrefix(check.ID, "mim6.protected") || strings.HasSuffix(check.ID, ".issuer") || strings.HasPrefix(check.ID, "mim6.idToken") ||
					check.ID == "mim6.token.jwt.signature" || strings.HasPrefix(check.ID, "mim6.code.userinfo.")) ||
					c.name == "opaque tokens" && check.ID == "mim6.idToken.hash.token"
				if r.Outcome == reports.Failed && !changed {
					t.Errorf("%s: %s", check.ID, r.Reason)
				}
			}
		})
	}
}

// What nobody can tell is no fault of the platform.
func TestWhatNobodyCanTell(t *testing.T) {
	platform := judgetest.City(t)
	reader := platform.Clients["reader"]
	reader.Secret = "another-one"
	platform.Clients["reader"] = reader
	for _, check := range mim6.Checks() {
		if strings.Contains(check.ID, ".anonymous.leak") || strings.HasPrefix(check.ID, "mim6.token.answer") || strings.HasPrefix(check.ID, "mim6.token.jwt") || check.ID == "mim6.protected.token.expired" || check.ID == "mim6.protected.token.opens" {
			if r := judgetest.Run(t, check, 1, platform); r.Outcome != reports.CantTell {
				t.Errorf("%s with a wrong secret in target.yaml ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// An authority that the harness was not told of may be one that all who matter trust.
func TestAnAuthorityThatNobodyKnows(t *testing.T) {
	platform := judgetest.City(t)
	platform.TLS.Authorities = nil
	for _, check := range mim6.Checks() {
		if check.ID == "mim6.tls.certificate.trusted" {
			if r := judgetest.Run(t, check, 1, platform); r.Outcome != reports.CantTell {
				t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
			}
		}
	}
}
