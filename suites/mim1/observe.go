package mim1

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// observation checks whatever entities a platform happens to hold, and changes
// nothing. Others may change them meanwhile: what differs between two requests counts
// only when it does so again and again.
func observation() []Check {
	checks := slices.Concat(observeEntities(), observeForms(), observeRetrieval(), observeQueries(), observePages(),
		observeDiscovery(), observeContexts())
	for i := range checks {
		checks[i].Needs = reads
		if checks[i].Level == "" {
			checks[i].Level = Core
		}
		if checks[i].Requirements == nil {
			checks[i].Requirements = structured
		}
	}
	return checks
}

// politely is how many entities a check asks the platform about.
const politely = 5

// observed is a sampled entity as it was served, normalised.
type observed struct {
	SampledEntity
	body ngsild.Object
	kind string // one of its types, to query by
}

// sampled gives every entity of the run's sample that is a JSON object.
func sampled(t *T) []observed {
	var all []observed
	sample := t.Sampled()
	type entity struct{ of int }
	type reading struct {
		value any
		err   error
	}
	for i, e := range sample.Entities {
		read := ReadOnce(sample, entity{i}, func() reading {
			v, err := Decode(e.Body)
			return reading{v, err}
		})
		body, ok := read.value.(ngsild.Object)
		if read.err != nil || !ok {
			t.CantTell("entity %s of the sample is no JSON object: %v", e.ID, read.err)
		}
		o := observed{SampledEntity: e, body: body}
		for _, kind := range e.Types {
			if o.kind == "" && !strings.ContainsAny(kind, ",;|()") { // what 4.17 uses
				o.kind = kind
			}
		}
		all = append(all, o)
	}
	return all
}

// some calls judge for a few of the sampled entities that fit, as seeded; when none
// fits, what the check is about is not there: it is inapplicable.
func some(t *T, what string, fits func(observed) bool, judge func(observed)) {
	fitting := slices.DeleteFunc(sampled(t), func(o observed) bool { return o.kind == "" || !fits(o) })
	if len(fitting) == 0 {
		t.Inapplicable("no entity of the sample %s", what)
	}
	t.Rand().Shuffle(len(fitting), func(i, j int) { fitting[i], fitting[j] = fitting[j], fitting[i] })
	judged := 0
	for _, o := range fitting[:min(len(fitting), politely)] {
		if !isThere(t, o) {
			continue // deleted since the sample was taken
		}
		judge(o)
		judged++
	}
	if judged == 0 {
		t.CantTell("the sampled entities are no longer there")
	}
}

func any1(observed) bool { return true }

// isThere asks, by a query and by a retrieval, whether the platform still holds the
// entity: only when neither finds it is it gone.
func isThere(t *T, o observed) bool {
	if t.GET(entityPath(o.ID)).Status == 200 {
		return true
	}
	return len(entitiesIn(t, t.GET(entities, Query("type", o.kind, "id", o.ID)))) > 0
}

// all calls judge for each sampled entity that fits; when none fits, the check ends
// as inapplicable. It is for what can be seen in the sample without asking further.
func all(t *T, what string, judge func(o observed) (fits bool)) {
	fitting := 0
	for _, o := range sampled(t) {
		if judge(o) {
			fitting++
		}
	}
	if fitting == 0 {
		t.Inapplicable("no entity of the sample %s", what)
	}
}

// agree expects that readings agree: differ says what differs, or nothing. A
// difference may come from a change in between, so that it has to show each time.
func agree(t *T, differ func() string) {
	var d string
	for range 3 {
		if d = differ(); d == "" {
			return
		}
	}
	t.Expect(d).To(answering(false, "%s", d))
}

// eachInstance calls f for each attribute instance of the entity with a pointer to it.
func (o observed) eachInstance(f func(pointer, name string, attribute ngsild.Object)) {
	for _, name := range attributesOf(o.body) {
		for i, a := range instances(o.body, name) {
			f(fmt.Sprintf("%s /%s (instance %d)", o.ID, name, i+1), name, a)
		}
	}
}

// hasKind says whether one of the entity's attributes is of the type.
func (o observed) hasKind(kind string) bool {
	found := false
	o.eachInstance(func(_, _ string, a ngsild.Object) { found = found || a["type"] == kind })
	return found
}

// sole is the attribute's instance if it has exactly one.
func sole(e ngsild.Object, name string) (attribute ngsild.Object, one bool) {
	all := instances(e, name)
	if len(all) != 1 {
		return nil, false
	}
	return all[0], true
}

// single is an attribute of the entity that has one instance, is of the type and has
// a name that can be used in a query, or "".
func (o observed) single(kinds ...string) string {
	for _, name := range attributesOf(o.body) {
		a, one := sole(o.body, name)
		k, _ := a["type"].(string)
		if one && slices.Contains(kinds, k) && queryable(name) {
			return name
		}
	}
	return ""
}

// found is the one entity that a query by the observed entity's id and type and
// further options gives, or nil for none.
func (o observed) found(t *T, r *probe.Response) ngsild.Object {
	for _, e := range entitiesIn(t, r) {
		if e["id"] == o.ID {
			return e
		}
	}
	return nil
}

// query asks for the observed entity by its type and id, with further options.
func (o observed) query(t *T, options ...Option) *probe.Response {
	return t.GET(entities, append([]Option{Query("type", o.kind, "id", o.ID)}, options...)...)
}
