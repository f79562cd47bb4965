package ogc_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/reference/ogc"
)

func platform(t testing.TB) *ogc.Platform {
	t.Helper()
	p, err := ogc.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ask(p *ogc.Platform, method, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://city.example"+path, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	p := platform(t)
	const items = "/ogc/collections/streetlights/items"
	for _, c := range []struct {
		name, method, path, accept string
		status                     int
		media, has                 string
	}{
		{"landing page", "GET", "/ogc", "", 200, "application/json", "http://city.example/ogc/conformance?f=json"},
		{"landing page with a slash", "GET", "/ogc/", "", 200, "application/json", "service-desc"},
		{"landing page as HTML", "GET", "/ogc", "text/html", 200, "text/html", "<h1>Places of Halverstad</h1>"},
		{"HTML before JSON by weight", "GET", "/ogc", "application/json;q=0.5, text/html", 200, "text/html", ""},
		{"any form", "GET", "/ogc", "*/*", 200, "application/json", ""},
		{"no such form", "GET", "/ogc", "image/png", 406, "application/problem+json", ""},
		{"f before Accept", "GET", "/ogc/collections?f=html", "application/json", 200, "text/html", "Car parks (parking)"},
		{"an unknown f", "GET", "/ogc/collections?f=gml", "", 400, "application/problem+json", ""},
		{"description", "GET", "/ogc/api", "", 200, "application/vnd.oai.openapi+json", `"openapi":"3.0.3"`},
		{"collection", "GET", "/ogc/collections/parking", "", 200, "application/json", `"storageCrs"`},
		{"no such collection", "GET", "/ogc/collections/none", "", 404, "application/problem+json", ""},
		{"no such resource", "GET", "/ogc/tiles", "", 404, "application/problem+json", ""},
		{"writing", "POST", items, "", 405, "application/problem+json", ""},
		{"options", "OPTIONS", items, "", 204, "", ""},
		{"features", "GET", items, "application/geo+json", 200, "application/geo+json", `"numberMatched":12`},
		{"a page", "GET", items + "?limit=5&offset=5", "", 200, "application/geo+json", `"numberReturned":5`},
		{"beyond the last page", "GET", items + "?offset=500", "", 200, "application/geo+json", `"features":[]`},
		{"a property", "GET", items + "?powerState=off", "", 200, "application/geo+json", `"numberMatched":1`},
		{"an unknown property", "GET", items + "?colour=red", "", 400, "application/problem+json", ""},
		{"a parameter twice", "GET", items + "?limit=1&limit=2", "", 400, "application/problem+json", ""},
		{"limit zero", "GET", items + "?limit=0", "", 400, "application/problem+json", ""},
		{"a box", "GET", items + "?bbox=4,52,5,53", "", 200, "application/geo+json", `"numberMatched":12`},
		{"a box with latitude first", "GET", items + "?bbox=52,4,53,5", "", 200, "application/geo+json", `"numberMatched":0`},
		{"a box in EPSG:4326", "GET", items + "?bbox=52,4,53,5&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326", "", 200, "application/geo+json", `"numberMatched":12`},
		{"a box over the antimeridian", "GET", items + "?bbox=170,-10,-170,10", "", 200, "application/geo+json", `"numberMatched":0`},
		{"a box upside down", "GET", items + "?bbox=4,53,5,52", "", 400, "application/problem+json", ""},
		{"a box of six", "GET", items + "?bbox=4,52,0,5,53,9", "", 200, "application/geo+json", `"numberMatched":12`},
		{"time before", "GET", items + "?datetime=../2000-01-01T00:00:00Z", "", 200, "application/geo+json", `"numberMatched":0`},
		{"time from before on", "GET", items + "?datetime=2000-01-01T00:00:00Z/", "", 200, "application/geo+json", `"numberMatched":12`},
		{"time backwards", "GET", items + "?datetime=2001-01-01T00:00:00Z/2000-01-01T00:00:00Z", "", 400, "application/problem+json", ""},
		{"what has no time", "GET", "/ogc/collections/parking/items?datetime=2000-01-01T00:00:00Z", "", 200, "application/geo+json", `"numberMatched":4`},
		{"an unknown system", "GET", items + "?crs=EPSG:4326", "", 400, "application/problem+json", ""},
		{"no such feature", "GET", items + "/none", "", 404, "application/problem+json", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(p, c.method, c.path, c.accept)
			if w.Code != c.status || !strings.HasPrefix(w.Header().Get("Content-Type"), c.media) || !strings.Contains(w.Body.String(), c.has) {
				t.Errorf("answered %d %s: %s; expected %d %s with %s", w.Code, w.Header().Get("Content-Type"), w.Body, c.status, c.media, c.has)
			}
		})
	}
}

// Known positions: of Web Mercator by its formula, of UTM by the grid's own.
func TestPositionsInReferenceSystems(t *testing.T) {
	const id = "urn:ngsi-ld:Streetlight:Halverstad:001"
	for _, c := range []struct {
		crs  string
		near [2]float64
		off  float64
	}{
		{"http://www.opengis.net/def/crs/OGC/1.3/CRS84", [2]float64{4.215, 52.94173}, 1e-5},
		{"http://www.opengis.net/def/crs/EPSG/0/4326", [2]float64{52.94173, 4.215}, 1e-5},
		{"http://www.opengis.net/def/crs/EPSG/0/4258", [2]float64{52.94173, 4.215}, 1e-5},
		{"http://www.opengis.net/def/crs/EPSG/0/3857", [2]float64{469211.654, 6972226.8}, 20},
		{"http://www.opengis.net/def/crs/EPSG/0/25831", [2]float64{581650, 5866450}, 100},
	} {
		w := ask(platform(t), "GET", "/ogc/collections/streetlights/items/"+id+"?crs="+c.crs, "")
		var f struct {
			Geometry struct{ Coordinates [2]float64 }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		got := f.Geometry.Coordinates
		if abs(got[0]-c.near[0]) > c.off || abs(got[1]-c.near[1]) > c.off {
			t.Errorf("in %s it is at %v, expected about %v", c.crs, got, c.near)
		}
		if h := w.Header().Get("Content-Crs"); h != "<"+c.crs+">" {
			t.Errorf("Content-Crs is %s, expected <%s>", h, c.crs)
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }

// Whatever is asked, the answer is JSON or HTML and no panic.
func FuzzItems(f *testing.F) {
	for _, q := range []string{"bbox=1,2,3,4", "datetime=../..", "limit=-1&offset=9", "crs=x&bbox-crs=y", "bbox=NaN,Inf,1,2", "datetime=/", "%zz", "f=html&bbox=180,0,-180,1"} {
		f.Add(q)
	}
	p := platform(f)
	f.Fuzz(func(t *testing.T, q string) {
		r := httptest.NewRequest("GET", "http://city.example/ogc/collections/parking/items", nil)
		r.URL.RawQuery = q
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code >= 500 || strings.Contains(w.Header().Get("Content-Type"), "json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q answered %d: %s", q, w.Code, w.Body)
		}
	})
}
