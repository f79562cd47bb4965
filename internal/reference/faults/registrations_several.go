package faults

import (
	"net/http"
	"net/url"
	"slices"
)

// beside is a Request-like change of a registration that comes to others of the same type
// of entity: edit is given it and the modes of the others.
func beside(edit func(g object, others []string)) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		g, _ := decode(ReadBody(r)).(object)
		for _, information := range objects(g["information"]) {
			for _, about := range objects(information["entities"]) {
				kind, _ := about["type"].(string)
				found, _ := ask(next, r, http.MethodGet, "/csourceRegistrations?type="+url.QueryEscape(kind), nil).list()
				var modes []string
				for _, other := range objects(found) {
					mode, _ := other["mode"].(string)
					modes = append(modes, mode)
				}
				if len(modes) > 0 {
					edit(g, modes)
					SetBody(r, encode(g))
				}
			}
		}
		next.ServeHTTP(w, r)
	}
}

// offersNot takes an operation from those that a registration offers.
func offersNot(g object, operation string) {
	offered, _ := g["operations"].([]any)
	if slices.Contains(offered, any("retrieveOps")) { // 4.20
		offered = append(slices.Clone(offered), "retrieveEntity", "queryEntity")
	}
	g["operations"] = slices.DeleteFunc(slices.Clone(offered), func(o any) bool { return o == operation || o == "retrieveOps" })
}

// severalSources is the faults of entities of which several sources have parts.
func severalSources() []Fault {
	var all []Fault
	fault := func(name, summary string, edit func(g object, others []string)) {
		all = append(all, Fault{Name: "distributed.several." + name, Summary: summary, On: Op(http.MethodPost, registered), Instead: beside(edit)})
	}
	for _, o := range []struct{ name, operation, does string }{
		{"retrieve", "retrieveEntity", "asked when an entity is retrieved"},
		{"query", "queryEntity", "asked when entities are queried"},
		{"create", "createEntity", "told when an entity is created"},
	} {
		unasked := func(mode string) func(g object, others []string) {
			return func(g object, others []string) {
				if g["mode"] == mode && slices.Contains(others, "inclusive") {
					offersNot(g, o.operation)
				}
			}
		}
		fault(o.name+".inclusiveExclusive", "A source that has something exclusively, where an inclusive one is registered, is not "+o.does+".", unasked("exclusive"))
		fault(o.name+".inclusiveRedirect", "A source that is redirected to, where an inclusive one is registered, is not "+o.does+".", unasked("redirect"))
		if o.name != "create" {
			fault(o.name+".inclusiveAuxiliary", "An auxiliary source, where an inclusive one is registered, is not "+o.does+".", unasked("auxiliary"))
		}
		fault(o.name+".allModes", "Where two sources are registered, a third one is not "+o.does+".", func(g object, others []string) {
			if len(others) > 1 {
				offersNot(g, o.operation)
			}
		})
	}
	fault("create.inclusiveAuxiliary", "An auxiliary source, where an inclusive one is registered, is told of creations as well.", func(g object, others []string) {
		if g["mode"] == "auxiliary" && slices.Contains(others, "inclusive") {
			offered, _ := g["operations"].([]any)
			g["mode"], g["operations"] = "inclusive", append(slices.Clone(offered), "createEntity")
		}
	})
	return all
}
