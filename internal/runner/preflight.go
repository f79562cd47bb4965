package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/suites"
)

// outages says of endpoints why nothing that they answer can be judged.
type outages map[string]outage

// outage is why nothing that an endpoint answers can be judged; nothing, when it can.
type outage struct {
	reason string
	// tls says that no trusted secure connection could be made, which a check that shakes
	// hands itself is there to judge.
	tls bool
}

// reason is why the check cannot be judged; empty when it can.
func (o outages) reason(c suites.Check) string {
	for _, endpoint := range c.Asks() {
		if found := o[endpoint]; found.reason != "" && (!found.tls || !c.Has(suites.NeedHandshake)) {
			return found.reason
		}
	}
	return ""
}

// preflight asks each endpoint that the checks use one harmless question before any
// check does, and tells of those that give no sensible answer.
func preflight(ctx context.Context, s Session, selected []Planned) outages {
	var endpoints []string
	for _, c := range selected {
		endpoints = append(endpoints, c.Asks()...)
	}
	slices.Sort(endpoints)
	down := outages{}
	for _, endpoint := range slices.Compact(endpoints) {
		ask := landing
		if endpoint == target.NGSILD {
			ask = broker
		}
		if found := ask(ctx, s.Client(PreflightClient), endpoint); found.reason != "" {
			down[endpoint] = found
		}
	}
	return down
}

// broker asks an NGSI-LD API for entities of a type that nobody has.
func broker(ctx context.Context, client probe.Client, endpoint string) outage {
	r, err := client.Do(ctx, probe.Request{
		Endpoint: endpoint, Method: http.MethodGet, Path: "/entities",
		Query: url.Values{"type": {"MimcheckPreflight"}, "limit": {"1"}},
	})
	switch {
	case err != nil:
		return outageOf(err)
	case r.Status == http.StatusOK:
		if suites.IsArray(r.Body) {
			return outage{}
		}
		return outage{reason: "GET /entities answered 200 without a JSON array: this seems to be no NGSI-LD API; check the address"}
	case r.Status != http.StatusUnauthorized && suites.ListsEndWithSlash(ctx, client, endpoint):
		return outage{reason: fmt.Sprintf("GET /entities answered %d, and GET /entities/ a list: this platform has its lists at paths that end with a slash; say so by slash: true, beside the url of ngsi-ld in a target.yaml (mimcheck discover writes one)", r.Status)}
	default:
		return outage{reason: fmt.Sprintf("GET /entities?type=… answered %d where an NGSI-LD API answers 200: check the address, the tenant and the credentials", r.Status)}
	}
}

// landing asks for the resource at an endpoint's base URL. Whatever it answers is the
// checks' to judge, as long as somebody answers for it.
func landing(ctx context.Context, client probe.Client, endpoint string) outage {
	r := probe.Request{Endpoint: endpoint, Method: http.MethodGet, AnyMedia: true}
	if endpoint == target.OpenID || endpoint == target.Protected {
		r.Anonymous, r.Expects = true, []int{http.StatusUnauthorized, http.StatusForbidden}
	}
	if _, err := client.Do(ctx, r); err != nil {
		return outageOf(err)
	}
	return outage{}
}

// outageOf is what the error says of the endpoint. A replay in which nobody asked it says
// nothing of it: its checks will say that themselves.
func outageOf(err error) outage {
	if missing := (*probe.NotRecorded)(nil); errors.As(err, &missing) {
		return outage{}
	}
	var failed *probe.Unjudgeable
	return outage{err.Error(), errors.As(err, &failed) && failed.Class == evidence.TLS}
}
