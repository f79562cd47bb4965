package reference

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// garden makes some entities to query.
func (c *client) garden() {
	c.Helper()
	c.send("POST", "/entityOperations/create", `[
	{"id":"urn:1","type":"Tree","scope":"/city/north/park","height":12.5,"kind":"oak","alive":true,"planted":{"type":"Property","value":"1990-05-01T00:00:00Z"},
	 "location":{"type":"Point","coordinates":[4.0,52.0]},"care":{"type":"Relationship","object":"urn:team:1"},"names":{"type":"LanguageProperty","languageMap":{"en":"Oak","nl":"Eik"}}},
	{"id":"urn:2","type":["Tree","Monument"],"scope":["/city/south","/heritage"],"height":{"value":30,"observedAt":"2025-01-02T00:00:00Z","accuracy":{"value":0.5,"method":"laser"}},"kind":"elm","alive":false,
	 "address":{"type":"Property","value":{"street":"High","geo":{"lat":5}}},"location":{"type":"Point","coordinates":[4.1,52.0]},"care":{"type":"Relationship","object":["urn:team:1","urn:team:2"]}},
	{"id":"urn:3","type":"Bench","scope":"/city/north","height":1,"tags":["wood","old"],"kind":{"type":"VocabProperty","vocab":"oak"},
	 "location":{"type":"GeoProperty","value":{"type":"Polygon","coordinates":[[[3.9,51.9],[4.05,51.9],[4.05,52.1],[3.9,52.1],[3.9,51.9]]]}}},
	{"id":"urn:4","type":"Bench","data":{"type":"JsonProperty","json":{"a":{"b":7}}},"list":{"type":"ListProperty","valueList":[1,2]},"kind":[{"value":"iron"},{"value":"steel","datasetId":"urn:d"}]}
	]`).is(201)
}

func TestQueries(t *testing.T) { // 5.7.2, 4.9, 4.10, 4.17, 4.19
	c := newClient(t)
	c.garden()
	q := func(text string) string { return "local=true&q=" + url.QueryEscape(text) }
	geo := func(rel, geometry, coordinates string) string {
		return "local=true&georel=" + url.QueryEscape(rel) + "&geometry=" + geometry + "&coordinates=" + url.QueryEscape(coordinates)
	}
	box := `[[[3.95,51.95],[4.02,51.95],[4.02,52.05],[3.95,52.05],[3.95,51.95]]]`
	for _, x := range []struct{ query, want string }{
		{"local=true", "1 2 3 4"},
		{"type=Tree", "1 2"}, {"type=Tree,Bench", "1 2 3 4"}, {"type=Tree|Bench", "1 2 3 4"},
		{"type=Tree%3BMonument", "2"}, {"type=(Tree%3BMonument)|Bench", "2 3 4"}, {"type=*", "1 2 3 4"}, {"type=Nothing", ""},
		{"type=" + url.QueryEscape(ngsild.DefaultVocab+"Tree"), "1 2"},
		{"id=urn:3,urn:1,urn:9,urn:3", "3 1"}, {"type=Tree&id=urn:1,urn:3", "1"}, {"idPattern=urn:[12]$", "1 2"},
		{"attrs=tags", "3"}, {"attrs=tags,data", "3 4"}, {"type=*&pick=id,tags", "1 2 3 4"}, {"pick=tags", ""},
		{q("height"), "1 2 3"}, {q("height>12.5"), "2"}, {q("height>=12.5"), "1 2"}, {q("height<12.5"), "3"}, {q("height<=1"), "3"},
		{q("height==1"), "3"}, {q("height==1,30"), "2 3"}, {q("height!=1"), "1 2"}, {q("height!=1,30"), "1"},
		{q("height==1..12.5"), "1 3"}, {q("height!=1..12.5"), "2"},
		{q(`kind=="oak"`), "1 3"}, {q(`kind=="iron"`), "4"}, {q(`kind=="steel"`), "4"}, {q(`kind~="^o.k"`), "1"}, {q(`kind!~="^o"`), "2 3 4"}, {q(`kind~=^o(a|x)k`), "1"},
		{q("alive==true"), "1"}, {q("alive!=true"), "2"}, {q(`height=="1"`), ""},
		{q("height>12.5;alive==false|tags"), "2 3"}, {q("(height>12.5|tags);kind"), "2 3"},
		{q(`tags=="old"`), "3"}, {q(`tags=="old","new"`), "3"},
		{q("planted>1980-01-01"), "1"}, {q("planted==1990-05-01T00:00:00Z"), "1"}, {q("planted<1980-01-01T00:00:00Z"), ""},
		{q("height.observedAt>=2025-01-02T00:00:00Z"), "2"}, {q("height.accuracy==0.5"), "2"}, {q(`height.accuracy.method=="laser"`), "2"},
		{q(`address[street]=="High"`), "2"}, {q("address[geo.lat]>4"), "2"}, {q("address[nothing]"), ""}, {q("data[a.b]==7"), "4"}, {q("list==2"), "4"},
		{q("care==urn:team:2"), "2"}, {q(`care=="urn:team:1"`), "1 2"},
		{q(`names[nl]=="Eik"`), "1"}, {q(`names=="Oak"`), "1"},
		{q("createdAt>2020-01-01T00:00:00Z"), "1 2 3 4"},
		{"type=*&scopeQ=/city/north", "3"}, {"type=*&scopeQ=/city/%23", "1 2 3"}, {"type=*&scopeQ=/city/north/%23", "1 3"}, {"type=*&scopeQ=/%2B/south", "2"},
		{"type=*&scopeQ=city/north/park", "1"}, {"type=*&scopeQ=/heritage%3B/city/south", "2"}, {"type=*&scopeQ=/heritage,/city/north", "2 3"},
		{geo("near;maxDistance==1000", "Point", "[4.0,52.0]"), "1 3"}, {geo("near;minDistance==1000", "Point", "[4.0,52.0]"), "2"},
		{geo("near;maxDistance==6900", "Point", "[4.0,52.0]"), "1 2 3"},
		{geo("within", "Polygon", box), "1"}, {geo("intersects", "Polygon", box), "1 3"}, {geo("disjoint", "Polygon", box), "2"},
		{geo("contains", "Point", "[4.0,52.0]"), "1 3"}, {geo("equals", "Point", "[4.1,52.0]"), "2"}, {geo("overlaps", "Polygon", box), ""},
		{geo("overlaps", "Polygon", `[[[4,52],[4.2,52],[4.2,52.2],[4,52.2],[4,52]]]`), "3"},
	} {
		t.Run(x.query, func(t *testing.T) {
			if got := (&client{T: t, url: c.url}).get("/entities?" + x.query).is(200).ids(); got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
	for _, query := range []string{
		"", "scopeQ=/a", "options=sysAttrs", "limit=5", "type=", "type=a(b", "type=(a", "type=a,", "id=x", "type=T&id=,", "type=T&idPattern=(", "attrs=a(b", "attrs=",
		q("="), q("height>"), q(">5"), q("height=5"), q("height==Berlin"), q("height>1,2"), q("height>1..2"), q("(height"), q("height)"), q("height;"), q(`kind=="oak`),
		q("a[b"), q("a[]"), q("a[b..c]"), q("kind~=("), q("alive>true"), q("height 5"), q(""),
		"type=T&scopeQ=/1", "type=T&scopeQ=//", "type=T&scopeQ=/%23/a",
		geo("near", "Point", "[0,0]"), geo("near;maxDistance==0", "Point", "[0,0]"), geo("near;maxDistance==x", "Point", "[0,0]"), geo("near;maxDistance=5", "Point", "[0,0]"),
		geo("beside", "Point", "[0,0]"), geo("within", "Point", "[0]"), geo("within", "Circle", "[0,0]"), geo("within", "Polygon", "[0,0]"), geo("within", "Point", "{"), geo("within", "Point", ""),
		geo("within;x", "Point", "[0,0]"), "type=T&georel=within", "type=T&geometry=Point&coordinates=[0,0]", "type=T&geoproperty=location",
		"type=T&limit=-1", "type=T&limit=x", "type=T&offset=-1", "type=T&limit=0", "type=T&geometryProperty=location", "type=T&join=sideways", "type=T&join=inline&joinLevel=0",
		"type=T&pick=a&omit=a", "type=T&pick=", "type=T&pick=a,,b", "type=T&pick=a{b}", "type=T&omit=a{", "type=T&pick=a}b", "type=T&datasetId=x",
		"type=T&orderBy=a;sideways", "type=T&orderBy=location;dist-asc",
	} {
		t.Run("bad "+query, func(t *testing.T) {
			(&client{T: t, url: c.url}).get("/entities?"+query).problem(400, ngsild.BadRequestData)
		})
	}
	for _, query := range []string{"type=T&unknown=1", "type=T&options=other", "type=T&format=other", "type=T&format=", "type=T&count=maybe", "type=T&local=1", "type=%zz"} {
		c.get("/entities?"+query).problem(400, ngsild.InvalidRequest)
	}
	c.get("/entities?"+q(strings.Repeat("(", 1000)+"a")).problem(403, ngsild.TooComplexQuery)
	c.get("/entities?"+q(strings.Repeat("a;", 10000)+"a")).problem(403, ngsild.TooComplexQuery)
}

func TestQueryByPost(t *testing.T) { // 6.23
	c := newClient(t)
	c.garden()
	for _, x := range []struct{ body, want string }{
		{`{"type":"Query","entities":[{"type":"Tree"}]}`, "1 2"},
		{`{"type":"Query","entities":[{"type":"Tree","id":"urn:1"},{"type":"Bench","idPattern":"4$"}]}`, "1 4"},
		{`{"type":"Query","entities":[{"type":"Tree","id":["urn:1","urn:2"]}],"q":"height>20"}`, "2"},
		{`{"type":"Query","entities":[{"type":"Tree","id":"urn:1","idPattern":"2$"}]}`, "1"}, // the id takes precedence (5.2.33)
		{`{"type":"Query","attrs":["tags","data"]}`, "3 4"},
		{`{"type":"Query","entities":[{"type":"*"}],"geoQ":{"georel":"near;maxDistance==1000","geometry":"Point","coordinates":[4.0,52.0]}}`, "1 3"},
		{`{"type":"Query","entities":[{"type":"*"}],"geoQ":{"georel":"equals","geometry":"Point","coordinates":"[4.0,52.0]","geoproperty":"location"}}`, "1"},
		{`{"type":"Query","entities":[{"type":"*"}],"scopeQ":"/heritage"}`, "2"},
		{`{"type":"Query","q":"alive"}`, "1 2"},
	} {
		if got := c.send("POST", "/entityOperations/query", x.body).is(200).ids(); got != x.want {
			t.Errorf("%s: got %q, want %q", x.body, got, x.want)
		}
	}
	c.send("POST", "/entityOperations/query?limit=1&count=true", `{"type":"Query","entities":[{"type":"Tree"}]}`).is(200)
	c.send("POST", "/entityOperations/query?options=keyValues", `{"type":"Query","entities":[{"type":"Tree","id":"urn:1"}],"pick":["id","height"]}`).equals(`[{"id":"urn:1","height":12.5}]`)
	for _, body := range []string{`{"type":"Query"}`, `{"entities":[{"type":"Tree"}]}`, `{"type":"Query","entities":[]}`, `{"type":"Query","entities":[{"id":"urn:1"}]}`, `{"type":"Query","entities":[{"type":"T","id":"x"}]}`,
		`{"type":"Query","q":5}`, `{"type":"Query","attrs":[]}`, `{"type":"Query","attrs":[5]}`, `{"type":"Query","q":"a","geoQ":{"geometry":"Point","coordinates":[0,0]}}`, `{"type":"Query","q":"a","geoQ":5}`} {
		c.send("POST", "/entityOperations/query", body).problem(400, ngsild.BadRequestData)
	}
	c.send("POST", "/entityOperations/query", `[]`).problem(400, ngsild.InvalidRequest)
}

func TestPagination(t *testing.T) { // 5.5.9, 6.3.10, 6.3.13
	c := newClient(t)
	for i := range 5 {
		c.send("POST", "/entities", fmt.Sprintf(`{"id":"urn:%d","type":"T"}`, i)).is(201)
	}
	links := func(a *answer) string {
		var out []string
		for _, h := range a.header.Values("Link") {
			for _, l := range parseLinks(h) {
				if l.rel == "next" || l.rel == "prev" {
					u, err := url.Parse(l.target)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, l.rel+" "+u.Query().Get("offset")+"+"+u.Query().Get("limit"))
				}
			}
		}
		return strings.Join(out, ", ")
	}
	for _, x := range []struct{ query, ids, links, count string }{
		{"type=T", "0 1 2 3 4", "", ""},
		{"type=T&limit=5", "0 1 2 3 4", "", ""},
		{"type=T&limit=2", "0 1", "next 2+2", ""},
		{"type=T&limit=2&offset=2", "2 3", "prev 0+2, next 4+2", ""},
		{"type=T&limit=2&offset=4", "4", "prev 2+2", ""},
		{"type=T&limit=2&offset=1", "1 2", "prev 0+1, next 3+2", ""},
		{"type=T&limit=2&offset=9", "", "prev 7+2", ""},
		{"type=T&limit=2&count=true", "0 1", "next 2+2", "5"},
		{"type=T&limit=0&count=true", "", "", "5"},
		{"type=None&count=true", "", "", "0"},
		{"type=T&local=true&orderBy=id;desc&limit=2&offset=1", "3 2", "prev 0+1, next 3+2", ""},
	} {
		a := c.get("/entities?" + x.query).is(200)
		if a.ids() != x.ids || links(a) != x.links || a.header.Get(ngsild.HeaderCount) != x.count {
			t.Errorf("%s: ids %q, links %q, count %q", x.query, a.ids(), links(a), a.header.Get(ngsild.HeaderCount))
		}
	}
	// the next link leads on
	a := c.get("/entities?type=T&limit=2")
	next := parseLinks(a.header.Values("Link")[0])[0].target
	if got := c.get(strings.TrimPrefix(next, "/ngsi-ld/v1")).is(200).ids(); got != "2 3" {
		t.Errorf("the next page has %q", got)
	}
}

func TestOrdering(t *testing.T) { // 4.23 of V1.9.1
	c := newClient(t)
	c.garden()
	for _, x := range []struct{ order, want string }{
		{"height", "3 1 2 4"}, {"height;desc", "2 1 3 4"}, {"type,height;desc", "3 4 1 2"}, {"createdAt", "1 2 3 4"}, {"id;desc", "4 3 2 1"},
		{"location;dist-desc&orderFrom=[4,52]", "2 1 3 4"},
	} {
		if got := c.get("/entities?type=*&orderBy=" + x.order).is(200).ids(); got != x.want {
			t.Errorf("%s: %q, want %q", x.order, got, x.want)
		}
	}
}

func TestRepresentations(t *testing.T) {
	c := newClient(t)
	c.garden()
	c.get("/entities/urn:1?attrs=kind&format=simplified&options=normalized").equals(`{"id":"urn:1","type":"Tree","scope":"/city/north/park","kind":"oak"}`)
	c.get("/entities/urn:1?attrs=nothing").problem(404, ngsild.ResourceNotFound)
	c.get("/entities/urn:1?pick=nothing").problem(404, ngsild.ResourceNotFound)
	c.get("/entities/urn:1?pick=id%7Ckind&options=keyValues").equals(`{"id":"urn:1","kind":"oak"}`)
	c.get("/entities/urn:4?omit=data,list,type&options=keyValues").equals(`{"id":"urn:4","kind":{"dataset":{"@none":"iron","urn:d":"steel"}}}`)
	c.get("/entities/urn:4?datasetId=urn:d&pick=kind").equals(`{"kind":{"type":"Property","value":"steel","datasetId":"urn:d"}}`)
	c.get("/entities/urn:4?datasetId=@none&pick=kind").equals(`{"kind":{"type":"Property","value":"iron"}}`)
	for lang, want := range map[string]string{
		"nl": `{"type":"Property","value":"Eik","lang":"nl"}`, "fr,nl;q=0.5": `{"type":"Property","value":"Eik","lang":"nl"}`, "en-GB": `{"type":"Property","value":"Oak","lang":"en"}`,
		"en;q=0.1,nl;q=0.9": `{"type":"Property","value":"Eik","lang":"nl"}`, "fr": `{"type":"Property","value":"Oak","lang":"en"}`, "*": `{"type":"Property","value":"Oak","lang":"en"}`,
	} {
		c.get("/entities/urn:1?pick=names&lang=" + url.QueryEscape(lang)).equals(`{"names":` + want + `}`)
	}
	o := c.get("/entities/urn:1?options=sysAttrs").json().(map[string]any)
	if o["createdAt"] == nil || o["modifiedAt"] == nil || o["height"].(map[string]any)["createdAt"] == nil {
		t.Errorf("system attributes are missing: %v", o)
	}
	c.get("/entities/urn:1?type=Bench").problem(404, ngsild.ResourceNotFound)
	c.get("/entities/urn:1?type=Tree").is(200)
}

func TestGeoJSON(t *testing.T) { // 4.5.16, 4.5.17, 6.3.15
	c := newClient(t)
	c.send("POST", "/entities", `{"id":"urn:1","type":"T","name":"a","location":{"type":"Point","coordinates":[1,2]},"area":{"type":"Point","coordinates":[3,4]}}`).is(201)
	accept := "Accept: application/geo+json"
	core := `"` + ngsild.CoreContextURL + `"`
	a := c.get("/entities/urn:1?attrs=name&options=keyValues", accept).is(200)
	a.equals(`{"id":"urn:1","type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"type":"T","name":"a"},"@context":` + core + `}`)
	if a.header.Get("Content-Type") != ngsild.MediaGeoJSON {
		t.Errorf("Content-Type %s", a.header.Get("Content-Type"))
	}
	c.get("/entities/urn:1?attrs=name&options=keyValues&geometryProperty=area", accept).equals(`{"id":"urn:1","type":"Feature","geometry":{"type":"Point","coordinates":[3,4]},"properties":{"type":"T","name":"a"},"@context":` + core + `}`)
	c.get("/entities/urn:1?attrs=name&options=keyValues&geometryProperty=none", accept).equals(`{"id":"urn:1","type":"Feature","geometry":null,"properties":{"type":"T","name":"a"},"@context":` + core + `}`)
	a = c.get("/entities?type=T&attrs=name&options=keyValues", accept, "Prefer: body=json").is(200)
	a.equals(`{"type":"FeatureCollection","features":[{"id":"urn:1","type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"type":"T","name":"a"}}]}`)
	if a.header.Get("Link") == "" || a.header.Get("Preference-Applied") != "body=json" {
		t.Errorf("headers %v", a.header)
	}
	c.get("/entities?type=None", accept).equals(`{"type":"FeatureCollection","features":[],"@context":` + core + `}`)
	c.get("/types", accept).is(406)
}

func TestLinkedEntities(t *testing.T) { // 4.5.23
	c := newClient(t)
	c.send("POST", "/entityOperations/create", `[{"id":"urn:a","type":"A","to":{"object":"urn:b"},"n":1},{"id":"urn:b","type":"B","to":{"object":"urn:c"},"m":2},{"id":"urn:c","type":"C"}]`).is(201)
	c.get("/entities/urn:a?join=inline").equals(`{"id":"urn:a","type":"A","n":{"type":"Property","value":1},"to":{"type":"Relationship","object":"urn:b","entity":{"id":"urn:b","type":"B","m":{"type":"Property","value":2},"to":{"type":"Relationship","object":"urn:c"}}}}`)
	c.get("/entities/urn:a?join=inline&joinLevel=2&options=keyValues").equals(`{"id":"urn:a","type":"A","n":1,"to":{"id":"urn:b","type":"B","m":2,"to":{"id":"urn:c","type":"C"}}}`)
	c.get("/entities/urn:a?join=flat&joinLevel=2&options=keyValues").equals(`[{"id":"urn:a","type":"A","n":1,"to":"urn:b"},{"id":"urn:b","type":"B","m":2,"to":"urn:c"},{"id":"urn:c","type":"C"}]`)
	if got := c.get("/entities?type=A&join=flat").ids(); got != "a b" {
		t.Errorf("flat: %s", got)
	}
	c.get("/entities/urn:a?join=inline&options=keyValues&pick=id,to%7Bm%7D").equals(`{"id":"urn:a","to":{"m":2}}`)
	c.get("/entities/urn:a?join=inline&options=keyValues&omit=n,to%7Bm,to%7D").equals(`{"id":"urn:a","type":"A","to":{"id":"urn:b","type":"B"}}`)
	c.get("/entities/urn:a?join=inline&options=keyValues&containedBy=urn:b").equals(`{"id":"urn:a","type":"A","n":1,"to":"urn:b"}`)
	c.send("POST", "/entities/urn:c/attrs/", `{"back":{"object":["urn:a","urn:c"]}}`).is(204)
	c.get("/entities/urn:b?join=inline&joinLevel=9&options=keyValues&omit=m").equals(`{"id":"urn:b","type":"B","to":{"id":"urn:c","type":"C","back":[{"id":"urn:a","type":"A","n":1,"to":"urn:b"}]}}`)
	c.get("/entities/urn:a?pick=to%7Bm%7D").problem(400, ngsild.BadRequestData)
}

func TestDiscovery(t *testing.T) { // 5.7.5 to 5.7.10
	c := newClient(t)
	c.garden()
	list := c.get("/types").is(200).json().(map[string]any)
	if list["type"] != "EntityTypeList" || fmt.Sprint(list["typeList"]) != "[Bench Monument Tree]" || list["id"] == nil {
		t.Errorf("%v", list)
	}
	c.get("/types/Bench").is(200)
	c.get("/types?details=true").is(200)
	info := c.get("/types/Monument").is(200).json().(map[string]any)
	if info["type"] != "EntityTypeInfo" || info["typeName"] != "Monument" || info["entityCount"] != 1.0 || len(info["attributeDetails"].([]any)) != 6 {
		t.Errorf("%v", info)
	}
	c.get("/types/Nothing").problem(404, ngsild.ResourceNotFound)
	c.get("/types/a(b").problem(400, ngsild.BadRequestData)
	list = c.get("/attributes").is(200).json().(map[string]any)
	if list["type"] != "AttributeList" || len(list["attributeList"].([]any)) != 11 {
		t.Errorf("%v", list)
	}
	c.get("/attributes?details=true").is(200)
	kind := c.get("/attributes/kind").is(200).json().(map[string]any)
	if kind["attributeCount"] != 5.0 || fmt.Sprint(kind["attributeTypes"]) != "[Property VocabProperty]" || fmt.Sprint(kind["typeNames"]) != "[Bench Monument Tree]" {
		t.Errorf("%v", kind)
	}
	c.get("/attributes/nothing").problem(404, ngsild.ResourceNotFound)
	c.get("/types?details=perhaps").problem(400, ngsild.InvalidRequest)
}
