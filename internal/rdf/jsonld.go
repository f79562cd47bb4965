package rdf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/piprate/json-gold/ld"
)

// ErrRemoteContext says that a document needs an @context from elsewhere, which is not
// fetched: it cannot be read, and may be well formed all the same.
var ErrRemoteContext = errors.New("the document refers to an @context elsewhere, and nothing is fetched from the network")

// JSONLD reads JSON-LD 1.1: the default graph and the named ones together, as catalogues
// use them. Relative IRIs are of base.
func JSONLD(document []byte, base string) (g *Graph, err error) {
	defer func() { // json-gold asserts the types of some keywords' values
		if p := recover(); p != nil {
			g, err = nil, fmt.Errorf("the document cannot be processed as JSON-LD: %v", p)
		}
	}()
	d := json.NewDecoder(bytes.NewReader(document))
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("the document is no JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the document has more than one JSON value")
	}
	if depth(v) > maxNesting {
		return nil, fmt.Errorf("it is nested deeper than %d", maxNesting)
	}
	remote := &nowhere{}
	options := ld.NewJsonLdOptions(base)
	options.DocumentLoader = remote
	dataset, err := ld.NewJsonLdProcessor().ToRDF(v, options)
	if remote.asked != "" {
		return nil, fmt.Errorf("%w: %s", ErrRemoteContext, remote.asked)
	}
	if err != nil {
		return nil, fmt.Errorf("the document is no JSON-LD: %w", err)
	}
	quads, ok := dataset.(*ld.RDFDataset)
	if !ok {
		return nil, fmt.Errorf("the document gave %T and no RDF", dataset)
	}
	return together(quads), nil
}

// nowhere is a loader of documents that has none.
type nowhere struct{ asked string }

func (n *nowhere) LoadDocument(address string) (*ld.RemoteDocument, error) {
	n.asked = address
	return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, address)
}

func term(n ld.Node) Term {
	switch n := n.(type) {
	case ld.Literal:
		return Term{Kind: Literal, Value: n.Value, Datatype: n.Datatype, Language: n.Language}
	case ld.BlankNode:
		return Term{Kind: Blank, Value: n.Attribute[2:]}
	}
	return Ref(n.GetValue())
}

func depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			deepest = max(deepest, 1+depth(e))
		}
	case map[string]any:
		for _, e := range v {
			deepest = max(deepest, 1+depth(e))
		}
	}
	return deepest
}

// Canonical is the graph as N-Triples in canonical form (URDNA2015): two graphs have the
// same one if they differ in the labels of blank nodes at most.
func (g *Graph) Canonical() (string, error) {
	options := ld.NewJsonLdOptions("")
	options.InputFormat, options.Format = "application/n-quads", "application/n-quads"
	options.Algorithm = ld.AlgorithmURDNA2015
	options.DocumentLoader = &nowhere{}
	canonical, err := ld.NewJsonLdProcessor().Normalize(g.NTriples(), options)
	if err != nil {
		return "", fmt.Errorf("the graph has no canonical form: %w", err)
	}
	s, _ := canonical.(string)
	return s, nil
}
