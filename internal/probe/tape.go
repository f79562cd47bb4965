package probe

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
)

// Receiver is an address of the harness that a platform can reach, as one check sees it.
type Receiver interface {
	// ServeContext publishes doc as JSON-LD and returns its URL.
	ServeContext(doc []byte) (url string)
	// NewInbox opens an address for notifications, with name in it.
	NewInbox(name string) Inbox
	// NewSource opens a context source that can be registered, with name in its address.
	NewSource(name string) Source
	// Reached says whether anything has come from the platform so far.
	Reached() bool
}

// End says how a check's time ended.
type End struct {
	// Stopped is why the run stopped before the check ended; empty when it did not.
	Stopped string
	// Over says that the check's own time was over.
	Over bool
}

// tape records what one check is told. It is safe for concurrent use.
type tape struct {
	s     *Session
	check string

	mu     sync.Mutex
	ctx    context.Context // of the check, while it runs
	over   bool            // it has run
	events evidence.Log[evidence.Event]
}

func (t *tape) add(e evidence.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.Check, e.Seq = t.check, t.events.Len()+1
	e.Over = t.over || t.ctx != nil && t.ctx.Err() != nil
	keep(&t.events, e, &t.s.packer)
}

func (t *tape) all() []evidence.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	return unpacked(t.events.All(&t.s.packer))
}

// call records how a call ended.
func (t *tape) call(k *call, first, last int, response *Response, failed *Unjudgeable) {
	e := &evidence.Call{Method: k.request.Method, URL: t.s.redact.url(k.url.String()), First: first, Last: last,
		Body: t.s.blobs.Put(t.s.redact.bytes(k.request.Body))}
	if failed != nil {
		failure := failed.Failure
		e.Answer, e.Failure = failed.Seq, &failure
	} else {
		e.Answer = response.Seq
	}
	t.add(evidence.Event{Kind: evidence.Called, Call: e})
}

// message is the redacted record of a request that came to the harness.
func (t *tape) message(method, path, query string, header http.Header, body []byte) *evidence.Message {
	return &evidence.Message{Method: method, Path: t.s.redact.text(path), Query: t.s.redact.text(query),
		Header: t.s.redact.header(header), Body: t.s.blobs.Put(t.s.redact.bytes(body))}
}

// publication is p without the target's secrets.
func (t *tape) publication(p *evidence.Publication) *evidence.Publication {
	if p == nil {
		return nil
	}
	out := *p
	for _, text := range []*string{&out.Topic, &out.User, &out.Password} {
		*text = t.s.redact.text(*text)
	}
	return &out
}

// Enter begins a check that may take timeout. The check gets the context; leave, to be
// called when its body has ended, is told why the run stopped, if it did.
func (s *Session) Enter(ctx context.Context, check string, timeout time.Duration) (_ context.Context, leave func(stopped string) End) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	t := s.client(check).tape
	t.mu.Lock()
	t.ctx = ctx
	t.mu.Unlock()
	return ctx, func(stopped string) End {
		end := End{Stopped: stopped, Over: ctx.Err() != nil}
		t.add(evidence.Event{Kind: evidence.Ended, Reason: stopped})
		cancel()
		t.mu.Lock()
		t.ctx, t.over = nil, true
		t.mu.Unlock()
		return end
	}
}

// Settle packs what is recorded of a check that has ended: thousands of checks take their
// room for the whole run. What is recorded later is kept as well.
func (s *Session) Settle(check string) {
	c := s.client(check)
	c.tape.mu.Lock()
	_ = c.tape.events.Pack(&s.packer) // what can't be packed stays open
	c.tape.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.exchanges.Pack(&s.packer)
}

// Skipped is why the check is not begun: because the run was stopped, when it was.
func (s *Session) Skipped(check, stopped string) string {
	if stopped != "" {
		s.client(check).tape.add(evidence.Event{Kind: evidence.Skipped, Reason: stopped})
	}
	return stopped
}

// Clock is the check's clock.
func (s *Session) Clock(check string) Clock { return recordedClock{s.client(check).tape} }

// Receiver is what r is for the check: what comes through it is recorded.
func (s *Session) Receiver(check string, r Receiver) Receiver {
	return recordedReceiver{r, s.client(check).tape}
}

// Events returns what the checks were told, sorted by check and order.
func (s *Session) Events() []evidence.Event {
	var all []evidence.Event
	for _, c := range s.sorted() {
		all = append(all, c.tape.all()...)
	}
	return all
}

// Exchanges returns all exchanges, sorted by check and order.
func (s *Session) Exchanges() []evidence.Exchange {
	var all []evidence.Exchange
	for _, c := range s.sorted() {
		all = append(all, c.Exchanges()...)
	}
	return all
}

// WriteExchanges writes all exchanges, sorted by check and order, as evidence.WriteLines does.
func (s *Session) WriteExchanges(w io.Writer) error {
	for _, c := range s.sorted() {
		c.mu.Lock()
		err := c.exchanges.Write(w, &s.packer)
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteEvents writes what the checks were told in the same way.
func (s *Session) WriteEvents(w io.Writer) error {
	for _, c := range s.sorted() {
		c.tape.mu.Lock()
		err := c.tape.events.Write(w, &s.packer)
		c.tape.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// Bodies are the contents that exchanges and events refer to, by hex SHA-256 digest.
func (s *Session) Bodies() iter.Seq2[string, []byte] { return s.blobs.All() }

type recordedClock struct{ tape *tape }

func (c recordedClock) Now() time.Time {
	now := Machine{}.Now()
	c.tape.add(evidence.Event{Kind: evidence.Now, At: now})
	return now
}

func (c recordedClock) Pause(ctx context.Context, d time.Duration) { Machine{}.Pause(ctx, d) }

type recordedReceiver struct {
	Receiver
	tape *tape
}

func (r recordedReceiver) Reached() bool {
	yes := r.Receiver.Reached()
	r.tape.add(evidence.Event{Kind: evidence.Reached, Yes: yes})
	return yes
}

func (r recordedReceiver) NewInbox(name string) Inbox {
	box := r.Receiver.NewInbox(name)
	r.tape.add(evidence.Event{Kind: evidence.Inbox, Key: name, URL: box.URL()})
	return recordedInbox{box, r.tape}
}

func (r recordedReceiver) NewSource(name string) Source {
	s := r.Receiver.NewSource(name)
	r.tape.add(evidence.Event{Kind: evidence.Source, Key: name, URL: s.URL()})
	recorded := &recordedSource{Source: s, tape: r.tape}
	recorded.Serve(notThere)
	return recorded
}

func notThere(Asked) Told { return Told{Status: http.StatusNotFound} }

type recordedInbox struct {
	Inbox
	tape *tape
}

func (b recordedInbox) Next(ctx context.Context) (Notification, error) {
	n, err := b.Inbox.Next(ctx)
	e := evidence.Event{Kind: evidence.Next, Key: b.URL()}
	switch {
	case errors.Is(err, ErrOverflow):
		e.Reason = overflowed
	case err != nil:
		e.Reason = b.tape.s.redact.text(err.Error())
	default:
		// As the record has it: a replay has to see the same time.
		n.At = n.At.UTC().Round(0)
		e.At, e.Message = n.At, b.tape.message(n.Method, "", "", n.Header, n.Body)
		e.Message.MQTT = b.tape.publication(n.MQTT)
	}
	b.tape.add(e)
	return n, err
}

// overflowed is the recorded reason of ErrOverflow.
const overflowed = "overflow"

// recordedSource keeps what was asked in the order of the record, which is that of the
// answers when several were asked at once.
type recordedSource struct {
	Source
	tape *tape

	mu    sync.Mutex
	asked []Asked
}

func (s *recordedSource) Serve(answer func(Asked) Told) {
	s.Source.Serve(func(a Asked) Told {
		told := answer(a)
		status := told.Status
		if status == 0 {
			status = http.StatusOK
		}
		a.At = a.At.UTC().Round(0) // as the record has it
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, a)
		s.tape.add(evidence.Event{Kind: evidence.Asked, Key: s.URL(), At: a.At,
			Message: s.tape.message(a.Method, a.Path, a.Query.Encode(), a.Header, a.Body),
			Answer: &evidence.Response{Status: status, Header: s.tape.s.redact.header(told.Header),
				Body: s.tape.s.blobs.Put(s.tape.s.redact.bytes(told.Body))}})
		return told
	})
}

func (s *recordedSource) Asked() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tape.add(evidence.Event{Kind: evidence.Seen, Key: s.URL(), Count: len(s.asked)})
	return slices.Clone(s.asked)
}
