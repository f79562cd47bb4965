package probe

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/oasc/mimcheck/internal/evidence"
)

// follow is the redirect policy: few hops, no circle, the same method, and the
// target's own host only, because every hop carries the target's credentials, and
// what another host answers says nothing about the target.
func (s *Session) follow(req *http.Request, via []*http.Request) error {
	c := req.Context().Value(callKey{}).(*call)
	if c.request.KeepRedirects {
		return http.ErrUseLastResponse
	}
	stop := func(format string, args ...any) error {
		c.redirect = &evidence.Failure{Class: evidence.Redirects, Reason: s.redact.text(fmt.Sprintf(format, args...))}
		return http.ErrUseLastResponse
	}
	to := s.redact.url(req.URL.String())
	first := via[0]
	if req.Method != first.Method {
		return stop("the platform redirects a %s to %s by a status that lets a client send GET instead: give the address that it redirects to", first.Method, to)
	}
	if !sameHost(first.URL, req.URL) {
		return stop("the platform redirects to another host (%s), which is not asked: give that address if it is the platform's", to)
	}
	for _, hop := range via {
		if hop.URL.String() == req.URL.String() {
			return stop("the platform redirects in a circle (to %s again)", to)
		}
	}
	if len(via) > s.opts.Limits.Redirects {
		return stop("the platform redirects more than %d times, the last time to %s", s.opts.Limits.Redirects, to)
	}
	if reason := s.guard.refusal(c, req.Method, req.URL); reason != "" {
		c.redirect = &evidence.Failure{Class: evidence.Unsafe, Reason: s.redact.text(fmt.Sprintf("the platform redirects to %s, which mimcheck does not follow: %s", to, reason))}
		return http.ErrUseLastResponse
	}
	return nil
}

// sameHost says whether b is the same service as a. The step from http to https on
// their standard ports is allowed.
func sameHost(a, b *url.URL) bool {
	if a.Hostname() != b.Hostname() {
		return false
	}
	if a.Scheme == b.Scheme {
		return port(a) == port(b)
	}
	return a.Scheme == "http" && b.Scheme == "https" && port(a) == "80" && port(b) == "443"
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
