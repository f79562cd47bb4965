package suites

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/probe"
)

// shelf is a platform that holds so many entities of each type.
type shelf struct {
	scripted
	types    map[string]int
	unlisted bool           // it has no discovery
	broken   map[string]int // path, or type -> status
	cut      map[string]bool
	asked    []probe.Request
}

func (s *shelf) Do(_ context.Context, r probe.Request) (*probe.Response, error) {
	s.asked = append(s.asked, r)
	kind := r.Query.Get("type")
	if s.cut[r.Path] || s.cut[kind] {
		return nil, &probe.Unjudgeable{Failure: evidence.Failure{Class: evidence.Cut, Reason: "cut"}, Method: r.Method, URL: r.Path}
	}
	for _, at := range []string{r.Path, kind} {
		if status, is := s.broken[at]; is {
			return &probe.Response{Status: status, Body: []byte("{}"), Request: r}, nil
		}
	}
	if r.Path == "/types" {
		if s.unlisted {
			return &probe.Response{Status: 404, Request: r}, nil
		}
		var names []string
		for name := range s.types {
			names = append(names, strconv.Quote(name))
		}
		slices.Sort(names)
		return &probe.Response{Status: 200, Body: []byte(`{"typeList":[` + strings.Join(names, ",") + `]}`), Request: r}, nil
	}
	limit, _ := strconv.Atoi(r.Query.Get("limit"))
	offset, _ := strconv.Atoi(r.Query.Get("offset"))
	var items []string
	for i := offset; i < min(s.types[kind], offset+limit); i++ {
		items = append(items, fmt.Sprintf(`{"id":"urn:%s:%03d","type":["%s"],"n":{"type":"Property","value":%d}}`, kind, i, kind, i))
	}
	return &probe.Response{Status: 200, Header: http.Header{"Ngsild-Results-Count": {strconv.Itoa(s.types[kind])}},
		Body: []byte("[" + strings.Join(items, ",") + "]"), Request: r}, nil
}

func take(t *testing.T, s *shelf, seed uint64, size int, types ...string) []string {
	t.Helper()
	sample, err := TakeSample(context.Background(), s, seed, size, types)
	if err != nil {
		t.Fatal(err)
	}
	if (len(sample.Entities) == 0) != (sample.Reason != "") {
		t.Errorf("%d entities with reason %q: a reason belongs to an empty sample", len(sample.Entities), sample.Reason)
	}
	ids := make([]string, len(sample.Entities))
	for i, e := range sample.Entities {
		ids[i] = e.ID
		if len(e.Types) != 1 || len(e.Body) == 0 {
			t.Errorf("got %+v", e)
		}
	}
	if !slices.IsSorted(ids) {
		t.Errorf("the sample is not sorted: %v", ids)
	}
	return ids
}

func TestSampleIsSeededAndSpread(t *testing.T) {
	city := map[string]int{"Lamp": 100, "Bench": 2, "Tree": 30}
	first := take(t, &shelf{types: city}, 1, 12)
	if len(first) != 12 {
		t.Errorf("got %d entities, want 12: %v", len(first), first)
	}
	for kind := range city {
		if !slices.ContainsFunc(first, func(id string) bool { return strings.HasPrefix(id, "urn:"+kind+":") }) {
			t.Errorf("no %s in %v", kind, first)
		}
	}
	if again := take(t, &shelf{types: city}, 1, 12); !slices.Equal(first, again) {
		t.Errorf("the same seed gave %v and %v", first, again)
	}
	if slices.Equal(first, take(t, &shelf{types: city}, 2, 12)) {
		t.Error("another seed gave the same sample")
	}
}

func TestSampleOfAFewEntitiesIsAllOfThem(t *testing.T) {
	if got := take(t, &shelf{types: map[string]int{"Lamp": 2, "Tree": 1}}, 1, 50); len(got) != 3 {
		t.Errorf("got %v, want all 3", got)
	}
}

func TestSampleTakesDeclaredTypesWhereNoneAreListed(t *testing.T) {
	s := &shelf{types: map[string]int{"Lamp": 3}, unlisted: true}
	if got := take(t, s, 1, 5, "Lamp", "Unknown"); len(got) != 3 {
		t.Errorf("got %v, want the 3 lamps", got)
	}
	s = &shelf{types: map[string]int{"Lamp": 3}, cut: map[string]bool{"/types": true}}
	if got := take(t, s, 1, 5, "Lamp"); len(got) != 3 {
		t.Errorf("got %v, want the 3 lamps although /types cannot be read", got)
	}
}

func TestSampleLeavesOutTypesThatCannotBeAskedFor(t *testing.T) {
	s := &shelf{types: map[string]int{"Lamp": 3, "a,b": 3, "": 3, "c(d)": 1}}
	take(t, s, 1, 50)
	for _, r := range s.asked {
		if kind := r.Query.Get("type"); r.Path == "/entities" && kind != "Lamp" {
			t.Errorf("asked for type %q", kind)
		}
	}
}

func TestEmptySampleHasAReason(t *testing.T) {
	for _, c := range []struct {
		name     string
		platform *shelf
		types    []string
		want     string
	}{
		{"no type", &shelf{}, nil, "lists no entity type"},
		{"no discovery", &shelf{unlisted: true}, nil, "answered 404"},
		{"no entity", &shelf{types: map[string]int{"Lamp": 0}}, nil, "no entity of the 1 types"},
		{"no entity of the declared", &shelf{unlisted: true}, []string{"Lamp", "Tree"}, "no entity of the 2 types"},
		{"queries refused", &shelf{types: map[string]int{"Lamp": 1}, broken: map[string]int{"Lamp": 400}}, nil, "answered 400"},
		{"types are no list", &shelf{broken: map[string]int{"/types": 200}}, nil, "lists no entity type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sample, err := TakeSample(context.Background(), c.platform, 1, 10, c.types)
			if err != nil || len(sample.Entities) > 0 || !strings.Contains(sample.Reason, c.want) {
				t.Errorf("got %+v, %v, want a reason with %q", sample, err, c.want)
			}
		})
	}
}

func TestSampleOfAnUnreadablePlatformIsAnError(t *testing.T) {
	for name, platform := range map[string]*shelf{
		"types":    {cut: map[string]bool{"/types": true}},
		"entities": {types: map[string]int{"Lamp": 1}, cut: map[string]bool{"/entities": true}},
	} {
		_, err := TakeSample(context.Background(), platform, 1, 10, nil)
		var unjudgeable *probe.Unjudgeable
		if !errors.As(err, &unjudgeable) {
			t.Errorf("%s: got %v, want *probe.Unjudgeable", name, err)
		}
	}
	half := &shelf{types: map[string]int{"Lamp": 1, "Tree": 1}, cut: map[string]bool{"Lamp": true}}
	if got := take(t, half, 1, 10); !slices.Equal(got, []string{"urn:Tree:000"}) {
		t.Errorf("got %v, want what could be read", got)
	}
}

func TestSampleCutsPagesThatAreTooLarge(t *testing.T) {
	s := &sampler{found: map[string]SampledEntity{}}
	body := `[{"id":"urn:a","type":"T"},{"type":"T"},{"id":"urn:b","type":7},{"id":"urn:c","type":"T"}]`
	s.keep(&probe.Response{Body: []byte(body)}, 3)
	if len(s.found) != 2 || len(s.notes) != 1 {
		t.Errorf("got %v, notes %v", s.found, s.notes)
	}
	if s.found["urn:b"].Types != nil {
		t.Errorf("a number is no type: %v", s.found["urn:b"].Types)
	}
}
