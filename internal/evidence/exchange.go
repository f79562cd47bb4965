// Package evidence is the record of what was sent to and received from a
// platform: exchanges, with their bodies as content-addressed blobs.
// Records are redacted before they are made; nothing here knows a secret.
package evidence

import (
	"iter"
	"net/http"
	"time"
)

// Exchange is one request on the wire and its answer. A redirect hop, a retry and
// a failed attempt are exchanges of their own.
type Exchange struct {
	Check    string        `json:"check"` // id of the check on whose behalf it was made
	Seq      int           `json:"seq"`   // order within the check, from 1
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"duration"` // nanoseconds, to the last body byte
	Request  Request       `json:"request"`
	Response *Response     `json:"response,omitempty"` // nil when there was no answer
	Failure  *Failure      `json:"failure,omitempty"`  // set when the answer is missing or not whole
}

// Request is the request half of an exchange, redacted.
type Request struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header,omitempty"`
	Body   Body        `json:"body"`
}

// Response is the answer half of an exchange, redacted.
type Response struct {
	Status int         `json:"status"`
	Proto  string      `json:"proto"`
	Header http.Header `json:"header,omitempty"`
	Body   Body        `json:"body"`
}

// Body refers to body bytes by their digest.
type Body struct {
	SHA256 string `json:"sha256,omitempty"` // hex; empty for no body
	Size   int64  `json:"size"`             // bytes, whether they were kept or not
}

// Failure says why an answer is missing or not whole.
type Failure struct {
	Class  FailureClass `json:"class"`
	Reason string       `json:"reason"` // a sentence: expected, seen, what to do next
}

// FailureClass groups what can go wrong below the standard under test. Each is a
// reason for cantTell, never for failed.
type FailureClass string

// The failure classes.
const (
	Refused     FailureClass = "refused"     // nothing listens
	DNS         FailureClass = "dns"         // the name does not resolve
	TLS         FailureClass = "tls"         // no trusted secure connection
	Timeout     FailureClass = "timeout"     // no answer, or not whole, in time
	Cut         FailureClass = "cut"         // the connection ended inside the answer
	TooLarge    FailureClass = "tooLarge"    // the body is over the limit
	Redirects   FailureClass = "redirects"   // too many, in a loop, or to another host
	Encoding    FailureClass = "encoding"    // the content coding or charset cannot be read
	Unavailable FailureClass = "unavailable" // 429, 502, 503, 504 after the allowed waiting
	Denied      FailureClass = "denied"      // 401, 403, 407: the credentials do not open it
	NotTheAPI   FailureClass = "notTheApi"   // HTML where the API's JSON is due: a proxy or login page
	Storm       FailureClass = "storm"       // 5xx to a request that is known to be good
	Interrupted FailureClass = "interrupted" // the run was stopped
	Unsafe      FailureClass = "unsafe"      // the harness refused to send it: it would touch what is not the run's own
	Other       FailureClass = "other"
)

// Blobs keeps body bytes by their digest. Implementations are safe for concurrent use.
type Blobs interface {
	// Put stores b and returns its reference.
	Put(b []byte) Body
	// Get returns the bytes with the hex SHA-256 digest. They are not to be changed.
	Get(sha256 string) ([]byte, bool)
	// All gives the contents by their hex SHA-256 digests, in no order.
	All() iter.Seq2[string, []byte]
}
