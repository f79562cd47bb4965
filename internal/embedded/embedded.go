// Package embedded boots the reference city platform on loopback, as the target of
// a run that names no other.
package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/dcat"
	"github.com/oasc/mimcheck/internal/reference/documents"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/internal/reference/identity"
	"github.com/oasc/mimcheck/internal/reference/ldes"
	"github.com/oasc/mimcheck/internal/reference/ogc"
	"github.com/oasc/mimcheck/internal/reference/processes"
	"github.com/oasc/mimcheck/internal/reference/secure"
	"github.com/oasc/mimcheck/internal/reference/sensorthings"
	"github.com/oasc/mimcheck/internal/reference/tiles3d"
	"github.com/oasc/mimcheck/internal/reference/tmf"
	"github.com/oasc/mimcheck/internal/reference/wfs"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/suites"
)

// SpecVersion is the version of ETSI GS CIM 009 that the reference platform implements
// unless another one is asked for.
const SpecVersion = "1.9.1"

// City is a running reference platform.
type City struct {
	// URL is the platform's root, http://HOST:PORT.
	URL string
	// Secure is the root of the same by TLS, https://HOST:PORT.
	Secure string
	// Authority signed the platform's certificate, in PEM form.
	Authority []byte
	version   string   // of ETSI GS CIM 009
	lacks     []string // features that it was made without
	clients   map[string]identity.Client
	user      identity.User
	provider  *identity.Platform
	platform  *reference.Platform
	servers   []*http.Server
	done      chan error
}

// Start serves the reference platform at address ("127.0.0.1:0" picks a free
// port), with the faults around it.
func Start(address string, options reference.Options, active ...faults.Fault) (_ *City, err error) {
	var undo []func() error
	defer func() {
		if err != nil {
			for _, end := range slices.Backward(undo) {
				_ = end() // why it did not start is what to tell
			}
		}
	}()
	if transport := faults.Transport(reference.Transport(), active...); transport != nil {
		options.Client = reference.NewClient(transport)
	}
	if publish := faults.Publish(active...); publish != nil {
		options.Publish = publish
	}
	if options.Base == nil {
		if options.Base, err = reference.NewBase(); err != nil {
			return nil, fmt.Errorf("the reference platform could not be made: %w", err)
		}
	}
	platform, err := reference.New(options)
	if err != nil {
		return nil, fmt.Errorf("the reference platform could not be made: %w", err)
	}
	undo = append(undo, func() error { platform.Close(); return nil })
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the reference platform could not listen at %s: %w; choose another --port", address, err)
	}
	undo = append(undo, listener.Close)
	secured, err := secure.Listen(hostOf(listener), time.Now(), faults.Listening(active...)...)
	if err != nil {
		return nil, fmt.Errorf("the reference platform could not listen by TLS: %w", err)
	}
	undo = append(undo, secured.Close)
	root, clients, user := "https://"+secured.Addr().String(), cityClients(), cityUser()
	provider, err := identity.New(root, options.Clock, options.Base.Key, platform, []identity.User{user}, slices.Collect(maps.Values(clients))...)
	if err != nil {
		return nil, fmt.Errorf("the reference platform's provider could not be made: %w", err)
	}
	all, err := interfaces(options.Clock, platform, provider)
	if err != nil {
		return nil, err
	}
	handler := faults.Wrap(strict(all), active...)
	c := &City{
		URL:    "http://" + listener.Addr().String(),
		Secure: root, Authority: secured.Authority, clients: clients, user: user, provider: provider,
		platform: platform, version: cmp.Or(options.SpecVersion, SpecVersion),
		servers: []*http.Server{
			{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
			{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}, // who gives up shaking hands is no news
		},
		done: make(chan error, 2),
	}
	if options.NoTenants {
		c.lacks = []string{string(suites.FeatureTenants), string(suites.FeatureTenantAccess)}
	}
	go func() { c.done <- c.servers[0].Serve(listener) }()
	go func() { c.done <- c.servers[1].Serve(secured) }()
	return c, nil
}

// interfaces puts the platform's interfaces beside one another: what is below none of
// their paths is the broker's.
func interfaces(clock func() time.Time, broker, provider http.Handler) (http.Handler, error) {
	places, err := ogc.New(clock)
	if err != nil {
		return nil, fmt.Errorf("the reference platform's places could not be made: %w", err)
	}
	market, err := tmf.New(clock)
	if err != nil {
		return nil, fmt.Errorf("the reference platform's marketplace could not be made: %w", err)
	}
	started := time.Now()
	below := map[string]http.Handler{
		ogc.Base: places, tmf.Base: market, dcat.Base: dcat.New(), processes.Base: processes.New(),
		ldes.Base:         later("event stream", func() (http.Handler, error) { return ldes.New() }),
		sensorthings.Base: later("observations", func() (http.Handler, error) { return sensorthings.New() }),
		tiles3d.Base:      later("tileset", func() (http.Handler, error) { return tiles3d.New() }),
		wfs.Base:          later("feature service", func() (http.Handler, error) { return wfs.New(clock) }),
		documents.Base:    later("declarations", func() (http.Handler, error) { return declarations(started) }),
	}
	// Not http.ServeMux, which redirects paths that are the platform's to refuse.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch at, has := below["/"+first]; {
		case has:
			at.ServeHTTP(w, r)
		case identity.Serves(r.URL.Path):
			provider.ServeHTTP(w, r)
		default:
			broker.ServeHTTP(w, r)
		}
	}), nil
}

// later is a handler that is made when the first request comes: few platforms are ever
// asked for what it serves, and making that takes as long as half of the rest.
func later(what string, made func() (http.Handler, error)) http.Handler {
	once := sync.OnceValues(made)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, err := once()
		if err != nil {
			http.Error(w, "the reference platform's "+what+" could not be made: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Target describes the platform with everything that it claims.
func (c *City) Target() (*target.Target, error) {
	t, err := target.FromURL(c.URL)
	if err != nil {
		return nil, err
	}
	t.Name = "embedded reference city platform"
	t.Endpoints[target.OGCFeatures] = c.URL + ogc.Base
	t.Endpoints[target.WFS] = c.URL + wfs.Base
	t.Endpoints[target.REST] = c.URL + ogc.Base
	t.Endpoints[target.SensorThings] = c.URL + sensorthings.Root
	t.Endpoints[target.OGCProcesses] = c.URL + processes.Base
	t.Endpoints[target.Tiles3D] = c.URL + tiles3d.Entry
	t.Endpoints[target.Declarations] = c.URL + documents.Base
	t.Endpoints[target.DCAT] = c.URL + dcat.Base
	t.Endpoints[target.LDES] = c.URL + ldes.Base
	t.Endpoints[target.OpenID] = c.Secure + identity.Base
	t.Endpoints[target.Protected] = c.Secure + identity.Protected + "/types"
	t.TLS.Authorities, t.Clients = c.Authority, map[string]target.Client{}
	for name, client := range c.clients {
		t.Clients[name] = target.Client{ID: client.ID, Secret: client.Secret, Scopes: client.Scopes}
	}
	t.SignIn, t.User = signIn(c.clients[target.Code]), target.User{Name: c.user.Name, Password: c.user.Password}
	ended, err := c.provider.Earlier(c.clients[target.Reader].ID, time.Hour)
	if err != nil {
		return nil, fmt.Errorf("a token that has ended could not be made: %w", err)
	}
	t.Tokens = map[string]string{target.Expired: ended}
	for name, path := range tmf.Endpoints() {
		t.Endpoints[name] = c.URL + path
	}
	t.Statement = Statement()
	t.Statement.SpecVersion = c.version
	t.Statement.Features = slices.DeleteFunc(t.Statement.Features, func(f string) bool { return slices.Contains(c.lacks, f) })
	return t, nil
}

// Statement is what the reference platform claims: its endpoints say which MIMs.
func Statement() target.Statement {
	s := target.Statement{SpecVersion: SpecVersion, Places: places(), Profiles: map[string]string{"ParkingSpot": "referenceCity/CitySpot"}}
	for _, f := range []suites.Feature{
		suites.FeatureBatch, suites.FeatureMerge, suites.FeatureReplace, suites.FeatureDiscovery,
		suites.FeatureGeoQuery, suites.FeatureGeoJSON, suites.FeatureContexts,
		suites.FeaturePlacesHTML, suites.FeaturePlacesOpenAPI, suites.FeaturePlacesCRS, suites.FeatureWFS, suites.FeatureSensorThings, suites.FeatureREST, suites.FeatureEventStream, suites.FeatureProcesses, suites.FeatureTilesets,
		suites.FeatureSubscriptions, suites.FeatureRegistrations, suites.FeatureSourceSubs, suites.FeatureDistributed,
		suites.FeatureTemporal, suites.FeatureTenants, suites.FeatureLinked,
		suites.FeatureMQTT, suites.FeaturePurge, suites.FeatureOrder, suites.FeatureEntityMaps, suites.FeatureSnapshots,
		suites.FeatureProductOrders, suites.FeatureCustomers, suites.FeatureParties, suites.FeatureServiceCatalogue,
		suites.FeatureResourceCatalogue, suites.FeatureUsage, suites.FeatureProducts, suites.FeatureServices, suites.FeatureResources,
		suites.FeatureServiceOrders, suites.FeatureAgreements, suites.FeatureResourceOrders, suites.FeaturePaymentMethods, suites.FeaturePayments,
		suites.FeatureDataCatalogue,
		suites.FeatureOpenID, suites.FeatureClientCredentials, suites.FeatureProtectedData, suites.FeatureScopes, suites.FeatureTenantAccess,
		suites.FeatureHSTS, suites.FeatureSignIn, suites.FeatureAudiences,
	} {
		s.Features = append(s.Features, string(f))
	}
	return s
}

// places are the collections whose features are entities, which have the same ids.
func places() map[string]target.Place {
	all := map[string]target.Place{}
	for collection, of := range map[string]struct {
		kind       string
		properties []string
	}{
		"parking":            {"OffStreetParking", []string{"name", "totalSpotNumber", "availableSpotNumber"}},
		"streetlights":       {"Streetlight", []string{"powerState", "dateLastLampChange"}},
		"airquality":         {"AirQualityObserved", []string{"dateObserved", "no2", "pm10"}},
		"points-of-interest": {"PointOfInterest", []string{"name"}},
		"traffic":            {"TrafficFlowObserved", []string{"dateObserved", "intensity"}},
	} {
		p := target.NewPlace(of.kind)
		p.Properties = map[string]string{}
		for _, name := range of.properties {
			p.Properties[name] = name
		}
		all[collection] = p
	}
	return all
}

// Wait blocks until the server ends.
func (c *City) Wait() error {
	if err := <-c.done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close stops the platform; answers under way get two seconds to end.
func (c *City) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, s := range c.servers {
		if s.Shutdown(ctx) != nil {
			_ = s.Close() // what did not end in time is cut
		}
	}
	c.platform.Close()
}
