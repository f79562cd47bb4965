package probe_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"html"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
)

// secret has characters that each encoding treats in its own way.
const secret = `s3cret/+="<é>&%`

// forms are ways in which a platform could tell the secret back.
func forms(s string) []string {
	quoted, _ := json.Marshal(s)
	return []string{s, url.QueryEscape(s), strings.ToLower(url.QueryEscape(s)), url.PathEscape(s), string(quoted[1 : len(quoted)-1]),
		fmt.Sprintf("%q", s), html.EscapeString(s), `s3cret\/+="&#60;\u00E9>&amp;%25`,
		base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
		base64.StdEncoding.EncodeToString([]byte("me:" + s)), base64.URLEncoding.EncodeToString([]byte("user:" + s + ":more")),
		url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("abcd:" + s)))}
}

// everything is all that a session tells about its exchanges, as text.
func everything(t *testing.T, s *probe.Session, checks ...string) string {
	t.Helper()
	var out strings.Builder
	for _, check := range checks {
		for _, x := range s.Client(check).Exchanges() {
			fmt.Fprintf(&out, "%+v\n%s\n", x, s.Curl(x))
			for _, body := range []string{x.Request.Body.SHA256} {
				b, _ := s.Blobs().Get(body)
				out.Write(b)
			}
			if x.Response != nil {
				fmt.Fprintf(&out, "%+v\n", *x.Response)
				b, _ := s.Blobs().Get(x.Response.Body.SHA256)
				out.Write(b)
			}
			if x.Failure != nil {
				fmt.Fprintf(&out, "%+v\n", *x.Failure)
			}
		}
	}
	return out.String()
}

func lacksSecret(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range forms(secret) {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("%s tells the secret: …%s…", what, text[max(0, i-60):min(len(text), i+60)])
		}
	}
	if strings.Contains(text, "s3cret") {
		t.Errorf("%s tells part of the secret: %s", what, text)
	}
}

func TestSecretsStayOutOfRecords(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*target.Target)
		sent func(r *http.Request) bool
		name string
	}{
		"bearer": {func(w *target.Target) { w.Auth.Bearer = secret },
			func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+secret }, "${MIMCHECK_BEARER}"},
		"key in a header": {func(w *target.Target) { w.Auth.APIKey.Header, w.Auth.APIKey.Value = "X-Key", secret },
			func(r *http.Request) bool { return r.Header.Get("X-Key") == secret }, "${MIMCHECK_API_KEY}"},
		"key in the query": {func(w *target.Target) { w.Auth.APIKey.Query, w.Auth.APIKey.Value = "k", secret },
			func(r *http.Request) bool { return r.URL.Query().Get("k") == secret }, "${MIMCHECK_API_KEY}"},
		"basic": {func(w *target.Target) { w.Auth.Basic.User, w.Auth.Basic.Password = "me", secret },
			func(r *http.Request) bool { u, p, _ := r.BasicAuth(); return u == "me" && p == secret }, "${MIMCHECK_BASIC}"},
		"own header": {func(w *target.Target) {
			w.Header, w.SecretHeaders = map[string]string{"X-Pass-Word": secret}, []string{"X-Pass-Word"}
		}, func(r *http.Request) bool { return r.Header.Get("X-Pass-Word") == secret }, "${MIMCHECK_HEADER_X_PASS_WORD}"},
	} {
		t.Run(name, func(t *testing.T) {
			var authorised atomic.Int64
			s := open(t, func(w http.ResponseWriter, r *http.Request) {
				if c.sent(r) {
					authorised.Add(1)
				}
				switch r.URL.Path {
				case "/ngsi-ld/v1/redirect":
					w.Header().Set("Location", "/ngsi-ld/v1/entities?"+r.URL.RawQuery+"&access_token="+url.QueryEscape(secret)+"#"+url.QueryEscape(secret))
					w.WriteHeader(http.StatusFound)
					return
				case "/ngsi-ld/v1/away":
					w.Header().Set("Location", "https://me:"+url.PathEscape(secret)+"@elsewhere.example/?k="+url.QueryEscape(secret))
					w.WriteHeader(http.StatusFound)
					return
				case "/ngsi-ld/v1/denied":
					answerJSON(w, 401, fmt.Sprintf(`{"detail":%q}`, secret))
					return
				case "/ngsi-ld/v1/cut":
					w.Header().Set("Content-Length", "1000")
				}
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Set-Cookie", "session="+base64.StdEncoding.EncodeToString([]byte("s3cret"))+"; Path=/")
				w.Header().Set("X-Echo", fmt.Sprint(r.Header))
				for _, form := range forms(secret) {
					_, _ = fmt.Fprintln(w, form)
				}
			}, func(where *target.Target, _ *probe.Options) { c.set(where) })
			for _, r := range []probe.Request{
				{Method: "GET", Path: "/entities", Query: url.Values{"q": {secret}}, Header: http.Header{"X-Own": {secret}}},
				{Method: "POST", Path: "/entities", Body: []byte(`{"id":"urn:` + token + `","a":"` + strings.Join(forms(secret), " ") + `"}`)},
				{Method: "GET", Path: "/redirect"},
				{Method: "GET", Path: "/away"},
				{Method: "GET", Path: "/denied"},
				{Method: "GET", Path: "/cut"},
				{Method: "DELETE", Path: "/entities/" + url.PathEscape(secret)},
			} {
				got, err := do(s, r)
				if err != nil {
					lacksSecret(t, "the error", err.Error())
				} else {
					lacksSecret(t, "the curl line", got.Curl)
				}
			}
			if authorised.Load() < 7 {
				t.Errorf("%d requests came with the secret, want all", authorised.Load())
			}
			told := everything(t, s, "mim1.test")
			lacksSecret(t, "the record", told)
			if !strings.Contains(told, `"`+c.name+`"`) {
				t.Errorf("no curl line has the variable %s:\n%s", c.name, told)
			}
			lacksSecret(t, "Redact", s.Redact(strings.Join(forms(secret), " ")))
		})
	}
}

func TestChecksSeeWhatThePlatformSaid(t *testing.T) {
	// A password that is an everyday word must not change what is judged.
	s := open(t, as("application/json", 200, `{"type":"test"}`), func(where *target.Target, _ *probe.Options) { where.Auth.Bearer = "test" })
	got, err := do(s, get("/entities"))
	if err != nil || string(got.Body) != `{"type":"test"}` {
		t.Errorf("got %q, %v", got.Body, err)
	}
}

func TestACheckCanLeaveCredentialsOut(t *testing.T) {
	var seen []string
	s := open(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		answerJSON(w, 401, `{}`)
	}, func(where *target.Target, _ *probe.Options) { where.Auth.Bearer = secret })
	r := get("/entities")
	r.Expects = []int{401}
	r.Header = http.Header{"Authorization": nil}
	if _, err := do(s, r); err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"authorization": {"Bearer wrong"}}
	if _, err := do(s, r); err != nil {
		t.Fatal(err)
	}
	if seen[0] != "" || seen[1] != "Bearer wrong" {
		t.Errorf("the platform saw %q", seen)
	}
	if told := everything(t, s, "mim1.test"); strings.Contains(told, "Bearer wrong") {
		t.Errorf("credentials of a check are recorded: %s", told)
	}
}

func TestOAuth2(t *testing.T) {
	var tokens atomic.Int64
	login := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		user, _ = url.QueryUnescape(user)
		password, _ = url.QueryUnescape(password)
		if user != "mimcheck" || password != secret || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "read write" {
			answerJSON(w, 401, fmt.Sprintf(`{"error":"invalid_client","error_description":%q}`, secret))
			return
		}
		tokens.Add(1)
		answerJSON(w, 200, `{"access_token":"token-s3cret","token_type":"bearer","expires_in":3600}`)
	})
	oauth := func(where *target.Target, _ *probe.Options) {
		o := &where.Auth.OAuth2
		o.TokenURL, o.ClientID, o.ClientSecret, o.Scopes = login, "mimcheck", secret, []string{"read", "write"}
	}
	platform := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token-s3cret" {
			answerJSON(w, 401, `{}`)
			return
		}
		answerJSON(w, 200, `{"echo":"token-s3cret"}`)
	}
	s := open(t, platform, oauth)
	for range 3 {
		got, err := do(s, get("/entities"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got.Curl, `'Authorization: Bearer '"${MIMCHECK_BEARER}"`) {
			t.Errorf("curl line: %s", got.Curl)
		}
	}
	if tokens.Load() != 1 || s.Requests() != 3 {
		t.Errorf("%d tokens were fetched for %d requests, want 1 for 3", tokens.Load(), s.Requests())
	}
	lacksSecret(t, "the record", everything(t, s, "mim1.test"))

	s = open(t, platform, func(where *target.Target, o *probe.Options) {
		oauth(where, o)
		where.Auth.OAuth2.ClientID = "stranger"
	})
	got, err := do(s, get("/entities"))
	judged(t, got, err, evidence.Denied, "no access token could be had")
	lacksSecret(t, "the error", err.Error())

	s = open(t, platform, func(where *target.Target, o *probe.Options) {
		oauth(where, o)
		where.Auth.OAuth2.TokenURL = "http://127.0.0.1:1/token"
	})
	got, err = do(s, get("/entities"))
	judged(t, got, err, evidence.Refused, "no access token could be had")

	s = open(t, platform, func(where *target.Target, o *probe.Options) {
		oauth(where, o)
		where.Auth.OAuth2.TokenURL = serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, login, http.StatusTemporaryRedirect) })
	})
	got, err = do(s, get("/entities"))
	judged(t, got, err, evidence.Denied, "redirects")
	if tokens.Load() != 1 {
		t.Error("the client secret was sent on to where the token endpoint redirects")
	}
}

// certificate makes a self-signed certificate and writes it and its key as PEM.
func certificate(t *testing.T, dir string) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mimcheck test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return certFile, keyFile, pool
}

func TestMutualTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile, pool := certificate(t, dir)
	server := httptest.NewUnstartedServer(as("application/json", 200, `[]`))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}

	with := openURL(t, server.URL, func(where *target.Target, _ *probe.Options) {
		where.TLS = target.TLS{CertFile: certFile, KeyFile: keyFile, CAFile: ca, ServerName: "example.com"}
	})
	got, err := do(with, get("/entities"))
	judged(t, got, err, "", "")
	if err == nil && (!strings.Contains(got.Curl, `--cert "${MIMCHECK_TLS_CERT}" --key "${MIMCHECK_TLS_KEY}"`) || strings.Contains(got.Curl, dir)) {
		t.Errorf("curl line: %s", got.Curl)
	}

	without := openURL(t, server.URL, func(where *target.Target, _ *probe.Options) { where.TLS = target.TLS{CAFile: ca} })
	got, err = do(without, get("/entities"))
	judged(t, got, err, evidence.TLS, "secure connection")

	stranger := openURL(t, server.URL, func(where *target.Target, _ *probe.Options) {
		where.TLS = target.TLS{CertFile: certFile, KeyFile: keyFile, CAFile: ca, ServerName: "elsewhere.invalid"}
	})
	got, err = do(stranger, get("/entities"))
	judged(t, got, err, evidence.TLS, "not trusted")

	for name, files := range map[string]target.TLS{
		"a key that is none":      {CertFile: certFile, KeyFile: certFile},
		"a certificate not there": {CertFile: filepath.Join(dir, "no"), KeyFile: keyFile},
		"authorities not there":   {CAFile: filepath.Join(dir, "no")},
		"authorities without any": {CAFile: keyFile},
	} {
		where, _ := target.FromURL(server.URL)
		where.TLS = files
		if _, err := probe.Open(t.Context(), where, probe.Options{}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
