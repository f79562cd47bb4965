package query

import (
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/model"
)

// Scopes is a scope query (4.19).
type Scopes struct{ root node[[]string] }

// ParseScopes reads a scope query: scopes whose levels may be "+" (any one level),
// the last one "#" (this scope and all below), with "," or "|" for any, ";" for all.
func ParseScopes(text string) (*Scopes, error) {
	s, err := newScanner("scopeQ", text)
	if err != nil {
		return nil, err
	}
	root, err := parse(s, ",|", func(s *scanner) ([]string, error) {
		end := strings.IndexAny(s.rest(), ",|;()")
		if end < 0 {
			end = len(s.rest())
		}
		levels := strings.Split(strings.TrimPrefix(s.rest()[:end], "/"), "/")
		for i, level := range levels {
			if level != "+" && (level != "#" || i != len(levels)-1) && !model.IsScope(level) {
				return nil, s.fail("a scope such as /Madrid/Gardens, /Madrid/+/North or /Madrid/#")
			}
		}
		s.at += end
		return levels, nil
	})
	if err != nil {
		return nil, err
	}
	return &Scopes{root}, nil
}

// Match says whether one of the entity's scopes is selected.
func (q *Scopes) Match(e *model.Entity) bool {
	return q == nil || q.root.match(func(wanted []string) bool {
		return slices.ContainsFunc(e.Scope, func(scope string) bool {
			return scopeMatches(wanted, strings.Split(strings.TrimPrefix(scope, "/"), "/"))
		})
	})
}

func scopeMatches(wanted, levels []string) bool {
	for i, w := range wanted {
		if w == "#" {
			return true
		}
		if i >= len(levels) || w != "+" && w != levels[i] {
			return false
		}
	}
	return len(wanted) == len(levels)
}
