package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
)

// Session is one run's way to its target: it makes the checks' clients, and keeps
// what they share: connections, politeness, credentials, the guard and the journal.
type Session struct {
	target *target.Target
	opts   Options
	bases  map[string]*url.URL // endpoint name -> base URL

	ctx     context.Context // of what no check asks for; ends with Close
	end     context.CancelFunc
	wire    *http.Transport
	rest    *resty.Client
	pace    *pace
	auth    *credentials
	redact  *redactor
	guard   *guard
	health  map[string]*health  // by endpoint
	breaker map[string]*breaker // by endpoint
	journal *journal
	blobs   evidence.Blobs
	packer  evidence.Packer
	sent    atomic.Int64

	mu      sync.Mutex
	clients map[string]*client
}

var tokenPattern = regexp.MustCompile(`^[a-z0-9]{8,32}$`)

// Open prepares a session; nothing is sent yet. It goes on when ctx ends, so that
// what the run created can be removed: end it by Close. Errors are of the target's
// or the caller's settings.
func Open(ctx context.Context, t *target.Target, o Options) (*Session, error) {
	o = o.withDefaults(t)
	if o.Token == "" {
		o.Token = "mc" + strings.ToLower(rand.Text()[:8])
	}
	if !tokenPattern.MatchString(o.Token) {
		return nil, fmt.Errorf("the token %q must have 8 to 32 lower-case letters and digits", o.Token)
	}
	switch o.Profile {
	case target.Observe, target.Reference:
	case target.Sandbox:
		if o.JournalPath == "" {
			return nil, errors.New("profile sandbox needs a place for its clean-up journal")
		}
	default:
		return nil, fmt.Errorf("profile %q is unknown: expected observe, sandbox or reference", o.Profile)
	}
	s := &Session{target: t, opts: o, clients: map[string]*client{}, blobs: o.Blobs,
		pace:   newPace(t.Polite.Rate, t.Polite.Concurrency),
		redact: newRedactor(t), guard: newGuard(o.Profile, t, o.Token),
		journal: newJournal(o.JournalPath, journalRun{Version: 1, Token: o.Token, Started: time.Now().UTC(), Endpoints: t.Endpoints})}
	s.redact.own = o.Token
	var err error
	if s.bases, err = bases(t.Endpoints); err != nil {
		return nil, err
	}
	if s.wire, err = newWire(t, o.Limits); err != nil {
		return nil, err
	}
	s.ctx, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.auth = newCredentials(s.ctx, t.Auth, s.wire, o.Limits, s.redact)
	s.rest = resty.NewWithClient(&http.Client{Transport: recorder{s}}). // no cookie jar
										SetDoNotParseResponse(true).
										SetDisableWarn(true).
										SetLogger(silent{}).
										SetRedirectPolicy(resty.RedirectPolicyFunc(s.follow))
	s.health, s.breaker = map[string]*health{}, map[string]*breaker{}
	for name := range s.bases {
		s.health[name] = &health{s: s, request: healthRequest(o, name)}
		s.breaker[name] = &breaker{health: s.health[name], limits: o.Limits, now: time.Now}
	}
	return s, nil
}

func healthRequest(o Options, endpoint string) Request {
	switch {
	case endpoint != target.NGSILD:
		r := Request{Endpoint: endpoint, Method: http.MethodGet, Path: marketPath(endpoint), AnyMedia: true}
		switch {
		case endpoint == target.OpenID:
			r.Path, r.Anonymous = "/.well-known/openid-configuration", true
		case endpoint == target.Protected:
			r.Anonymous, r.Expects = true, []int{http.StatusUnauthorized, http.StatusForbidden}
		case endpoint == target.DCAT, endpoint == target.LDES:
			r.Header = http.Header{"Accept": {"application/ld+json, text/turtle;q=0.9, */*;q=0.1"}}
		case r.Path != "":
			r.Query = url.Values{"limit": {"1"}}
		}
		return r
	case o.Health != nil:
		return *o.Health
	}
	return Request{Method: http.MethodGet, Path: "/entities", Query: url.Values{"type": {"MimcheckHealth"}, "limit": {"1"}}}
}

// marketPath is a collection that every implementation of a TM Forum Open API has, which
// has nothing at its base URL; empty for the base URL, where other APIs answer.
func marketPath(endpoint string) string {
	switch endpoint {
	case target.TMF620:
		return "/productOffering"
	case target.TMF622:
		return "/productOrder"
	case target.TMF629:
		return "/customer"
	case target.TMF632:
		return "/organization"
	case target.TMF633:
		return "/serviceSpecification"
	case target.TMF634:
		return "/resourceSpecification"
	case target.TMF635:
		return "/usage"
	case target.TMF637:
		return "/product"
	case target.TMF638:
		return "/service"
	case target.TMF639:
		return "/resource"
	case target.TMF641:
		return "/serviceOrder"
	case target.TMF651:
		return "/agreement"
	case target.TMF652:
		return "/resourceOrder"
	case target.TMF670:
		return "/paymentMethod"
	case target.TMF676:
		return "/payment"
	}
	return ""
}

// Client is the way to the platform for one check: the same one for the same id.
func (s *Session) Client(checkID string) Client { return s.client(checkID) }

func (s *Session) client(checkID string) *client {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, have := s.clients[checkID]
	if !have {
		c = &client{s: s, check: checkID, tape: &tape{s: s, check: checkID}}
		s.clients[checkID] = c
	}
	return c
}

// sorted gives the clients by their check's id.
func (s *Session) sorted() []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Collect(maps.Values(s.clients))
	slices.SortFunc(all, func(a, b *client) int { return strings.Compare(a.check, b.check) })
	return all
}

// Requests is how many requests were sent to the platform so far: each attempt,
// redirect hop and question of the harness itself counts.
func (s *Session) Requests() int { return int(s.sent.Load()) }

// Token is the run's token, see Client.
func (s *Session) Token() string { return s.opts.Token }

// Redact replaces the target's secrets in text by the names of shell variables.
func (s *Session) Redact(text string) string { return s.redact.text(text) }

// Curl is the command that sends a recorded request again; see Response.Curl.
func (s *Session) Curl(x evidence.Exchange) string {
	body, _ := s.blobs.Get(x.Request.Body.SHA256) // none was sent, or it is beyond what is kept
	return curl(x.Request, body, s.target.TLS.CertFile != "")
}

// Blobs has the bodies that exchanges refer to.
func (s *Session) Blobs() evidence.Blobs { return s.blobs }

// Close frees the session's connections and its journal file. It removes nothing
// from the platform: see Cleanup.
func (s *Session) Close() {
	s.end()
	s.wire.CloseIdleConnections()
	_ = s.journal.close() // what was to be durable is: only removals may be unwritten
}

// silent is a resty logger: what goes wrong is in the evidence.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
