package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/suites"
)

// outages says of endpoints why nothing that they answer can be judged.
type outages map[string]string

// reason is why the check cannot be judged; empty when it can.
func (o outages) reason(c suites.Check) string {
	for _, endpoint := range c.Asks() {
		if reason := o[endpoint]; reason != "" {
			return reason
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
		if reason := ask(ctx, s.Client(PreflightClient), endpoint); reason != "" {
			down[endpoint] = reason
		}
	}
	return down
}

// broker asks an NGSI-LD API for entities of a type that nobody has.
func broker(ctx context.Context, client probe.Client, endpoint string) string {
	r, err := client.Do(ctx, probe.Request{
		Endpoint: endpoint, Method: http.MethodGet, Path: "/entities",
		Query: url.Values{"type": {"MimcheckPreflight"}, "limit": {"1"}},
	})
	switch {
	case err != nil:
		return outage(err)
	case r.Status == http.StatusOK:
		if v, err := suites.Decode(r.Body); err == nil {
			if _, isList := v.([]any); isList {
				return ""
			}
		}
		return "GET /entities answered 200 without a JSON array: this seems to be no NGSI-LD API; check the address"
	default:
		return fmt.Sprintf("GET /entities?type=… answered %d where an NGSI-LD API answers 200: check the address, the tenant and the credentials", r.Status)
	}
}

// landing asks for the resource at an endpoint's base URL. Whatever it answers is the
// checks' to judge, as long as somebody answers for it.
func landing(ctx context.Context, client probe.Client, endpoint string) string {
	r := probe.Request{Endpoint: endpoint, Method: http.MethodGet, AnyMedia: true}
	if endpoint == target.OpenID || endpoint == target.Protected {
		r.Anonymous, r.Expects = true, []int{http.StatusUnauthorized, http.StatusForbidden}
	}
	if _, err := client.Do(ctx, r); err != nil {
		return outage(err)
	}
	return ""
}

// outage is what the error says of the endpoint. A replay in which nobody asked it says
// nothing of it: its checks will say that themselves.
func outage(err error) string {
	if missing := (*probe.NotRecorded)(nil); errors.As(err, &missing) {
		return ""
	}
	return err.Error()
}
