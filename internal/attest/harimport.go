package attest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/reports"
)

// MaxHAR is the largest HTTP Archive that is read, in bytes.
const MaxHAR = MaxArchive

// HARError says what is wrong with an HTTP Archive, and where.
type HARError struct {
	Where string // JSON Pointer; empty for the archive as a whole
	Err   error
}

func (e *HARError) Error() string {
	if e.Where == "" {
		return "the HTTP Archive can't be judged: " + e.Err.Error()
	}
	return fmt.Sprintf("the HTTP Archive can't be judged: %s: %v", e.Where, e.Err)
}

func (e *HARError) Unwrap() error { return e.Err }

func badHAR(where, format string, args ...any) *HARError {
	return &HARError{where, fmt.Errorf(format, args...)}
}

// ReadHAR reads the HTTP Archive at path; see ImportHAR.
func ReadHAR(path string) (b *Bundle, part bool, err error) {
	content, err := readAtMost(path, MaxHAR)
	if err != nil {
		return nil, false, fmt.Errorf("the HTTP Archive can't be read: %w", err)
	}
	b, part, err = ImportHAR(content)
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", path, err)
	}
	return b, part, nil
}

// ImportHAR makes a bundle of an HTTP Archive that Bundle.HAR wrote, whatever a program
// has added to it since or how it laid it out. The bundle of a part of a run's checks has
// a report that nobody has judged yet: a replay gives the one that fits. An *HARError
// names what is altered or missing. The exchanges of other programs are refused: what a
// check was told besides, such as the time, is not in them.
func ImportHAR(content []byte) (b *Bundle, part bool, err error) {
	var file harFile
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, false, badHAR("", "it is no HAR: %w", err)
	}
	log := file.Log
	switch {
	case log.Version != harVersion:
		return nil, false, badHAR("/log/version", "it is %s, expected %s", quoted(log.Version), harVersion)
	case log.Own == nil:
		return nil, false, badHAR("/log/_mimcheck", "it is missing: the %d exchanges are of another program, which recorded nothing of what a check would be told; export one by `mimcheck report har`", len(log.Entries))
	case log.Own.Format != harFormat:
		return nil, false, badHAR("/log/_mimcheck/format", "it is %s, expected %s", quoted(log.Own.Format), harFormat)
	}
	if err := readable(log.Own.Version); err != nil {
		return nil, false, &HARError{"/log/_mimcheck/version", err}
	}
	if log.Own.Report == nil {
		return nil, false, badHAR("/log/_mimcheck/report", "it is missing: expected the report of the run")
	}
	blobs := harBlobs{evidence.Bodies{}}
	for digest, body := range log.Own.Bodies {
		if _, err := blobs.keep(digest, body); err != nil {
			return nil, false, &HARError{"/log/_mimcheck/bodies", err}
		}
	}
	var exchanges []evidence.Exchange
	for i, e := range log.Entries {
		if e.Check == "" && e.Seq == 0 {
			continue // another program's, put beside ours
		}
		x, err := e.exchange(blobs)
		if err != nil {
			return nil, false, &HARError{fmt.Sprintf("/log/entries/%d", i), err}
		}
		exchanges = append(exchanges, x)
	}
	if b, err = New(log.Own.Report, log.Own.Run, exchanges, log.Own.Events, blobs); err != nil {
		return nil, false, &HARError{"/log/_mimcheck/report", err}
	}
	told, err := b.told()
	if err != nil {
		return nil, false, &HARError{"", err}
	}
	if told != log.Own.Digest {
		return nil, false, badHAR("", "it is not what was exported: the digest of report, exchanges and events is %s, and /log/_mimcheck/digest says %s", told, quoted(log.Own.Digest))
	}
	if err := b.consistent(); err != nil {
		var why *Error
		if errors.As(err, &why) {
			err = why.Err
		}
		return nil, false, &HARError{"", err}
	}
	if _, err := reports.Encode(b.Report); err != nil && !log.Own.Part {
		return nil, false, &HARError{"/log/_mimcheck/report", err}
	}
	return b, log.Own.Part, nil
}

// harBlobs are the bodies that an archive shows.
type harBlobs struct{ evidence.Bodies }

// keep keeps a body, which has to have the digest.
func (h harBlobs) keep(digest string, body []byte) (evidence.Body, error) {
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != digest {
		return evidence.Body{}, fmt.Errorf("a body was altered: its digest is %x, and the archive says %s", sum, quoted(digest))
	}
	h.Bodies[digest] = body
	return evidence.Body{SHA256: digest, Size: int64(len(body))}, nil
}

// exchange is the entry as it was recorded.
func (e harEntry) exchange(blobs harBlobs) (x evidence.Exchange, err error) {
	const most = 1 << 53 // ns; what a JSON number holds exactly
	took := math.Round(e.TimeMS * float64(time.Millisecond))
	switch {
	case e.Check == "" || e.Seq < 1:
		return x, errors.New("it has no _check with a _seq from 1: whose exchange is it?")
	case took < 0 || took > most || math.IsNaN(took):
		return x, fmt.Errorf("its time is %v ms, expected a span", e.TimeMS)
	}
	x = evidence.Exchange{Check: e.Check, Seq: e.Seq, Started: e.Started, Duration: time.Duration(took),
		Request: evidence.Request{Method: e.Request.Method, URL: e.Request.URL, Header: header(e.Request.Headers)}}
	if p := e.Request.PostData; p != nil {
		if x.Request.Body, err = blobs.body(p.SHA256, e.Request.BodySize, p.Text, p.Encoding); err != nil {
			return x, fmt.Errorf("/request/postData: %w", err)
		}
	}
	if r := e.Response; r.Status != 0 {
		x.Response = &evidence.Response{Status: r.Status, Proto: r.HTTPVersion, Header: header(r.Headers)}
		if x.Response.Body, err = blobs.body(r.Content.SHA256, r.Content.Size, r.Content.Text, r.Content.Encoding); err != nil {
			return x, fmt.Errorf("/response/content: %w", err)
		}
	}
	if e.Class != "" || e.Failure != "" {
		x.Failure = &evidence.Failure{Class: evidence.FailureClass(e.Class), Reason: e.Failure}
	}
	return x, nil
}

// body is the body with the digest, whose text may not be kept.
func (h harBlobs) body(digest string, size int64, text, encoding string) (evidence.Body, error) {
	if text == "" {
		return evidence.Body{SHA256: digest, Size: size}, nil
	}
	content := []byte(text)
	switch encoding {
	case "":
	case "base64":
		var err error
		if content, err = base64.StdEncoding.DecodeString(text); err != nil {
			return evidence.Body{}, fmt.Errorf("its text is no base64: %w", err)
		}
	default:
		return evidence.Body{}, fmt.Errorf("its encoding is %s, expected base64 or none", quoted(encoding))
	}
	return h.keep(digest, content)
}

// header is the headers as they were recorded.
func header(pairs []harPair) http.Header {
	if len(pairs) == 0 {
		return nil
	}
	h := http.Header{}
	for _, p := range pairs {
		h[p.Name] = append(h[p.Name], p.Value)
	}
	return h
}

// Rejudged is the bundle with another report over the same evidence.
func (b *Bundle) Rejudged(report *reports.Report) (*Bundle, error) {
	again, err := New(report, b.Run, b.Exchanges, b.Events, evidence.Bodies(b.Blobs))
	if err != nil {
		return nil, err
	}
	return again, again.consistent()
}
