package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// wfsParameters are the parameters of a request for an operation, by their names in lower case.
func wfsParameters(r *http.Request) map[string]string {
	all := map[string]string{}
	for name, values := range r.URL.Query() {
		all[strings.ToLower(name)] = values[0]
	}
	return all
}

// wfsAt matches requests for some operations of the Web Feature Service; all, when none is named.
func wfsAt(operations ...string) Match {
	return func(r *http.Request) bool {
		return strings.TrimSuffix(r.URL.Path, "/") == "/wfs" && (len(operations) == 0 || slices.Contains(operations, wfsParameters(r)["request"]))
	}
}

// reasked is a Request change of the parameters, by their names in lower case.
func reasked(edit func(q map[string]string)) func(*http.Request) {
	return func(r *http.Request) {
		all := wfsParameters(r)
		edit(all)
		q := url.Values{}
		for name, value := range all {
			q.Set(name, value)
		}
		r.URL.RawQuery = q.Encode()
	}
}

// withoutParameter is a Request change that takes no notice of a parameter.
func withoutParameter(name string) func(*http.Request) {
	return reasked(func(q map[string]string) { delete(q, name) })
}

// rewritten is an Answer change of what a pattern matches, of answers that are no refusals.
func rewritten(pattern, replacement string) func(*http.Request, *Answer) {
	p := regexp.MustCompile(pattern)
	return func(_ *http.Request, a *Answer) {
		if a.Status == http.StatusOK {
			a.Body = p.ReplaceAll(a.Body, []byte(replacement))
		}
	}
}

var gmlPositions = regexp.MustCompile(`(<gml:pos(?:List)?>)([^<]*)`)

// repositioned is an Answer change of the numbers of positions.
func repositioned(edit func(numbers []string) string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		a.Body = gmlPositions.ReplaceAllFunc(a.Body, func(match []byte) []byte {
			parts := gmlPositions.FindSubmatch(match)
			return append(slices.Clone(parts[1]), edit(strings.Fields(string(parts[2])))...)
		})
	}
}

// noFeature makes a refusal whose exception has the locator a collection without features.
func noFeature(locator string) func(*http.Request, *Answer) {
	return func(_ *http.Request, a *Answer) {
		if a.Status == http.StatusBadRequest && strings.Contains(string(a.Body), `locator="`+locator+`"`) {
			a.Status = http.StatusOK
			a.Body = []byte(`<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" timeStamp="2025-03-14T09:30:00Z" numberMatched="0" numberReturned="0"/>`)
		}
	}
}

// takenBack asks again with other parameters where the platform refuses a request with an
// exception that has the locator.
func takenBack(locator string, edit func(q map[string]string)) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		a := Record(next, r.Clone(r.Context()))
		if a.Status != http.StatusOK && strings.Contains(string(a.Body), `locator="`+locator+`"`) {
			reasked(edit)(r)
			a = Record(next, r)
		}
		a.WriteTo(w)
	}
}

// featureService is the faults of the Web Feature Service.
func featureService() []Fault {
	return slices.Concat(wfsMetadata(), wfsCollections(), wfsFeatures(), wfsExceptions())
}

func wfsMetadata() []Fault {
	metadata, schemas := wfsAt("GetCapabilities"), wfsAt("DescribeFeatureType")
	constraint := func(name, from, to string) func(*http.Request, *Answer) {
		return rewritten(`(name="`+name+`">\s*<ows:NoValues></ows:NoValues>\s*<ows:DefaultValue>)`+from, "${1}"+to)
	}
	return []Fault{
		{Name: "wfs.capabilities.gone", Summary: "The service metadata are not there.", On: metadata, Answer: gone},
		{Name: "wfs.capabilities.other-version", Summary: "The metadata list versions 1.0 only.", On: metadata, Answer: rewritten(`<ows:ServiceTypeVersion>2\.`, "<ows:ServiceTypeVersion>1.")},
		{Name: "wfs.capabilities.other-service", Summary: "The metadata say that the service is a WMS.", On: metadata, Answer: rewritten(`<ows:ServiceType>WFS`, "<ows:ServiceType>WMS")},
		{Name: "wfs.negotiation.first-only", Summary: "Of the acceptable versions only the first is looked at.", On: metadata, Request: reasked(func(q map[string]string) {
			if accepted, given := q["acceptversions"]; given {
				q["acceptversions"], _, _ = strings.Cut(accepted, ",")
			}
		})},
		{Name: "wfs.negotiation.any", Summary: "The acceptable versions are not looked at.", On: metadata, Request: withoutParameter("acceptversions")},
		{Name: "wfs.parameters.upper-case-only", Summary: "Names of parameters have to be in upper case.", On: wfsAt(), Request: func(r *http.Request) {
			q := r.URL.Query()
			for name := range q {
				if name != strings.ToUpper(name) {
					delete(q, name)
				}
			}
			r.URL.RawQuery = q.Encode()
		}},
		{Name: "wfs.parameters.unknown-refused", Summary: "Parameters that the service does not know are refused.", On: func(r *http.Request) bool {
			known := []string{"service", "version", "request", "acceptversions", "acceptformats", "sections", "updatesequence", "namespaces", "typename", "typenames", "aliases", "srsname", "filter",
				"filter_language", "resourceid", "bbox", "sortby", "propertyname", "storedquery_id", "id", "count", "startindex", "outputformat", "resulttype", "resolve", "resolvedepth", "resolvetimeout", "valuereference"}
			for name := range wfsParameters(r) {
				if !slices.Contains(known, name) {
					return wfsAt()(r)
				}
			}
			return false
		}, Instead: refusing400},
		{Name: "wfs.operations.no-stored-queries", Summary: "The metadata do not list ListStoredQueries.", On: metadata, Answer: rewritten(`name="ListStoredQueries"`, `name="ListQueries"`)},
		{Name: "wfs.operations.no-values", Summary: "The metadata do not list GetPropertyValue.", On: metadata, Answer: rewritten(`name="GetPropertyValue"`, `name="GetValue"`)},
		{Name: "wfs.operations.no-address", Summary: "The metadata do not tell the address of operations.", On: metadata, Answer: rewritten(`<ows:Get xlink:href="[^"]*"></ows:Get>`, "")},
		{Name: "wfs.constraints.not-simple", Summary: "The metadata say that the service is no Simple WFS.", On: metadata, Answer: constraint("ImplementsSimpleWFS", "TRUE", "FALSE")},
		{Name: "wfs.constraints.perhaps", Summary: "The metadata leave open whether there are joins.", On: metadata, Answer: constraint("ImplementsSpatialJoins", "FALSE", "PERHAPS")},
		{Name: "wfs.constraints.some", Summary: "The metadata do not say whether features can be locked.", On: metadata, Answer: rewritten(`name="ImplementsLockingWFS"`, `name="Locking"`)},
		{Name: "wfs.filter.no-box", Summary: "The metadata say that boxes are not known.", On: metadata, Answer: constraint("ImplementsMinSpatialFilter", "TRUE", "FALSE")},
		{Name: "wfs.types.no-system", Summary: "Feature types have no default reference system.", On: metadata, Answer: rewritten(`<wfs:DefaultCRS>[^<]*</wfs:DefaultCRS>`, "")},
		{Name: "wfs.types.twice", Summary: "Two feature types have one name.", On: metadata, Answer: rewritten(`:streetlights</wfs:Name>`, ":parking</wfs:Name>")},
		{Name: "wfs.types.system-in-words", Summary: "Reference systems of types are named in words.", On: metadata, Answer: rewritten(`urn:ogc:def:crs:EPSG::3857`, "Web Mercator")},
		{Name: "wfs.types.box-upside-down", Summary: "The corners of boxes around types are the wrong way round.", On: metadata, Answer: func(_ *http.Request, a *Answer) {
			a.Body = []byte(strings.NewReplacer("ows:LowerCorner", "ows:UpperCorner", "ows:UpperCorner", "ows:LowerCorner").Replace(string(a.Body)))
			corners := regexp.MustCompile(`(?s)(<ows:UpperCorner>.*?</ows:UpperCorner>)\s*(<ows:LowerCorner>.*?</ows:LowerCorner>)`)
			a.Body = corners.ReplaceAll(a.Body, []byte("$2$1"))
		}},
		{Name: "wfs.types.no-gml", Summary: "The metadata offer features as JSON only.", On: metadata, Answer: rewritten(`<ows:Value>application/gml\+xml; version=3\.2`, "<ows:Value>application/json")},
		{Name: "wfs.schema.gone", Summary: "Schemas are not there.", On: schemas, Answer: gone},
		{Name: "wfs.schema.other-element", Summary: "The elements of schemas are not those of features.", On: schemas, Answer: rewritten(`<xsd:element name="([^"]*)" type="([^"]*)" substitutionGroup`, `<xsd:element name="${1}Feature" type="$2" substitutionGroup`)},
		{Name: "wfs.schema.unknown-empty", Summary: "The schema of a type that is not there is an empty one.", On: schemas, Answer: func(_ *http.Request, a *Answer) {
			if a.Status == http.StatusBadRequest {
				a.Status, a.Body = http.StatusOK, []byte(`<schema xmlns="http://www.w3.org/2001/XMLSchema"/>`)
			}
		}},
		{Name: "wfs.stored.not-listed", Summary: "GetFeatureById is not listed.", On: wfsAt("ListStoredQueries"), Answer: rewritten(`id="[^"]*GetFeatureById"`, `id="urn:halverstad:all"`)},
		{Name: "wfs.stored.no-argument", Summary: "GetFeatureById is described without its argument.", On: wfsAt("DescribeStoredQueries"), Answer: rewritten(`<wfs:Parameter name="id"[^>]*></wfs:Parameter>`, "")},
	}
}

func wfsCollections() []Fault {
	features := wfsAt("GetFeature")
	more := func(attribute string) func(*http.Request, *Answer) {
		p := regexp.MustCompile(attribute + `="([0-9]+)"`)
		return func(_ *http.Request, a *Answer) {
			a.Body = p.ReplaceAllFunc(a.Body, func(match []byte) []byte {
				n, _ := strconv.Atoi(string(p.FindSubmatch(match)[1]))
				return fmt.Appendf(nil, `%s="%d"`, attribute, n+1)
			})
		}
	}
	given := func(name string) Match {
		return func(r *http.Request) bool { return features(r) && wfsParameters(r)[name] != "" }
	}
	hits := func(r *http.Request) bool { return features(r) && wfsParameters(r)["resulttype"] == "hits" }
	return []Fault{
		{Name: "wfs.collection.no-counts", Summary: "Collections do not tell how many features come.", On: features, Answer: rewritten(` numberReturned="[0-9]*"`, "")},
		{Name: "wfs.collection.one-too-many", Summary: "Collections tell one feature more than come.", On: features, Answer: more("numberReturned")},
		{Name: "wfs.collection.none-match", Summary: "Collections tell that no feature matches.", On: features, Answer: rewritten(` numberMatched="[0-9]*"`, ` numberMatched="0"`)},
		{Name: "wfs.count.ignored", Summary: "The parameter count has no effect.", On: features, Request: withoutParameter("count")},
		{Name: "wfs.startIndex.ignored", Summary: "The parameter startIndex has no effect.", On: features, Request: withoutParameter("startindex")},
		{Name: "wfs.hits.with-features", Summary: "Features come where they are to be counted only.", On: features, Request: withoutParameter("resulttype")},
		{Name: "wfs.hits.others", Summary: "Features are counted that do not match.", On: hits, Answer: more("numberMatched")},
		{Name: "wfs.paging.next-same", Summary: "The next page is the first one, again.", On: features, Answer: rewritten(`( next="[^"]*startindex=)[0-9]+`, "${1}0")},
		{Name: "wfs.paging.no-previous", Summary: "Pages do not lead back.", On: features, Answer: rewritten(` previous="[^"]*"`, "")},
		{Name: "wfs.features.gone", Summary: "Features are not there.", On: features, Answer: gone},
		{Name: "wfs.features.other-type", Summary: "Features of another type come.", On: given("typenames"), Answer: func(_ *http.Request, a *Answer) {
			a.Body = []byte(regexp.MustCompile(`(</?hal:)(traffic|parking|streetlights|airquality|points-of-interest)([ >])`).ReplaceAllStringFunc(string(a.Body), func(s string) string {
				if strings.Contains(s, "traffic") {
					return strings.Replace(s, "traffic", "parking", 1)
				}
				return regexp.MustCompile(`hal:[a-z-]+`).ReplaceAllString(s, "hal:traffic")
			}))
		}},
		{Name: "wfs.features.gml-refused", Summary: "A format cannot be asked for.", On: given("outputformat"), Request: reasked(func(q map[string]string) { q["outputformat"] = "application/x-none" })},
		{Name: "wfs.features.unknown-format", Summary: "Any format may be asked for, and GML comes.", On: features, Request: withoutParameter("outputformat")},
		{Name: "wfs.features.unknown-empty", Summary: "There is no feature of a type that is not there, and no exception.", On: features, Answer: noFeature("typeNames")},
		{Name: "wfs.features.missing-all", Summary: "Without a type the car parks come.", On: features, Instead: takenBack("typeNames", func(q map[string]string) {
			if q["typenames"] == "" {
				q["typenames"] = "hal:parking"
			}
		})},
		{Name: "wfs.resourceId.ignored", Summary: "The parameter resourceId has no effect.", On: given("typenames"), Request: withoutParameter("resourceid")},
		{Name: "wfs.bbox.ignored", Summary: "The parameter bbox has no effect.", On: features, Request: withoutParameter("bbox")},
		{Name: "wfs.bbox.swapped", Summary: "Boxes are read with their axes the other way round.", On: features, Request: reasked(func(q map[string]string) {
			if n := strings.Split(q["bbox"], ","); len(n) >= 4 {
				n[0], n[1], n[2], n[3] = n[1], n[0], n[3], n[2]
				q["bbox"] = strings.Join(n, ",")
			}
		})},
		{Name: "wfs.bbox.wrong-ignored", Summary: "A box that is none has no effect.", On: features, Instead: takenBack("bbox", func(q map[string]string) { delete(q, "bbox") })},
		{Name: "wfs.filter.ignored", Summary: "Filters have no effect.", On: features, Request: withoutParameter("filter")},
		{Name: "wfs.projection.dropped", Summary: "Of the properties that are asked for only the geometry comes.", On: given("propertyname"), Request: reasked(func(q map[string]string) { q["propertyname"] = "hal:location" })},
		{Name: "wfs.values.gone", Summary: "Values of properties are not there.", On: wfsAt("GetPropertyValue"), Answer: gone},
		{Name: "wfs.stored.another", Summary: "GetFeatureById gives another feature.", On: given("storedquery_id"), Answer: rewritten(`(<hal:[a-z-]+[^>]*gml:id=")`, "${1}another.")},
		{Name: "wfs.stored.any", Summary: "GetFeatureById gives some feature where there is none with the identifier.", On: features, Instead: takenBack("id", func(q map[string]string) {
			delete(q, "storedquery_id")
			q["typenames"], q["count"] = "hal:parking", "1"
		})},
		{Name: "wfs.stored.unknown-empty", Summary: "A stored query that is not there finds nothing.", On: features, Answer: noFeature("storedQuery_Id")},
	}
}

func wfsFeatures() []Fault {
	features := wfsAt("GetFeature")
	var fresh atomic.Int64
	return []Fault{
		{Name: "wfs.system.default-always", Summary: "Features come in the default reference system, whichever is asked for.", On: features, Request: withoutParameter("srsname")},
		{Name: "wfs.system.name-only", Summary: "Positions are said to be in the reference system that is asked for, and are not.", On: features, Request: withoutParameter("srsname"), Answer: func(r *http.Request, a *Answer) {
			if name := wfsParameters(r)["srsname"]; name != "" {
				a.Body = regexp.MustCompile(`srsName="[^"]*"`).ReplaceAll(a.Body, []byte(`srsName="`+name+`"`))
			}
		}},
		{Name: "wfs.system.unknown-ignored", Summary: "A reference system that is not there has no effect.", On: features, Instead: takenBack("srsName", func(q map[string]string) { delete(q, "srsname") })},
		{Name: "wfs.gml.no-id", Summary: "Features have no gml:id.", On: features, Answer: rewritten(`(<hal:[a-z-]+[^>]*) gml:id="[^"]*"`, "$1")},
		{Name: "wfs.gml.one-id", Summary: "All geometries have one gml:id.", On: features, Answer: rewritten(`gml:id="[^"]*\.geometry"`, `gml:id="geometry"`)},
		{Name: "wfs.gml.fresh-ids", Summary: "Features have other identifiers in each answer.", On: features, Answer: func(_ *http.Request, a *Answer) {
			a.Body = []byte(strings.ReplaceAll(string(a.Body), ` gml:id="`, fmt.Sprintf(` gml:id="n%d.`, fresh.Add(1))))
		}},
		{Name: "wfs.gml.no-system", Summary: "Geometries do not tell their reference system.", On: features, Answer: rewritten(` srsName="[^"]*"`, "")},
		{Name: "wfs.gml.system-in-words", Summary: "Geometries tell their reference system in words.", On: features, Answer: rewritten(` srsName="[^"]*"`, ` srsName="WGS 84"`)},
		{Name: "wfs.gml.other-system", Summary: "Features come in UTM where no reference system is asked for.", On: features, Request: reasked(func(q map[string]string) {
			if q["srsname"] == "" {
				q["srsname"] = "urn:ogc:def:crs:EPSG::25831"
			}
		})},
		{Name: "wfs.gml.commas", Summary: "The numbers of positions have commas between them.", On: features, Answer: repositioned(func(n []string) string { return strings.Join(n, ",") })},
		{Name: "wfs.gml.metres-as-degrees", Summary: "Positions are in metres, and are said to be in degrees.", On: features, Request: reasked(func(q map[string]string) { q["srsname"] = "urn:ogc:def:crs:EPSG::3857" }),
			Answer: rewritten(`srsName="[^"]*"`, `srsName="urn:ogc:def:crs:EPSG::4326"`)},
		{Name: "wfs.gml.swapped", Summary: "The axes of positions are the other way round.", On: features, Answer: repositioned(func(n []string) string {
			for i := 0; i+1 < len(n); i += 2 {
				n[i], n[i+1] = n[i+1], n[i]
			}
			return strings.Join(n, " ")
		})},
		{Name: "wfs.gml.open-rings", Summary: "Rings lack their last position.", On: features, Answer: func(r *http.Request, a *Answer) {
			a.Body = regexp.MustCompile(`(<gml:LinearRing>\s*<gml:posList>[^<]*) [^ <]+ [^ <]+(</gml:posList>)`).ReplaceAll(a.Body, []byte("$1$2"))
		}},
		{Name: "wfs.front.moved", Summary: "Features are some hundred metres from where the OGC API has them.", On: features, Answer: repositioned(func(n []string) string {
			for i, text := range n {
				if v, err := strconv.ParseFloat(text, 64); err == nil && v < 180 {
					n[i] = strconv.FormatFloat(v+0.003, 'f', -1, 64)
				}
			}
			return strings.Join(n, " ")
		})},
	}
}

func wfsExceptions() []Fault {
	report := func(edit func(a *Answer)) func(*http.Request, *Answer) {
		return func(_ *http.Request, a *Answer) {
			if a.Status != http.StatusOK {
				edit(a)
			}
		}
	}
	without := func(attribute string) func(*http.Request, *Answer) {
		p := regexp.MustCompile(` ` + attribute + `="[^"]*"`)
		return report(func(a *Answer) { a.Body = p.ReplaceAll(a.Body, nil) })
	}
	return []Fault{
		{Name: "wfs.exception.no-code", Summary: "Exceptions have no code.", On: wfsAt(), Answer: without("exceptionCode")},
		{Name: "wfs.exception.no-locator", Summary: "Exceptions have no locator.", On: wfsAt(), Answer: without("locator")},
		{Name: "wfs.exception.as-success", Summary: "Exceptions come with the status 200.", On: wfsAt(), Answer: report(func(a *Answer) { a.Status = http.StatusOK })},
		{Name: "wfs.exception.any-operation", Summary: "An operation that is not there is taken for GetCapabilities.", On: wfsAt(), Request: reasked(func(q map[string]string) {
			known := []string{"GetCapabilities", "DescribeFeatureType", "GetFeature", "GetPropertyValue", "ListStoredQueries", "DescribeStoredQueries"}
			if name := q["request"]; name != "" && !slices.Contains(known, name) {
				q["request"] = "GetCapabilities"
			}
		})},
		{Name: "wfs.exception.no-operation", Summary: "A query without an operation is taken for GetCapabilities.", On: wfsAt(), Request: reasked(func(q map[string]string) {
			if q["request"] == "" {
				q["request"] = "GetCapabilities"
			}
		})},
		{Name: "wfs.exception.any-version", Summary: "Any version may be asked for.", On: wfsAt(), Request: reasked(func(q map[string]string) {
			if q["version"] != "" {
				q["version"] = "2.0.0"
			}
		})},
	}
}
