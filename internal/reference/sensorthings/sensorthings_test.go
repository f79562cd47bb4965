package sensorthings

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

func asked(t *testing.T, path string, options ...string) (int, object) {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	q := url.Values{}
	for i := 0; i+1 < len(options); i += 2 {
		q.Set(options[i], options[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://city.example"+Root+path+"?"+q.Encode(), nil))
	var o object
	_ = json.Unmarshal(w.Body.Bytes(), &o) // a bare value is none
	return w.Code, o
}

// Filters select what they say, in ways that no check asks for.
func TestFilters(t *testing.T) {
	for _, c := range []struct {
		set, filter string
		want        float64
	}{
		{"Things", "id le 3 or id eq 20", 4},
		{"Things", "not (id gt 2)", 2},
		{"Things", "id mul 2 sub 1 eq 5", 1},
		{"Things", "id mod 2 eq 0 and id le 6", 3},
		{"Things", "substring(name,0,3) eq 'Air'", 6},
		{"Things", "Datastreams/ObservedProperty/name eq 'Ozone'", 6},
		{"Things", "properties/scope eq '/Halverstad/Harbour' and startswith(name,'Air')", 2},
		{"Things", "name eq 'O''Hara'", 0},
		{"Datastreams", "unitOfMeasurement/symbol eq 'm/s'", 4},
		{"Datastreams", "phenomenonTime eq 2025-03-14T00:00:00Z", 46},
		{"Datastreams", "phenomenonTime gt 2025-03-14T00:00:00Z", 0},
		{"Observations", "Datastream/id eq 1 and date(phenomenonTime) eq 2025-03-14", 5},
		{"Observations", "Datastream/id eq 1 and phenomenonTime ge 2025-03-14T10:30:00+01:00", 1},
		{"Observations", "validTime eq null and Datastream/id eq 2", 12},
		{"Locations", "geo.length(location) gt 0 and startswith(name,'Place of Ring')", 6},
		{"Locations", "st_crosses(location,geography'LINESTRING(0 0,1 1)')", 0},
		{"Locations", "st_relate(location,geography'POINT(0 0)','FF*FF****')", 20},
	} {
		status, o := asked(t, "/"+c.set, "$filter", c.filter, "$count", "true")
		if status != http.StatusOK || o["@iot.count"] != c.want {
			t.Errorf("%s, %s: %d, %v, expected %v", c.set, c.filter, status, o["@iot.count"], c.want)
		}
	}
}

// What cannot be read is refused, and never a panic.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		path, option, value string
		want                int
	}{
		{"/Things", "$filter", "name eq", 400}, {"/Things", "$filter", "(name eq 'a'", 400}, {"/Things", "$filter", "startswith(name)", 400},
		{"/Things", "$filter", "nothing(name) eq 1", 400}, {"/Things", "$filter", "'", 400}, {"/Things", "$filter", "st_within(name,geography'POINT(')", 400},
		{"/Things", "$filter", "name eq 'a') or (1 eq 1", 400}, {"/Things", "$filter", ",", 400}, {"/Things", "$filter", "not", 400},
		{"/Things", "$orderby", "nothing", 400}, {"/Things", "$select", "nothing", 400}, {"/Things", "$expand", "Datastreams($top=a)", 400},
		{"/Things", "$expand", "Datastreams(", 400}, {"/Things", "$top", "-1", 400}, {"/Things", "$count", "1", 400}, {"/Things(1)/name", "$top", "1", 400},
		{"/Things(0)", "", "", 404}, {"/Things(a)", "", "", 404}, {"/Things(1)/Datastreams(46)", "", "", 404}, {"/Things/name", "", "", 404},
		{"/Things(1)/properties/nothing", "", "", 404}, {"/Datastreams(1)/Thing(1)", "", "", 400}, {"/%24ref", "", "", 404}, {"/Things(1)/Datastreams(1)/Sensor/name", "", "", 200},
		{"/Things(1)/properties/entity", "", "", 200}, {"/Observations", "$top", "0", 200},
	} {
		var options []string
		if c.option != "" {
			options = []string{c.option, c.value}
		}
		if status, _ := asked(t, c.path, options...); status != c.want {
			t.Errorf("%s, %s=%s: %d, expected %d", c.path, c.option, c.value, status, c.want)
		}
	}
}

// Expansions nest, each with options of its own.
func TestExpansions(t *testing.T) {
	_, o := asked(t, "/Things(1)", "$expand", "Datastreams($filter=ObservedProperty/name eq 'Ozone';$count=true;$expand=Observations($top=2;$orderby=result desc;$select=result)),Locations")
	streams := o["Datastreams"].([]any)
	if len(streams) != 1 || o["Datastreams@iot.count"] != 1.0 || len(o["Locations"].([]any)) != 1 {
		t.Fatalf("%v", o)
	}
	stream := streams[0].(object)
	results := stream["Observations"].([]any)
	if len(results) != 2 || len(results[0].(object)) != 1 || results[0].(object)["result"].(float64) < results[1].(object)["result"].(float64) || stream["Observations@iot.nextLink"] == nil {
		t.Errorf("%v", stream)
	}
}
