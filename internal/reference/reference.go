// Package reference is the embedded reference city platform: an NGSI-LD broker
// written against ETSI GS CIM 009, in memory, with sample city data. It is a
// subject under test like any other; it shares with the checks nothing but the
// vocabulary of internal/ngsild.
//
// It follows V1.8.1, with the operations that V1.9.1 adds (purge, orderBy, snapshots).
package reference

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/mqtt"
)

// Options set up a platform.
type Options struct {
	// Empty leaves out the sample city data.
	Empty bool
	// Base is read already; nil reads it, which takes the longest part of making a platform.
	Base *Base
	// Generate is how many further entities the sample city has, made like its own:
	// for trying out what takes a platform that is full.
	Generate int
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
	// Alias names the platform in Via headers (6.3.18); empty makes one up.
	Alias string
	// Client fetches remote contexts and talks to other parties; nil is a client
	// with a time-out of five seconds.
	Client *http.Client
	// Publish sends notifications to MQTT endpoints; nil is mqtt.Send.
	Publish mqtt.Publish
	// SpecVersion is the version of ETSI GS CIM 009 whose rule counts where versions
	// differ ("1.8.1"); empty is the latest. What came later is there all the same.
	SpecVersion string
	// NoTenants makes a platform without tenants, which says so to who names one (5.5.10).
	NoTenants bool
	// MostConditions is how many conditions a q may have before it is too complex, and
	// MostResults how many items may be asked for at once before they are too many (5.5.6).
	// Zero leaves it to what the platform can bear: a q is bounded by its length alone, and
	// a page that is too large is made smaller.
	MostConditions, MostResults int
}

// Platform is the reference platform, an http.Handler that serves /ngsi-ld/v1. It is
// safe for concurrent use.
type Platform struct {
	clock    func() time.Time
	client   *http.Client
	publish  mqtt.Publish
	mux      *http.ServeMux
	resolver *jsonld.Resolver
	contexts *contextStore
	started  time.Time
	id       string
	name     string // alias of the default tenant

	specVersion string
	noTenants   bool
	most        limits

	mu      sync.RWMutex
	tenants map[string]*tenant
	copies  sync.Map // of subscriptions at sources: relayed by id

	life       context.Context // ends with Close
	end        context.CancelFunc
	background sync.WaitGroup // what runs beside the requests
}

// limits are bounds of what is asked, zero for none.
type limits struct{ conditions, results int }

// New makes a platform. Close ends it.
func New(o Options) (*Platform, error) {
	p := &Platform{clock: o.Clock, client: o.Client, publish: o.Publish, tenants: map[string]*tenant{"": newTenant("")}, id: "urn:ngsi-ld:ContextSourceIdentity:" + uuid.NewString(),
		specVersion: o.SpecVersion, noTenants: o.NoTenants, most: limits{o.MostConditions, o.MostResults}}
	if p.clock == nil {
		p.clock = time.Now
	}
	if p.client == nil {
		p.client = NewClient(Transport())
	}
	if p.publish == nil {
		p.publish = mqtt.Send
	}
	if p.name = o.Alias; p.name == "" {
		p.name = "reference-" + p.id[len(p.id)-8:]
	}
	p.life, p.end = context.WithCancel(context.Background())
	p.started = p.now()
	p.contexts = newContextStore(p)
	if o.Base == nil {
		var err error
		if o.Base, err = NewBase(); err != nil {
			return nil, err
		}
	}
	p.resolver = o.Base.resolver.Like(p.contexts.fetch)
	p.mux = p.routes()
	if !o.Empty {
		if err := p.loadCity(o.Base, o.Generate); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Transport is what a platform sends its own requests by: notifications to a receiver that
// has many subscriptions, above all, so that it keeps more connections to one host than is usual.
func Transport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConns: 64, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
	}
}

// NewClient is a client that waits for an answer as long as a platform does.
func NewClient(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, Timeout: 5 * time.Second}
}

// Close ends what the platform does on its own, such as notifying, and waits for it.
// No requests may come afterwards.
func (p *Platform) Close() {
	p.mu.Lock()
	p.end()
	p.mu.Unlock()
	p.background.Wait()
}

// beside runs f beside the requests unless the platform is closed, and says whether
// it does.
func (p *Platform) beside(f func()) bool {
	p.mu.RLock() // Close waits for what has begun by then
	defer p.mu.RUnlock()
	if p.life.Err() != nil {
		return false
	}
	p.background.Go(f)
	return true
}

func (p *Platform) now() time.Time { return p.clock().UTC().Truncate(time.Microsecond) }

// tenant finds a tenant; when create is set, it makes one that is missing (4.14).
func (p *Platform) tenant(name string, create bool) *tenant {
	p.mu.RLock()
	t := p.tenants[name]
	p.mu.RUnlock()
	if t != nil || !create {
		return t
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t = p.tenants[name]; t == nil {
		t = newTenant(name)
		p.tenants[name] = t
	}
	return t
}
