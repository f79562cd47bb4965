package wfs

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peterstace/simplefeatures/geom"
)

// Bounds of count: as many features come when the client does not say.
const mostFeatures = 1000

// query says which features are wanted, and how.
type query struct {
	types  []*featureType
	ids    []string // nil for all
	system system
	low    geom.XY
	high   geom.XY
	box    *system // of the box; nil for none
	wanted []string
	filter *filter
	single bool // the stored query for one feature
}

var declared = regexp.MustCompile(`xmlns\(([^,()]*),([^()]*)\)`)

// typeNamed finds a type by a qualified name: its prefix is that of the service, or one
// that the request declares (7.6.6).
func (c *call) typeNamed(name string) *featureType {
	space, local, prefixed := strings.Cut(name, ":")
	if !prefixed {
		space, local = "", name
	}
	known := map[string]string{prefix: Namespace, "": Namespace}
	for _, m := range declared.FindAllStringSubmatch(c.parameters["namespaces"], -1) {
		if uri, err := url.QueryUnescape(m[2]); err == nil {
			known[m[1]] = uri
		}
	}
	if known[space] != Namespace {
		return nil
	}
	i := slices.IndexFunc(c.types, func(t *featureType) bool { return t.name == local })
	if i < 0 {
		return nil
	}
	return c.types[i]
}

// typesNamed are the types of a parameter; all when it is not given.
func (c *call) typesNamed(parameter string) ([]*featureType, *exception) {
	names := c.list(strings.ToLower(parameter))
	if names == nil {
		return c.types, nil
	}
	var types []*featureType
	for _, name := range names {
		t := c.typeNamed(name)
		if t == nil {
			return nil, invalid(parameter, "there is no feature type "+name)
		}
		types = append(types, t)
	}
	return types, nil
}

func (c *call) describe() (answer, *exception) {
	if e := c.format(); e != nil {
		return answer{}, e
	}
	parameter := "typeNames"
	if c.parameters["typenames"] == "" {
		parameter = "typeName" // as Table 15 has it
	}
	types, e := c.typesNamed(parameter)
	if e != nil {
		return answer{}, e
	}
	return answer{schema(types), mediaGML}, nil
}

// format refuses other formats than GML 3.2 (7.6.3.7).
func (c *call) format() *exception {
	switch strings.ReplaceAll(c.parameters["outputformat"], " ", "") {
	case "", "application/gml+xml;version=3.2":
		return nil
	}
	return invalid("outputFormat", "the format is "+mediaGML)
}

// query reads what is wanted: a stored query or one by type, id, box or filter.
func (c *call) query() (q query, failed *exception) {
	q.system = systems()[0]
	if name := c.parameters["srsname"]; name != "" {
		var known bool
		if q.system, known = systemOf(name); !known {
			return q, invalid("srsName", "there is no reference system "+name)
		}
	}
	if stored := c.parameters["storedquery_id"]; stored != "" {
		if !slices.Contains(featureByID(), stored) {
			return q, invalid("storedQuery_Id", "there is no stored query "+stored)
		}
		if c.parameters["id"] == "" {
			return q, missing("id")
		}
		q.types, q.ids, q.single = c.types, []string{c.parameters["id"]}, true
		return q, nil
	}
	q.ids = c.list("resourceid")
	if c.parameters["typenames"] == "" && q.ids == nil {
		return q, missing("typeNames")
	}
	if strings.ContainsAny(c.parameters["typenames"], "()") || strings.Count(c.parameters["typenames"], ",") > 0 {
		return q, invalid("typeNames", "one feature type is asked for at a time: joins and several queries are not served")
	}
	if q.types, failed = c.typesNamed("typeNames"); failed != nil {
		return q, failed
	}
	given := 0
	for _, name := range []string{"resourceid", "bbox", "filter"} {
		if c.parameters[name] != "" {
			given++
		}
	}
	if given > 1 {
		return q, invalid("filter", "resourceId, bbox and filter exclude one another")
	}
	for _, name := range c.list("propertyname") {
		_, local, prefixed := strings.Cut(name, ":")
		if !prefixed {
			local = name
		}
		if !q.types[0].has(local) {
			return q, invalid("propertyName", "there is no property "+name)
		}
		q.wanted = append(q.wanted, local)
	}
	if text := c.parameters["filter"]; text != "" {
		if q.filter, failed = readFilter(text, q.types); failed != nil {
			return q, failed
		}
	}
	return q, c.readBox(&q)
}

func (t *featureType) has(name string) bool {
	return name == geometryName || slices.ContainsFunc(t.properties, func(p property) bool { return p.name == name })
}

// readBox reads two corners, and the system that they are in: the default one when there
// is none (OGC 06-121r3, 10.2.3).
func (c *call) readBox(q *query) *exception {
	parts := c.list("bbox")
	if parts == nil {
		return nil
	}
	box := systems()[0]
	if len(parts) == 5 {
		var known bool
		if box, known = systemOf(parts[4]); !known {
			return invalid("bbox", "there is no reference system "+parts[4])
		}
		parts = parts[:4]
	}
	if len(parts) != 4 {
		return invalid("bbox", "a box is two corners of two numbers")
	}
	var n [4]float64
	for i, p := range parts {
		var err error
		if n[i], err = strconv.ParseFloat(p, 64); err != nil || !finite(n[i]) {
			return invalid("bbox", p+" is no number")
		}
	}
	if n[0] > n[2] || n[1] > n[3] {
		return invalid("bbox", "the lower corner comes first")
	}
	q.box, q.low, q.high = &box, geom.XY{X: n[0], Y: n[1]}, geom.XY{X: n[2], Y: n[3]}
	return nil
}

func (q query) takes(f *feature) bool {
	if q.ids != nil && !slices.Contains(q.ids, f.id) || q.box != nil && !f.meets(*q.box, q.low, q.high) {
		return false
	}
	return q.filter == nil || q.filter.takes(f)
}

func (q query) found() []*feature {
	var all []*feature
	for _, t := range q.types {
		for _, f := range t.features {
			if q.takes(f) {
				all = append(all, f)
			}
		}
	}
	return all
}

// number reads a parameter that is a whole number from 0.
func (c *call) number(parameter string, otherwise int) (int, *exception) {
	text, given := c.parameters[strings.ToLower(parameter)]
	if !given {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, invalid(parameter, "it takes a whole number from 0")
	}
	return n, nil
}

// features answers GetFeature (11.3).
func (c *call) features() (answer, *exception) {
	if e := c.format(); e != nil {
		return answer{}, e
	}
	q, failed := c.query()
	if failed != nil {
		return answer{}, failed
	}
	all := q.found()
	if q.single {
		if len(all) == 0 {
			return answer{}, &exception{404, "NotFound", "id", "there is no feature " + q.ids[0]}
		}
		return answer{all[0].gml(q.system, nil), mediaGML}, nil
	}
	root, page, failed := c.collection("wfs:FeatureCollection", all)
	if failed != nil {
		return answer{}, failed
	}
	for _, f := range page {
		root.add(of("wfs:member", f.gml(q.system, q.wanted)))
	}
	return answer{root, mediaGML}, nil
}

// collection is the root of a response collection, with its counts and the addresses of the
// pages beside it (7.7.4), and the features of this page.
func (c *call) collection(name string, all []*feature) (root *element, page []*feature, failed *exception) {
	count, failed := c.number("count", mostFeatures)
	if failed != nil {
		return nil, nil, failed
	}
	start, failed := c.number("startIndex", 0)
	if failed != nil {
		return nil, nil, failed
	}
	count = min(count, mostFeatures)
	hits := false
	switch c.parameters["resulttype"] {
	case "", "results":
	case "hits":
		hits = true
	default:
		return nil, nil, invalid("resultType", "it is results or hits")
	}
	from := min(start, len(all))
	to := min(from+count, len(all))
	if hits {
		to = from
	} else {
		page = all[from:to]
	}
	root = of(name).with("timeStamp", c.now(), "numberMatched", strconv.Itoa(len(all)), "numberReturned", strconv.Itoa(len(page)))
	if to < len(all) && count > 0 {
		root.with("next", c.turn(to, count))
	}
	if from > 0 && !hits {
		root.with("previous", c.turn(max(0, from-count), count))
	}
	return root, page, nil
}

// turn is the address of another page.
func (c *call) turn(start, count int) string {
	q := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(c.parameters)) {
		if name != "resulttype" {
			q.Set(name, c.parameters[name])
		}
	}
	q.Set("startindex", strconv.Itoa(start))
	q.Set("count", strconv.Itoa(count))
	return c.root() + "?" + q.Encode()
}

// values answers GetPropertyValue (10.3).
func (c *call) values() (answer, *exception) {
	if e := c.format(); e != nil {
		return answer{}, e
	}
	reference := c.parameters["valuereference"]
	if reference == "" {
		return answer{}, missing("valueReference")
	}
	q, failed := c.query()
	if failed != nil {
		return answer{}, failed
	}
	_, local, prefixed := strings.Cut(reference, ":")
	if !prefixed {
		local = reference
	}
	if !q.types[0].has(local) {
		return answer{}, invalid("valueReference", "there is no property "+reference)
	}
	var having []*feature
	for _, f := range q.found() {
		if _, has := f.values[local]; has || local == geometryName {
			having = append(having, f)
		}
	}
	root, page, failed := c.collection("wfs:ValueCollection", having)
	if failed != nil {
		return answer{}, failed
	}
	for _, f := range page {
		if local == geometryName {
			root.add(of("wfs:member", shape(f.geometry.TransformXY(q.system.to), f.id+".geometry", q.system.urn)))
			continue
		}
		root.add(saying("wfs:member", f.values[local]))
	}
	return answer{root, mediaGML}, nil
}

func (c *call) listQueries() (answer, *exception) {
	root := of("wfs:ListStoredQueriesResponse")
	for _, id := range featureByID() {
		one := of("wfs:StoredQuery", saying("wfs:Title", "The feature with an id")).with("id", id)
		for _, t := range c.types {
			one.add(saying("wfs:ReturnFeatureType", prefix+":"+t.name))
		}
		root.add(one)
	}
	return answer{root, mediaXML}, nil
}

func (c *call) describeQueries() (answer, *exception) {
	ids := c.list("storedquery_id")
	if ids == nil {
		ids = featureByID()
	}
	root := of("wfs:DescribeStoredQueriesResponse")
	var returned []string
	for _, t := range c.types {
		returned = append(returned, prefix+":"+t.name)
	}
	for _, id := range ids {
		if !slices.Contains(featureByID(), id) {
			return answer{}, invalid("storedQuery_Id", "there is no stored query "+id)
		}
		root.add(of("wfs:StoredQueryDescription", saying("wfs:Title", "The feature with an id"), of("wfs:Parameter").with("name", "id", "type", "xsd:string"),
			of("wfs:QueryExpressionText").with("returnFeatureTypes", strings.Join(returned, " "), "language", "urn:ogc:def:queryLanguage:OGC-WFS::WFS_QueryExpression", "isPrivate", "true")).with("id", id))
	}
	return answer{root, mediaXML}, nil
}
