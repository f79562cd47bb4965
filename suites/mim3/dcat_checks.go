package mim3

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	. "github.com/oasc/mimcheck/suites"
)

// A catalogue by DCAT-AP is how the draft of 2026 has terms of exchange told.
var (
	terms = []string{"oasc-2026-06-draft/MIM3/RC2.1"}
	// terms that are licences or made from templates
	templates = []string{"oasc-2026-06-draft/MIM3/RC2.1", "oasc-2026-06-draft/MIM3/RC2.3"}
	// models in a catalogue, which other MIMs ask for
	models = []string{"mims-plus-5.0/MIM1/catalogue", "oasc-2026-06-draft/MIM2/R1-catalogue", "oasc-2026-06-draft/MIM2/M1-dcat"}
)

// entry makes a check at the catalogue; what says where in DCAT-AP the rule stands.
func entry(group, name, what string, c Check) Check {
	c.ID = "mim3." + group + "." + name
	c.Clause = "DCAT-AP 3.0, " + what
	c.Endpoints = []string{probe.DCAT}
	if c.Requirements == nil {
		c.Requirements = terms
	}
	return c
}

func dataCatalogueChecks() []Check {
	return slices.Concat(formChecks(), pageChecks(), discoveryChecks(), shapeChecks(), termChecks(), fileChecks(), modelChecks())
}

func formChecks() []Check {
	form := func(name, media, title, fault string) Check {
		return entry("dataCatalogue", "form."+name, "5; RFC 9110, 12.5.1", Check{
			Title: title, Level: Extended, Fault: fault,
			Body: func(t *T) {
				r, _ := front(t, media)
				t.Require(r).To(HaveStatus(http.StatusOK))
				t.Require(r).To(HaveMediaType(media))
				t.MustHold(r, described(t, media).Len() > 0, "the graph is empty")
			},
		})
	}
	return []Check{
		entry("dataCatalogue", "retrieve.success", "Catalogue", Check{
			Title: "The catalogue is there, as RDF that describes a dcat:Catalog", Fault: "dcat.catalogue.gone",
			Hint: "The endpoint's address is that of the catalogue itself, which answers with JSON-LD or Turtle.",
			Body: func(t *T) { document(t) },
		}),
		entry("dataCatalogue", "retrieve.typed", "Catalogue", Check{
			Title: "The catalogue is said to be of class dcat:Catalog", Fault: "dcat.catalogue.untyped",
			Body: func(t *T) { document(t) },
		}),
		form("jsonld", mediaJSONLD, "The catalogue comes as JSON-LD to those who ask for it", "dcat.form.no-jsonld"),
		form("turtle", mediaTurtle, "The catalogue comes as Turtle to those who ask for it", "dcat.form.no-turtle"),
		entry("dataCatalogue", "form.stated", "5; RFC 9110, 8.3", Check{
			Title: "The catalogue comes under a media type of RDF", Fault: "dcat.form.as-text",
			Body: func(t *T) { document(t) },
		}),
		entry("dataCatalogue", "form.same", "5; RDF 1.1 Concepts, 3.6", Check{
			Title: "The catalogue says the same as JSON-LD and as Turtle", Level: Extended, Fault: "dcat.form.others",
			Body: func(t *T) {
				for range 3 { // the catalogue may change between two requests, not each time
					a, b := described(t, mediaJSONLD), described(t, mediaTurtle)
					if mediaOf(a.Response) == mediaOf(b.Response) {
						t.Inapplicable("the catalogue comes in one form only")
					}
					if a.Len() > 5000 && a.Len() == b.Len() || a.Len() <= 5000 && canonical(t, a) == canonical(t, b) {
						return
					}
				}
				t.MustHold(nil, false, "the graphs differ: one of the two lacks or adds something")
			},
		}),
	}
}

// canonical is what the catalogue says, in canonical form. The pages that it comes in are left
// out, since their addresses may name the form; numbers are by their value, since forms write
// them in ways of their own (1 and 1.0).
func canonical(t *T, d rdfAt) string {
	g := rdf.New()
	for _, subject := range d.Described() {
		for _, predicate := range d.Predicates(subject) {
			for _, object := range d.Objects(subject, predicate) {
				if strings.HasPrefix(predicate, hydra) || strings.HasPrefix(object.Value, hydra) {
					continue
				}
				if n, is := object.Number(); is {
					object.Value = n.RatString()
				}
				g.Add(subject, predicate, object)
			}
		}
	}
	s, err := g.Canonical()
	if err != nil {
		t.CantTell("the graphs cannot be compared: %v", err)
	}
	return s
}

func discoveryChecks() []Check {
	return []Check{
		entry("dataCatalogue", "discovery.described", "Catalogue, dataset", Check{
			Title: "The datasets that the catalogue lists are described", Fault: "dcat.catalogue.dead-datasets",
			Body: func(t *T) {
				d := document(t)
				listed, elsewhere, unread := 0, 0, 0
				for _, pair := range d.Linked(dcat + "dataset") {
					listed++
					if d.Has(pair[1]) || pair[1].Kind == rdf.Blank {
						continue
					}
					switch _, below := within(t, pair[1]); {
					case !below:
						elsewhere++
					case d.left != "":
						unread++
					default:
						t.Holds(d.Response, false, "the catalogue lists %v, which neither it nor its own address describes", pair[1])
					}
				}
				switch {
				case unread > 0:
					t.CantTell("%d datasets are described neither at their own addresses nor in what was read of the catalogue: %s", unread, d.left)
				case listed == 0:
					t.Untested("the catalogue lists no dataset")
				case elsewhere == listed:
					t.CantTell("all %d datasets are described elsewhere, where nothing is asked for", listed)
				}
			},
		}),
		entry("dataCatalogue", "discovery.listed", "Catalogue, dataset", Check{
			Title: "Each dataset that is described is listed by a catalogue or is part of a series", Level: Extended, Fault: "dcat.catalogue.forgets-datasets",
			Body: func(t *T) {
				d := document(t)
				for _, x := range datasets(t, d) {
					if len(d.Subjects(dcat+"dataset", x)) > 0 || len(d.Objects(x, dcat+"inSeries")) > 0 {
						continue
					}
					d.whole(t) // another page may list it
					t.Holds(d.Response, false, "%v is described, and no catalogue lists it", x)
				}
			},
		}),
		entry("dataCatalogue", "discovery.identified", "7 (identifiers)", Check{
			Title: "Datasets have IRIs of http or https", Level: Extended, Fault: "dcat.dataset.blank",
			Body: func(t *T) {
				d := document(t)
				for _, x := range datasets(t, d) {
					t.Holds(d.Response, x.Kind == rdf.IRI && strings.HasPrefix(x.Value, "http"), "the dataset %v cannot be asked for by its name", x)
				}
			},
		}),
		entry("dataset", "retrieve.success", "7 (identifiers)", Check{
			Title: "The address of a dataset leads to its description", Level: Extended, Fault: "dcat.dataset.gone",
			Body: func(t *T) {
				d := document(t)
				asked := 0
				for _, x := range datasets(t, d) {
					path, below := within(t, x)
					if !below || asked == tries {
						continue
					}
					asked++
					r := t.GET(path, accepting(mediaJSONLD+", "+mediaTurtle+";q=0.9"))
					if !t.Expect(r).To(HaveStatus(http.StatusOK)) {
						continue
					}
					g, err := graphOf(t, r, x.Value)
					t.Holds(r, err == nil && g.Has(x), "the answer does not describe %v", x)
				}
				if asked == 0 {
					t.Inapplicable("no dataset has an address below the endpoint")
				}
			},
		}),
	}
}

// shaped are checks of one property shape each.
func shapeChecks() []Check {
	var checks []Check
	for _, s := range []struct {
		group, name, shape, what, title string
		level                           Level
	}{
		{"dataCatalogue", "content.title", "catalogue-title", "Catalogue, title", "A catalogue has a title", Core},
		{"dataCatalogue", "content.titleLanguages", "catalogue-titleLanguages", "Catalogue, title", "A catalogue has one title for each language at most", Extended},
		{"dataCatalogue", "content.description", "catalogue-description", "Catalogue, description", "A catalogue has a description", Core},
		{"dataCatalogue", "content.publisher", "catalogue-publisher", "Catalogue, publisher", "A catalogue has one publisher", Core},
		{"dataCatalogue", "content.homepage", "catalogue-homepage", "Catalogue, homepage", "A catalogue has one home page at most, and that is a resource", Core},
		{"dataCatalogue", "content.licence", "catalogue-licence", "Catalogue, licence", "A catalogue has one licence at most, and that is a resource", Core},
		{"dataCatalogue", "content.issued", "catalogue-issued", "Catalogue, release date", "A catalogue has one release date at most, and that is a date", Core},
		{"dataCatalogue", "content.modified", "catalogue-modified", "Catalogue, modification date", "A catalogue has one date of modification at most, and that is a date", Core},
		{"dataCatalogue", "content.language", "catalogue-language", "Catalogue, language", "The languages of a catalogue are resources", Core},
		{"dataCatalogue", "content.entries", "catalogue-entries", "Catalogue, dataset", "The entries of a catalogue are resources", Core},
		{"dataset", "content.title", "dataset-title", "Dataset, title", "A dataset has a title", Core},
		{"dataset", "content.titleLanguages", "dataset-titleLanguages", "Dataset, title", "A dataset has one title for each language at most", Extended},
		{"dataset", "content.description", "dataset-description", "Dataset, description", "A dataset has a description", Core},
		{"dataset", "content.publisher", "dataset-publisher", "Dataset, publisher", "A dataset has one publisher at most, and that is a resource", Core},
		{"dataset", "content.contact", "dataset-contact", "Dataset, contact point", "A dataset has a contact point", Extended},
		{"dataset", "content.distribution", "dataset-distribution", "Dataset, dataset distribution", "A dataset has a distribution", Extended},
		{"dataset", "content.distributionNodes", "dataset-distributionNodes", "Dataset, dataset distribution", "The distributions of a dataset are resources", Core},
		{"dataset", "content.keyword", "dataset-keyword", "Dataset, keyword", "A dataset has a keyword", Extended},
		{"dataset", "content.keywordText", "dataset-keywordText", "Dataset, keyword", "The keywords of a dataset are texts", Core},
		{"dataset", "content.theme", "dataset-theme", "Dataset, theme", "A dataset has a theme", Extended},
		{"dataset", "content.frequency", "dataset-frequency", "Dataset, frequency", "A dataset has one frequency at most, and that is a resource", Core},
		{"dataset", "content.frequencyVocabulary", "dataset-frequencyVocabulary", "5.2, frequency", "The frequency is one of the Publications Office's", Extended},
		{"dataset", "content.issued", "dataset-issued", "Dataset, release date", "A dataset has one release date at most, and that is a date", Core},
		{"dataset", "content.modified", "dataset-modified", "Dataset, modification date", "A dataset has one date of modification at most, and that is a date", Core},
		{"dataset", "content.landingPage", "dataset-landingPage", "Dataset, landing page", "The landing pages of a dataset are resources", Core},
		{"dataset", "content.identifier", "dataset-identifier", "Dataset, identifier", "The identifiers of a dataset are texts", Core},
		{"dataset", "content.language", "dataset-language", "Dataset, language", "The languages of a dataset are resources", Core},
		{"dataset", "content.spatial", "dataset-spatial", "Dataset, geographical coverage", "The places that a dataset covers are resources", Core},
		{"dataset", "content.temporal", "dataset-temporal", "Dataset, temporal coverage", "The times that a dataset covers are resources", Core},
		{"dataset", "content.conformsTo", "dataset-conformsTo", "Dataset, conforms to", "The standards that a dataset conforms to are resources", Core},
		{"dataset", "period.start", "period-start", "Period of time, start date", "A time that is covered has one start at most, and that is a date", Core},
		{"dataset", "period.end", "period-end", "Period of time, end date", "A time that is covered has one end at most, and that is a date", Core},
		{"dataset", "period.order", "period-order", "Period of time", "A time that is covered does not end before it begins", Core},
		{"dataset", "contact.mail", "contact-mail", "Kind; vCard, hasEmail", "The mail address of a contact point is a mailto IRI", Extended},
		{"distribution", "content.accessURL", "distribution-accessURL", "Distribution, access URL", "A distribution has an access URL", Core},
		{"distribution", "content.downloadURL", "distribution-downloadURL", "Distribution, download URL", "The download URLs of a distribution are resources", Core},
		{"distribution", "content.description", "distribution-description", "Distribution, description", "A distribution has a description", Extended},
		{"distribution", "content.format", "distribution-format", "Distribution, format", "A distribution has one format at most, and that is a resource", Core},
		{"distribution", "content.mediaType", "distribution-mediaType", "Distribution, media type", "A distribution has one media type at most, and that is a resource", Core},
		{"distribution", "content.mediaTypeVocabulary", "distribution-mediaTypeVocabulary", "5.2, media type", "The media type is one of IANA's", Extended},
		{"distribution", "content.byteSize", "distribution-byteSize", "Distribution, byte size", "A distribution has one size in bytes at most, and that is a whole number", Core},
		{"distribution", "content.checksum", "distribution-checksum", "Distribution, checksum", "A distribution has one checksum at most", Core},
		{"distribution", "content.issued", "distribution-issued", "Distribution, release date", "A distribution has one release date at most, and that is a date", Core},
		{"distribution", "content.modified", "distribution-modified", "Distribution, modification date", "A distribution has one date of modification at most, and that is a date", Core},
		{"distribution", "checksum.algorithm", "checksum-algorithm", "Checksum, algorithm", "A checksum states its algorithm", Core},
		{"distribution", "checksum.value", "checksum-value", "Checksum, checksum value", "A checksum has a value of hexadecimal digits", Core},
		{"dataService", "content.title", "service-title", "Data Service, title", "A data service has a title", Core},
		{"dataService", "content.endpoint", "service-endpoint", "Data Service, endpoint URL", "A data service has an endpoint", Core},
		{"dataService", "content.description", "service-description", "Data Service, endpoint description", "A data service has a description of its endpoint", Extended},
		{"dataService", "content.serves", "service-serves", "Data Service, serves dataset", "The datasets that a data service serves are resources", Core},
		{"dataCatalogue", "agent.name", "agent-name", "Agent, name", "A publisher has a name", Core},
		{"dataCatalogue", "record.topic", "record-topic", "Catalogue Record, primary topic", "A record of a catalogue has one topic", Core},
		{"dataCatalogue", "record.modified", "record-modified", "Catalogue Record, modification date", "A record of a catalogue has one date of modification", Core},
	} {
		checks = append(checks, entry(s.group, s.name, s.what, Check{
			Title: s.title, Level: s.level, Fault: "dcat.shape." + s.shape,
			Body: func(t *T) { fits(t, document(t), s.shape) },
		}))
	}
	return checks
}

func modelChecks() []Check {
	modelled := func(name, what, title, fault string, body func(t *T)) Check {
		return entry("dataModel", name, what, Check{Title: title, Fault: fault, Feature: FeatureDataCatalogue, Requirements: models, Body: body})
	}
	return []Check{
		modelled("catalogue.there", "Catalogue", "There is a catalogue of datasets, as RDF", "dcat.catalogue.gone", func(t *T) { datasets(t, document(t)) }),
		modelled("catalogue.registered", "Dataset, conforms to", "The catalogue names the models of its datasets", "dcat.model.none", func(t *T) {
			d := document(t)
			named := len(d.Linked(dct+"conformsTo")) > 0
			if !named {
				d.whole(t)
			}
			t.Holds(d.Response, named, "no entry of the catalogue says by dct:conformsTo which model its data follow")
		}),
		modelled("catalogue.addressed", "Dataset, conforms to", "The models in the catalogue have addresses", "dcat.model.nameless", func(t *T) {
			d := document(t)
			named := d.Linked(dct + "conformsTo")
			if len(named) == 0 {
				t.Untested("%s names no models", d.name())
			}
			for _, pair := range named {
				t.Holds(d.Response, pair[1].Kind == rdf.IRI, "%v conforms to %v, which has no address", pair[0], pair[1])
			}
		}),
		modelled("content.title", "Standard, title", "A model in the catalogue has a title", "dcat.shape.model-title", func(t *T) { fits(t, document(t), "model-title") }),
		modelled("content.version", "Standard; OWL 2, versionInfo", "A model in the catalogue has a version", "dcat.shape.model-version", func(t *T) { fits(t, document(t), "model-version") }),
	}
}
