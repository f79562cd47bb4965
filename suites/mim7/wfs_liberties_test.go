package mim7_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// serving is a platform whose feature service answers otherwise.
func serving(edit func(r *http.Request, a *faults.Answer)) faults.Fault {
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return r.URL.Path == "/wfs" }, Answer: edit}
}

// replaced changes what patterns match: pattern, replacement, pattern, replacement.
func replaced(pairs ...string) func(*http.Request, *faults.Answer) {
	return func(_ *http.Request, a *faults.Answer) {
		for i := 0; i+1 < len(pairs); i += 2 {
			a.Body = regexp.MustCompile(pairs[i]).ReplaceAll(a.Body, []byte(pairs[i+1]))
		}
	}
}

// What a feature service may do does not fail it, whichever check looks: much of it is what
// MapServer, GeoServer and deegree do.
func TestLibertiesOfFeatureServices(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	for _, c := range []struct {
		name string
		edit func(*http.Request, *faults.Answer)
	}{
		{"matches are not counted", func(r *http.Request, a *faults.Answer) {
			if !strings.Contains(strings.ToLower(r.URL.RawQuery), "resulttype=hits") {
				replaced(` numberMatched="[0-9]+"`, ` numberMatched="unknown"`)(r, a)
			}
		}},
		{"not stated to be simple", replaced(`name="ImplementsLockingWFS"`, `name="PagingIsTransactionSafe"`, `name="ImplementsSimpleWFS"`, `name="QueryExpressions"`)},
		{"constraints as allowed values", replaced(`<ows:NoValues></ows:NoValues>\s*<ows:DefaultValue>([A-Z]*)</ows:DefaultValue>`, `<ows:AllowedValues><ows:Value>$1</ows:Value></ows:AllowedValues>`)},
		{"constraints in small letters", replaced(`<ows:DefaultValue>TRUE`, `<ows:DefaultValue>true`, `<ows:DefaultValue>FALSE`, `<ows:DefaultValue>false`)},
		{"reference systems by URI", replaced(`urn:ogc:def:crs:EPSG::([0-9]+)`, `http://www.opengis.net/def/crs/EPSG/0/$1`)},
		{"reference systems of others", replaced(`<wfs:OtherCRS>[^<]*</wfs:OtherCRS>`, "", `urn:ogc:def:crs:EPSG::[0-9]+`, `urn:adv:crs:ETRS89_UTM32`)},
		{"short names of reference systems", replaced(`<wfs:OtherCRS>[^<]*</wfs:OtherCRS>`, "", `urn:ogc:def:crs:EPSG::`, `EPSG:`)},
		{"reference systems told by the box around", func(r *http.Request, a *faults.Answer) {
			if a.Status == http.StatusOK {
				replaced(`(<gml:identifier[^>]*>[^<]*</gml:identifier>\s*)(<hal:location>\s*<gml:[A-Za-z]+ gml:id="[^"]*") srsName="([^"]*)" srsDimension="2"`,
					`$1<gml:boundedBy><gml:Envelope srsName="$3"><gml:lowerCorner>0 0</gml:lowerCorner><gml:upperCorner>1 1</gml:upperCorner></gml:Envelope></gml:boundedBy>$2`)(r, a)
			}
		}},
		{"positions with height", func(r *http.Request, a *faults.Answer) {
			replaced(`(<gml:pos>[^<]*)</gml:pos>`, `$1 12.5</gml:pos>`)(r, a)
		}},
		{"boxes are not told", replaced(`(?s)<ows:WGS84BoundingBox>.*?</ows:WGS84BoundingBox>`, "")},
		{"one feature in a collection", func(r *http.Request, a *faults.Answer) {
			if a.Status == http.StatusOK && strings.Contains(r.URL.RawQuery, "GetFeatureById") && strings.Contains(r.URL.RawQuery, "GetFeature&") {
				start := strings.Index(string(a.Body), "<hal:")
				root := string(a.Body)
				a.Body = []byte(`<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="1" numberReturned="1" timeStamp="2025-03-14T09:30:00Z"><wfs:member>` + root[start:] + `</wfs:member></wfs:FeatureCollection>`)
			}
		}},
		{"exceptions as success", func(_ *http.Request, a *faults.Answer) {
			if a.Status == http.StatusBadRequest {
				a.Status = http.StatusOK
			}
		}},
		{"operations are values of request", replaced(`exceptionCode="OperationNotSupported" locator="[^"]*"`, `exceptionCode="InvalidParameterValue" locator="request"`)},
		{"a feature that is not there by 403", func(_ *http.Request, a *faults.Answer) {
			if a.Status == http.StatusNotFound {
				a.Status = http.StatusForbidden
				a.Body = []byte(strings.ReplaceAll(string(a.Body), "NotFound", "OperationProcessingFailed"))
			}
		}},
		{"more stored queries and formats", replaced(`<wfs:ListStoredQueriesResponse([^>]*)>`, `<wfs:ListStoredQueriesResponse$1><wfs:StoredQuery id="urn:x"><wfs:ReturnFeatureType/></wfs:StoredQuery>`,
			`<ows:Value>application/gml\+xml; version=3.2`, `<ows:Value>application/json</ows:Value><ows:Value>application/gml+xml; version=3.2`)},
		{"schemas elsewhere", func(r *http.Request, a *faults.Answer) {
			if a.Status == http.StatusOK {
				replaced(`(?s)<xsd:import.*</xsd:schema>`, `<xsd:include schemaLocation="http://city.example/all.xsd"/></xsd:schema>`)(r, a)
			}
		}},
		{"a Simple WFS only", replaced(`(name="ImplementsBasicWFS">\s*<ows:NoValues></ows:NoValues>\s*<ows:DefaultValue>)TRUE`, "${1}FALSE")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, serving(c.edit))
			for _, check := range checksOf(suites.FeatureWFS) {
				if r := judgetest.Run(t, check, 7, platform); r.Outcome == reports.Failed && check.Level == suites.Core {
					t.Errorf("%s fails: %s", check.ID, r.Reason)
				}
			}
		})
	}
}

// A service of older versions cannot be judged: the baselines name no version.
func TestOlderFeatureServicesCannotBeJudged(t *testing.T) {
	for name, edit := range map[string]func(*http.Request, *faults.Answer){
		"metadata of 1.1.0": func(_ *http.Request, a *faults.Answer) {
			a.Status, a.Body = http.StatusOK, []byte(`<wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs" version="1.1.0"/>`)
		},
		"no such version": func(_ *http.Request, a *faults.Answer) {
			a.Status, a.Body = http.StatusBadRequest, []byte(`<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0"><ows:Exception exceptionCode="VersionNegotiationFailed"/></ows:ExceptionReport>`)
		},
	} {
		platform := judgetest.City(t, serving(edit))
		for _, check := range checksOf(suites.FeatureWFS) {
			if strings.HasPrefix(check.ID, "mim7.wfs.front.there") {
				continue // is about the OGC API
			}
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.CantTell {
				t.Errorf("%s: %s is %s (%s), expected cantTell", name, check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// Without features nothing is shown.
func TestAFeatureServiceWithoutFeaturesShowsNothing(t *testing.T) {
	platform := judgetest.City(t, serving(replaced(`(?s)<wfs:member>.*</wfs:member>`, "", `number(Matched|Returned)="[0-9]+"`, `number${1}="0"`, ` next="[^"]*"`, "")))
	for _, check := range checksOf(suites.FeatureWFS) {
		if check.ID != "mim7.wfs.gml.id.there" && check.ID != "mim7.wfs.gml.system.there" && check.ID != "mim7.wfs.stored.feature" {
			continue
		}
		if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Untested {
			t.Errorf("%s is %s (%s), expected untested", check.ID, r.Outcome, r.Reason)
		}
	}
}

// A Simple WFS gives no identifiers to ask for, so that nobody knows whether features come.
func TestASimpleFeatureServiceShowsNoFeature(t *testing.T) {
	platform := judgetest.City(t, serving(replaced(`(name="ImplementsBasicWFS">\s*<ows:NoValues></ows:NoValues>\s*<ows:DefaultValue>)TRUE`, "${1}FALSE")))
	for _, check := range checksOf(suites.FeatureWFS) {
		want, asked := map[string]reports.Outcome{"mim7.wfs.stored.feature": reports.Untested, "mim7.wfs.features.come": reports.Inapplicable, "mim7.wfs.stored.listed": reports.Passed}[check.ID]
		if r := judgetest.Run(t, check, 7, platform); asked && r.Outcome != want {
			t.Errorf("%s is %s (%s), expected %s", check.ID, r.Outcome, r.Reason, want)
		}
	}
}
