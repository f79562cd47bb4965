package rdf

import (
	"errors"
	"fmt"

	"github.com/piprate/json-gold/ld"
)

// ErrForm says that a document is in a form of RDF that cannot be read here.
var ErrForm = errors.New("the form of RDF cannot be read here: JSON-LD, Turtle, N-Triples and N-Quads can")

// Read reads RDF in the form that the media type names; relative IRIs are of base. Named
// graphs and the default one come together.
func Read(media string, document []byte, base string) (*Graph, error) {
	switch media {
	case "application/ld+json", "application/json":
		return JSONLD(document, base)
	case "text/turtle", "application/n-triples", "text/n3", "application/x-turtle":
		return Turtle(document, base)
	case "application/n-quads":
		return nQuads(document)
	case "application/rdf+xml", "application/trig":
		return nil, fmt.Errorf("%w; it is %s", ErrForm, media)
	}
	return nil, fmt.Errorf("the media type %q is none of RDF: expected application/ld+json or text/turtle", media)
}

func nQuads(document []byte) (g *Graph, err error) {
	defer func() {
		if p := recover(); p != nil {
			g, err = nil, fmt.Errorf("the document cannot be processed as N-Quads: %v", p)
		}
	}()
	dataset, err := (&ld.NQuadRDFSerializer{}).Parse(string(document))
	if err != nil {
		return nil, fmt.Errorf("the document is no N-Quads: %w", err)
	}
	return together(dataset), nil
}

// together is all graphs of a dataset in one.
func together(dataset *ld.RDFDataset) *Graph {
	g := New()
	for name := range dataset.Graphs {
		for _, q := range dataset.GetQuads(name) {
			g.Add(term(q.Subject), q.Predicate.GetValue(), term(q.Object))
		}
	}
	return g
}
