package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
)

// Bounds of what an inbox keeps: whoever sends more is told 413 or 503.
const (
	maxNotification = 16 << 20 // bytes of one body
	maxInbox        = 10_000   // notifications that wait for Next
)

// ErrOverflow says that more notifications came to an inbox than it keeps.
var ErrOverflow = errors.New("more notifications came than an inbox keeps")

// Notification is a request that came to an inbox, whatever its method, or a message that
// was published to a topic.
type Notification struct {
	Method string // PUBLISH is one of MQTT
	Header http.Header
	Body   []byte
	At     time.Time             // when it had come whole
	MQTT   *evidence.Publication // nil for one of HTTP
}

// Answer is how an inbox answers a notification.
type Answer struct {
	Status int           // 200 if zero
	Delay  time.Duration // before the answer begins
}

// Inbox is an address of the harness to which a platform can send notifications
// (ETSI GS CIM 009, 6.3.8). It is safe for concurrent use.
type Inbox interface {
	// URL is the address, which cannot be guessed.
	URL() string
	// Next removes the oldest notification that has come, or waits for one until ctx
	// ends. The error is of ctx, or ErrOverflow.
	Next(ctx context.Context) (Notification, error)
	// Answer sets the answers to the notifications that come from now on, one after
	// the other; the last one stays. Without answers they are 200.
	Answer(answers ...Answer)
}

// NewInbox opens an address for notifications; name is part of it, for people who
// look at what a platform stores. It is there until the callback server is closed.
func (c *Callback) NewInbox(name string) Inbox {
	path := "/notifications/" + strings.ToLower(rand.Text()) + "/" + url.PathEscape(name)
	box := &inbox{url: c.base + path, some: make(chan struct{}, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inboxes[path] = box
	return box
}

type inbox struct {
	url string

	mu       sync.Mutex
	waiting  []Notification
	overflow bool
	answers  []Answer
	some     chan struct{} // holds a token while notifications wait
}

func (b *inbox) URL() string { return b.url }

func (b *inbox) Answer(answers ...Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = answers
}

func (b *inbox) Next(ctx context.Context) (Notification, error) {
	for {
		if n, ok, err := b.take(); ok || err != nil {
			return n, err
		}
		select {
		case <-b.some:
		case <-ctx.Done():
			return Notification{}, fmt.Errorf("no notification came to %s: %w", b.url, context.Cause(ctx))
		}
	}
}

func (b *inbox) take() (Notification, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		if b.overflow {
			return Notification{}, false, fmt.Errorf("%w (%d) at %s", ErrOverflow, maxInbox, b.url)
		}
		return Notification{}, false, nil
	}
	n := b.waiting[0]
	b.waiting = b.waiting[1:]
	if len(b.waiting) > 0 {
		b.signal() // there may be another one who waits
	}
	return n, true, nil
}

// put keeps a notification and gives the answer to it.
func (b *inbox) put(n Notification) Answer {
	if !b.keep(n) {
		return Answer{Status: http.StatusServiceUnavailable}
	}
	return b.next()
}

// keep keeps a notification, and says whether there was room for it.
func (b *inbox) keep(n Notification) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) >= maxInbox {
		b.overflow = true
		return false
	}
	b.waiting = append(b.waiting, n)
	b.signal()
	return true
}

// next is the answer to what comes now.
func (b *inbox) next() Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := Answer{}
	if len(b.answers) > 0 {
		a = b.answers[0]
	}
	if len(b.answers) > 1 {
		b.answers = b.answers[1:]
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	return a
}

// signal wakes one who waits. The caller holds the lock.
func (b *inbox) signal() {
	select {
	case b.some <- struct{}{}:
	default:
	}
}

// ServeHTTP implements http.Handler.
func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, "the notification is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // cut off: the sender is gone, and half a notification is none
	}
	a := b.put(Notification{Method: r.Method, Header: r.Header.Clone(), Body: body, At: time.Now()})
	if a.Delay > 0 {
		timer := time.NewTimer(a.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	w.WriteHeader(a.Status)
}
