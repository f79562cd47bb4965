package rdf_test

import (
	"sync"
	"testing"

	"github.com/oasc/mimcheck/internal/rdf"
)

func TestAReaderGivesEachItsOwnGraph(t *testing.T) {
	const document = `@prefix ex: <https://example.org/> . ex:a ex:knows ex:b, [ ex:name "c" ] .`
	reader := rdf.NewReader()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			g, err := reader.Read("text/turtle", []byte(document), "https://example.org/")
			if err != nil {
				t.Error(err)
				return
			}
			if g.Len() != 3 {
				t.Errorf("%d triples, expected 3", g.Len())
			}
			g.Add(rdf.Ref("https://example.org/a"), "https://example.org/knows", rdf.Ref("https://example.org/d"))
		})
	}
	all.Wait()
	if g, err := reader.Read("text/turtle", []byte(document), "https://example.com/"); err != nil || g.Len() != 3 {
		t.Errorf("with another base: %v, %v", g, err)
	}
}

func TestAReaderTellsWhatCannotBeRead(t *testing.T) {
	for _, reader := range []*rdf.Reader{nil, rdf.NewReader()} {
		for range 2 {
			if g, err := reader.Read("application/ld+json", []byte(`{"@id": `), ""); err == nil {
				t.Errorf("read as %v", g)
			}
		}
		if g, err := reader.Read("application/ld+json", []byte(`{"@id": "https://example.org/a", "https://example.org/p": 1}`), ""); err != nil || g.Len() != 1 {
			t.Errorf("%v, %v", g, err)
		}
	}
}
