package earl

import (
	"bytes"
	"encoding/json"
	"flag"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"

	"github.com/oasc/mimcheck/reports/internal/fixture"
	"github.com/oasc/mimcheck/reports/internal/golden"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) { golden.Check(t, *update, ".earl.jsonld", Render) }

const earlNS = "http://www.w3.org/ns/earl#"

// terms are those of the EARL 1.0 Schema that the package uses, by their place.
var terms = map[string]map[string]bool{
	"classes":    set("Assertion", "Assertor", "Software", "TestSubject", "TestRequirement", "TestCase", "TestResult"),
	"properties": set("assertedBy", "subject", "test", "result", "mode", "outcome", "info"),
	"outcomes":   set("passed", "failed", "cantTell", "inapplicable", "untested"),
	"modes":      set("automatic", "semiAuto"),
}

func set(words ...string) map[string]bool {
	s := map[string]bool{}
	for _, w := range words {
		s[earlNS+w] = true
	}
	return s
}

// TestVocabulary expands the document with a JSON-LD processor and no network,
// and checks that every term is EARL's and every assertion has what EARL requires.
func TestVocabulary(t *testing.T) {
	for _, name := range fixture.Names() {
		r := fixture.Report(name)
		var doc any
		if err := json.Unmarshal(golden.Render(t, Render, r), &doc); err != nil {
			t.Fatal(err)
		}
		options := ld.NewJsonLdOptions("")
		options.DocumentLoader = nowhere{}
		expanded, err := ld.NewJsonLdProcessor().Expand(doc, options)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		ids := map[string]bool{}
		for _, n := range expanded {
			ids[n.(map[string]any)["@id"].(string)] = true
		}
		got := map[string]string{}
		for _, n := range expanded {
			node := n.(map[string]any)
			check(t, name, node)
			if kind(node) != earlNS+"Assertion" {
				continue
			}
			for _, property := range []string{"assertedBy", "subject", "test"} {
				if to := reference(node, property); !ids[to] {
					t.Errorf("%s: %s of %s is %q, which is not in the document", name, property, node["@id"], to)
				}
			}
			result := node[earlNS+"result"].([]any)[0].(map[string]any)
			check(t, name, result)
			got[reference(node, "test")] = strings.TrimPrefix(reference(result, "outcome"), earlNS)
			if !terms["outcomes"][reference(result, "outcome")] || !terms["modes"][reference(node, "mode")] {
				t.Errorf("%s: outcome %s, mode %s", name, reference(result, "outcome"), reference(node, "mode"))
			}
		}
		if len(got) != len(r.Checks) {
			t.Errorf("%s: %d assertions for %d checks", name, len(got), len(r.Checks))
		}
		for _, c := range r.Checks {
			if got["urn:mimcheck:check:"+c.ID] != string(c.Outcome) {
				t.Errorf("%s: %s is %q, want %s", name, c.ID, got["urn:mimcheck:check:"+c.ID], c.Outcome)
			}
		}
	}
}

// check says which term of the node is not in its vocabulary.
func check(t *testing.T, name string, node map[string]any) {
	t.Helper()
	for _, class := range node["@type"].([]any) {
		if !terms["classes"][class.(string)] {
			t.Errorf("%s: the class %s is not EARL's", name, class)
		}
	}
	for property := range node {
		known := strings.HasPrefix(property, "@") || terms["properties"][property] ||
			strings.HasPrefix(property, "http://purl.org/dc/terms/") || strings.HasPrefix(property, "urn:mimcheck:vocabulary:")
		if !known {
			t.Errorf("%s: the property %s is in no vocabulary", name, property)
		}
	}
}

func kind(node map[string]any) string { return node["@type"].([]any)[0].(string) }

func reference(node map[string]any, property string) string {
	list, _ := node[earlNS+property].([]any)
	if len(list) != 1 {
		return ""
	}
	id, _ := list[0].(map[string]any)["@id"].(string)
	return id
}

// nowhere is a document loader without network.
type nowhere struct{}

func (nowhere) LoadDocument(u string) (*ld.RemoteDocument, error) {
	return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, "no network: "+u)
}

func TestUnknownOutcomeTellsNothing(t *testing.T) {
	if got := outcome("ok"); got != "earl:cantTell" {
		t.Errorf("got %s", got)
	}
	r := fixture.Full()
	r.Target.Endpoints = map[string]string{"x": "not an address", "y": "http://[::1"}
	if b := golden.Render(t, Render, r); bytes.Contains(b, []byte(`"endpoint": [`)) {
		t.Error("what is no address is given as one")
	}
}
