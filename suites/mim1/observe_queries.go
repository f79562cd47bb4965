package mim1

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
)

func observeRetrieval() []Check {
	checks := []Check{
		{
			ID:    "mim1.observe.retrieve.identity",
			Title: "Each entity that a query finds is retrieved by its id, with the same id and types",
			Fault: "entity.retrieve.drops-type",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					e := read(t, o.ID)
					t.Expect(e).To(haveMembers(ngsild.Object{"id": o.ID}))
					t.Expect(e).To(haveTypes(o.Types...))
				})
			},
		},
		{
			ID:    "mim1.observe.retrieve.attributes",
			Title: "A retrieved entity has the attributes that it has in a query's answer",
			Fault: "entity.retrieve.loses-relationships",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					agree(t, func() string {
						queried, retrieved := o.found(t, o.query(t)), read(t, o.ID)
						if queried == nil {
							return "a query by type and id does not find entity " + o.ID
						}
						if a, b := attributesOf(queried), attributesOf(retrieved); !slices.Equal(a, b) {
							return fmt.Sprintf("entity %s has %v when queried and %v when retrieved", o.ID, a, b)
						}
						return ""
					})
				})
			},
		},
		{
			ID:    "mim1.observe.retrieve.attrs",
			Title: "An entity retrieved with attrs has the named attribute only",
			Fault: "entity.retrieve.ignores-attrs",
			Body: func(t *T) {
				several := func(o observed) bool {
					return len(attributesOf(o.body)) > 1 && o.single("Property", "Relationship") != ""
				}
				some(t, "has several attributes", several, func(o observed) {
					name := o.single("Property", "Relationship")
					agree(t, func() string {
						r := t.GET(entityPath(o.ID), Query("attrs", name))
						if r.Status == 404 {
							return "entity " + o.ID + " is not found with attrs=" + name + ", which it has"
						}
						t.Require(r).To(HaveStatus(200))
						if got := attributesOf(t.Object(r)); !slices.Equal(got, []string{name}) {
							return fmt.Sprintf("with attrs=%s entity %s has the attributes %v", name, o.ID, got)
						}
						return ""
					})
				})
			},
		},
		{
			ID:    "mim1.observe.retrieve.similarId",
			Title: "An id that merely begins like an entity's is answered with 404 ResourceNotFound",
			Fault: "entity.retrieve.id-prefix",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					t.Expect(t.GET(entityPath(o.ID + t.Name("x")))).To(BeProblem(404, ngsild.ResourceNotFound))
				})
			},
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Clause = retrieve, cim009+"5.7.1.4"
	}
	return checks
}

func observeQueries() []Check {
	checks := []Check{
		{
			ID:    "mim1.observe.query.typeAndId",
			Title: "A query by an entity's type and id gives exactly that entity",
			Fault: "query.id.ignored",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					t.Expect(idsIn(entitiesIn(t, o.query(t)))).To(gomega.Equal([]string{o.ID}))
				})
			},
		},
		{
			ID:    "mim1.observe.query.type",
			Title: "All entities that a query by type gives have that type",
			Fault: "query.type.everything",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					for _, e := range o.alike(t, Query("type", o.kind)) {
						t.Expect(texts(e["type"])).To(gomega.ContainElement(o.kind), "entity %v", e["id"])
					}
				})
			},
		},
		{
			ID:    "mim1.observe.query.otherType",
			Title: "A query by an entity's id and a type that it has not gives nothing",
			Fault: "query.id.beats-type",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					t.Expect(entitiesIn(t, t.GET(entities, Query("type", t.Name("Nothing"), "id", o.ID)))).To(gomega.BeEmpty())
				})
			},
		},
		{
			ID:    "mim1.observe.query.idPattern",
			Title: "A query by a pattern that only an entity's id matches gives exactly that entity",
			Fault: "query.id-pattern.ignored",
			Body: func(t *T) {
				some(t, "can be queried", any1, func(o observed) {
					r := t.GET(entities, Query("type", o.kind, "idPattern", "^"+regexp.QuoteMeta(o.ID)+"$"))
					t.Expect(idsIn(entitiesIn(t, r))).To(gomega.Equal([]string{o.ID}))
				})
			},
		},
		{
			ID:    "mim1.observe.query.attrs",
			Title: "All entities that a query by an attribute gives have it, and only it",
			Fault: "query.attrs.selects-only",
			Body: func(t *T) {
				some(t, "has an attribute to query by", func(o observed) bool { return o.single("Property", "Relationship") != "" }, func(o observed) {
					name := o.single("Property", "Relationship")
					for _, e := range o.alike(t, Query("type", o.kind, "attrs", name)) {
						t.Expect(attributesOf(e)).To(gomega.Equal([]string{name}), "entity %v", e["id"])
					}
				})
			},
		},
		{
			ID:    "mim1.observe.query.exists",
			Title: "A query by q with an attribute's name finds the entity that has it, and none without it",
			Fault: "query.q.dropped",
			Body: func(t *T) {
				some(t, "has an attribute to query by", func(o observed) bool { return o.single("Property", "Relationship") != "" }, func(o observed) {
					name := o.single("Property", "Relationship")
					agree(t, func() string { return missedBy(t, o, name) })
					for _, e := range entitiesIn(t, t.GET(entities, Query("type", o.kind, "q", name, "limit", "20"))) {
						t.Expect(attributesOf(e)).To(gomega.ContainElement(name), "entity %v", e["id"])
					}
					t.Expect(entitiesIn(t, o.query(t, Query("q", t.Name("missing"))))).To(gomega.BeEmpty(), "no entity has this attribute")
				})
			},
		},
		{
			ID:    "mim1.observe.query.equal",
			Title: "A query by an attribute's value finds the entity, and a query by another value does not",
			Fault: "query.q.equal-as-existence",
			Body: func(t *T) {
				some(t, "has an attribute with a simple value", func(o observed) bool { return o.comparable() != "" }, func(o observed) {
					name := o.comparable()
					agree(t, func() string {
						value, plain := literal(t, o, name)
						if !plain {
							return "" // changed to something that q cannot name
						}
						if missed := missedBy(t, o, name+"=="+value); missed != "" {
							return missed
						}
						if o.found(t, o.query(t, Query("q", name+"!="+value))) != nil {
							return "q=" + name + "!=" + value + " finds entity " + o.ID + ", which has that value"
						}
						return ""
					})
					other := `"` + t.Name("other") + `"`
					t.Expect(entitiesIn(t, o.query(t, Query("q", name+"=="+other)))).To(gomega.BeEmpty(), "entity %s has not the value %s", o.ID, other)
				})
			},
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Clause = query, cim009+"5.7.2.4"
	}
	return checks
}

// alike is some of the entities that a query gives which the observed entity meets, too:
// at least one, unless it is gone meanwhile.
func (o observed) alike(t *T, by Option) (found []ngsild.Object) {
	agree(t, func() string {
		if found = entitiesIn(t, t.GET(entities, by, Query("limit", "20"))); len(found) == 0 && isThere(t, o) {
			return "a query that entity " + o.ID + " meets gives nothing"
		}
		return ""
	})
	return found
}

// missedBy says that a query by q does not find the entity, or nothing.
func missedBy(t *T, o observed, q string) string {
	if o.found(t, o.query(t, Query("q", q))) == nil {
		return "q=" + q + " does not find entity " + o.ID + ", which meets it"
	}
	return ""
}

// comparable is the name of a Property whose value q can name, or "".
func (o observed) comparable() string {
	for _, name := range attributesOf(o.body) {
		a, single := sole(o.body, name)
		if _, plain := plainLiteral(a["value"]); single && a["type"] == "Property" && plain && queryable(name) {
			return name
		}
	}
	return ""
}

// literal is the attribute's present value as q writes it.
func literal(t *T, o observed, name string) (string, bool) {
	a := instance(read(t, o.ID), name, "")
	if a == nil {
		return "", false
	}
	return plainLiteral(a["value"])
}

var (
	simpleText   = regexp.MustCompile(`^[\p{L}\p{N}_]+$`)
	simpleNumber = regexp.MustCompile(`^-?\d{1,9}(\.\d{1,3})?$`)
)

// plainLiteral writes a value in q where no two platforms can read it differently:
// short numbers, booleans, and strings of letters and digits.
func plainLiteral(v any) (string, bool) {
	switch x := v.(type) {
	case json.Number:
		return x.String(), simpleNumber.MatchString(x.String())
	case bool:
		return strconv.FormatBool(x), true
	case string:
		return `"` + x + `"`, simpleText.MatchString(x)
	}
	return "", false
}

// idsIn are the ids of the entities.
func idsIn(found []ngsild.Object) []string {
	ids := make([]string, 0, len(found))
	for _, e := range found {
		id, _ := e["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

const (
	observedPage  = 3   // entities a page, at most
	observedPages = 4   // pages to follow
	countable     = 100 // entities that are all asked for to check a count
)

func observePages() []Check {
	checks := []Check{
		{
			ID:    "mim1.observe.page.addUp",
			Title: "Following the next links meets no entity twice, and no page is larger than asked for",
			Fault: "query.page.overlaps",
			Body: func(t *T) {
				met := 0
				crowded(t, func(kind string, held int) {
					agree(t, func() string {
						wrong, pages := repeats(t, kind, min(observedPage, held-1))
						met = max(met, pages)
						return wrong
					})
				})
				if met == 1 {
					t.Untested("no answer of the sample's types links to a second page")
				}
			},
		},
		{
			ID:    "mim1.observe.page.next",
			Title: "While entities are left, the answer links to the next page",
			Fault: "query.page.no-next",
			Body: func(t *T) {
				crowded(t, func(kind string, _ int) {
					r := t.GET(entities, Query("type", kind, "limit", "1"))
					t.Expect(entitiesIn(t, r)).To(gomega.HaveLen(1))
					t.Expect(r).To(answering(hasNext(r), "there is no link to the next page, although there are more entities of type %s", kind))
				})
			},
		},
		{
			ID:    "mim1.observe.count.total",
			Title: "The count of a type's entities is how many there are, whatever the page",
			Level: Extended, // a crowded platform's are too many to count politely
			Fault: "query.count.of-page",
			Body: func(t *T) {
				judged := false
				crowded(t, func(kind string, _ int) {
					agree(t, func() string {
						wrong, judgeable := miscounts(t, kind)
						judged = judged || judgeable
						return wrong
					})
				})
				if !judged {
					t.Untested("each type of the sample has more than %d entities, too many to count", countable)
				}
			},
		},
	}
	for i := range checks {
		checks[i].Requirements, checks[i].Clause = query, cim009+"5.5.9.1"
	}
	checks[2].Clause = cim009 + "6.3.13"
	return checks
}

func hasNext(r *probe.Response) bool {
	_, ok := weblink.To(r.Header, "next")
	return ok
}

// crowded calls judge for a few types of which the sample holds several entities, and
// says how many.
func crowded(t *T, judge func(kind string, held int)) {
	count := map[string]int{}
	var kinds []string
	for _, o := range sampled(t) {
		if count[o.kind]++; o.kind != "" && count[o.kind] == 2 {
			kinds = append(kinds, o.kind)
		}
	}
	if len(kinds) == 0 {
		t.Inapplicable("the sample holds no two entities of one type")
	}
	t.Rand().Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, kind := range kinds[:min(len(kinds), 2)] {
		judge(kind, count[kind])
	}
}

// repeats walks some pages of limit entities and says what is there twice, or which page is too large, and
// how many pages it saw.
func repeats(t *T, kind string, limit int) (wrong string, pages int) {
	r := t.GET(entities, Query("type", kind, "limit", strconv.Itoa(limit)))
	met := map[string]bool{}
	for range observedPages {
		pages++
		ids := idsIn(entitiesIn(t, r))
		if len(ids) > limit {
			return fmt.Sprintf("a page of type %s holds %d entities although limit=%d", kind, len(ids), limit), pages
		}
		for _, id := range ids {
			if met[id] {
				return fmt.Sprintf("entity %s is on two pages of type %s", id, kind), pages
			}
			met[id] = true
		}
		if !hasNext(r) {
			break
		}
		r = follow(t, r, "next")
	}
	return "", pages
}

// miscounts compares a count with the entities that one large page gives.
func miscounts(t *T, kind string) (wrong string, judgeable bool) {
	counted := t.GET(entities, Query("type", kind, "limit", "1", "count", "true"))
	t.Require(counted).To(HaveStatus(200))
	count, err := strconv.Atoi(strings.TrimSpace(counted.Header.Get(ngsild.HeaderCount)))
	if err != nil {
		return fmt.Sprintf("header %s is %q, expected a number", ngsild.HeaderCount, counted.Header.Get(ngsild.HeaderCount)), true
	}
	page := t.GET(entities, Query("type", kind, "limit", strconv.Itoa(countable)))
	found := len(entitiesIn(t, page))
	switch {
	case hasNext(page) && count <= found:
		return fmt.Sprintf("the count of type %s is %d, but there are more than %d", kind, count, found), true
	case hasNext(page):
		return "", false
	case count != found:
		return fmt.Sprintf("the count of type %s is %d, but there are %d", kind, count, found), true
	}
	return "", true
}
