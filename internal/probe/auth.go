package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
)

// credentials adds what opens the target to requests.
type credentials struct {
	auth   target.Auth
	tokens oauth2.TokenSource // nil without OAuth 2
	redact *redactor
}

func newCredentials(ctx context.Context, a target.Auth, wire http.RoundTripper, l Limits, r *redactor) *credentials {
	c := &credentials{auth: a, redact: r}
	if a.OAuth2.TokenURL != "" {
		client := &http.Client{Transport: limited{wire, l.Body}, Timeout: l.Request,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return errors.New("the token endpoint redirects: give the address that it redirects to as tokenUrl")
			}}
		config := clientcredentials.Config{ClientID: a.OAuth2.ClientID, ClientSecret: a.OAuth2.ClientSecret,
			TokenURL: a.OAuth2.TokenURL, Scopes: a.OAuth2.Scopes}
		c.tokens = config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client))
	}
	return c
}

// header sets the credentials that go into header fields. With OAuth 2 it gets a
// token first, if there is none that is still valid.
func (c *credentials) header(h http.Header) *evidence.Failure {
	switch {
	case c.auth.Bearer != "":
		h.Set("Authorization", "Bearer "+c.auth.Bearer)
	case c.auth.APIKey.Header != "":
		h.Set(c.auth.APIKey.Header, c.auth.APIKey.Value)
	case c.auth.Basic.User != "" || c.auth.Basic.Password != "":
		h.Set("Authorization", "Basic "+basicValue(c.auth.Basic.User, c.auth.Basic.Password))
	case c.tokens != nil:
		token, err := c.tokens.Token()
		if err != nil {
			return c.noToken(err)
		}
		c.redact.add(token.AccessToken, varBearer)
		c.redact.add(token.RefreshToken, varHidden)
		token.SetAuthHeader(&http.Request{Header: h})
	}
	return nil
}

func (c *credentials) noToken(err error) *evidence.Failure {
	class := evidence.Denied
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) {
		if f := c.redact.transportFailure(err); f.Class != evidence.Other {
			class = f.Class
		}
	}
	return &evidence.Failure{Class: class, Reason: fmt.Sprintf(
		"no access token could be had from %s (%s): check the target's auth.oauth2", c.redact.url(c.auth.OAuth2.TokenURL), c.redact.clip(err.Error()))}
}

// query adds an API key that goes into the URL, unless it is there.
func (c *credentials) query(u *url.URL) {
	name := c.auth.APIKey.Query
	if name == "" || u.Query().Has(name) {
		return
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += url.QueryEscape(name) + "=" + url.QueryEscape(c.auth.APIKey.Value)
}

// limited bounds the bodies of answers that are not the platform's.
type limited struct {
	http.RoundTripper
	bytes int64
}

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, l.bytes)
	}
	return res, err
}

// newWire makes the transport below everything: connections, TLS and their limits.
func newWire(t *target.Target, l Limits) (*http.Transport, error) {
	config, err := tlsConfig(t.TLS)
	if err != nil {
		return nil, err
	}
	pool := orDefault(t.Polite.Concurrency, standardConcurrency)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: l.Connect}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    l.Connect,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // evidence shows the header as it came; body.go decodes
		MaxIdleConns:           4 * pool,
		MaxIdleConnsPerHost:    pool + 1,
		MaxResponseHeaderBytes: l.Header,
	}, nil
}

func tlsConfig(t target.TLS) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CertFile != "" || t.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("the client certificate %s with key %s can't be used: %w: check tls.cert and tls.key", t.CertFile, t.KeyFile, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.ca can't be read: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca %s holds no certificate in PEM form", t.CAFile)
		}
		config.RootCAs = pool
	}
	if len(t.Authorities) > 0 {
		if config.RootCAs == nil {
			config.RootCAs = x509.NewCertPool() // nobody else vouches for a platform of mimcheck
		}
		if !config.RootCAs.AppendCertsFromPEM(t.Authorities) {
			return nil, errors.New("the authorities of the target are no certificates in PEM form")
		}
	}
	return config, nil
}
