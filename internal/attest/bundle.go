// Package attest makes a run's verdict something that anybody can check: bundles hold
// all that a run saw, so that it can be judged again without a network, and signatures
// say who stands for it.
package attest

import (
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/target"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/baselines"
)

// FormatVersion is the version of the bundle's form, published as
// schemas/bundle.schema.json. The major number changes when a reader has to.
const FormatVersion = "1.0"

// Extension is how the name of a bundle ends.
const Extension = ".mimcheck.zip"

// Bundle is one run with everything that it was judged by. Nothing in it is secret:
// what is recorded was redacted before.
type Bundle struct {
	Report    *reports.Report
	Run       Run
	Baseline  baselines.Baseline
	Exchanges []evidence.Exchange // sorted by check and order
	Events    []evidence.Event    // sorted likewise
	Blobs     map[string][]byte   // hex SHA-256 -> bytes

	// Signature is a DSSE envelope over the bundle; nil when nobody signed it.
	Signature []byte

	baseline []byte    // the baseline's own bytes
	manifest *Manifest // as it was read; nil for a bundle that was just made
}

// Run is what a replay has to know of a run beside what its checks were told.
type Run struct {
	Token       string   `json:"token"` // marks what the run created
	Seed        uint64   `json:"seed"`
	Profile     string   `json:"profile"`
	Filter      string   `json:"filter,omitempty"`
	MIMs        []string `json:"mims"` // selected; empty for all
	SampleSize  int      `json:"sampleSize"`
	TimeoutMS   int64    `json:"timeoutMs"`            // of one check
	PatienceMS  int64    `json:"patienceMs,omitempty"` // how long checks wait for notifications
	Callback    string   `json:"callback,omitempty"`   // base URL of the harness for the platform
	Broker      string   `json:"broker,omitempty"`     // the same of its MQTT broker
	Models      Models   `json:"models"`
	Target      Target   `json:"target"`
	Interrupted bool     `json:"interrupted,omitempty"`
}

// Models says which data-model catalogue checks had.
type Models struct {
	BuiltIn bool   `json:"builtIn"`
	Digest  string `json:"digest"` // of its models' names and addresses, hex SHA-256
}

// Target is the platform as a run sees it, without credentials.
type Target struct {
	Name       string            `json:"name"`
	Endpoints  map[string]string `json:"endpoints"`
	Tenant     string            `json:"tenant,omitempty"`
	Context    string            `json:"context,omitempty"`
	ClientCert bool              `json:"clientCertificate,omitempty"`
	// Clients are those that tokens were asked for as, with the scopes asked for.
	Clients map[string][]string `json:"clients,omitempty"`
	// SignIn is what checks know of the client that people sign in for.
	SignIn *target.SignIn `json:"signIn,omitempty"`
	// Tokens were kept from before the run, by name, without what opens anything.
	Tokens    map[string]string `json:"tokens,omitempty"`
	Statement Statement         `json:"statement"`
}

// Statement is what the target claims.
type Statement struct {
	Baseline    string            `json:"baseline,omitempty"`
	MIMs        []string          `json:"mims"`
	Features    []string          `json:"features"`
	SpecVersion string            `json:"specVersion,omitempty"`
	Types       map[string]string `json:"types,omitempty"`
	Profiles    map[string]string `json:"profiles,omitempty"`
	// Places tell how features and entities belong together, by collection.
	Places map[string]target.Place `json:"places,omitempty"`
}

// Recorded is what a run recorded, as whoever recorded it keeps it.
type Recorded interface {
	// WriteExchanges writes the exchanges, sorted by check and order, as
	// evidence.WriteLines does.
	WriteExchanges(w io.Writer) error
	// WriteEvents writes the events in the same way.
	WriteEvents(w io.Writer) error
	// Bodies are the contents that these refer to, by hex SHA-256; none that nothing refers to.
	Bodies() iter.Seq2[string, []byte]
}

// New makes a bundle of what a run recorded. The baseline is that of the report.
func New(report *reports.Report, run Run, exchanges []evidence.Exchange, events []evidence.Event, blobs evidence.Blobs) (*Bundle, error) {
	raw, err := baselines.Source(report.Baseline.ID)
	if err != nil {
		return nil, err
	}
	baseline, err := baselines.Parse(raw)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Report: report, Run: run, Baseline: baseline, baseline: raw, Exchanges: slices.Clone(exchanges),
		Events: slices.Clone(events), Blobs: map[string][]byte{}}
	slices.SortStableFunc(b.Exchanges, func(x, y evidence.Exchange) int { return order(x.Check, x.Seq, y.Check, y.Seq) })
	slices.SortStableFunc(b.Events, func(x, y evidence.Event) int { return order(x.Check, x.Seq, y.Check, y.Seq) })
	for _, ref := range b.bodies() {
		if content, kept := blobs.Get(ref.SHA256); kept {
			b.Blobs[ref.SHA256] = content
		}
	}
	return b, nil
}

// WriteExchanges implements Recorded.
func (b *Bundle) WriteExchanges(w io.Writer) error { return evidence.WriteLines(w, b.Exchanges) }

// WriteEvents implements Recorded.
func (b *Bundle) WriteEvents(w io.Writer) error { return evidence.WriteLines(w, b.Events) }

// Bodies implements Recorded.
func (b *Bundle) Bodies() iter.Seq2[string, []byte] { return maps.All(b.Blobs) }

func order(checkA string, seqA int, checkB string, seqB int) int {
	if c := strings.Compare(checkA, checkB); c != 0 {
		return c
	}
	return seqA - seqB
}

// bodies are the bodies that exchanges and events refer to.
func (b *Bundle) bodies() []evidence.Body {
	var all []evidence.Body
	add := func(refs ...evidence.Body) {
		for _, ref := range refs {
			if ref.SHA256 != "" {
				all = append(all, ref)
			}
		}
	}
	for _, x := range b.Exchanges {
		add(x.Request.Body)
		if x.Response != nil {
			add(x.Response.Body)
		}
	}
	for _, e := range b.Events {
		if e.Call != nil {
			add(e.Call.Body)
		}
		if e.Message != nil {
			add(e.Message.Body)
		}
		if e.Answer != nil {
			add(e.Answer.Body)
		}
	}
	return all
}

// Of gives the exchanges of one check, in order.
func (b *Bundle) Of(check string) []evidence.Exchange {
	var own []evidence.Exchange
	for _, x := range b.Exchanges {
		if x.Check == check {
			own = append(own, x)
		}
	}
	return own
}
