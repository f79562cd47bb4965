package mim0

import (
	"errors"
	"mime"
	"net/http"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	. "github.com/oasc/mimcheck/suites"
)

// Where the rules of event streams stand: a section of the specification (the release of
// 2025-10-07), and those of the primer for servers and of TREE by the ids that they have
// themselves.
const (
	eventStreams = "LDES 1.0.0-alpha, "
	primer       = "LDES Server Primer, #"
	searchTrees  = "TREE, #"
)

// Vocabularies.
const (
	ldes = "https://w3id.org/ldes#"
	tree = "https://w3id.org/tree#"
	sh   = "http://www.w3.org/ns/shacl#"
)

// somePages is how many pages of a stream a check looks at, the root node among them: it
// can have millions of members.
const somePages = 5

// rdfForms is what to accept of a stream.
const rdfForms = mediaJSONLD + ", " + mediaTurtle + ";q=0.9, application/n-triples;q=0.8, application/n-quads;q=0.7, application/trig;q=0.1, application/rdf+xml;q=0.1"

// Media types of RDF.
const (
	mediaJSONLD = "application/ld+json"
	mediaTurtle = "text/turtle"
)

// page is one node of the search tree (tree:Node).
type page struct {
	*probe.Response
	*rdf.Graph
	address string     // after redirects, the IRI of the node
	limits  []relation // those that lead to it, and to the pages that it was come to by
	from    *page      // that leads to it; nil for the root node
}

// stream is an event stream with the pages that were read of it, the root node first.
type stream struct {
	id    rdf.Term
	pages []*page
	// unread are addresses that relations lead to and that are no page, with the answers.
	unread map[string]*probe.Response
}

func (s *stream) root() *page { return s.pages[0] }

// self is the IRI of the page as a term.
func (p *page) self() rdf.Term { return rdf.Ref(p.address) }

// entry is the root node of the event stream at the endpoint, as a client finds it
// (LDES, 3.1).
func entry(t *T) *stream {
	r, address := front(t)
	p := understood(t, r, address)
	if p == nil {
		p = read(t, address, mediaTurtle)
	}
	views := p.Subjects(tree+"view", p.self())
	if len(views) == 1 {
		return &stream{id: views[0], pages: []*page{p}}
	}
	t.MustHold(p.Response, len(views) == 0, "%d streams have this page as their tree:view, and there has to be one to know which is meant", len(views))
	var roots []rdf.Term
	var id rdf.Term
	for _, iri := range []string{address, t.Env.Endpoints[probe.LDES]} { // after redirects, and before
		if len(roots) == 0 {
			id = rdf.Ref(iri)
			roots = p.Objects(id, tree+"view")
		}
	}
	if len(roots) == 0 {
		for _, pair := range p.Linked(tree + "view") { // an overview with one view
			id = pair[0]
			roots = append(roots, pair[1])
		}
	}
	t.MustHold(p.Response, len(roots) > 0, "the page tells no root node by tree:view, expected one: itself, or another page that it leads to")
	if len(roots) > 1 { // as an overview does, which is no way in (LDES Server Primer, #entry-points)
		t.CantTell("the page tells %d root nodes by tree:view, %v among them: give the address of the one that is meant", len(roots), roots[0])
	}
	to, within := locate(t, roots[0].Value)
	if roots[0].Kind != rdf.IRI || !within {
		t.CantTell("the root node %v is not at the endpoint's host, and is not asked for", roots[0])
	}
	return &stream{id: id, pages: []*page{read(t, to, rdfForms)}}
}

// front is the answer at the endpoint, which has to be there, and where it came from.
func front(t *T) (*probe.Response, string) {
	address := t.Env.Endpoints[probe.LDES]
	r, at := ask(t, address, accepting(rdfForms))
	if r.Status == http.StatusNotFound {
		r, at = ask(t, address+"/", accepting(rdfForms)) // addresses of endpoints are kept without it
	}
	t.Require(r).To(HaveStatus(http.StatusOK), "the event stream")
	return r, at
}

// walk reads the root node and some pages that it leads to, as the run's seed chooses.
func walk(t *T) *stream {
	s := entry(t)
	s.unread = map[string]*probe.Response{}
	seen := map[string]bool{s.root().address: true}
	for next, asked := 0, 1; next < len(s.pages); next++ {
		at := s.pages[next]
		var addresses []string
		by := map[string][]relation{}
		for _, r := range at.relations() {
			to, within := locate(t, r.node.Value)
			if r.node.Kind != rdf.IRI || !within {
				continue
			}
			if by[to] == nil {
				addresses = append(addresses, to)
			}
			by[to] = append(by[to], r)
		}
		t.Rand().Shuffle(len(addresses), func(i, j int) { addresses[i], addresses[j] = addresses[j], addresses[i] })
		for _, to := range addresses {
			if seen[to] || asked == somePages {
				continue
			}
			seen[to] = true
			asked++
			p, r := tryRead(t, to, rdfForms)
			if p == nil {
				s.unread[to] = r
				continue
			}
			seen[p.address] = true
			p.from, p.limits = at, slices.Concat(at.limits, by[to])
			s.pages = append(s.pages, p)
		}
	}
	return s
}

// locate is an address without its fragment; false when it is not at the endpoint's host.
func locate(t *T, address string) (string, bool) { return t.Locate(probe.LDES, address) }

// read asks for a page, which has to be there as RDF.
func read(t *T, address, accept string) *page {
	p, r := tryRead(t, address, accept)
	if p == nil {
		t.Require(r).To(HaveStatus(http.StatusOK))
	}
	return p
}

// tryRead asks for a page. Without one the answer is what came instead of RDF.
func tryRead(t *T, address, accept string, options ...Option) (*page, *probe.Response) {
	r, at := ask(t, address, append([]Option{accepting(accept)}, options...)...)
	if r.Status != http.StatusOK {
		return nil, r
	}
	p := understood(t, r, at)
	if p == nil && accept == rdfForms {
		return tryRead(t, address, mediaTurtle, options...)
	}
	if p == nil {
		t.CantTell("the stream cannot be judged: %v", rdf.ErrRemoteContext)
	}
	return p, r
}

// understood is the page of an answer; nil when it is JSON-LD with an @context elsewhere.
// RDF that is broken is a mismatch.
func understood(t *T, r *probe.Response, at string) *page {
	noPageForPeople(t, r, at)
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	g, err := t.Env.RDF.Read(media, r.Body, at)
	switch {
	case errors.Is(err, rdf.ErrRemoteContext):
		return nil
	case errors.Is(err, rdf.ErrForm):
		t.CantTell("the stream cannot be judged: %v", err)
	}
	t.MustHold(r, err == nil, "what came as %q cannot be read: %v", r.Header.Get("Content-Type"), err)
	return &page{Response: r, Graph: g, address: at}
}

// noPageForPeople ends the check when an HTML page came.
func noPageForPeople(t *T, r *probe.Response, at string) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "text/html" || media == "application/xhtml+xml" {
		t.CantTell("an HTML page came from %s where RDF is due: a proxy, a login page or another address than the stream's; check the address", at)
	}
}

// ask asks for an address and tells the answer and where it came from.
func ask(t *T, address string, options ...Option) (*probe.Response, string) {
	return t.Follow(probe.LDES, address, options...)
}

// relation is a conditional link to another page (tree:Relation).
type relation struct {
	term, node, path, value rdf.Term
	kind                    string // its comparison, without the namespace; empty for none that is known
	on                      *page
}

// comparisons are the relations that compare by a path and a value.
func comparisons() []string {
	return []string{"GreaterThanRelation", "GreaterThanOrEqualToRelation", "LessThanRelation", "LessThanOrEqualToRelation", "EqualToRelation"}
}

// relations are those of the page, each with the first of what it may have once only.
func (p *page) relations() []relation {
	var all []relation
	for _, r := range p.Objects(p.self(), tree+"relation") {
		one := relation{term: r, on: p}
		one.node, _ = p.Object(r, tree+"node")
		one.path, _ = p.Object(r, tree+"path")
		one.value, _ = p.Object(r, tree+"value")
		for _, kind := range append(comparisons(), "NotEqualToRelation", "PrefixRelation", "SubstringRelation", "SuffixRelation", "GeospatiallyContainsRelation") {
			if p.Is(r, tree+kind) {
				one.kind = kind
			}
		}
		all = append(all, one)
	}
	return all
}

// members are those of the stream that the page has.
func (s *stream) members(p *page) []rdf.Term { return p.Objects(s.id, tree+"member") }

// eachMember calls judge for all members that were read; without one the check ends as
// untested.
func eachMember(t *T, s *stream, judge func(p *page, m rdf.Term) (wrong string)) {
	told, found := t.Few(), false
	for _, p := range s.pages {
		for _, m := range s.members(p) {
			found = true
			wrong := judge(p, m)
			told.Holds(p.Response, wrong == "", "the member %v %s", m, wrong)
		}
	}
	told.End()
	if !found {
		t.Untested("none of the %d pages that were read has a member", len(s.pages))
	}
}

// eachRelation is eachMember for relations.
func eachRelation(t *T, s *stream, judge func(r relation) (about bool, wrong string)) {
	told, found := t.Few(), false
	for _, p := range s.pages {
		for _, r := range p.relations() {
			about, wrong := judge(r)
			found = found || about
			told.Holds(p.Response, wrong == "", "a relation to %v %s", r.node, wrong)
		}
	}
	told.End()
	if !found {
		t.Inapplicable("no relation that was read is one that this is about")
	}
}

// description is what the page says of a member: its own triples and those of blank nodes
// below it (LDES, 3.4), in canonical form.
func (p *page) description(m rdf.Term) (string, error) {
	g, blank := rdf.New(), false
	seen := map[rdf.Term]bool{}
	for open := []rdf.Term{m}; len(open) > 0; {
		at := open[0]
		open = open[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, predicate := range p.Predicates(at) {
			for _, o := range p.Objects(at, predicate) {
				g.Add(at, predicate, o)
				if o.Kind == rdf.Blank {
					blank, open = true, append(open, o)
				}
			}
		}
	}
	if !blank {
		return g.NTriples(), nil // which is canonical, and made in no time
	}
	return g.Canonical()
}
