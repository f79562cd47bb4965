package faults

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// catalogueBase is the path of the data catalogue.
const catalogueBase = "/catalog"

// catalogueAt matches the reading of the catalogue itself, or of what is in a folder
// below it.
func catalogueAt(folder string) Match {
	return func(r *http.Request) bool {
		below, found := strings.CutPrefix(r.URL.Path, catalogueBase)
		if !found || r.Method != http.MethodGet {
			return false
		}
		if folder == "" {
			return strings.Trim(below, "/") == ""
		}
		return strings.HasPrefix(below, "/"+folder+"/")
	}
}

// nodes is an Answer change of each node of a class in a JSON-LD document, which comes
// before other forms; an empty class is each node.
func nodes(class string, edit func(n object)) func(*http.Request, *Answer) {
	return answered(func(o object) {
		for _, n := range objects(o["@graph"]) {
			if class == "" || slices.Contains(items(n["@type"]), any(class)) {
				edit(n)
			}
		}
	})
}

// Ways of spoiling a member of a node, whose values are a list.
type spoiling func(values []any) []any

func noValue([]any) []any { return nil }
func doubled(values []any) []any {
	return append(values, object{"@id": "https://halverstad.example/other"})
}
func doubledText(values []any) []any {
	for _, v := range objects(values[:min(1, len(values))]) {
		values = append(values, object{"@value": "Another one", "@language": v["@language"]})
	}
	return values
}
func asWords([]any) []any     { return []any{object{"@value": "see our site"}} }
func asOther([]any) []any     { return []any{object{"@id": "https://halverstad.example/own-word"}} }
func asLink([]any) []any      { return []any{object{"@id": "https://halverstad.example/words"}} }
func asLocalDate([]any) []any { return []any{object{"@value": "14.3.2025"}} }
func asFarDate([]any) []any   { return []any{object{"@value": "2031-01-01", "@type": "xsd:date"}} }
func withUnit([]any) []any    { return []any{object{"@value": "12 kB"}} }
func asBase64([]any) []any    { return []any{object{"@value": "q83vEjRWeJA="}} }

// dataCatalogue is the faults of the data catalogue, by DCAT-AP.
func dataCatalogue() []Fault {
	whole := catalogueAt("")
	shape := func(name, class, member, summary string, spoil spoiling) Fault {
		return Fault{Name: "dcat.shape." + name, Summary: summary, On: whole, Answer: nodes(class, func(n object) {
			values, there := n[member].([]any)
			if !there {
				return
			}
			if values = spoil(values); values == nil {
				delete(n, member)
				return
			}
			n[member] = values
		})}
	}
	const catalogue, dataset, distribution = "dcat:Catalog", "dcat:Dataset", "dcat:Distribution"
	return slices.Concat(catalogueForms(), cataloguePages(), catalogueContents(), catalogueFiles(), []Fault{
		shape("catalogue-title", catalogue, "dct:title", "The catalogue has no title.", noValue),
		shape("catalogue-titleLanguages", catalogue, "dct:title", "The catalogue has two titles in a language.", doubledText),
		shape("catalogue-description", catalogue, "dct:description", "The catalogue has no description.", noValue),
		shape("catalogue-publisher", catalogue, "dct:publisher", "The catalogue has no publisher.", noValue),
		shape("catalogue-homepage", catalogue, "foaf:homepage", "The home page of the catalogue is a text.", asWords),
		shape("catalogue-licence", catalogue, "dct:license", "The licence of the catalogue is a text.", asWords),
		shape("catalogue-issued", catalogue, "dct:issued", "The catalogue's release date has no type.", asLocalDate),
		shape("catalogue-modified", catalogue, "dct:modified", "The catalogue's date of modification has no type.", asLocalDate),
		shape("catalogue-language", catalogue, "dct:language", "The catalogue's languages are texts.", asWords),
		{Name: "dcat.shape.catalogue-entries", Summary: "One entry of the catalogue is a text.", On: whole, Answer: nodes(catalogue, func(n object) {
			n["dcat:dataset"] = append(items(n["dcat:dataset"]), object{"@value": "and many more"})
		})},
		shape("dataset-title", dataset, "dct:title", "Datasets have no title.", noValue),
		shape("dataset-titleLanguages", dataset, "dct:title", "Datasets have two titles in a language.", doubledText),
		shape("dataset-description", dataset, "dct:description", "Datasets have no description.", noValue),
		shape("dataset-publisher", dataset, "dct:publisher", "Datasets have two publishers.", doubled),
		shape("dataset-contact", dataset, "dcat:contactPoint", "Datasets have no contact point.", noValue),
		shape("dataset-distribution", dataset, "dcat:distribution", "Datasets have no distribution.", noValue),
		{Name: "dcat.shape.dataset-distributionNodes", Summary: "One distribution of each dataset is a text.", On: whole, Answer: nodes(dataset, func(n object) {
			n["dcat:distribution"] = append(items(n["dcat:distribution"]), object{"@value": "on request"})
		})},
		shape("dataset-keyword", dataset, "dcat:keyword", "Datasets have no keyword.", noValue),
		shape("dataset-keywordText", dataset, "dcat:keyword", "Keywords are links.", asLink),
		shape("dataset-theme", dataset, "dcat:theme", "Datasets have no theme.", noValue),
		shape("dataset-accessRights", dataset, "dct:accessRights", "Access rights are a text.", asWords),
		shape("dataset-rightsVocabulary", dataset, "dct:accessRights", "Access rights are told by words of the city's own.", asOther),
		shape("dataset-frequency", dataset, "dct:accrualPeriodicity", "The frequency is a text.", asWords),
		shape("dataset-frequencyVocabulary", dataset, "dct:accrualPeriodicity", "The frequency is told by words of the city's own.", asOther),
		shape("dataset-issued", dataset, "dct:issued", "The release dates of datasets have no type.", asLocalDate),
		shape("dataset-modified", dataset, "dct:modified", "The dates of modification of datasets have no type.", asLocalDate),
		shape("dataset-landingPage", dataset, "dcat:landingPage", "Landing pages are texts.", asWords),
		shape("dataset-identifier", dataset, "dct:identifier", "Identifiers are links.", asLink),
		shape("dataset-language", dataset, "dct:language", "The languages of datasets are texts.", asWords),
		shape("dataset-spatial", dataset, "dct:spatial", "The places of datasets are texts.", asWords),
		shape("dataset-temporal", dataset, "dct:temporal", "The times of datasets are texts.", asWords),
		shape("dataset-conformsTo", dataset, "dct:conformsTo", "The models of datasets are texts.", asWords),
		shape("period-start", "dct:PeriodOfTime", "dcat:startDate", "Times begin at a date without type.", asLocalDate),
		shape("period-end", "dct:PeriodOfTime", "dcat:endDate", "Times end at a date without type.", asLocalDate),
		shape("period-order", "dct:PeriodOfTime", "dcat:startDate", "Times end before they begin.", asFarDate),
		shape("contact-mail", "vcard:Organization", "vcard:hasEmail", "The mail address of contact points is a text.", asWords),
		shape("distribution-accessURL", distribution, "dcat:accessURL", "Distributions have no access URL.", noValue),
		shape("distribution-downloadURL", distribution, "dcat:downloadURL", "Download URLs are texts.", asWords),
		shape("distribution-description", distribution, "dct:description", "Distributions have no description.", noValue),
		shape("distribution-format", distribution, "dct:format", "Formats are texts.", asWords),
		shape("distribution-mediaType", distribution, "dcat:mediaType", "Media types are texts.", asWords),
		shape("distribution-mediaTypeVocabulary", distribution, "dcat:mediaType", "Media types are told by words of the city's own.", asOther),
		shape("distribution-byteSize", distribution, "dcat:byteSize", "Sizes have a unit.", withUnit),
		shape("distribution-checksum", distribution, "spdx:checksum", "Checksums are texts.", asWords),
		shape("distribution-issued", distribution, "dct:issued", "The release dates of distributions have no type.", asLocalDate),
		shape("distribution-modified", distribution, "dct:modified", "The dates of modification of distributions have no type.", asLocalDate),
		shape("distribution-licence", distribution, "dct:license", "Licences are texts.", asWords),
		shape("distribution-licenceThere", distribution, "dct:license", "Distributions have no licence.", noValue),
		shape("checksum-algorithm", "spdx:Checksum", "spdx:algorithm", "Checksums do not state their algorithm.", noValue),
		shape("checksum-value", "spdx:Checksum", "spdx:checksumValue", "Checksums are in Base64.", asBase64),
		shape("service-title", "dcat:DataService", "dct:title", "Data services have no title.", noValue),
		shape("service-endpoint", "dcat:DataService", "dcat:endpointURL", "Data services have no endpoint.", noValue),
		shape("service-description", "dcat:DataService", "dcat:endpointDescription", "Data services have no description of their endpoint.", noValue),
		shape("service-serves", "dcat:DataService", "dcat:servesDataset", "What data services serve is a text.", asWords),
		shape("agent-name", "foaf:Agent", "foaf:name", "Publishers have no name.", noValue),
		shape("record-topic", "dcat:CatalogRecord", "foaf:primaryTopic", "Records have no topic.", noValue),
		shape("record-modified", "dcat:CatalogRecord", "dct:modified", "Records have no date of modification.", noValue),
		shape("model-title", "dct:Standard", "dct:title", "Models have no title.", noValue),
		shape("model-version", "dct:Standard", "owl:versionInfo", "Models have no version.", noValue),
	})
}

// catalogueForms is the faults of the forms of the catalogue.
func catalogueForms() []Fault {
	whole := catalogueAt("")
	accepts := func(media string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Accept", media) }
	}
	return []Fault{
		{Name: "dcat.catalogue.gone", Summary: "There is no catalogue.", On: whole, Answer: gone},
		{Name: "dcat.form.no-jsonld", Summary: "The catalogue comes as Turtle, whoever asks.", On: whole, Request: accepts("text/turtle")},
		{Name: "dcat.form.no-turtle", Summary: "The catalogue comes as JSON-LD, whoever asks.", On: whole, Request: accepts("application/ld+json")},
		{Name: "dcat.form.as-text", Summary: "The catalogue comes as plain text.", On: whole, Answer: func(_ *http.Request, a *Answer) { a.Header.Set("Content-Type", "text/plain") }},
		{Name: "dcat.form.others", Summary: "The JSON-LD form lacks the descriptions of data services.", On: whole, Answer: nodes("dcat:DataService", func(n object) { delete(n, "dct:description") })},
		{Name: "dcat.form.more", Summary: "The JSON-LD form tells more than the others.", On: whole, Answer: nodes("dcat:Dataset", func(n object) { n["https://halverstad.example/rating"] = 5 })},
		{Name: "dcat.form.no-keywords", Summary: "The JSON-LD form lacks the keywords.", On: whole, Answer: nodes("dcat:Dataset", func(n object) { delete(n, "dcat:keyword") })},
	}
}

// cataloguePages is the faults of the pages that the catalogue comes in.
func cataloguePages() []Fault {
	page := func(edit func(n object)) func(*http.Request, *Answer) {
		return nodes("hydra:PartialCollectionView", edit)
	}
	pages := catalogueAt("")
	return []Fault{
		{Name: "dcat.pages.gone", Summary: "Only the first page of the catalogue is there.", On: func(r *http.Request) bool {
			return pages(r) && r.URL.Query().Get("page") > "1"
		}, Answer: gone},
		{Name: "dcat.pages.endless", Summary: "The last page of the catalogue leads to the first one.", On: pages, Answer: page(func(n object) {
			for _, last := range objects(n["hydra:last"]) {
				if last["@id"] == n["@id"] {
					n["hydra:next"] = n["hydra:first"]
				}
			}
		})},
		{Name: "dcat.pages.last-early", Summary: "The first page of the catalogue is said to be the last one.", On: pages, Answer: page(func(n object) { n["hydra:last"] = n["hydra:first"] })},
		{Name: "dcat.pages.miscounted", Summary: "The total number of items of the catalogue counts ten that are deleted.", On: pages, Answer: nodes("dcat:Catalog", func(n object) {
			for _, total := range objects(n["hydra:totalItems"]) {
				stated, _ := total["@value"].(string)
				if n, err := strconv.Atoi(stated); err == nil {
					total["@value"] = strconv.Itoa(n + 10)
				}
			}
		})},
		{Name: "dcat.pages.lost", Summary: "No page of the catalogue leads to another.", On: pages, Answer: page(func(n object) { delete(n, "hydra:next") })},
	}
}

// catalogueContents is the faults of entries and their terms.
func catalogueContents() []Fault {
	whole := catalogueAt("")
	return []Fault{
		{Name: "dcat.catalogue.untyped", Summary: "Nothing is said to be a catalogue.", On: whole, Answer: nodes("dcat:Catalog", func(n object) { n["@type"] = []any{"dct:Collection"} })},
		{Name: "dcat.catalogue.dead-datasets", Summary: "The catalogue lists datasets that are not there.", On: whole, Answer: nodes("dcat:Catalog", func(n object) {
			for _, d := range objects(n["dcat:dataset"]) {
				id, _ := d["@id"].(string)
				d["@id"] = id + "-old"
			}
		})},
		{Name: "dcat.catalogue.forgets-datasets", Summary: "The catalogue does not list its last dataset.", On: whole, Answer: nodes("dcat:Catalog", func(n object) {
			list := items(n["dcat:dataset"])
			n["dcat:dataset"] = list[:max(0, len(list)-1)]
		})},
		{Name: "dcat.dataset.blank", Summary: "Datasets have no addresses.", On: whole, Answer: func(r *http.Request, a *Answer) {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), `"http://`+r.Host+catalogueBase+"/datasets/", `"_:dataset-`))
		}},
		{Name: "dcat.dataset.gone", Summary: "The addresses of datasets lead nowhere.", On: catalogueAt("datasets"), Answer: gone},
		{Name: "dcat.terms.none", Summary: "Nothing is said of terms.", On: whole, Answer: nodes("", func(n object) {
			for _, member := range []string{"dct:license", "dct:rights", "dct:accessRights", "odrl:hasPolicy"} {
				delete(n, member)
			}
		})},
		{Name: "dcat.terms.own-licence", Summary: "Licences are the city's own.", On: whole, Answer: nodes("dcat:Distribution", func(n object) { n["dct:license"] = asOther(nil) })},
		{Name: "dcat.terms.empty-policy", Summary: "Policies have no rules.", On: whole, Answer: nodes("odrl:Offer", func(n object) { delete(n, "odrl:permission") })},
		{Name: "dcat.terms.no-action", Summary: "Rules have no action.", On: whole, Answer: nodes("odrl:Permission", func(n object) { delete(n, "odrl:action") })},
		{Name: "dcat.model.none", Summary: "Datasets name no models.", On: whole, Answer: nodes("dcat:Dataset", func(n object) { delete(n, "dct:conformsTo") })},
		{Name: "dcat.model.nameless", Summary: "Models have no addresses.", On: whole, Answer: nodes("dcat:Dataset", func(n object) { n["dct:conformsTo"] = []any{object{"@id": "_:model"}} })},
	}
}

// catalogueFiles is the faults of downloads.
func catalogueFiles() []Fault {
	files := catalogueAt("files")
	return []Fault{
		{Name: "dcat.file.gone", Summary: "Downloads are not there.", On: files, Answer: gone},
		{Name: "dcat.file.other-type", Summary: "Downloads come as bytes of any kind.", On: files, Answer: retyped("", "application/octet-stream")},
		{Name: "dcat.file.longer", Summary: "Downloads end with one more line than their size says.", On: files, Answer: func(_ *http.Request, a *Answer) { a.Body = append(a.Body, '\n') }},
		{Name: "dcat.file.changed", Summary: "Downloads are not those of the checksum.", On: files, Answer: func(_ *http.Request, a *Answer) {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), "4", "5"))
		}},
	}
}
