package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/piprate/json-gold/ld"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/validate"
)

// Names expands the short names of an entity by its @context (ETSI GS CIM 009,
// 4.4 and 5.5.7). It is safe for concurrent use.
type Names struct {
	mu       sync.Mutex
	context  *ld.Context
	expanded map[string]string
	mapped   bool // an @context beyond the core one is there
}

type namesEntry struct {
	names *Names
	err   error
}

// ErrContextUnknown is the error of an @context whose document is not at hand.
var ErrContextUnknown = errors.New("unknown @context")

// maxContexts bounds the contexts that a catalogue keeps, for platforms with one a
// entity.
const maxContexts = 512

// Names reads an @context as an entity has it: an address, an object, or a list of
// these; nil for the core @context alone. Addresses are looked up among the core
// contexts and in the catalogue, never on the network: the error names the one that
// is not there.
func (c *Catalogue) Names(context any) (*Names, error) { return c.NamesWith(context, nil) }

// NamesWith is Names with further @context documents by address, such as those that
// the platform itself was asked for. They are not remembered.
func (c *Catalogue) NamesWith(context any, more map[string][]byte) (*Names, error) {
	key, err := json.Marshal(context)
	if err != nil {
		return nil, fmt.Errorf("the @context is no JSON: %w", err)
	}
	if len(more) == 0 {
		c.mu.Lock()
		entry := c.names[string(key)]
		c.mu.Unlock()
		if entry != nil {
			return entry.names, entry.err
		}
	}
	names, err := c.readNames(context, more)
	if len(more) == 0 {
		c.mu.Lock()
		if len(c.names) >= maxContexts {
			clear(c.names)
		}
		c.names[string(key)] = &namesEntry{names, err}
		c.mu.Unlock()
	}
	return names, err
}

func (c *Catalogue) readNames(context any, more map[string][]byte) (names *Names, err error) {
	defer func() { // json-gold panics on some malformed contexts
		if p := recover(); p != nil {
			names, err = nil, fmt.Errorf("the @context cannot be processed: %v", p)
		}
	}()
	var list []any
	switch x := context.(type) {
	case nil:
	case []any:
		list = slices.Clone(x)
	default:
		list = []any{x}
	}
	mapped := false
	var missing error
	for _, part := range list {
		if address, isAddress := part.(string); !isAddress || !ngsild.IsCoreContext(address) {
			mapped = true
		}
	}
	list = append(list, ngsild.CoreContextURL) // the core @context has the last word
	inlined, err := ngsild.InlineContext(plain(list), ngsild.Loader(func(address string) ([]byte, error) {
		if b, ok := more[address]; ok {
			return b, nil
		}
		b, err := c.contextDocument(address)
		if err != nil {
			missing = err
		}
		return b, err
	}))
	if missing != nil {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("the @context cannot be used: %w", err)
	}
	options := ld.NewJsonLdOptions("") // whose own loader would go to the network for @import and scoped contexts
	options.DocumentLoader = ngsild.Loader(nil)
	parsed, err := ld.NewContext(nil, options).Parse(inlined)
	if err != nil {
		return nil, fmt.Errorf("the @context cannot be used: %w", err)
	}
	return &Names{context: parsed, expanded: map[string]string{}, mapped: mapped}, nil
}

// contextDocument is an @context document of the catalogue.
func (c *Catalogue) contextDocument(address string) ([]byte, error) {
	if f := c.find(address); f != nil {
		return f.read()
	}
	return nil, fmt.Errorf("%w: %s is not in the catalogue, and nothing is fetched from the network", ErrContextUnknown, address)
}

// AddContext keeps content as the @context document that is published at address, so that
// entities which name it can be read; it takes the place of what the catalogue has there.
// Call it before the catalogue is used.
func (c *Catalogue) AddContext(address string, content []byte) error {
	if u, err := url.Parse(address); err != nil || u.Scheme == "" || u.Host == "" {
		return fmt.Errorf("%q is no address: expected one such as https://example.org/context.jsonld", address)
	}
	doc, err := validate.Decode(content)
	if err != nil {
		return err
	}
	if object, ok := doc.(map[string]any); !ok || object["@context"] == nil {
		return errors.New(`it is no @context document: expected an object with the member "@context"`)
	}
	s := newSource(address, "mimcheck:///contexts/")
	s.byID[address] = &file{path: address, read: func() ([]byte, error) { return content, nil }}
	c.sources = append([]*source{s}, c.sources...)
	return nil
}

// Expand is the IRI that a short name stands for. A name that no @context maps
// stands for one in NGSI-LD's default vocabulary; an IRI stands for itself.
func (n *Names) Expand(term string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if iri, ok := n.expanded[term]; ok {
		return iri
	}
	iri := n.expand(term)
	if len(n.expanded) > 50_000 {
		clear(n.expanded)
	}
	n.expanded[term] = iri
	return iri
}

func (n *Names) expand(term string) (iri string) {
	defer func() {
		if recover() != nil {
			iri = ngsild.DefaultVocab + term
		}
	}()
	iri, err := n.context.ExpandIri(term, false, true, nil, nil)
	if err != nil || iri == "" || !strings.Contains(iri, ":") {
		return ngsild.DefaultVocab + term
	}
	return iri
}

// Mapped says whether more than the core @context is there.
func (n *Names) Mapped() bool { return n.mapped }

// plain replaces json.Number, which json-gold does not know.
func plain(v any) any {
	switch x := v.(type) {
	case json.Number:
		f, _ := x.Float64()
		return f
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = plain(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = plain(e)
		}
		return out
	}
	return v
}

// coreTerms are the terms of the core @context and their IRIs.
var coreTerms = sync.OnceValue(func() map[string]string {
	doc, err := validate.Decode(ngsild.CoreContext())
	if err != nil {
		return nil
	}
	return termsOf(doc)
})
