package probe

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// Callback is an HTTP server of the harness that the platform can reach. It serves
// the JSON-LD contexts that checks make up, takes notifications and stands for the
// context sources that checks register, and nothing else.
type Callback struct {
	server  *http.Server
	base    string
	reached atomic.Bool

	mu      sync.RWMutex
	docs    map[string][]byte  // path -> document
	inboxes map[string]*inbox  // path -> inbox
	sources map[string]*source // by the secret part of their address
}

// StartCallback listens at address, HOST or HOST:PORT, by default 127.0.0.1 and any
// free port. The platform has to be able to reach it under that name. Close it.
func StartCallback(address string) (*Callback, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, "0"
	}
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return nil, fmt.Errorf("the callback address %s names no host that a platform could reach: give the address of this machine in the platform's network", address)
	}
	return listen(address, host, port, "")
}

// StartCallbackBehind is StartCallback for a platform that reaches the server under
// another address, such as that of a tunnel, a container's host or a proxy: public is
// what it is told, an http or https URL of a host. Without an address it listens on
// every interface, at the port of public.
func StartCallbackBehind(address, public string) (*Callback, error) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("the public address %q is none that a platform can be told: expected one such as http://host.example:8085, without path", public)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), u.Port()
	}
	if port == "" {
		if port = "80"; u.Scheme == "https" {
			port = "443"
		}
	}
	return listen(cmp.Or(address, ":"+port), host, port, u.Scheme+"://"+u.Host)
}

// listen starts the server; base is the address that the platform is told, by default
// the one that it listens at.
func listen(address, host, port, base string) (*Callback, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("no callback server can listen at %s: %w: give an address of this machine", address, err)
	}
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	c := &Callback{base: cmp.Or(base, "http://"+net.JoinHostPort(host, port)), docs: map[string][]byte{}, inboxes: map[string]*inbox{}, sources: map[string]*source{}}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10}
	go func() { _ = c.server.Serve(listener) }() // it ends by Close, with an error that says so
	return c, nil
}

// ServeContext publishes doc and returns its URL, which is the same for the same
// document and can't be guessed without it.
func (c *Callback) ServeContext(doc []byte) string {
	path := contextPath(doc)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.docs[path] = append([]byte(nil), doc...)
	return c.base + path
}

// Base is the address of the server as the platform is told it, http://HOST:PORT.
func (c *Callback) Base() string { return c.base }

// contextPath is where a document is served.
func contextPath(doc []byte) string {
	sum := sha256.Sum256(doc)
	return "/contexts/" + hex.EncodeToString(sum[:16]) + ".jsonld"
}

// Reached says whether anybody has asked for a context or a source, or sent a
// notification: the addresses cannot be guessed, so it can only have been the platform.
func (c *Callback) Reached() bool { return c.reached.Load() }

// ServeHTTP implements http.Handler.
func (c *Callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.RLock()
	doc, have := c.docs[r.URL.Path]
	box := c.inboxes[r.URL.EscapedPath()]
	asked := c.sourceOf(r.URL.EscapedPath())
	c.mu.RUnlock()
	if have || box != nil || asked != nil {
		c.reached.Store(true)
	}
	switch {
	case box != nil:
		box.ServeHTTP(w, r)
	case asked != nil:
		asked.ServeHTTP(w, r)
	case !have:
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", ngsild.MediaJSONLD)
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(doc) // the platform may be gone; nobody is left to tell
	}
}

// Close ends the server.
func (c *Callback) Close() { _ = c.server.Close() }
