// Package query holds the query languages of NGSI-LD and their evaluation on
// entities: q (4.9), geo-queries (4.10), type selection (4.17), scope queries (4.19)
// and ordering (4.23).
package query

import (
	"strings"

	"github.com/oasc/mimcheck/internal/reference/problem"
)

const (
	maxLength = 16 << 10 // characters of one expression
	maxDepth  = 64       // parentheses within one another
)

// node is a boolean expression over atoms of type A: an atom, or all or any of its parts.
type node[A any] struct {
	atom  *A
	all   bool
	parts []node[A]
}

func (n node[A]) match(atom func(A) bool) bool {
	if n.atom != nil {
		return atom(*n.atom)
	}
	for _, part := range n.parts {
		if part.match(atom) != n.all {
			return !n.all
		}
	}
	return n.all
}

// has says whether one of the atoms is so.
func (n *node[A]) has(so func(A) bool) bool {
	if n.atom != nil {
		return so(*n.atom)
	}
	for i := range n.parts {
		if n.parts[i].has(so) {
			return true
		}
	}
	return false
}

func (n node[A]) atoms(yield func(A)) {
	if n.atom != nil {
		yield(*n.atom)
	}
	for _, part := range n.parts {
		part.atoms(yield)
	}
}

// scanner reads an expression from left to right.
type scanner struct {
	what string // the parameter, for messages
	text string
	at   int
	// names is where the names are that a query has, in their order (of q only)
	names []span
}

// span is a part of a text.
type span struct{ from, to int }

func newScanner(what, text string) (*scanner, error) {
	if len(text) > maxLength {
		return nil, problem.TooComplex("%s has %d characters; this platform takes %d", what, len(text), maxLength)
	}
	return &scanner{what: what, text: text}, nil
}

func (s *scanner) rest() string { return s.text[s.at:] }

func (s *scanner) take(token string) bool {
	if strings.HasPrefix(s.rest(), token) {
		s.at += len(token)
		return true
	}
	return false
}

func (s *scanner) fail(expected string) error {
	seen := "the end"
	if rest := s.rest(); rest != "" {
		if len(rest) > 20 {
			rest = rest[:20] + "..."
		}
		seen = "\"" + rest + "\""
	}
	return problem.BadData("%s is not valid: expected %s at character %d, got %s", s.what, expected, s.at+1, seen)
}

// parse reads "a;b" as both, and a, b with one of the or signs between as any; ";"
// binds closer, and parentheses group.
func parse[A any](s *scanner, or string, atom func(*scanner) (A, error)) (node[A], error) {
	n, err := parseAny(s, or, atom, 0)
	if err == nil && s.rest() != "" {
		err = s.fail("the end or an operator")
	}
	return n, err
}

func parseAny[A any](s *scanner, or string, atom func(*scanner) (A, error), depth int) (node[A], error) {
	if depth > maxDepth {
		return node[A]{}, problem.TooComplex("%s has parentheses more than %d levels deep", s.what, maxDepth)
	}
	var parts []node[A]
	for {
		n, err := parseAll(s, or, atom, depth)
		if err != nil {
			return n, err
		}
		parts = append(parts, n)
		if rest := s.rest(); rest == "" || !strings.Contains(or, rest[:1]) {
			break
		}
		s.at++
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return node[A]{parts: parts}, nil
}

func parseAll[A any](s *scanner, or string, atom func(*scanner) (A, error), depth int) (node[A], error) {
	var parts []node[A]
	for {
		if s.take("(") {
			n, err := parseAny(s, or, atom, depth+1)
			if err != nil {
				return n, err
			}
			if !s.take(")") {
				return n, s.fail("a closing parenthesis")
			}
			parts = append(parts, n)
		} else {
			a, err := atom(s)
			if err != nil {
				return node[A]{}, err
			}
			parts = append(parts, node[A]{atom: &a})
		}
		if !s.take(";") {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return node[A]{all: true, parts: parts}, nil
}
