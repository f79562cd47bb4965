package earl

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
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
		got, wrong := judged(t, golden.Render(t, Render, r))
		for _, problem := range wrong {
			t.Errorf("%s: %s", name, problem)
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

// TestVocabularyNamesWhatIsWrong alters a good document so that it is none.
func TestVocabularyNamesWhatIsWrong(t *testing.T) {
	good := string(golden.Render(t, Render, fixture.Report(fixture.Names()[0])))
	for name, c := range map[string]struct{ old, new, want string }{
		"class":    {`"earl:Assertion"`, `"earl:Claim"`, "is not EARL's"},
		"property": {`"@id": "earl:assertedBy"`, `"@id": "earl:claimedBy"`, "is in no vocabulary"},
		"outcome":  {`"earl:passed"`, `"earl:succeeded"`, "outcome " + earlNS + "succeeded"},
		"mode":     {`"earl:automatic"`, `"earl:byMachine"`, "mode " + earlNS + "byMachine"},
		"link":     {`"test": "`, `"test": "urn:nowhere:`, "which is not in the document"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.ReplaceAll(good, c.old, c.new)
			if bad == good {
				t.Fatalf("the document has no %s to alter", c.old)
			}
			_, wrong := judged(t, []byte(bad))
			if !strings.Contains(strings.Join(wrong, "\n"), c.want) {
				t.Errorf("got %q, want one that has %q", wrong, c.want)
			}
		})
	}
}

// judged gives the outcomes of a document by test case, and what is wrong with it.
func judged(t *testing.T, document []byte) (outcomes map[string]string, wrong []string) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	options := ld.NewJsonLdOptions("")
	options.DocumentLoader = nowhere{}
	expanded, err := ld.NewJsonLdProcessor().Expand(doc, options)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, n := range expanded {
		ids[n.(map[string]any)["@id"].(string)] = true
	}
	outcomes = map[string]string{}
	for _, n := range expanded {
		node := n.(map[string]any)
		wrong = append(wrong, unknown(node)...)
		if kind(node) != earlNS+"Assertion" {
			continue
		}
		for _, property := range []string{"assertedBy", "subject", "test"} {
			if to := reference(node, property); !ids[to] {
				wrong = append(wrong, fmt.Sprintf("%s of %s is %q, which is not in the document", property, node["@id"], to))
			}
		}
		result := node[earlNS+"result"].([]any)[0].(map[string]any)
		wrong = append(wrong, unknown(result)...)
		outcome, mode := reference(result, "outcome"), reference(node, "mode")
		outcomes[reference(node, "test")] = strings.TrimPrefix(outcome, earlNS)
		if !terms["outcomes"][outcome] || !terms["modes"][mode] {
			wrong = append(wrong, fmt.Sprintf("outcome %s, mode %s", outcome, mode))
		}
	}
	return outcomes, wrong
}

// unknown tells which terms of the node are not in their vocabulary.
func unknown(node map[string]any) (wrong []string) {
	for _, class := range node["@type"].([]any) {
		if !terms["classes"][class.(string)] {
			wrong = append(wrong, fmt.Sprintf("the class %s is not EARL's", class))
		}
	}
	for property := range node {
		known := strings.HasPrefix(property, "@") || terms["properties"][property] ||
			strings.HasPrefix(property, "http://purl.org/dc/terms/") || strings.HasPrefix(property, "urn:mimcheck:vocabulary:")
		if !known {
			wrong = append(wrong, fmt.Sprintf("the property %s is in no vocabulary", property))
		}
	}
	return wrong
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
