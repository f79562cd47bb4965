package probe

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/target"
)

// place is where a request goes.
type place struct {
	endpoint string
	base     *url.URL // of the endpoint; nil when there is none
	url      *url.URL // never nil
}

// bases reads the addresses of endpoints.
func bases(endpoints map[string]string) (map[string]*url.URL, error) {
	all := make(map[string]*url.URL, len(endpoints))
	for name, base := range endpoints {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("endpoint %s has no absolute URL: expected one such as https://broker.example.org/ngsi-ld/v1", name)
		}
		all[name] = withoutSlash(u)
		if name == target.NGSILD && strings.HasSuffix(base, "/") {
			all[name] = all[name].JoinPath("/")
		}
	}
	return all, nil
}

func withoutSlash(u *url.URL) *url.URL {
	bare := *u
	bare.Path, bare.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return &bare
}

// locate works out the whole URL of r; with an error it is as much of it as is known.
func locate(bases map[string]*url.URL, r Request) (place, error) {
	p := place{endpoint: r.Endpoint, url: &url.URL{Path: r.Path}}
	if p.endpoint == "" {
		p.endpoint = target.NGSILD
	}
	base, known := bases[p.endpoint]
	if known && strings.HasSuffix(base.Path, "/") { // see target.Target.Endpoints
		base = withoutSlash(base)
		if !r.FromRoot && ngsild.IsList(r.Path) {
			r.Path += "/"
		}
	}
	if !known {
		return p, fmt.Errorf("the target has no endpoint %q: give its address under endpoints in target.yaml", p.endpoint)
	}
	if r.FromRoot {
		base = &url.URL{Scheme: base.Scheme, User: base.User, Host: base.Host}
	}
	p.base, p.url = base, base.JoinPath(r.Path)
	u, err := url.Parse(base.String() + r.Path)
	if err != nil {
		return p, fmt.Errorf("the path %q is not escaped as a URL asks", r.Path[:min(len(r.Path), 200)])
	}
	if len(r.Query) > 0 {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += r.Query.Encode()
	}
	if r.Plain {
		u.Scheme = "http"
	}
	p.url = u
	return p, nil
}
