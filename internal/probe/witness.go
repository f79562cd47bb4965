package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
)

// Offer is what a client offers in a handshake.
type Offer string

// The offers.
const (
	AnyVersion Offer = "any"    // TLS 1.0 to 1.3: the platform chooses
	OldOnly    Offer = "old"    // TLS 1.0 and 1.1
	NewestOnly Offer = "newest" // TLS 1.3
	WeakOnly   Offer = "weak"   // TLS 1.2 with ciphers that must not be used (RFC 9325, 4.1)
	// CommonGroup is TLS 1.3 with the one group that all have to have (RFC 8446, 9.1).
	CommonGroup Offer = "commonGroup"
)

// Handshake is how a handshake went.
type Handshake = evidence.Handshake

// Witness sees for a check what a record of exchanges cannot show.
type Witness interface {
	// Verified says whether the token, a JWT, was signed by one of the keys, a JWK set. Its
	// signature is in no record. An error says why nobody can tell.
	Verified(token string, keys []byte) (bool, error)
	// Hashed says whether the ID token holds the hash of the access token, in at_hash
	// (OpenID Connect Core 1.0, 3.1.3.6). An error says why nobody can tell.
	Hashed(idToken, accessToken string) (bool, error)
	// Handshake shakes hands with an endpoint by TLS, whatever its certificate, and tells
	// how it went. An error says why nobody can tell.
	Handshake(ctx context.Context, endpoint string, offer Offer) (Handshake, error)
}

// Witness is that of a check: what it does is recorded.
func (s *Session) Witness(check string) Witness { return witness{s, s.client(check).tape} }

type witness struct {
	s    *Session
	tape *tape
}

func shakenKey(endpoint string, offer Offer) string { return endpoint + " " + string(offer) }

func (w witness) Handshake(ctx context.Context, endpoint string, offer Offer) (evidence.Handshake, error) {
	made, failed := w.s.handshake(ctx, endpoint, offer)
	e := evidence.Event{Kind: evidence.Shaken, Key: shakenKey(endpoint, offer)}
	if failed != nil {
		e.Reason = w.s.redact.text(failed.Reason)
		w.tape.add(e)
		return evidence.Handshake{}, errors.New(e.Reason)
	}
	e.Handshake = &made
	w.tape.add(e)
	return made, nil
}

func (s *Session) handshake(ctx context.Context, endpoint string, offer Offer) (evidence.Handshake, *evidence.Failure) {
	var made evidence.Handshake
	base := s.bases[endpoint]
	if base == nil || base.Scheme != "https" {
		return made, &evidence.Failure{Class: evidence.Other, Reason: fmt.Sprintf("the target has no endpoint %s with an https URL", endpoint)}
	}
	if proxy, err := s.wire.Proxy(&http.Request{URL: base}); err != nil || proxy != nil {
		return made, &evidence.Failure{Class: evidence.Other, Reason: fmt.Sprintf("a proxy of this machine stands before the endpoint %s, so that nobody can tell how the platform shakes hands", endpoint)}
	}
	made = evidence.Handshake{Address: net.JoinHostPort(base.Hostname(), port(base)), Name: nameOf(base, s.wire.TLSClientConfig), Offer: string(offer)}
	leave, err := s.pace.enter(ctx)
	if err != nil {
		return made, s.failure(ctx, err)
	}
	defer leave()
	ctx, stop := context.WithTimeoutCause(ctx, s.opts.Limits.Request, errTime)
	defer stop()
	plain, err := s.wire.DialContext(ctx, "tcp", made.Address)
	if err != nil {
		return made, s.failure(ctx, err)
	}
	defer plain.Close() //nolint:errcheck // all that matters was read
	conn := tls.Client(plain, s.offering(offer, made.Name))
	switch err := conn.HandshakeContext(ctx); {
	case err == nil:
		s.shaken(conn.ConnectionState(), &made)
	case ctx.Err() != nil:
		return made, s.failure(ctx, err)
	default:
		made.Refused = s.refusal(err)
	}
	return made, nil
}

// nameOf is the name that the certificate has to be for.
func nameOf(base *url.URL, config *tls.Config) string {
	if config.ServerName != "" {
		return config.ServerName
	}
	return base.Hostname()
}

// offering is the client's side of a handshake.
func (s *Session) offering(offer Offer, name string) *tls.Config {
	c := s.wire.TLSClientConfig.Clone()
	c.ServerName, c.InsecureSkipVerify = name, true //nolint:gosec // what is wrong with a certificate is to be seen
	c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS13
	suites := append(tls.CipherSuites(), tls.InsecureCipherSuites()...)
	switch offer {
	case OldOnly:
		c.MaxVersion = tls.VersionTLS11
	case NewestOnly:
		c.MinVersion = tls.VersionTLS13
	case CommonGroup:
		c.MinVersion, c.CurvePreferences = tls.VersionTLS13, []tls.CurveID{tls.CurveP256}
	case WeakOnly:
		c.MinVersion, c.MaxVersion, suites = tls.VersionTLS12, tls.VersionTLS12, nil
		c.CipherSuites = []uint16{tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
	}
	for _, suite := range suites {
		c.CipherSuites = append(c.CipherSuites, suite.ID)
	}
	return c
}

// shaken notes how the handshake went.
func (s *Session) shaken(state tls.ConnectionState, made *evidence.Handshake) {
	made.Version, made.Cipher = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
	between := x509.NewCertPool()
	for i, c := range state.PeerCertificates {
		made.Chain = append(made.Chain, c.Raw)
		if i > 0 {
			between.AddCert(c)
		}
	}
	leaf := state.PeerCertificates[0] // a server has to send one, or the handshake fails
	at := time.Now()
	if at.Before(leaf.NotBefore) || at.After(leaf.NotAfter) {
		at = leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: s.wire.TLSClientConfig.RootCAs, Intermediates: between, CurrentTime: at}); err != nil {
		made.Untrusted = s.redact.clip(err.Error())
	}
}

// refusal is why a platform that is there did not shake hands, in words that are the same
// for the same reason.
func (s *Session) refusal(err error) string {
	var alert tls.AlertError
	switch {
	case errors.As(err, &alert):
		return alert.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the connection was closed"
	}
	return s.redact.clip(err.Error())
}
