package mim3_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// inPages is how checks end at a catalogue whose pages are these: what comes after /catalog ->
// Turtle, in which {at} is the address of the server. A page that begins with Link: has that
// header field in its first line.
func inPages(t *testing.T, pages map[string]string, ids ...string) map[string]suites.Result {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		turtle, there := pages[strings.TrimPrefix(r.URL.RequestURI(), "/catalog")]
		if !there {
			http.NotFound(w, r)
			return
		}
		if link, rest, found := strings.Cut(turtle, "\n"); found && strings.HasPrefix(link, "Link:") {
			w.Header().Set("Link", strings.TrimPrefix(link, "Link:"))
			turtle = rest
		}
		w.Header().Set("Content-Type", "text/turtle")
		_, _ = fmt.Fprint(w, prefixes+"@prefix h: <http://www.w3.org/ns/hydra/core#> . @prefix tree: <https://w3id.org/tree#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . ",
			strings.ReplaceAll(turtle, "{at}", "http://"+r.Host+"/catalog")) // the client may be gone
	}))
	t.Cleanup(server.Close)
	platform := judgetest.City(t)
	platform.Endpoints["dcat"] = server.URL + "/catalog"
	results := map[string]suites.Result{}
	for _, check := range ofCatalogues() {
		for _, id := range ids {
			if check.ID == "mim3."+id {
				results[id] = judgetest.Run(t, check, 7, platform)
			}
		}
	}
	if len(results) != len(ids) {
		t.Fatalf("of the checks %v %d are there", ids, len(results))
	}
	return results
}

// lists is the description of a catalogue on a page, with what it lists.
func lists(datasets ...string) string {
	return "c:all a dcat:Catalog ; dct:title 'All' ; dct:publisher [ a foaf:Agent ; foaf:name 'City' ] ; dcat:dataset " + strings.Join(datasets, ", ") + " . "
}

const licensed = " a dcat:Dataset ; dct:license <https://creativecommons.org/licenses/by/4.0/> . "

// All ways in which pages lead to one another are followed.
func TestPagesOfCataloguesAreFollowed(t *testing.T) {
	const wrong = "c:b a dcat:Dataset ." // tells no terms
	for name, pages := range map[string][2]string{
		"by Hydra":                 {"<?page=1> a h:PartialCollectionView ; h:next <?page=2> .", ""},
		"by its first draft":       {"<?page=1> a h:PagedCollection ; h:nextPage <?page=2> .", ""},
		"by Hydra, as a text":      {"<?page=1> a h:PagedCollection ; h:nextPage '{at}?page=2' ; h:next '{at}?page=2' .", ""},
		"by a relative text":       {"[] h:next '?page=2' .", ""},
		"by TREE":                  {"<> tree:relation [ a tree:Relation ; tree:node <?page=2> ] .", ""},
		"by a Link header field":   {"", `Link: </catalog?page=2>; rel="next"`},
		"by a relative Link":       {"", `Link: <?page=2>; rel=next, <?page=9>; rel=last`},
		"by all ways that differ":  {"<?page=1> h:next <?page=2> .", `Link: <?page=2>; rel=next`},
		"by a name with fragments": {"<?page=1> h:next <?page=2#it> .", ""},
	} {
		first := lists("c:a") + "c:a" + licensed + pages[0]
		if pages[1] != "" {
			first = pages[1] + "\n" + first
		}
		for second, want := range map[string]reports.Outcome{"c:b" + licensed: reports.Passed, wrong: reports.Failed} {
			r := inPages(t, map[string]string{"": first, "?page=2": lists("c:b") + second}, "terms.dataset.present")["terms.dataset.present"]
			if r.Outcome != want {
				t.Errorf("%s, %s: ends as %s, expected %s: %s", name, second, r.Outcome, want, r.Reason)
			}
		}
	}
}

// What is on a page that was not read is neither there nor missing.
func TestPartsOfCatalogues(t *testing.T) {
	const next, elsewhere = "<?page=1> h:next <?page=2> . ", "<?page=1> h:next <https://elsewhere.example/?page=2> . "
	termless := lists("c:a") + "c:a a dcat:Dataset . "
	long := map[string]string{"": termless + next}
	for n := 2; n < 9; n++ {
		long[fmt.Sprintf("?page=%d", n)] = lists(fmt.Sprintf("c:d%d", n)) + fmt.Sprintf("c:d%d%s<?page=%[1]d> h:next <?page=%[3]d> .", n, licensed, n+1)
	}
	unlisted := lists("c:b") + "c:a" + licensed + "c:b" + licensed
	for _, c := range []struct {
		name, check string
		pages       map[string]string
		want        reports.Outcome
	}{
		{"the terms may be elsewhere", "terms.dataset.present", map[string]string{"": termless + elsewhere}, reports.CantTell},
		{"the terms are not on the next page", "terms.dataset.present", map[string]string{"": termless + next, "?page=2": lists("c:b") + "c:b" + licensed}, reports.Failed},
		{"a service on the next page tells the terms", "terms.dataset.present", map[string]string{"": termless + next, "?page=2": "c:s a dcat:DataService ; dcat:servesDataset c:a ; dct:license c:l ."}, reports.Passed},
		{"the page is gone", "terms.dataset.present", map[string]string{"": termless + next}, reports.CantTell},
		{"more pages than are read", "terms.dataset.present", long, reports.CantTell},
		{"more pages than are read, which is no mismatch", "dataCatalogue.pages.there", long, reports.Passed},
		{"more pages than are read, and no end of them", "dataCatalogue.pages.end", long, reports.Passed},
		{"the model may be elsewhere", "dataModel.catalogue.registered", map[string]string{"": termless + elsewhere}, reports.CantTell},
		{"no model on any page", "dataModel.catalogue.registered", map[string]string{"": termless + next, "?page=2": lists("c:b") + "c:b" + licensed}, reports.Failed},
		{"a model on the next page", "dataModel.catalogue.registered", map[string]string{"": termless + next, "?page=2": "c:b dct:conformsTo c:m ."}, reports.Passed},
		{"listed elsewhere", "dataCatalogue.discovery.listed", map[string]string{"": unlisted + elsewhere}, reports.CantTell},
		{"listed on the next page", "dataCatalogue.discovery.listed", map[string]string{"": unlisted + next, "?page=2": lists("c:a")}, reports.Passed},
		{"listed nowhere", "dataCatalogue.discovery.listed", map[string]string{"": unlisted + next, "?page=2": lists("c:b")}, reports.Failed},
		{"described on the next page", "dataCatalogue.discovery.described", map[string]string{"": lists("<catalog/a>") + next, "?page=2": "<catalog/a>" + licensed}, reports.Passed},
		{"described on no page", "dataCatalogue.discovery.described", map[string]string{"": lists("<catalog/a>") + next, "?page=2": lists("<catalog/a>")}, reports.Failed},
		{"described perhaps", "dataCatalogue.discovery.described", map[string]string{"": lists("<catalog/a>") + next}, reports.CantTell},
		{"one publisher without a name", "dataCatalogue.content.publisher", map[string]string{"": lists("c:a") + next, "?page=2": lists("c:b")}, reports.Passed},
		{"two publishers", "dataCatalogue.content.publisher", map[string]string{"": "c:all a dcat:Catalog ; dct:publisher c:p . " + next, "?page=2": "c:all dct:publisher c:q ."}, reports.Failed},
		{"a date that differs, as the catalogue changed", "dataCatalogue.content.modified", map[string]string{"": "c:all a dcat:Catalog ; dct:modified '2025-01-01'^^<http://www.w3.org/2001/XMLSchema#date> . " + next,
			"?page=2": "c:all dct:modified '2025-01-02'^^<http://www.w3.org/2001/XMLSchema#date> ."}, reports.Passed},
		{"one page", "dataCatalogue.pages.there", map[string]string{"": termless}, reports.Inapplicable},
		{"a page that is not there", "dataCatalogue.pages.there", map[string]string{"": termless + next}, reports.Failed},
		{"a page elsewhere", "dataCatalogue.pages.there", map[string]string{"": termless + elsewhere}, reports.CantTell},
		{"pages that come back", "dataCatalogue.pages.end", map[string]string{"": termless + next, "?page=2": lists("c:b") + "<?page=2> h:next <?page=2> ."}, reports.Failed},
		{"a total of datasets", "dataCatalogue.pages.total", map[string]string{"": termless + next + "<?page=1> h:totalItems 2 .", "?page=2": lists("c:b")}, reports.Passed},
		{"a total with data services", "dataCatalogue.pages.total", map[string]string{"": termless + next + "<?page=1> h:totalItems 3 .", "?page=2": lists("c:b") + "c:all dcat:service c:s ."}, reports.Passed},
		{"a total that is too high", "dataCatalogue.pages.total", map[string]string{"": termless + next + "<?page=1> h:totalItems 4 .", "?page=2": lists("c:b")}, reports.Failed},
		{"a total that is too high for one page", "dataCatalogue.pages.total", map[string]string{"": termless + "<> h:totalItems 4 ."}, reports.Failed},
		{"a total that is too low for what was read", "dataCatalogue.pages.total", map[string]string{"": lists("c:a", "c:b") + elsewhere + "<?page=1> h:totalItems 1 ."}, reports.Failed},
		{"a total of what was not read", "dataCatalogue.pages.total", map[string]string{"": lists("c:a", "c:b") + elsewhere + "<?page=1> h:totalItems 7 ."}, reports.CantTell},
		{"a total in words", "dataCatalogue.pages.total", map[string]string{"": termless + "<> h:totalItems 'many' ."}, reports.Failed},
		{"no total", "dataCatalogue.pages.total", map[string]string{"": termless}, reports.Inapplicable},
		{"no last page", "dataCatalogue.pages.last", map[string]string{"": termless}, reports.Inapplicable},
		{"a last page", "dataCatalogue.pages.last", map[string]string{"": termless + next + "<?page=1> h:lastPage '{at}?page=2' .", "?page=2": lists("c:b")}, reports.Passed},
		{"a last page that is not there", "dataCatalogue.pages.last", map[string]string{"": termless + next + "<?page=1> h:last <?page=9> .", "?page=2": lists("c:b")}, reports.Failed},
		{"a last page elsewhere", "dataCatalogue.pages.last", map[string]string{"": termless + next + "<?page=1> h:last <https://elsewhere.example/> .", "?page=2": lists("c:b")}, reports.CantTell},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := inPages(t, c.pages, c.check)[c.check]; r.Outcome != c.want {
				t.Errorf("%s ends as %s, expected %s: %s", c.check, r.Outcome, c.want, r.Reason)
			}
		})
	}
}
