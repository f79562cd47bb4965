package junit

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, b := range golden.Check(t, *update, ".xml", Render) {
		if err := structure(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchema validates against the schema in testdata where xmllint is installed;
// structure, which checks the same in Go, always runs.
func TestSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed")
	}
	for _, name := range fixture.Names() {
		path := filepath.Join(t.TempDir(), name+".xml")
		if err := os.WriteFile(path, golden.Render(t, Render, fixture.Report(name)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", "testdata/junit.xsd", path).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestStructureRefuses(t *testing.T) {
	whole := string(golden.Render(t, Render, fixture.Full()))
	for name, c := range map[string]struct{ old, new string }{
		"an attribute too many":  {`<testsuites>`, `<testsuites tests="1">`},
		"an unknown element":     {`<system-out>`, `<system-in></system-in><system-out>`},
		"an attribute missing":   {` hostname="localhost"`, ``},
		"a zone in a timestamp":  {`" hostname`, `Z" hostname`},
		"a wrong count":          {` errors="0"`, ` errors="1"`},
		"another order":          {`<properties>`, `<system-out></system-out><properties>`},
		"two results in a case":  {`<failure `, `<skipped message=""></skipped><failure `},
		"text between elements":  {`<testsuites>`, `<testsuites>text`},
		"an external entity":     {`<testsuites>`, `<!DOCTYPE x><testsuites>`},
		"a document that is cut": {`</testsuites>`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(whole, c.old, c.new, 1)
			if broken == whole {
				t.Fatalf("the sample has no %s", c.old)
			}
			if structure([]byte(broken)) == nil {
				t.Error("it was accepted")
			}
		})
	}
}

func TestEveryOutcome(t *testing.T) {
	r := fixture.Full()
	var doc suites
	if err := xml.Unmarshal(golden.Render(t, Render, r), &doc); err != nil {
		t.Fatal(err)
	}
	cases := map[string]testcase{}
	for _, s := range doc.Suites {
		for _, c := range s.Cases {
			id, _, _ := strings.Cut(c.Name, ":")
			cases[id] = c
		}
	}
	for _, c := range r.Checks {
		got, ok := cases[c.ID]
		if !ok {
			t.Errorf("%s is missing", c.ID)
			continue
		}
		is := fmt.Sprint(got.Failure != nil, got.Error != nil, got.Skipped != nil)
		want := map[reports.Outcome]string{
			reports.Passed: "false false false", reports.Failed: "true false false", reports.CantTell: "false true false",
			reports.Inapplicable: "false false true", reports.Untested: "false false true",
		}[c.Outcome]
		if is != want {
			t.Errorf("%s (%s): failure, error, skipped are %s, want %s", c.ID, c.Outcome, is, want)
		}
	}
	if got := cases["mim1.entity.create.duplicate"].Failure; !strings.Contains(got.Text, "curl: curl -sS") || got.Message != "POST /entities answered 201, expected 409" {
		t.Errorf("the failure lacks its curl line or message: %+v", got)
	}
}

func TestUnknownOutcomeIsAnError(t *testing.T) {
	if got := caseOf("x", &reports.CheckResult{ID: "a", Outcome: "ok"}, ""); got.Error == nil {
		t.Errorf("an unknown outcome became %+v", got)
	}
}

// rule says what one element may have.
type rule struct {
	attributes []string // all required
	children   []string // in this order; each may repeat
	text       bool
}

var rules = map[string]rule{
	"testsuites": {children: []string{"testsuite"}},
	"testsuite": {
		attributes: []string{"id", "package", "name", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"},
		children:   []string{"properties", "testcase", "system-out", "system-err"},
	},
	"properties": {children: []string{"property"}},
	"property":   {attributes: []string{"name", "value"}},
	"testcase":   {attributes: []string{"name", "classname", "time"}, children: []string{"failure", "error", "skipped"}},
	"failure":    {attributes: []string{"message", "type"}, text: true},
	"error":      {attributes: []string{"message", "type"}, text: true},
	"skipped":    {attributes: []string{"message"}},
	"system-out": {text: true},
	"system-err": {text: true},
}

var shapes = map[string]*regexp.Regexp{
	"timestamp": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`),
	"time":      regexp.MustCompile(`^\d+\.\d{3}$`),
	"tests":     regexp.MustCompile(`^\d+$`),
	"name":      regexp.MustCompile(`^\S+( \S+)*$`),
	"classname": regexp.MustCompile(`^\S+( \S+)*$`),
}

// structure checks what testdata/junit.xsd says, and that the counts are right.
func structure(b []byte) error {
	type open struct {
		name string
		last int
		n    map[string]int
		want map[string]string
	}
	var stack []*open
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.Directive:
			return fmt.Errorf("there is a directive <!%s>", token)
		case xml.StartElement:
			name := token.Name.Local
			r, known := rules[name]
			if !known {
				return fmt.Errorf("element %s is unknown", name)
			}
			if len(stack) == 0 && name != "testsuites" {
				return fmt.Errorf("the root is %s", name)
			}
			if len(stack) > 0 {
				parent := stack[len(stack)-1]
				at := slices.Index(rules[parent.name].children, name)
				if at < 0 || at < parent.last {
					return fmt.Errorf("%s stands in %s where it may not", name, parent.name)
				}
				parent.last = at
				parent.n[name]++
				if parent.name == "testcase" && len(parent.n) > 1 {
					return fmt.Errorf("a testcase has %v", parent.n)
				}
				if parent.name == "testcase" {
					stack[len(stack)-2].n[name]++
				}
			}
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Name.Local] = a.Value
				if shape := shapes[a.Name.Local]; shape != nil && !shape.MatchString(a.Value) {
					return fmt.Errorf("%s of %s is %q", a.Name.Local, name, a.Value)
				}
				if !slices.Contains(r.attributes, a.Name.Local) {
					return fmt.Errorf("%s has the attribute %s", name, a.Name.Local)
				}
			}
			if len(attributes) != len(r.attributes) {
				return fmt.Errorf("%s has the attributes %v, want %v", name, attributes, r.attributes)
			}
			stack = append(stack, &open{name: name, n: map[string]int{}, want: attributes})
		case xml.CharData:
			if len(stack) > 0 && !rules[stack[len(stack)-1].name].text && strings.TrimSpace(string(token)) != "" {
				return fmt.Errorf("%s has the text %q", stack[len(stack)-1].name, token)
			}
		case xml.EndElement:
			e := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if e.name == "testsuite" {
				for attribute, element := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
					if e.want[attribute] != fmt.Sprint(e.n[element]) {
						return fmt.Errorf("suite %s says %s %s and has %d", e.want["name"], attribute, e.want[attribute], e.n[element])
					}
				}
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range fixture.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := structure(golden.Render(t, Render, fixture.Saying(s))); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}
