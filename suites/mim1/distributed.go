package mim1

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// distributed is the checks of operations that a platform shares with registered
// sources (4.3.6): a source of the harness answers and notes what it is asked.
func distributed() []Check {
	checks := slices.Concat(distributedRetrieve(), distributedQuery(), forwarding(), distributedCreate(), distributedChange(),
		distributedBatch(), distributedOptions(), sourceCounters(), localOnly(), sourceFilters(), splitEntities(),
		sourcesJudged(), discoveredAtSources(), pastAtSources(), changesOfPasts(), severalSources(), sourcesThatFail(), mannerOfForwarding(), groupsOfOperations(), merging())
	for i := range checks {
		c := &checks[i]
		c.Needs = notifies
		if c.Since == "" {
			c.Since = "1.6.1" // modes and operations of registrations
		}
		if c.Hint == "" {
			c.Hint = "see what the platform says of the registration (timesSent, status): it tells whether it tried to ask the source"
		}
	}
	return checks
}

// spread is an entity with two attributes: level is what a registered source has,
// place what the platform has itself.
type spread struct {
	id, kind     string
	level, place string
	there        ngsild.Object
	source       probe.Source
	registration string
	mine         func(text string) bool // whether it holds a name of the check's own
}

// levelThere is the level that the source has.
func levelThere() ngsild.Object { return ngsild.Property(42, "observedAt", "2025-03-01T10:00:00Z") }

// newSpread names an entity and opens a source that has its level.
func newSpread(t *T) *spread {
	d := &spread{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level"), place: t.Name("place")}
	d.there, d.mine = ngsild.Relationship(t.URN("Place")), t.Mine
	d.source = t.Env.Callback.NewSource(t.Check.ID)
	d.has(d.level, levelThere())
	return d
}

// has makes the source one that has the entity with these attributes, given as name,
// value, and takes whatever it is told.
func (d *spread) has(attributes ...any) { d.serve(ngsild.Entity(d.id, d.kind, attributes...), 0) }

// fails makes the source one that answers every request with an error.
func (d *spread) fails(status int) { d.serve(nil, status) }

// newFailing is an entity that the platform has, and a source registered for all of it
// that answers every request with 500.
func newFailing(t *T) *spread {
	d := newSpread(t)
	d.keeps(t)
	d.fails(500)
	d.whole(t, "inclusive")
	return d
}

// serve makes the source answer: with its entity to those who read, and with success,
// or another status, to those who write.
func (d *spread) serve(e ngsild.Object, status int) {
	d.source.Serve(func(a probe.Asked) probe.Told {
		reads := a.Method == http.MethodGet || a.Path == "/entityOperations/query"
		selected := e != nil && selects(a.Query, "id", d.id) && selects(a.Query, "type", d.kind) &&
			(!a.Query.Has("offset") || a.Query.Get("offset") == "0") // there is one page only, for those who read on until one is empty
		switch {
		case reads && !d.isMeant(a):
			return answerTo(a, []any{}) // other checks ask for their own entities without naming a type
		case status != 0 && (reads || e == nil || isWrite(a)):
			return problemAnswer(status)
		case strings.HasPrefix(a.Path, "/info"), strings.HasPrefix(a.Path, "/jsonldContexts"):
			return problemAnswer(http.StatusNotFound)
		case reads && (a.Path == entities || a.Path == entities+"/" || a.Path == "/entityOperations/query"):
			list := []any{}
			if selected {
				list = append(list, e)
			}
			return answerTo(a, list)
		case reads && a.Path == entities+"/"+d.id && e != nil:
			return answerTo(a, e)
		case reads:
			return problemAnswer(http.StatusNotFound)
		case a.Method == http.MethodPost && strings.Trim(a.Path, "/") == "entities":
			return probe.Told{Status: http.StatusCreated, Header: http.Header{"Location": {"/ngsi-ld/v1" + entityPath(d.id)}}}
		case a.Method == http.MethodPost && a.Path == "/entityOperations/create":
			told := answerTo(a, []any{d.id})
			told.Status = http.StatusCreated
			return told
		default:
			return probe.Told{Status: http.StatusNoContent}
		}
	})
}

// answerTo is an answer of 200 with v, in the media type that is asked for.
func answerTo(a probe.Asked, v any) probe.Told {
	told := probe.Told{Header: http.Header{"Content-Type": {ngsild.MediaJSON}}}
	accepted := strings.Join(a.Header.Values("Accept"), ",")
	if strings.Contains(accepted, ngsild.MediaJSONLD) && !strings.Contains(accepted, ngsild.MediaJSON) {
		told.Header.Set("Content-Type", ngsild.MediaJSONLD)
		v = inCoreContext(v)
	}
	told.Body, _ = json.Marshal(v) // cannot fail: it is JSON that a check made
	return told
}

// tells makes the source one that answers those who read by what it is given; nil is
// that there is no such thing. It takes no changes.
func (d *spread) tells(what func(a probe.Asked) any) {
	d.source.Serve(func(a probe.Asked) probe.Told {
		if v := what(a); v != nil && !isWrite(a) {
			return answerTo(a, v)
		}
		return problemAnswer(http.StatusNotFound)
	})
}

// isMeant says whether a request is about the entity or its type. One that names the entity
// alone may be another check's: of a source that is registered for one entity a platform
// asks for no other (4.3.6.1), whatever else a query selects by.
func (d *spread) isMeant(a probe.Asked) bool {
	text := a.Path + " " + string(a.Body)
	for _, values := range a.Query {
		text += " " + strings.Join(values, " ")
	}
	if !strings.Contains(text, d.id) && !strings.Contains(text, d.kind) {
		return false
	}
	others := func(selected string) bool { return selected != "" && !d.mine(selected) }
	attributes, rest := selectors(a)
	return strings.Contains(a.Path, d.id) || !others(attributes) && !others(rest)
}

// selectors is by which attributes, and by what else, a query selects entities beside their
// ids. Of which attributes it is may be the platform's doing as well (4.3.6.1).
func selectors(a probe.Asked) (attributes, rest string) {
	attrs, by := slices.Clone(a.Query["attrs"]), []string{}
	for _, name := range []string{"type", "q", "idPattern", "georel", "scopeQ"} {
		by = append(by, a.Query[name]...)
	}
	var query struct {
		Type     string   `json:"type"`
		Attrs    []string `json:"attrs"`
		Q        string   `json:"q"`
		ScopeQ   string   `json:"scopeQ"`
		GeoQ     any      `json:"geoQ"`
		Entities []struct {
			Type      any    `json:"type"`
			IDPattern string `json:"idPattern"`
		} `json:"entities"`
	}
	if json.Unmarshal(a.Body, &query) == nil && query.Type == "Query" {
		attrs = append(attrs, query.Attrs...)
		by = append(by, query.Q, query.ScopeQ)
		if query.GeoQ != nil {
			by = append(by, compact(query.GeoQ))
		}
		for _, e := range query.Entities {
			by = append(by, e.IDPattern)
			if e.Type != nil {
				by = append(by, compact(e.Type))
			}
		}
	}
	return strings.Join(attrs, ""), strings.Join(by, "")
}

// selects says whether a list parameter is absent or names the value, by a term or an IRI.
func selects(q url.Values, parameter, value string) bool {
	if !q.Has(parameter) {
		return true
	}
	return strings.Contains(q.Get(parameter), value)
}

func inCoreContext(v any) any {
	switch x := v.(type) {
	case ngsild.Object:
		return ngsild.InContext(x, ngsild.CoreContextURL)
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = inCoreContext(item)
		}
		return out
	default:
		return v
	}
}

func problemAnswer(status int) probe.Told {
	kind := ngsild.InternalError
	switch status {
	case http.StatusNotFound:
		kind = ngsild.ResourceNotFound
	case http.StatusConflict:
		kind = ngsild.AlreadyExists
	}
	body, _ := json.Marshal(ngsild.Object{"type": ngsild.ErrorPrefix + kind, "title": "the source does not do this", "status": status})
	return probe.Told{Status: status, Header: http.Header{"Content-Type": {ngsild.MediaJSON}}, Body: body}
}

// isWrite says whether the source was asked to change something.
func isWrite(a probe.Asked) bool {
	return a.Method != http.MethodGet && a.Method != http.MethodHead && a.Method != http.MethodOptions &&
		!strings.HasSuffix(a.Path, "/entityOperations/query") && !makesMap(a)
}

// keeps makes the platform itself have the entity with its place and these attributes,
// given as name, value. It has to come before the source is registered.
func (d *spread) keeps(t *T, attributes ...any) {
	create(t, ngsild.Entity(d.id, d.kind, append([]any{d.place, d.there}, attributes...)...))
}

// part registers the source in the mode for the entity's level.
func (d *spread) part(t *T, mode string, edits ...edit) {
	d.register(t, mode, informationOf(ngsild.Object{"id": d.id, "type": d.kind}, d.level), edits)
}

// whole registers the source in the mode for the entity, whatever its attributes.
func (d *spread) whole(t *T, mode string, edits ...edit) {
	d.register(t, mode, informationOf(ngsild.Object{"id": d.id, "type": d.kind}), edits)
}

func (d *spread) register(t *T, mode string, information ngsild.Object, edits []edit) {
	edits = append([]edit{having("mode", mode), informing(information), offering("retrieveOps")}, edits...)
	d.registration = register(t, aRegistration(t, d.kind, d.source.URL(), edits...))
}

// asked are the requests about the entity that came to the source. Those of other
// checks, which name no type, may come to it as well and do not count.
func (d *spread) asked() []probe.Asked {
	return slices.DeleteFunc(d.source.Asked(), func(a probe.Asked) bool {
		path := strings.TrimPrefix(a.Path, "/temporal")
		return !d.isMeant(a) || !strings.HasPrefix(path, entities) && !strings.HasPrefix(path, "/entityOperations") && !strings.HasPrefix(path, entityMapList)
	})
}

// told are the requests to change something that came to the source.
func (d *spread) told() []probe.Asked {
	return slices.DeleteFunc(d.asked(), func(a probe.Asked) bool { return !isWrite(a) })
}

// isAsked expects that the source was asked. A platform that cannot reach the harness
// cannot be judged.
func (d *spread) isAsked(t *T) {
	if len(d.asked()) == 0 {
		d.shouldHaveBeenAsked(t)
	}
}

// shouldHaveBeenAsked ends the check of a source that was not asked.
func (d *spread) shouldHaveBeenAsked(t *T) {
	g := registration(t, d.registration)
	failed, _ := normal(g["timesFailed"]).(float64)
	if _, ever := g["lastFailure"]; (ever || failed > 0 || g["status"] == "failed") && !t.Env.Callback.Reached() {
		t.CantTell("the platform says that it tried to ask the source at %s and failed: give an address of this machine that it can reach with --callback-host", d.source.URL())
	}
	mayReach(t, d.source.URL())
	t.Require(nil).To(finding{&reports.Finding{Message: "the platform did not ask the registered source", Expected: "a request to " + d.source.URL(), Actual: "none"}})
}

// isTold expects that the source was told exactly once to change something, by this
// method and below this path, and returns the request.
func (d *spread) isTold(t *T, method, path string) probe.Asked {
	d.isAsked(t)
	var lines []string
	for _, a := range d.told() {
		lines = append(lines, a.Method+" "+a.Path)
	}
	told := d.told()
	if len(told) != 1 || told[0].Method != method || strings.Trim(told[0].Path, "/") != strings.Trim(path, "/") {
		t.Require(nil).To(finding{&reports.Finding{Message: "the source is to be told once what the platform was told",
			Expected: method + " " + path, Actual: strings.Join(lines, ", ")}})
	}
	return told[0]
}

// isNotAsked expects that the source was not asked.
func (d *spread) isNotAsked(t *T, why string) {
	for _, a := range d.asked() {
		t.Expect(nil).To(finding{&reports.Finding{Message: "the platform asked the source: " + why, Expected: "no request",
			Actual: a.Method + " " + a.Path + "?" + a.Query.Encode()}})
	}
}

// here is the entity as the platform has it itself.
func (d *spread) here(t *T) ngsild.Object { return read(t, d.id, Query("local", "true")) }

// together reads the entity, which is to have the source's part and, if the platform
// has one, its own.
func (d *spread) together(t *T, options ...Option) ngsild.Object {
	r := t.GET(entityPath(d.id), append(options, Expecting(502, 503, 504))...)
	d.isAsked(t)
	t.Require(r).To(HaveStatus(200))
	return t.Object(r)
}

// fromSource expects the level that the source has.
func (d *spread) fromSource(t *T, e ngsild.Object) {
	t.Expect(e).To(haveAttribute(d.level, ngsild.Property(42)), "the source has this attribute")
}

// fromHere expects the place that the platform has.
func (d *spread) fromHere(t *T, e ngsild.Object) {
	t.Expect(e).To(haveAttribute(d.place, d.there), "the platform has this attribute itself")
}

// offeringToRead are the ways in which a registration offers an operation of reading (4.20).
func offeringToRead(operation string) []edit {
	return []edit{offering(operation), offering("retrieveOps"), offering("federationOps"), lacking("operations")}
}

// sayThatASourceFailed matches an answer with a warning of table 6.3.17-1.
func sayThatASourceFailed() types.GomegaMatcher {
	return HaveHeader("NGSILD-Warning", gomega.MatchRegexp(`\b(110|111|199|299)\b`))
}

// comeBack is the Via header of a request that has come through the platform before. What
// needs it is inapplicable where the platform does not tell its own alias (5.2.40).
func comeBack(t *T) Option {
	r := t.GET("/info/sourceIdentity")
	alias := ""
	if r.Status == 200 {
		alias, _ = t.Object(r)["contextSourceAlias"].(string)
	}
	if alias == "" {
		t.Inapplicable("the platform does not tell its own alias at /info/sourceIdentity")
	}
	return Header("Via", "1.1 "+alias)
}

func distributedRetrieve() []Check {
	checks := []Check{
		{
			ID:    "mim1.distributed.retrieve.adds",
			Title: "What an inclusive source has of an entity is added to what the platform has", TestPurposes: []string{"D010_01_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.retrieve.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive")
				e := d.together(t)
				d.fromHere(t, e)
				d.fromSource(t, e)
			},
		},
		{
			ID:    "mim1.distributed.retrieve.sourceOnly",
			Title: "An entity that only a source has is retrieved from there", TestPurposes: []string{"D010_01_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.retrieve.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive")
				e := d.together(t)
				t.Expect(e).To(haveMembers(ngsild.Object{"id": d.id}))
				t.Expect(e).To(haveTypes(d.kind))
				d.fromSource(t, e)
			},
		},
		{
			ID:    "mim1.distributed.retrieve.local",
			Title: "With local=true nothing but what the platform has itself is retrieved, and no source is asked", TestPurposes: []string{"D010_02_inc"},
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive")
				e := d.here(t)
				d.fromHere(t, e)
				t.Expect(e).To(lackAttribute(d.level))
				d.isNotAsked(t, "local=true is for what the platform has itself")
			},
		},
		{
			ID:    "mim1.distributed.retrieve.localNothing",
			Title: "With local=true an entity that only a source has is not found", TestPurposes: []string{"D010_02_inc"},
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive")
				t.Expect(t.GET(entityPath(d.id), Query("local", "true"))).To(HaveStatus(404))
			},
		},
		{
			ID:    "mim1.distributed.retrieve.localProxied",
			Title: "With local=true the sources of what is exclusive or redirected are not asked either", TestPurposes: []string{"D010_02_exc", "D010_02_red"},
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive")
				t.Expect(d.here(t)).To(lackAttribute(d.level))
				other := newSpread(t)
				other.whole(t, "redirect")
				t.Expect(t.GET(entityPath(other.id), Query("local", "true"))).To(HaveStatus(404))
				for _, d := range []*spread{d, other} {
					d.isNotAsked(t, "local=true is for what the platform has itself")
				}
			},
		},
		{
			ID:    "mim1.distributed.retrieve.exclusive",
			Title: "An attribute that a source has exclusively is retrieved from there, the others from the platform", TestPurposes: []string{"D010_01_exc"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.retrieve.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive")
				e := d.together(t)
				d.fromHere(t, e)
				d.fromSource(t, e)
			},
		},
		{
			ID:    "mim1.distributed.retrieve.redirect",
			Title: "An entity that is redirected is retrieved from its source", TestPurposes: []string{"D010_01_red"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.retrieve.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "redirect")
				d.fromSource(t, d.together(t))
			},
		},
		{
			ID:    "mim1.distributed.retrieve.auxiliaryAdds",
			Title: "What an auxiliary source has beside what the platform has is added", TestPurposes: []string{"D010_01_aux"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.retrieve.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "auxiliary")
				e := d.together(t)
				d.fromHere(t, e)
				d.fromSource(t, e)
			},
		},
		{
			ID:    "mim1.distributed.retrieve.auxiliaryOverridesNothing",
			Title: "An auxiliary source never overrides what the platform has, not even by what is newer", TestPurposes: []string{"D010_01_aux"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.auxiliary-as-inclusive",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, "auxiliary")
				t.Expect(d.together(t)).To(haveAttribute(d.level, ngsild.Property(20)), "the platform itself has the attribute")
			},
		},
		{
			ID:     "mim1.distributed.retrieve.newestWins",
			Title:  "Of an attribute that both the platform and an inclusive source have, the one that was observed last is shown",
			Clause: cim009 + "4.5.5.3", Fault: "distributed.inclusive-as-auxiliary",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, "inclusive")
				d.fromSource(t, d.together(t))
			},
		},
		{
			ID:     "mim1.distributed.retrieve.nobody",
			Title:  "An entity that neither the platform nor the source has is answered with 404 ResourceNotFound",
			Clause: cim009 + "5.7.1.4", Fault: "distributed.retrieve.nothing-as-empty",
			Body: func(t *T) {
				d := newSpread(t)
				d.serve(nil, 404)
				d.whole(t, "inclusive")
				t.Expect(t.GET(entityPath(d.id))).To(BeProblem(404, ngsild.ResourceNotFound))
			},
		},
		{
			ID:     "mim1.distributed.retrieve.sourceFails",
			Title:  "If a source fails, what the platform has itself is retrieved all the same",
			Clause: cim009 + "6.3.17", Fault: "distributed.fails-with-source",
			Body: func(t *T) {
				d := newFailing(t)
				d.fromHere(t, d.together(t))
			},
		},
		{
			ID:     "mim1.distributed.retrieve.warning",
			Title:  "If a source fails, the answer says so by an NGSILD-Warning header",
			Clause: cim009 + "6.3.17", Level: Extended, Fault: "distributed.no-warning",
			Body: func(t *T) {
				d := newFailing(t)
				r := t.GET(entityPath(d.id))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(sayThatASourceFailed())
			},
		},
		{
			ID:     "mim1.distributed.retrieve.otherEntity",
			Title:  "A source that is registered for another entity is not asked",
			Clause: cim009 + "5.12", Fault: "registration.create.entity-id-lost",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.register(t, "inclusive", informationOf(ngsild.Object{"id": t.URN("Sensor"), "type": d.kind}), nil)
				d.fromHere(t, read(t, d.id))
				d.isNotAsked(t, "it is registered for another entity")
			},
		},
		{
			ID:     "mim1.distributed.retrieve.offered",
			Title:  "A source is asked to retrieve an entity if it offers that, alone or in a group of operations, or if it names no operations",
			Clause: cim009 + "4.20", TestPurposes: []string{"D010_03_inc"}, Fault: "distributed.retrieve.not-forwarded",
			Body: func(t *T) {
				for _, offers := range offeringToRead("retrieveEntity") {
					d := newSpread(t)
					d.whole(t, "inclusive", offers)
					d.fromSource(t, d.together(t))
				}
			},
		},
		{
			ID:     "mim1.distributed.retrieve.otherOperation",
			Title:  "A source that does not offer to retrieve entities is not asked to",
			Clause: cim009 + "4.20", TestPurposes: []string{"D010_03_inc"}, Fault: "registration.create.operations-lost",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive", offering("createEntity"))
				d.fromHere(t, read(t, d.id))
				d.isNotAsked(t, "it offers to create entities only")
			},
		},
		{
			ID:     "mim1.distributed.retrieve.registeredAttributes",
			Title:  "A source is asked for no other attributes than it is registered for",
			Clause: cim009 + "4.3.6.1", Fault: "distributed.asks-for-everything",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "inclusive")
				d.together(t)
				for _, a := range d.asked() {
					text := a.Query.Get("attrs") + a.Query.Get("pick") + string(a.Body)
					t.Expect(text).To(gomega.ContainSubstring(d.level), "%s %s?%s", a.Method, a.Path, a.Query.Encode())
					t.Expect(text).NotTo(gomega.ContainSubstring(d.place))
				}
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = lookup
	}
	return append(checks, expiringVersions()...)
}

func distributedQuery() []Check {
	// found is the entity in the answer to a query, which the source takes part in.
	found := func(t *T, d *spread, r *probe.Response) ngsild.Object {
		d.isAsked(t)
		return only(t, r)
	}
	query := func(t *T, d *spread, more ...Option) *probe.Response {
		return t.GET(entities, append([]Option{Query("type", d.kind)}, more...)...)
	}
	checks := []Check{
		{
			ID:    "mim1.distributed.query.adds",
			Title: "A query finds entities of the platform and of an inclusive source", TestPurposes: []string{"D011_01_01_inc", "D011_01_05_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.query.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				own := create(t, ngsild.Entity(t.URN("Sensor"), d.kind, d.place, d.there))
				d.whole(t, "inclusive")
				r := query(t, d)
				d.isAsked(t)
				c := candidates{ids: map[string]string{"of the platform": own, "of the source": d.id}}
				c.expectIn(t, r, "of the platform", "of the source")
			},
		},
		{
			ID:    "mim1.distributed.query.merges",
			Title: "An entity of which platform and source have a part is found once, whole", TestPurposes: []string{"D011_01_05_inc"},
			Clause: cim009 + "4.3.6.7", Fault: "distributed.query.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive")
				e := found(t, d, query(t, d))
				d.fromHere(t, e)
				d.fromSource(t, e)
			},
		},
		{
			ID:    "mim1.distributed.query.byAttribute",
			Title: "A query by an attribute finds what the source has of it", TestPurposes: []string{"D011_01_02_inc", "D011_01_03_inc"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.query.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive")
				d.fromSource(t, found(t, d, query(t, d, Query("attrs", d.level))))
			},
		},
		{
			ID:    "mim1.distributed.query.byOtherAttribute",
			Title: "A query by an attribute that nobody has finds nothing", TestPurposes: []string{"D011_01_04_inc"},
			Clause: cim009 + "5.7.2.4", Fault: "distributed.query.attrs-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				// A source is one that answers what it is asked, and it has no such attribute.
				d.serve(nil, 0)
				d.keeps(t)
				d.whole(t, "inclusive")
				t.Expect(entitiesIn(t, query(t, d, Query("attrs", t.Name("nothing"))))).To(gomega.BeEmpty())
			},
		},
		{
			ID:    "mim1.distributed.query.local",
			Title: "With local=true a query finds nothing but what the platform has itself, and no source is asked", TestPurposes: []string{"D011_02_inc"},
			Clause: cim009 + "6.3.18", Fault: "distributed.local-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive")
				e := only(t, query(t, d, Query("local", "true")))
				d.fromHere(t, e)
				t.Expect(e).To(lackAttribute(d.level))
				d.isNotAsked(t, "local=true is for what the platform has itself")
			},
		},
		{
			ID:    "mim1.distributed.query.exclusive",
			Title: "A query finds the attribute that a source has exclusively", TestPurposes: []string{"D011_01_exc", "D011_02_exc"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.query.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.part(t, "exclusive")
				e := found(t, d, query(t, d))
				d.fromHere(t, e)
				d.fromSource(t, e)
			},
		},
		{
			ID:    "mim1.distributed.query.redirect",
			Title: "A query finds entities that are redirected", TestPurposes: []string{"D011_01_red", "D011_02_red"},
			Clause: cim009 + "4.3.6.3", Fault: "distributed.query.not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "redirect")
				d.fromSource(t, found(t, d, query(t, d)))
			},
		},
		{
			ID:    "mim1.distributed.query.auxiliary",
			Title: "A query adds what an auxiliary source has, and overrides nothing by it", TestPurposes: []string{"D011_01_aux"},
			Clause: cim009 + "4.3.6.2", Fault: "distributed.auxiliary-as-inclusive",
			Body: func(t *T) {
				d := newSpread(t)
				more := t.Name("depth")
				d.has(d.level, levelThere(), more, ngsild.Property(7))
				d.keeps(t, d.level, levelAtFirst())
				d.whole(t, "auxiliary")
				e := found(t, d, query(t, d))
				t.Expect(e).To(haveAttribute(d.level, ngsild.Property(20)), "the platform itself has the attribute")
				t.Expect(e).To(haveAttribute(more, ngsild.Property(7)), "the auxiliary source alone has the attribute")
			},
		},
		{
			ID:    "mim1.distributed.query.post",
			Title: "A query by POST finds what a source has, too", TestPurposes: []string{"D011_04_inc"},
			Clause: cim009 + "4.20", Fault: "distributed.query.post-not-forwarded",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", offering("queryEntity", "queryBatch", "retrieveEntity"))
				r := t.POST(entityOperation+"query", JSON(ngsild.Object{"type": "Query", "entities": []any{ngsild.Object{"type": d.kind}}}))
				d.fromSource(t, found(t, d, r))
			},
		},
		{
			ID:    "mim1.distributed.query.offered",
			Title: "A source is asked by a query if it offers that, alone or in a group of operations, or if it names no operations", TestPurposes: []string{"D011_03_inc"},
			Clause: cim009 + "4.20", Fault: "distributed.query.not-forwarded",
			Body: func(t *T) {
				for _, offers := range offeringToRead("queryEntity") {
					d := newSpread(t)
					d.whole(t, "inclusive", offers)
					d.fromSource(t, found(t, d, query(t, d)))
				}
			},
		},
		{
			ID:    "mim1.distributed.query.otherOperation",
			Title: "A source that does not offer to query entities is not asked to", TestPurposes: []string{"D011_03_inc"},
			Clause: cim009 + "4.20", Fault: "registration.create.operations-lost",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				d.whole(t, "inclusive", offering("createEntity"))
				d.fromHere(t, only(t, query(t, d)))
				d.isNotAsked(t, "it offers to create entities only")
			},
		},
		{
			ID:     "mim1.distributed.query.sourceFails",
			Title:  "If a source fails, a query finds what the platform has itself all the same",
			Clause: cim009 + "6.3.17", Fault: "distributed.fails-with-source",
			Body: func(t *T) {
				d := newFailing(t)
				r := query(t, d, Expecting(500, 502, 503, 504))
				d.isAsked(t)
				d.fromHere(t, only(t, r))
			},
		},
		{
			ID:     "mim1.distributed.query.warning",
			Title:  "If a source fails, the answer to a query says so by an NGSILD-Warning header",
			Clause: cim009 + "6.3.17", Level: Extended, Fault: "distributed.no-warning",
			Body: func(t *T) {
				d := newFailing(t)
				r := query(t, d, Expecting(500, 502, 503, 504))
				d.isAsked(t)
				t.Require(r).To(HaveStatus(200))
				t.Expect(r).To(sayThatASourceFailed())
			},
		},
		{
			ID:     "mim1.distributed.query.registeredTypes",
			Title:  "A source is asked for no other types than it is registered for",
			Clause: cim009 + "4.3.6.1", Since: "1.9.1", Fault: "distributed.asks-for-all-types",
			Body: func(t *T) {
				d := newSpread(t)
				other := t.Name("Other")
				d.whole(t, "inclusive")
				t.Require(t.GET(entities, Query("type", d.kind+","+other))).To(HaveStatus(200))
				d.isAsked(t)
				for _, a := range d.asked() {
					t.Expect(a.Query.Get("type")+string(a.Body)).NotTo(gomega.ContainSubstring(other), "%s %s?%s", a.Method, a.Path, a.Query.Encode())
				}
			},
		},
		{
			ID:     "mim1.distributed.query.registeredIds",
			Title:  "A source is asked for no other entities, by their ids, than it is registered for",
			Clause: cim009Later + "4.3.6.1", Since: "1.9.1", Fault: "distributed.asks-for-all-ids",
			Body: func(t *T) {
				d := newSpread(t)
				other := t.URN("Sensor")
				d.whole(t, "inclusive")
				t.Require(t.GET(entities, Query("type", d.kind, "id", d.id+","+other))).To(HaveStatus(200))
				d.isAsked(t)
				for _, a := range d.asked() {
					t.Expect(a.Query.Get("id")+string(a.Body)).NotTo(gomega.ContainSubstring(other), "%s %s?%s", a.Method, a.Path, a.Query.Encode())
				}
			},
		},
	}
	for i := range checks {
		checks[i].Requirements = lookup
	}
	return checks
}

// forwarding checks what a request to a source carries (4.3.6.4, 4.3.6.5, 6.3.18).
// hasNumber says whether a JSON document holds the number, wherever that is.
func hasNumber(document []byte, want float64) bool {
	var v any
	if json.Unmarshal(document, &v) != nil {
		return false
	}
	var within func(v any) bool
	within = func(v any) bool {
		switch v := v.(type) {
		case float64:
			return v == want
		case []any:
			return slices.ContainsFunc(v, within)
		case map[string]any:
			return slices.ContainsFunc(slices.Collect(maps.Values(v)), within)
		}
		return false
	}
	return within(v)
}

func forwarding() []Check {
	// every expects of each request that came to the source.
	every := func(t *T, d *spread, judge func(a probe.Asked)) {
		d.isAsked(t)
		for _, a := range d.asked() {
			judge(a)
		}
	}
	hops := func(h http.Header) []string {
		var names []string
		for _, hop := range strings.Split(strings.Join(h.Values("Via"), ","), ",") {
			if fields := strings.Fields(hop); len(fields) > 1 {
				names = append(names, fields[1])
			}
		}
		return names
	}
	return []Check{
		{
			ID:     "mim1.distributed.forward.tenant",
			Title:  "A source is asked in the tenant that its registration names",
			Clause: cim009 + "5.2.9", Fault: "distributed.tenant-lost",
			Body: func(t *T) {
				alsoClaims(t, FeatureTenants) // a platform without them takes no such registration (5.5.10)
				d := newSpread(t)
				d.whole(t, "inclusive", having("tenant", "harbour"))
				t.GET(entityPath(d.id))
				every(t, d, func(a probe.Asked) { t.Expect(a.Header.Get(ngsild.HeaderTenant)).To(gomega.Equal("harbour")) })
			},
		},
		{
			ID:     "mim1.distributed.forward.info",
			Title:  "A source is sent what its registration says is to be sent along",
			Clause: cim009 + "4.3.6.5, 6.3.19", Fault: "registration.create.info-lost",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", having("contextSourceInfo", []any{ngsild.Object{"key": "X-Purpose", "value": "conformance"}}))
				t.GET(entityPath(d.id))
				every(t, d, func(a probe.Asked) { t.Expect(a.Header.Get("X-Purpose")).To(gomega.Equal("conformance")) })
			},
		},
		{
			ID:     "mim1.distributed.forward.infoFromRequest",
			Title:  "What is to be sent along may be taken from the request, by the value urn:ngsi-ld:request",
			Clause: cim009 + "4.3.6.5", Fault: "distributed.request-value-literal",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", having("contextSourceInfo", []any{ngsild.Object{"key": "X-Purpose", "value": "urn:ngsi-ld:request"}}))
				t.GET(entityPath(d.id), Header("X-Purpose", "conformance"))
				every(t, d, func(a probe.Asked) { t.Expect(a.Header.Get("X-Purpose")).To(gomega.Equal("conformance")) })
			},
		},
		{
			ID:     "mim1.distributed.forward.infoIgnored",
			Title:  "What is a connection's own, or the tenant, a registration's contextSourceInfo cannot override",
			Clause: cim009 + "4.3.6.5", Since: "1.8.1", Fault: "distributed.info-sets-tenant",
			Body: func(t *T) {
				d := newSpread(t)
				var pairs []any
				for _, pair := range [][2]string{{"Content-Length", "3"}, {ngsild.HeaderTenant, "harbour"}, {"X-Purpose", "conformance"}} {
					pairs = append(pairs, ngsild.Object{"key": pair[0], "value": pair[1]})
				}
				d.whole(t, "redirect", offering("updateEntity", "retrieveEntity"), having("contextSourceInfo", pairs))
				r := t.PATCH(attrsPath(d.id), JSON(ngsild.Object{d.level: ngsild.Property(7)}), Expecting(500, 502, 503, 504))
				d.isAsked(t)
				done(t, r)
				told := d.isTold(t, http.MethodPatch, entities+"/"+d.id+"/attrs")
				t.Expect(told.Header.Get(ngsild.HeaderTenant)).NotTo(gomega.Equal("harbour"), "a tenant is named by the registration's own member")
				t.Expect(told.Header.Get("X-Purpose")).To(gomega.Equal("conformance"), "other pairs count")
				t.Expect(nil).To(answering(hasNumber(told.Body, 7), "the source got the body %s", told.Body))
			},
		},
		{
			ID:    "mim1.distributed.forward.via",
			Title: "A request to a source says by its Via header which platform it comes from", TestPurposes: []string{"D018_02", "D018_03"},
			Clause: cim009 + "6.3.18", Since: "1.8.1", Fault: "distributed.no-via",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive")
				t.GET(entityPath(d.id))
				every(t, d, func(a probe.Asked) {
					t.Expect(hops(a.Header)).NotTo(gomega.BeEmpty(), "Via is %q, expected a protocol and a name for each hop", a.Header.Values("Via"))
				})
			},
		},
		{
			ID:    "mim1.distributed.forward.viaOfChanges",
			Title: "A change that is handed on to a source says by its Via header which platform it comes from", TestPurposes: []string{"D018_02"},
			Clause: cim009 + "6.3.18", Since: "1.8.1", Fault: "distributed.no-via-of-changes",
			Body: func(t *T) {
				told := 0
				for _, s := range sharedOperations() {
					if s.feature != "" && !t.Claims(s.feature) {
						continue
					}
					d := newSpread(t)
					d.whole(t, "redirect", offering(s.operation, "retrieveEntity"))
					s.send(t, d)
					for _, a := range d.told() { // whether the source is told is for other checks to judge
						told++
						t.Expect(hops(a.Header)).NotTo(gomega.BeEmpty(), "%s: Via is %q, expected a protocol and a name for each hop", s.does, a.Header.Values("Via"))
					}
				}
				t.Require(nil).To(answering(told > 0, "the platform handed none of the changes on to the registered source"))
			},
		},
		{
			ID:     "mim1.distributed.forward.values",
			Title:  "A change is handed on to a source with the values that it has",
			Clause: cim009 + "4.3.6", Fault: "distributed.values-lost",
			Body: func(t *T) {
				told := 0
				for _, s := range sharedOperations() {
					if s.body == nil || s.feature != "" && !t.Claims(s.feature) {
						continue
					}
					d := newSpread(t)
					d.whole(t, "redirect", offering(s.operation, "retrieveEntity"))
					s.send(t, d)
					for _, a := range d.told() { // whether the source is told is for other checks to judge
						told++
						t.Expect(nil).To(answering(hasNumber(a.Body, 7), "%s, by which an attribute gets the value 7, was handed on by %s %s with the body %s", s.does, a.Method, a.Path, a.Body))
					}
				}
				t.Require(nil).To(answering(told > 0, "the platform handed none of the changes on to the registered source"))
			},
		},
		{
			ID:    "mim1.distributed.forward.viaKept",
			Title: "The Via header of a request is handed on to the source, with the platform's own name added", TestPurposes: []string{"D018_02"},
			Clause: cim009 + "6.3.18", Since: "1.8.1", Fault: "distributed.via-own-only",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive")
				before := t.Name("before")
				t.GET(entityPath(d.id), Header("Via", "1.1 "+before))
				every(t, d, func(a probe.Asked) {
					t.Expect(hops(a.Header)).To(gomega.And(gomega.ContainElement(before), gomega.HaveLen(2)), "Via is %q", a.Header.Values("Via"))
				})
			},
		},
		{
			ID:     "mim1.distributed.loop.source",
			Title:  "A source that a request has come through, by its Via header, is not asked again",
			Clause: cim009 + "5.12, 4.3.6.4", Since: "1.8.1", Fault: "distributed.via-ignored",
			Body: func(t *T) {
				d := newSpread(t)
				d.keeps(t)
				alias := t.Name("source")
				d.whole(t, "inclusive", having("contextSourceAlias", alias))
				d.fromHere(t, read(t, d.id, Header("Via", "1.1 "+alias)))
				d.isNotAsked(t, "the request has come through it")
			},
		},
		{
			ID:     "mim1.distributed.loop.platform",
			Title:  "A retrieval that has come back to the platform, by its Via header, is not sent round again",
			Clause: cim009 + "6.3.18", Since: "1.8.1", Fault: "distributed.via-ignored",
			Body: func(t *T) {
				through := comeBack(t)
				d := newSpread(t)
				d.part(t, "exclusive")
				// 6.3.17 has 508 for what changes something; of a retrieval it wants a warning
				// beside what is left, and here nothing is.
				r := t.GET(entityPath(d.id), through, Expecting(508))
				t.Expect(r).To(HaveStatus(200, 404, 508))
				d.isNotAsked(t, "the request has come through this platform before")
			},
		},
		{
			ID:    "mim1.distributed.loop.change",
			Title: "A change of what is redirected that has come back to the platform, by its Via header, is answered with 508", TestPurposes: []string{"D018_01"},
			Clause: cim009 + "6.3.17", Since: "1.8.1", Fault: "distributed.via-ignored",
			Body: func(t *T) {
				through := comeBack(t)
				d := newSpread(t)
				d.whole(t, "redirect", offering("deleteEntity", "retrieveEntity"))
				t.Expect(t.DELETE(entityPath(d.id), through, Expecting(508))).To(HaveStatus(508))
				d.isNotAsked(t, "the request has come through this platform before")
			},
		},
		{
			ID:     "mim1.distributed.forward.localOnly",
			Title:  "A source that is to be asked for what it has itself is asked with local=true",
			Clause: cim009 + "5.2.34, 4.3.6.4", Fault: "distributed.cascades",
			Body: func(t *T) {
				d := newSpread(t)
				d.whole(t, "inclusive", having("management", ngsild.Object{"localOnly": true}))
				t.GET(entityPath(d.id))
				every(t, d, func(a probe.Asked) { t.Expect(a.Query.Get("local")).To(gomega.Equal("true")) })
			},
		},
	}
}
