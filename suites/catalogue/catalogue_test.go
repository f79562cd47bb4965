package catalogue

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/baselines"
)

// TestGate holds every check against the baselines, the written reasons, ETSI's test
// purposes and the faults of the reference platform.
func TestGate(t *testing.T) {
	registry, err := Registry()
	if err != nil {
		t.Fatal(err)
	}
	known := suites.Known{TestPurposes: map[string]bool{}, Faults: map[string]bool{}}
	all, err := baselines.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		for _, r := range b.Requirements() {
			known.Requirements = append(known.Requirements, r.ID)
		}
	}
	if known.NoCheck, err = NoCheck(); err != nil {
		t.Fatal(err)
	}
	if known.Derived, err = Derived(); err != nil {
		t.Fatal(err)
	}
	purposes, err := TestPurposes()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range purposes {
		known.TestPurposes[p.ID] = true
	}
	for _, f := range faults.All() {
		known.Faults[f.Name] = true
	}
	if err := registry.Gate(known); err != nil {
		t.Error(err)
	}
}

func TestFor(t *testing.T) {
	registry, err := Registry()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range baselines.IDs() {
		checks, err := For(id)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, c := range checks {
			got = append(got, c.ID)
		}
		for _, c := range registry.All() {
			if strings.Contains(" "+strings.Join(c.Requirements, " "), " "+id+"/") {
				want = append(want, c.ID)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
		if len(got) == 0 {
			t.Errorf("%s has no check at all", id)
		}
	}
	if _, err := For("oasc-1919"); err == nil || !strings.Contains(err.Error(), "oasc-1919") {
		t.Errorf("an unknown baseline: %v", err)
	}
}

func TestWithHeirs(t *testing.T) {
	shared := []string{"a/MIM1/x", "a/MIM1/y"}
	heirs := map[string][]string{"a/MIM1/x": {"c/MIM1/x", "b/MIM1/x"}, "a/MIM1/y": {"b/MIM1/x"}, "a/MIM1/z": {"b/MIM1/z"}}
	got := withHeirs(shared, heirs)
	if diff := cmp.Diff([]string{"a/MIM1/x", "a/MIM1/y", "b/MIM1/x", "c/MIM1/x"}, got); diff != "" {
		t.Error(diff)
	}
	got[0] = "changed"
	if shared[0] != "a/MIM1/x" {
		t.Error("the list that checks share was changed")
	}
	if diff := cmp.Diff([]string{"a/MIM1/q"}, withHeirs([]string{"a/MIM1/q"}, heirs)); diff != "" {
		t.Error(diff)
	}
}

func TestHeirsComeFromTheBaselines(t *testing.T) {
	got, err := heirs()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"oasc-2022-06-07/MIM1/geo"}, got["oasc-2019-01-16/MIM1/geo"]); diff != "" {
		t.Error(diff)
	}
}

func TestReasonsAreSentences(t *testing.T) {
	why, err := NoCheck()
	if err != nil {
		t.Fatal(err)
	}
	sentence := regexp.MustCompile(`^[A-Z]\S*( \S+){4,}\.$`)
	for id, reason := range why {
		if !sentence.MatchString(reason) {
			t.Errorf("%s: %q is no sentence", id, reason)
		}
		if strings.HasPrefix(reason, "No check is written") {
			t.Errorf("%s: %q says that there is none, and not why", id, reason)
		}
	}
}

func TestReasonsRefuse(t *testing.T) {
	if _, err := reasons("file.yaml", []byte("a: One sentence.\nb: Another one.\n")); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"id twice":   "a: One sentence.\na: Another one.\n",
		"a list":     "- a\n- b\n",
		"no scalar":  "a: [one, two]\n",
		"not YAML":   "a: 'open\n",
		"a sentence": "a sentence",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reasons("file.yaml", []byte(bad))
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), "file.yaml") {
				t.Errorf("the error does not name the file: %v", err)
			}
		})
	}
}

func TestTestPurposes(t *testing.T) {
	all, err := TestPurposes()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 556 {
		t.Errorf("%d test purposes, expected 556", len(all))
	}
	i := slices.IndexFunc(all, func(p TestPurpose) bool { return p.ID == "001_01" })
	if i < 0 {
		t.Fatal("001_01 is not there")
	}
	if diff := cmp.Diff(TestPurpose{ID: "001_01", Operation: "createEntity", Clauses: []string{"5.6.1"}}, all[i]); diff != "" {
		t.Error(diff)
	}
}

func TestReadPurposesRefuses(t *testing.T) {
	const head = "id,operation,clauses,origin\n"
	if got, err := readPurposes([]byte(head + "2,b,5.6,edited\n1,a,,etsi\n")); err != nil || len(got) != 2 || got[0].ID != "1" || !got[1].Edited {
		t.Fatalf("%v, %v", got, err)
	}
	for name, bad := range map[string]string{
		"nothing":        "",
		"other columns":  "id,clauses\n1,5.6\n",
		"short row":      head + "1,a,5.6\n",
		"no id":          head + ",a,5.6,etsi\n",
		"no operation":   head + "1,,5.6,etsi\n",
		"unknown origin": head + "1,a,5.6,elsewhere\n",
		"twice":          head + "1,a,5.6,etsi\n1,a,5.7,etsi\n",
	} {
		if _, err := readPurposes([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
