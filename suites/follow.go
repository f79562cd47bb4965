package suites

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
)

// mostHops is how many redirects are followed, one after another.
const mostHops = 5

// Locate is an address without its fragment; false when it is not at the endpoint's host,
// where nothing is asked for. An endpoint without a known address ends the check.
func (t *T) Locate(endpoint, address string) (string, bool) {
	base, err := url.Parse(t.Env.Endpoints[endpoint])
	if err != nil || base.Host == "" {
		t.CantTell("the address of the endpoint %s is not known, so that nothing can be read there", endpoint)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	u.Fragment = ""
	return u.String(), u.Scheme == base.Scheme && strings.EqualFold(u.Host, base.Host) && u.User == nil
}

// Follow asks for an address and follows redirects at the endpoint's host, since relative
// IRIs are of the last one (RFC 3986, 5.1.3). It tells the answer, of whatever media type,
// and where it came from.
func (t *T) Follow(endpoint, address string, options ...Option) (*probe.Response, string) {
	for range mostHops {
		u, err := url.Parse(address)
		if err != nil {
			t.CantTell("the address %s is none", address)
		}
		query := u.Query()
		r := t.GET(u.EscapedPath(), append([]Option{At(endpoint), FromRoot(), AnyMedia(), KeepRedirects(), func(r *probe.Request) { r.Query = query }}, options...)...)
		if r.Status < 300 || r.Status > 399 || r.Status == http.StatusNotModified {
			return r, address
		}
		to, err := u.Parse(r.Header.Get("Location"))
		t.MustHold(r, err == nil && r.Header.Get("Location") != "", "the redirect from %s has no Location that is an address", address)
		within := false
		if address, within = t.Locate(endpoint, to.String()); !within {
			t.CantTell("the platform redirects to %s, which is not at the endpoint's host and is not asked", to)
		}
	}
	t.CantTell("the platform redirects more than %d times, the last time to %s", mostHops, address)
	return nil, ""
}
