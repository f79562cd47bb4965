package wfs

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func service(t testing.TB) *Service {
	t.Helper()
	s, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ask(s *Service, method, query string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://city.example/wfs", nil)
	r.URL.RawQuery = query
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func wellFormed(b string) error {
	d := xml.NewDecoder(strings.NewReader(b))
	for {
		if _, err := d.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func TestOperations(t *testing.T) {
	s := service(t)
	const feature = "service=WFS&version=2.0.2&request=GetFeature&"
	for _, c := range []struct {
		name, method, query string
		status              int
		has                 string
	}{
		{"capabilities", "GET", "SERVICE=WFS&REQUEST=GetCapabilities", 200, `version="2.0.2"`},
		{"an older version", "GET", "SERVICE=WFS&REQUEST=GetCapabilities&AcceptVersions=1.1.0,2.0.0", 200, `version="2.0.0"`},
		{"no such version", "GET", "SERVICE=WFS&REQUEST=GetCapabilities&AcceptVersions=1.1.0", 400, "VersionNegotiationFailed"},
		{"one section", "GET", "SERVICE=WFS&REQUEST=GetCapabilities&Sections=FeatureTypeList", 200, "hal:traffic"},
		{"no service", "GET", "REQUEST=GetCapabilities", 400, `locator="service"`},
		{"another service", "GET", "SERVICE=WMS&REQUEST=GetCapabilities", 400, `locator="service"`},
		{"no request", "GET", "SERVICE=WFS", 400, `locator="request"`},
		{"no version", "GET", "SERVICE=WFS&REQUEST=GetFeature", 400, `locator="version"`},
		{"by POST", "POST", "SERVICE=WFS&REQUEST=GetCapabilities", 405, "OperationNotSupported"},
		{"schema", "GET", "service=WFS&version=2.0.0&request=DescribeFeatureType&typename=hal:parking", 200, `name="parkingType"`},
		{"features", "GET", feature + "typenames=hal:streetlights", 200, `numberMatched="12" numberReturned="12"`},
		{"by another prefix", "GET", feature + "typenames=x:parking&namespaces=xmlns(x,https%3A%2F%2Fhalverstad.example%2Fplaces)", 200, `numberMatched="4"`},
		{"of another namespace", "GET", feature + "typenames=x:parking&namespaces=xmlns(x,urn:other)", 400, `locator="typeNames"`},
		{"a page", "GET", feature + "typenames=hal:streetlights&count=5&startindex=5", 200, `numberReturned="5" next=`},
		{"hits", "GET", feature + "typenames=hal:streetlights&resulttype=hits", 200, `numberMatched="12" numberReturned="0"`},
		{"a box, latitude first", "GET", feature + "typenames=hal:streetlights&bbox=52,4,53,5", 200, `numberMatched="12"`},
		{"a box, longitude first", "GET", feature + "typenames=hal:streetlights&bbox=4,52,5,53,urn:ogc:def:crs:OGC:1.3:CRS84", 200, `numberMatched="12"`},
		{"a box elsewhere", "GET", feature + "typenames=hal:streetlights&bbox=4,52,5,53,urn:ogc:def:crs:EPSG::4326", 200, `numberMatched="0"`},
		{"an id", "GET", feature + "resourceid=Streetlight.Halverstad.001", 200, `numberMatched="1"`},
		{"box and id", "GET", feature + "typenames=hal:streetlights&bbox=4,52,5,53&resourceid=x", 400, "InvalidParameterValue"},
		{"in another system", "GET", feature + "resourceid=Streetlight.Halverstad.001&srsname=http://www.opengis.net/def/crs/EPSG/0/3857", 200, `urn:ogc:def:crs:EPSG::3857`},
		{"a filter", "GET", feature + "typenames=hal:streetlights&filter=%3CFilter+xmlns=%22http://www.opengis.net/fes/2.0%22%3E%3CPropertyIsEqualTo%3E%3CValueReference%3EpowerState%3C/ValueReference%3E%3CLiteral%3Eoff%3C/Literal%3E%3C/PropertyIsEqualTo%3E%3C/Filter%3E", 200, `numberMatched="1"`},
		{"no filter", "GET", feature + "typenames=hal:streetlights&filter=%3Ca/%3E", 400, "OperationParsingFailed"},
		{"one property", "GET", feature + "typenames=hal:streetlights&count=1&propertyname=powerState", 200, "hal:powerState"},
		{"values", "GET", "service=WFS&version=2.0.0&request=GetPropertyValue&typenames=hal:parking&valuereference=name", 200, "wfs:ValueCollection"},
		{"the feature with an id", "GET", feature + "storedquery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById&id=Streetlight.Halverstad.001", 200, "<hal:streetlights"},
		{"none with the id", "GET", feature + "storedquery_id=urn:ogc:def:query:OGC-WFS::GetFeatureById&id=x", 404, "NotFound"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(s, c.method, c.query)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) {
				t.Errorf("answered %d: %.700s; expected %d with %s", w.Code, w.Body, c.status, c.has)
			}
			if err := wellFormed(w.Body.String()); err != nil {
				t.Errorf("the answer is no XML: %v", err)
			}
		})
	}
}

// Whatever is asked, the answer is XML and no panic.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"service=WFS&request=GetFeature&version=2.0.0&typenames=hal:parking&bbox=1,2,3,4,x", "SERVICE=WFS&REQUEST=GetFeature&VERSION=2.0.2&RESOURCEID=a,b&COUNT=0&STARTINDEX=9",
		"service=WFS&request=GetFeature&version=2.0.0&typenames=(a)(b)&filter=<", "service=WFS&version=2.0.0&request=GetPropertyValue&resourceid=x&valuereference=a:b", "%zz"} {
		f.Add(q)
	}
	s := service(f)
	f.Fuzz(func(t *testing.T, q string) {
		w := ask(s, "GET", q)
		if err := wellFormed(w.Body.String()); err != nil || w.Code >= 500 {
			t.Errorf("%q answered %d (%v): %.300s", q, w.Code, err, w.Body)
		}
	})
}
