package attest

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/evidence"
)

// HAR gives the exchanges of the named checks, or of all, as an HTTP Archive 1.2.
// Members that begin with an underscore are our own, as the format allows.
func (b *Bundle) HAR(checks ...string) ([]byte, error) {
	out := harLog{Version: "1.2", Creator: harCreator{b.Report.Tool.Name, b.Report.Tool.Version}, Entries: []harEntry{}}
	for _, x := range b.Exchanges {
		if len(checks) == 0 || slices.Contains(checks, x.Check) {
			out.Entries = append(out.Entries, b.harEntry(x))
		}
	}
	return canonical(map[string]harLog{"log": out})
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Entries []harEntry `json:"entries"`
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
}

type harContent struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
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
		e.Request.PostData = &harPost{x.Request.Header.Get("Content-Type"), text, comment}
	}
	if r := x.Response; r != nil {
		text, encoding, comment := b.text(r.Body)
		e.Request.HTTPVersion = r.Proto
		e.Response = harResponse{Status: r.Status, StatusText: http.StatusText(r.Status), HTTPVersion: r.Proto, Cookies: []harPair{},
			Headers: pairs(r.Header), RedirectURL: r.Header.Get("Location"), HeadersSize: unknown, BodySize: unknown,
			Content: harContent{r.Body.Size, r.Header.Get("Content-Type"), text, encoding, comment}}
	}
	if x.Failure != nil {
		e.Failure = x.Failure.Reason
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
