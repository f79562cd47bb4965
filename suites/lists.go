package suites

import (
	"context"
	"net/http"
	"net/url"

	"github.com/oasc/mimcheck/internal/probe"
)

// IsArray says whether a body is a JSON array.
func IsArray(body []byte) bool {
	v, err := Decode(body)
	_, list := v.([]any)
	return err == nil && list
}

// ListsEndWithSlash says whether the platform has a list of entities at /entities/: see
// target.Target.Endpoints. It asks for a type that nobody has.
func ListsEndWithSlash(ctx context.Context, client probe.Client, endpoint string) bool {
	r, err := client.Do(ctx, probe.Request{
		Endpoint: endpoint, Method: http.MethodGet, Path: "/entities/",
		Query: url.Values{"type": {"MimcheckPreflight"}, "limit": {"1"}}, AnyMedia: true,
	})
	return err == nil && r.Status == http.StatusOK && IsArray(r.Body)
}
