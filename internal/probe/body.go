package probe

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	errTooLarge = errors.New("body over the limit")
	errDrip     = errors.New("body comes too slowly")
	errCoding   = errors.New("content coding")
)

// readBody reads at most limit bytes and gives up, by cancel, when less than
// minProgress bytes arrive within window. What was read comes with an error too.
func readBody(r io.Reader, limit int64, window time.Duration, cancel context.CancelCauseFunc) ([]byte, error) {
	watched := watch(r, window, cancel)
	defer watched.stop()
	b, err := io.ReadAll(io.LimitReader(watched, limit+1))
	if err == nil && int64(len(b)) > limit {
		return b[:limit], errTooLarge
	}
	return b, err
}

// watched counts what is read and looks at the count once a window.
type watched struct {
	io.Reader
	got   atomic.Int64
	mu    sync.Mutex
	timer *time.Timer
	ended bool
}

func watch(r io.Reader, window time.Duration, cancel context.CancelCauseFunc) *watched {
	w := &watched{Reader: r}
	var before int64
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(window, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.ended {
			return
		}
		now := w.got.Load()
		if now-before < minProgress {
			cancel(errDrip)
			return
		}
		before = now
		w.timer.Reset(window)
	})
	return w
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.got.Add(int64(n))
	return n, err
}

func (w *watched) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.timer.Stop()
}

// decode undoes the content codings (RFC 9110, 8.4), last one first. No step may
// give more than limit bytes: a few kilobytes can stand for gigabytes.
func decode(b []byte, codings string, limit int64) ([]byte, error) {
	if len(b) == 0 {
		return b, nil // an answer to HEAD, or 204: codings of nothing
	}
	names := strings.Split(codings, ",")
	if len(names) > 3 {
		return nil, fmt.Errorf("%w %q: expected at most 3 of them", errCoding, codings)
	}
	for i := len(names) - 1; i >= 0; i-- {
		var err error
		if b, err = decodeOne(b, strings.ToLower(strings.TrimSpace(names[i])), limit); err != nil {
			return b, err
		}
	}
	return b, nil
}

func decodeOne(b []byte, coding string, limit int64) ([]byte, error) {
	var r io.Reader
	var err error
	switch coding {
	case "", "identity":
		return b, nil
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(b))
	case "deflate": // zlib by the standard; some servers send it without its frame
		if r, err = zlib.NewReader(bytes.NewReader(b)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(b)), nil
		}
	default:
		return nil, fmt.Errorf("%w %q is none of gzip, deflate and identity", errCoding, coding)
	}
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", errCoding, coding, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return out, fmt.Errorf("%w %s: %w", errCoding, coding, err)
	case int64(len(out)) > limit:
		return out[:limit], errTooLarge
	}
	return out, nil
}
