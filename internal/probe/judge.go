package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/ngsild"
)

// judgement says what an answer that arrived whole is good for.
type judgement struct {
	failure *evidence.Failure // not nil: no check may judge it
	later   bool              // it asks to come back later
	doubt   bool              // a server error that may be of the platform or of its state
}

// judge looks at a whole answer: is it of the API, readable, and about the request?
func judge(r Request, a answer, l Limits) judgement {
	fail := func(class evidence.FailureClass, format string, args ...any) judgement {
		return judgement{failure: &evidence.Failure{Class: class, Reason: fmt.Sprintf(format, args...)}}
	}
	expected := slices.Contains(r.Expects, a.status)
	problem := problemType(a.body)
	genuine := expected || problem != "" && problem != ngsild.InternalError
	switch s := a.status; {
	case (s == http.StatusUnauthorized || s == http.StatusForbidden || s == http.StatusProxyAuthRequired) && !expected &&
		// Only these are the API's own words with 403 (6.3.2); any other refusal is about who asks.
		(s != http.StatusForbidden || problem != ngsild.TooComplexQuery && problem != ngsild.TooManyResults):
		return fail(evidence.Denied, "the platform refused the credentials or the lack of them (status %d): check the target's auth and tenant", s)
	case s == http.StatusTooManyRequests && !expected, inFront(s) && !expected && problem == "":
		j := fail(evidence.Unavailable, "the platform, or what is in front of it, is not ready to answer (status %d)", s)
		j.later = s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable
		return j
	}
	html := isHTML(a) && !r.AnyMedia
	if html && a.status >= 500 {
		return fail(evidence.NotTheAPI, "a server error came as an HTML page (status %d), of the platform or of what is in front of it: look for the request in the platform's log", a.status)
	}
	if html && (a.status < 400 || a.status == 401 || a.status == 403 || a.status == 407) {
		return fail(evidence.NotTheAPI, "an HTML page came (status %d) where the API's answer is due: a proxy, a login page or another address than the API's; check the address", a.status)
	}
	if f := unreadable(a, l.Depth); f != nil {
		return judgement{failure: f}
	}
	return judgement{doubt: a.status >= 500 && !genuine}
}

// inFront says whether a status most often comes from what stands in front of a
// platform that is slow, overloaded or gone: a gateway, a load balancer, a captive
// portal. From 520 on they are inventions of such services.
func inFront(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		509, http.StatusNetworkAuthenticationRequired:
		return true
	}
	return status >= 520
}

// problemType is the name of the NGSI-LD error type that the body states (5.5.2);
// empty when it is none.
func problemType(body []byte) string {
	if !bytes.Contains(body, []byte(ngsild.ErrorPrefix)) {
		return ""
	}
	var problem struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(body, &problem) != nil {
		return ""
	}
	name, is := strings.CutPrefix(problem.Type, ngsild.ErrorPrefix)
	if !is {
		return ""
	}
	return name
}

// isHTML says whether the body is an HTML page, by its media type or its first bytes.
func isHTML(a answer) bool {
	if len(bytes.TrimSpace(a.body)) == 0 {
		return false
	}
	switch mediaType(a.header) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return strings.HasPrefix(http.DetectContentType(a.body), "text/html")
}

func mediaType(h http.Header) string {
	name, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return ""
	}
	return name
}

// unreadable is why a JSON body can't be read in one way only: its charset is not
// the one of JSON (RFC 8259, 8.1), it is nested without end, or it may be cut.
func unreadable(a answer, depth int) *evidence.Failure {
	name := mediaType(a.header)
	saysJSON := strings.HasSuffix(name, "/json") || strings.HasSuffix(name, "+json")
	body := bytes.TrimLeft(a.body, " \t\r\n")
	looksJSON := len(body) > 0 && (body[0] == '{' || body[0] == '[')
	if !saysJSON && !looksJSON {
		return nil
	}
	fail := func(class evidence.FailureClass, format string, args ...any) *evidence.Failure {
		return &evidence.Failure{Class: class, Reason: fmt.Sprintf(format, args...)}
	}
	if a.openEnded {
		var value json.RawMessage
		err := json.NewDecoder(bytes.NewReader(a.body)).Decode(&value)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return fail(evidence.Cut, "the JSON body stops in the middle, and the answer had no length to tell whether it is whole")
		}
	}
	if len(body) == 0 {
		return nil
	}
	_, params, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	switch charset := strings.ToLower(params["charset"]); charset {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
	default:
		return fail(evidence.Encoding, "the body's charset is %q: JSON between systems is UTF-8 (RFC 8259, 8.1)", charset[:min(len(charset), 40)])
	}
	if !utf8.Valid(a.body) {
		return fail(evidence.Encoding, "the JSON body is not valid UTF-8 (RFC 8259, 8.1)")
	}
	if nesting(a.body) > depth {
		return fail(evidence.TooLarge, "the JSON body is nested deeper than %d", depth)
	}
	return nil
}

// nesting is how deep arrays and objects of a JSON text are in one another.
func nesting(b []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}
