package reference

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const (
	maxBody  = 16 << 20 // bytes of a request's body
	maxDepth = 128      // arrays and objects within one another
)

// bare is an answer of a status without problem details, such as 411 and 415.
type bare int

func (b bare) Error() string { return http.StatusText(int(b)) }

// unacceptable is an answer of 406. It lists the media types that are available (6.3.4).
type unacceptable []string

func (u unacceptable) Error() string { return http.StatusText(http.StatusNotAcceptable) }

// readBody reads a request's JSON body (6.3.4). linked says that the body carries
// its own @context.
func readBody(r *http.Request) (body any, linked bool, err error) {
	if r.ContentLength < 0 || r.ContentLength == 0 && r.Header.Get("Content-Length") == "" {
		return nil, false, bare(http.StatusLengthRequired)
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, false, bare(http.StatusUnsupportedMediaType) // RFC 9110, 8.4
	}
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, false, bare(http.StatusUnsupportedMediaType)
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, false, bare(http.StatusUnsupportedMediaType)
	}
	switch {
	case media == ngsild.MediaJSON || media == ngsild.MediaMergePatch && r.Method == http.MethodPatch:
	case media == ngsild.MediaJSONLD:
		linked = true
	default:
		return nil, false, bare(http.StatusUnsupportedMediaType)
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, linked, problem.Invalid("the body could not be read to its end")
	}
	if len(raw) > maxBody {
		return nil, linked, bare(http.StatusRequestEntityTooLarge)
	}
	body, err = parseJSON(raw)
	return body, linked, err
}

// parseJSON reads one JSON value; its error is an InvalidRequest.
func parseJSON(raw []byte) (any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, problem.Invalid("the body is empty; expected JSON")
	}
	if !utf8.Valid(raw) {
		return nil, problem.Invalid("the body is not UTF-8")
	}
	if depth := jsonDepth(raw); depth > maxDepth {
		return nil, problem.Invalid("the body's JSON is more than %d levels deep", maxDepth)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var body any
	if err := decoder.Decode(&body); err != nil {
		return nil, problem.Invalid("the body is not JSON: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, problem.Invalid("the body has more after its JSON value")
	}
	return body, nil
}

// jsonDepth counts brackets outside of strings.
func jsonDepth(raw []byte) int {
	depth, deepest := 0, 0
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
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
