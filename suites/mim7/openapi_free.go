package mim7

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/oasc/mimcheck/internal/openapi"
	. "github.com/oasc/mimcheck/suites"
)

// freeForm ends the check when the description lets the operation take any query parameter:
// one whose names are those of the members of an object (OGC 17-069r4, at query-param-unknown).
func freeForm(t *T, path string) {
	from, page := landingPage(t)
	l, there := readable(related(page, "service-desc"))
	if !there {
		return // nothing that could allow it
	}
	document, err := loaded(t, describedAt(t, from, l.href))
	if err != nil || document.Paths == nil {
		return // for another check to say
	}
	item := pathItem(document, path)
	if item == nil {
		return
	}
	for _, p := range slices.Concat(item.Get.Parameters, item.Parameters) {
		switch {
		case p.Value == nil:
		case openapi.IsElsewhere(p.Value):
			t.CantTell("the description of GET %s has a parameter at %s, which is not fetched and may allow any parameter", path, p.Value.Name)
		case takesAny(p.Value):
			t.Inapplicable("the description of GET %s allows any query parameter (%s)", path, p.Value.Name)
		}
	}
}

func takesAny(p *openapi3.Parameter) bool {
	if p.In != "query" || p.Schema == nil || p.Schema.Value == nil || p.Style != "" && p.Style != "form" || p.Explode != nil && !*p.Explode {
		return false
	}
	s := p.Schema.Value
	return s.Type.Is("object") && (s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has)
}
