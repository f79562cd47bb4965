// Package jsonld gives the NGSI-LD view of JSON-LD: it resolves a request's
// @context, and expands and compacts terms by it (clauses 4.4 and 5.5.7).
//
// Context processing (remote contexts, prefixes, aliases, term definitions) is
// json-gold's. Whole-document expansion is not used: NGSI-LD values must keep their
// arrays as they are, and a name's compaction must not depend on its value.
package jsonld

import (
	"slices"
	"strings"

	"github.com/piprate/json-gold/ld"
)

// Context is a parsed @context with the core @context behind it. It is immutable.
type Context struct {
	// Source is the @context as the user gave it (URL, object or array), nil for
	// the core @context alone.
	Source any
	// HoldsCore says that the user's @context already includes the core one.
	HoldsCore bool
	// URLs are the remote contexts that it was made of.
	URLs []string

	active   *ld.Context
	byIRI    map[string]string
	prefixes []prefix
	vocab    string
}

type prefix struct{ iri, term string }

func newContext(active *ld.Context) *Context {
	c := &Context{active: active, byIRI: map[string]string{}}
	if active.Values.Vocab != nil {
		c.vocab = *active.Values.Vocab
	}
	terms := make([]string, 0, len(active.TermDefinitions))
	for term, definition := range active.TermDefinitions {
		if definition != nil && definition.ID != "" && !definition.Reverse {
			terms = append(terms, term)
		}
	}
	slices.SortFunc(terms, shorterFirst)
	for _, term := range terms {
		definition := active.TermDefinitions[term]
		if _, taken := c.byIRI[definition.ID]; !taken {
			c.byIRI[definition.ID] = term
		}
		if definition.Prefix != nil && *definition.Prefix && !strings.Contains(term, ":") {
			c.prefixes = append(c.prefixes, prefix{definition.ID, term})
		}
	}
	return c
}

func shorterFirst(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// Expand gives the IRI (or JSON-LD keyword) of a term, compact IRI or IRI. It is
// empty for a term that the @context maps to null.
func (c *Context) Expand(term string) string {
	if definition, known := c.active.TermDefinitions[term]; known {
		if definition == nil {
			return ""
		}
		return definition.ID
	}
	if before, _, ok := strings.Cut(term, ":"); ok {
		if definition, known := c.active.TermDefinitions[before]; known && definition == nil {
			return term // json-gold does not expect a prefix that is mapped to null
		}
	}
	iri, err := c.active.ExpandIri(term, false, true, nil, nil)
	if err != nil {
		return ""
	}
	return iri
}

// ExpandAll expands each term.
func (c *Context) ExpandAll(terms []string) []string {
	out := make([]string, len(terms))
	for i, term := range terms {
		out[i] = c.Expand(term)
	}
	return out
}

// Compact gives the shortest name of an IRI (JSON-LD API, IRI compaction): a term,
// else the rest after @vocab, else a compact IRI, else the IRI itself.
func (c *Context) Compact(iri string) string {
	if term, ok := c.byIRI[iri]; ok {
		return term
	}
	if c.vocab != "" && len(iri) > len(c.vocab) && strings.HasPrefix(iri, c.vocab) {
		rest := iri[len(c.vocab):]
		if _, taken := c.active.TermDefinitions[rest]; !taken && c.Expand(rest) == iri {
			return rest
		}
	}
	best := ""
	for _, p := range c.prefixes {
		if len(iri) <= len(p.iri) || !strings.HasPrefix(iri, p.iri) {
			continue
		}
		candidate := p.term + ":" + iri[len(p.iri):]
		if _, taken := c.active.TermDefinitions[candidate]; taken {
			continue
		}
		if best == "" || shorterFirst(candidate, best) < 0 {
			best = candidate
		}
	}
	if best != "" {
		return best
	}
	return iri
}

// CompactAll compacts each IRI.
func (c *Context) CompactAll(iris []string) []string {
	out := make([]string, len(iris))
	for i, iri := range iris {
		out[i] = c.Compact(iri)
	}
	return out
}

// Value expands the names inside a JSON value; arrays and scalars stay as they are.
// Members with names that the @context maps to null disappear.
func (c *Context) Value(v any) any { return c.walk(v, c.Expand) }

// CompactValue is the inverse of Value.
func (c *Context) CompactValue(v any) any { return c.walk(v, c.Compact) }

func (c *Context) walk(v any, name func(string) string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			as := name(key)
			if as == "" {
				continue
			}
			if key == "@type" || as == "@type" {
				out[as] = typeNames(member, name)
				continue
			}
			out[as] = c.walk(member, name)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = c.walk(item, name)
		}
		return out
	default:
		return v
	}
}

func typeNames(v any, name func(string) string) any {
	switch v := v.(type) {
	case string:
		return name(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = typeNames(item, name)
		}
		return out
	default:
		return v
	}
}

// ForBody is the @context member of an ld+json answer: the user's @context, and the
// core one behind it where the user's does not hold it already, so that the answer
// can be understood without further knowledge.
func (c *Context) ForBody(core string) any {
	switch source := c.Source.(type) {
	case nil:
		return core
	case []any:
		if c.HoldsCore {
			return source
		}
		return append(slices.Clone(source), core)
	default:
		if c.HoldsCore {
			return source
		}
		return []any{source, core}
	}
}
