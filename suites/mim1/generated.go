package mim1

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// Generated checks make up entities, queries and sequences of changes by the check's
// own seeded randomness, and compare what the platform does with a model that is
// simple enough to be seen to be right. A case that fails is made smaller as long as
// it goes on failing, so that the report shows the smallest counterexample.

// How much each generated check asks of the platform.
const (
	generatedEntities = 6  // each is created, and read in every representation
	generatedQueries  = 24 // over one set of entities
	generatedChanges  = 16 // of one entity, each followed by a retrieval
	mostShrinking     = 24 // further requests or cases that look for a smaller one
)

// pickOne is one of the items.
func pickOne[E any](r *rand.Rand, items ...E) E { return items[r.IntN(len(items))] }

// generatedText is short text of characters that JSON, HTTP and Unicode make special.
func generatedText(r *rand.Rand) string {
	letters := []rune("aZ09 _-.,:;/\\\"'&%+=æøå\u00e9e\u0301日本🌍\t")
	text := make([]rune, r.IntN(8)+1)
	for i := range text {
		text[i] = pickOne(r, letters...)
	}
	return string(text)
}

// generatedValue is a JSON value that a Property can have, nested at most so deep.
func generatedValue(r *rand.Rand, depth int) any {
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch r.IntN(kinds) {
	case 0:
		return r.IntN(2001) - 1000
	case 1:
		return float64(r.IntN(200001)-100000) / 64 // exact in binary
	case 2:
		return generatedText(r)
	case 3:
		return r.IntN(2) == 0
	case 4:
		items := make([]any, r.IntN(3)+2) // a list of one is its item in JSON-LD
		for i := range items {
			items[i] = generatedValue(r, 0)
		}
		return items
	}
	o := ngsild.Object{}
	for i := range r.IntN(3) + 1 {
		o[fmt.Sprintf("member%d", i)] = generatedValue(r, depth-1)
	}
	return o
}

// attributeTypes are the types of attributes that the version of the specification
// has; what came later is left out when the target states none.
func attributeTypes(specVersion string) []string {
	all := []string{"Property", "Relationship", "GeoProperty"}
	if semver.Compare("v"+specVersion, "v1.4.1") >= 0 { // what is no version is less than any
		all = append(all, "LanguageProperty")
	}
	if semver.Compare("v"+specVersion, "v1.7.1") >= 0 {
		all = append(all, "VocabProperty")
	}
	if semver.Compare("v"+specVersion, "v1.8.1") >= 0 {
		all = append(all, "JsonProperty", "ListProperty")
	}
	return all
}

// memberWithValue is the member of a generated attribute that has its value.
func memberWithValue(a ngsild.Object) string {
	kind, _ := a["type"].(string)
	member, _ := valueMember(kind)
	return member
}

// generatedAttribute is an attribute of any type, normalised.
func generatedAttribute(t *T) ngsild.Object {
	r := t.Rand()
	var a ngsild.Object
	switch pickOne(r, attributeTypes(t.Env.SpecVersion)...) {
	case "Property":
		a = ngsild.Property(generatedValue(r, 2))
		if r.IntN(3) == 0 {
			a["unitCode"] = pickOne(r, "CEL", "MTR", "KMH")
		}
	case "Relationship":
		a = ngsild.Relationship(t.URN("Place"))
	case "GeoProperty":
		a = ngsild.GeoProperty(generatedGeometry(r))
	case "VocabProperty":
		a = ngsild.Object{"type": "VocabProperty", "vocab": t.Name("term")}
	case "JsonProperty":
		a = ngsild.Object{"type": "JsonProperty", "json": ngsild.Object{"id": generatedValue(r, 1), "type": nil}}
	case "ListProperty":
		a = ngsild.Object{"type": "ListProperty", "valueList": []any{generatedValue(r, 0), generatedValue(r, 0), generatedValue(r, 0)}}
	default:
		texts := ngsild.Object{}
		for _, tag := range []string{"en", "da", "pt-BR"}[:r.IntN(3)+1] {
			texts[tag] = generatedText(r)
		}
		a = ngsild.LanguageProperty(texts)
	}
	if r.IntN(3) == 0 {
		a["observedAt"] = fmt.Sprintf("2024-%02d-%02dT%02d:%02d:00Z", r.IntN(12)+1, r.IntN(28)+1, r.IntN(24), r.IntN(60))
	}
	if r.IntN(4) == 0 {
		a[t.Name("sub")] = ngsild.Property(generatedValue(r, 0))
	}
	return a
}

// generatedGeometry is a GeoJSON geometry somewhere on earth.
func generatedGeometry(r *rand.Rand) ngsild.Object {
	x, y := float64(r.IntN(2801)-1400)/8, float64(r.IntN(1301)-650)/8
	switch r.IntN(3) {
	case 0:
		return ngsild.Point(x, y)
	case 1:
		return ngsild.Object{"type": "LineString", "coordinates": []any{[]any{x, y}, []any{x + 0.5, y + 0.25}}}
	}
	return ngsild.Object{"type": "Polygon", "coordinates": []any{[]any{[]any{x, y}, []any{x + 0.5, y}, []any{x + 0.5, y + 0.5}, []any{x, y}}}}
}

// generatedEntity is an entity with up to eight attributes.
func generatedEntity(t *T, kind string) ngsild.Object {
	e := ngsild.Entity(t.URN("Generated"), kind)
	for range t.Rand().IntN(8) + 1 {
		e[t.Name("a")] = generatedAttribute(t)
	}
	return e
}

// simplifiedAttribute is the model of 4.5.4: the value alone, or in the member that
// tells its type. A list may come either way: V1.9.1 has it alone.
func simplifiedAttribute(got any, a ngsild.Object) (want any, same bool) {
	member := memberWithValue(a)
	alone := equalValues(member, got, a[member])
	if member == "value" || member == "object" {
		return a[member], alone
	}
	o, _ := got.(ngsild.Object)
	inside := len(o) == 1 && equalValues(member, o[member], a[member])
	if member == "valueList" {
		return a[member], alone || inside
	}
	return ngsild.Object{member: a[member]}, inside
}

// equalValues says whether the value of an attribute came back as it was sent, its lists
// in any order where they have none.
func equalValues(member string, got, want any) bool {
	if member == "valueList" || member == "json" {
		return compact(normal(got)) == compact(normal(want))
	}
	return compact(unordered(normal(got))) == compact(unordered(normal(want)))
}

// difference says how what was read differs from the entity that was sent, by a
// model of the representation; empty when it does not.
type difference func(sent, got ngsild.Object) string

// asNormalised is the model of 4.5.1.
func asNormalised(sent, got ngsild.Object) string {
	if got["id"] != sent["id"] {
		return fmt.Sprintf("its id is %v", got["id"])
	}
	if f := sameNames("/type", got["type"], texts(sent["type"])); f != nil {
		return f.Message
	}
	for _, name := range attributesOf(sent) {
		a := sent[name].(ngsild.Object)
		var without []string
		for _, member := range []string{"unitCode", "observedAt", "datasetId"} {
			if _, there := a[member]; !there {
				without = append(without, member)
			}
		}
		m := haveAttribute(name, a, without...)
		if ok, err := m.Match(got); err != nil || !ok {
			return m.FailureMessage(got)
		}
	}
	return moreThan(sent, got)
}

// moreThan names attributes that were not sent.
func moreThan(sent, got ngsild.Object) string {
	for _, name := range attributesOf(got) {
		if _, there := sent[name]; !there {
			return fmt.Sprintf("it has an attribute %s that was not sent", name)
		}
	}
	return ""
}

// asSimplified is the model of 4.5.4.
func asSimplified(sent, got ngsild.Object) string {
	for _, name := range attributesOf(sent) {
		if want, same := simplifiedAttribute(got[name], sent[name].(ngsild.Object)); !same {
			return fmt.Sprintf("simplified, %s is %s, expected %s", name, compact(got[name]), compact(want))
		}
	}
	return moreThan(sent, got)
}

// asConcise is the model of 4.5.1.2: as normalised, without what is plain from the rest.
func asConcise(sent, got ngsild.Object) string {
	for _, name := range attributesOf(sent) {
		want := sent[name].(ngsild.Object)
		member := memberWithValue(want)
		o, isObject := got[name].(ngsild.Object)
		if v, there := o[member]; isObject && there {
			if !equalValues(member, v, want[member]) {
				return fmt.Sprintf("concise, %s/%s is %s, expected %s", name, member, compact(v), compact(want[member]))
			}
			continue
		}
		if member != "value" || !equalValues(member, got[name], want["value"]) {
			return fmt.Sprintf("concise, %s is %s, expected %s", name, compact(got[name]), compact(want))
		}
	}
	return moreThan(sent, got)
}

// asFeature is the model of 4.5.16 without a location: simplified, the properties of a Feature.
func asFeature(sent, got ngsild.Object) string {
	if got["type"] != "Feature" || got["id"] != sent["id"] {
		return fmt.Sprintf("as GeoJSON, it is a %v with the id %v, expected a Feature with the entity's", got["type"], got["id"])
	}
	properties, ok := got["properties"].(ngsild.Object)
	if !ok {
		return "as GeoJSON, it has no properties"
	}
	return asSimplified(sent, properties)
}

// generatedRoundTrip is a check that generated entities are read as they were sent.
func generatedRoundTrip(name, title, fault string, model difference, options ...Option) Check {
	return Check{
		ID: "mim1.generated.entity." + name, Title: title, Fault: fault,
		Hint: "the counterexample is the smallest entity that was found to be read otherwise than it was sent",
		Body: func(t *T) {
			kind := t.Name("Generated")
			for range generatedEntities {
				if !survives(t, generatedEntity(t, kind), model, options) {
					return
				}
			}
		},
	}
}

// survives creates and reads the entity and reports the smallest part of it that comes
// back otherwise.
func survives(t *T, e ngsild.Object, model difference, options []Option) bool {
	problem, r := readBack(t, e, model, options)
	if problem == "" {
		return true
	}
	for tries := 0; tries < mostShrinking; {
		smaller := false
		for _, part := range partsOf(e) {
			if tries++; tries > mostShrinking {
				break
			}
			part["id"] = t.URN("Generated")
			if p, at := readBack(t, part, model, options); p != "" {
				e, problem, r, smaller = part, p, at, true
				break
			}
		}
		if !smaller {
			break
		}
	}
	t.Expect(r).To(answering(false, "%s; the smallest entity with that: %s", problem, compact(e)))
	return false
}

// readBack creates the entity, reads it and compares.
func readBack(t *T, e ngsild.Object, model difference, options []Option) (string, *probe.Response) {
	r := t.POST(entities, JSON(e))
	if r.Status != 201 {
		return fmt.Sprintf("a valid entity was answered with %d", r.Status), r
	}
	r = t.GET(entityPath(e["id"].(string)), options...)
	if r.Status != 200 {
		return fmt.Sprintf("a created entity was answered with %d", r.Status), r
	}
	got, ok := t.JSON(r).(ngsild.Object)
	if !ok {
		return "the answer is no object", r
	}
	return model(e, got), r
}

// partsOf are the entities that are the entity without one attribute, or with one
// attribute reduced to what it must have.
func partsOf(e ngsild.Object) []ngsild.Object {
	var parts []ngsild.Object
	names := attributesOf(e)
	for _, name := range names {
		if len(names) > 1 {
			part := with(e)
			delete(part, name)
			parts = append(parts, part)
		}
	}
	for _, name := range names {
		a := e[name].(ngsild.Object)
		least := ngsild.Object{}
		for _, member := range []string{"type", memberWithValue(a)} {
			least[member] = a[member]
		}
		if len(least) < len(a) {
			parts = append(parts, with(e, name, least))
		}
	}
	return parts
}

// condition is an expression of q and its model: whether it selects an entity that is
// given as the values of its attributes.
type condition struct {
	text    string
	selects func(values map[string]any) bool
	parts   []condition // of which it is made
}

// generatedCondition is an expression over a number, a text and a boolean, nested at
// most so deep.
func generatedCondition(r *rand.Rand, number, text, truth string, depth int) condition {
	if depth > 0 && r.IntN(3) > 0 {
		a, b := generatedCondition(r, number, text, truth, depth-1), generatedCondition(r, number, text, truth, depth-1)
		parts := []condition{a, b}
		if r.IntN(2) == 0 {
			return condition{"(" + a.text + ";" + b.text + ")", func(v map[string]any) bool { return a.selects(v) && b.selects(v) }, parts}
		}
		return condition{"(" + a.text + "|" + b.text + ")", func(v map[string]any) bool { return a.selects(v) || b.selects(v) }, parts}
	}
	switch r.IntN(5) {
	case 0:
		name := pickOne(r, number, text, truth)
		return condition{name, func(v map[string]any) bool { return v[name] != nil }, nil}
	case 1:
		operator, limit := pickOne(r, "==", "!=", "<", "<=", ">", ">="), r.IntN(7)-3
		return condition{fmt.Sprintf("%s%s%d", number, operator, limit), func(v map[string]any) bool {
			n, ok := v[number].(int)
			return ok && compared(n, operator, limit)
		}, nil}
	case 2:
		from := r.IntN(7) - 3
		to := from + r.IntN(3)
		return condition{fmt.Sprintf("%s==%d..%d", number, from, to), func(v map[string]any) bool {
			n, ok := v[number].(int)
			return ok && n >= from && n <= to
		}, nil}
	case 3:
		words := []string{pickOne(r, generatedWords()...), pickOne(r, generatedWords()...)}[:r.IntN(2)+1]
		equal := r.IntN(2) == 0
		written := ""
		for i, w := range words {
			if i > 0 {
				written += ","
			}
			written += `"` + w + `"`
		}
		operator := "!="
		if equal {
			operator = "=="
		}
		return condition{text + operator + written, func(v map[string]any) bool {
			w, ok := v[text].(string)
			return ok && slices.Contains(words, w) == equal
		}, nil}
	}
	want := r.IntN(2) == 0
	return condition{fmt.Sprintf("%s==%t", truth, want), func(v map[string]any) bool { return v[truth] == want }, nil}
}

func generatedWords() []string { return []string{"red", "Red", "redder", "blue"} }

func compared(n int, operator string, limit int) bool {
	switch operator {
	case "==":
		return n == limit
	case "!=":
		return n != limit
	case "<":
		return n < limit
	case "<=":
		return n <= limit
	case ">":
		return n > limit
	}
	return n >= limit
}

// crowd is generated entities and the values that the model knows of them.
type crowd struct {
	candidates
	number, text, truth string
	values              map[string]map[string]any // by label
}

// newCrowd creates a dozen entities with some of a number, a text and a boolean each.
func newCrowd(t *T) crowd {
	r := t.Rand()
	c := crowd{candidates: candidates{kind: t.Name("Generated"), ids: map[string]string{}},
		number: t.Name("number"), text: t.Name("text"), truth: t.Name("truth"), values: map[string]map[string]any{}}
	for i := range 12 {
		values := map[string]any{}
		if r.IntN(5) > 0 {
			values[c.number] = r.IntN(7) - 3
		}
		if r.IntN(5) > 0 {
			values[c.text] = pickOne(r, generatedWords()...)
		}
		if r.IntN(5) > 0 {
			values[c.truth] = r.IntN(2) == 0
		}
		label := fmt.Sprintf("e%02d", i)
		e := ngsild.Entity(t.URN("Generated"), c.kind)
		for _, name := range slices.Sorted(maps.Keys(values)) {
			e[name] = ngsild.Property(values[name])
		}
		c.values[label], c.ids[label] = values, create(t, e)
	}
	return c
}

// chosen are the labels of what the model selects.
func (c crowd) chosen(by condition) []string {
	var labels []string
	for _, label := range slices.Sorted(maps.Keys(c.values)) {
		if by.selects(c.values[label]) {
			labels = append(labels, label)
		}
	}
	return labels
}

// wrong says for which of the condition's entities the platform's answer differs from
// the model's.
func (c crowd) wrong(t *T, by condition, ask func(t *T, c crowd, q string) (*probe.Response, string)) (string, *probe.Response) {
	r, got := ask(t, c, by.text)
	if r.Status != 200 {
		return fmt.Sprintf("a valid q was answered with %d", r.Status), r
	}
	want := c.chosen(by)
	if got == "" {
		return "the answer does not tell how many entities match", r
	}
	if wanted := fmt.Sprint(want); got != wanted && got != fmt.Sprint(len(want)) {
		return fmt.Sprintf("the query chose %s, and the model %s", got, wanted), r
	}
	return "", r
}

// askedFor asks by GET and tells the labels of the entities in the answer.
func askedFor(t *T, c crowd, q string) (*probe.Response, string) {
	r := c.query(t, Query("q", q))
	if r.Status != 200 {
		return r, ""
	}
	return r, fmt.Sprint(c.labels(entitiesIn(t, r)))
}

// countedFor asks by GET for the number alone.
func countedFor(t *T, c crowd, q string) (*probe.Response, string) {
	r := t.GET(entities, c.ofType(), Query("q", q, "limit", "0", "count", "true"))
	return r, r.Header.Get(ngsild.HeaderCount)
}

// postedFor asks by POST.
func postedFor(t *T, c crowd, q string) (*probe.Response, string) {
	r := t.POST(entityOperation+"query", ample, JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": c.kind}}, "q": q}))
	if r.Status != 200 {
		return r, ""
	}
	return r, fmt.Sprint(c.labels(entitiesIn(t, r)))
}

// predicted is a check that generated expressions select what the model says.
func predicted(name, title, fault string, feature Feature, ask func(t *T, c crowd, q string) (*probe.Response, string)) Check {
	return Check{
		ID: "mim1.generated.query." + name, Title: title, Fault: fault, Requirements: query, Clause: cim009 + "4.9", Feature: feature,
		Hint: "the counterexample is the smallest expression that was found to select something else",
		Body: func(t *T) {
			c := newCrowd(t)
			for i := range generatedQueries {
				by := generatedCondition(t.Rand(), c.number, c.text, c.truth, i%4)
				problem, r := c.wrong(t, by, ask)
				if problem == "" {
					continue
				}
				for tries := 0; tries < mostShrinking; {
					smaller := false
					for _, part := range by.parts {
						tries++
						if p, at := c.wrong(t, part, ask); p != "" {
							by, problem, r, smaller = part, p, at, true
							break
						}
					}
					if !smaller {
						break
					}
				}
				t.Expect(r).To(answering(false, "%s; the smallest expression with that: q=%s, over %s", problem, by.text, compact(c.values)))
				return
			}
		},
	}
}

// change is one generated change of an entity and its model.
type change struct {
	text  string
	needs string // an attribute that has to be there; empty when none
	send  func(t *T, id string) *probe.Response
	model func(attributes map[string]ngsild.Object)
}

// generatedChange is a change of one of a few attributes: some of them may be there.
func generatedChange(t *T, names []string, now map[string]ngsild.Object) change {
	r := t.Rand()
	name, value := pickOne(r, names...), generatedValue(r, 1)
	set := func(attributes map[string]ngsild.Object) { attributes[name] = ngsild.Property(value) }
	if _, there := now[name]; !there || r.IntN(4) == 0 {
		return change{fmt.Sprintf("append %s %s", name, compact(value)), "",
			func(t *T, id string) *probe.Response {
				return t.POST(attrsPath(id), JSON(ngsild.Object{name: ngsild.Property(value)}))
			}, set}
	}
	switch r.IntN(4) {
	case 0:
		return change{"delete " + name, name, func(t *T, id string) *probe.Response { return t.DELETE(attrPath(id, name)) },
			func(attributes map[string]ngsild.Object) { delete(attributes, name) }}
	case 1:
		return change{fmt.Sprintf("partially update %s %s unitCode", name, compact(value)), name,
			func(t *T, id string) *probe.Response {
				return t.PATCH(attrPath(id, name), JSON(ngsild.Object{"type": "Property", "value": value, "unitCode": "CEL"}))
			}, func(attributes map[string]ngsild.Object) {
				attributes[name] = with(attributes[name], "value", value, "unitCode", "CEL")
			}}
	}
	return change{fmt.Sprintf("update %s %s", name, compact(value)), name,
		func(t *T, id string) *probe.Response {
			return t.PATCH(attrsPath(id), JSON(ngsild.Object{name: ngsild.Property(value)}))
		}, set}
}

// replayed creates an entity, sends the changes and says after which one it is not
// what the model says.
func replayed(t *T, kind string, changes []change) (string, *probe.Response) {
	id := create(t, ngsild.Entity(t.URN("Generated"), kind))
	now := map[string]ngsild.Object{}
	var r *probe.Response
	for i, c := range changes {
		if r = c.send(t, id); r.Status != 204 {
			return fmt.Sprintf("change %d (%s) was answered with %d", i+1, c.text, r.Status), r
		}
		c.model(now)
		want := ngsild.Entity(id, kind)
		for name, a := range now {
			want[name] = a
		}
		if r = t.GET(entityPath(id)); r.Status != 200 {
			return fmt.Sprintf("after change %d (%s) the entity was answered with %d", i+1, c.text, r.Status), r
		}
		got, _ := t.JSON(r).(ngsild.Object)
		if problem := asNormalised(want, got); problem != "" {
			return fmt.Sprintf("after change %d (%s): %s", i+1, c.text, problem), r
		}
	}
	return "", r
}

// possible says whether each change can be made in its place: one that needs an
// attribute may have lost it when others were left out.
func possible(changes []change) bool {
	now := map[string]ngsild.Object{}
	for _, c := range changes {
		if c.needs != "" && now[c.needs] == nil {
			return false
		}
		c.model(now)
	}
	return true
}

func generatedHistory() Check {
	return Check{
		ID: "mim1.generated.changes", Title: "After any sequence of changes an entity is what the changes, one after the other, make of it",
		Fault: "attribute.update.swallowed", Clause: cim009 + "5.6",
		Hint: "the counterexample is the shortest sequence that was found to leave something else",
		Body: func(t *T) {
			kind := t.Name("Generated")
			names := []string{t.Name("a"), t.Name("a"), t.Name("a")}
			now := map[string]ngsild.Object{}
			var changes []change
			for range generatedChanges {
				c := generatedChange(t, names, now)
				c.model(now)
				changes = append(changes, c)
			}
			problem, r := replayed(t, kind, changes)
			if problem == "" {
				return
			}
			for tries, i := 0, 0; i < len(changes) && tries < mostShrinking; i++ {
				fewer := slices.Delete(slices.Clone(changes), i, i+1)
				if !possible(fewer) {
					continue
				}
				tries++
				if p, at := replayed(t, kind, fewer); p != "" {
					changes, problem, r, i = fewer, p, at, -1
				}
			}
			var steps []string
			for _, c := range changes {
				steps = append(steps, c.text)
			}
			t.Expect(r).To(answering(false, "%s; the shortest sequence with that: %s", problem, compact(steps)))
		},
	}
}

func generated() []Check {
	simplified := Query("options", "keyValues")
	return common([]Check{
		generatedRoundTrip("normalised", "Generated entities come back normalised as they were sent", "generated.numbers-rounded", asNormalised),
		generatedRoundTrip("jsonLd", "Generated entities come back as JSON-LD as they were sent", "generated.numbers-rounded", asNormalised, Header("Accept", ngsild.MediaJSONLD)),
		generatedRoundTrip("simplified", "Generated entities come back simplified as their values", "generated.numbers-rounded", asSimplified, simplified),
		since("1.6.1", generatedRoundTrip("concise", "Generated entities come back concise with all their values", "generated.numbers-rounded", asConcise, Query("options", "concise"))),
		withFeature(FeatureGeoJSON, generatedRoundTrip("feature", "Generated entities come back as simplified GeoJSON with their values as properties", "generated.numbers-rounded", asFeature,
			simplified, Header("Accept", ngsild.MediaGeoJSON))),
		predicted("selects", "Generated expressions of q select exactly the entities that a model selects", "generated.q-and-as-or", "", askedFor),
		predicted("counts", "The count of generated expressions of q is what a model counts", "generated.count-of-page", "", countedFor),
		predicted("posts", "Generated expressions of q select by POST exactly the entities that a model selects", "generated.post-q-and-as-or", FeatureBatch, postedFor),
		generatedHistory(),
	}, Check{Requirements: structured, Clause: cim009 + "4.5.1", Level: Core, Needs: writes})
}

func since(version string, c Check) Check {
	c.Since = version
	return c
}

func withFeature(f Feature, c Check) Check {
	c.Feature = f
	return c
}
