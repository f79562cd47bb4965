package audit

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"sync"

	pages "github.com/oasc/mimcheck/reports/html"
	"github.com/oasc/mimcheck/reports/internal/printable"
)

var (
	//go:embed page.html.tmpl
	page string
	//go:embed style.css
	style string
)

var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("page").Funcs(template.FuncMap{
		"line":     func(s any) string { return printable.Short(printable.Line(fmt.Sprint(s)), mostLine) },
		"some":     someOf,
		"sentence": sentence,
		"n":        grouped,
		"sign":     func(class string) sign { return sign{class, "Cannot tell"} },
	}).Parse(page)
})

const (
	mostLine   = 2_000 // characters of one line of text
	mostShown  = 50    // errors on the page
	mostChart  = 12
	mostBroken = 100
	mostKinds  = 200
)

// HTML writes the audit as one page for people: self-contained, without script and
// network, in both colour schemes, and readable on paper and with a screen reader. A
// Content-Security-Policy inside the page allows its own style and nothing else.
func HTML(w io.Writer, s *Summary) error {
	t, err := parsed()
	if err != nil {
		return fmt.Errorf("the page's template is broken: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, newView(s)); err != nil {
		return fmt.Errorf("the audit can't be shown as a page: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

type view struct {
	*Summary
	Policy      string
	Style       template.CSS
	Icon        string
	Where       string
	Sections    []section
	Numbers     []figure
	Bar         bar
	Kinds       []kind
	Chart       []card
	Shown       []card
	MoreErrors  int
	BrokenShown []brokenRow
}

type section struct {
	Anchor, Title, Number string
}

type figure struct {
	Class, Word, Meaning string
	N                    int64
}

type sign struct{ Class, Label string }

// bar is shares of a whole side by side, and the same in words.
type bar struct {
	Segments []segment
	Text     string
}

type segment struct{ Class, X, Width string }

type kind struct {
	Type
	Anchor, Class, Share string
	Bar                  bar
	Faulty, Sound        []attribute
}

type attribute struct {
	Attribute
	Share, Width string
}

type card struct {
	Error
	Anchor, Width string
}

type brokenRow struct{ Place, Reason string }

func newView(s *Summary) *view {
	css := pages.Stylesheet() + style
	sum := sha256.Sum256([]byte(css))
	v := &view{Summary: s, Style: template.CSS(css), Where: s.Source.URL,
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Icon:   map[Verdict]string{Conformant: "passed", NonConformant: "failed", Inconclusive: "cantTell"}[s.Verdict]}
	if v.Where == "" {
		v.Where = s.Source.File
	}
	c := s.Counts
	v.Numbers = []figure{
		{"passed", "valid", "as their data model says", c.Valid},
		{"failed", "invalid", "not as their data model or NGSI-LD says", c.Invalid},
		{"cantTell", "cannot tell", "no judgement was possible", c.CantTell},
		{"untested", "no model", "no data model is known for their type", c.NoModel},
	}
	v.Bar = barOf(c.Valid, c.Invalid, c.CantTell, c.NoModel)
	if c.Broken > 0 {
		v.Numbers = append(v.Numbers, figure{"cantTell", "broken", "parts of the input that are no entity", c.Broken})
	}
	for i := range s.Types {
		if i == mostKinds {
			break
		}
		v.Kinds = append(v.Kinds, kindOf(s.Types[i], i))
	}
	for i, e := range s.Errors {
		if i == mostShown {
			v.MoreErrors = len(s.Errors) - i
			break
		}
		x := card{e, "error-" + strconv.Itoa(i), width(e.Entities, s.Errors[0].Entities)}
		v.Shown = append(v.Shown, x)
		if i < mostChart {
			v.Chart = append(v.Chart, x)
		}
	}
	for i, b := range s.Broken {
		if i == mostBroken {
			v.BrokenShown = append(v.BrokenShown, brokenRow{"…", fmt.Sprintf("and %d more", s.Counts.Broken-int64(i))})
			break
		}
		v.BrokenShown = append(v.BrokenShown, brokenRow{s.placeOf(b), b.Reason})
	}
	v.Sections = []section{{"verdict", "Verdict", ""}, {"numbers", "Entities", ""}, {"types", "By type", strconv.Itoa(len(s.Types))}, {"errors", "Commonest errors", strconv.Itoa(len(s.Errors))}}
	if len(s.Doubts) > 0 {
		v.Sections = append(v.Sections, section{"doubts", "Not judged", grouped(c.CantTell)})
	}
	if c.Broken > 0 {
		v.Sections = append(v.Sections, section{"broken", "Broken input", grouped(c.Broken)})
	}
	if len(s.Notes) > 0 {
		v.Sections = append(v.Sections, section{"notes", "Notes", ""})
	}
	return v
}

func kindOf(t Type, i int) kind {
	k := kind{Type: t, Anchor: "type-" + strconv.Itoa(i), Share: share(t), Bar: barOf(t.Valid, t.Invalid, t.CantTell, t.NoModel)}
	switch {
	case t.Invalid > 0:
		k.Class = "failed"
	case t.CantTell > 0:
		k.Class = "cantTell"
	case t.Valid > 0:
		k.Class = "passed"
	default:
		k.Class = "untested"
	}
	for _, a := range t.Attributes {
		if a.Faulty > 0 {
			k.Faulty = append(k.Faulty, attribute{a, percent(a.Faulty, t.Entities), width(a.Faulty, t.Entities)})
		} else {
			k.Sound = append(k.Sound, attribute{a, percent(a.Present, t.Entities), width(a.Present, t.Entities)})
		}
	}
	return k
}

// barOf shares the width out. What is there is seen, however few it is: each part has
// at least 1 per cent, which the others give.
func barOf(valid, invalid, cantTell, noModel int64) bar {
	all := valid + invalid + cantTell + noModel
	if all == 0 {
		return bar{Text: "nothing"}
	}
	parts := []figure{{"passed", "valid", "", valid}, {"failed", "invalid", "", invalid}, {"cantTell", "cannot be judged", "", cantTell}, {"untested", "without a data model", "", noModel}}
	var shown []figure
	var shares []float64
	sum := 0.0
	for _, p := range parts {
		if p.N > 0 {
			shown, shares = append(shown, p), append(shares, max(100*float64(p.N)/float64(all), 1))
			sum += shares[len(shares)-1]
		}
	}
	var b bar
	var words []string
	x := 0.0
	for i, p := range shown {
		w := shares[i] * 100 / sum
		gap := 0.3
		if i == len(shown)-1 {
			gap = 0
		}
		b.Segments = append(b.Segments, segment{p.Class, fixed(x), fixed(w - gap)})
		words = append(words, percent(p.N, all)+" "+p.Word)
		x += w
	}
	b.Text = strings.Join(words, ", ")
	return b
}

// width is a share in per cent of which a part that is there can be seen.
func width(n, all int64) string {
	if n <= 0 || all <= 0 {
		return "0"
	}
	return fixed(min(100, max(1, 100*float64(n)/float64(all))))
}

func fixed(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// grouped is a number with its thousands apart.
func grouped(v any) string {
	s := fmt.Sprint(v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
