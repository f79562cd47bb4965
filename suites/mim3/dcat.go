package mim3

import (
	_ "embed"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	"github.com/oasc/mimcheck/internal/shacl"
	. "github.com/oasc/mimcheck/suites"
)

// Media types of RDF.
const (
	mediaJSONLD   = "application/ld+json"
	mediaTurtle   = "text/turtle"
	mediaNTriples = "application/n-triples"
	mediaRDFXML   = "application/rdf+xml"
)

// Vocabularies.
const (
	dcat = "http://www.w3.org/ns/dcat#"
	dct  = "http://purl.org/dc/terms/"
	odrl = "http://www.w3.org/ns/odrl/2/"
	// Hydra and TREE, by which catalogues come in pages; the first drafts of Hydra had nextPage.
	hydra = "http://www.w3.org/ns/hydra/core#"
	tree  = "https://w3id.org/tree#"
	spdx  = "http://spdx.org/rdf/terms#"
)

//go:embed dcat-ap.ttl
var dcatShapes []byte

const shapeBase = "urn:mimcheck:shapes:dcat-ap#"

var shapes = sync.OnceValues(func() (*shacl.Shapes, error) {
	g, err := rdf.Turtle(dcatShapes, "")
	if err != nil {
		return nil, fmt.Errorf("dcat-ap.ttl: %w", err)
	}
	return shacl.New(g)
})

// rdfForms is what to accept of a catalogue, in whichever form it comes.
const rdfForms = mediaJSONLD + ", " + mediaTurtle + ";q=0.9, " + mediaNTriples + ";q=0.8, " + mediaRDFXML + ";q=0.1"

// rdfAt is an answer with the graph that it holds.
type rdfAt struct {
	*probe.Response
	*rdf.Graph
	address string // where it came from, after redirects
	accept  string // the forms that were asked for
}

// front is the answer at the catalogue's own address, and where it came from.
func front(t *T, accept string) (*probe.Response, string) {
	address := t.Env.Endpoints[probe.DCAT]
	r, at := t.Follow(probe.DCAT, address, accepting(accept))
	if r.Status == http.StatusNotFound {
		r, at = t.Follow(probe.DCAT, address+"/", accepting(accept)) // addresses of endpoints are kept without it
	}
	if media := mediaOf(r); (media == "text/html" || media == "application/xhtml+xml") && (r.Status < 400 || r.Status >= 500) {
		t.CantTell("an HTML page came (status %d) from %s where RDF is due: a proxy, a login page or another address than the catalogue's; check the address", r.Status, at)
	}
	return r, at
}

// document is the catalogue, with its pages, in whichever form it comes. Descriptions of
// entries that it only names, and that are below the endpoint, are read too.
func document(t *T) paged {
	d := walk(t)
	if d.left != "" {
		t.Note("The data catalogue was read in part: %s.", d.left)
	}
	t.MustHold(d.Response, len(d.Instances(dcat+"Catalog")) > 0, "the document describes no dcat:Catalog (it has %d triples)", d.Len())
	fetched := 0
	for _, pair := range d.Linked(dcat + "dataset") {
		path, below := within(t, pair[1])
		if d.Has(pair[1]) || !below || fetched == tries {
			continue
		}
		fetched++
		r := t.GET(path, accepting(mediaJSONLD+", "+mediaTurtle+";q=0.9"), AnyMedia())
		if r.Status != http.StatusOK {
			continue // another check tells of it
		}
		if g, err := graphOf(t, r, pair[1].Value); err == nil {
			d.Merge(g, fmt.Sprintf("e%d", fetched))
		}
	}
	return d
}

func accepting(media string) Option { return Header("Accept", media) }

// described asks for the catalogue as RDF, which has to come.
func described(t *T, accept string) rdfAt {
	r, at := front(t, accept)
	t.Require(r).To(HaveStatus(http.StatusOK))
	g, err := graphOf(t, r, at)
	if errors.Is(err, rdf.ErrRemoteContext) && accept != mediaJSONLD && accept != mediaTurtle {
		return described(t, mediaTurtle)
	}
	if errors.Is(err, rdf.ErrRemoteContext) {
		t.CantTell("%v", err)
	}
	t.MustHold(r, err == nil, "what came as %s cannot be read: %v", r.Header.Get("Content-Type"), err)
	return rdfAt{Response: r, Graph: g, address: at, accept: accept}
}

// graphOf reads RDF that came from an address. A form that can't be read here ends the check.
func graphOf(t *T, r *probe.Response, at string) (*rdf.Graph, error) {
	g, err := t.Env.RDF.Read(mediaOf(r), r.Body, at)
	if errors.Is(err, rdf.ErrForm) {
		t.CantTell("the catalogue cannot be judged: %v", err)
	}
	return g, err
}

func mediaOf(r *probe.Response) string {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return media
}

// within is the path below the catalogue's endpoint that an IRI leads to; false when it
// leads elsewhere, where nothing is asked for.
func within(t *T, to rdf.Term) (string, bool) {
	base, err := url.Parse(t.Env.Endpoints[probe.DCAT])
	if err != nil || to.Kind != rdf.IRI {
		return "", false
	}
	u, err := url.Parse(to.Value)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.RawQuery != "" {
		return "", false
	}
	path, below := strings.CutPrefix(u.EscapedPath(), strings.TrimRight(base.EscapedPath(), "/"))
	return path, below && len(path) > 1 && path[0] == '/'
}

// mostFindings is how many mismatches of one kind a check tells: a catalogue can have
// thousands of entries.
const mostFindings = 20

// fits holds the catalogue against a property shape.
func fits(t *T, d paged, name string) {
	all, err := shapes()
	if err != nil {
		t.CantTell("the shapes of DCAT-AP cannot be read, which is a fault of mimcheck: %v", err)
	}
	shape := rdf.Ref(shapeBase + name)
	about, values, told := 0, 0, 0
	for _, focus := range all.Targets(d.Graph, shape) {
		if focus.Kind == rdf.IRI && !d.Has(focus) {
			continue // described elsewhere
		}
		if slices.Contains(notOfSeries(), name) && isSeries(d, focus) || strings.HasPrefix(name, "dataset-") && isCatalogueItself(d, focus) {
			continue
		}
		about++
		values += len(all.Values(d.Graph, focus, shape))
		for _, found := range all.Validate(d.Graph, focus, shape) {
			if told++; told <= mostFindings {
				t.Holds(d.Response, false, "%v, <%s>: %s", found.Focus, found.Path, found.Message)
			}
		}
	}
	switch {
	case told > mostFindings:
		t.Note("%s: %d more mismatches of this kind are not told.", t.Check.ID, told-mostFindings)
	case about == 0:
		t.Inapplicable("%s describes nothing that this is about", d.name())
	case values == 0 && !all.Requires(shape):
		t.Inapplicable("none of the %d in %s that this is about has it", about, d.name())
	}
}

// notOfSeries are the shapes of properties that datasets have and series of datasets do not,
// though catalogues list both as datasets (DCAT-AP 3.0, Dataset Series).
func notOfSeries() []string {
	return []string{"dataset-distribution", "dataset-keyword", "dataset-theme"}
}

// isSeries says whether a dataset stands for a series of others, which have the data.
func isSeries(d paged, x rdf.Term) bool { return d.Is(x, dcat+"DatasetSeries") }

// isCatalogueItself says whether something is a catalogue, which by DCAT is a dataset as
// well, and no entry of another one.
func isCatalogueItself(d paged, x rdf.Term) bool {
	return d.Is(x, dcat+"Catalog") && len(d.Subjects(dcat+"dataset", x)) == 0
}

// datasets are the entries that are described, which there have to be.
func datasets(t *T, d paged) []rdf.Term {
	var all []rdf.Term
	seen := map[rdf.Term]bool{}
	add := func(x rdf.Term) {
		if !seen[x] && (d.Has(x) || x.Kind == rdf.Blank) && !isCatalogueItself(d, x) {
			seen[x] = true
			all = append(all, x)
		}
	}
	for _, x := range d.Instances(dcat + "Dataset") {
		add(x)
	}
	for _, pair := range d.Linked(dcat + "dataset") {
		add(pair[1])
	}
	if len(all) == 0 {
		t.Untested("%s describes no dataset", d.name())
	}
	return all
}
