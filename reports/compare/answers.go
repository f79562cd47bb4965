package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Answer is what a platform answered in one exchange of a check.
type Answer struct {
	Seq     int // order within the check, from 1
	Request string
	Status  int // 0 when there was no answer
	Header  http.Header
	Body    []byte
}

// Evidence is the exchanges of one run. What a run is told apart by from others is in its
// Token, which ids that the run made hold.
type Evidence struct {
	Token   string
	Answers func(check string) []Answer
}

// volatile are the header fields that tell of one answer only.
var volatile = []string{"Age", "Content-Length", "Date", "Etag", "Expires", "Last-Modified", "Traceparent", "X-Correlation-Id", "X-Request-Id"}

// What is another in each run: times, ids that a platform makes up, and the ports of this
// machine that programs are given.
var (
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\d(T|%20| )\d\d(:|%3[Aa])\d\d(:|%3[Aa])\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`)
	unique = regexp.MustCompile(`[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}`)
	port   = regexp.MustCompile(`(127\.0\.0\.1|localhost|\[::1\]):\d+`)
)

// steady is text without what differs in each run.
func (e Evidence) steady(text string) string {
	if e.Token != "" {
		text = strings.ReplaceAll(text, e.Token, "…")
	}
	text = moment.ReplaceAllString(text, "…")
	text = unique.ReplaceAllString(text, "…")
	return port.ReplaceAllString(text, "$1:…")
}

// firstAnswer tells of the first exchange of a check in which the answers of two runs
// differ: by its number, in status, header field or body, and in what of it. It is empty
// when only what is volatile by nature does.
func firstAnswer(check string, a, b Evidence) string {
	was, is := a.Answers(check), b.Answers(check)
	for i := range min(len(was), len(is)) {
		if what := differs(a, was[i], b, is[i]); what != "" {
			return fmt.Sprintf("exchange %d, %s: %s", was[i].Seq, a.steady(was[i].Request), what)
		}
	}
	if len(was) != len(is) {
		return fmt.Sprintf("%d exchanges, then %d", len(was), len(is))
	}
	return ""
}

func differs(a Evidence, was Answer, b Evidence, is Answer) string {
	if x, y := a.steady(was.Request), b.steady(is.Request); x != y {
		return "then the request is " + y
	}
	if was.Status != is.Status {
		return fmt.Sprintf("the status is %d, then %d", was.Status, is.Status)
	}
	names := map[string]bool{}
	for _, header := range []http.Header{was.Header, is.Header} {
		for name := range header {
			names[name] = !slices.Contains(volatile, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if x, y := a.steady(strings.Join(was.Header.Values(name), ", ")), b.steady(strings.Join(is.Header.Values(name), ", ")); names[name] && x != y {
			return fmt.Sprintf("the header field %s is %q, then %q", name, x, y)
		}
	}
	return bodies(a.steady(string(was.Body)), b.steady(string(is.Body)))
}

// bodies tells where two bodies differ: of JSON by its pointer (RFC 6901).
func bodies(was, is string) string {
	if was == is {
		return ""
	}
	x, isJSON := decoded(was)
	y, areJSON := decoded(is)
	if !isJSON || !areJSON {
		return fmt.Sprintf("the body is %s, then %s", short(was), short(is))
	}
	pointer, v, w := apart("", x, y)
	if pointer == nil {
		return "" // the same members in another order
	}
	return fmt.Sprintf("the body has at %q %s, then %s", *pointer, v, w)
}

func decoded(text string) (v any, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

// apart finds the first place where two values differ, and both, as JSON; nil when they are
// the same.
func apart(at string, x, y any) (pointer *string, was, is string) {
	if reflect.DeepEqual(x, y) {
		return nil, "", ""
	}
	switch x := x.(type) {
	case map[string]any:
		y, same := y.(map[string]any)
		if !same {
			break
		}
		names := maps.Clone(x)
		maps.Copy(names, y)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			below := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
			v, before := x[name]
			w, after := y[name]
			switch {
			case !before:
				return &below, "nothing", shown(w)
			case !after:
				return &below, shown(v), "nothing"
			case !reflect.DeepEqual(v, w):
				return apart(below, v, w)
			}
		}
	case []any:
		y, same := y.([]any)
		if !same || len(x) != len(y) {
			break
		}
		for i := range x {
			if !reflect.DeepEqual(x[i], y[i]) {
				return apart(fmt.Sprintf("%s/%d", at, i), x[i], y[i])
			}
		}
	}
	return &at, shown(x), shown(y)
}

// shown is a value as JSON, cut.
func shown(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it was decoded from JSON
	return short(strings.TrimSpace(b.String()))
}

// short is the begin of a text, at most 120 characters.
func short(text string) string {
	if text == "" {
		return "empty"
	}
	if letters := []rune(text); len(letters) > 120 {
		return string(letters[:120]) + "…"
	}
	return text
}
