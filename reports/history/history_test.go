package history_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/history"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/words"
)

// run is a report of the day whose checks a, b, ... have the outcomes that the letters of
// outcomes stand for; a point is no such check.
func run(day int, outcomes string) history.Source {
	kinds := map[rune]reports.Outcome{'p': reports.Passed, 'f': reports.Failed, 'c': reports.CantTell, 'u': reports.Untested, 'i': reports.Inapplicable}
	r := &reports.Report{Run: reports.Run{ID: string(rune('0' + day)), Started: time.Date(2026, 5, day, 8, 0, 0, 0, time.UTC)}}
	r.Verdict.Verdict = reports.Inconclusive
	for i, o := range outcomes {
		if o == '.' {
			continue
		}
		c := reports.CheckResult{ID: string(rune('a' + i)), Title: "title " + fixture.Script, Outcome: kinds[o], Exchanges: []reports.Exchange{{Seq: 1, Method: "GET", URL: "/x", Status: 200}}}
		if o != 'p' {
			c.Reason, c.Exchanges[0].Status = "because "+string(o), 500
		}
		r.Checks = append(r.Checks, c)
	}
	r.Counts = reports.Count(r.Checks)
	return history.Source{Name: r.Run.ID + ".json", Report: r}
}

func of(t *testing.T, sources ...history.Source) *history.History {
	t.Helper()
	h, err := history.Of(sources)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestChangesAndTheirRuns(t *testing.T) {
	for name, c := range map[string]struct {
		runs     []string // outcomes of check a
		changes  []int    // runs in which it changed
		unsteady bool
	}{
		"steady":                      {[]string{"p", "p", "p"}, nil, false},
		"broke":                       {[]string{"p", "p", "f"}, []int{3}, false},
		"broke and was mended":        {[]string{"p", "f", "f", "p"}, []int{2, 4}, true},
		"got worse by steps":          {[]string{"p", "c", "f"}, []int{2, 3}, false},
		"was left out once":           {[]string{"p", "u", "p"}, []int{2, 3}, false},
		"did not apply once, then no": {[]string{"f", "i", "p"}, []int{2, 3}, false},
		"back and forth over a gap":   {[]string{"p", "u", "f", "u", "p"}, []int{2, 3, 4, 5}, true},
		"came":                        {[]string{".", "p"}, []int{2}, false},
		"went":                        {[]string{"p", "."}, []int{2}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var sources []history.Source
			for i, o := range c.runs {
				sources = append([]history.Source{run(i+1, o+"p")}, sources...) // the last first: order is by time
			}
			h := of(t, sources...)
			if len(c.changes) == 0 {
				if len(h.Checks) != 0 || h.Steady != 2 {
					t.Errorf("got %+v", h)
				}
				return
			}
			if len(h.Checks) != 1 || h.Steady != 1 || h.Checks[0].Unsteady != c.unsteady || (len(h.Unsteady()) == 1) != c.unsteady {
				t.Fatalf("got %+v", h)
			}
			var at []int
			for _, x := range h.Checks[0].Changes {
				at = append(at, x.Run)
			}
			if len(at) != len(c.changes) {
				t.Fatalf("changed in %v, want %v", at, c.changes)
			}
			for i := range at {
				if at[i] != c.changes[i] {
					t.Errorf("changed in %v, want %v", at, c.changes)
				}
			}
		})
	}
}

func TestAHistoryNeedsRunsThatAreNotTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		sources []history.Source
		want    string
	}{
		"none":  {nil, "two runs"},
		"one":   {[]history.Source{run(1, "p")}, "two runs"},
		"twice": {[]history.Source{run(1, "p"), run(1, "f")}, "reports of one run"},
	} {
		if _, err := history.Of(c.sources); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestFormatsTellWhatChangedWhen(t *testing.T) {
	last := run(3, "pf")
	last.Report.Baseline.ID = "another"
	h := of(t, run(1, "pp"), run(2, "pf"), last, run(4, "pp"))
	for _, l := range words.Languages() {
		p, err := words.In(l.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range history.Formats() {
			var b bytes.Buffer
			if err := f.Render(&b, h, p); err != nil {
				t.Fatal(err)
			}
			got := b.String()
			want := []string{"because f", "answered 500", "another baseline"}
			if f.Name != "json" {
				want = append(want, p.Outcome(reports.Failed), p.Date(h.Runs[1].Started), p.Verdict(reports.Inconclusive))
			}
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%s in %s says nothing of %q:\n%s", f.Name, l.Code, w, got)
				}
			}
			if f.Name == "html" || f.Name == "markdown" {
				if strings.Contains(got, "<script>alert") {
					t.Errorf("%s: a script of the platform's is one of the page", f.Name)
				}
			}
		}
	}
}

func TestHTMLIsWhole(t *testing.T) {
	var b bytes.Buffer
	if err := history.HTML(&b, of(t, run(1, "ppfcui"), run(2, "fpcupi")), words.InEnglish()); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	ids, links := map[string]bool{}, []string{}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			switch {
			case a.Key == "id":
				if ids[a.Val] {
					t.Errorf("the id %s is there twice", a.Val)
				}
				ids[a.Val] = true
			case a.Key == "href":
				links = append(links, strings.TrimPrefix(a.Val, "#"))
			case a.Key == "style" || a.Key == "src" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("there is %s=%q", a.Key, a.Val)
			}
		}
	}
	for _, to := range links {
		if !ids[to] {
			t.Errorf("nothing has the id %s", to)
		}
	}
}

func TestJSONIsRead(t *testing.T) {
	var b bytes.Buffer
	if err := history.JSON(&b, of(t, run(1, "p"), run(2, "f")), nil); err != nil {
		t.Fatal(err)
	}
	var h history.History
	if err := json.Unmarshal(b.Bytes(), &h); err != nil || len(h.Runs) != 2 || h.Checks[0].Changes[0].Run != 2 {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := history.Find("pdf"); err == nil || !strings.Contains(err.Error(), "text, markdown, html, json") {
		t.Errorf("got %v", err)
	}
}
