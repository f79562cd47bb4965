package mim1

import (
	"net/http"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/suites"
)

func TestMentions(t *testing.T) {
	v, err := suites.Decode([]byte(`[{"id":"urn:a","level":{"type":"Property","value":1001},"name":{"languageMap":{"en":["x","Harbour"]}},"on":true,"off":null}]`))
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[any]bool{
		1001: true, 1001.0: true, 100: false, "1001": false, "urn:a": true, "urn": false, "Harbour": true, "level": true,
		"languageMap": true, "nothing": false, true: true, false: false,
	} {
		if got := mentions(v, value); got != want {
			t.Errorf("mentions %v = %v, want %v", value, got, want)
		}
	}
}

func TestDelivery(t *testing.T) {
	for _, c := range []struct {
		name, contentType, body string
		ids                     []string
		context                 bool
		media                   string
	}{
		{"an array", "application/json; charset=utf-8", `{"data":[{"id":"urn:a"},7,{"id":"urn:b"}]}`, []string{"urn:a", "urn:b"}, false, "application/json"},
		{"one entity", "application/json", `{"data":{"id":"urn:a"}}`, []string{"urn:a"}, false, "application/json"},
		{"features", "application/geo+json", `{"@context":"x","data":{"type":"FeatureCollection","features":[{"id":"urn:a"}]}}`, []string{"urn:a"}, true, "application/geo+json"},
		{"@context in the collection", "application/geo+json", `{"data":{"@context":"x","type":"FeatureCollection","features":[{"id":"urn:a"}]}}`, []string{"urn:a"}, true, "application/geo+json"},
		{"@context in the properties", "application/geo+json", `{"data":{"type":"FeatureCollection","features":[{"id":"urn:a","type":"Feature","properties":{"@context":"x"}}]}}`, []string{"urn:a"}, true, "application/geo+json"},
		{"no @context in features", "application/geo+json", `{"data":{"type":"FeatureCollection","features":[{"id":"urn:a","type":"Feature","properties":{}}]}}`, []string{"urn:a"}, false, "application/geo+json"},
		{"@context in each", "application/ld+json", `{"data":[{"id":"urn:a","@context":"x"}]}`, []string{"urn:a"}, true, "application/ld+json"},
		{"@context in some", "application/ld+json", `{"data":[{"id":"urn:a","@context":"x"},{"id":"urn:b"}]}`, []string{"urn:a", "urn:b"}, false, "application/ld+json"},
		{"nothing", "", `{}`, nil, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := suites.Decode([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			d := delivery{probe.Notification{Header: http.Header{"Content-Type": {c.contentType}}}, v.(ngsild.Object), nil}
			var ids []string
			for _, e := range d.items() {
				ids = append(ids, e["id"].(string))
			}
			if compact(ids) != compact(c.ids) {
				t.Errorf("entities %v, want %v", ids, c.ids)
			}
			if hasContext(d) != c.context {
				t.Errorf("@context %v, want %v", !c.context, c.context)
			}
			if ok, err := arriveAs(c.media).Match(d); !ok || err != nil {
				t.Errorf("media type is not %q: %v", c.media, err)
			}
			if ok, _ := arriveAs("text/plain").Match(d); ok {
				t.Error("it is taken for text")
			}
		})
	}
}

func TestEditsOfASubscription(t *testing.T) {
	s := ngsild.Object{"id": "urn:s", "notification": ngsild.Object{"endpoint": ngsild.Object{"uri": "http://x/"}}}
	for _, e := range []edit{about(ngsild.Object{"type": "T"}), having("q", "a==1"), sending("format", "concise"), toEndpoint("accept", "a/b"), lacking("id")} {
		e(s)
	}
	want := ngsild.Object{"entities": []any{ngsild.Object{"type": "T"}}, "q": "a==1",
		"notification": ngsild.Object{"format": "concise", "endpoint": ngsild.Object{"uri": "http://x/", "accept": "a/b"}}}
	if compact(s) != compact(want) {
		t.Errorf("got %s, want %s", compact(s), compact(want))
	}
}
