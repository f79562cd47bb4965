package mim6

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of TLS stand.
const (
	rfc9325 = "RFC 9325, "
	rfc6797 = "RFC 6797, "
	rfc8446 = "RFC 8446, "
)

// soon is how long before its end a certificate is told of.
const soon = 14 * 24 * time.Hour

// handshake is what a check needs that shakes hands itself.
var handshake = []Need{NeedHandshake}

// tlsChecks are of how protected data and the provider are reached by TLS.
func tlsChecks() []Check {
	checks := []Check{
		{
			ID: "mim6.tls.version.current", Title: "Protected data and the provider are reached by TLS, of version 1.2 or 1.3",
			Needs: handshake, Clause: rfc9325 + "3.1.1", Fault: "tls.old-only",
			Body: func(t *T) {
				each(t, probe.AnyVersion, func(endpoint string, h probe.Handshake) {
					t.Holds(nil, h.Version == "TLS 1.2" || h.Version == "TLS 1.3", "the endpoint %s is reached by %s", endpoint, h.Version)
				})
			},
		},
		{
			ID: "mim6.tls.version.old", Title: "Nobody is let in by TLS 1.0 or 1.1",
			Needs: handshake, Clause: rfc9325 + "3.1.1", Fault: "tls.old-too",
			Body: func(t *T) { refuses(t, probe.OldOnly) },
		},
		{
			ID: "mim6.tls.version.newest", Title: "Who offers TLS 1.3 alone is let in",
			Needs: handshake, Clause: "oasc-2026-06-draft/MIM6/R5", Fault: "tls.without-1.3",
			Hint: "The mechanism that the MIM names for this requirement is TLS 1.3.",
			Body: func(t *T) {
				each(t, probe.AnyVersion, func(endpoint string, _ probe.Handshake) {
					h := t.Handshake(endpoint, probe.NewestOnly)
					t.Holds(nil, h.Refused == "", "the endpoint %s refuses TLS 1.3: %s", endpoint, h.Refused)
				})
			},
		},
		{
			ID: "mim6.tls.cipher.weak", Title: "Nobody is let in by the cipher RC4",
			Needs: handshake, Clause: rfc9325 + "4.1", Fault: "tls.weak-cipher",
			Body: func(t *T) { refuses(t, probe.WeakOnly) },
		},
		certificate("trusted", "The certificate leads to an authority that is trusted", "RFC 5280, 6.1", "tls.self-signed",
			"A certificate that signs itself is trusted by those who were given it only; name it by tls.ca in target.yaml if all are.",
			func(t *T, endpoint string, h probe.Handshake, c *x509.Certificate) {
				if h.Untrusted != "" && !bytes.Equal(c.RawIssuer, c.RawSubject) { // whom others trust, nobody knows here
					t.CantTell("the certificate of the endpoint %s leads to no authority that is trusted here (%s): name the authority by tls.ca in target.yaml, or send the certificates between, too", endpoint, h.Untrusted)
				}
				t.Holds(nil, h.Untrusted == "", "nobody vouches for the certificate of the endpoint %s but itself: %s", endpoint, h.Untrusted)
			}),
		certificate("name", "The certificate is for the host that was asked", "RFC 9110, 4.3.4", "tls.other-name", "",
			func(t *T, endpoint string, h probe.Handshake, c *x509.Certificate) {
				err := c.VerifyHostname(h.Name)
				t.Holds(nil, err == nil, "the certificate of the endpoint %s: %v", endpoint, err)
			}),
		certificate("time", "The certificate has begun and not ended", "RFC 5280, 4.1.2.5", "tls.ended", "",
			func(t *T, endpoint string, _ probe.Handshake, c *x509.Certificate) {
				now := t.Now()
				t.Holds(nil, !now.Before(c.NotBefore) && !now.After(c.NotAfter), "the certificate of the endpoint %s is good from %s to %s",
					endpoint, c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339))
				if left := c.NotAfter.Sub(now); left > 0 && left < soon {
					t.Note("The certificate of the endpoint %s ends on %s.", endpoint, c.NotAfter.UTC().Format(time.DateOnly))
				}
			}),
		certificate("key", "An RSA key of a certificate has 2048 bits or more", rfc9325+"4.5", "tls.short-key", "",
			func(t *T, endpoint string, _ probe.Handshake, c *x509.Certificate) {
				if key, is := c.PublicKey.(*rsa.PublicKey); is {
					t.Holds(nil, key.N.BitLen() >= smallestRSA, "the certificate of the endpoint %s has an RSA key of %d bits", endpoint, key.N.BitLen())
				}
			}),
		{
			ID: "mim6.tls.certificate.hash", Title: "No certificate that is sent is signed with SHA-1 or MD5, but for one that signs itself",
			Needs: handshake, Clause: rfc9325 + "4.5", Fault: "tls.sha-1",
			Body: func(t *T) {
				each(t, probe.AnyVersion, func(endpoint string, h probe.Handshake) {
					for i, der := range h.Chain {
						c, err := x509.ParseCertificate(der)
						if err != nil {
							t.CantTell("certificate %d of the endpoint %s can't be read: %v", i+1, endpoint, err)
						}
						root := i > 0 && bytes.Equal(c.RawIssuer, c.RawSubject) // nobody looks at who signed it
						t.Holds(nil, root || !broken(c.SignatureAlgorithm), "certificate %d of the endpoint %s is signed by %s", i+1, endpoint, c.SignatureAlgorithm)
					}
				})
			},
		},
		{
			ID: "mim6.tls.group.common", Title: "Who offers TLS 1.3 with the group secp256r1 alone is let in, where TLS 1.3 is spoken",
			Needs: handshake, Clause: rfc8446 + "9.1", Fault: "tls.own-group",
			Body: func(t *T) {
				each(t, probe.AnyVersion, func(endpoint string, h probe.Handshake) {
					if h.Version != "TLS 1.3" {
						t.Inapplicable("the endpoint %s speaks %s, and the group is one that TLS 1.3 has to have", endpoint, h.Version)
					}
					common := t.Handshake(endpoint, probe.CommonGroup)
					t.Holds(nil, common.Refused == "", "the endpoint %s refuses secp256r1: %s", endpoint, common.Refused)
				})
			},
		},
		{
			ID: "mim6.tls.plain.closed", Title: "Asked by http, the platform gives no data and takes no token: it does not answer, refuses or leads to https",
			Clause: rfc6750 + "5.3; RFC 9325, 3.2", Fault: "tls.plain-too",
			Body: func(t *T) {
				r, none := plain(t)
				if none != nil {
					return // nobody is there, or nobody who speaks HTTP
				}
				t.Holds(r, r.Status >= 300 && r.Status != http.StatusUnauthorized, "the platform answers %d by http", r.Status)
				if to := r.Header.Get("Location"); r.Status < 400 && to != "" {
					u, err := url.Parse(to)
					t.Holds(r, err == nil && (u.Scheme == "https" || u.Scheme == "" && u.Host == ""), "the platform leads from http to %s", to)
				}
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = cryptography
	}
	return checks
}

// broken says whether the hash function of the algorithm is one for which two texts of the
// same hash can be made.
func broken(algorithm x509.SignatureAlgorithm) bool {
	switch algorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// certificate is a check of the platform's certificates.
func certificate(id, title, clause, fault, hint string, judge func(t *T, endpoint string, h probe.Handshake, c *x509.Certificate)) Check {
	return Check{
		ID: "mim6.tls.certificate." + id, Title: title, Needs: handshake, Clause: clause, Fault: fault, Hint: hint,
		Body: func(t *T) {
			each(t, probe.AnyVersion, func(endpoint string, h probe.Handshake) {
				if len(h.Chain) == 0 {
					t.CantTell("the endpoint %s sent no certificate", endpoint)
				}
				c, err := x509.ParseCertificate(h.Chain[0])
				if err != nil {
					t.CantTell("the certificate of the endpoint %s can't be read: %v", endpoint, err)
				}
				judge(t, endpoint, h, c)
			})
		},
	}
}

// each shakes hands with both endpoints, or once where they are at one address, and calls
// judge for each that does.
func each(t *T, offer probe.Offer, judge func(endpoint string, h probe.Handshake)) {
	seen := map[string]bool{}
	for _, endpoint := range []string{probe.Protected, probe.OpenID} {
		u, err := url.Parse(t.Env.Endpoints[endpoint])
		if err != nil {
			t.CantTell("the address of the endpoint %s can't be read", endpoint)
		}
		if u.Scheme != "https" {
			t.Holds(nil, false, "the endpoint %s has the scheme %s: it is not reached by TLS", endpoint, u.Scheme)
			continue
		}
		if seen[u.Host] {
			continue
		}
		seen[u.Host] = true
		h := t.Handshake(endpoint, offer)
		if h.Refused != "" {
			t.CantTell("the endpoint %s shakes no hands: %s", endpoint, h.Refused)
		}
		judge(endpoint, h)
	}
}

// refuses checks that the endpoints refuse an offer, which tells something of those only
// that take another one.
func refuses(t *T, offer probe.Offer) {
	each(t, probe.AnyVersion, func(endpoint string, _ probe.Handshake) {
		h := t.Handshake(endpoint, offer)
		t.Holds(nil, h.Refused != "", "the endpoint %s lets in who offers nothing better than %s with %s", endpoint, h.Version, h.Cipher)
	})
}

// hstsChecks are of hosts that want to be asked by https only.
func hstsChecks() []Check {
	field := func(t *T) (*probe.Response, []string) {
		r := read(t)
		return r, r.Header.Values("Strict-Transport-Security")
	}
	checks := []Check{
		{
			ID: "mim6.hsts.header.there", Title: "Answers by https say that the host is to be asked by https only",
			Clause: rfc6797 + "7.1; RFC 9325, 3.2", Fault: "hsts.missing",
			Body: func(t *T) {
				r, values := field(t)
				t.Holds(r, len(values) > 0, "the answer has no Strict-Transport-Security header")
			},
		},
		{
			ID: "mim6.hsts.header.once", Title: "Strict-Transport-Security is there no more than once",
			Clause: rfc6797 + "7.1", Fault: "hsts.twice",
			Body: func(t *T) {
				r, values := field(t)
				t.MustHold(r, len(values) > 0, "the answer has no Strict-Transport-Security header")
				t.Holds(r, len(values) == 1, "the answer has %d Strict-Transport-Security headers", len(values))
			},
		},
		{
			ID: "mim6.hsts.header.age", Title: "Strict-Transport-Security says once for how many seconds, and not none",
			Clause: rfc6797 + "6.1.1", Fault: "hsts.no-age",
			Body: func(t *T) {
				r, values := field(t)
				t.MustHold(r, len(values) > 0, "the answer has no Strict-Transport-Security header")
				ages := maxAge(values[0])
				t.MustHold(r, len(ages) == 1, "%q has max-age %d times", values[0], len(ages))
				seconds, err := strconv.ParseUint(ages[0], 10, 63)
				t.Holds(r, err == nil && seconds > 0, "max-age is %q: expected a number of seconds above 0", ages[0])
			},
		},
		{
			ID: "mim6.hsts.plain.none", Title: "Answers by http have no Strict-Transport-Security",
			Clause: rfc6797 + "7.2", Fault: "hsts.plain-too",
			Body: func(t *T) {
				r, none := plain(t)
				if none != nil {
					return // no answer has none
				}
				t.Holds(r, len(r.Header.Values("Strict-Transport-Security")) == 0, "the answer by http has Strict-Transport-Security")
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = cryptography
	}
	return checks
}

var ageForm = regexp.MustCompile(`(?i)^max-age\s*=\s*"?([^"]*)"?$`)

// maxAge are the values of the directive max-age (RFC 6797, 6.1).
func maxAge(value string) []string {
	var ages []string
	for directive := range strings.SplitSeq(value, ";") {
		if m := ageForm.FindStringSubmatch(strings.TrimSpace(directive)); m != nil {
			ages = append(ages, m[1])
		}
	}
	return ages
}

// plain asks for protected data by http. What does not answer can't be told from what
// refuses, so that it has to answer by https.
func plain(t *T) (*probe.Response, *probe.Unjudgeable) {
	if r := read(t); r.Status >= 500 {
		t.CantTell("the platform answers %d by https", r.Status)
	}
	r, none := t.Attempt(http.MethodGet, "", Plain(), At(probe.Protected), AnyMedia(), KeepRedirects(), refusals)
	if none != nil && !none.NoHTTP() {
		t.CantTell("asked by http: %s", none.Reason)
	}
	return r, none
}
