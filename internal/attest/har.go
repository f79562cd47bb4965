package attest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/reports"
)

// HAR gives the exchanges of the named checks, or of all, as an HTTP Archive 1.2.
// Members that begin with an underscore are our own, as the format allows: what it takes
// to judge the exchanges again, so that ImportHAR makes a bundle of it.
func (b *Bundle) HAR(checks ...string) ([]byte, error) {
	part := b
	if len(checks) > 0 {
		part = b.part(checks)
	}
	own, err := part.harOwn(len(checks) > 0)
	if err != nil {
		return nil, err
	}
	out := harLog{Version: harVersion, Creator: harCreator{b.Report.Tool.Name, b.Report.Tool.Version}, Own: own, Entries: []harEntry{}}
	for _, x := range part.Exchanges {
		out.Entries = append(out.Entries, part.harEntry(x))
	}
	return canonical(harFile{out})
}

const harVersion = "1.2"

// part is the bundle with what is of the checks. Its report is that of the run, about
// these checks, and is judged anew by who reads it.
func (b *Bundle) part(checks []string) *Bundle {
	other := func(id string) bool { return !slices.Contains(checks, id) }
	report := *b.Report.Canonical()
	report.Checks = slices.DeleteFunc(slices.Clone(report.Checks), func(c reports.CheckResult) bool { return other(c.ID) })
	report.Counts = reports.Count(report.Checks)
	report.Waivers = slices.DeleteFunc(slices.Clone(report.Waivers), func(w reports.Waiver) bool { return other(w.Check) })
	report.Verdict.MIMs = []reports.MIMJudge{}
	p := &Bundle{Report: &report, Run: b.Run, Baseline: b.Baseline, baseline: b.baseline, Blobs: b.Blobs,
		Exchanges: slices.DeleteFunc(slices.Clone(b.Exchanges), func(x evidence.Exchange) bool { return other(x.Check) }),
		Events:    slices.DeleteFunc(slices.Clone(b.Events), func(e evidence.Event) bool { return other(e.Check) })}
	p.Run.Filter = strings.Join(checks, " || ")
	return p
}

// harOwn is what the format has no place for.
func (b *Bundle) harOwn(part bool) (*harOwn, error) {
	shown := map[string]bool{}
	for _, x := range b.Exchanges {
		shown[x.Request.Body.SHA256] = true
		if x.Response != nil {
			shown[x.Response.Body.SHA256] = true
		}
	}
	own := &harOwn{Format: harFormat, Version: FormatVersion, Part: part, Run: b.Run, Report: b.Report.Canonical(), Events: b.Events, Bodies: map[string][]byte{}}
	for _, ref := range b.bodies() {
		if content, kept := b.Blobs[ref.SHA256]; kept && !shown[ref.SHA256] {
			own.Bodies[ref.SHA256] = content
		}
	}
	var err error
	own.Digest, err = b.told()
	return own, err
}

// told is the digest over the run, its report, all that was exchanged, and all that the
// checks were told.
func (b *Bundle) told() (string, error) {
	h := sha256.New()
	if err := errors.Join(writeCanonical(h, b.Run), writeCanonical(h, b.Report.Canonical()), b.WriteExchanges(h), b.WriteEvents(h)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Own     *harOwn    `json:"_mimcheck,omitempty"`
	Entries []harEntry `json:"entries"`
}

const harFormat = "mimcheck-har"

type harOwn struct {
	Format  string            `json:"format"`
	Version string            `json:"version"` // that of the bundle's form
	Part    bool              `json:"part"`    // of the run's checks
	Digest  string            `json:"digest"`  // see Bundle.told
	Run     Run               `json:"run"`
	Report  *reports.Report   `json:"report"`
	Events  []evidence.Event  `json:"events"`
	Bodies  map[string][]byte `json:"bodies"` // in base64; those that no entry shows
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started  time.Time   `json:"startedDateTime"`
	TimeMS   float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Check    string      `json:"_check"`
	Seq      int         `json:"_seq"`
	Failure  string      `json:"_error,omitempty"`
	Class    string      `json:"_errorClass,omitempty"` // of evidence.FailureClass
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	Query       []harPair `json:"queryString"`
	PostData    *harPost  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"` // -1: not known
	BodySize    int64     `json:"bodySize"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int64      `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPost struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Comment  string `json:"comment,omitempty"`
	Encoding string `json:"_encoding,omitempty"`
	SHA256   string `json:"_sha256,omitempty"`
}

type harContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
	SHA256   string `json:"_sha256,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

func (b *Bundle) harEntry(x evidence.Exchange) harEntry {
	const unknown = -1
	took := float64(x.Duration) / float64(time.Millisecond)
	e := harEntry{Started: x.Started, TimeMS: took, Timings: harTimings{Wait: took}, Check: x.Check, Seq: x.Seq,
		Request: harRequest{Method: x.Request.Method, URL: x.Request.URL, HTTPVersion: "HTTP/1.1", Cookies: []harPair{},
			Headers: pairs(x.Request.Header), Query: queryOf(x.Request.URL), HeadersSize: unknown, BodySize: x.Request.Body.Size},
		Response: harResponse{Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: unknown, BodySize: unknown}}
	if x.Request.Body.Size > 0 {
		text, encoding, comment := b.text(x.Request.Body)
		if encoding != "" { // the format has no encoding for what is sent
			comment = "the text is in base64"
		}
		e.Request.PostData = &harPost{x.Request.Header.Get("Content-Type"), text, comment, encoding, x.Request.Body.SHA256}
	}
	if r := x.Response; r != nil {
		text, encoding, comment := b.text(r.Body)
		e.Request.HTTPVersion = r.Proto
		e.Response = harResponse{Status: r.Status, StatusText: http.StatusText(r.Status), HTTPVersion: r.Proto, Cookies: []harPair{},
			Headers: pairs(r.Header), RedirectURL: r.Header.Get("Location"), HeadersSize: unknown, BodySize: unknown,
			Content: harContent{r.Body.Size, r.Header.Get("Content-Type"), text, encoding, comment, r.Body.SHA256}}
	}
	if x.Failure != nil {
		e.Failure, e.Class = x.Failure.Reason, string(x.Failure.Class)
	}
	return e
}

// text is a body as text, in base64 where it is none.
func (b *Bundle) text(ref evidence.Body) (text, encoding, comment string) {
	content, kept := b.Blobs[ref.SHA256]
	switch {
	case ref.Size == 0:
		return "", "", ""
	case !kept:
		return "", "", "the body was not kept"
	case utf8.Valid(content):
		return string(content), "", ""
	}
	return base64.StdEncoding.EncodeToString(content), "base64", ""
}

func pairs(h http.Header) []harPair {
	all := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			all = append(all, harPair{name, v})
		}
	}
	return all
}

func queryOf(address string) []harPair {
	all := []harPair{}
	u, err := url.Parse(address)
	if err != nil {
		return all
	}
	q := u.Query()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		for _, v := range q[name] {
			all = append(all, harPair{name, v})
		}
	}
	return all
}
