package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
)

// Recording is all that the checks of a run were told.
type Recording struct {
	Token     string
	Endpoints map[string]string // endpoint name -> base URL
	TLSCert   bool              // the target asks for a client certificate
	Callback  string            // base URL of the callback server; empty when there was none
	Requests  int
	Cleanup   CleanupReport
	Exchanges []evidence.Exchange
	Events    []evidence.Event
	Blobs     evidence.Blobs
}

// NotRecorded says that a check asked for what the record does not have, so that
// nothing can be said about it.
type NotRecorded struct{ What string }

func (e *NotRecorded) Error() string {
	return "the record does not have " + e.What + ": only a new run can tell"
}

// Replay gives checks what was recorded instead of a platform. It sends nothing and
// waits for nothing.
type Replay struct {
	record Recording
	bases  map[string]*url.URL
	redact *redactor // knows no secret, only which names hold one

	mu     sync.Mutex
	checks map[string]*replayed
}

// NewReplay prepares the replay of a recording. An error says that it contradicts itself.
func NewReplay(record Recording) (*Replay, error) {
	r := &Replay{record: record, redact: newRedactor(&target.Target{}), checks: map[string]*replayed{}}
	var err error
	if r.bases, err = bases(record.Endpoints); err != nil {
		return nil, err
	}
	for _, x := range record.Exchanges {
		c := r.check(x.Check)
		if _, twice := c.exchanges[x.Seq]; twice {
			return nil, fmt.Errorf("the record has exchange %d of %s twice", x.Seq, x.Check)
		}
		c.exchanges[x.Seq] = x
	}
	for _, e := range record.Events {
		if e.Kind == evidence.Called && e.Call == nil || e.Kind == evidence.Asked && e.Message == nil {
			return nil, fmt.Errorf("event %d of %s says nothing: expected what a %s event has", e.Seq, e.Check, e.Kind)
		}
		c := r.check(e.Check)
		c.events = append(c.events, e)
	}
	for _, c := range r.checks {
		c.used = make([]bool, len(c.events))
	}
	return r, nil
}

// check is the replay of one check: the same one for the same id.
func (r *Replay) check(id string) *replayed {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, have := r.checks[id]
	if !have {
		c = &replayed{r: r, id: id, exchanges: map[int]evidence.Exchange{}, shown: map[int]bool{}, sources: map[string]*replayedSource{}}
		r.checks[id] = c
	}
	return c
}

// Client is the way to the record for one check.
func (r *Replay) Client(check string) Client { return r.check(check) }

// Clock tells a check the recorded times.
func (r *Replay) Clock(check string) Clock { return replayedClock{r.check(check)} }

// Receiver tells a check what came to the harness in the recorded run.
func (r *Replay) Receiver(check string, _ Receiver) Receiver { return replayedReceiver{r.check(check)} }

// Skipped is why the check was not begun in the recorded run, or is not now.
func (r *Replay) Skipped(check, stopped string) string {
	c := r.check(check)
	if e, _, have := c.next(evidence.Skipped, ""); have {
		return e.Reason
	}
	return stopped
}

// Enter begins a check. Its context ends when it had ended in the recorded run, or
// when the check asks for something that was not recorded, with *NotRecorded as cause.
func (r *Replay) Enter(ctx context.Context, check string, _ time.Duration) (context.Context, func(stopped string) End) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := r.check(check)
	c.mu.Lock()
	c.cancel = cancel
	c.mu.Unlock()
	return ctx, func(stopped string) End {
		defer cancel(nil)
		e, _, _ := c.next(evidence.Ended, "")
		if stopped == "" {
			stopped = e.Reason
		}
		return End{Stopped: stopped, Over: e.Over}
	}
}

// Settle does nothing: the record is there as a whole.
func (r *Replay) Settle(string) {}

// Cleanup tells what the recorded run cleaned up.
func (r *Replay) Cleanup(context.Context) (CleanupReport, error) { return r.record.Cleanup, nil }

// Requests is how many requests the recorded run sent.
func (r *Replay) Requests() int { return r.record.Requests }

// Redact returns text: what is recorded is redacted.
func (r *Replay) Redact(text string) string { return text }

// Curl is the command that sends a recorded request again; see Response.Curl.
func (r *Replay) Curl(x evidence.Exchange) string {
	body, _ := r.record.Blobs.Get(x.Request.Body.SHA256)
	return curl(x.Request, body, r.record.TLSCert)
}

// Blobs has the bodies that exchanges refer to.
func (r *Replay) Blobs() evidence.Blobs { return r.record.Blobs }

// replayed is what one check is told again. It is the check's Client.
type replayed struct {
	r  *Replay
	id string

	mu        sync.Mutex
	cancel    context.CancelCauseFunc // of the check's context, while it runs
	events    []evidence.Event        // in order
	used      []bool
	exchanges map[int]evidence.Exchange
	shown     map[int]bool // exchanges that the check has had
	last      time.Time    // the newest time that it was told
	sources   map[string]*replayedSource
}

// Token implements Client.
func (c *replayed) Token() string { return c.r.record.Token }

// Exchanges implements Client.
func (c *replayed) Exchanges() []evidence.Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []evidence.Exchange
	for _, seq := range slices.Sorted(maps.Keys(c.shown)) {
		all = append(all, c.exchanges[seq])
	}
	return all
}

// LastAsked implements Client.
func (c *replayed) LastAsked() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := 0
	for seq := range c.shown {
		last = max(last, seq)
	}
	return c.exchanges[last].Started
}

// take uses the first unused event that fits, and its place in the record.
func (c *replayed) take(fits func(evidence.Event) bool) (e evidence.Event, at int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.events {
		if c.used[i] || !fits(e) {
			continue
		}
		c.used[i] = true
		if e.Over && c.cancel != nil {
			c.cancel(context.DeadlineExceeded)
		}
		return e, i, true
	}
	return evidence.Event{}, 0, false
}

// next uses the next event of a kind.
func (c *replayed) next(kind evidence.EventKind, key string) (evidence.Event, int, bool) {
	return c.take(func(e evidence.Event) bool { return e.Kind == kind && e.Key == key })
}

// miss ends the check: what it asks for is not in the record.
func (c *replayed) miss(format string, args ...any) *NotRecorded {
	missing := &NotRecorded{fmt.Sprintf(format, args...)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel(missing)
	}
	return missing
}

// Do implements Client. An error that is *NotRecorded is about the record.
func (c *replayed) Do(ctx context.Context, r Request) (*Response, error) {
	if ctx.Err() != nil {
		var missing *NotRecorded
		if errors.As(context.Cause(ctx), &missing) {
			return nil, missing
		}
	}
	place, _ := locate(c.r.bases, r) // a wrong one was refused in the run, too
	address := c.r.redact.url(place.url.String())
	e, at, ok := c.take(func(e evidence.Event) bool {
		return e.Kind == evidence.Called && e.Call.Method == r.Method && stoodFor(e.Call.URL, address) && c.sameBody(e.Call.Body, r.Body)
	})
	if !ok {
		return nil, c.miss("%s %s of %s%s", r.Method, address, c.id, bodyWords(r.Body))
	}
	defer c.deliver(at)
	c.mu.Lock()
	for seq := e.Call.First; seq <= e.Call.Last; seq++ {
		if _, have := c.exchanges[seq]; have {
			c.shown[seq] = true
		}
	}
	x, have := c.exchanges[e.Call.Answer]
	c.mu.Unlock()
	if f := e.Call.Failure; f != nil {
		return nil, &Unjudgeable{Failure: *f, Method: r.Method, URL: e.Call.URL, Seq: e.Call.Answer}
	}
	if !have || x.Response == nil {
		return nil, c.miss("the answer to %s %s of %s (exchange %d)", r.Method, address, c.id, e.Call.Answer)
	}
	body, ok := c.body(x.Response.Body)
	if !ok {
		return nil, c.miss("the %d bytes that %s %s of %s was answered with", x.Response.Body.Size, r.Method, address, c.id)
	}
	// The record alone does not make an answer one that may be judged.
	j := judge(r, answer{status: x.Response.Status, header: x.Response.Header, body: body}, Limits{Depth: standardDepth})
	if j.failure != nil {
		return nil, &Unjudgeable{Failure: *j.failure, Method: r.Method, URL: e.Call.URL, Seq: x.Seq}
	}
	sent, _ := c.body(x.Request.Body)
	header := x.Response.Header
	if header == nil {
		header = http.Header{}
	}
	return &Response{Status: x.Response.Status, Header: header.Clone(), Body: body, Request: r, Seq: x.Seq,
		Curl: curl(x.Request, sent, c.r.record.TLSCert)}, nil
}

// body gives the bytes that were recorded.
func (c *replayed) body(ref evidence.Body) ([]byte, bool) {
	if ref.SHA256 == "" {
		return nil, true
	}
	return c.r.record.Blobs.Get(ref.SHA256)
}

// sameBody says whether the recorded body is that of the request.
func (c *replayed) sameBody(ref evidence.Body, body []byte) bool {
	recorded, ok := c.body(ref)
	return ok && stoodFor(string(recorded), string(body))
}

// stoodFor says whether recorded is what text is in a record: the same, but for the
// stand-ins of secrets, which a replay does not know.
func stoodFor(recorded, text string) bool {
	if recorded == text {
		return true
	}
	stands := variable.FindAllStringIndex(recorded, -1)
	if stands == nil {
		return false
	}
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	end := 0
	for _, at := range stands {
		pattern.WriteString(regexp.QuoteMeta(recorded[end:at[0]]) + `(?s:.+)`)
		end = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(recorded[end:]) + `\z`)
	same, err := regexp.MatchString(pattern.String(), text)
	return err == nil && same
}

func bodyWords(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return fmt.Sprintf(" with a body of %d bytes", len(b))
}

// deliver gives the sources what came to them before the event at this place.
func (c *replayed) deliver(before int) {
	for i := range before {
		c.mu.Lock()
		e := c.events[i]
		s := c.sources[e.Key]
		due := e.Kind == evidence.Asked && !c.used[i] && s != nil
		if due {
			c.used[i] = true
		}
		c.mu.Unlock()
		if due {
			s.receive(e)
		}
	}
}

type replayedClock struct{ c *replayed }

func (k replayedClock) Now() time.Time {
	e, _, ok := k.c.next(evidence.Now, "")
	k.c.mu.Lock()
	if ok {
		k.c.last = e.At
	}
	now := k.c.last
	k.c.mu.Unlock()
	if !ok {
		_ = k.c.miss("one more time that %s looks at the clock", k.c.id)
	}
	return now
}

func (replayedClock) Pause(context.Context, time.Duration) {}

// Witness tells a check what was seen in the recorded run.
func (r *Replay) Witness(check string) Witness { return replayedWitness{r.check(check)} }

type replayedWitness struct{ c *replayed }

func (w replayedWitness) Handshake(_ context.Context, endpoint string, offer Offer) (evidence.Handshake, error) {
	e, _, ok := w.c.next(evidence.Shaken, shakenKey(endpoint, offer))
	switch {
	case !ok:
		return evidence.Handshake{}, w.c.miss("a handshake of %s with the endpoint %s", w.c.id, endpoint)
	case e.Handshake == nil:
		return evidence.Handshake{}, errors.New(e.Reason)
	}
	return *e.Handshake, nil
}

func (w replayedWitness) Hashed(string, string) (bool, error) {
	return w.said(evidence.Hashed, "whether %s found an ID token to hold the hash of an access token")
}

func (w replayedWitness) Verified(string, []byte) (bool, error) {
	return w.said(evidence.Verified, "whether %s found a signature to be one of the provider")
}

// said is what the witness of the recorded run found; missing tells what a record lacks
// that has nothing of it, with %s for the check.
func (w replayedWitness) said(kind evidence.EventKind, missing string) (bool, error) {
	e, _, ok := w.c.next(kind, "")
	switch {
	case !ok:
		return false, w.c.miss(missing, w.c.id)
	case e.Reason != "":
		return false, errors.New(e.Reason)
	}
	return e.Yes, nil
}

type replayedReceiver struct{ c *replayed }

func (r replayedReceiver) ServeContext(doc []byte) string {
	return r.c.r.record.Callback + contextPath(doc)
}

func (r replayedReceiver) Reached() bool {
	e, _, ok := r.c.next(evidence.Reached, "")
	if !ok {
		_ = r.c.miss("whether the platform had reached the harness when %s asks for it", r.c.id)
	}
	return e.Yes
}

func (r replayedReceiver) NewInbox(name string) Inbox {
	e, _, ok := r.c.next(evidence.Inbox, name)
	if !ok {
		_ = r.c.miss("one more inbox of %s", r.c.id)
	}
	return replayedInbox{r.c, e.URL}
}

func (r replayedReceiver) NewSource(name string) Source {
	e, _, ok := r.c.next(evidence.Source, name)
	if !ok {
		_ = r.c.miss("one more context source of %s", r.c.id)
	}
	s := &replayedSource{c: r.c, url: e.URL, answer: notThere}
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	r.c.sources[e.URL] = s
	return s
}

type replayedInbox struct {
	c   *replayed
	url string
}

func (b replayedInbox) URL() string      { return b.url }
func (b replayedInbox) Answer(...Answer) {}

func (b replayedInbox) Next(context.Context) (Notification, error) {
	e, at, ok := b.c.next(evidence.Next, b.url)
	if !ok {
		return Notification{}, b.c.miss("what came next to an inbox of %s", b.c.id)
	}
	b.c.deliver(at)
	switch {
	case e.Reason == overflowed:
		return Notification{}, fmt.Errorf("%w (%d) at %s", ErrOverflow, maxInbox, b.url)
	case e.Message == nil:
		return Notification{}, errors.New(e.Reason)
	}
	body, ok := b.c.body(e.Message.Body)
	if !ok {
		return Notification{}, b.c.miss("the %d bytes of a notification to %s", e.Message.Body.Size, b.c.id)
	}
	return Notification{Method: e.Message.Method, Header: e.Message.Header.Clone(), Body: body, At: e.At, MQTT: e.Message.MQTT}, nil
}

type replayedSource struct {
	c   *replayed
	url string

	mu     sync.Mutex
	answer func(Asked) Told
	asked  []Asked
}

func (s *replayedSource) URL() string { return s.url }

func (s *replayedSource) Serve(answer func(Asked) Told) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// receive is a recorded request that comes again. What the check answers to it changes
// nothing anymore, but what it learns from it may.
func (s *replayedSource) receive(e evidence.Event) {
	m := e.Message
	body, ok := s.c.body(m.Body)
	query, err := url.ParseQuery(m.Query)
	if !ok || err != nil {
		_ = s.c.miss("a request to a context source of %s as a whole", s.c.id)
		return
	}
	a := Asked{Method: m.Method, Path: m.Path, Query: query, Header: m.Header.Clone(), Body: body, At: e.At}
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	_ = answer(a)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, a)
}

func (s *replayedSource) Asked() []Asked {
	e, _, ok := s.c.next(evidence.Seen, s.url)
	if !ok {
		_ = s.c.miss("what a context source of %s had been asked by then", s.c.id)
	}
	for {
		s.mu.Lock()
		have := len(s.asked)
		s.mu.Unlock()
		if have >= e.Count {
			break
		}
		asked, _, more := s.c.next(evidence.Asked, s.url)
		if !more {
			_ = s.c.miss("all that a context source of %s was asked", s.c.id)
			break
		}
		s.receive(asked)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked[:min(len(s.asked), e.Count)])
}
