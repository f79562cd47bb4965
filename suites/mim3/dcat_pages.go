package mim3

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	"github.com/oasc/mimcheck/internal/weblink"
	. "github.com/oasc/mimcheck/suites"
)

// somePages is how many pages of a catalogue a check reads, the first one among them: that
// of a country has thousands.
const somePages = 5

// paged is the catalogue with the pages that it comes in, in the order in which they lead to
// one another.
type paged struct {
	rdfAt         // all that the pages say, and the answer of the first
	pages []rdfAt // as they came
	// dead are addresses that pages lead to and where no page is, with the answers.
	dead map[string]*probe.Response
	// left says what was not read, and why; empty when all was.
	left string
}

// walk reads the first page of the catalogue and follows it to others.
func walk(t *T) paged {
	first := described(t, rdfForms)
	all := paged{rdfAt: first, pages: []rdfAt{first}, dead: map[string]*probe.Response{}}
	all.Graph = first.Clone()
	seen := map[string]bool{first.address: true}
	for at := 0; at < len(all.pages); at++ {
		for _, to := range all.pages[at].leads() {
			address, within := t.Locate(probe.DCAT, to)
			if seen[address] {
				continue
			}
			seen[address] = true
			switch {
			case !within:
				all.leave("a page leads to %s, which is not at the endpoint's host and is not asked for", to)
			case len(all.pages)+len(all.dead) == somePages:
				all.leave("%d pages were read, and there are more", somePages)
			default:
				all.turn(t, address)
			}
		}
	}
	return all
}

// turn reads the page at an address.
func (d *paged) turn(t *T, address string) {
	r, at := t.Follow(probe.DCAT, address, accepting(d.accept))
	g, err := (*rdf.Graph)(nil), error(nil)
	if r.Status == http.StatusOK {
		g, err = graphOf(t, r, at)
	}
	if g == nil || err != nil {
		d.dead[address] = r
		d.leave("a page leads to %s, where no page could be read (status %d)", address, r.Status)
		return
	}
	p := rdfAt{Response: r, Graph: g, address: at, accept: d.accept}
	d.add(g, fmt.Sprintf("p%d", len(d.pages)))
	d.pages = append(d.pages, p)
}

// add puts a further page to the others. What it says again of what they describe, in words
// or by nodes without a name, is theirs already: a publisher that is such a node on each page
// is one publisher.
func (d *paged) add(page *rdf.Graph, prefix string) {
	g := rdf.New()
	g.Merge(page, prefix) // keeps its blank nodes apart
	for _, subject := range g.Described() {
		said := d.Predicates(subject)
		for _, predicate := range g.Predicates(subject) {
			for _, object := range g.Objects(subject, predicate) {
				if object.Kind == rdf.IRI || !slices.Contains(said, predicate) {
					d.Add(subject, predicate, object)
				}
			}
		}
	}
}

// leave notes the first thing that was not read.
func (d *paged) leave(format string, args ...any) {
	if d.left == "" {
		d.left = fmt.Sprintf(format, args...)
	}
}

// whole ends a check that needs all of a catalogue of which a part was read.
func (d *paged) whole(t *T) {
	if d.left != "" {
		t.CantTell("this needs the whole catalogue, and it was read in part: %s", d.left)
	}
}

// name is how reasons call what was read.
func (d *paged) name() string {
	if d.left != "" {
		return "the part of the catalogue that was read"
	}
	return "the catalogue"
}

// leads are the addresses of the pages that a page leads to: by Hydra (which some write as a
// text), by TREE, or by a Link header field.
func (p rdfAt) leads() []string {
	var to []string
	for _, predicate := range []string{hydra + "next", hydra + "nextPage", tree + "node"} {
		for _, pair := range p.Linked(predicate) {
			to = append(to, pair[1].Value)
		}
	}
	if next, there := weblink.To(p.Header, "next"); there {
		to = append(to, next.Target)
	}
	base, err := url.Parse(p.address)
	if err != nil {
		return nil // it was asked for, so that it is one
	}
	var all []string
	for _, reference := range to {
		if u, err := base.Parse(reference); err == nil && reference != "" && !slices.Contains(all, u.String()) {
			all = append(all, u.String())
		}
	}
	return all
}
