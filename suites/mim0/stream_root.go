package mim0

import (
	"fmt"

	"github.com/oasc/mimcheck/internal/rdf"
	"github.com/oasc/mimcheck/internal/shacl"
	. "github.com/oasc/mimcheck/suites"
)

// streamPaths are the properties of a stream that are paths of SHACL.
func streamPaths() []string {
	return []string{"timestampPath", "sequencePath", "versionOfPath", "versionTimestampPath", "versionSequencePath",
		"versionCreatePath", "versionUpdatePath", "versionDeletePath", "transactionPath", "transactionFinalizedPath"}
}

func rootChecks() []Check {
	return []Check{
		{
			ID: "mim0.stream.root.there", Title: "The address leads to an event stream and to its root node",
			Requirements: []string{past}, Clause: eventStreams + "3.1; " + primer + "entry-points; " + primer + "rootnode; " + searchTrees + "init", Fault: "ldes.root.no-view",
			Hint: "The stream says tree:view of the page itself, or of the one page where to begin.",
			Body: func(t *T) { entry(t) },
		},
		{
			ID: "mim0.stream.root.typed", Title: "The stream is said to be of the class ldes:EventStream",
			Level: Extended, Requirements: []string{past}, Clause: eventStreams + "2", Fault: "ldes.root.untyped",
			Body: func(t *T) {
				s := entry(t)
				t.Holds(s.root().Response, s.root().Is(s.id, ldes+"EventStream"), "%v is no ldes:EventStream", s.id)
			},
		},
		{
			ID: "mim0.stream.root.one", Title: "A property of the stream that says how to read it is there once at most",
			Requirements: []string{past}, Clause: primer + "rootnode", Fault: "ldes.root.two-timestamps",
			Body: func(t *T) {
				s := entry(t)
				for _, name := range append(streamPaths(), "versionCreateObject", "versionUpdateObject", "versionDeleteObject", "transactionFinalizedObject") {
					n := len(s.root().Objects(s.id, ldes+name))
					t.Holds(s.root().Response, n <= 1, "the stream has %d values of ldes:%s", n, name)
				}
			},
		},
		{
			ID: "mim0.stream.root.paths", Title: "The paths of the stream are paths of SHACL",
			Requirements: []string{past}, Clause: primer + "rootnode; " + eventStreams + "4.1; " + eventStreams + "4.3", Fault: "ldes.root.path-as-text",
			Body: func(t *T) {
				s := entry(t)
				found := false
				for _, name := range streamPaths() {
					for _, path := range s.root().Objects(s.id, ldes+name) {
						found = true
						t.Holds(s.root().Response, isPath(s.root().Graph, path, 0), "ldes:%s is %v, and no path", name, path)
					}
				}
				if !found {
					t.Inapplicable("the stream has no path, which is optional")
				}
			},
		},
		{
			ID: "mim0.stream.root.ordered", Title: "The stream tells its order, by ldes:timestampPath or ldes:sequencePath",
			Level: Extended, Requirements: []string{past}, Clause: primer + "paginating; " + primer + "context-information", Fault: "ldes.root.no-order",
			Body: func(t *T) {
				s := entry(t)
				_, timed := s.root().Object(s.id, ldes+"timestampPath")
				_, counted := s.root().Object(s.id, ldes+"sequencePath")
				t.Holds(s.root().Response, timed || counted, "the stream has neither ldes:timestampPath nor ldes:sequencePath")
			},
		},
		{
			ID: "mim0.stream.root.polling", Title: "The time between two looks at the stream is a whole number of seconds",
			Requirements: []string{past, further}, Clause: eventStreams + "3", Fault: "ldes.root.polling-in-words",
			Body: func(t *T) {
				s := entry(t)
				all := s.root().Objects(s.id, ldes+"pollingInterval")
				if len(all) == 0 {
					t.Inapplicable("the stream has no ldes:pollingInterval, which is optional")
				}
				for _, v := range all {
					t.Holds(s.root().Response, whole(v, 0), "ldes:pollingInterval is %v, and no whole number", v)
				}
			},
		},
		{
			ID: "mim0.stream.root.shape", Title: "Members fit the shape that the stream has",
			Level: Extended, Requirements: []string{past}, Clause: eventStreams + "4.2; " + primer + "rootnode", Fault: "ldes.member.not-as-its-shape",
			Body: func(t *T) {
				s := walk(t)
				root := s.root()
				shape, is := root.Object(s.id, tree+"shape")
				if !is {
					t.Inapplicable("the stream has no tree:shape, which is optional")
				}
				t.MustHold(root.Response, shape.Kind != rdf.Literal, "tree:shape is %v, and no shape", shape)
				if !root.Has(shape) {
					t.Untested("the shape %v is described elsewhere", shape)
				}
				shapes, err := shacl.New(root.Graph)
				if err != nil {
					t.Untested("the shape is one that cannot be judged here: %v", err)
				}
				eachMember(t, s, func(p *page, m rdf.Term) string {
					for _, found := range shapes.Validate(p.Graph, m, shape) {
						return fmt.Sprintf("is not as the shape says: <%s>: %s", found.Path, found.Message)
					}
					return ""
				})
			},
		},
	}
}

// policies are the retention policies of the view: of the root node, or of what describes
// the view.
func policies(s *stream) []rdf.Term {
	root := s.root()
	all := root.Objects(root.self(), ldes+"retentionPolicy")
	for _, d := range root.Objects(root.self(), tree+"viewDescription") {
		all = append(all, root.Objects(d, ldes+"retentionPolicy")...)
	}
	return all
}

// policy are the policies of the root node, which there have to be.
func policy(t *T, s *stream) []rdf.Term {
	all := policies(s)
	if len(all) == 0 {
		t.Inapplicable("the root node has no ldes:retentionPolicy: everything is kept")
	}
	return all
}

// policyForms are the properties of policies, with what they have to be.
func policyForms() map[string]struct {
	is   func(v rdf.Term) bool
	what string
} {
	type form = struct {
		is   func(v rdf.Term) bool
		what string
	}
	timed := form{func(v rdf.Term) bool { _, is := moment(v); return is }, "an xsd:dateTime with a time zone"}
	lasting := form{isDuration, "an xsd:duration"}
	counted := form{func(v rdf.Term) bool { return whole(v, 0) }, "a whole number"}
	return map[string]form{ldes + "startingFrom": timed, ldes + "fullLogDuration": lasting, ldes + "versionDuration": lasting, ldes + "versionDeleteDuration": lasting,
		ldes + "versionAmount": counted, ldes + "amount": counted}
}

func retentionChecks() []Check {
	return []Check{
		{
			ID: "mim0.stream.retention.one", Title: "A view has one retention policy at most",
			Level: Extended, Requirements: []string{past}, Clause: primer + "retention-policies; " + primer + "rootnode", Fault: "ldes.retention.two",
			Hint: "Earlier drafts allowed several.",
			Body: func(t *T) {
				s := entry(t)
				n := len(policy(t, s))
				t.Holds(s.root().Response, n == 1, "the view has %d retention policies", n)
			},
		},
		{
			ID: "mim0.stream.retention.form", Title: "What a retention policy says is of the type that it has to be, and there once at most",
			Requirements: []string{past}, Clause: eventStreams + "4.4; " + primer + "retention-policies", Fault: "ldes.retention.without-zone",
			Body: func(t *T) {
				s := entry(t)
				for _, p := range policy(t, s) {
					t.Holds(s.root().Response, p.Kind != rdf.Literal, "the retention policy is the text %v", p)
					for name, form := range InOrder(policyForms()) {
						values := s.root().Objects(p, name)
						t.Holds(s.root().Response, len(values) <= 1, "the retention policy has %d values of <%s>", len(values), name)
						for _, v := range values {
							t.Holds(s.root().Response, form.is(v), "<%s> of the retention policy is %v, expected %s", name, v, form.what)
						}
					}
				}
			},
		},
		{
			ID: "mim0.stream.retention.kept", Title: "No member is older than the policy says that members are kept from",
			Requirements: []string{past}, Clause: eventStreams + "4.4", Fault: "ldes.retention.older-members",
			Body: func(t *T) {
				s := walk(t)
				root := s.root()
				path, timed := root.Object(s.id, ldes+"timestampPath")
				starts := false
				for _, p := range policy(t, s) {
					limit, is := root.Object(p, ldes+"startingFrom")
					if _, dated := moment(limit); !is || !dated || !timed {
						continue
					}
					starts = true
					eachMember(t, s, func(at *page, m rdf.Term) string {
						values, _ := along(at.Graph, m, path, root.Graph)
						for _, v := range values {
							if order, known := compared(v, limit); known && order < 0 {
								return fmt.Sprintf("is of %s, and members are kept from %s on", v.Value, limit.Value)
							}
						}
						return ""
					})
				}
				if !starts {
					t.Inapplicable("the policy does not say from when on members are kept")
				}
			},
		},
	}
}

func memberChecks() []Check {
	return []Check{
		{
			ID: "mim0.stream.member.iri", Title: "A member is named by an IRI",
			Requirements: []string{past}, Clause: primer + "members; " + primer + "nodes; " + eventStreams + "2", Fault: "ldes.member.blank",
			Body: func(t *T) {
				eachMember(t, walk(t), func(_ *page, m rdf.Term) string { return WrongIf(m.Kind != rdf.IRI, "is no IRI") })
			},
		},
		{
			ID: "mim0.stream.member.ofStream", Title: "Members are linked from the event stream",
			Requirements: []string{past}, Clause: primer + "members; " + eventStreams + "3.4", Fault: "ldes.member.of-the-page",
			Body: func(t *T) {
				s := walk(t)
				found := false
				for _, p := range s.pages {
					all := p.Linked(tree + "member")
					found = found || len(all) > 0
					t.Holds(p.Response, len(all) == 0 || len(s.members(p)) > 0, "the page has %d members, of %v and not of the stream %v", len(all), first(all), s.id)
				}
				if !found {
					t.Untested("none of the %d pages that were read has a member", len(s.pages))
				}
			},
		},
		{
			ID: "mim0.stream.member.described", Title: "The page with a member tells what it is",
			Level: Extended, Requirements: []string{past}, Clause: eventStreams + "3.4; " + searchTrees + "member-extraction-algorithm", Fault: "ldes.member.bare",
			Body: func(t *T) {
				eachMember(t, walk(t), func(p *page, m rdf.Term) string { return WrongIf(!p.Has(m), "is named and not described") })
			},
		},
		{
			ID: "mim0.stream.member.timestamp", Title: "A member has the time that ldes:timestampPath leads to, an xsd:dateTime",
			Requirements: []string{past}, Clause: eventStreams + "4.1", Fault: "ldes.member.timeless",
			Body: func(t *T) {
				eachAlong(t, "timestampPath", func(values []rdf.Term) string {
					if len(values) == 0 {
						return "has no value at the path ldes:timestampPath"
					}
					for _, v := range values {
						if !isDateTime(v) {
							return fmt.Sprintf("has the time %v, and no xsd:dateTime", v)
						}
					}
					return ""
				})
			},
		},
		{
			ID: "mim0.stream.member.zone", Title: "The times of members have a time zone",
			Level: Extended, Requirements: []string{past}, Clause: primer + "paginating; " + searchTrees + "sparqlComparators", Fault: "ldes.member.without-zone",
			Body: func(t *T) {
				eachAlong(t, "timestampPath", func(values []rdf.Term) string {
					for _, v := range values {
						if _, zoned := moment(v); isDateTime(v) && !zoned {
							return fmt.Sprintf("has the time %s without a time zone", v.Value)
						}
					}
					return ""
				})
			},
		},
		{
			ID: "mim0.stream.member.versionOf", Title: "A member is a version of something that ldes:versionOfPath leads to",
			Requirements: []string{past}, Clause: eventStreams + "4.3", Fault: "ldes.member.of-nothing",
			Body: func(t *T) {
				eachAlong(t, "versionOfPath", func(values []rdf.Term) string {
					return WrongIf(len(values) == 0, "has no value at the path ldes:versionOfPath")
				})
			},
		},
	}
}

// eachAlong calls judge with what a path of the stream leads to from each member that the
// page describes.
func eachAlong(t *T, name string, judge func(values []rdf.Term) string) {
	s := walk(t)
	path, is := s.root().Object(s.id, ldes+name)
	if !is {
		t.Inapplicable("the stream has no ldes:%s, which is optional", name)
	}
	eachMember(t, s, func(p *page, m rdf.Term) string {
		values, known := along(p.Graph, m, path, s.root().Graph)
		if !known {
			t.Untested("the path ldes:%s is of a kind that is not followed here", name)
		}
		if !p.Has(m) {
			return "" // for another check to say
		}
		return judge(values)
	})
}

func first(pairs [][2]rdf.Term) rdf.Term {
	if len(pairs) == 0 {
		return rdf.Term{}
	}
	return pairs[0][0]
}
