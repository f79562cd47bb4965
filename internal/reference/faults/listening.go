package faults

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/reference/identity"
	"github.com/oasc/mimcheck/internal/reference/secure"
)

// Listening are the changes that faults make to how the platform listens by TLS.
func Listening(active ...Fault) []func(*secure.Settings) {
	var changes []func(*secure.Settings)
	for _, f := range active {
		if f.Listening != nil {
			changes = append(changes, f.Listening)
		}
	}
	return changes
}

// transport is the faults of TLS, and of what hosts say of it.
func transport() []Fault {
	listening := func(name, summary string, change func(s *secure.Settings)) Fault {
		return Fault{Name: "tls." + name, Summary: summary, Listening: change}
	}
	plain := func(s *secure.Settings) { s.Plain = true }
	answers := Match(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, identity.Protected+"/") })
	const field = "Strict-Transport-Security"
	return []Fault{
		listening("old-only", "TLS is of version 1.0 or 1.1.", func(s *secure.Settings) {
			s.Config.MinVersion, s.Config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		}),
		listening("old-too", "TLS 1.0 and 1.1 do as well.", func(s *secure.Settings) { s.Config.MinVersion = tls.VersionTLS10 }),
		listening("without-1.3", "TLS is of version 1.2.", func(s *secure.Settings) { s.Config.MaxVersion = tls.VersionTLS12 }),
		listening("weak-cipher", "The cipher RC4 does as well.", func(s *secure.Settings) {
			for _, suite := range tls.CipherSuites() {
				s.Config.CipherSuites = append(s.Config.CipherSuites, suite.ID)
			}
			s.Config.CipherSuites = append(s.Config.CipherSuites, tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA)
		}),
		listening("self-signed", "Nobody but the platform itself vouches for its certificate.", func(s *secure.Settings) { s.SelfSigned = true }),
		listening("other-name", "The certificate is for another host.", func(s *secure.Settings) {
			s.Certificate.IPAddresses, s.Certificate.DNSNames = []net.IP{net.IPv4(192, 0, 2, 1)}, []string{"other.example.org"}
		}),
		listening("ended", "The certificate has ended.", func(s *secure.Settings) { s.Certificate.NotAfter = s.Certificate.NotBefore.Add(time.Minute) }),
		listening("short-key", "The certificate has an RSA key of 1024 bits.", func(s *secure.Settings) {
			if key, err := rsa.GenerateKey(rand.Reader, 1024); err == nil { //nolint:gosec // that is the fault
				s.Key = key
			}
		}),
		listening("sha-1", "The authority signs certificates with SHA-1.", func(s *secure.Settings) { s.Certificate.SignatureAlgorithm = x509.ECDSAWithSHA1 }),
		listening("own-group", "Of the groups for keys, X25519 is the only one.", func(s *secure.Settings) { s.Config.CurvePreferences = []tls.CurveID{tls.X25519} }),
		listening("plain-too", "What is there by https is there by http, too.", plain),
		{Name: "hsts.missing", Summary: "Nobody is told to come by https only.", On: answers, Answer: DropHeader(field)},
		{Name: "hsts.twice", Summary: "It is said twice to come by https only.", On: answers, Answer: func(_ *http.Request, a *Answer) { a.Header.Add(field, "max-age=60") }},
		{Name: "hsts.no-age", Summary: "It is not said for how long to come by https only.", On: answers, Answer: func(_ *http.Request, a *Answer) { a.Header.Set(field, "includeSubDomains") }},
		{Name: "hsts.plain-too", Summary: "Who comes by http is sent on to https, and is told there already to come no other way.", On: answers, Listening: plain, Answer: func(r *http.Request, a *Answer) {
			if r.TLS == nil {
				*a = Answer{Status: http.StatusPermanentRedirect, Header: http.Header{"Location": {"https://" + r.Host + r.URL.RequestURI()}, field: {"max-age=31536000"}}}
			}
		}},
	}
}
