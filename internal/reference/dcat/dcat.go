// Package dcat is the part of the reference city platform that is the city's data
// catalogue, by DCAT-AP 3 (which a catalogue by DCAT-AP 2.1 is hardly told from), as
// JSON-LD and as Turtle. It shares nothing with the checks.
package dcat

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Base is the path of the catalogue. What it has is below.
const Base = "/catalog"

//go:embed sample.jsonld
var sample string

//go:embed parking.csv
var parking []byte

// files are what distributions lead to: name -> content.
func files() map[string][]byte { return map[string][]byte{"parking.csv": parking} }

// Media types.
const (
	mediaJSONLD = "application/ld+json"
	mediaTurtle = "text/turtle"
)

// Catalogue serves the catalogue, an http.Handler for all paths at and below Base.
type Catalogue struct{ document string }

// New makes the catalogue of the sample city.
func New() *Catalogue {
	sum := sha256.Sum256(parking)
	return &Catalogue{strings.NewReplacer("{parking-size}", strconv.Itoa(len(parking)), "{parking-sha256}", hex.EncodeToString(sum[:])).Replace(sample)}
}

// ServeHTTP serves the whole catalogue at Base, the part about one dataset at
// Base/datasets/ID, and the files of distributions at Base/files/NAME.
func (c *Catalogue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the catalogue can be read only", http.StatusMethodNotAllowed)
		return
	}
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, Base), "/")
	kind, name, _ := strings.Cut(path, "/")
	switch {
	case path == "":
		c.graph(w, r, func(graph) bool { return true })
	case kind == "datasets" && name != "":
		c.graph(w, r, func(g graph) bool { return g["@id"] == root(r)+Base+"/"+path })
	case kind == "files" && files()[name] != nil:
		w.Header().Set("Content-Type", "text/csv;charset=utf-8")
		_, _ = w.Write(files()[name]) // the client may be gone
	default:
		http.Error(w, "there is no resource "+r.URL.Path, http.StatusNotFound)
	}
}

// graph is one node of the document.
type graph = map[string]any

// graph sends the nodes that are selected, in the form that the client prefers.
func (c *Catalogue) graph(w http.ResponseWriter, r *http.Request, selects func(graph) bool) {
	var document struct {
		Context map[string]string `json:"@context"`
		Graph   []graph           `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(c.document, "{root}", root(r))), &document); err != nil {
		http.Error(w, "the catalogue cannot be read: "+err.Error(), http.StatusInternalServerError)
		return
	}
	kept := []graph{}
	for _, g := range document.Graph {
		if selects(g) {
			kept = append(kept, g)
		}
	}
	if len(kept) == 0 {
		http.Error(w, "there is no resource "+r.URL.Path, http.StatusNotFound)
		return
	}
	media := preferred(r.Header.Values("Accept"))
	w.Header().Set("Vary", "Accept")
	switch media {
	case mediaTurtle:
		w.Header().Set("Content-Type", mediaTurtle+";charset=utf-8")
		_, _ = w.Write([]byte(turtle(document.Context, kept))) // the client may be gone
	case mediaJSONLD:
		b, err := json.MarshalIndent(map[string]any{"@context": document.Context, "@graph": kept}, "", " ")
		if err != nil {
			http.Error(w, "the answer could not be written", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", mediaJSONLD)
		_, _ = w.Write(b) // the client may be gone
	default:
		http.Error(w, "there is JSON-LD and Turtle", http.StatusNotAcceptable)
	}
}

// preferred is the form of the highest weight (RFC 9110, 12.5.1), JSON-LD before Turtle;
// empty when the client takes neither.
func preferred(accept []string) string {
	if len(accept) == 0 {
		return mediaTurtle
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
		offered := map[string]string{mediaJSONLD: mediaJSONLD, "application/json": mediaJSONLD, mediaTurtle: mediaTurtle, "text/*": mediaTurtle, "application/*": mediaJSONLD, "*/*": mediaTurtle}[name]
		if offered != "" && (weight > best || weight == best && offered == mediaJSONLD) && weight > 0 {
			best, form = weight, offered
		}
	}
	return form
}

// root is the platform's address as the client sees it.
func root(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, r.Host)
}
