// Package linked writes the RDF of the reference city platform: as JSON-LD or as Turtle,
// whichever a client prefers. It shares nothing with the checks.
package linked

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Media types.
const (
	JSONLD = "application/ld+json"
	Turtle = "text/turtle"
)

// Node is one node of a document: @id, @type with a list of names, and names with lists of
// objects, which have @id or @value. Names have prefixes.
type Node = map[string]any

// Answer sends the nodes in the form that the client prefers, and refuses one that takes
// neither. The prefixes are names with the IRIs that they stand for.
func Answer(w http.ResponseWriter, r *http.Request, prefixes map[string]string, nodes []Node) {
	w.Header().Set("Vary", "Accept")
	switch preferred(r.Header.Values("Accept")) {
	case Turtle:
		send(w, r, Turtle+";charset=utf-8", []byte(turtle(prefixes, nodes)))
	case JSONLD:
		b, err := json.MarshalIndent(map[string]any{"@context": prefixes, "@graph": nodes}, "", " ")
		if err != nil {
			http.Error(w, "the answer could not be written", http.StatusInternalServerError)
			return
		}
		send(w, r, JSONLD, b)
	default:
		http.Error(w, "there is JSON-LD and Turtle", http.StatusNotAcceptable)
	}
}

// send sends a form with its entity tag, unless the client says that it has it (RFC 9110,
// 13.1.2).
func send(w http.ResponseWriter, r *http.Request, media string, body []byte) {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	for asked := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if asked = strings.TrimSpace(asked); asked == "*" || strings.TrimPrefix(asked, "W/") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.Header().Set("Content-Type", media)
	_, _ = w.Write(body) // the client may be gone
}

// preferred is the form of the highest weight (RFC 9110, 12.5.1), JSON-LD before Turtle;
// empty when the client takes neither.
func preferred(accept []string) string {
	if len(accept) == 0 {
		return Turtle
	}
	best, form := 0.0, ""
	for entry := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, params, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			weight = q
		}
		offered := map[string]string{JSONLD: JSONLD, "application/json": JSONLD, Turtle: Turtle, "text/*": Turtle, "application/*": JSONLD, "*/*": Turtle}[name]
		if offered != "" && (weight > best || weight == best && offered == JSONLD) && weight > 0 {
			best, form = weight, offered
		}
	}
	return form
}
