package audit

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/oasc/mimcheck/reports"
)

// full is a report that has some of everything, with hostile text in it.
func full() *Summary {
	evil := "<script>alert(1)</script>\x1b[2J\u202e=1+1"
	s := &Summary{SchemaVersion: SchemaVersion, Tool: reports.Tool{Name: "mimcheck", Version: "1"}, Source: Source{Name: evil, File: "data/a b.ndjson", Sample: 5, Seed: 2},
		Counts: Counts{Read: 100_010, Valid: 99_999, Invalid: 3, CantTell: 2, NoModel: 6, Broken: 101},
		Types: []Type{
			{Name: evil, IRI: "urn:t:1", Model: "dataModel.X/" + evil, Via: "iri", Entities: 100_002, Valid: 99_999, Invalid: 3, Attributes: []Attribute{{Name: "a", Present: 10}, {Name: "b" + evil, Present: 5, Faulty: 3, InModel: true, Required: true}}},
			{Name: "=T", IRI: "urn:t:2", Entities: 6, NoModel: 6, Attributes: []Attribute{}, Suggestions: []Suggestion{{Model: "dataModel.X/Y", Shared: []string{"a", evil}, Score: 0.5}}},
		},
		Errors:   []Error{{Type: "T", Model: "M", Place: "/b", Keyword: "type", Entities: 3, Count: 4, Suggestion: "Mend it.", Examples: []Finding{{Entity: evil, Type: "T", Place: "/b", Keyword: "type", Message: evil, Pointer: "/b", Line: 3, Column: 7, Order: 3}}}},
		Findings: []Finding{{Entity: evil, Type: "T", Place: "/b", Keyword: "type", Message: evil, Pointer: "/b", Line: 3, Column: 7, Order: 3}},
		Doubts:   []Doubt{{Reason: evil, Entities: 2, Example: evil, Line: 9, Order: 9}},
		Broken:   []Broken{{Line: 8, Column: 2, Reason: evil, Order: 8}, {Where: "GET /entities", Reason: "x", Order: 9}},
		Notes:    []string{evil},
	}
	s.Sort()
	s.Conclude()
	return s
}

func render(t *testing.T, name string, s *Summary) string {
	t.Helper()
	f, err := FormatNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Render(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := render(t, "text", full())
	for _, want := range []string{"NOT CONFORMANT", "3 of 100002 judged", "99.9 % valid", "perhaps dataModel.X/Y", "Fix: Mend it.", "line 3 column 7", "and 99 more", "GET /entities: x"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("control characters reach the terminal")
	}
}

func TestCSV(t *testing.T) {
	got := render(t, "csv", full())
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, row := range rows[1:] {
		kinds[row[0]]++
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
	}
	for kind, n := range map[string]int{"total": 1, "type": 2, "attribute": 2, "error": 1, "doubt": 1, "broken": 2} {
		if kinds[kind] != n {
			t.Errorf("%d rows of %s, want %d", kinds[kind], kind, n)
		}
	}
}

func TestSARIF(t *testing.T) {
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI, URIBaseID string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(render(t, "sarif", full())), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || len(run.Results) != 3 || len(run.Tool.Driver.Rules) != 2 {
		t.Fatalf("%+v", log)
	}
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("rule %d is not %s", r.RuleIndex, r.RuleID)
		}
	}
	at := run.Results[0].Locations[0].PhysicalLocation
	if at.ArtifactLocation.URI != "data/a%20b.ndjson" || at.Region.StartLine != 3 || at.Region.StartColumn != 7 {
		t.Errorf("%+v", at)
	}
	if got := artifact("/tmp/a#b")["uri"]; got != "file:///tmp/a%23b" {
		t.Errorf("an absolute path is %s", got)
	}
}

func TestHTML(t *testing.T) {
	for name, s := range map[string]*Summary{"full": full(), "empty": {SchemaVersion: SchemaVersion, Verdict: Inconclusive}} {
		doc, err := html.Parse(strings.NewReader(render(t, "html", s)))
		if err != nil {
			t.Fatal(err)
		}
		ids, refs, n, level := map[string]bool{}, []string{}, map[atom.Atom]int{}, 0
		for node := range doc.Descendants() {
			if node.Type != html.ElementNode {
				continue
			}
			n[node.DataAtom]++
			attributes := map[string]string{}
			for _, a := range node.Attr {
				attributes[a.Key] = a.Val
				switch {
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("%s: the id %q is there twice", name, a.Val)
					}
					ids[a.Val] = true
				case a.Key == "href" && strings.HasPrefix(a.Val, "#"), a.Key == "aria-labelledby":
					refs = append(refs, strings.TrimPrefix(a.Val, "#"))
				case a.Key == "href", a.Key == "src", a.Key == "style", strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: <%s> has %s=%q", name, node.Data, a.Key, a.Val)
				}
			}
			switch node.DataAtom {
			case atom.H1, atom.H2, atom.H3, atom.H4:
				if now := int(node.Data[1] - '0'); now > level+1 {
					t.Errorf("%s: a heading <%s> after <h%d>", name, node.Data, level)
				} else {
					level = now
				}
			case atom.Svg:
				if attributes["aria-hidden"] != "true" && attributes["aria-label"] == "" {
					t.Errorf("%s: a picture has no text", name)
				}
			case atom.Th:
				if attributes["scope"] == "" {
					t.Errorf("%s: a table header has no scope", name)
				}
			case atom.Script, atom.Img, atom.Iframe, atom.Link, atom.Form:
				t.Errorf("%s: there is a <%s>", name, node.Data)
			}
		}
		for _, ref := range refs {
			if !ids[ref] {
				t.Errorf("%s: nothing has the id %q", name, ref)
			}
		}
		for what, want := range map[atom.Atom]int{atom.Style: 1, atom.H1: 1, atom.Main: 1, atom.Title: 1} {
			if n[what] != want {
				t.Errorf("%s: %d <%s>", name, n[what], what)
			}
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		n, all int64
		want   string
	}{{0, 0, "–"}, {0, 5, "0 %"}, {5, 5, "100 %"}, {1, 100_000, "0.1 %"}, {99_999, 100_000, "99.9 %"}, {1, 3, "33.3 %"}} {
		if got := percent(c.n, c.all); got != c.want {
			t.Errorf("percent(%d, %d) = %s, want %s", c.n, c.all, got, c.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, text := range []string{"", "[]", `{"schemaVersion":"2.0"}`, `{"schemaVersion":"1.0","types":5}`} {
		if _, err := Decode([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
