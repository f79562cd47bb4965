package ngsild

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/piprate/json-gold/ld"
)

//go:embed contexts/core.jsonld
var coreContext []byte

// coreContextURLs are the addresses under which ETSI publishes the core @context;
// one document stands for all of them, because the versions only add terms.
var coreContextURLs = []string{
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.3.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.4.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.5.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.7.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld",
	"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld",
}

// CoreContext is the bundled core @context document (4.4), as JSON.
func CoreContext() []byte { return slices.Clone(coreContext) }

// IsCoreContext says whether url is an address of the core @context. Many write it with
// http, from where ETSI redirects to the same document.
func IsCoreContext(url string) bool {
	if rest, clear := strings.CutPrefix(url, "http://"); clear {
		url = "https://" + rest
	}
	return slices.Contains(coreContextURLs, url)
}

// Loader is a JSON-LD document loader that serves the core @context, under every
// version's address, from the bundled document and asks fetch for all others.
// A nil fetch makes the loader work offline only. It keeps no cache of what fetch
// returns.
func Loader(fetch func(url string) ([]byte, error)) ld.DocumentLoader {
	return documentLoader(fetch)
}

type documentLoader func(url string) ([]byte, error)

// LoadDocument implements ld.DocumentLoader.
func (fetch documentLoader) LoadDocument(url string) (*ld.RemoteDocument, error) {
	var raw []byte
	switch {
	case IsCoreContext(url):
		raw = coreContext
	case fetch == nil:
		return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed,
			fmt.Errorf("@context %s is not bundled and this loader works offline", url))
	default:
		var err error
		if raw, err = fetch(url); err != nil {
			return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, err)
		}
	}
	var document any
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed,
			fmt.Errorf("@context %s is not JSON: %w", url, err))
	}
	return &ld.RemoteDocument{DocumentURL: url, Document: document}, nil
}
