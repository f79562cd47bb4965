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
	"net/http"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/linked"
)

// Base is the path of the catalogue. What it has is below.
const Base = "/catalog"

//go:embed sample.jsonld
var sample string

//go:embed parking.csv
var parking []byte

// files are what distributions lead to: name -> content.
func files() map[string][]byte { return map[string][]byte{"parking.csv": parking} }

// Catalogue serves the catalogue, an http.Handler for all paths at and below Base.
type Catalogue struct{ text string }

// New makes the catalogue of the sample city.
func New() *Catalogue {
	sum := sha256.Sum256(parking)
	return &Catalogue{strings.NewReplacer("{parking-size}", strconv.Itoa(len(parking)), "{parking-sha256}", hex.EncodeToString(sum[:])).Replace(sample)}
}

// ServeHTTP serves the catalogue at Base, page by page, the part about one dataset at
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
		c.page(w, r)
	case kind == "datasets" && name != "":
		c.node(w, r, root(r)+Base+"/"+path)
	case kind == "files" && files()[name] != nil:
		w.Header().Set("Content-Type", "text/csv;charset=utf-8")
		_, _ = w.Write(files()[name]) // the client may be gone
	default:
		http.Error(w, "there is no resource "+r.URL.Path, http.StatusNotFound)
	}
}

// document is the whole catalogue.
type document struct {
	Context map[string]string `json:"@context"`
	Graph   []linked.Node     `json:"@graph"`
}

// document is the catalogue with the addresses that the client sees; false when the answer is
// made, since it cannot be read.
func (c *Catalogue) document(w http.ResponseWriter, r *http.Request) (d document, ok bool) {
	if err := json.Unmarshal([]byte(strings.ReplaceAll(c.text, "{root}", root(r))), &d); err != nil {
		http.Error(w, "the catalogue cannot be read: "+err.Error(), http.StatusInternalServerError)
		return document{}, false
	}
	return d, true
}

// node sends what the catalogue says of one thing.
func (c *Catalogue) node(w http.ResponseWriter, r *http.Request, id string) {
	d, ok := c.document(w, r)
	if !ok {
		return
	}
	for _, n := range d.Graph {
		if n["@id"] == id {
			linked.Answer(w, r, d.Context, []linked.Node{n})
			return
		}
	}
	http.Error(w, "there is no resource "+r.URL.Path, http.StatusNotFound)
}

// root is the platform's address as the client sees it.
func root(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, r.Host)
}
