package reference

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// temporalPage is how many instances of an attribute an answer holds; what is longer
// is answered in part, with 206 (6.3.10).
const temporalPage = 15

var temporalPresentation = []string{"attrs", "pick", "omit", "datasetId", "lang", "options", "format"}

var temporalParameters = []string{
	"timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration",
}

// temporalView is how an evolution is shown.
type temporalView struct {
	interval    model.Interval
	view        model.View
	projection  projection
	show        func(*model.Entity) (map[string]any, error)
	aggregation model.Aggregation
}

// interval reads the temporal query (4.11); mandatory refuses to do without.
func (r *request) interval(mandatory bool) (model.Interval, error) {
	i := model.Interval{Relation: r.query.Get("timerel")}
	if r.query.Has("timerel") || r.query.Has("timeproperty") {
		i.Property = "observedAt"
	}
	if r.query.Has("timeproperty") {
		i.Property = r.query.Get("timeproperty")
		if !slices.Contains([]string{"observedAt", "createdAt", "modifiedAt", "deletedAt"}, i.Property) {
			return i, problem.BadData("timeproperty must be observedAt, createdAt, modifiedAt or deletedAt (4.11), got %q", i.Property)
		}
	}
	if r.query.Has("lastN") {
		last, err := r.number("lastN", 0)
		if err != nil || last < 1 {
			return i, problem.BadData("lastN must be a whole number above zero, got %q", r.query.Get("lastN"))
		}
		i.Last = last
	}
	if !mandatory && !r.query.Has("timerel") && !r.query.Has("timeAt") && !r.query.Has("endTimeAt") {
		return i, nil
	}
	return i, r.bounds(&i)
}

// bounds reads timerel and the times that it needs.
func (r *request) bounds(i *model.Interval) error {
	if !slices.Contains([]string{"before", "after", "between"}, i.Relation) {
		return problem.BadData("timerel must be before, after or between (4.11), got %q", i.Relation)
	}
	var ok bool
	if i.At, ok = model.ParseTime(r.query.Get("timeAt")); !ok {
		return problem.BadData("timerel=%s needs timeAt, a DateTime (4.6.3), got %q", i.Relation, r.query.Get("timeAt"))
	}
	if i.Relation != "between" {
		return nil
	}
	if i.End, ok = model.ParseTime(r.query.Get("endTimeAt")); !ok {
		return problem.BadData("timerel=between needs endTimeAt, a DateTime (4.6.3), got %q", r.query.Get("endTimeAt"))
	}
	if !i.End.After(i.At) {
		return problem.BadData("endTimeAt %s is not after timeAt %s", r.query.Get("endTimeAt"), r.query.Get("timeAt"))
	}
	return nil
}

// temporalView reads the parameters that say how evolutions are shown.
func (r *request) temporalView(mandatory bool) (*temporalView, error) {
	o := &temporalView{view: model.View{Context: r.context, Deletions: true, Conform: r.conformance()}}
	var err error
	if o.interval, err = r.interval(mandatory); err != nil {
		return nil, err
	}
	if o.projection, err = r.projection(); err != nil {
		return nil, err
	}
	if err = o.projection.local(); err != nil {
		return nil, err
	}
	if r.query.Has("lang") {
		o.view.Lang = model.LanguageRanges(r.query.Get("lang"))
	}
	options, err := r.options("normalized", "concise", "keyValues", "simplified", "temporalValues", "aggregatedValues", "sysAttrs")
	if err != nil {
		return nil, err
	}
	format := "normalized"
	for _, option := range options {
		if option == "sysAttrs" {
			o.view.SysAttrs = true
		} else {
			format = option
		}
	}
	if r.query.Has("format") {
		format = r.query.Get("format")
	}
	whole := func(e *model.Entity) (map[string]any, error) { return o.view.Temporal(e), nil }
	switch format {
	case "normalized":
		o.show = whole
	case "concise":
		o.view.Format = model.Concise
		o.show = whole
	case "temporalValues", "simplified", "keyValues":
		o.show = func(e *model.Entity) (map[string]any, error) { return o.view.TemporalValues(e, o.interval), nil }
	case "aggregatedValues":
		if err := r.aggregation(o); err != nil {
			return nil, err
		}
		o.show = func(e *model.Entity) (map[string]any, error) {
			return o.view.Aggregated(e, o.interval, o.aggregation, r.now)
		}
	default:
		return nil, problem.Invalid("the format %q is none of normalized, concise, temporalValues, aggregatedValues (6.3.12)", format)
	}
	return o, nil
}

func (r *request) aggregation(o *temporalView) error {
	methods, err := r.list("aggrMethods")
	if err != nil {
		return err
	}
	if len(methods) == 0 {
		return problem.BadData("aggregatedValues needs aggrMethods (4.5.19)")
	}
	for _, method := range methods {
		if !slices.Contains(model.AggregationMethods, method) {
			return problem.BadData("aggrMethods has %q, which is none of %s", method, strings.Join(model.AggregationMethods, ", "))
		}
	}
	o.aggregation.Methods = methods
	if r.query.Has("aggrPeriodDuration") {
		period, ok := model.ParseDuration(r.query.Get("aggrPeriodDuration"))
		if !ok {
			return problem.BadData("aggrPeriodDuration must be an ISO 8601 duration such as PT1H, got %q", r.query.Get("aggrPeriodDuration"))
		}
		o.aggregation.Period = period
	}
	return nil
}

// retrieveTemporal is 5.7.3.
func (r *request) retrieveTemporal() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	o, err := r.temporalView(false)
	if err != nil {
		return err
	}
	types, err := r.typeSelection()
	if err != nil {
		return err
	}
	look := r.aboutPast(id, nil, o.projection.attributes())
	if types != nil {
		look.infos[0].types = types
	}
	look.interval = o.interval.Query()
	shares, err := r.shares("retrieveTemporal", look)
	if err != nil {
		return err
	}
	shares = r.sourcesByMap(shares, id)
	e := r.past(id)
	if len(shares) > 0 {
		e = r.gatherPast(id, e, shares)
	}
	if e == nil || !types.Match(e) {
		return problem.NotFound("there is no temporal evolution of an entity %s%s", id, ofType(r))
	}
	if o.projection.empty(o.projection.apply(e)) {
		return problem.NotFound("the temporal evolution of %s has none of the members that were asked for", id)
	}
	e = o.projection.apply(o.interval.Select(e))
	if o.interval.Property != "" && len(e.Attributes) == 0 {
		return problem.NotFound("the temporal evolution of %s has no instances in the interval (5.7.3)", id)
	}
	found, status := r.limited(o, []*model.Entity{e})
	shown, err := o.show(found[0])
	if err != nil {
		return err
	}
	return r.answer(status, shown)
}

// limited cuts the instances to what one answer holds (6.3.10).
func (r *request) limited(o *temporalView, found []*model.Entity) ([]*model.Entity, int) {
	if o.aggregation.Methods != nil {
		return found, http.StatusOK
	}
	for i, e := range found {
		found[i] = o.interval.Newest(e)
	}
	cut, span := o.interval.Limit(found, temporalPage)
	if span == nil {
		return cut, http.StatusOK
	}
	size := "*"
	if o.interval.Last > 0 {
		size = strconv.Itoa(o.interval.Last)
	}
	r.w.Header().Set("Content-Range", "date-time "+model.FormatTime(span.From)+"-"+model.FormatTime(span.To)+"/"+size)
	return cut, http.StatusPartialContent
}

// queryTemporal is 5.7.4.
func (r *request) queryTemporal() error {
	s, err := r.selection()
	if err != nil {
		return err
	}
	return r.answerTemporal(s)
}

func (r *request) answerTemporal(s *selection) error {
	o, err := r.temporalView(true)
	if err != nil {
		return err
	}
	p, err := r.page()
	if err != nil {
		return err
	}
	order, err := r.temporalOrder(s)
	if err != nil {
		return err
	}
	found, shares, err := r.evolutions(s, o)
	if err != nil {
		return err
	}
	byMap, err := r.usesEntityMap()
	if err != nil {
		return err
	}
	if byMap {
		if found, err = r.mapped(found, shares, r.hasPast); err != nil {
			return err
		}
	}
	order(found)
	total := len(found)
	found = cut(found, p)
	for i, e := range found {
		found[i] = o.projection.apply(e)
	}
	p.headers(r, total > p.offset+p.limit, total)
	found, status := r.limited(o, found)
	out := []map[string]any{}
	for _, e := range found {
		shown, err := o.show(e)
		if err != nil {
			return err
		}
		out = append(out, shown)
	}
	if status == http.StatusOK {
		status = r.found()
	}
	return r.answer(status, out)
}

// evolutions gives the evolutions that are selected, with the instances of the interval,
// here and at the sources (5.7.4.4).
func (r *request) evolutions(s *selection, o *temporalView) ([]*model.Entity, []share, error) {
	if err := o.narrow(s); err != nil {
		return nil, nil, err
	}
	shares, err := r.shares("queryTemporal", s.sources())
	if err != nil {
		return nil, nil, err
	}
	shares = r.sourcesByMap(shares)
	local := r.pastCandidates(s, o)
	if len(shares) > 0 {
		local = r.queriedPast(s, o, shares, local)
	}
	return slices.DeleteFunc(local, func(e *model.Entity) bool { return !o.concerns(e) || !s.match(e) }), shares, nil
}

// narrow makes a selection one of evolutions; it must not be too wide.
func (o *temporalView) narrow(s *selection) error {
	s.attrs = o.projection.attributes()
	if !s.selects() {
		return problem.BadData("the query is too wide: it needs a type, an id, attributes, q, a geo-query or local=true (5.7.4)")
	}
	if s.q.Depth() > 0 {
		return problem.BadData("q of a temporal query has conditions on linked entities (5.7.4)")
	}
	s.past, s.interval = true, o.interval.Query()
	return nil
}

// pastCandidates are the evolutions here that are selected by what they are, with the
// instances of the interval.
func (r *request) pastCandidates(s *selection, o *temporalView) []*model.Entity {
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	var local []*model.Entity
	for e := range r.tenant.history.each {
		if s.isCandidate(e) {
			local = append(local, o.interval.Select(e))
		}
	}
	return local
}

// past gives an evolution as it is now, or nil.
func (r *request) past(id string) *model.Entity {
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	e := r.tenant.history.get(id)
	if e == nil {
		return nil
	}
	return e.Clone()
}

// hasPast says whether there is an evolution here. The caller holds the tenant's lock.
func (r *request) hasPast(id string) bool { return r.tenant.history.get(id) != nil }

// concerns says whether an attribute that is to be shown has an instance in the
// interval (5.7.4.4); the scope is none.
func (o *temporalView) concerns(e *model.Entity) bool {
	for name := range e.Attributes {
		if name != model.Scope && o.projection.shows(name) {
			return true
		}
	}
	return len(o.projection.pick) > 0 && len(o.projection.picked()) == 0 && len(e.Attributes) > 0
}

// temporalOrder reads orderBy, which takes the id alone, and a local query only, and
// collation (5.7.4.4).
func (r *request) temporalOrder(s *selection) (func([]*model.Entity), error) {
	by := r.query.Get("orderBy")
	order, err := query.ParseOrder(cmp.Or(by, "id"), r.query.Get("collation"), "Point", "", r.context)
	if err != nil {
		return nil, err
	}
	if by == "" {
		return func([]*model.Entity) {}, nil
	}
	if by != "id" && by != "id;asc" && by != "id;desc" {
		return nil, problem.BadData("orderBy of a temporal query can be id, id;asc or id;desc only (5.7.4), got %q", r.query.Get("orderBy"))
	}
	if !s.local {
		return nil, problem.BadData("orderBy needs local=true (5.7.4)")
	}
	return func(found []*model.Entity) { slices.SortStableFunc(found, order.Compare) }, nil
}

// queryTemporalByPost is 5.7.4 by POST (6.24).
func (r *request) queryTemporalByPost() error {
	s, err := r.postedPast()
	if err != nil {
		return err
	}
	return r.answerTemporal(s)
}

// postedPast reads which evolutions a Query in the body selects.
func (r *request) postedPast() (*selection, error) {
	o := r.object()
	r.query = maps.Clone(r.query)
	if v, given := o["temporalQ"]; given {
		t, ok := v.(map[string]any)
		if !ok {
			return nil, problem.BadData("temporalQ must be an object (5.2.21)")
		}
		for _, name := range []string{"timerel", "timeAt", "endTimeAt", "timeproperty"} {
			if text, ok := t[name].(string); ok {
				r.query.Set(name, text)
			} else if t[name] != nil {
				return nil, problem.BadData("the member %s of temporalQ must be a string", name)
			}
		}
		if number, ok := t["lastN"].(json.Number); ok {
			r.query.Set("lastN", number.String())
		} else if t["lastN"] != nil {
			return nil, problem.BadData("the member lastN of temporalQ must be a number")
		}
		if err := r.aggregationParameters("temporalQ", t); err != nil {
			return nil, err
		}
	}
	if v, given := o["aggrParams"]; given {
		a, ok := v.(map[string]any)
		if !ok || a["aggrMethods"] == nil {
			return nil, problem.BadData("aggrParams must be an object with aggrMethods (5.2.44)")
		}
		if err := r.aggregationParameters("aggrParams", a); err != nil {
			return nil, err
		}
	}
	return r.postedSelection()
}

// aggregationParameters turns the members on aggregation into parameters. V1.9.1 has them
// in two places of a Query: in temporalQ (5.2.21) and in aggrParams (5.2.44), which counts
// where both are given.
func (r *request) aggregationParameters(where string, o map[string]any) error {
	if period, ok := o["aggrPeriodDuration"].(string); ok {
		r.query.Set("aggrPeriodDuration", period)
	} else if o["aggrPeriodDuration"] != nil {
		return problem.BadData("the member aggrPeriodDuration of %s must be a string", where)
	}
	if o["aggrMethods"] == nil {
		return nil
	}
	methods, err := joined("aggrMethods", o["aggrMethods"])
	if err != nil {
		return err
	}
	r.query.Set("aggrMethods", methods)
	return nil
}
