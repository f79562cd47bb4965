package suites

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// responseMatcher matches a *probe.Response and tells a mismatch in parts.
type responseMatcher struct {
	match func(r *probe.Response) *reports.Finding // nil when it matches
	last  *reports.Finding
	what  string
}

func (m *responseMatcher) Match(actual any) (bool, error) {
	r, ok := actual.(*probe.Response)
	if !ok || r == nil {
		return false, fmt.Errorf("this matcher looks at a response, not at %T", actual)
	}
	m.last = m.match(r)
	return m.last == nil, nil
}

func (m *responseMatcher) FailureMessage(any) string        { return m.last.Message }
func (m *responseMatcher) NegatedFailureMessage(any) string { return "expected not " + m.what }
func (m *responseMatcher) Finding(any) reports.Finding      { return *m.last }

// HaveStatus matches a response with one of the status codes.
func HaveStatus(codes ...int) types.GomegaMatcher {
	want := statuses(codes)
	return &responseMatcher{what: "status " + want, match: func(r *probe.Response) *reports.Finding {
		if slices.Contains(codes, r.Status) {
			return nil
		}
		return &reports.Finding{
			Message:  fmt.Sprintf("%s %s answered %d, expected %s", r.Request.Method, r.Request.Path, r.Status, want),
			Expected: want, Actual: answered(r),
		}
	}}
}

// answered is the answer's status and, of an error, what the platform itself says of it: that
// is often what its engineer has to know.
func answered(r *probe.Response) string {
	status := strconv.Itoa(r.Status)
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	if r.Status < 400 || json.Unmarshal(r.Body, &problem) != nil || problem.Title+problem.Detail == "" {
		return status
	}
	says := strings.Join(strings.Fields(cmp.Or(problem.Detail, problem.Title)), " ")
	return status + ", saying: " + excerpt([]byte(says))
}

func statuses(codes []int) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = strconv.Itoa(c)
	}
	return strings.Join(words, " or ")
}

// HaveHeader matches a response with a header whose (first) value matches; value
// is a matcher or the exact value.
func HaveHeader(name string, value any) types.GomegaMatcher {
	return &responseMatcher{what: "header " + name, match: func(r *probe.Response) *reports.Finding {
		got := strings.Join(r.Header.Values(name), ", ")
		m := toMatcher(value)
		if ok, err := m.Match(got); err == nil && ok && len(r.Header.Values(name)) > 0 {
			return nil
		}
		f := &reports.Finding{Actual: got, Expected: describe(value)}
		if len(r.Header.Values(name)) == 0 {
			f.Message = fmt.Sprintf("the answer to %s %s has no %s header", r.Request.Method, r.Request.Path, name)
		} else {
			f.Message = fmt.Sprintf("header %s: %s", name, m.FailureMessage(got))
		}
		return f
	}}
}

// HaveMediaType matches a response whose Content-Type is one of the media types,
// whatever its parameters.
func HaveMediaType(want ...string) types.GomegaMatcher {
	return &responseMatcher{what: "media type " + strings.Join(want, " or "), match: func(r *probe.Response) *reports.Finding {
		got := r.Header.Get("Content-Type")
		if mediaType, _, err := mime.ParseMediaType(got); err == nil && slices.Contains(want, mediaType) {
			return nil
		}
		return &reports.Finding{
			Message:  fmt.Sprintf("the answer's Content-Type is %q, expected %s", got, strings.Join(want, " or ")),
			Expected: strings.Join(want, " or "), Actual: got,
		}
	}}
}

// BeProblem matches an error answer: the status, a JSON body by RFC 7807 as ETSI
// GS CIM 009 6.3.2 and 5.5.2 ask, and one of the error types (names without the prefix
// of ngsild.ErrorPrefix).
func BeProblem(status int, kinds ...string) types.GomegaMatcher {
	return &responseMatcher{what: "problem " + strings.Join(kinds, " or "), match: func(r *probe.Response) *reports.Finding {
		if r.Status != status {
			return &reports.Finding{
				Message:  fmt.Sprintf("%s %s answered %d, expected %d %s", r.Request.Method, r.Request.Path, r.Status, status, strings.Join(kinds, " or ")),
				Expected: fmt.Sprintf("%d %s", status, strings.Join(kinds, " or ")), Actual: answered(r),
			}
		}
		var problem struct {
			Type  string `json:"type"`
			Title string `json:"title"`
		}
		if err := json.Unmarshal(r.Body, &problem); err != nil {
			return &reports.Finding{
				Message:  fmt.Sprintf("the body of the %d answer is no JSON object with type and title (RFC 7807): %v", r.Status, err),
				Expected: "problem details", Actual: excerpt(r.Body),
			}
		}
		kind, known := strings.CutPrefix(problem.Type, ngsild.ErrorPrefix)
		if len(kinds) > 0 && !(known && slices.Contains(kinds, kind)) {
			return &reports.Finding{
				Message:  fmt.Sprintf("the problem's type is %q, expected %s%s", problem.Type, ngsild.ErrorPrefix, strings.Join(kinds, " or ")),
				Expected: ngsild.ErrorPrefix + strings.Join(kinds, " or "), Actual: problem.Type, Pointer: "/type",
			}
		}
		if problem.Title == "" {
			return &reports.Finding{Message: "the problem has no title (RFC 7807)", Pointer: "/title", Actual: excerpt(r.Body)}
		}
		return nil
	}}
}

// HaveJSON matches a response whose body is JSON and whose value at the RFC 6901
// pointer matches; value is a matcher or the value itself (compared as JSON).
func HaveJSON(pointer string, value any) types.GomegaMatcher {
	return &responseMatcher{what: "JSON at " + pointer, match: func(r *probe.Response) *reports.Finding {
		doc, err := Decode(r.Body)
		if err != nil {
			return &reports.Finding{Message: "the body is no JSON: " + err.Error(), Actual: excerpt(r.Body)}
		}
		got, err := Lookup(doc, pointer)
		if err != nil {
			return &reports.Finding{Message: err.Error(), Pointer: pointer, Expected: describe(value), Actual: excerpt(r.Body)}
		}
		m := toMatcher(value)
		ok, err := m.Match(got)
		switch {
		case err != nil:
			return &reports.Finding{Message: fmt.Sprintf("%s: %v", pointer, err), Pointer: pointer, Actual: compact(got)}
		case !ok:
			return &reports.Finding{Message: fmt.Sprintf("%s is %s, expected %s", pointerOrBody(pointer), compact(got), describe(value)),
				Pointer: pointer, Expected: describe(value), Actual: compact(got)}
		}
		return nil
	}}
}

// LackJSON matches a response whose JSON body has nothing at the pointer.
func LackJSON(pointer string) types.GomegaMatcher {
	return &responseMatcher{what: "JSON without " + pointer, match: func(r *probe.Response) *reports.Finding {
		doc, err := Decode(r.Body)
		if err != nil {
			return &reports.Finding{Message: "the body is no JSON: " + err.Error(), Actual: excerpt(r.Body)}
		}
		if got, err := Lookup(doc, pointer); err == nil {
			return &reports.Finding{Message: fmt.Sprintf("%s is there (%s) and should not be", pointer, compact(got)), Pointer: pointer, Actual: compact(got)}
		}
		return nil
	}}
}

// EqualJSON matches a value that is the same JSON as want, member order aside.
func EqualJSON(want any) types.GomegaMatcher { return jsonMatcher{want} }

type jsonMatcher struct{ want any }

func (m jsonMatcher) Match(actual any) (bool, error) {
	a, err := json.Marshal(actual)
	if err != nil {
		return false, err
	}
	b, err := json.Marshal(m.want)
	if err != nil {
		return false, err
	}
	x, err := Decode(a)
	if err != nil {
		return false, err
	}
	y, err := Decode(b)
	if err != nil {
		return false, err
	}
	return compact(x) == compact(y), nil
}
func (m jsonMatcher) FailureMessage(actual any) string {
	return fmt.Sprintf("%s is not %s", compact(actual), compact(m.want))
}
func (m jsonMatcher) NegatedFailureMessage(any) string { return "expected not " + compact(m.want) }

func toMatcher(value any) types.GomegaMatcher {
	if m, ok := value.(types.GomegaMatcher); ok {
		return m
	}
	return EqualJSON(value)
}

// JSON parses the body of r; a body that is no JSON is a mismatch and ends the check.
func (t *T) JSON(r *probe.Response) any {
	v, err := Decode(r.Body)
	if err != nil {
		t.report(reports.Finding{Message: "the body is no JSON: " + err.Error(), Actual: excerpt(r.Body)}, r)
		panic(stop{})
	}
	return v
}

// Object parses the body of r, which has to be a JSON object.
func (t *T) Object(r *probe.Response) map[string]any {
	o, ok := t.JSON(r).(map[string]any)
	if !ok {
		t.report(reports.Finding{Message: "the body is no JSON object", Expected: "an object", Actual: excerpt(r.Body)}, r)
		panic(stop{})
	}
	return o
}

// List parses the body of r, which has to be a JSON array.
func (t *T) List(r *probe.Response) []any {
	l, ok := t.JSON(r).([]any)
	if !ok {
		t.report(reports.Finding{Message: "the body is no JSON array", Expected: "an array", Actual: excerpt(r.Body)}, r)
		panic(stop{})
	}
	return l
}

// Decode parses one JSON value, numbers kept as json.Number, nothing after it.
func Decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("more than one JSON value")
	}
	return v, nil
}

// Lookup follows an RFC 6901 pointer.
func Lookup(doc any, pointer string) (any, error) {
	if pointer == "" {
		return doc, nil
	}
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch at := doc.(type) {
		case map[string]any:
			v, ok := at[token]
			if !ok {
				return nil, fmt.Errorf("nothing at %s: no member %q", pointer, token)
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(at) {
				return nil, fmt.Errorf("nothing at %s: no item %q of %d", pointer, token, len(at))
			}
			doc = at[i]
		default:
			return nil, fmt.Errorf("nothing at %s: %q is inside a plain value", pointer, token)
		}
	}
	return doc, nil
}

func pointerOrBody(pointer string) string {
	if pointer == "" {
		return "the body"
	}
	return pointer
}

// compact is v as JSON with sorted members, and numbers of equal value written alike.
func compact(v any) string {
	b, err := json.Marshal(normalNumbers(v))
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func normalNumbers(v any) any {
	switch x := v.(type) {
	case json.Number:
		// Beyond 2^53 a float64 would call different integers the same.
		if f, err := x.Float64(); err == nil && math.Abs(f) < 1<<53 {
			return f
		}
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = normalNumbers(e)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = normalNumbers(e)
		}
		return out
	}
	return v
}

func excerpt(b []byte) string {
	const most = 400
	if len(b) == 0 {
		return "(no body)"
	}
	if len(b) > most {
		return string(bytes.ToValidUTF8(b[:most], nil)) + " …"
	}
	return string(bytes.ToValidUTF8(b, []byte("�")))
}

// Hold matches, whatever it is given, when ok is true: for what was worked out before.
// The message tells the mismatch.
func Hold(ok bool, format string, args ...any) types.GomegaMatcher {
	return holding{ok, fmt.Sprintf(format, args...)}
}

type holding struct {
	ok      bool
	message string
}

func (h holding) Match(any) (bool, error)          { return h.ok, nil }
func (h holding) FailureMessage(any) string        { return h.message }
func (h holding) NegatedFailureMessage(any) string { return "expected not: " + h.message }
func (h holding) Finding(any) reports.Finding      { return reports.Finding{Message: h.message} }
