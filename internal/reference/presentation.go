package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

var zeroTime time.Time

const (
	maxJoinLevel = 10
	maxLinked    = 10000 // linked entities in one answer
)

// presentation says how an answer shows entities (6.3.7, 6.3.11, 6.3.15).
type presentation struct {
	view       model.View
	projection projection
	geometry   string // expanded name of the GeoProperty for GeoJSON
	dataset    string // of the geometry
	join       string // "", "inline" or "flat"
	level      int
}

var presentationParameters = []string{
	"attrs", "pick", "omit", "datasetId", "lang", "options", "format", "geometryProperty",
	"join", "joinLevel", "containedBy",
}

// formatOf reads options and format; format wins (6.3.7).
func (r *request) formatOf() (model.Format, bool, error) {
	options, err := r.options("normalized", "concise", "keyValues", "simplified", "sysAttrs")
	if err != nil {
		return 0, false, err
	}
	format, sysAttrs := model.Normalized, false
	for _, option := range options {
		switch option {
		case "sysAttrs":
			sysAttrs = true
		case "concise":
			format = model.Concise
		case "keyValues", "simplified":
			format = model.Simplified
		}
	}
	if r.query.Has("format") {
		switch text := r.query.Get("format"); text {
		case "normalized":
			format = model.Normalized
		case "concise":
			format = model.Concise
		case "keyValues", "simplified":
			format = model.Simplified
		default:
			return 0, false, problem.Invalid("the format %q is none of normalized, concise, simplified, keyValues (6.3.7)", text)
		}
	}
	return format, sysAttrs, nil
}

// presentation reads the parameters that say how entities are shown.
func (r *request) presentation() (presentation, error) {
	o := presentation{view: model.View{Context: r.context, Conform: r.conformance()}, geometry: model.Location, level: 1}
	var err error
	if o.view.Format, o.view.SysAttrs, err = r.formatOf(); err != nil {
		return o, err
	}
	if r.query.Has("lang") {
		o.view.Lang = model.LanguageRanges(r.query.Get("lang"))
	}
	if o.projection, err = r.projection(); err != nil {
		return o, err
	}
	if r.query.Has("geometryProperty") {
		name := r.query.Get("geometryProperty")
		if r.media != ngsild.MediaGeoJSON {
			return o, problem.BadData("geometryProperty goes with %s answers only (6.3.15)", ngsild.MediaGeoJSON)
		}
		if !model.IsName(name) {
			return o, problem.BadData("geometryProperty %q is not a valid attribute name", name)
		}
		o.geometry = r.context.Expand(name)
	}
	if len(o.projection.datasets) == 1 {
		o.dataset = o.projection.datasets[0]
	}
	return o, r.joinOptions(&o)
}

func (r *request) joinOptions(o *presentation) error {
	switch join := r.query.Get("join"); join {
	case "", "@none":
	case "inline", "flat":
		o.join = join
	default:
		return problem.BadData("join must be inline, flat or @none (4.5.23), got %q", join)
	}
	if r.query.Has("joinLevel") {
		level, err := r.number("joinLevel", 1)
		if err != nil || level < 1 || level > maxJoinLevel {
			return problem.BadData("joinLevel must be a whole number from 1 to %d, got %q", maxJoinLevel, r.query.Get("joinLevel"))
		}
		o.level = level
	}
	deepest := 0
	if o.join != "" {
		deepest = o.level
	}
	for _, list := range [][]member{o.projection.pick, o.projection.omit} {
		for _, m := range list {
			if m.depth() > deepest {
				return problem.BadData("pick or omit go %d levels into linked entities, the answer %d (4.21)", m.depth(), deepest)
			}
		}
	}
	return nil
}

func (r *request) projection() (projection, error) {
	var p projection
	attrs, err := r.list("attrs")
	if err != nil {
		return p, err
	}
	for _, name := range attrs {
		if !model.IsName(name) {
			return p, problem.BadData("attrs has %q, which is not a valid attribute name (4.6.2)", name)
		}
		p.attrs = append(p.attrs, r.context.Expand(name))
	}
	if r.query.Has("pick") {
		if p.pick, err = parseMembers("pick", r.query.Get("pick"), r.context); err != nil {
			return p, err
		}
	}
	if r.query.Has("omit") {
		if p.omit, err = parseMembers("omit", r.query.Get("omit"), r.context); err != nil {
			return p, err
		}
	}
	datasets, err := r.list("datasetId")
	if err != nil {
		return p, err
	}
	for _, id := range datasets {
		switch {
		case id == "@none":
			p.datasets = append(p.datasets, "")
		case model.IsURI(id):
			p.datasets = append(p.datasets, id)
		default:
			return p, problem.BadData("datasetId must be a URI or @none, got %q", id)
		}
	}
	return p, p.check()
}

// show gives entities as JSON objects, with linked ones inside or behind (4.5.23).
// The caller holds the tenant's lock.
func (o presentation) show(r *request, found []*model.Entity) []map[string]any {
	view := o.view
	if o.join == "inline" {
		view.Level = o.level
		budget := maxLinked
		view.Budget = &budget
		view.Linked = func(uri string) *model.Entity { return r.tenant.current(uri, r) }
		view.Within = r.containedBy()
		view.Sub = subView(o.projection)
	}
	out := make([]map[string]any, 0, len(found))
	add := func(e *model.Entity, view model.View, p projection) {
		whole := e
		e = p.apply(e)
		if r.media == ngsild.MediaGeoJSON {
			feature := view.Feature(e, o.geometry, o.dataset)
			// The geometry is shown even where the attribute isn't.
			feature["geometry"] = view.Feature(whole, o.geometry, o.dataset)["geometry"]
			if full := r.tenant.current(whole.ID, r); full != nil && feature["geometry"] == nil {
				feature["geometry"] = view.Feature(full, o.geometry, o.dataset)["geometry"]
			}
			out = append(out, feature)
			return
		}
		out = append(out, view.Entity(e))
	}
	for _, e := range found {
		add(e, view, o.projection)
	}
	if o.join == "flat" {
		o.eachLinked(r, found, func(e *model.Entity, p projection) { add(e, o.view, p) })
	}
	return out
}

// subView carries pick and omit into linked entities.
func subView(p projection) func(model.View, string) (model.View, func(*model.Entity) *model.Entity) {
	return func(view model.View, name string) (model.View, func(*model.Entity) *model.Entity) {
		linked := p.linked(name)
		view.Sub = subView(linked)
		return view, linked.apply
	}
}

// containedBy lists the entities that the asker has already (4.5.23).
func (r *request) containedBy() []string {
	return strings.FieldsFunc(r.query.Get("containedBy"), func(c rune) bool { return c == ',' })
}

// eachLinked yields the entities that others link to, each once, level by level.
func (o presentation) eachLinked(r *request, from []*model.Entity, yield func(*model.Entity, projection)) {
	type step struct {
		entity     *model.Entity
		projection projection
	}
	seen := map[string]bool{}
	for _, id := range r.containedBy() {
		seen[id] = true
	}
	var level []step
	for _, e := range from {
		seen[e.ID] = true
		level = append(level, step{e, o.projection})
	}
	for range o.level {
		var next []step
		for _, s := range level {
			for _, name := range s.entity.Names() {
				if !s.projection.shows(name) {
					continue
				}
				for _, a := range s.entity.Attributes[name] {
					for _, uri := range model.Objects(a) {
						linked := r.tenant.current(uri, r)
						if linked == nil || seen[uri] || len(next) >= maxLinked {
							continue
						}
						seen[uri] = true
						p := s.projection.linked(name)
						next = append(next, step{linked, p})
						yield(linked, p)
					}
				}
			}
		}
		level = next
	}
}

func contains(list []string, item string) bool { return slices.Contains(list, item) }
