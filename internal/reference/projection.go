package reference

import (
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// projection selects the members of entities that are shown: attrs, pick and omit
// (4.21), and the instances by datasetId (4.5.5).
type projection struct {
	attrs    []string // expanded; nil shows all
	pick     []member
	omit     []member
	datasets []string // with "" for the default instance; nil shows all
}

// member is an item of pick or omit. The names of id, type, scope and the system
// attributes are expanded like those of attributes.
type member struct {
	name   string   // expanded
	linked []member // what is picked of the entities that it links to
}

func (m member) depth() int {
	deepest := 0
	for _, l := range m.linked {
		deepest = max(deepest, 1+l.depth())
	}
	return deepest
}

const maxProjection = 1024 // members of one pick or omit

// parseMembers reads pick or omit: names with "," or "|" between, each with the
// members of the linked entities in braces if wanted.
func parseMembers(what, text string, c *jsonld.Context) ([]member, error) {
	p := memberParser{what: what, text: text, context: c}
	list, err := p.list(0)
	if err == nil && p.text != "" {
		err = p.fail()
	}
	return list, err
}

type memberParser struct {
	what, text string
	context    *jsonld.Context
	count      int
}

func (p *memberParser) fail() error {
	rest := p.text
	if len(rest) > 20 {
		rest = rest[:20]
	}
	return problem.BadData("the parameter %s is not valid: expected names of members with commas between (4.21), got %q", p.what, rest)
}

func (p *memberParser) list(depth int) ([]member, error) {
	var list []member
	for {
		end := strings.IndexAny(p.text, ",|{}")
		if end < 0 {
			end = len(p.text)
		}
		name := strings.TrimSpace(p.text[:end])
		if p.count++; p.count > maxProjection || depth > maxJoinLevel || !model.IsName(name) {
			return nil, p.fail()
		}
		m := member{name: p.context.Expand(name)}
		if m.name == "" {
			return nil, p.fail()
		}
		p.text = p.text[end:]
		if rest, ok := strings.CutPrefix(p.text, "{"); ok {
			p.text = rest
			var err error
			if m.linked, err = p.list(depth + 1); err != nil {
				return nil, err
			}
			if rest, ok = strings.CutPrefix(p.text, "}"); !ok {
				return nil, p.fail()
			}
			p.text = rest
		}
		list = append(list, m)
		if p.text == "" || p.text[0] != ',' && p.text[0] != '|' {
			return list, nil
		}
		p.text = p.text[1:]
	}
}

// check refuses a member that is both picked and omitted.
func (p projection) check() error {
	if p.attrs != nil && (p.pick != nil || p.omit != nil) {
		return problem.BadData("attrs and pick or omit exclude each other (4.21)")
	}
	for _, picked := range p.pick {
		for _, omitted := range p.omit {
			if picked.name == omitted.name && picked.linked == nil && omitted.linked == nil {
				return problem.BadData("%s is both in pick and in omit (4.21)", picked.name)
			}
		}
	}
	return nil
}

// local refuses pick and omit that reach into linked entities, where there are none.
func (p projection) local() error {
	for _, m := range slices.Concat(p.pick, p.omit) {
		if m.depth() > 0 {
			return problem.BadData("pick or omit reach into linked entities, which a temporal query does not retrieve (5.7.3, 5.7.4)")
		}
	}
	return nil
}

// picked lists the attributes that pick names.
func (p projection) picked() []string {
	var names []string
	for _, m := range p.pick {
		if !isEntityMember(m.name) {
			names = append(names, m.name)
		}
	}
	return names
}

// attributes lists the attributes that are asked for by attrs or, without it, by pick;
// nil when none are.
func (p projection) attributes() []string {
	if p.attrs == nil && p.pick != nil {
		return p.picked()
	}
	return p.attrs
}

// selecting lists the attributes of which an entity must have one to be in a query's
// answer; nil if it need not.
func (p projection) selecting() []string {
	if p.attrs == nil && p.pick != nil && find(p.pick, "@id") == nil && find(p.pick, "@type") == nil {
		return p.picked()
	}
	return p.attrs
}

func isEntityMember(name string) bool {
	return slices.Contains([]string{"@id", "@type", model.Scope, model.CreatedAt, model.ModifiedAt, model.ExpiresAt, model.DeletedAt}, name)
}

func find(list []member, name string) *member {
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

// shows says whether a member of an entity is shown.
func (p projection) shows(name string) bool {
	if p.attrs != nil && !isEntityMember(name) && !slices.Contains(p.attrs, name) {
		return false
	}
	if p.pick != nil && find(p.pick, name) == nil {
		return false
	}
	omitted := find(p.omit, name)
	return omitted == nil || omitted.linked != nil
}

// apply gives the entity with what is shown, or nil when nothing of it is.
func (p projection) apply(e *model.Entity) *model.Entity {
	if p.attrs == nil && p.pick == nil && p.omit == nil && p.datasets == nil {
		return e
	}
	out := *e
	out.Attributes = make(map[string][]*model.Attribute, len(e.Attributes))
	for name, instances := range e.Attributes {
		if !p.shows(name) {
			continue
		}
		if p.datasets != nil {
			instances = slices.DeleteFunc(slices.Clone(instances), func(a *model.Attribute) bool {
				return !slices.Contains(p.datasets, a.DatasetID)
			})
		}
		if len(instances) > 0 {
			out.Attributes[name] = instances
		}
	}
	if !p.shows("@id") {
		out.ID = ""
	}
	if !p.shows("@type") {
		out.Types = nil
	}
	if !p.shows(model.Scope) {
		out.Scope = nil
	}
	if !p.shows(model.CreatedAt) {
		out.CreatedAt = zeroTime
	}
	if !p.shows(model.ModifiedAt) {
		out.ModifiedAt = zeroTime
	}
	if !p.shows(model.ExpiresAt) {
		out.ExpiresAt = zeroTime
	}
	return &out
}

// empty says that nothing that was asked for is in the entity: by attrs, no such
// attribute; by pick, no such member.
func (p projection) empty(e *model.Entity) bool {
	if p.attrs != nil && len(e.Attributes) == 0 {
		return true
	}
	return p.pick != nil && len(e.Attributes) == 0 && e.ID == "" && len(e.Types) == 0 && len(e.Scope) == 0 &&
		find(p.pick, model.CreatedAt) == nil && find(p.pick, model.ModifiedAt) == nil
}

// linked is the projection of the entities that a relationship links to.
func (p projection) linked(name string) projection {
	var out projection
	if m := find(p.pick, name); m != nil {
		out.pick = m.linked
	}
	if m := find(p.omit, name); m != nil {
		out.omit = m.linked
	}
	return out
}
