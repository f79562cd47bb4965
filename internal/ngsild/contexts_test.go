package ngsild

import (
	"errors"
	"testing"

	"github.com/piprate/json-gold/ld"
)

func TestEveryCoreAddressExpandsTheSameTerms(t *testing.T) {
	for _, url := range append([]string{"http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"}, coreContextURLs...) {
		options := ld.NewJsonLdOptions("")
		options.DocumentLoader = Loader(nil)
		context, err := ld.NewContext(nil, options).Parse(url)
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		for term, want := range map[string]string{
			"value": CoreVocab + "hasValue", "object": CoreVocab + "hasObject", "id": "@id",
			"Property": CoreVocab + "Property", "unknownTerm": DefaultVocab + "unknownTerm",
		} {
			if got, err := context.ExpandIri(term, false, true, nil, nil); err != nil || got != want {
				t.Errorf("%s: %s expands to %q (%v), want %q", url, term, got, err, want)
			}
		}
	}
}

func TestLoaderAsksForOthersOnly(t *testing.T) {
	var asked []string
	loader := Loader(func(url string) ([]byte, error) {
		asked = append(asked, url)
		if url == "http://bad" {
			return nil, errors.New("refused")
		}
		return []byte(`{"@context":{"a":"http://example.org/a"}}`), nil
	})
	if _, err := loader.LoadDocument("http://good"); err != nil {
		t.Error(err)
	}
	if _, err := loader.LoadDocument("http://bad"); err == nil {
		t.Error("a failed fetch must fail the load")
	}
	if _, err := loader.LoadDocument(CoreContextURL); err != nil {
		t.Error(err)
	}
	if len(asked) != 2 {
		t.Errorf("fetched %v, want the two other documents only", asked)
	}
	if _, err := Loader(nil).LoadDocument("http://good"); err == nil {
		t.Error("an offline loader must fail for a document that is not bundled")
	}
}
