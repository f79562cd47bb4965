package compare_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/compare"
)

// answered is a run of one check that was answered so.
func answered(token string, outcome reports.Outcome, answers ...compare.Answer) compare.Run {
	c := check("a", outcome, "because")
	return compare.Run{Report: report(reports.Conformant, c), Evidence: compare.Evidence{Token: token,
		Answers: func(string) []compare.Answer { return answers }}}
}

func TestRunsTellWhatDiffers(t *testing.T) {
	is := func(status int, body string, header ...string) compare.Answer {
		a := compare.Answer{Seq: 1, Request: "GET /entities", Status: status, Header: http.Header{}, Body: []byte(body)}
		for i := 0; i+1 < len(header); i += 2 {
			a.Header.Add(header[i], header[i+1])
		}
		return a
	}
	for name, c := range map[string]struct {
		was, is compare.Answer
		want    string
	}{
		"status":      {is(200, "[]"), is(404, "{}"), "exchange 1, GET /entities: the status is 200, then 404"},
		"header":      {is(200, "[]", "Link", "<a>"), is(200, "[]"), `the header field Link is "<a>", then ""`},
		"member":      {is(200, `[{"id":"x","level":1}]`), is(200, `[{"id":"x"}]`), `the body has at "/0/level" 1, then nothing`},
		"value":       {is(200, `{"a/b":{"value":"old"}}`), is(200, `{"a/b":{"value":"new"}}`), `the body has at "/a~1b/value" "old", then "new"`},
		"length":      {is(200, `[1]`), is(200, `[1,2]`), `the body has at "" [1], then [1,2]`},
		"text":        {is(200, "one"), is(200, ""), "the body is one, then empty"},
		"dates":       {is(200, `{"at":"2026-01-02T03:04:05Z"}`, "Date", "a"), is(200, `{"at":"2026-02-03T04:05:06.7Z"}`, "Date", "b"), "no status, header field or body differs"},
		"ids":         {is(200, `["urn:first:1"]`, "Location", "/00000000-0000-4000-8000-000000000000"), is(200, `["urn:second:1"]`, "Location", "/11111111-0000-4000-8000-000000000000"), "no status, header field or body differs"},
		"memberOrder": {is(200, `{"a":1,"b":2}`), is(200, `{"b":2,"a":1}`), "no status, header field or body differs"},
	} {
		t.Run(name, func(t *testing.T) {
			varying := compare.Runs([]compare.Run{answered("first", reports.Passed, c.was), answered("second", reports.Failed, c.is)})
			if len(varying) != 1 || !strings.Contains(varying[0].String(), c.want) {
				t.Errorf("got %v, want %q", varying, c.want)
			}
		})
	}
	if varying := compare.Runs([]compare.Run{answered("first", reports.Passed, is(200, "[]")), answered("second", reports.Passed, is(404, ""))}); len(varying) != 0 {
		t.Errorf("the outcomes are the same, and %v varies", varying)
	}
}
