package probe

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/evidence"
)

// formType is the media type of requests for tokens (RFC 6749, 3.2).
const formType = "application/x-www-form-urlencoded"

// bare says whether the request is sent without the target's usual credentials.
func (r Request) bare() bool { return r.Anonymous || r.Plain || r.SignsIn || r.Client != "" }

// filled is the body with the user who signs in.
func (s *Session) filled(body []byte) []byte {
	u := s.target.User
	return []byte(strings.NewReplacer(UserName, url.QueryEscape(u.Name), UserPassword, url.QueryEscape(u.Password)).Replace(string(body)))
}

// bare takes the target's credentials from the call, and gives it those of its client.
func (s *Session) bare(k *call) *evidence.Failure {
	if s.target.TLS.CertFile != "" {
		return &evidence.Failure{Class: evidence.Unsafe, Reason: "the target asks for a client certificate, so that nothing can be sent to it without credentials"}
	}
	for name := range k.header {
		if slices.ContainsFunc(s.target.SecretHeaders, func(secret string) bool { return http.CanonicalHeaderKey(secret) == name }) {
			k.header.Del(name)
		}
	}
	if k.request.SignsIn && s.target.User.Password == "" {
		return &evidence.Failure{Class: evidence.Denied, Reason: "the target has no user who signs in: name one as clients.code.user in target.yaml"}
	}
	if k.request.Client == "" {
		return nil
	}
	c, known := s.target.Clients[k.request.Client]
	if !known {
		return &evidence.Failure{Class: evidence.Denied, Reason: fmt.Sprintf("the target has no client %q: name one under clients in target.yaml", k.request.Client)}
	}
	k.header.Set("Authorization", "Basic "+basicValue(url.QueryEscape(c.ID), url.QueryEscape(c.Secret)))
	return nil
}
