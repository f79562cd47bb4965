package catalogue

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/suites"
)

func TestEachRequirementOfAStandardIsTracedOrExplained(t *testing.T) {
	for name, trace := range map[string]func() ([]ClauseTrace, error){"NGSI-LD": TraceNGSILD, "OGC": TraceOGC, "WFS": TraceWFS, "SensorThings": TraceSensorThings, "TM Forum": TraceTMF, "DCAT-AP": TraceDCAT, "3D Tiles": TraceTiles3D, "LDES": TraceLDES, "security": TraceSecurity} {
		traces, err := trace()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range traces {
			if len(r.Checks) == 0 && r.Reason == "" {
				t.Errorf("%s: %s has neither a check nor a reason for having none", name, r.ID)
			}
		}
	}
}

func TestTraceTellsWhatIsWrong(t *testing.T) {
	const head = "id,class,title,reason\n"
	check := suites.Check{ID: "mim7.a.b.c", Clause: "OGC 17-069r4, /req/core/fc-op; /req/core/f-op"}
	for _, c := range []struct{ name, raw, want string }{
		{"good", head + "/req/core/fc-op,Core,a,\n/req/core/f-op,Core,b,\n/req/core/http,Core,c,why\n", ""},
		{"no columns", "id\n", "has to begin with"},
		{"a requirement twice", head + "/req/core/fc-op,Core,a,\n/req/core/f-op,Core,b,\n/req/core/f-op,Core,b,\n", "there twice"},
		{"a reason too many", head + "/req/core/fc-op,Core,a,why\n/req/core/f-op,Core,b,\n", "remove the reason"},
		{"no title", head + "/req/core/fc-op,Core,,\n/req/core/f-op,Core,b,\n", "expected an id"},
		{"an unknown requirement", head + "/req/core/fc-op,Core,a,\n", "does not have"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := standard{file: "some.csv", rows: []byte(c.raw), named: matching(`/req/core/[a-z-]+`)}
			traces, err := s.join([]suites.Check{check})
			switch {
			case c.want == "" && (err != nil || len(traces) != 3 || len(traces[0].Checks) != 1 || len(traces[2].Checks) != 0):
				t.Errorf("got %v and %v", traces, err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got the error %v, expected one with %q", err, c.want)
			}
		})
	}
}

// Clauses of ETSI's nest, and those of other documents are none of them.
func TestNGSILDTrace(t *testing.T) {
	checks := []suites.Check{
		{ID: "mim1.a.b.c", Clause: "ETSI GS CIM 009 V1.8.1, 5.6.1.4, 6.3.3; RFC 7946, 4"},
		{ID: "mim1.a.b.d", Clause: "Smart Data Models, 4; ETSI GS CIM 009 V1.9.1, 5.6.10"},
	}
	const head = "id,class,title,reason\n"
	s := standard{file: "some.csv", named: clausesOfETSI, nested: true}
	s.rows = []byte(head + "5.6.1,Changes,create,\n5.6.10,Changes,delete a batch,\n6.3,Binding,all,\n")
	traces, err := s.join(checks)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"mim1.a.b.c", "mim1.a.b.d", "mim1.a.b.c"} {
		if got := strings.Join(traces[i].Checks, " "); got != want {
			t.Errorf("%s is traced to %q, expected %q", traces[i].ID, got, want)
		}
	}
	s.rows = []byte(head + "5.6.1,Changes,create,\n6.3,Binding,all,\n")
	if _, err := s.join(checks); err == nil || !strings.Contains(err.Error(), "5.6.10") {
		t.Errorf("got the error %v, expected one about 5.6.10", err)
	}
}

// The clauses are in the order of the document.
func TestNGSILDClausesAreInOrder(t *testing.T) {
	traces, err := TraceNGSILD()
	if err != nil {
		t.Fatal(err)
	}
	numbers := func(id string) []int {
		var ns []int
		for part := range strings.SplitSeq(id, ".") {
			n, err := strconv.Atoi(part)
			if err != nil { // an annex
				n = 1000 + int(part[0])
			}
			ns = append(ns, n)
		}
		return ns
	}
	for i := 1; i < len(traces); i++ {
		if slices.Compare(numbers(traces[i-1].ID), numbers(traces[i].ID)) >= 0 {
			t.Errorf("%s comes after %s", traces[i].ID, traces[i-1].ID)
		}
	}
}

// What DCAT-AP demands is checked, and no property stands for another.
func TestDCATTrace(t *testing.T) {
	traces, err := TraceDCAT()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]ClauseTrace{}
	for _, r := range traces {
		by[r.ID] = r
		if strings.HasPrefix(r.Title, "mandatory: ") && len(r.Checks) == 0 && r.Class != "Dataset Series" && r.Class != "Identifier" && r.Class != "Relationship" {
			t.Errorf("%s is mandatory, and has no check", r.ID)
		}
	}
	for id, want := range map[string]string{
		"Catalogue, title":                "mim3.dataCatalogue.content.title",
		"Catalogue Record, primary topic": "mim3.dataCatalogue.record.topic",
		"Distribution, licence":           "mim3.terms.licence.there",
		"Dataset, access rights":          "mim3.terms.dataset.present",
		"Distribution, access service":    "",
	} {
		if got := strings.Join(by[id].Checks, " "); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s is traced to %q, expected %q", id, got, want)
		}
	}
}
