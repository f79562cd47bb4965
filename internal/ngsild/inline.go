package ngsild

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/piprate/json-gold/ld"
)

// maxContextDepth bounds how far remote contexts may refer to each other.
const maxContextDepth = 10

// InlineContext returns an @context that means the same as context and refers to no
// other document: each URL in it is replaced by the contexts that the document
// there holds. json-gold, given the URLs, takes two siblings that refer to the same
// document (a user context that includes the core context, beside the core
// context) for a cycle; here a cycle is a document that includes itself. The core
// context (CoreContextURL) is inlined like any other.
func InlineContext(context any, loader ld.DocumentLoader) ([]any, error) {
	return inline(context, "", loader, nil)
}

func inline(context any, base string, loader ld.DocumentLoader, path []string) ([]any, error) {
	switch c := context.(type) {
	case []any:
		var all []any
		for _, item := range c {
			inlined, err := inline(item, base, loader, path)
			if err != nil {
				return nil, err
			}
			all = append(all, inlined...)
		}
		return all, nil
	case string:
		address, err := absolute(base, c)
		if err != nil {
			return nil, err
		}
		if slices.Contains(path, address) || len(path) >= maxContextDepth {
			return nil, fmt.Errorf("@context %s includes itself, or contexts are nested more than %d deep: %s",
				address, maxContextDepth, strings.Join(append(slices.Clone(path), address), " > "))
		}
		document, err := loader.LoadDocument(address)
		if err != nil {
			return nil, fmt.Errorf("@context %s: %w", address, err)
		}
		holder, ok := document.Document.(map[string]any)
		if !ok || holder["@context"] == nil {
			return nil, fmt.Errorf("the document at %s has no @context member", address)
		}
		return inline(holder["@context"], address, loader, append(slices.Clone(path), address))
	}
	return []any{context}, nil
}

func absolute(base, reference string) (string, error) {
	if base == "" {
		return reference, nil
	}
	from, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("@context address %q: %w", base, err)
	}
	to, err := from.Parse(reference)
	if err != nil {
		return "", fmt.Errorf("@context address %q: %w", reference, err)
	}
	return to.String(), nil
}
