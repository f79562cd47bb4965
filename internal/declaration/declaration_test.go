package declaration_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/declaration"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func whole() declaration.Declarations {
	return declaration.Declarations{Platform: "a city", Expires: "2027-06-30",
		Signer: declaration.Signer{Name: "A. Person", Role: "data officer", Organisation: "City"},
		Entries: []declaration.Statement{{Requirement: "b/MIM6/R1", Statement: "They are in force.",
			Documents: []declaration.Document{{Title: "rules", URL: "/rules"}}}}}
}

func signed(t testing.TB, d declaration.Declarations, key crypto.Signer) []byte {
	t.Helper()
	raw, err := declaration.Sign(t.Context(), d, now, key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSignAndRead(t *testing.T) {
	raw := signed(t, whole(), newKey(t))
	got, key, err := declaration.Read(t.Context(), raw, now.Add(time.Hour))
	if err != nil || len(key) != 64 {
		t.Fatalf("key %q, %v", key, err)
	}
	want := whole()
	want.Signed, want.Signer.Key = now, got.Signer.Key
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := got.InForce(time.Date(2027, 6, 30, 23, 59, 59, 0, time.UTC)); err != nil {
		t.Errorf("on its last day: %v", err)
	}
	if err := got.InForce(time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("it holds after its last day")
	}
}

// An envelope in which anything is exchanged is refused.
func TestReadRefusesWhatWasNotSigned(t *testing.T) {
	mine, other := signed(t, whole(), newKey(t)), signed(t, whole(), newKey(t))
	member := func(raw []byte, name string) any {
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		return m[name]
	}
	with := func(name string, value any) []byte {
		var m map[string]any
		if err := json.Unmarshal(mine, &m); err != nil {
			t.Fatal(err)
		}
		m[name] = value
		raw, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return append(raw, '\n')
	}
	payload, err := base64.StdEncoding.DecodeString(member(mine, "payload").(string))
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Replace(payload, []byte("in force"), []byte("in farce"), 1)
	for name, raw := range map[string][]byte{
		"altered text":     with("payload", base64.StdEncoding.EncodeToString(altered)),
		"another's words":  with("payload", member(other, "payload")),
		"another's hand":   with("signatures", member(other, "signatures")),
		"no signature":     with("signatures", []any{}),
		"another kind":     with("payloadType", "text/plain"),
		"no envelope":      payload,
		"nothing":          nil,
		"more than that":   append(bytes.Clone(mine), ' '),
		"cut":              mine[:len(mine)/2],
		"signed to-morrow": signedAt(t, now.AddDate(0, 0, 1)),
	} {
		if _, _, err := declaration.Read(t.Context(), raw, now); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func signedAt(t *testing.T, at time.Time) []byte {
	t.Helper()
	raw, err := declaration.Sign(t.Context(), whole(), at, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSignRefusesWhatIsNotWhole(t *testing.T) {
	for name, change := range map[string]func(*declaration.Declarations){
		"platform":     func(d *declaration.Declarations) { d.Platform = "" },
		"signer.name":  func(d *declaration.Declarations) { d.Signer.Name = "" },
		"signer.role":  func(d *declaration.Declarations) { d.Signer.Role = "" },
		"organisation": func(d *declaration.Declarations) { d.Signer.Organisation = "" },
		"expire":       func(d *declaration.Declarations) { d.Expires = "soon" },
		"ran out":      func(d *declaration.Declarations) { d.Expires = "2026-11-24" },
		"nothing":      func(d *declaration.Declarations) { d.Entries = nil },
		"requirement":  func(d *declaration.Declarations) { d.Entries[0].Requirement = "" },
		"statement":    func(d *declaration.Declarations) { d.Entries[0].Statement = "" },
		"at least one": func(d *declaration.Declarations) { d.Entries[0].Documents = nil },
		"title":        func(d *declaration.Declarations) { d.Entries[0].Documents[0].Title = "" },
		"url":          func(d *declaration.Declarations) { d.Entries[0].Documents[0].URL = "" },
		"SHA-256":      func(d *declaration.Declarations) { d.Entries[0].Documents[0].SHA256 = "abc" },
	} {
		d := whole()
		change(&d)
		if _, err := declaration.Sign(t.Context(), d, now, newKey(t)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadDraft(t *testing.T) {
	known := func(id string) bool { return id == "b/MIM6/R1" }
	const text = `platform: a city
signer: {name: A. Person, role: data officer, organisation: City}
expires: "2027-06-30"
declarations:
  - requirement: b/MIM6/R1
    statement: They are in force.
    documents:
      - title: rules
        url: /rules
`
	read := func(text string) (declaration.Declarations, error) {
		path := filepath.Join(t.TempDir(), "d.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return declaration.ReadDraft(path, known)
	}
	got, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole(), got); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"unknown requirement": {"b/MIM6/R1", "b/MIM6/R9", "no requirement that asks for a declaration"},
		"unknown field":       {"statement:", "stating:", "stating"},
		"no documents":        {"    documents:\n      - title: rules\n        url: /rules\n", "", "documents: missing"},
		"no role":             {"role: data officer, ", "", "signer.role: missing"},
		"no list":             {"      - title: rules\n        url: /rules\n", "      title: rules\n", "expected a list"},
		"a number":            {"a city", "7", "expected text"},
		"not YAML":            {"platform:", "platform: [", "d.yaml"},
	} {
		if _, err := read(strings.Replace(text, c.old, c.new, 1)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected it to say %q", name, err, c.says)
		}
	}
}

// A template that is filled in can be signed.
func TestTemplate(t *testing.T) {
	template := string(declaration.Template([]declaration.Question{{"b/MIM6/R1", "Rules are in force.", "No machine sees it.", true}}, now))
	filled := strings.ReplaceAll(template, `: ""`, `: "something"`)
	path := filepath.Join(t.TempDir(), "d.yaml")
	if err := os.WriteFile(path, []byte(filled), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := declaration.ReadDraft(path, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	signed(t, d, newKey(t))
	if !strings.Contains(template, "# mandatory: Rules are in force.\n  # No machine sees it.\n") {
		t.Error(template)
	}
}

func FuzzRead(f *testing.F) {
	raw := signed(f, whole(), newKey(f))
	f.Add(raw)
	f.Add([]byte(`{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, _, err := declaration.Read(t.Context(), b, now); err == nil && !bytes.Equal(b, raw) {
			t.Error("what was not signed is accepted")
		}
	})
}
