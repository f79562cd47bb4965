package suites

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	"github.com/oasc/mimcheck/reports"
)

// Env is what a check gets from the run, beside its client.
type Env struct {
	Seed        uint64            // of the run; each check derives its own
	SpecVersion string            // version of ETSI GS CIM 009 that the target states, empty when it does not
	Features    []Feature         // claimed features
	Context     string            // URL of an @context that the platform knows, empty for core only
	Types       map[string]string // declared model of each entity type
	Profiles    map[string]string // declared application profile of each entity type that has one
	// Places say how features and entities belong together, by collection.
	Places map[string]probe.Place
	Models *models.Catalogue // nil when the run has none
	RDF    *rdf.Reader       // of the run, for its checks to share; nil keeps nothing
	// Sample gives entities that the platform happens to hold, taken once a run.
	Sample func(context.Context) (*Sample, error)
	// Endpoints are the target's: name -> base URL, to tell which links lead where.
	Endpoints map[string]string
	// Scopes are those that the target's clients ask for, by client.
	Scopes map[string][]string
	// SignIn is what to know of the client that people sign in for; nil when there is none.
	SignIn *probe.SignIn
	// Tokens were kept from before, by name.
	Tokens   map[string]string
	Callback Callback    // nil when the platform cannot reach the harness
	Broker   Broker      // nil when the platform cannot reach an MQTT broker of the harness
	Clock    probe.Clock // nil is the machine's
	// Witness is nil when there is none.
	Witness probe.Witness
	Profile string
	// Patience is how long a check waits for what the platform does on its own, such
	// as notifying, before it says that it was not done; zero is 10 s.
	Patience time.Duration
}

// Callback is an address of the harness that the platform can reach.
type Callback interface {
	// ServeContext publishes doc as JSON-LD and returns its URL.
	ServeContext(doc []byte) (url string)
	// NewInbox opens an address for notifications, with name in it.
	NewInbox(name string) probe.Inbox
	// NewSource opens a context source that can be registered, with name in its address.
	NewSource(name string) probe.Source
	// Reached says whether anything has come from the platform so far.
	Reached() bool
}

// Broker is an MQTT broker of the harness that the platform can reach.
type Broker interface {
	// NewTopic opens a topic with name in it, or gives nil when the broker is not to be
	// found at such a port.
	NewTopic(name string, port probe.Port) probe.Inbox
	// Reached says whether anything has been published by the platform so far.
	Reached() bool
}

// T is the state of one check while it runs: its client, its expectations, its
// names. All mismatches are collected; Require stops the check at the first one
// after which the rest is meaningless.
type T struct {
	Check Check
	Env   Env

	ctx    context.Context
	client probe.Client
	rand   *rand.Rand

	mu       sync.Mutex
	names    int
	findings []reports.Finding
	notes    []string
	last     *probe.Response
}

// stop ends a check's body early; Run recovers it.
type stop struct {
	outcome reports.Outcome // empty: judge by the findings
	reason  string
}

// Result is what running one check's body gave.
type Result struct {
	Outcome  reports.Outcome
	Reason   string
	Findings []reports.Finding
	Notes    []string // what a reader of the report has to know, in sentences
	Started  time.Time
	Duration time.Duration
}

// Run runs the check's body with its client and returns the outcome. It never
// panics: a panic in a body is a fault of the harness, told as cantTell.
func Run(ctx context.Context, check Check, client probe.Client, env Env) Result {
	steadyMaps()
	t := &T{Check: check, Env: env, ctx: ctx, client: client,
		rand: rand.New(rand.NewPCG(env.Seed, hash(check.ID)))}
	r := Result{Started: time.Now()}
	r.Outcome, r.Reason = t.run()
	r.Duration = time.Since(r.Started)
	r.Findings, r.Notes = t.findings, t.notes
	return r
}

func (t *T) run() (outcome reports.Outcome, reason string) {
	defer func() {
		switch s := recover().(type) {
		case nil:
		case stop:
			outcome, reason = t.judge(s)
		default:
			outcome = reports.CantTell
			reason = fmt.Sprintf("the check itself broke (%v): this is a fault of mimcheck, please report it", s)
		}
	}()
	t.Check.Body(t)
	return t.judge(stop{})
}

// judge turns findings and an early stop into an outcome. A mismatch that was
// seen stays a failure, whatever came after it.
func (t *T) judge(s stop) (reports.Outcome, string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.findings) > 0 {
		return reports.Failed, t.findings[0].Message
	}
	if missing := notRecorded(t.ctx); missing != nil {
		return reports.Untested, missing.Error()
	}
	if s.outcome != "" {
		return s.outcome, s.reason
	}
	return reports.Passed, ""
}

// Context is done when the check's time is over.
func (t *T) Context() context.Context { return t.ctx }

// Patience is how long to wait for what the platform does on its own.
func (t *T) Patience() time.Duration {
	if t.Env.Patience <= 0 {
		return 10 * time.Second
	}
	return t.Env.Patience
}

// Rand is the check's own source of randomness, seeded by the run.
func (t *T) Rand() *rand.Rand { return t.rand }

// CantTell ends the check: no judgement is possible.
func (t *T) CantTell(formatted string, args ...any) {
	panic(stop{reports.CantTell, fmt.Sprintf(formatted, args...)})
}

// Inapplicable ends the check: what it is about is optional and not there.
func (t *T) Inapplicable(formatted string, args ...any) {
	panic(stop{reports.Inapplicable, fmt.Sprintf(formatted, args...)})
}

// Untested ends the check: it has nothing to work on.
func (t *T) Untested(formatted string, args ...any) {
	panic(stop{reports.Untested, fmt.Sprintf(formatted, args...)})
}

// Note tells the reader of the report something that bears on how the check judged,
// such as a known defect of a published schema that was read around. It changes no
// outcome.
func (t *T) Note(formatted string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, fmt.Sprintf(formatted, args...))
}

// Claims says whether the target claims feature f.
func (t *T) Claims(f Feature) bool {
	for _, have := range t.Env.Features {
		if have == f {
			return true
		}
	}
	return false
}

// URN is a fresh entity id of the run's own: urn:ngsi-ld:<kind>:<token>-<check>-<n>.
func (t *T) URN(kind string) string {
	return fmt.Sprintf("urn:ngsi-ld:%s:%s-%s-%d", kind, t.client.Token(), shortHash(t.Check.ID), t.next())
}

// Name is a fresh type or attribute name of the run's own that starts with base
// and holds letters and digits only.
func (t *T) Name(base string) string {
	return fmt.Sprintf("%s%s%sn%d", base, t.client.Token(), shortHash(t.Check.ID), t.next())
}

// Own says whether a text holds the run's token, as all names that it gives do.
func (t *T) Own(s string) bool { return strings.Contains(s, t.client.Token()) }

// Mine says whether a text holds a name or an entity id that this check gave.
func (t *T) Mine(s string) bool {
	token, check := t.client.Token(), shortHash(t.Check.ID)
	return strings.Contains(s, token+check) || strings.Contains(s, token+"-"+check)
}

// Number is a fresh whole number: from 1001, and never given before to this check.
func (t *T) Number() int { return 1000 + t.next() }

func (t *T) next() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names++
	return t.names
}

// Option changes a request before it is sent.
type Option func(*probe.Request)

// Header sets a request header; no value removes a default one.
func Header(name string, values ...string) Option {
	return func(r *probe.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
}

// Query adds query parameters, given as name, value, name, value.
func Query(pairs ...string) Option {
	return func(r *probe.Request) {
		for i := 0; i+1 < len(pairs); i += 2 {
			r.Query.Add(pairs[i], pairs[i+1])
		}
	}
}

// Expecting says that the check itself judges these statuses (401, 403, 429, 5xx).
func Expecting(statuses ...int) Option {
	return func(r *probe.Request) { r.Expects = append(r.Expects, statuses...) }
}

// KeepRedirects says that the check itself judges a redirect.
func KeepRedirects() Option { return func(r *probe.Request) { r.KeepRedirects = true } }

// At sends the request to another endpoint of the target than the check's first one.
func At(endpoint string) Option { return func(r *probe.Request) { r.Endpoint = endpoint } }

// Anonymous sends the request without any of the target's credentials.
func Anonymous() Option { return func(r *probe.Request) { r.Anonymous = true } }

// AsClient sends the request as a client of the target, without its other credentials.
func AsClient(name string) Option { return func(r *probe.Request) { r.Client = name } }

// SignsIn fills in the target's user where probe.UserName and probe.UserPassword stand in
// the body, and sends no other credentials.
func SignsIn() Option { return func(r *probe.Request) { r.SignsIn = true } }

// Plain asks by http instead of https, without any of the target's credentials.
func Plain() Option { return func(r *probe.Request) { r.Plain = true } }

// FromRoot takes the path for one below the root of the endpoint's host.
func FromRoot() Option { return func(r *probe.Request) { r.FromRoot = true } }

// AnyMedia says that the check itself judges an answer in HTML.
func AnyMedia() Option { return func(r *probe.Request) { r.AnyMedia = true } }

// JSON sends v with Content-Type application/json. A []byte is sent as it is.
func JSON(v any) Option { return body("application/json", v) }

// JSONLD sends v with Content-Type application/ld+json. A []byte is sent as it is.
func JSONLD(v any) Option { return body("application/ld+json", v) }

// Body sends raw bytes with the given Content-Type.
func Body(contentType string, b []byte) Option { return body(contentType, b) }

func body(contentType string, v any) Option {
	return func(r *probe.Request) {
		b, raw := v.([]byte)
		if !raw {
			var err error
			if b, err = json.Marshal(v); err != nil {
				panic(fmt.Sprintf("check sends what is no JSON: %v", err))
			}
		}
		r.Body = b
		r.Header["Content-Type"] = []string{contentType}
	}
}

// Send sends a request and returns its answer. An answer that cannot be judged
// (unreachable, cut, refused credentials, a proxy's page) ends the check as cantTell.
func (t *T) Send(method, path string, options ...Option) *probe.Response {
	response, err := t.try(method, path, options)
	if err != nil {
		panic(stop{reports.CantTell, err.Error()})
	}
	return response
}

func (t *T) try(method, path string, options []Option) (*probe.Response, error) {
	r := probe.Request{Endpoint: t.Check.Asks()[0], Method: method, Path: path, Query: url.Values{}, Header: http.Header{}}
	for _, o := range options {
		o(&r)
	}
	response, err := t.client.Do(t.ctx, r)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.last = response
	t.mu.Unlock()
	return response, nil
}

// Attempt is Send for a request that the platform may as well not answer: then it gives
// why, and no response.
func (t *T) Attempt(method, path string, options ...Option) (*probe.Response, *probe.Unjudgeable) {
	response, err := t.try(method, path, options)
	var none *probe.Unjudgeable
	if err != nil && !errors.As(err, &none) {
		panic(stop{reports.CantTell, err.Error()})
	}
	return response, none
}

// Handshake shakes hands with an endpoint of the target by TLS. One of which nobody can
// tell how it went ends the check as cantTell.
func (t *T) Handshake(endpoint string, offer probe.Offer) probe.Handshake {
	return told(t.witness("shake hands with the platform").Handshake(t.ctx, endpoint, offer))
}

// Verified says whether the token, a JWT, was signed by one of the keys, a JWK set. When
// nobody can tell, the check ends as cantTell.
func (t *T) Verified(token string, keys []byte) bool {
	return told(t.witness("look at the signature").Verified(token, keys))
}

// Hashed says whether the ID token holds the hash of the access token. When nobody can
// tell, the check ends as cantTell.
func (t *T) Hashed(idToken, accessToken string) bool {
	return told(t.witness("look at the hash").Hashed(idToken, accessToken))
}

// witness is who is to do something; when there is nobody the check ends as untested.
func (t *T) witness(to string) probe.Witness {
	if t.Env.Witness == nil {
		t.Untested("there is nobody to %s", to)
	}
	return t.Env.Witness
}

// told is what a witness found; when nobody can tell, the check ends as cantTell.
func told[F any](found F, err error) F {
	if err != nil {
		panic(stop{reports.CantTell, err.Error()})
	}
	return found
}

// GET sends a GET request; see Send.
func (t *T) GET(path string, options ...Option) *probe.Response {
	return t.Send(http.MethodGet, path, options...)
}

// POST sends a POST request; see Send.
func (t *T) POST(path string, options ...Option) *probe.Response {
	return t.Send(http.MethodPost, path, options...)
}

// PATCH sends a PATCH request; see Send.
func (t *T) PATCH(path string, options ...Option) *probe.Response {
	return t.Send(http.MethodPatch, path, options...)
}

// PUT sends a PUT request; see Send.
func (t *T) PUT(path string, options ...Option) *probe.Response {
	return t.Send(http.MethodPut, path, options...)
}

// DELETE sends a DELETE request; see Send.
func (t *T) DELETE(path string, options ...Option) *probe.Response {
	return t.Send(http.MethodDelete, path, options...)
}

// Assertion is an expectation about one value.
type Assertion struct {
	t      *T
	actual any
	fatal  bool
}

// Expect begins an expectation; a mismatch is collected and the check goes on.
func (t *T) Expect(actual any) Assertion { return Assertion{t: t, actual: actual} }

// Require begins an expectation; a mismatch ends the check.
func (t *T) Require(actual any) Assertion { return Assertion{t: t, actual: actual, fatal: true} }

// To expects that the value matches. why, if given, is a format and its
// arguments that say what the clause asks, and leads the message.
func (a Assertion) To(m types.GomegaMatcher, why ...any) bool { return a.check(m, true, why) }

// NotTo expects that the value does not match.
func (a Assertion) NotTo(m types.GomegaMatcher, why ...any) bool { return a.check(m, false, why) }

// Finder is a matcher that tells its mismatch in parts.
type Finder interface {
	// Finding describes why the last Match gave false.
	Finding(actual any) reports.Finding
}

func (a Assertion) check(m types.GomegaMatcher, want bool, why []any) bool {
	ok, err := m.Match(a.actual)
	if err == nil && ok == want {
		return true
	}
	var f reports.Finding
	finder, detailed := m.(Finder)
	switch {
	case err != nil:
		f.Message = err.Error()
	case detailed && want:
		f = finder.Finding(a.actual)
	case want:
		f.Message = m.FailureMessage(a.actual)
	default:
		f.Message = m.NegatedFailureMessage(a.actual)
	}
	if len(why) > 0 {
		f.Message = fmt.Sprintf(fmt.Sprint(why[0]), why[1:]...) + ": " + f.Message
	}
	a.t.report(f, a.actual)
	if a.fatal {
		panic(stop{})
	}
	return false
}

// Holds collects a mismatch that was worked out before and seen in the answer r: the
// message tells it when ok is false.
func (t *T) Holds(r *probe.Response, ok bool, format string, args ...any) bool {
	if !ok {
		t.report(reports.Finding{Message: fmt.Sprintf(format, args...)}, r)
	}
	return ok
}

// MustHold is Holds, and ends the check by the mismatch.
func (t *T) MustHold(r *probe.Response, ok bool, format string, args ...any) {
	if !t.Holds(r, ok, format, args...) {
		panic(stop{})
	}
}

func (t *T) report(f reports.Finding, actual any) {
	if notRecorded(t.ctx) != nil {
		return // what follows from a gap in a record is no mismatch of the platform
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r, ok := actual.(*probe.Response); ok && r != nil {
		f.Exchange = r.Seq
	} else if f.Exchange == 0 && t.last != nil {
		f.Exchange = t.last.Seq
	}
	if f.Hint == "" {
		f.Hint = t.Check.Hint
	}
	if f.Actual == "" && f.Expected == "" {
		if _, isResponse := actual.(*probe.Response); !isResponse {
			f.Actual = strings.TrimSpace(format.Object(actual, 0))
		}
	}
	t.findings = append(t.findings, steady(f))
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func shortHash(s string) string { return fmt.Sprintf("%06x", hash(s)&0xffffff) }
