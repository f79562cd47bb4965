package rdf

import (
	"errors"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	const triple = "<http://a.example/s> <http://a.example/p> <http://a.example/o>"
	for media, document := range map[string]string{
		"text/turtle":           triple + " .",
		"application/n-triples": triple + " .",
		"application/n-quads":   triple + " <http://a.example/g> .\n",
		"application/ld+json":   `{"@id": "s", "http://a.example/p": {"@id": "http://a.example/o"}}`,
	} {
		g, err := Read(media, []byte(document), "http://a.example/")
		if err != nil {
			t.Errorf("%s: %v", media, err)
			continue
		}
		if got := strings.TrimSpace(g.NTriples()); got != triple+" ." {
			t.Errorf("%s: %s", media, got)
		}
	}
	for media, form := range map[string]bool{"application/rdf+xml": true, "application/trig": true, "text/plain": false, "": false, "application/n-quads": false} {
		if _, err := Read(media, []byte("<x"), "http://a.example/"); err == nil || errors.Is(err, ErrForm) != form {
			t.Errorf("%s: %v", media, err)
		}
	}
}
