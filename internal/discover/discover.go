// Package discover finds out, by reading only, which optional features a platform
// seems to offer, as a draft of its conformance statement. What it finds is a hint
// for whoever writes the statement, never a verdict.
package discover

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/suites"
)

// Found is what the platform's answers say of one feature.
type Found struct {
	Feature suites.Feature
	Offered Answer
	Because string // what was asked and answered
}

// Answer is what discovery can say.
type Answer string

// The answers. Unknown features cannot be told by reading, or were not told clearly.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// ClientID is the name under which discovery's exchanges are kept.
const ClientID = "run.discover"

// question is one harmless request and what its answer says.
type question struct {
	feature  suites.Feature
	endpoint string // that it is asked at; empty is probe.NGSILD
	path     string
	query    url.Values
	header   http.Header
	media    string // that a positive answer has; empty for any JSON
	is       func(*probe.Response) Answer
	// wrong is a query that a platform which knows what it is about refuses: one that takes
	// it, too, takes no notice of its parameters. nil asks nothing more.
	wrong url.Values
}

// nothing selects no entity: the question is whether the platform understands it.
var nothing = url.Values{"type": {"MimcheckDiscovery"}, "limit": {"1"}}

func with(base url.Values, pairs ...string) url.Values {
	q := url.Values{}
	for name, values := range base {
		q[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

func questions() []question {
	one := url.Values{"limit": {"1"}}
	return []question{
		{feature: suites.FeatureDiscovery, path: "/types"},
		{feature: suites.FeatureGeoQuery, path: "/entities", query: with(nothing, "georel", "near;maxDistance==1", "geometry", "Point", "coordinates", "[0,0]"),
			wrong: with(nothing, "georel", "near;maxDistance==1", "geometry", "Point")},
		{feature: suites.FeatureLinked, path: "/entities", query: with(nothing, "join", "inline"), wrong: with(nothing, "join", "mimcheck")},
		{feature: suites.FeatureOrder, path: "/entities", query: with(nothing, "orderBy", "id", "local", "true"), wrong: with(nothing, "orderBy", "id;mimcheck", "local", "true")},
		{feature: suites.FeatureEntityMaps, path: "/entityMaps/mimcheck", is: idNoURI},
		{feature: suites.FeatureSnapshots, path: "/snapshots/mimcheck", is: idNoURI},
		{feature: suites.FeatureBatch, path: "/entityOperations/create", is: wrongVerb},
		{feature: suites.FeatureMerge, path: "/entityOperations/merge", is: wrongVerb},
		{feature: suites.FeatureGeoJSON, path: "/entities", query: nothing, header: http.Header{"Accept": {ngsild.MediaGeoJSON}}, media: ngsild.MediaGeoJSON},
		{feature: suites.FeatureContexts, path: "/jsonldContexts"},
		{feature: suites.FeatureTemporal, path: "/temporal/entities", query: with(nothing, "timerel", "after", "timeAt", "2020-01-01T00:00:00Z")},
		{feature: suites.FeatureSubscriptions, path: "/subscriptions", query: one},
		{feature: suites.FeatureRegistrations, path: "/csourceRegistrations", query: with(nothing)},
		{feature: suites.FeatureSourceSubs, path: "/csourceSubscriptions", query: one},
		{feature: suites.FeatureTenants, path: "/entities", query: nothing,
			header: http.Header{ngsild.HeaderTenant: {"mimcheckdiscovery"}}, is: tenants},
		{feature: suites.FeatureProcesses, endpoint: probe.OGCProcesses, path: "/processes", query: one},
		{feature: suites.FeaturePlacesHTML, endpoint: probe.OGCFeatures, path: "/conformance", is: holding("/ogcapi-features-1/1.0/conf/html")},
		{feature: suites.FeaturePlacesOpenAPI, endpoint: probe.OGCFeatures, path: "/conformance", is: holding("/ogcapi-features-1/1.0/conf/oas30")},
		{feature: suites.FeaturePlacesCRS, endpoint: probe.OGCFeatures, path: "/conformance", is: holding("/ogcapi-features-2/1.0/conf/crs")},
		{feature: suites.FeatureSensorThings, endpoint: probe.SensorThings, is: holding(`"Datastreams"`)},
		{feature: suites.FeatureWFS, endpoint: probe.WFS, query: url.Values{"SERVICE": {"WFS"}, "REQUEST": {"GetCapabilities"}, "ACCEPTVERSIONS": {"2.0.2,2.0.0"}}, is: holding("http://www.opengis.net/wfs/2.0")},
		{feature: suites.FeatureTilesets, endpoint: probe.Tiles3D, is: holding(`"root"`)},
		{feature: suites.FeatureEventStream, endpoint: probe.LDES, header: http.Header{"Accept": {"application/ld+json, text/turtle;q=0.9, */*;q=0.1"}}, is: holding("https://w3id.org/tree#")},
	}
}

// holding says yes to an answer that has a text which what is looked for cannot be without.
func holding(text string) func(*probe.Response) Answer {
	return func(r *probe.Response) Answer {
		switch {
		case r.Status == http.StatusOK && strings.Contains(string(r.Body), text):
			return Yes
		case r.Status == http.StatusOK, r.Status == http.StatusNotFound:
			return No
		}
		return Unknown
	}
}

// idNoURI: a platform with such things refuses an id that is no URI (5.14.1.4, 5.16.3.4).
// One that says instead that this thing is not there may have others.
func idNoURI(r *probe.Response) Answer {
	switch {
	case r.Status == http.StatusBadRequest && strings.Contains(string(r.Body), ngsild.BadRequestData):
		return Yes
	case r.Status == http.StatusNotFound && !strings.Contains(string(r.Body), ngsild.ResourceNotFound), r.Status == http.StatusNotImplemented:
		return No
	}
	return Unknown
}

// wrongVerb: a platform with an operation says of its resource that it cannot be read
// (6.3.2). One that says that there is none may mean that there is none to be read.
func wrongVerb(r *probe.Response) Answer {
	if r.Status == http.StatusMethodNotAllowed && slices.ContainsFunc(strings.Split(r.Header.Get("Allow"), ","), func(verb string) bool { return strings.TrimSpace(verb) == http.MethodPost }) {
		return Yes
	}
	return Unknown
}

// tenants: a platform with tenants refuses a read of one that was never created
// (5.5.10); one without says so, or pays no attention.
func tenants(r *probe.Response) Answer {
	switch {
	case r.Status == http.StatusNotFound && strings.Contains(string(r.Body), ngsild.NonexistentTenant):
		return Yes
	case r.Status == http.StatusNotImplemented, r.Status == http.StatusOK && r.Header.Get(ngsild.HeaderTenant) == "":
		return No
	}
	return Unknown
}

// Platform asks the platform about every feature, in the order of suites.Features: at the
// endpoints that it has, name -> base URL. An error says that the platform cannot be asked
// at all.
func Platform(ctx context.Context, client probe.Client, endpoints map[string]string) ([]Found, error) {
	if err := broker(ctx, client, endpoints); err != nil {
		return nil, err
	}
	all := questions()
	var found []Found
	for _, f := range suites.Features() {
		i := slices.IndexFunc(all, func(q question) bool { return q.feature == f })
		if i < 0 {
			found = append(found, Found{f, Unknown, "reading alone does not tell"})
			continue
		}
		beside := all[i].endpoint
		if at := cmp.Or(beside, probe.NGSILD); endpoints[at] == "" {
			found = append(found, Found{f, Unknown, "no address of the endpoint " + at + " is given"})
			continue
		}
		one, err := ask(ctx, client, all[i])
		if err != nil && beside != "" {
			found = append(found, Found{f, Unknown, err.Error()})
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

// broker says what is wrong when an NGSI-LD API is said to be at an address, and another
// answer than one of it comes from there.
func broker(ctx context.Context, client probe.Client, endpoints map[string]string) error {
	address, given := endpoints[probe.NGSILD]
	if !given {
		return nil
	}
	r, err := client.Do(ctx, probe.Request{Method: http.MethodGet, Path: "/entities", Query: nothing, AnyMedia: true})
	if err != nil {
		return fmt.Errorf("the platform cannot be asked: %w", err)
	}
	if r.Status == http.StatusNotFound || r.Status == http.StatusOK && !suites.IsArray(r.Body) {
		return fmt.Errorf("GET /entities answered %d without a list of entities: this seems to be no NGSI-LD API (%s); check the address, or name the platform's other endpoints, such as ogc-features, in a target.yaml, and give it by --target", r.Status, address)
	}
	return nil
}

// Slashed says whether the platform has no list of entities at /entities, and has one at
// /entities/: see target.Target.Endpoints.
func Slashed(ctx context.Context, client probe.Client) bool {
	r, err := client.Do(ctx, probe.Request{Method: http.MethodGet, Path: "/entities", Query: nothing, AnyMedia: true})
	if err != nil || r.Status == http.StatusOK && suites.IsArray(r.Body) {
		return false
	}
	return suites.ListsEndWithSlash(ctx, client, probe.NGSILD)
}

func ask(ctx context.Context, client probe.Client, q question) (Found, error) {
	r, err := client.Do(ctx, probe.Request{Endpoint: q.endpoint, Method: http.MethodGet, Path: q.path, Query: q.query, Header: q.header,
		Expects: []int{http.StatusNotImplemented}, AnyMedia: true})
	if err != nil {
		return Found{}, fmt.Errorf("the platform cannot be asked about %s: %w", q.feature, err)
	}
	found := Found{Feature: q.feature, Offered: Unknown, Because: strings.Join(strings.Fields(fmt.Sprintf("GET %s %s answered %d", q.endpoint, q.path, r.Status)), " ")}
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch {
	case q.is != nil:
		found.Offered = q.is(r)
	case r.Status == http.StatusOK && q.media != "" && mediaType != q.media:
		found.Offered, found.Because = No, found.Because+" as "+mediaType
	case r.Status == http.StatusOK:
		if _, err := suites.Decode(r.Body); err == nil {
			found.Offered = Yes
		}
	case r.Status == http.StatusNotFound, r.Status == http.StatusMethodNotAllowed, r.Status == http.StatusNotImplemented, r.Status == http.StatusNotAcceptable,
		r.Status == http.StatusBadRequest && q.wrong != nil:
		found.Offered = No
	}
	if found.Offered != Yes || q.wrong == nil {
		return found, nil
	}
	r, err = client.Do(ctx, probe.Request{Endpoint: q.endpoint, Method: http.MethodGet, Path: q.path, Query: q.wrong, Header: q.header, AnyMedia: true})
	if err != nil {
		return Found{}, fmt.Errorf("the platform cannot be asked about %s: %w", q.feature, err)
	}
	found.Because += fmt.Sprintf(", and %d to what is wrong", r.Status)
	switch r.Status {
	case http.StatusBadRequest:
	case http.StatusOK:
		found.Offered = No
	default:
		found.Offered = Unknown
	}
	return found, nil
}

// Unclaimed lists the features that are offered and not claimed.
func Unclaimed(found []Found, claimed []string) []string {
	var names []string
	for _, f := range found {
		if f.Offered == Yes && !slices.Contains(claimed, string(f.Feature)) {
			names = append(names, string(f.Feature))
		}
	}
	return names
}

// WriteStatement writes a draft target.yaml with the endpoints, name -> base URL: the
// features that are offered are claimed, the others are there as comments for a person to
// decide.
func WriteStatement(w io.Writer, name string, endpoints map[string]string, found []Found) error {
	claimed := []string{}
	var comments strings.Builder
	for _, f := range found {
		if f.Offered == Yes {
			claimed = append(claimed, string(f.Feature))
		}
		fmt.Fprintf(&comments, "#   %-26s %-8s %s\n", f.Feature, f.Offered, f.Because)
	}
	type endpoint struct {
		URL   string `yaml:"url"`
		Slash bool   `yaml:"slash,omitempty"`
	}
	given := map[string]endpoint{}
	for name, address := range endpoints {
		base, slash := strings.CutSuffix(address, "/")
		if name != probe.NGSILD {
			base, slash = address, false
		}
		given[name] = endpoint{base, slash}
	}
	var mims []string
	if _, broker := endpoints[probe.NGSILD]; broker {
		mims = []string{"MIM1", "MIM2"}
	}
	draft, err := yaml.Marshal(struct {
		Name      string              `yaml:"name"`
		Endpoints map[string]endpoint `yaml:"endpoints"`
		Statement any                 `yaml:"statement"`
	}{name, given, struct {
		MIMs     []string `yaml:"mims,omitempty"` // without them, what the endpoints are for
		Features []string `yaml:"features"`
	}{mims, claimed}})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `# A draft, made by reading only: check it before you claim it.
# Add specVersion (of ETSI GS CIM 009) to the statement: rules that came later than
# 1.3.1 are asked of a platform that states its version only.
%s# What was found:
%s`, draft, comments.String())
	return err
}
