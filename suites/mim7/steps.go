package mim7

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

// How much of a platform a check looks at.
const (
	someCollections = 3  // collections
	tries           = 12 // collections that are looked through for some that fit
	somePages       = 20 // pages of one collection
	someFeatures    = 10 // features of one page
)

// Media types.
const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	mediaHTML    = "text/html"
)

type object = map[string]any

// expect collects a mismatch, seen in the answer r, that the message tells.
func expect(t *T, r *probe.Response, ok bool, format string, args ...any) bool {
	return t.Expect(r).To(Hold(ok, format, args...))
}

// require ends the check by the mismatch.
func require(t *T, r *probe.Response, ok bool, format string, args ...any) {
	t.Require(r).To(Hold(ok, format, args...))
}

func accepting(media string) Option { return Header("Accept", media) }

// ok asks for a resource that has to be there.
func ok(t *T, path string, options ...Option) *probe.Response {
	r := t.GET(path, options...)
	t.Require(r).To(HaveStatus(200))
	return r
}

// landing is the answer at the endpoint's address, or below it at "/", whichever the
// platform serves.
func landing(t *T, options ...Option) *probe.Response {
	r := t.GET("", options...)
	if r.Status == 404 {
		r = t.GET("/", options...)
	}
	return r
}

// landingPage is the landing page as JSON.
func landingPage(t *T) (*probe.Response, object) {
	r := landing(t)
	t.Require(r).To(HaveStatus(200), "the landing page has to be there")
	return r, t.Object(r)
}

// link is one member of a links array.
type link struct{ href, rel, media string }

// linksOf reads the links of a document; what is no link is left out.
func linksOf(document object) []link {
	list, _ := document["links"].([]any)
	var links []link
	for _, one := range list {
		if o, isObject := one.(object); isObject {
			href, _ := o["href"].(string)
			rel, _ := o["rel"].(string)
			media, _ := o["type"].(string)
			links = append(links, link{href, rel, media})
		}
	}
	return links
}

// related are the links of one of the relation types.
func related(document object, rels ...string) []link {
	var found []link
	for _, l := range linksOf(document) {
		for _, rel := range rels {
			if l.rel == rel || l.rel == "http://www.opengis.net/def/rel/ogc/1.0/"+rel {
				found = append(found, l)
			}
		}
	}
	return found
}

// isHTML says whether the link leads to a page for people.
func (l link) isHTML() bool {
	return strings.HasPrefix(l.media, mediaHTML) || strings.HasPrefix(l.media, "application/xhtml")
}

// readable is the first of the links that leads to data and not to a page.
func readable(links []link) (link, bool) {
	for _, l := range links {
		if !l.isHTML() {
			return l, true
		}
	}
	return link{}, false
}

// follow asks for what a link leads to, relative to the answer that it stands in. What
// is not below the endpoint is not asked for.
func follow(t *T, from *probe.Response, href string, options ...Option) *probe.Response {
	address := t.Env.Endpoints[probe.OGCFeatures]
	base, err := url.Parse(address)
	if err != nil || address == "" {
		t.CantTell("the address of the endpoint is not known, so that no link can be followed")
	}
	at, err := url.Parse(address + from.Request.Path)
	if err != nil {
		t.CantTell("the address of the answer is no URL: %v", err)
	}
	to, err := at.Parse(href)
	require(t, from, err == nil && href != "", "the link %q is no reference to a URL (RFC 8288)", href)
	path, below := strings.CutPrefix(to.EscapedPath(), strings.TrimRight(base.EscapedPath(), "/"))
	if to.Scheme != base.Scheme || to.Host != base.Host || !below || path != "" && path[0] != '/' {
		t.CantTell("the link leads to %s, which is not below the endpoint %s and is not asked for: is the endpoint's address the one that the platform knows itself by?", href, address)
	}
	query := to.Query()
	return t.GET(path, append([]Option{func(r *probe.Request) {
		for name, values := range query {
			r.Query[name] = append(r.Query[name], values...)
		}
	}}, options...)...)
}

// collection is one feature collection as the list of all has it.
type collection struct {
	id   string
	body object
}

func (c collection) path() string                 { return "/collections/" + url.PathEscape(c.id) }
func (c collection) items() string                { return c.path() + "/items" }
func (c collection) feature(id string) string     { return c.items() + "/" + url.PathEscape(id) }
func (c collection) list(member string) []any     { l, _ := c.body[member].([]any); return l }
func (c collection) extent(member string) object  { return inner(inner(c.body, "extent"), member) }
func inner(o object, member string) object        { i, _ := o[member].(object); return i }
func text(o object, member string) (string, bool) { s, is := o[member].(string); return s, is }

// listed is the list of collections: the answer, the document and its collections.
func listed(t *T) (*probe.Response, object, []collection) {
	r := ok(t, "/collections")
	document := t.Object(r)
	list, isList := document["collections"].([]any)
	require(t, r, isList, "the list of collections has no array collections")
	var all []collection
	for i, one := range list {
		body, isObject := one.(object)
		require(t, r, isObject, "/collections/%d is no object", i)
		id, isText := text(body, "id")
		require(t, r, isText && id != "", "/collections/%d has no id", i)
		if kind, stated := text(body, "itemType"); stated && kind != "feature" {
			continue // not of features
		}
		all = append(all, collection{id, body})
	}
	if len(all) == 0 {
		t.Untested("the platform lists no feature collection")
	}
	return r, document, all
}

// some are a few of the collections, as the run's seed chooses.
func some(t *T) []collection {
	_, _, all := listed(t)
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(len(all), someCollections)]
}

// each calls judge for some collections that fit. When none does, the check ends as
// untested: there was nothing that what tells of.
func each(t *T, what string, judge func(c collection) (fits bool)) {
	_, _, all := listed(t)
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	fitting := 0
	for _, c := range all[:min(len(all), tries)] {
		if fitting < someCollections && judge(c) {
			fitting++
		}
	}
	if fitting == 0 {
		t.Untested("none of the collections looked at has %s", what)
	}
}

// batch is one answer with features.
type batch struct {
	*probe.Response
	document object
	features []object
}

// read asks for features of a collection; anything but 200 with features ends the check.
func read(t *T, c collection, options ...Option) batch {
	r := t.GET(c.items(), append([]Option{accepting(mediaGeoJSON)}, options...)...)
	t.Require(r).To(HaveStatus(200), "the features of collection %s have to be there", c.id)
	return unpack(t, r)
}

// unpack reads the features of an answer.
func unpack(t *T, r *probe.Response) batch {
	v, err := Decode(r.Body)
	if err != nil && !strings.Contains(r.Header.Get("Content-Type"), "json") {
		t.CantTell("the features come as %q, and only GeoJSON can be read here", r.Header.Get("Content-Type"))
	}
	require(t, r, err == nil, "the body is no JSON: %v", err)
	b := batch{Response: r}
	var isObject bool
	b.document, isObject = v.(object)
	require(t, r, isObject, "the body is no JSON object")
	list, isList := b.document["features"].([]any)
	require(t, r, isList, "the body has no array features")
	for i, one := range list {
		f, isObject := one.(object)
		require(t, r, isObject, "/features/%d is no object", i)
		b.features = append(b.features, f)
	}
	return b
}

// sample is a page of a collection's features.
func sample(t *T, c collection, options ...Option) batch {
	return read(t, c, append([]Option{Query("limit", strconv.Itoa(someFeatures))}, options...)...)
}

// idOf is the id of a feature as a path has it; empty when it has none.
func idOf(feature object) string {
	switch id := feature["id"].(type) {
	case string:
		return id
	case json.Number:
		return id.String()
	}
	return ""
}

// shape is the geometry of a feature; false when it has none, or one that is no
// geometry, which is for another check to say.
func shape(feature object) (geom.Geometry, bool) {
	g, isObject := feature["geometry"].(object)
	if !isObject {
		return geom.Geometry{}, false
	}
	b, err := json.Marshal(g)
	if err != nil {
		return geom.Geometry{}, false
	}
	shape, err := geom.UnmarshalGeoJSON(b, geom.NoValidate{})
	return shape, err == nil && !shape.IsEmpty()
}

// box is a bounding box: the lower corner, then the upper one.
type box [4]float64

// around is the box of a geometry, some degrees wider on each side.
func around(g geom.Geometry, margin float64) box {
	low, high, _ := g.Envelope().MinMaxXYs()
	return box{low.X - margin, low.Y - margin, high.X + margin, high.Y + margin}
}

func (b box) String() string {
	var words []string
	for _, n := range b {
		words = append(words, strconv.FormatFloat(n, 'f', -1, 64))
	}
	return strings.Join(words, ",")
}

// meets says whether a geometry has a point in the box or on its edge.
func (b box) meets(g geom.Geometry) bool {
	return geom.Intersects(geom.NewEnvelope(geom.XY{X: b[0], Y: b[1]}, geom.XY{X: b[2], Y: b[3]}).AsGeometry(), g)
}

// wider is the box with a margin on each side.
func (b box) wider(margin float64) box {
	return box{b[0] - margin, b[1] - margin, b[2] + margin, b[3] + margin}
}

// swapped is the box with its axes the other way round.
func (b box) swapped() box { return box{b[1], b[0], b[3], b[2]} }

// tiny is a distance in degrees below which positions count as the same: some
// centimetres, for platforms that round.
const tiny = 1e-6

// count is a member that is a whole number; false when it is none.
func count(document object, member string) (int, bool) {
	n, is := document[member].(json.Number)
	if !is {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}

// idsOf are the ids of the features, in their order.
func (b batch) idsOf() []string {
	ids := make([]string, 0, len(b.features))
	for _, f := range b.features {
		ids = append(ids, idOf(f))
	}
	return ids
}
