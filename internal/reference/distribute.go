package reference

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// Distributed operations (4.3.6): this file divides entities among sources and puts
// them together again.

// about is what a registration must have for an operation on one entity.
func (r *request) about(id string, types, attrs []string) *sourceQuery {
	if len(types) == 0 && r.tenant != nil {
		r.tenant.mu.RLock()
		if e := r.tenant.current(id, r); e != nil {
			types = e.Types
		}
		r.tenant.mu.RUnlock()
	}
	info := entityInfo{ids: []string{id}}
	if len(types) > 0 {
		info.types = query.TypesOf(types...)
	}
	return &sourceQuery{infos: []entityInfo{info}, attrs: attrs}
}

// part is what one source gets of an entity.
type part struct {
	share
	entity *model.Entity
}

// divide splits an entity or fragment: a source that claims attributes gets them
// alone, an inclusive one gets a copy. What is left is for this platform; it is nil
// when the sources have it all (4.3.6.2, 4.3.6.3).
func divide(e *model.Entity, shares []share) (local *model.Entity, parts []part) {
	rest := e.Clone()
	whole := false
	for _, s := range shares {
		if !claims(s.source.mode) {
			continue
		}
		mine := rest.Part(s.attrs)
		if s.source.mode == exclusive && len(mine.Attributes) == 0 {
			continue
		}
		for name := range mine.Attributes {
			delete(rest.Attributes, name)
		}
		if s.source.mode == redirect {
			whole = whole || s.attrs == nil || len(rest.Attributes) == 0
		}
		parts = append(parts, part{s, mine})
	}
	for _, s := range shares {
		if s.source.mode == inclusive {
			parts = append(parts, part{s, e.Part(s.attrs)})
		}
	}
	if whole {
		return nil, parts
	}
	return rest, parts
}

// outcome is how a part of a distributed operation went.
type outcome struct {
	source *registration // nil is this platform
	err    *problem.Problem
	// created says that a source made something new of it
	created bool
	// partial says that a source did a part only: update is what it said about that, an
	// UpdateResult or a BatchOperationResult (5.2.16, 5.2.18), or nil
	partial bool
	update  map[string]any
	// alone is what err is where nothing but a source that claims the data was to do the
	// operation (6.3.17)
	alone *problem.Problem
}

// settled makes one answer of several outcomes: a success if all are, the error if
// there is one outcome or all say that the entity is unknown, else a 207 (6.3.17).
func (r *request) settled(id string, outcomes []outcome, success func() error) error {
	var failed []outcome
	partial := false
	for _, o := range outcomes {
		partial = partial || o.partial
		if o = o.of(id); o.err != nil {
			failed = append(failed, o)
		}
	}
	unknown := func(o outcome) bool { return o.err.Status == http.StatusNotFound }
	switch {
	case len(failed) == 0:
		return success()
	case len(outcomes) == 1 && !partial:
		return failed[0].whole()
	case len(failed) == len(outcomes) && !partial && !slices.ContainsFunc(failed, func(o outcome) bool { return !unknown(o) }):
		return failed[0].err
	}
	result := &batchResult{}
	if len(failed) < len(outcomes) || partial {
		result.success = []string{id}
	}
	for _, o := range failed {
		result.failAt(id, o)
	}
	return r.multiStatus(result)
}

func (b *batchResult) failAt(id string, o outcome) {
	entry := map[string]any{"entityId": id, "error": o.err}
	if o.source != nil {
		entry["registrationId"] = o.source.id
	}
	b.errors = append(b.errors, entry)
}

// each asks the sources at the same time and gives their outcomes in order.
func (r *request) each(parts []part, to func(part) sourceCall) []outcome {
	outcomes := make([]outcome, len(parts))
	var wg sync.WaitGroup
	for i, p := range parts {
		outcomes[i].source = p.source
		if p.refuse {
			outcomes[i].err = problem.Conflict("the registration %s claims the data, but its source does not offer the operation (4.3.6)", p.source.id)
			continue
		}
		wg.Go(func() {
			answer, err := r.ask(p.share, to(p))
			if err != nil {
				outcomes[i].err = unreachable(p.source, err)
			} else {
				outcomes[i].err = answer.problem(p.source)
			}
			if claims(p.source.mode) {
				outcomes[i].alone = gateway(outcomes[i].err, err)
			}
			if err != nil {
				return
			}
			outcomes[i].created = answer.status == http.StatusCreated
			if answer.status == http.StatusMultiStatus {
				outcomes[i].partial = true
				outcomes[i].update, _ = answer.body.(map[string]any)
			}
		})
	}
	wg.Wait()
	return outcomes
}

// whole is the error of an operation that nothing but o took part in.
func (o outcome) whole() *problem.Problem { return cmp.Or(o.alone, o.err) }

// gateway is the error of an operation that was for one source alone: it did not find the
// entity, was part of a loop, did not answer in time, or failed for any other reason (6.3.17).
func gateway(p *problem.Problem, err error) *problem.Problem {
	if p == nil || errors.As(err, new(silent)) || err == nil && (p.Status == http.StatusNotFound || p.Status == http.StatusLoopDetected) {
		return p
	}
	out := *p
	out.Type, out.Status = ngsild.ErrorPrefix+ngsild.InternalError, http.StatusBadGateway
	out.Detail = strings.TrimSpace(p.Title + ": " + p.Detail)
	out.Title = "The context source did not do this"
	return &out
}

func unreachable(g *registration, err error) *problem.Problem {
	p := problem.Internal("the context source %s of the registration %s did not do its part: %v", g.endpoint, g.id, err)
	p.Status = http.StatusGatewayTimeout
	return p
}

// asProblem is nil for no error.
func asProblem(err error) *problem.Problem {
	if err == nil {
		return nil
	}
	return problem.From(err)
}

// gather adds to an entity what the sources have of it (4.3.6.1); local may be nil.
func (r *request) gather(id string, local *model.Entity, shares []share) *model.Entity {
	answers := r.read(shares, func(s share) sourceCall {
		q := url.Values{"options": {"sysAttrs"}}
		if s.attrs != nil {
			q.Set("attrs", strings.Join(r.context.CompactAll(s.attrs), ","))
		}
		if r.query.Has("type") {
			q.Set("type", r.query.Get("type"))
		}
		return sourceCall{method: http.MethodGet, path: entityPath + "/" + url.PathEscape(id), query: q}
	})
	return combine(local, shares, func(i int) *model.Entity { return withID(answers[i], id) }, (*model.Entity).Union)
}

// withID finds the entity with the id, or gives nil.
func withID(list []*model.Entity, id string) *model.Entity {
	for _, e := range list {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// read asks the sources at the same time and gives the entities in their answers; a
// failure is a warning.
func (r *request) read(shares []share, to func(share) sourceCall) [][]*model.Entity {
	out := make([][]*model.Entity, len(shares))
	for i, answer := range r.replies(shares, to) {
		out[i] = r.entitiesOf(answer, shares[i].source, false)
	}
	return out
}

// entitiesOf are the entities in a source's answer, which may be nil, or evolutions; what is
// none is a warning (6.3.17).
func (r *request) entitiesOf(answer *reply, g *registration, temporal bool) []*model.Entity {
	if answer == nil {
		return nil
	}
	list, all := answer.entities(r, temporal)
	if !all {
		r.warn(111, g, "it answered with what is no entity")
	}
	return list
}

// replies asks the sources at the same time and gives their successful answers, nil for
// those that have nothing to say; a failure is a warning.
func (r *request) replies(shares []share, to func(share) sourceCall) []*reply {
	out := make([]*reply, len(shares))
	warnings := make([]warning, len(shares))
	var wg sync.WaitGroup
	for i, s := range shares {
		if s.refuse {
			continue
		}
		wg.Go(func() {
			answer, err := r.ask(s, to(s))
			switch {
			case errors.As(err, new(invalid)):
				warnings[i] = warning{111, err.Error()}
			case err != nil:
				warnings[i] = warning{199, err.Error()}
			case answer.status == http.StatusOK, answer.status == http.StatusCreated, answer.status == http.StatusNonAuthoritativeInfo, answer.status == http.StatusPartialContent:
				out[i] = answer
			case answer.status != http.StatusNotFound:
				warnings[i] = warning{299, "the source answered with status " + http.StatusText(answer.status)}
			}
		})
	}
	wg.Wait()
	for i, w := range warnings {
		if w.code != 0 {
			r.warn(w.code, shares[i].source, w.text)
		}
	}
	return out
}

type warning struct {
	code int
	text string
}

// combine puts an entity together: what sources claim is theirs alone, inclusive
// ones add to it, auxiliary ones fill gaps. union adds what a source has to what is there,
// with fill to the gaps only.
func combine(local *model.Entity, shares []share, from func(int) *model.Entity, union func(whole, more *model.Entity, fill bool) *model.Entity) *model.Entity {
	whole := local
	for _, s := range shares {
		if whole == nil || !claims(s.source.mode) || s.refuse {
			continue
		}
		if s.source.mode == redirect && s.attrs == nil {
			whole = nil
			continue
		}
		whole = whole.Clone()
		for name := range whole.Attributes {
			if s.attrs == nil || contains(s.attrs, name) {
				delete(whole.Attributes, name)
			}
		}
	}
	for _, mode := range []string{exclusive, redirect, inclusive, auxiliary} {
		for i, s := range shares {
			if s.source.mode != mode {
				continue
			}
			e := from(i)
			switch {
			case e == nil:
			case whole == nil && mode == auxiliary:
				whole = e.Part(s.attrs)
			case whole == nil:
				whole = e.Part(s.attrs)
			default:
				whole = union(whole, e.Part(s.attrs), mode == auxiliary)
			}
		}
	}
	return whole
}

// Parameters of a query that sources are asked with as well.
var (
	candidateParameters = []string{"id", "type", "idPattern", "csf"}
	filterParameters    = []string{"q", "georel", "geometry", "coordinates", "geoproperty", "scopeQ", "expandValues", "jsonKeys"}
)

// forwardedQuery is the query string by which a source is asked for candidates of a
// query. Where entities may be split among sources no filter goes with it, for it can be
// judged of the whole only (5.7.2.4 of V1.9.1), and no q that follows Relationships, for
// linked entities may be elsewhere.
func (r *request) forwardedQuery(s *selection, of share) url.Values {
	q := url.Values{"options": {"sysAttrs"}, "limit": {"1000"}}
	names := candidateParameters
	if !s.split {
		names = slices.Concat(names, filterParameters)
	}
	for _, name := range names {
		if r.query.Has(name) {
			q.Set(name, r.query.Get(name))
		}
	}
	if s.q.Depth() > 0 {
		q.Del("q")
	}
	if r.query.Has("type") {
		q.Set("type", r.registeredTypes(of.source, r.query.Get("type")))
	}
	if ids := of.source.ids(s.infos); ids != nil {
		q.Set("id", strings.Join(ids, ","))
	}
	if attrs := s.askedOf(of); attrs != nil {
		q.Set("attrs", strings.Join(r.context.CompactAll(attrs), ","))
	}
	return q
}

// ids are the entities that a source is asked for by a query: of those that are looked for
// the ones that it is registered for, else those that it is registered for by their ids
// (4.3.6.1). Nil is that no ids say which.
func (g *registration) ids(wanted []entityInfo) []string {
	var looked, has []string
	for _, i := range wanted {
		if i.ids == nil {
			looked = nil
			break
		}
		looked = append(looked, i.ids...)
	}
	all := false
	for _, i := range g.infos {
		all = all || len(i.entities) == 0
		for _, e := range i.entities {
			all = all || e.id == ""
			has = append(has, e.id)
		}
	}
	switch {
	case looked != nil:
		return slices.DeleteFunc(looked, func(id string) bool {
			return !slices.ContainsFunc(g.infos, func(i registrationInfo) bool {
				return len(i.entities) == 0 || slices.ContainsFunc(i.entities, func(e registeredEntity) bool { return e.hasID(id) })
			})
		})
	case all:
		return nil
	default:
		slices.Sort(has)
		return slices.Compact(has)
	}
}

// forwardedBody is forwardedQuery as a Query (5.2.23).
func (r *request) forwardedBody(s *selection, of share) map[string]any {
	out := copyObject(r.object())
	without := []string{"attrs", "pick", "omit", "lang", "join", "joinLevel", "containedBy", "datasetId", "splitEntities", "orderBy", "collation", "orderFrom", "orderGeometry"}
	if s.split {
		without = append(without, "q", "geoQ", "scopeQ", "expandValues", "jsonKeys")
	}
	if s.q.Depth() > 0 {
		without = append(without, "q")
	}
	for _, name := range without {
		delete(out, name)
	}
	r.narrow(of.source, out)
	if attrs := s.askedOf(of); attrs != nil {
		out["attrs"] = r.context.CompactAll(attrs)
	}
	return out
}

// askedOf are the attributes that a source is asked for; nil is all of them, which is
// also what is asked for when a filter has to be judged again of the answer.
func (s *selection) askedOf(of share) []string {
	if of.whole && (s.q != nil || s.geo != nil) {
		return nil
	}
	return of.attrs
}

// admits judges an entity that a source answered with. A part that is not the whole of
// what the source has, or may not be the whole entity, cannot be held against filters.
func (s *selection) admits(of share, e *model.Entity) bool {
	switch {
	case !s.of(e.ID, e.Types).match(of.source):
		return false // it is not what the source is registered for
	case !s.split && of.whole:
		return s.match(e)
	default:
		return s.isCandidate(e) && (of.whole || len(e.Part(of.attrs).Attributes) > 0)
	}
}

// registeredTypes leaves out of a list of types those that the source is not registered
// for (4.3.6.1). A selection that is more than a list stays as it is.
func (r *request) registeredTypes(g *registration, selector string) string {
	if strings.ContainsAny(selector, ";()*") {
		return selector
	}
	var mine []string
	for _, name := range strings.FieldsFunc(selector, func(c rune) bool { return c == ',' || c == '|' }) {
		iri := r.context.Expand(name)
		if slices.ContainsFunc(g.infos, func(i registrationInfo) bool {
			return len(i.entities) == 0 || slices.ContainsFunc(i.entities, func(e registeredEntity) bool { return contains(e.types, iri) })
		}) {
			mine = append(mine, name)
		}
	}
	if len(mine) == 0 {
		return selector
	}
	return strings.Join(mine, ",")
}

// narrow does so in the body of a Query (5.2.23).
func (r *request) narrow(g *registration, body map[string]any) {
	list, ok := body["entities"].([]any)
	if !ok {
		return
	}
	narrowed := make([]any, len(list))
	for i, item := range list {
		narrowed[i] = item
		if o, ok := item.(map[string]any); ok {
			if text, ok := o["type"].(string); ok {
				narrowed[i] = withMember(o, "type", r.registeredTypes(g, text))
			}
		}
	}
	body["entities"] = narrowed
}

// queried gives the entities that are selected here and at the sources, put together.
// What sources answer is judged again: by the whole entity where entities may be split,
// else by the part that each source has.
func (r *request) queried(s *selection, shares []share) []*model.Entity {
	answers := r.read(shares, func(of share) sourceCall {
		if r.Method == http.MethodPost {
			return sourceCall{method: http.MethodPost, path: "/entityOperations/query", query: url.Values{"options": {"sysAttrs"}, "limit": {"1000"}}, body: r.forwardedBody(s, of)}
		}
		return sourceCall{method: http.MethodGet, path: entityPath, query: r.forwardedQuery(s, of)}
	})
	r.tenant.mu.RLock()
	var local []*model.Entity
	for e := range r.tenant.candidates(s) {
		if e = e.Current(r.now); e != nil {
			local = append(local, e)
		}
	}
	r.tenant.mu.RUnlock()
	return r.together(s, shares, local, answers, (*model.Entity).Union)
}

// together puts the entities together that are found here and at the sources, in the
// order in which they are first met, without those that are not selected. It takes the
// tenant's lock.
func (r *request) together(s *selection, shares []share, local []*model.Entity, answers [][]*model.Entity, union func(whole, more *model.Entity, fill bool) *model.Entity) []*model.Entity {
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	var order []string
	type found struct {
		local  *model.Entity
		remote map[*registration]*model.Entity
	}
	all := map[string]*found{}
	at := func(id string) *found {
		if all[id] == nil {
			all[id] = &found{remote: map[*registration]*model.Entity{}}
			order = append(order, id)
		}
		return all[id]
	}
	for _, e := range local {
		if s.match(e) || s.split && s.isCandidate(e) {
			at(e.ID).local = e
		}
	}
	for i, list := range answers {
		for _, e := range list {
			if s.admits(shares[i], e) {
				at(e.ID).remote[shares[i].source] = e
			}
		}
	}
	var out []*model.Entity
	for _, id := range order {
		f := all[id]
		mine := slices.DeleteFunc(slices.Clone(shares), func(of share) bool {
			return f.local != nil && !s.of(id, f.local.Types).match(of.source)
		})
		whole := combine(f.local, mine, func(i int) *model.Entity { return f.remote[mine[i].source] }, union)
		if whole != nil && (!s.split || s.match(whole)) {
			out = append(out, whole)
		}
	}
	return out
}

// of is what a registration must have to be about one entity of the selection.
func (s *selection) of(id string, types []string) *sourceQuery {
	info := entityInfo{ids: []string{id}}
	if len(types) > 0 {
		info.types = query.TypesOf(types...)
	}
	return &sourceQuery{infos: []entityInfo{info}, interval: s.interval, past: s.past}
}
