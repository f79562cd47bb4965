package reference

import (
	"regexp"
	"slices"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// selection says which entities an operation is about (5.7.2).
type selection struct {
	infos []entityInfo // one of them must match; none are no condition
	attrs []string     // one of them must be there
	q     *query.Q
	csf   *query.Q // selects context sources
	geo   *query.Geo
	scope *query.Scopes
	local bool
	// split says that parts of one entity may be at different sources, so that filters
	// are for the whole (V1.9.1).
	split bool
	// linked finds the entities that q follows Relationships to; the tenant's lock is held.
	linked query.Linked
	// past says that evolutions are selected, in the interval if there is one.
	past     bool
	interval *model.Interval
}

// entityInfo selects by type, ids and id pattern (5.2.33).
type entityInfo struct {
	types   *query.Types
	ids     []string
	pattern *regexp.Regexp
}

func (i entityInfo) match(e *model.Entity) bool {
	return i.types.Match(e) && (i.ids == nil || slices.Contains(i.ids, e.ID)) &&
		(i.pattern == nil || i.pattern.MatchString(e.ID))
}

// isCandidate says whether an entity is selected by what it is, whatever the filters say.
func (s *selection) isCandidate(e *model.Entity) bool {
	return len(s.infos) == 0 || slices.ContainsFunc(s.infos, func(i entityInfo) bool { return i.match(e) })
}

// match says whether an entity is selected. The caller holds the tenant's lock.
func (s *selection) match(e *model.Entity) bool {
	if !s.isCandidate(e) {
		return false
	}
	if s.attrs != nil && !slices.ContainsFunc(s.attrs, func(name string) bool { return len(e.Attributes[name]) > 0 }) {
		return false
	}
	return s.scope.Match(e) && s.geo.Match(e) && s.q.Match(e, s.linked)
}

var selectionParameters = []string{
	"id", "type", "idPattern", "q", "csf", "georel", "geometry", "coordinates", "geoproperty",
	"scopeQ", "local", "expandValues", "jsonKeys",
}

// selection reads the parameters that select entities.
func (r *request) selection() (*selection, error) {
	s := &selection{linked: func(uri string) *model.Entity { return r.tenant.current(uri, r) }}
	var err error
	if s.local, err = r.flag("local"); err != nil {
		return nil, err
	}
	if s.split, err = r.flag("splitEntities"); err != nil {
		return nil, err
	}
	info, err := r.entityInfo()
	if err != nil {
		return nil, err
	}
	if info.types != nil || info.ids != nil || info.pattern != nil {
		s.infos = []entityInfo{info}
	}
	if r.query.Has("q") {
		o := query.QOptions{Context: r.context}
		if o.ExpandValues, err = r.list("expandValues"); err != nil {
			return nil, err
		}
		if o.JSONKeys, err = r.list("jsonKeys"); err != nil {
			return nil, err
		}
		if s.q, err = query.ParseQ(r.query.Get("q"), o); err != nil {
			return nil, err
		}
		if most := r.p.most.conditions; most > 0 && s.q.Conditions() > most {
			return nil, problem.TooComplex("q has %d conditions; this platform takes %d", s.q.Conditions(), most)
		}
	}
	if r.query.Has("scopeQ") {
		if s.scope, err = query.ParseScopes(r.query.Get("scopeQ")); err != nil {
			return nil, err
		}
	}
	if r.query.Has("csf") {
		if s.csf, err = query.ParseQ(r.query.Get("csf"), query.QOptions{Context: r.context}); err != nil {
			return nil, err
		}
	}
	s.geo, err = r.geoQuery()
	return s, err
}

func (r *request) entityInfo() (entityInfo, error) {
	var i entityInfo
	var err error
	if i.types, err = r.typeSelection(); err != nil {
		return i, err
	}
	if i.ids, err = r.list("id"); err != nil {
		return i, err
	}
	for _, id := range i.ids {
		if !model.IsURI(id) {
			return i, problem.BadData("the parameter id has %q, which is not a URI", id)
		}
	}
	if r.query.Has("idPattern") {
		i.pattern, err = idPattern(r.query.Get("idPattern"))
	}
	return i, err
}

// idPattern reads a pattern that must match a whole id (5.2.8).
func idPattern(text string) (*regexp.Regexp, error) {
	if text == "" || len(text) > 1024 {
		return nil, problem.BadData("idPattern must be a regular expression of 1 to 1024 characters")
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return nil, problem.BadData("idPattern %q is not a regular expression: %v", text, err)
	}
	return pattern, nil
}

func (r *request) geoQuery() (*query.Geo, error) {
	shape := r.query.Has("geometry") || r.query.Has("coordinates")
	if !shape && !r.query.Has("georel") && !r.query.Has("geoproperty") {
		return nil, nil
	}
	property := model.Location
	if r.query.Has("geoproperty") {
		name := r.query.Get("geoproperty")
		if !model.IsName(name) {
			return nil, problem.BadData("geoproperty %q is not a valid attribute name", name)
		}
		property = r.context.Expand(name)
	}
	return query.ParseGeo(r.query.Get("georel"), r.query.Get("geometry"), r.query.Get("coordinates"), property)
}

// sources is what a registration must have to take part (5.12).
func (s *selection) sources() *sourceQuery {
	look := &sourceQuery{infos: s.infos, attrs: s.attrs, csf: s.csf, geo: s.geo, scope: s.scope, interval: s.interval, past: s.past}
	if s.split {
		look.attrs = nil // a source may have another part of what is looked for
	}
	return look
}

// selects says whether the selection is narrow enough for a query: a query needs a
// type, attributes, q, a geo-query or local (5.7.2.4). Ids are narrow as well; the
// clause's list leaves them out, but they bound the answer most of all.
func (s *selection) selects() bool {
	return s.local || s.geo != nil || slices.ContainsFunc(s.attrs, isNoSystemAttribute) ||
		slices.ContainsFunc(s.q.Attributes(), isNoSystemAttribute) || len(s.infos) > 0
}

// isNoSystemAttribute says whether an attribute is one that users give (4.8).
func isNoSystemAttribute(name string) bool {
	return !slices.Contains([]string{model.CreatedAt, model.ModifiedAt, model.DeletedAt, model.ExpiresAt}, name)
}

// narrow adds the attributes that are asked for, and refuses a query that is too wide, or
// has conditions on linked entities further than those that are retrieved (5.7.2.4).
func (s *selection) narrow(o presentation) error {
	s.attrs = o.projection.selecting()
	if !s.selects() {
		return problem.BadData("the query is too wide: it needs a type, an id, attributes, q, a geo-query or local=true (5.7.2)")
	}
	level := 0
	if o.join != "" {
		level = o.level
	}
	if s.q.Depth() > level {
		return problem.BadData("q is too deep: it follows %d Relationships, and join and joinLevel retrieve %d (5.7.2.4)", s.q.Depth(), level)
	}
	return nil
}
