package mim3_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim3"
)

// ofCatalogues are the checks of data catalogues.
func ofCatalogues() []suites.Check {
	var all []suites.Check
	for _, c := range mim3.Checks() {
		if c.Asks()[0] == "dcat" {
			all = append(all, c)
		}
	}
	return all
}

// Each property shape that has a name is judged by a check.
func TestEachShapeHasItsCheck(t *testing.T) {
	raw, err := os.ReadFile("dcat-ap.ttl")
	if err != nil {
		t.Fatal(err)
	}
	judged := map[string]bool{}
	for _, c := range ofCatalogues() {
		judged[strings.TrimPrefix(c.Fault, "dcat.shape.")] = true
	}
	names := regexp.MustCompile(`(?m)^<#([a-z]+-[A-Za-z]+)> sh:path`).FindAllStringSubmatch(string(raw), -1)
	for _, name := range names {
		if !judged[name[1]] {
			t.Errorf("the shape %s has no check", name[1])
		}
	}
	if len(names) < 50 || len(ofCatalogues()) < 40 {
		t.Errorf("%d shapes and %d checks", len(names), len(ofCatalogues()))
	}
}

func inCatalogue(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/catalog") }

// catalogue is a platform whose data catalogue differs.
func catalogue(request func(r *http.Request), edit func(r *http.Request, a *faults.Answer)) faults.Fault {
	return faults.Fault{Name: "liberty", On: inCatalogue, Request: request, Answer: edit}
}

// What a catalogue may do does not fail it, whichever check looks.
func TestLibertiesOfCatalogues(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	only := func(media string) func(*http.Request) {
		return func(r *http.Request) {
			if !strings.Contains(r.URL.Path, "/files/") {
				r.Header.Set("Accept", media)
			}
		}
	}
	optional := []string{"foaf:homepage", "dct:language", "dct:issued", "dcat:themeTaxonomy", "dct:spatial", "dct:temporal", "dct:identifier", "dcat:landingPage",
		"dcat:byteSize", "spdx:checksum", "dcat:mediaType", "dct:format", "dcat:downloadURL", "dct:accrualPeriodicity", "odrl:hasPolicy", "dcat:record", "dcat:service"}
	for _, c := range []struct {
		name    string
		request func(*http.Request)
		edit    func(r *http.Request, a *faults.Answer)
		except  string // ids of checks that fail by right, since what is recommended is missing
	}{
		{"Turtle only", only("text/turtle"), nil, "mim3.dataCatalogue.form.jsonld"},
		{"JSON-LD only", only("application/ld+json"), nil, "mim3.dataCatalogue.form.turtle"},
		{"what is mandatory, and no more", nil, judgetest.EachNode(func(o object) {
			for _, member := range optional {
				delete(o, member)
			}
		}), "mim3.dataCatalogue.form.same"},
		{"years and months as dates", nil, judgetest.EachNode(func(o object) {
			for _, member := range []string{"dct:issued", "dct:modified"} {
				if o[member] != nil {
					o[member] = []any{object{"@value": "2025-03", "@type": "xsd:gYearMonth"}}
				}
			}
		}), "mim3.dataCatalogue.form.same"},
		{"properties of its own", nil, judgetest.EachNode(func(o object) { o["https://halverstad.example/rating"] = 5 }), "mim3.dataCatalogue.form.same"},
		{"a publisher that is described elsewhere", nil, judgetest.EachNode(func(o object) {
			if o["dct:publisher"] != nil {
				o["dct:publisher"] = []any{object{"@id": "https://organisations.example/1"}}
			}
		}), "mim3.dataCatalogue.form.same"},
		{"datasets that are described at their own addresses", nil, func(r *http.Request, a *faults.Answer) {
			if strings.Trim(r.URL.Path, "/") == "catalog" {
				judgetest.EachNode(func(o object) {
					for _, kind := range o["@type"].([]any) {
						if kind == "dcat:Dataset" {
							for name := range o {
								if name != "@id" {
									delete(o, name)
								}
							}
						}
					}
				})(r, a)
			}
		}, "mim3.dataCatalogue.form.same"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, catalogue(c.request, c.edit))
			for _, check := range ofCatalogues() {
				if r := judgetest.Run(t, check, 7, platform); r.Outcome == reports.Failed && check.ID != c.except {
					t.Errorf("%s fails: %s", check.ID, r.Reason)
				}
			}
		})
	}
}

// What cannot be read here is not judged.
func TestCataloguesThatCannotBeReadAreNotJudged(t *testing.T) {
	judgetest.NotJudged(t, inCatalogue, ofCatalogues(), map[string]judgetest.Edit{
		"RDF/XML": func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Type", "application/rdf+xml")
			a.Body = []byte(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>`)
		},
		"an @context elsewhere": func(_ *http.Request, a *faults.Answer) {
			a.Header.Set("Content-Type", "application/ld+json")
			a.Body = []byte(`{"@context": "https://elsewhere.example/context.jsonld", "@type": "Catalog"}`)
		},
	}, func(check, _ string) bool { return strings.HasPrefix(check, "mim3.dataCatalogue.form.") }) // are about the form itself
}

// A catalogue without entries is no failure, and no success either.
func TestEmptyCatalogues(t *testing.T) {
	platform := judgetest.City(t, catalogue(nil, func(_ *http.Request, a *faults.Answer) {
		a.Header.Set("Content-Type", "text/turtle")
		a.Body = []byte(`@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
<> a dcat:Catalog ; dct:title "Empty" ; dct:description "Nothing yet" ; dct:publisher [ a foaf:Agent ; foaf:name "City" ] .`)
	}))
	for _, check := range ofCatalogues() {
		r := judgetest.Run(t, check, 7, platform)
		if r.Outcome == reports.Failed && check.ID != "mim3.dataCatalogue.form.jsonld" && check.ID != "mim3.dataModel.catalogue.registered" {
			t.Errorf("%s fails: %s", check.ID, r.Reason)
		}
		if check.ID == "mim3.terms.dataset.present" && r.Outcome != reports.Untested {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
}

// outcome is how the check ends at a catalogue that comes as this Turtle.
func outcome(t *testing.T, id, turtle string) suites.Result {
	t.Helper()
	platform := judgetest.City(t, catalogue(nil, func(r *http.Request, a *faults.Answer) {
		if strings.Trim(r.URL.Path, "/") == "catalog" {
			a.Status = http.StatusOK
			a.Header.Set("Content-Type", "text/turtle")
			a.Body = []byte(prefixes + turtle)
		}
	}))
	for _, check := range ofCatalogues() {
		if check.ID == id {
			return judgetest.Run(t, check, 7, platform)
		}
	}
	t.Fatalf("there is no check %s", id)
	return suites.Result{}
}

const prefixes = `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix c: <https://city.example/> .
`

func TestWhatCataloguesMaySay(t *testing.T) {
	const licence = " dct:license <https://creativecommons.org/licenses/by/4.0/> "
	const list = "c:all a dcat:Catalog ; dcat:dataset c:a, c:b . "
	const series = list + "c:b a dcat:DatasetSeries . "
	for _, c := range []struct {
		name, check, turtle string
		want                reports.Outcome
	}{
		{"a series has no distribution", "dataset.content.distribution", series + "c:a a dcat:Dataset ; dcat:distribution c:d .", reports.Passed},
		{"a dataset without distribution", "dataset.content.distribution", series + "c:a a dcat:Dataset .", reports.Failed},
		{"a series has no keyword", "dataset.content.keyword", series + "c:a a dcat:Dataset ; dcat:keyword 'x' .", reports.Passed},
		{"a series has no theme", "dataset.content.theme", series + "c:a a dcat:Dataset .", reports.Failed},
		{"a series tells no terms", "terms.dataset.present", series + "c:a a dcat:Dataset ; dct:accessRights [] .", reports.Passed},
		{"a catalogue is a dataset, too", "terms.dataset.present", "c:all a dcat:Catalog, dcat:Dataset ; dcat:dataset c:a . c:a a dcat:Dataset ; dct:accessRights [] .", reports.Passed},
		{"a catalogue has no distribution", "dataset.content.distribution", "c:all a dcat:Catalog, dcat:Dataset ; dcat:dataset c:a . c:a a dcat:Dataset ; dcat:distribution c:d .", reports.Passed},
		{"a catalogue that is an entry", "terms.dataset.present", "c:all a dcat:Catalog ; dcat:dataset c:a . c:a a dcat:Catalog, dcat:Dataset .", reports.Failed},
		{"series only", "terms.dataset.present", list + "c:a a dcat:DatasetSeries . c:b a dcat:DatasetSeries .", reports.Untested},
		{"terms of no one", "terms.dataset.present", list + "c:a a dcat:Dataset . c:s a dcat:DataService ; dcat:servesDataset c:a .", reports.Failed},
		{"terms of what serves the dataset", "terms.dataset.present", list + "c:a a dcat:Dataset . c:s dcat:servesDataset c:a ;" + licence + ".", reports.Passed},
		{"terms of a distribution's service", "terms.dataset.present", list + "c:a dcat:distribution [ dcat:accessService [" + licence + "] ] .", reports.Passed},
		{"a distribution that is described elsewhere", "terms.dataset.present", list + "c:a dcat:distribution c:elsewhere .", reports.CantTell},
		{"one elsewhere and one without terms", "terms.dataset.present", list + "c:a dcat:distribution c:elsewhere . c:b a dcat:Dataset .", reports.Failed},
		{"a licence by the Italian vocabulary", "terms.licence.known", "c:all a dcat:Catalog . c:d dct:license <https://w3id.org/italia/controlled-vocabulary/licences/A21_CCBY40> .", reports.Passed},
		{"the open data licence of Italy", "terms.licence.known", "c:all a dcat:Catalog . c:d dct:license <https://www.dati.gov.it/iodl/2.0> .", reports.Passed},
		{"a licence by the Swiss vocabulary", "terms.licence.known", "c:all a dcat:Catalog . c:d dct:license <http://dcat-ap.ch/vocabulary/licenses/terms_by_ask> .", reports.Passed},
		{"a licence by the table of the European Union", "terms.licence.known", "c:all a dcat:Catalog . c:d dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> .", reports.Passed},
		{"a word for no licence", "terms.licence.known", "c:all a dcat:Catalog . c:d dct:license <https://w3id.org/italia/controlled-vocabulary/licences/C1_Unknown> .", reports.Failed},
		{"another word for no licence", "terms.licence.known", "c:all a dcat:Catalog . c:d dct:license <http://purl.org/adms/licencetype/UnknownIPR> .", reports.Failed},
		{"an address as an object", "dataset.contact.mail", "c:all a dcat:Catalog . c:a dcat:contactPoint [ vcard:hasEmail [ vcard:hasValue <mailto:a@city.example> ] ] .", reports.Passed},
		{"an object without address", "dataset.contact.mail", "c:all a dcat:Catalog . c:a dcat:contactPoint [ vcard:hasEmail [ a vcard:Work ] ] .", reports.Failed},
		{"an object with a text", "dataset.contact.mail", "c:all a dcat:Catalog . c:a dcat:contactPoint [ vcard:hasEmail [ vcard:hasValue 'a@city.example' ] ] .", reports.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := outcome(t, "mim3."+c.check, c.turtle); r.Outcome != c.want {
				t.Errorf("ends as %s, expected %s: %s", r.Outcome, c.want, r.Reason)
			}
		})
	}
}

// Each form of a page of a catalogue may lead to the next page in the same form, and write
// numbers in its own way.
func TestPagesOfACatalogueMayNameTheForm(t *testing.T) {
	for title, want := range map[string]reports.Outcome{"City": reports.Passed, "Another": reports.Failed} {
		platform := judgetest.City(t, catalogue(nil, func(r *http.Request, a *faults.Answer) {
			if strings.Contains(r.Header.Get("Accept"), "turtle") {
				a.Header.Set("Content-Type", "text/turtle")
				a.Body = []byte(prefixes + `@prefix h: <http://www.w3.org/ns/hydra/core#> . c:all a dcat:Catalog ; dct:title "` + title + `" . c:d dcat:byteSize 12.0 . c:1.ttl a h:PagedCollection ; h:next "2.ttl" .`)
				return
			}
			a.Header.Set("Content-Type", "application/ld+json")
			a.Body = []byte(`{"@context": {"h": "http://www.w3.org/ns/hydra/core#"}, "@graph": [{"@id": "https://city.example/1.jsonld", "@type": "h:PagedCollection", "h:next": "2.jsonld"},
				{"@id": "https://city.example/all", "@type": "http://www.w3.org/ns/dcat#Catalog", "http://purl.org/dc/terms/title": "City"},
				{"@id": "https://city.example/d", "http://www.w3.org/ns/dcat#byteSize": {"@value": "12", "@type": "http://www.w3.org/2001/XMLSchema#decimal"}}]}`)
		}))
		for _, check := range ofCatalogues() {
			if check.ID == "mim3.dataCatalogue.form.same" {
				if r := judgetest.Run(t, check, 7, platform); r.Outcome != want {
					t.Errorf("%s: ends as %s, expected %s: %s", title, r.Outcome, want, r.Reason)
				}
			}
		}
	}
}

// A catalogue may be at an address that ends with a slash, or be come to by a redirect; its
// relative names are of the last address.
func TestAddressesOfCatalogues(t *testing.T) {
	const turtle = prefixes + `<> a dcat:Catalog ; dcat:dataset <a> . <a> a dcat:Dataset ; dct:title "A" .`
	as := func(body, media string) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", media)
			_, _ = w.Write([]byte(body)) // the client may be gone
		}
	}
	for name, c := range map[string]struct {
		serve func(w http.ResponseWriter, r *http.Request)
		want  reports.Outcome
	}{
		"a slash": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/catalog" {
				http.NotFound(w, r)
				return
			}
			as(turtle, "text/turtle")(w)
		}, reports.Passed},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/catalog" {
				http.Redirect(w, r, "/catalog/", http.StatusSeeOther)
				return
			}
			as(turtle, "text/turtle")(w)
		}, reports.Passed},
		"nothing":           {http.NotFound, reports.Failed},
		"a page for people": {func(w http.ResponseWriter, _ *http.Request) { as("<html>Sign in</html>", "text/html")(w) }, reports.CantTell},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(c.serve))
			t.Cleanup(server.Close)
			platform := judgetest.City(t)
			platform.Endpoints["dcat"] = server.URL + "/catalog"
			for _, check := range ofCatalogues() {
				switch check.ID {
				case "mim3.dataCatalogue.retrieve.success":
					if r := judgetest.Run(t, check, 7, platform); r.Outcome != c.want {
						t.Errorf("%s ends as %s, expected %s: %s", check.ID, r.Outcome, c.want, r.Reason)
					}
				case "mim3.dataset.retrieve.success": // asks for /catalog/a
					if r := judgetest.Run(t, check, 7, platform); c.want == reports.Passed && r.Outcome != reports.Passed {
						t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
					}
				}
			}
		})
	}
}
