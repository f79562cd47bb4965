package html

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
	"github.com/oasc/mimcheck/reports/internal/printable"
	"github.com/oasc/mimcheck/reports/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, b := range golden.Check(t, *update, ".html", Render) {
		for _, problem := range inspect(t, b) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// inspect says what a page must not have and lacks.
func inspect(t *testing.T, b []byte) (problems []string) {
	t.Helper()
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	doc, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	ids, n := map[string]bool{}, map[atom.Atom]int{}
	var refs []string
	level := 0
	for node := range doc.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		n[node.DataAtom]++
		for _, a := range node.Attr {
			switch {
			case a.Key == "id":
				if ids[a.Val] || a.Val == "" || strings.ContainsAny(a.Val, " \t\n%") {
					say("the id %q is there twice, or is no good one", a.Val)
				}
				ids[a.Val] = true
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"), a.Key == "aria-labelledby":
				refs = append(refs, strings.TrimPrefix(a.Val, "#"))
			case a.Key == "href", a.Key == "src", a.Key == "style", a.Key == "action", a.Key == "srcset", strings.HasPrefix(a.Key, "on"):
				say("<%s> has %s=%q", node.Data, a.Key, a.Val)
			}
		}
		switch node.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4:
			now := int(node.Data[1] - '0')
			if now > level+1 {
				say("heading <%s> %q comes after <h%d>", node.Data, text(node), level)
			}
			level = now
		case atom.Th:
			if attribute(node, "scope") == "" {
				say("a table header has no scope")
			}
		case atom.Svg:
			if attribute(node, "aria-hidden") != "true" && attribute(node, "aria-label") == "" {
				say("a picture has neither a text nor is it hidden")
			}
		case atom.Section, atom.Nav:
			if attribute(node, "aria-labelledby") == "" && attribute(node, "aria-label") == "" {
				say("<%s> has no name", node.Data)
			}
		case atom.Img, atom.Iframe, atom.Link, atom.Object, atom.Embed, atom.Form, atom.Base:
			say("there is a <%s>", node.Data)
		}
	}
	for _, ref := range refs {
		if !ids[ref] {
			say("nothing has the id %q that is referred to", ref)
		}
	}
	for what, want := range map[atom.Atom]int{atom.Script: 1, atom.Style: 1, atom.H1: 1, atom.Main: 1, atom.Header: 1, atom.Footer: 1, atom.Title: 1} {
		if n[what] != want {
			say("there are %d <%s>, want %d", n[what], what, want)
		}
	}
	return problems
}

func TestInspectFindsWhatItLooksFor(t *testing.T) {
	whole := string(golden.Render(t, Render, fixture.Full()))
	for name, c := range map[string]struct{ old, new string }{
		"another script":  {"</main>", "<script>alert(1)</script></main>"},
		"a handler":       {"<footer>", `<footer onclick="alert(1)">`},
		"an address":      {"<footer>", `<footer><a href="https://example.org">x</a>`},
		"an image":        {"<footer>", `<footer><img alt="">`},
		"a dead link":     {"<footer>", `<footer><a href="#nowhere">x</a>`},
		"an id twice":     {"<footer>", `<footer id="failed">`},
		"a heading level": {"<footer>", `<footer><h4>x</h4>`},
		"a bare header":   {`<th scope="col" class="n">No.`, `<th class="n">No.`},
	} {
		broken := strings.Replace(whole, c.old, c.new, 1)
		if broken == whole {
			t.Fatalf("%s: the page has no %s", name, c.old)
		}
		if len(inspect(t, []byte(broken))) == 0 {
			t.Errorf("%s was not found", name)
		}
	}
}

func TestPolicyAllowsTheOwnPartsOnly(t *testing.T) {
	doc, err := html.Parse(bytes.NewReader(golden.Render(t, Render, fixture.Full())))
	if err != nil {
		t.Fatal(err)
	}
	var policy string
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Meta && attribute(n, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(n, "content")
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Script || n.DataAtom == atom.Style {
			if want := digest(n.FirstChild.Data); !strings.Contains(policy, n.Data+"-src '"+want+"'") {
				t.Errorf("the policy does not allow the page's own %s: %s is not in %q", n.Data, want, policy)
			}
		}
	}
}

func TestEverythingIsShown(t *testing.T) {
	english := words.InEnglish()
	for _, name := range fixture.Names() {
		r := fixture.Report(name)
		doc, err := html.Parse(bytes.NewReader(golden.Render(t, Render, r)))
		if err != nil {
			t.Fatal(err)
		}
		page := text(doc)
		commands := map[string]bool{}
		for n := range doc.Descendants() {
			if n.DataAtom == atom.Pre {
				commands[text(n)] = true
			}
		}
		want := func(what string) {
			if what = printable.Line(what); !strings.Contains(page, what) {
				t.Errorf("%s: %q is not shown", name, what)
			}
		}
		for _, s := range []string{r.Verdict.Verdict.Label(), english.Summary(r), r.Baseline.ID, r.Run.ID, strconv.FormatUint(r.Run.Seed, 10), r.Baseline.SHA256} {
			want(s)
		}
		for _, s := range append(append(english.Caveats(r), r.Notes...), r.Cleanup.Left...) {
			want(s)
		}
		if !commands[r.Reproduce()] {
			t.Errorf("%s: the command to repeat the run is not there to be copied", name)
		}
		for _, c := range r.Checks {
			for _, s := range []string{c.ID, c.Title, c.Clause, c.Reason} {
				want(s)
			}
			for _, e := range c.Exchanges {
				want(e.URL)
			}
			for _, f := range c.Findings {
				for _, s := range []string{f.Message, f.Pointer, f.Hint} {
					want(s)
				}
				if e := c.Exchange(f.Exchange); e != nil && e.Curl != "" && !commands[printable.Text(e.Curl)] {
					t.Errorf("%s: the curl line of %s is not there as it is: %s", name, c.ID, e.Curl)
				}
			}
		}
		for _, m := range r.Verdict.MIMs {
			want(m.ID + " " + m.Title)
			for _, c := range m.Capabilities {
				want(c.Title)
				for _, q := range c.Requirements {
					want(q.ID)
					want(q.Text)
				}
			}
		}
	}
}

func TestDraftSaysSo(t *testing.T) {
	for name, want := range map[string]bool{"unreachable": true, "conformant": false} {
		page := string(golden.Render(t, Render, fixture.Report(name)))
		if got := strings.Contains(page, `<span class="tag draft">Draft</span>`); got != want {
			t.Errorf("%s: draft is shown: %v, want %v", name, got, want)
		}
	}
}

func TestHostileIds(t *testing.T) {
	r := fixture.Full()
	for i, id := range []string{"a b", "a-b", `"><script>`, "#", "%41", strings.Repeat("x", 5000), "ü"} {
		r.Checks[i].ID = id
	}
	for _, problem := range inspect(t, golden.Render(t, Render, r)) {
		t.Error(problem)
	}
}

func TestBar(t *testing.T) {
	for name, c := range map[string]reports.Counts{
		"few among many": {Total: 100_000, Passed: 99_997, Failed: 1, CantTell: 1, Untested: 1},
		"one outcome":    {Total: 3, Untested: 3},
		"all":            {Total: 15, Passed: 1, Failed: 2, CantTell: 3, Inapplicable: 4, Untested: 5},
	} {
		sum, end := 0.0, 0.0
		for _, s := range bar(c) {
			width, _ := strconv.ParseFloat(s.Width, 64)
			x, _ := strconv.ParseFloat(s.X, 64)
			if width < 0.6 || x < end-0.011 {
				t.Errorf("%s: %s from %v is %v wide, after %v", name, s.Class, x, width, end)
			}
			sum, end = sum+width, x+width
		}
		if end < 99.9 || end > 100.1 {
			t.Errorf("%s: the bar ends at %v", name, end)
		}
	}
	if bar(reports.Counts{}) != nil {
		t.Error("there is a bar without checks")
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{
		"all requirements are met": "All requirements are met", "q gives": "q gives", "GET /x": "GET /x", "": "", "ärger hier": "ärger hier",
		"urn:x is not": "urn:x is not", "3 failed": "3 failed",
	} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestContrast checks the colours against WCAG 2.2: 1.4.3 asks 4.5:1 for text,
// 1.4.11 asks 3:1 for edges and the bar.
func TestContrast(t *testing.T) {
	text := [][2]string{{"ink", "page"}, {"ink", "panel"}, {"muted", "page"}, {"muted", "panel"}, {"link", "page"}, {"link", "panel"}}
	edges := [][2]string{{"edge", "page"}}
	for _, tone := range []string{"passed", "failed", "cantTell", "inapplicable", "untested"} {
		text = append(text, [2]string{tone, "page"}, [2]string{tone, "panel"}, [2]string{tone, tone + "-soft"}, [2]string{"ink", tone + "-soft"}, [2]string{"link", tone + "-soft"})
		edges = append(edges, [2]string{tone, "page"})
	}
	schemes := regexp.MustCompile(`:root \{[^}]*\}`).FindAllString(style, -1)
	if len(schemes) != 3 {
		t.Fatalf("the style has %d sets of colours, want light, dark and print", len(schemes))
	}
	for i, scheme := range schemes {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-zA-Z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(scheme, -1) {
			colors[m[1]] = m[2]
		}
		for least, pairs := range map[float64][][2]string{4.5: text, 3: edges} {
			for _, p := range pairs {
				if colors[p[0]] == "" || colors[p[1]] == "" {
					t.Errorf("scheme %d lacks %s or %s", i, p[0], p[1])
					continue
				}
				if got := contrast(colors[p[0]], colors[p[1]]); got < least {
					t.Errorf("scheme %d: %s on %s has %.2f:1, want %.1f:1", i, p[0], p[1], got, least)
				}
			}
		}
	}
	if got := contrast("#000000", "#ffffff"); math.Abs(got-21) > 0.01 {
		t.Errorf("black on white has %.2f:1", got)
	}
}

// contrast is the contrast ratio of WCAG 2.2 for two colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(color string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, _ := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text is all text of the node.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func FuzzRender(f *testing.F) {
	for _, s := range fixture.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, problem := range inspect(t, golden.Render(t, Render, fixture.Saying(s))) {
			t.Errorf("%q: %s", s, problem)
		}
	})
}

// Every language gives a page of the same form, says which language it is, and marks
// what is quoted in English.
func TestLanguages(t *testing.T) {
	for _, l := range words.Languages() {
		p, err := words.In(l.Code)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range fixture.Names() {
			page := golden.Render(t, func(w io.Writer, r *reports.Report) error { return RenderIn(w, r, p) }, fixture.Report(name))
			for _, problem := range inspect(t, page) {
				t.Errorf("%s in %s: %s", name, l.Code, problem)
			}
			if !bytes.Contains(page, []byte(`<html lang="`+l.Code+`">`)) {
				t.Errorf("%s in %s does not say its language", name, l.Code)
			}
			if quotes := bytes.Contains(page, []byte(`<bdi lang="en">`)); quotes != (l.Code != words.English) {
				t.Errorf("%s in %s: what is quoted is marked as English: %v", name, l.Code, quotes)
			}
		}
	}
}
