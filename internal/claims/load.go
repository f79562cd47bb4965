package claims

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/nearest"
	"github.com/oasc/mimcheck/internal/yamldoc"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
)

// maxFile is the largest sheet that is read, in bytes.
const maxFile = 1 << 20

// Known is what claims can be about.
type Known struct {
	Baseline string // id, in place of the one that a sheet names; empty to leave that
	Models   *models.Catalogue
}

// Load reads a vendor's claims. Every problem is told, each as *yamldoc.Error with its line
// and field, joined. The bundles that it names are given relative to the working folder.
func Load(path string, known Known) (Sheet, error) {
	f, err := os.Open(path)
	if err != nil {
		return Sheet{}, fmt.Errorf("the claims can't be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Sheet{}, fmt.Errorf("the claims can't be read: %w", err)
	}
	if len(content) > maxFile {
		return Sheet{}, &yamldoc.Error{File: path, Message: fmt.Sprintf("the file is larger than %d bytes: expected claims as `mimcheck claims template --format yaml` makes them", maxFile)}
	}
	return parse(path, content, known)
}

func parse(path string, content []byte, known Known) (Sheet, error) {
	r := &reader{Document: yamldoc.Document{File: path, Want: "vendor, product and claims"}, known: known, sheet: Sheet{File: path, Baseline: DefaultBaseline}}
	if body := r.Parse(content); body != nil {
		r.root(body)
	}
	if err := r.Err(); err != nil {
		return Sheet{}, err
	}
	return r.sheet, nil
}

// reader is a sheet while it is read.
type reader struct {
	yamldoc.Document
	known    Known
	sheet    Sheet
	baseline baselines.Baseline
}

func (r *reader) root(n ast.Node) {
	s := &r.sheet
	var list ast.Node
	seen := r.Mapping(n, "",
		r.line("vendor", &s.Vendor), r.line("product", &s.Product), r.line("version", &s.Version),
		yamldoc.Named("baseline", func(n ast.Node, at string) {
			id := r.Text(n, at)
			if id == "" {
				return
			}
			if _, err := baselines.Get(id); err != nil {
				r.Wrong(n, at, "%v", err)
				return
			}
			s.Baseline = id
		}),
		yamldoc.Named("bundles", func(n ast.Node, at string) {
			for _, path := range r.Texts(n, at) {
				if !filepath.IsAbs(path) {
					path = filepath.Join(filepath.Dir(r.File), path)
				}
				s.Bundles = append(s.Bundles, path)
			}
		}),
		yamldoc.Named("claims", func(n ast.Node, _ string) { list = n }),
	)
	for _, name := range []string{"vendor", "product", "claims"} {
		if seen != nil && !seen[name] {
			r.Wrong(n, name, "missing: expected vendor, product and claims")
		}
	}
	if r.known.Baseline != "" {
		s.Baseline = r.known.Baseline
	}
	var err error
	if r.baseline, err = baselines.Get(s.Baseline); err != nil {
		r.Wrong(nil, "baseline", "%v", err)
		return
	}
	if list != nil { // after the baseline, wherever it stands in the file
		r.claims(list)
	}
}

// line reads a text of one line; a version may look like a number.
func (r *reader) line(name string, to *string) yamldoc.Field {
	return yamldoc.Named(name, func(n ast.Node, at string) {
		if *to = strings.TrimSpace(r.Text(n, at)); *to != shown(*to) || len(*to) > 200 {
			r.Wrong(n, at, "expected one line of at most 200 bytes without control characters")
		}
	})
}

func (r *reader) claims(n ast.Node) {
	items, ok := n.(*ast.SequenceNode)
	if !ok || len(items.Values) == 0 {
		r.Wrong(n, "claims", "expected a list of claims such as - mim: MIM1, seen %s", yamldoc.Kind(n))
		return
	}
	seen := map[string]int{}
	for i, item := range items.Values {
		at := fmt.Sprintf("claims[%d]", i)
		c, ok := r.claim(item, at)
		if !ok {
			continue
		}
		if before, twice := seen[c.String()]; twice {
			r.Wrong(item, at, "%s is claimed twice, first as claims[%d]: leave one out", c, before)
			continue
		}
		seen[c.String()] = i
		r.sheet.Claims = append(r.sheet.Claims, c)
	}
}

func (r *reader) claim(n ast.Node, at string) (c Claim, ok bool) {
	before := r.Count()
	fields := []yamldoc.Field{r.line("says", &c.Says)}
	var given []string
	for _, k := range kinds() {
		fields = append(fields, yamldoc.Named(string(k), func(n ast.Node, at string) {
			given = append(given, string(k))
			c.Kind = k
			if t := n.GetToken(); t != nil && t.Position != nil {
				c.Line = t.Position.Line
			}
			if yamldoc.Kind(n) == "a number" {
				r.Wrong(n, at, "expected text such as 1.6.1, seen a number: put it in quotes")
				return
			}
			if c.Value = r.Text(n, at); c.Value != "" {
				c.Value = r.existing(n, at, k, c.Value)
			}
		}))
	}
	if r.Mapping(n, at, fields...) != nil && len(given) != 1 {
		r.Wrong(n, at, "expected one of mim, requirement, feature, model and specVersion, seen %d of them: write a claim for each", len(given))
	}
	return c, r.Count() == before
}

var versionForm = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)

// existing checks that what is claimed exists, and gives its one name.
func (r *reader) existing(n ast.Node, at string, k Kind, value string) string {
	among := func(what string, names []string) {
		if !slices.Contains(names, value) {
			hint := "expected one of " + strings.Join(names, ", ")
			if near := nearest.To(value, names, 1); len(near) > 0 {
				hint = "did you mean " + near[0] + "?"
			}
			r.Wrong(n, at, "%q is no %s: %s", value, what, hint)
		}
	}
	switch k {
	case MIM:
		var ids []string
		for _, m := range r.baseline.MIMs {
			ids = append(ids, m.ID)
		}
		among("MIM of "+r.baseline.ID, ids)
	case Requirement:
		if !strings.HasPrefix(value, r.baseline.ID+"/") {
			value = r.baseline.ID + "/" + value
		}
		var ids []string
		for _, q := range r.baseline.Requirements() {
			ids = append(ids, q.ID)
		}
		among("requirement of "+r.baseline.ID, ids)
	case Feature:
		var names []string
		for _, f := range suites.Features() {
			names = append(names, string(f))
		}
		among("feature", names)
	case Model:
		m, err := r.known.Models.Find(value)
		if err != nil {
			r.Wrong(n, at, "%v: see `mimcheck models list`, or name a catalogue with --models", err)
			return value
		}
		value = m.ID()
	case SpecVersion:
		if !versionForm.MatchString(value) {
			r.Wrong(n, at, "expected a version of ETSI GS CIM 009 with three parts such as 1.6.1, seen %q", value)
		}
	}
	return value
}
