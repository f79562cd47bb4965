package faults

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Transport puts the faults that change what the platform itself sends, notifications above
// all, before the transport that it sends by. Without any it is nil.
func Transport(by http.RoundTripper, active ...Fault) http.RoundTripper {
	found := false
	for _, f := range slices.Backward(active) {
		if f.Outgoing != nil {
			by, found = outgoing{f, by}, true
		}
	}
	if !found {
		return nil
	}
	return by
}

// outgoing puts a fault before a transport.
type outgoing struct {
	fault Fault
	next  http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o outgoing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !o.fault.On(r) {
		return o.next.RoundTrip(r)
	}
	return o.fault.Outgoing(r.Clone(r.Context()), o.next)
}

// notifications matches the notifications that the platform sends: no other POST goes
// to an address outside of an NGSI-LD API.
func notifications() Match {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPost && !strings.Contains(r.URL.Path, "/ngsi-ld/v1/")
	}
}

// notified is an Outgoing change of a notification's body and header.
func notified(edit func(n object, h http.Header)) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		sent := ReadBody(r)
		if n, ok := decode(sent).(object); ok {
			edit(n, r.Header)
			sent = encode(n)
		}
		SetBody(r, sent)
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sent)), nil }
		return next.RoundTrip(r)
	}
}

// notifiedEntities is an Outgoing change of each entity in a notification.
func notifiedEntities(edit func(e object)) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return notified(func(n object, _ http.Header) {
		for _, e := range objects(n["data"]) {
			edit(e)
		}
	})
}

// notifiedAttributes is an Outgoing change of each attribute of each entity in a
// notification; edit returns what is sent instead, nil for nothing.
func notifiedAttributes(edit func(a object) object) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return notifiedEntities(func(e object) { editAttributes(e, edit) })
}

// lost is an Outgoing change: the notifications that are so never arrive, and the
// platform takes them for delivered.
func lost(so func(n object) bool) func(*http.Request, http.RoundTripper) (*http.Response, error) {
	return func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if n, ok := decode(ReadBody(r)).(object); ok && so(n) {
			return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
				Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}
		return next.RoundTrip(r)
	}
}
