package reference

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

const temporalPath = "/temporal/entities"

// temporalPage is how many instances of an attribute an answer holds; what is longer
// is answered in part, with 206 (6.3.10).
const temporalPage = 30

func (r *request) temporalParser() *model.Parser {
	parser := r.parser()
	parser.Temporal = true
	return parser
}

// createTemporal is 5.6.11. It writes the evolution only, not the current state.
func (r *request) createTemporal() error {
	e, err := r.temporalParser().Entity(r.object())
	if err != nil {
		return err
	}
	t := r.makeTenant()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.history.add(e, r.now) {
		return r.created(temporalPath, e.ID)
	}
	return r.noContent()
}

// deleteTemporal is 5.6.16.
func (r *request) deleteTemporal() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	t := r.tenant
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.history.get(id) == nil {
		return problem.NotFound("there is no temporal evolution of an entity %s", id)
	}
	t.history.remove(id)
	return r.noContent()
}

// addTemporal is 5.6.12.
func (r *request) addTemporal() error {
	id, err := r.uriParam("entityId")
	if err != nil {
		return err
	}
	fragment, err := r.temporalParser().FragmentOf(r.object())
	if err != nil {
		return err
	}
	if err := sameID(id, fragment); err != nil {
		return err
	}
	t := r.tenant
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.history.get(id) == nil {
		return problem.NotFound("there is no temporal evolution of an entity %s", id)
	}
	fragment.ID = id
	t.history.add(fragment, r.now)
	return r.noContent()
}

// deleteTemporalAttribute is 5.6.13.
func (r *request) deleteTemporalAttribute() error {
	id, name, err := r.attributeTarget()
	if err != nil {
		return err
	}
	all, err := r.flag("deleteAll")
	if err != nil {
		return err
	}
	dataset, err := r.datasetParam()
	if err != nil {
		return err
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	err = r.tenant.history.change(id, name, r.now, func(instances []*model.Attribute) ([]*model.Attribute, error) {
		if all {
			return nil, nil
		}
		left := slices.DeleteFunc(slices.Clone(instances), func(a *model.Attribute) bool { return a.DatasetID == dataset })
		if len(left) == len(instances) {
			return nil, problem.NotFound("the temporal evolution of %s has no such instance of attribute %s", id, r.PathValue("attrId"))
		}
		return left, nil
	})
	if err != nil {
		return err
	}
	return r.noContent()
}

// datasetParam is the datasetId of the instance that is meant; empty is the default.
func (r *request) datasetParam() (string, error) {
	dataset := r.query.Get("datasetId")
	if dataset == "" || dataset == "@none" {
		return "", nil
	}
	if !model.IsURI(dataset) {
		return "", problem.BadData("the parameter datasetId must be a URI, got %q", dataset)
	}
	return dataset, nil
}

// updateInstance is 5.6.14.
func (r *request) updateInstance() error {
	return r.instance(func(parser *model.Parser, name string) (func(*model.Attribute) (*model.Attribute, error), error) {
		body := withoutContext(r.object())
		for key, v := range body { // the fragment may be wrapped in the attribute's name
			if r.context.Expand(key) == name && len(body) == 1 {
				if list, ok := v.([]any); ok && len(list) == 1 {
					v = list[0]
				}
				if o, ok := v.(map[string]any); ok {
					body = o
				}
			}
		}
		fragment, err := parser.Attribute(r.PathValue("attrId"), name, body)
		if err != nil {
			return nil, err
		}
		return func(a *model.Attribute) (*model.Attribute, error) {
			return a.Apply(fragment, r.PathValue("attrId"), r.now)
		}, nil
	})
}

// deleteInstance is 5.6.15.
func (r *request) deleteInstance() error {
	return r.instance(func(*model.Parser, string) (func(*model.Attribute) (*model.Attribute, error), error) {
		return func(*model.Attribute) (*model.Attribute, error) { return nil, nil }, nil
	})
}

func (r *request) instance(make func(*model.Parser, string) (func(*model.Attribute) (*model.Attribute, error), error)) error {
	id, name, err := r.attributeTarget()
	if err != nil {
		return err
	}
	instanceID, err := r.uriParam("instanceId")
	if err != nil {
		return err
	}
	parser := r.parser()
	parser.Nulls, parser.Partial = true, true
	f, err := make(parser, name)
	if err != nil {
		return err
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	err = r.tenant.history.change(id, name, r.now, func(instances []*model.Attribute) ([]*model.Attribute, error) {
		i := slices.IndexFunc(instances, func(a *model.Attribute) bool { return a.InstanceID == instanceID })
		if i < 0 {
			return nil, problem.NotFound("attribute %s of %s has no instance %s", r.PathValue("attrId"), id, instanceID)
		}
		changed, err := f(instances[i])
		if err != nil || changed == nil {
			return slices.Delete(instances, i, i+1), err
		}
		instances[i] = changed
		return instances, nil
	})
	if err != nil {
		return err
	}
	return r.noContent()
}

var temporalPresentation = []string{"attrs", "pick", "omit", "datasetId", "lang", "options", "format"}

var temporalParameters = []string{
	"timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration",
}

// temporalView is how an evolution is shown.
type temporalView struct {
	interval    model.Interval
	view        model.View
	projection  projection
	show        func(*model.Entity) map[string]any
	aggregation model.Aggregation
}

// interval reads the temporal query (4.11); mandatory refuses to do without.
func (r *request) interval(mandatory bool) (model.Interval, error) {
	i := model.Interval{Relation: r.query.Get("timerel"), Property: "observedAt"}
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
	if i.Relation == "" {
		if mandatory || r.query.Has("timeAt") || r.query.Has("endTimeAt") || r.query.Has("timerel") {
			return i, problem.BadData("the temporal query needs timerel (4.11)")
		}
		return i, nil
	}
	if !slices.Contains([]string{"before", "after", "between"}, i.Relation) {
		return i, problem.BadData("timerel must be before, after or between (4.11), got %q", i.Relation)
	}
	var ok bool
	if i.At, ok = model.ParseTime(r.query.Get("timeAt")); !ok {
		return i, problem.BadData("timeAt must be a DateTime (4.6.3), got %q", r.query.Get("timeAt"))
	}
	if i.Relation == "between" {
		if i.End, ok = model.ParseTime(r.query.Get("endTimeAt")); !ok {
			return i, problem.BadData("timerel=between needs endTimeAt, a DateTime (4.6.3), got %q", r.query.Get("endTimeAt"))
		}
		if !i.End.After(i.At) {
			return i, problem.BadData("endTimeAt %s is not after timeAt %s", r.query.Get("endTimeAt"), r.query.Get("timeAt"))
		}
	}
	return i, nil
}

// temporalView reads the parameters that say how evolutions are shown.
func (r *request) temporalView(mandatory bool) (*temporalView, error) {
	o := &temporalView{view: model.View{Context: r.context}}
	var err error
	if o.interval, err = r.interval(mandatory); err != nil {
		return nil, err
	}
	if o.projection, err = r.projection(); err != nil {
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
	o.show = o.view.Temporal
	switch format {
	case "normalized":
	case "concise":
		o.view.Format = model.Concise
		o.show = o.view.Temporal
	case "temporalValues", "simplified", "keyValues":
		o.view.Format = model.Simplified
		o.show = func(e *model.Entity) map[string]any { return o.view.TemporalValues(e, o.interval) }
	case "aggregatedValues":
		if err := r.aggregation(o); err != nil {
			return nil, err
		}
		o.show = func(e *model.Entity) map[string]any {
			return o.view.Aggregated(e, o.interval, o.aggregation, r.now)
		}
	default:
		return nil, problem.Invalid("the format %q is none of normalized, concise, temporalValues, aggregatedValues (6.3.7)", format)
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
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	e := r.tenant.history.get(id)
	if e == nil || !types.Match(e) {
		return problem.NotFound("there is no temporal evolution of an entity %s%s", id, ofType(r))
	}
	if shown := o.projection.apply(e); o.projection.empty(shown) {
		return problem.NotFound("the temporal evolution of %s has none of the members that were asked for", id)
	}
	found, status := r.limited(o, []*model.Entity{o.projection.apply(o.interval.Select(e))})
	return r.answer(status, o.show(found[0]))
}

// limited cuts the instances to what one answer holds (6.3.10).
func (r *request) limited(o *temporalView, found []*model.Entity) ([]*model.Entity, int) {
	if o.aggregation.Methods != nil {
		return found, http.StatusOK
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
	s.attrs = o.projection.attrs
	if s.attrs == nil && o.projection.pick != nil {
		s.attrs = o.projection.picked()
	}
	if !s.selects() {
		return problem.BadData("the query is too wide: it needs a type, an id, attributes, q, a geo-query or local=true (5.7.4)")
	}
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	var found []*model.Entity
	total := 0
	for e := range r.tenant.history.each {
		e = o.interval.Select(e)
		if len(e.Attributes) == 0 || !s.match(e) {
			continue
		}
		if total++; total > p.offset && total <= p.offset+p.limit {
			found = append(found, o.projection.apply(e))
		}
	}
	p.headers(r, total > p.offset+p.limit, total)
	found, status := r.limited(o, found)
	out := []map[string]any{}
	for _, e := range found {
		out = append(out, o.show(e))
	}
	return r.answer(status, out)
}

// queryTemporalByPost is 5.7.4 by POST (6.24).
func (r *request) queryTemporalByPost() error {
	o := r.object()
	if o["type"] != "Query" {
		return problem.BadData("the body's type must be Query (5.2.23), got %v", o["type"])
	}
	if err := r.bodyParameters(o); err != nil {
		return err
	}
	if v, given := o["temporalQ"]; given {
		t, ok := v.(map[string]any)
		if !ok {
			return problem.BadData("temporalQ must be an object (5.2.21)")
		}
		for _, name := range []string{"timerel", "timeAt", "endTimeAt", "timeproperty", "aggrPeriodDuration"} {
			if text, ok := t[name].(string); ok {
				r.query.Set(name, text)
			} else if t[name] != nil {
				return problem.BadData("the member %s of temporalQ must be a string", name)
			}
		}
		if number, ok := t["lastN"].(json.Number); ok {
			r.query.Set("lastN", number.String())
		}
		if methods := t["aggrMethods"]; methods != nil {
			text, err := joined("aggrMethods", methods)
			if err != nil {
				return err
			}
			r.query.Set("aggrMethods", text)
		}
	}
	s, err := r.selection()
	if err != nil {
		return err
	}
	if s.infos, err = r.entityInfos(o["entities"]); err != nil {
		return err
	}
	return r.answerTemporal(s)
}
