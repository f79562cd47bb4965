package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func startCallback(t testing.TB) *Callback {
	t.Helper()
	c, err := StartCallback("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func notify(t testing.TB, url, body string) int {
	t.Helper()
	r, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return r.StatusCode
}

func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestInboxTakesNotificationsInOrder(t *testing.T) {
	c := startCallback(t)
	box, other := c.NewInbox("mim1.notification.x y"), c.NewInbox("mim1.notification.x y")
	if box.URL() == other.URL() {
		t.Fatal("two inboxes of the same name have the same address")
	}
	before := time.Now()
	for i := range 3 {
		if status := notify(t, box.URL(), fmt.Sprint(i)); status != 200 {
			t.Errorf("answered %d, want 200", status)
		}
	}
	notify(t, other.URL(), "elsewhere")
	for i := range 3 {
		n, err := box.Next(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		if string(n.Body) != fmt.Sprint(i) || n.Method != "POST" || n.Header.Get("Content-Type") != "application/json" || n.At.Before(before) {
			t.Errorf("got %+v", n)
		}
	}
}

func TestInboxWaits(t *testing.T) {
	c := startCallback(t)
	box := c.NewInbox("x")
	var wg sync.WaitGroup
	got := make(chan string, 2)
	for range 2 {
		wg.Go(func() {
			n, err := box.Next(soon(t))
			if err != nil {
				t.Error(err)
			}
			got <- string(n.Body)
		})
	}
	notify(t, box.URL(), "a")
	notify(t, box.URL(), "b")
	wg.Wait()
	if seen := <-got + <-got; seen != "ab" && seen != "ba" {
		t.Errorf("those who waited got %q", seen)
	}
	gone, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the check's time is over")
	cancel(why)
	if _, err := box.Next(gone); !errors.Is(err, why) || !strings.Contains(err.Error(), box.URL()) {
		t.Errorf("got %v, want the cause and the address", err)
	}
}

func TestInboxAnswers(t *testing.T) {
	c := startCallback(t)
	box := c.NewInbox("x")
	box.Answer(Answer{Status: 500}, Answer{}, Answer{Status: 404})
	for i, want := range []int{500, 200, 404, 404} {
		if got := notify(t, box.URL(), "x"); got != want {
			t.Errorf("answer %d is %d, want %d", i+1, got, want)
		}
	}
	box.Answer()
	if got := notify(t, box.URL(), "x"); got != 200 {
		t.Errorf("without answers it is %d, want 200", got)
	}
}

// What is told to come late is there for Next at once, and a sender that gives up
// ends the waiting.
func TestInboxDelays(t *testing.T) {
	c := startCallback(t)
	box := c.NewInbox("x")
	box.Answer(Answer{Delay: time.Hour})
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, box.URL(), strings.NewReader("late"))
		if err == nil {
			_, err = http.DefaultClient.Do(r)
		}
		ended <- err
	}()
	if n, err := box.Next(soon(t)); err != nil || string(n.Body) != "late" {
		t.Errorf("got %+v, %v", n, err)
	}
	giveUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestInboxRefusesTooMuch(t *testing.T) {
	c := startCallback(t)
	box := c.NewInbox("x").(*inbox)
	r, err := http.Post(box.URL(), "application/json", io.LimitReader(zeros{}, maxNotification+1))
	if err == nil {
		r.Body.Close()
		if r.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("too large a body was answered %d", r.StatusCode)
		}
	}
	for range maxInbox {
		box.put(Notification{})
	}
	if got := notify(t, box.URL(), "one too many"); got != http.StatusServiceUnavailable {
		t.Errorf("answered %d", got)
	}
	for range maxInbox {
		if _, err := box.Next(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := box.Next(soon(t)); !errors.Is(err, ErrOverflow) {
		t.Errorf("got %v, want that notifications are missing", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A notification that breaks off is none.
func TestInboxIgnoresHalfANotification(t *testing.T) {
	c := startCallback(t)
	box := c.NewInbox("x")
	address, path, _ := strings.Cut(strings.TrimPrefix(box.URL(), "http://"), "/")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"id\"", path)
	conn.Close()
	notify(t, box.URL(), "whole")
	if n, err := box.Next(soon(t)); err != nil || string(n.Body) != "whole" {
		t.Errorf("got %q, %v", n.Body, err)
	}
}

func TestCallbackKnowsWhenItWasReached(t *testing.T) {
	c := startCallback(t)
	for _, path := range []string{"/", "/contexts/00.jsonld", "/notifications/guess/x"} {
		r, err := http.Get(c.base + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusNotFound {
			t.Errorf("%s answered %d", path, r.StatusCode)
		}
	}
	if c.Reached() {
		t.Error("somebody who guesses addresses is not the platform")
	}
	r, err := http.Get(c.ServeContext([]byte(`{"@context":{}}`)))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if !c.Reached() {
		t.Error("the platform asked for a context and that does not count")
	}
	c = startCallback(t)
	notify(t, c.NewInbox("x").URL(), "{}")
	if !c.Reached() {
		t.Error("the platform notified and that does not count")
	}
}

// Whatever is sent to an inbox comes out as it was.
func FuzzInbox(f *testing.F) {
	c := startCallback(f)
	f.Add("POST", []byte(`{"id": "urn:x:y"}`))
	f.Add("PUT", []byte{0, 255})
	f.Add("GET", []byte(nil))
	f.Fuzz(func(t *testing.T, method string, body []byte) {
		box := c.NewInbox("fuzz")
		r, err := http.NewRequestWithContext(t.Context(), method, box.URL(), bytes.NewReader(body))
		if err != nil || method == http.MethodConnect {
			return
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return
		}
		answer.Body.Close()
		n, err := box.Next(soon(t))
		if err != nil || !bytes.Equal(n.Body, body) && method != http.MethodTrace {
			t.Errorf("%s: got %q, %v, want %q", method, n.Body, err, body)
		}
	})
}

// A platform may know the server under another address than the one it listens at.
func TestCallbackBehindAnotherAddress(t *testing.T) {
	c, err := StartCallbackBehind("127.0.0.1:0", "https://tunnel.example:8443")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for _, told := range []string{c.NewInbox("x").URL(), c.ServeContext([]byte("{}"))} {
		if !strings.HasPrefix(told, "https://tunnel.example:8443/") {
			t.Errorf("the platform is told %s", told)
		}
	}
	for _, bad := range []string{"tunnel.example", "http://", "ftp://host", "http://host/path", "http://host?q=1", "http://user:secret@host", "::"} {
		if c, err := StartCallbackBehind("127.0.0.1:0", bad); err == nil {
			c.Close()
			t.Errorf("%q was taken for an address", bad)
		}
	}
	// Without an address to listen at, the port of the public one is meant.
	_, port, err := net.SplitHostPort(strings.TrimPrefix(startCallback(t).Base(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := StartCallbackBehind("", "http://host.example:"+port); err == nil {
		c.Close()
		t.Errorf("port %s is in use by another server, and that was no error", port)
	}
}
