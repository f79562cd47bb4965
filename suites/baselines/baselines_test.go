package baselines

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// released are the digests of the baseline files as they were released.
var released = map[string]string{
	"data/mims-plus-5.0.json":      "61be6725512659f3061184ffd24d1f486921f40e958cff9ad69c7560521ec746",
	"data/oasc-2019-01-16.json":    "91391c2dfe92c98e1cffb24797a4da77040b20338a120b4ae50b3b55d5282699",
	"data/oasc-2022-06-07.json":    "54c8345dc058098104d25b60d5f54823e959156e8ead0000171850f90fd8e4bf",
	"data/oasc-2026-06-draft.json": "29cc28aa6cf7d5d1c4c3af3042a459daeed1f3b16ca38ec846eb9c1d40113e90",
}

const frozen = "a released baseline is never edited, since verdicts were given against it: " +
	"put the file back as it was and make a new version (a new id, a new file, a new line in SHA256SUMS and in this list)"

func TestReleasedFilesNeverChange(t *testing.T) {
	sums := map[string]string{}
	raw, err := os.ReadFile("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		digest, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("SHA256SUMS: %q is not of the form DIGEST  NAME", line)
		}
		sums[name] = digest
	}
	if diff := cmp.Diff(released, sums); diff != "" {
		t.Errorf("SHA256SUMS is not this test's list; %s:\n%s", frozen, diff)
	}
	names, err := filepath.Glob("data/*")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(raw)
		got[name] = hex.EncodeToString(sum[:])
	}
	if diff := cmp.Diff(released, got); diff != "" {
		t.Errorf("%s:\n%s", frozen, diff)
	}
}

func TestAll(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{ // requirements of each, as the sources have them
		"mims-plus-5.0":      14,
		"oasc-2019-01-16":    18,
		"oasc-2022-06-07":    57,
		"oasc-2026-06-draft": 85,
	}
	got := map[string]int{}
	var ids []string
	for _, b := range all {
		got[b.ID] = len(b.Requirements())
		ids = append(ids, b.ID)
		if len(b.SHA256) != 64 {
			t.Errorf("%s: SHA256 is %q", b.ID, b.SHA256)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSorted(ids) {
		t.Errorf("not sorted: %v", ids)
	}
}

func TestInitialSet(t *testing.T) {
	b := get(t, DefaultID)
	if b.Status != Approved || b.Date != "2019-01-16" {
		t.Errorf("%s is %s of %s", b.ID, b.Status, b.Date)
	}
	var got []string
	mandatory := map[string]bool{}
	for _, r := range b.Requirements() {
		got = append(got, r.short())
		if r.Obligation == Mandatory {
			mandatory[r.short()] = true
		}
	}
	want := []string{
		"MIM1/access", "MIM1/discover", "MIM1/retrieve", "MIM1/query-current", "MIM1/query-historical",
		"MIM1/geo", "MIM1/subscribe", "MIM1/structured",
		"MIM2/common-models", "MIM2/ngsi-ld-models", "MIM2/ontology-mappings",
		"MIM3/catalogue", "MIM3/ordering", "MIM3/revenue", "MIM3/sla", "MIM3/licence", "MIM3/quality", "MIM3/secure-by-design",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]bool{"MIM1/access": true, "MIM2/common-models": true, "MIM3/catalogue": true}, mandatory); diff != "" {
		t.Error(diff)
	}
}

func TestCurrentFrameworkIsADraftWithItsCommits(t *testing.T) {
	b := get(t, "oasc-2026-06-draft")
	if b.Status != Draft || b.ApprovedBy != "" {
		t.Errorf("status %q, approved by %q: expected a draft that nobody approved", b.Status, b.ApprovedBy)
	}
	commits := map[string]string{}
	for _, s := range b.Sources {
		commits[filepath.Base(s.URL)] = s.Commit
	}
	for repository, commit := range map[string]string{
		"accessing-data-mim-0": "1b01ef6", "interlinking-data-mim-1": "4eae37e", "representing-data-mim-2": "34aa697",
	} {
		if commits[repository] != commit {
			t.Errorf("%s: commit %q, expected %q", repository, commits[repository], commit)
		}
	}
	var mims []string
	for _, m := range b.MIMs {
		mims = append(mims, m.ID)
	}
	if diff := cmp.Diff([]string{"MIM0", "MIM1", "MIM2", "MIM3", "MIM4", "MIM5", "MIM6", "MIM7", "MIM8"}, mims); diff != "" {
		t.Error(diff)
	}
	for _, r := range b.Requirements() {
		if strings.HasPrefix(r.Key(), "M1-") != (r.Profile == "M1") {
			t.Errorf("%s: profile %q", r.ID, r.Profile)
		}
	}
}

func TestInheritedRequirementsExist(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]Requirement{}
	for _, b := range all {
		for _, r := range b.Requirements() {
			known[r.ID] = r
		}
	}
	for _, r := range known {
		for _, from := range r.Inherits {
			parent, ok := known[from]
			if !ok {
				t.Errorf("%s inherits from %s, which is in no baseline", r.ID, from)
			}
			if len(parent.Inherits) > 0 {
				t.Errorf("%s inherits from %s, which inherits itself: name the first one", r.ID, from)
			}
		}
	}
}

func TestGetUnknown(t *testing.T) {
	_, err := Get("oasc-2019")
	if err == nil {
		t.Fatal("an unknown baseline was found")
	}
	for _, part := range []string{"oasc-2019", "oasc-2019-01-16", "oasc-2026-06-draft"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %q: %v", part, err)
		}
	}
	if _, err := Get("../baselines"); err == nil {
		t.Error("a path was taken for an id")
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := files.ReadFile("data/oasc-2019-01-16.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(good); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"no JSON":              {`{`, ``, "no JSON document"},
		"unknown field":        {`"title"`, `"titel"`, "titel"},
		"unknown obligation":   {`"mandatory"`, `"compulsory"`, "obligation"},
		"unknown verification": {`"overHTTP"`, `"overFTP"`, "verification"},
		"no approval":          {`"approvedBy": "OASC Council of Cities",`, ``, "approvedBy"},
		"draft with approval":  {`"approved"`, `"draft"`, "approvedBy"},
		"id of another MIM":    {`oasc-2019-01-16/MIM1/geo`, `oasc-2019-01-16/MIM2/geo`, "begin with oasc-2019-01-16/MIM1/"},
		"other baseline":       {`oasc-2019-01-16/MIM1/geo`, `oasc-2020/MIM1/geo`, "begin with"},
		"requirement twice":    {`MIM1/geo`, `MIM1/access`, "twice"},
		"MIM twice":            {`"id": "MIM2"`, `"id": "MIM1"`, "MIM1 is there twice"},
		"capability twice":     {`"id": "use"`, `"id": "api"`, "capability api"},
		"no mechanism":         {"[\n                \"NGSI-LD API (ETSI GS CIM 009)\"\n              ]", `[]`, "mechanisms"},
		"not one document":     {"{\n", "{} {\n", "no JSON document"},
		"inherits from itself": {`"obligation": "mandatory"`, `"inherits": ["oasc-2019-01-16/MIM1/geo"], "obligation": "mandatory"`, "same baseline"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(string(good), c.old, c.new, 1)
			if bad == string(good) {
				t.Fatalf("the file has no %q to replace", c.old)
			}
			_, err := Parse([]byte(bad))
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error does not speak of %q: %v", c.says, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id":"x","title":"Set","status":"draft","date":"2020-01","source":"https://a","sources":[{"url":"https://a"}],` +
		`"mims":[{"id":"MIM1","title":"One","subject":"context","capabilities":[{"id":"c","title":"Can","requirements":[` +
		`{"id":"x/MIM1/r","text":"It does.","obligation":"mandatory","mechanisms":["Any"],"verification":"overHTTP","source":"https://a"}]}]}]}`))
	f.Add([]byte(`{"id":"x"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := Parse(raw)
		if err != nil {
			return
		}
		for _, r := range b.Requirements() {
			if baseline, _, _, ok := SplitID(r.ID); !ok || baseline != b.ID {
				t.Errorf("accepted requirement %q in %q", r.ID, b.ID)
			}
		}
	})
}

func TestSplitID(t *testing.T) {
	for id, want := range map[string]bool{
		"b/MIM1/k": true, "": false, "b/MIM1": false, "b//k": false, "b/MIM1/k/x": false, "//": false,
	} {
		if _, _, _, ok := SplitID(id); ok != want {
			t.Errorf("SplitID(%q) says %v", id, ok)
		}
	}
}

func get(t *testing.T, id string) Baseline {
	t.Helper()
	b, err := Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
