package mim0

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/rdf"
	. "github.com/oasc/mimcheck/suites"
)

func relationChecks() []Check {
	return []Check{
		{
			ID: "mim0.stream.relation.node", Title: "A relation leads to one page, by an IRI",
			Requirements: []string{past}, Clause: primer + "relations; " + eventStreams + "3.5.1", Fault: "ldes.relation.no-node",
			Body: func(t *T) {
				eachRelation(t, walk(t), func(r relation) (bool, string) {
					all := r.on.Objects(r.term, tree+"node")
					return true, WrongIf(len(all) != 1 || all[0].Kind != rdf.IRI, "has %d values of tree:node, expected one IRI", len(all))
				})
			},
		},
		{
			ID: "mim0.stream.relation.value", Title: "A relation that compares has one path and one value",
			Requirements: []string{past}, Clause: primer + "relations; " + searchTrees + "relationsubclasses", Fault: "ldes.relation.no-value",
			Body: func(t *T) {
				eachRelation(t, walk(t), func(r relation) (bool, string) {
					paths, values := len(r.on.Objects(r.term, tree+"path")), len(r.on.Objects(r.term, tree+"value"))
					compares := slices.Contains(comparisons(), r.kind)
					return compares, WrongIf(compares && (paths != 1 || values != 1), "is a tree:%s, and has %d values of tree:path and %d of tree:value", r.kind, paths, values)
				})
			},
		},
		{
			ID: "mim0.stream.relation.path", Title: "The path of a relation is a path of SHACL",
			Requirements: []string{past}, Clause: primer + "relations; " + searchTrees + "relationsubclasses", Fault: "ldes.relation.path-as-text",
			Body: func(t *T) {
				eachRelation(t, walk(t), func(r relation) (bool, string) {
					all := r.on.Objects(r.term, tree+"path")
					for _, path := range all {
						if !isPath(r.on.Graph, path, 0) {
							return true, fmt.Sprintf("has the path %v, which is none", path)
						}
					}
					return len(all) > 0, ""
				})
			},
		},
		{
			ID: "mim0.stream.relation.typed", Title: "A relation says of which type it is",
			Level: Extended, Requirements: []string{past}, Clause: primer + "relations", Fault: "ldes.relation.untyped",
			Body: func(t *T) {
				eachRelation(t, walk(t), func(r relation) (bool, string) {
					return true, WrongIf(len(r.on.Objects(r.term, rdf.Type)) == 0, "has no type")
				})
			},
		},
		{
			ID: "mim0.stream.relation.chronological", Title: "Relations compare by the path of the stream's order",
			Level: Extended, Requirements: []string{past}, Clause: primer + "paginating; " + primer + "relations; " + eventStreams + "3.5.2", Fault: "ldes.relation.other-path",
			Body: func(t *T) {
				s := walk(t)
				path, is := s.root().Object(s.id, ldes+"timestampPath")
				if !is || path.Kind != rdf.IRI {
					t.Inapplicable("the stream has no ldes:timestampPath that is a plain property")
				}
				compare, chronological := 0, 0
				for _, p := range s.pages {
					for _, r := range p.relations() {
						if slices.Contains(comparisons(), r.kind) {
							compare++
						}
						if r.path == path {
							chronological++
						}
					}
				}
				if compare == 0 {
					t.Inapplicable("no relation that was read compares")
				}
				t.Holds(s.root().Response, chronological > 0, "none of %d relations has the path %v", compare, path)
			},
		},
		{
			ID: "mim0.stream.relation.there", Title: "The page that a relation leads to can be read, or is said to be gone",
			Requirements: []string{past}, Clause: searchTrees + "traversing; " + primer + "status-codes; " + eventStreams + "3.3", Fault: "ldes.page.gone",
			Body: func(t *T) {
				s := walk(t)
				if len(s.pages)+len(s.unread) < 2 {
					t.Inapplicable("the root node has no relation to another page of the endpoint's host")
				}
				for to, r := range InOrder(s.unread) {
					t.Holds(r, r.Status == http.StatusGone, "a relation leads to %s, which was answered with %d", to, r.Status)
				}
			},
		},
		{
			ID: "mim0.stream.relation.holds", Title: "Members behind a relation are as it says",
			Requirements: []string{past}, Clause: searchTrees + "relationsubclasses; " + searchTrees + "sparqlComparators; " + eventStreams + "3.5.2", Fault: "ldes.relation.shifted",
			Body: func(t *T) {
				s := walk(t)
				told, judged := t.Few(), false
				for _, p := range s.pages {
					for _, m := range s.members(p) {
						for _, r := range p.limits {
							values, known := along(p.Graph, m, r.path, r.on.Graph)
							if !known || len(values) == 0 {
								continue // the values need not be on the page
							}
							may := false
							for _, v := range values {
								holds, known := satisfies(r.kind, v, r.value)
								may = may || holds || !known
								judged = judged || known
							}
							told.Holds(p.Response, may, "the member %v has %v at the path %v, and the page was come to by a tree:%s of %v", m, values[0], r.path, r.kind, r.value)
						}
					}
				}
				told.End()
				if !judged {
					t.Untested("no member was read behind a relation that can be judged here")
				}
			},
		},
		{
			ID: "mim0.stream.relation.remaining", Title: "The number of remaining members is a whole number, and right where it is about one page",
			Level: Extended, Requirements: []string{past}, Clause: searchTrees + "traversing; " + searchTrees + "remainingItems", Fault: "ldes.relation.miscounted",
			Body: func(t *T) {
				s := walk(t)
				counts := map[string]int{}
				for _, p := range s.pages {
					if len(p.relations()) == 0 && immutable(p) {
						counts[p.address] = len(s.members(p))
					}
				}
				eachRelation(t, s, func(r relation) (about bool, wrong string) {
					for _, v := range r.on.Objects(r.term, tree+"remainingItems") {
						about = true
						if !whole(v, 0) {
							return true, fmt.Sprintf("has %v as tree:remainingItems, and no whole number", v)
						}
						stated, _ := v.Number()
						have, read := counts[strings.SplitN(r.node.Value, "#", 2)[0]]
						if read && stated.Num().Int64() != int64(have) {
							return true, fmt.Sprintf("says that %s members remain, and the page, which leads no further, has %d", v.Value, have)
						}
					}
					return about, ""
				})
			},
		},
		{
			ID: "mim0.stream.relation.tree", Title: "One page only leads to a page, so that all make a tree",
			Level: Extended, Requirements: []string{past}, Clause: searchTrees + "formalizations; " + searchTrees + "traversing", Fault: "ldes.relation.back",
			Body: func(t *T) {
				s := walk(t)
				from := map[string]string{s.root().address: "the endpoint"}
				around := slices.ContainsFunc(s.root().relations(), func(r relation) bool { // a root node that leads to itself
					to, _ := locate(t, r.node.Value)
					return to == s.root().address
				})
				if len(s.pages) < 2 && !around {
					t.Inapplicable("no relation leads to another page that was read")
				}
				for _, p := range s.pages {
					for _, r := range p.relations() {
						to, _ := locate(t, r.node.Value)
						other, led := from[to]
						t.Holds(p.Response, !led || other == p.address, "the page leads to %s, which %s leads to as well", to, other)
						from[to] = p.address
					}
				}
			},
		},
	}
}

// immutable says whether the page says of itself that it does not change anymore.
func immutable(p *page) bool {
	v, is := p.Object(p.self(), ldes+"immutable")
	return is && (v.Value == "true" || v.Value == "1")
}
