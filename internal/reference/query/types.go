package query

import (
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/jsonld"
	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
)

// Types is an entity type selection (4.17).
type Types struct {
	any  bool // "*"
	root node[string]
}

// ParseTypes reads a type selection: names with "," or "|" for any, ";" for all, and
// parentheses; "*" alone is every type.
func ParseTypes(text string, c *jsonld.Context) (*Types, error) {
	if text == "*" {
		return &Types{any: true}, nil
	}
	s, err := newScanner("type", text)
	if err != nil {
		return nil, err
	}
	root, err := parse(s, ",|", func(s *scanner) (string, error) {
		end := strings.IndexAny(s.rest(), ",|;()")
		if end < 0 {
			end = len(s.rest())
		}
		name := s.rest()[:end]
		if !model.IsName(name) {
			return "", s.fail("the name of an entity type")
		}
		s.at += end
		iri := c.Expand(name)
		if iri == "" || strings.HasPrefix(iri, "@") {
			return "", problem.BadData("%q cannot name an entity type", name)
		}
		return iri, nil
	})
	if err != nil {
		return nil, err
	}
	return &Types{root: root}, nil
}

// TypesOf selects entities that have one of the types, given as IRIs.
func TypesOf(iris ...string) *Types {
	t := &Types{}
	for _, iri := range iris {
		t.root.parts = append(t.root.parts, node[string]{atom: &iri})
	}
	return t
}

// Match says whether the entity's types are selected.
func (t *Types) Match(e *model.Entity) bool { return t == nil || t.any || t.root.match(e.HasType) }

// Any says that every type is selected.
func (t *Types) Any() bool { return t == nil || t.any }

// Mentions says whether the selection names one of the types: none of another type can be
// meant by it, since a selection can't say "not".
func (t *Types) Mentions(types []string) bool {
	return t != nil && t.root.has(func(name string) bool { return slices.Contains(types, name) })
}
