package evidence

import (
	"net/http"
	"time"
)

// Event is one thing that a check was told from outside itself. All of a check's
// events, with the run's seed, decide what the check does: whoever gives it the same
// events again gets the same outcome.
type Event struct {
	Check string    `json:"check"`
	Seq   int       `json:"seq"` // order within the check, from 1
	Kind  EventKind `json:"kind"`
	// Key tells apart what is of one kind: the name of an inbox or a source when it
	// is opened, its URL afterwards.
	Key string `json:"key,omitempty"`
	// Over says that the check's own time was over when it was told.
	Over bool `json:"over,omitempty"`

	Call    *Call     `json:"call,omitempty"`
	At      time.Time `json:"at,omitzero"`      // now: the time; next, asked: when the message had come whole
	URL     string    `json:"url,omitempty"`    // inbox, source: the address that was opened
	Count   int       `json:"count,omitempty"`  // seen: how many requests had come
	Yes     bool      `json:"yes,omitempty"`    // reached, verified, hashed
	Reason  string    `json:"reason,omitempty"` // next: why nothing came; end: why the run stopped the check
	Message *Message  `json:"message,omitempty"`
	Answer  *Response `json:"answer,omitempty"` // asked: what the harness answered
	// Handshake is what came of a handshake; nil, with a reason, when nobody can tell.
	Handshake *Handshake `json:"handshake,omitempty"`
}

// EventKind says what a check was told.
type EventKind string

// The kinds of events.
const (
	Called   EventKind = "call"      // an answer of the platform, or why there is none
	Now      EventKind = "now"       // the time
	Inbox    EventKind = "inbox"     // the address of a new inbox
	Topic    EventKind = "topic"     // the address of a new MQTT topic; none when the broker is not at such a port
	Next     EventKind = "next"      // a notification, or that none came
	Source   EventKind = "source"    // the address of a new context source
	Asked    EventKind = "asked"     // a request that came to a context source
	Seen     EventKind = "seen"      // how many of these requests the check looked at
	Reached  EventKind = "reached"   // whether anything has come from the platform
	Shaken   EventKind = "handshake" // how the platform shakes hands by TLS
	Verified EventKind = "verified"  // whether a token was signed by one of the provider's keys
	Hashed   EventKind = "hashed"    // whether an ID token holds the hash of an access token
	Skipped  EventKind = "skipped"   // the check was never begun
	Ended    EventKind = "end"       // the check's body ended
)

// Call is one request of a check as the check sees it: over all its redirects and
// attempts, each of which is an exchange.
type Call struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"` // without credentials, redacted
	Body    Body     `json:"body"`
	First   int      `json:"first"`             // number of its first exchange
	Last    int      `json:"last"`              // number of its last exchange
	Answer  int      `json:"answer"`            // number of the exchange that it was judged by
	Failure *Failure `json:"failure,omitempty"` // set when no check may judge the answer
}

// Message is a request that came to the harness, redacted.
type Message struct {
	Method string      `json:"method"`
	Path   string      `json:"path,omitempty"`  // below a context source's API
	Query  string      `json:"query,omitempty"` // encoded
	Header http.Header `json:"header,omitempty"`
	Body   Body        `json:"body"`
	// MQTT is set for a message that was published to a topic: Method is PUBLISH then.
	MQTT *Publication `json:"mqtt,omitempty"`
}

// Handshake is one handshake by TLS, made to see how the platform does it: all that is
// judged of it, so that a replay can judge it again.
type Handshake struct {
	Address string `json:"address"`           // HOST:PORT
	Name    string `json:"name"`              // that the certificate has to be for
	Offer   string `json:"offer"`             // what the harness offered, see probe.Offer
	Refused string `json:"refused,omitempty"` // why there was none; what follows is empty then
	Version string `json:"version,omitempty"` // such as "TLS 1.3"
	Cipher  string `json:"cipher,omitempty"`  // IANA's name
	// Chain are the certificates as they were sent, in DER form, the platform's first.
	Chain [][]byte `json:"chain,omitempty"`
	// Untrusted is why they lead to no authority that the harness trusts. Names and dates
	// are not looked at.
	Untrusted string `json:"untrusted,omitempty"`
}

// Publication is how a message was published to a topic of the harness.
type Publication struct {
	Address  string `json:"address"` // of the broker as the platform was told it, HOST or HOST:PORT
	Topic    string `json:"topic"`
	Version  string `json:"version"` // mqtt3.1, mqtt3.1.1 or mqtt5.0
	QoS      int    `json:"qos"`
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"`
}
