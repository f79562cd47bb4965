package probe

import (
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
)

// Options is how a session treats its target. Zero values mean the defaults.
type Options struct {
	Profile target.Profile // what may be sent; default target.Observe
	Version string         // of mimcheck, told in User-Agent
	// JournalPath is the file that everything created is written to before it is
	// created. It is made when the first thing is. A sandbox run must have one.
	JournalPath string
	// Token marks what is the run's own: 8 or more lower-case letters and digits
	// that occur nowhere else. Default: "mc" and 8 random ones.
	Token string
	// Blobs keeps the bodies of exchanges; default 64 MiB of memory.
	Blobs evidence.Blobs
	// Health is a request that a working platform answers with 2xx whatever it
	// holds; default GET /entities of a type that nobody has.
	Health *Request
	Limits Limits
}

// Limits bounds what one request and the waiting around it may take.
type Limits struct {
	Request    time.Duration // one attempt, from connecting to the last body byte; default 20 s
	Connect    time.Duration // TCP connection, and again TLS; default 10 s
	Progress   time.Duration // time in which at least 128 body bytes must arrive; default 5 s
	Tries      int           // attempts of a safe request that is told to come back later; default 3
	RetryWait  time.Duration // longest total waiting for Retry-After of one request; default 30 s
	BreakAfter int           // unreachable results in a row that stop the asking; default 5
	BreakPause time.Duration // between two tries of a platform that is unreachable; default 3 s
	Redirects  int           // hops that one request may take; default 5
	Header     int64         // bytes of the response header; default 256 KiB
	Body       int64         // bytes of one body, decompressed; default 16 MiB or the target's maxBody
	Depth      int           // nesting of a JSON body; default 128
}

// minProgress is how many body bytes have to arrive in Limits.Progress.
const minProgress = 128

// standardDepth is how deep a JSON body may be nested when nobody says otherwise.
const standardDepth = 128

// defaultBlobs bounds the bodies that a session keeps in memory, in bytes.
const defaultBlobs = 64 << 20

func (o Options) withDefaults(t *target.Target) Options {
	if o.Profile == "" {
		o.Profile = target.Observe
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Blobs == nil {
		o.Blobs = evidence.NewMemoryBlobs(defaultBlobs)
	}
	l := &o.Limits
	l.Request = orDefault(l.Request, 20*time.Second)
	l.Connect = orDefault(l.Connect, 10*time.Second)
	l.Progress = orDefault(l.Progress, 5*time.Second)
	l.Tries = orDefault(l.Tries, 3)
	l.RetryWait = orDefault(l.RetryWait, 30*time.Second)
	l.BreakAfter = orDefault(l.BreakAfter, 5)
	l.BreakPause = orDefault(l.BreakPause, 3*time.Second)
	l.Redirects = orDefault(l.Redirects, 5)
	l.Header = orDefault(l.Header, 256<<10)
	l.Body = orDefault(l.Body, orDefault(t.Polite.MaxBody, 16<<20))
	l.Depth = orDefault(l.Depth, standardDepth)
	return o
}

func orDefault[T int | int64 | time.Duration](v, standard T) T {
	if v <= 0 {
		return standard
	}
	return v
}
