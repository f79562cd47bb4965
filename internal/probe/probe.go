// Package probe is the one way from a check to a platform: a resty client over a
// recording RoundTripper, with rate limit, redaction and the clean-up journal.
package probe

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
)

// Names of endpoints that checks send requests to.
const (
	NGSILD       = target.NGSILD
	OGCFeatures  = target.OGCFeatures
	REST         = target.REST
	SensorThings = target.SensorThings
	OGCProcesses = target.OGCProcesses
	Tiles3D      = target.Tiles3D
	WFS          = target.WFS
	Declarations = target.Declarations
	DCAT         = target.DCAT
	LDES         = target.LDES
	OpenID       = target.OpenID
	Protected    = target.Protected
	TMF620       = target.TMF620
	TMF622       = target.TMF622
	TMF629       = target.TMF629
	TMF632       = target.TMF632
	TMF633       = target.TMF633
	TMF634       = target.TMF634
	TMF635       = target.TMF635
	TMF637       = target.TMF637
	TMF638       = target.TMF638
	TMF639       = target.TMF639
	TMF641       = target.TMF641
	TMF651       = target.TMF651
	TMF652       = target.TMF652
	TMF670       = target.TMF670
	TMF676       = target.TMF676
)

// Place tells how the features of a collection and the entities of a type belong together.
type Place = target.Place

// Names of clients of the target.
const (
	Reader   = target.Reader
	Limited  = target.Limited
	Stranger = target.Stranger
	Outsider = target.Outsider
	Code     = target.Code
)

// Expired is the name of a token of the target that has ended.
const Expired = target.Expired

// SignIn is what checks have to know of the client Code.
type SignIn = target.SignIn

// What stands in the body of a request that signs in (Request.SignsIn) for the target's
// user and their password. The record has these, too.
const (
	UserName     = "${MIMCHECK_USER}"
	UserPassword = "${MIMCHECK_USER_PASSWORD}"
)

// Request is one request of a check, relative to an endpoint of the target.
type Request struct {
	Endpoint string // endpoint name of the target; empty is target.NGSILD
	Method   string
	Path     string // below the endpoint's base URL, starting with "/" (or empty for that URL), already escaped
	FromRoot bool   // Path is below the root of the endpoint's host instead
	Query    url.Values
	Header   http.Header // replaces the client's defaults of the same name; an empty value list removes one
	Body     []byte      // nil for no body
	// Expects lists statuses that the check itself judges although they would
	// otherwise say that the platform is not to be reached (401, 403, 429, 5xx).
	Expects []int
	// Anonymous leaves out all of the target's credentials.
	Anonymous bool
	// Client names the client of the target that the request is sent as, by HTTP Basic
	// (RFC 6749, 2.3.1), and with no other credentials.
	Client string
	// SignsIn says that UserName and UserPassword in the body, a form, stand for the target's
	// user. Only the endpoint OpenID is told who that is, and not while a run observes.
	SignsIn bool
	// Plain asks by http, at the same host, whatever the endpoint's URL says, and without
	// the target's credentials.
	Plain bool
	// AnyMedia says that the check itself judges an answer in HTML.
	AnyMedia bool
	// FollowRedirects is off when the check itself judges a redirect.
	KeepRedirects bool
}

// Response is an answer that a check can judge: it arrived whole, decoded, from
// what seems to be the API.
type Response struct {
	Status  int
	Header  http.Header
	Body    []byte
	Request Request
	Seq     int    // of its exchange within the check
	Curl    string // command that repeats the request, secrets as shell variables
}

// Unjudgeable is the error of Client.Do for an answer that no check may judge:
// the outcome is cantTell.
type Unjudgeable struct {
	evidence.Failure
	Method, URL string
	Seq         int
}

func (e *Unjudgeable) Error() string {
	return e.Method + " " + e.URL + ": " + e.Reason
}

// NoHTTP says whether nobody was there to answer by HTTP.
func (e *Unjudgeable) NoHTTP() bool {
	switch e.Class {
	case evidence.Refused, evidence.Timeout, evidence.Cut, evidence.NotTheAPI:
		return true
	}
	return false
}

// Client is a check's own way to the platform. It is safe for concurrent use by
// the goroutines of one check.
type Client interface {
	// Do sends r and returns an answer that can be judged, or *Unjudgeable.
	Do(ctx context.Context, r Request) (*Response, error)
	// Exchanges returns what was recorded so far, in order of Seq.
	Exchanges() []evidence.Exchange
	// LastAsked is when the request of the highest Seq was sent, by its record; the zero
	// time before the first.
	LastAsked() time.Time
	// Token is the run's token, which every id, type and name that the check
	// creates must contain: writes that do not are refused (evidence.Unsafe).
	Token() string
}
