package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// byQ matches queries with the parameter q.
func byQ() Match { return querying().WithQuery("q") }

// inQ is a fault that reads a part of q, given as a regular expression, as if it were
// another one.
func inQ(name, summary, expression, with string) Fault {
	return Fault{Name: "query.q." + name, Summary: summary, On: byQ(), Request: substitute("q", expression, with)}
}

// Parts of q (4.9).
const (
	qValue  = `(?:"[^"]*"|[^;|()",]+)`
	qNumber = `(-?\d+(?:\.\d+)?)`
	qName   = `([\pL][\pL\pN_]*)`
)

// queryExpressions is the faults of the query language.
func queryExpressions() []Fault {
	return slices.Concat([]Fault{
		{Name: "query.q.dropped", Summary: "A query does not look at q.", On: byQ(), Request: DropQuery("q")},
		inQ("greater-includes-equal", "In q, > is read as >=.", `>([^=])`, ">=$1"),
		inQ("greater-equal-excludes-equal", "In q, >= is read as >.", `>=`, ">"),
		inQ("less-includes-equal", "In q, < is read as <=.", `<([^=])`, "<=$1"),
		inQ("less-equal-excludes-equal", "In q, <= is read as <.", `<=`, "<"),
		inQ("numbers-unsigned", "In q, the sign of a number is not read.", `([<>=])-(\d)`, "$1$2"),
		inQ("range-excludes-ends", "In q, the ends of a range do not belong to it.", qName+`==`+qNumber+`\.\.`+qNumber, "$1>$2;$1<$3"),
		inQ("outside-includes-ends", "In q, the ends of a range are outside it.", qName+`!=`+qNumber+`\.\.`+qNumber, "$1<=$2|$1>=$3"),
		inQ("date-dropped", "In q, a comparison with a DateTime asks for existence only.", `[<>=!]+\d{4}-\d{2}-\d{2}T[^;|()]*`, ""),
		inQ("path-dropped", "In q, a dotted path is read up to the first dot.", qName+`\.[\pL][\pL\pN_]*`, "$1"),
		inQ("brackets-dropped", "In q, what is in brackets is not read.", `\[[^\]]*\]`, ""),
		inQ("equal-as-existence", "In q, == asks for existence only.", `==`+qValue+`(?:,`+qValue+`)*`, ""),
		inQ("unequal-as-existence", "In q, != asks for existence only.", `!=`+qValue+`(?:,`+qValue+`)*`, ""),
		inQ("boolean-as-existence", "In q, a comparison with true or false asks for existence only.", `==(?:true|false)`, ""),
		inQ("string-as-prefix", "In q, a string is also equal to those that begin with it.", `=="([^"]*)"`, "~=^$1.*"),
		inQ("first-of-equal-texts", "In q, of a list of texts of which one is to be equal only the first counts.", `==("[^":]*")(?:,"[^":]*")+`, "==$1"),
		inQ("first-of-list", "In q, only the first value of a list counts.", `([=!]=`+qValue+`)(?:,`+qValue+`)+`, "$1"),
		inQ("pattern-literal", "In q, a regular expression is taken literally.", `([^!])~=([^;|()]*)`, `$1=="$2"`),
		inQ("pattern-as-existence", "In q, ~= asks for existence only.", `([^!])~=[^;|()]*`, "$1"),
		inQ("not-pattern-as-pattern", "In q, !~= is read as ~=.", `!~=`, "~="),
		inQ("and-as-or", "In q, ; is read as |.", `;`, "|"),
		inQ("or-as-and", "In q, | is read as ;.", `\|`, ";"),
		inQ("left-to-right", "In q, ; and | bind alike, from left to right.", `^([^|;()]+\|[^|;()]+);(.+)$`, "($1);$2"),
		inQ("parentheses-dropped", "In q, parentheses are not read.", `[()]`, ""),
		inQ("exponent-dropped", "In q, the exponent of a number is not read.", `(\d)[eE]\d+`, "$1"),
		inQ("calendar-dropped", "In q, a comparison with a Date asks for existence only.", `[<>=!]+\d{4}-\d{2}-\d{2}([;|()]|$)`, "$1"),
		{Name: "query.q.bare-uri-unknown", Summary: "In q, a URI without quotes is refused.", On: byQ().where(func(r *http.Request) bool {
			return regexp.MustCompile(`[=!]=[a-z]+:`).MatchString(r.URL.Query().Get("q"))
		}), Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		{Name: "query.q.language-lists-missed", Summary: "q never looks into a list of texts in a language.", On: byQ(), Answer: kept(func(r *http.Request, e object) bool {
			for _, v := range e {
				a, _ := v.(object)
				if texts, ok := a["languageMap"].(object); ok {
					for _, text := range texts {
						if _, several := text.([]any); several {
							return false
						}
					}
				}
			}
			return true
		})},
		inQ("language-as-any", "In q, a language in brackets stands for any language.", `\[[a-z]{2}\]`, "[*]"),
		inQ("any-language-as-english", "In q, [*] stands for English.", `\[\*\]`, "[en]"),
		inQ("linked-as-existence", "In q, what is in braces and after them is not read.", qName+`\{[^;|()]*`, "$1"),
		inQ("linked-type-dropped", "In q, a type in braces is not read.", `\{[\pL][\pL\pN_,]*:`, "{"),
		inQ("linked-once-only", "In q, braces in braces are not read.", `\{`+qName+`\{[^{}]*\}\}[^;|()]*`, "{$1}"),
		{Name: "query.q.linked-however-deep", Summary: "q may follow more Relationships than are retrieved.", On: byQ(),
			Request: func(r *http.Request) {
				if strings.Contains(r.URL.Query().Get("q"), "{") {
					setQuery("join", "inline")(r)
					setQuery("joinLevel", "3")(r)
				}
			}},
		{Name: "query.q.system-alone", Summary: "q may be about system attributes alone, whatever the type.", On: byQ(),
			Request: func(r *http.Request) {
				if regexp.MustCompile(`^(created|modified)At[<>]`).MatchString(r.URL.Query().Get("q")) && !r.URL.Query().Has("type") {
					setQuery("type", "*")(r)
				}
			}},
		{Name: "query.q.long-as-bad-data", Summary: "A q of more than 50 conditions is refused as bad data.", On: byQ(),
			Answer: func(r *http.Request, a *Answer) {
				if a.Status == http.StatusOK && conditions(r.URL.Query().Get("q")) > 50 {
					problem(a, http.StatusBadRequest, ngsild.BadRequestData)
				}
			}},
		{Name: "batch.query.q-long-as-bad-data", Summary: "A query by POST with a q of more than 50 conditions is refused as bad data.", On: queryingByPost(),
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				sent, _ := decode(ReadBody(r)).(object)
				a := Record(next, r)
				if q, _ := sent["q"].(string); conditions(q) > 50 {
					problem(a, http.StatusBadRequest, ngsild.BadRequestData)
				}
				a.WriteTo(w)
			}},
		{Name: "query.large-page-as-bad-data", Summary: "A limit above 10000 is refused as bad data.", On: querying().WithQuery("limit"),
			Answer: func(r *http.Request, a *Answer) {
				if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && n > 10000 {
					problem(a, http.StatusBadRequest, ngsild.BadRequestData)
				}
			}},
		{Name: "query.q.invalid-ignored", Summary: "A q that cannot be parsed is not looked at.", On: byQ(), Instead: forgiving("q")},
	}, comparisons())
}

// conditions is how many conditions a q has.
func conditions(q string) int { return strings.Count(q, "|") + strings.Count(q, ";") + 1 }

// simpleTerm is one comparison of an attribute with a value.
var simpleTerm = regexp.MustCompile(`^` + qName + `(==|!=|>=|<=|>|<)(.+)$`)

// comparisons is the faults of q that no other spelling of q would give.
func comparisons() []Fault {
	term := func(r *http.Request) (attr, operator, value string) {
		if m := simpleTerm.FindStringSubmatch(r.URL.Query().Get("q")); m != nil {
			return m[1], m[2], m[3]
		}
		return "", "", ""
	}
	set := func(q string) func(url.Values) { return func(v url.Values) { v.Set("q", q) } }
	coerced := func(by func(operator, value string) bool) handle {
		return relisted(func(r *http.Request, found []any, ask func(func(url.Values)) []any) []any {
			attr, operator, value := term(r)
			if attr == "" || !by(operator, value) {
				return found
			}
			other := `"` + value + `"`
			if strings.HasPrefix(value, `"`) {
				other = strings.Trim(value, `"`)
			}
			return union(found, ask(set(attr+operator+other)))
		})
	}
	return []Fault{
		{Name: "query.q.default-instance-only", Summary: "q looks at an attribute's default instance only.",
			On: byQ(), Answer: kept(func(r *http.Request, e object) bool {
				attr, _, value := term(r)
				several, ok := e[attr].([]any)
				return !ok || slices.ContainsFunc(several, func(item any) bool {
					a, _ := item.(object)
					return a["datasetId"] == nil && string(encode(a["value"])) == value
				})
			})},
		{Name: "query.q.array-whole", Summary: "q compares an array as a whole, never its items.",
			On: byQ(), Answer: kept(func(r *http.Request, e object) bool {
				attr, _, _ := term(r)
				a, _ := e[attr].(object)
				_, isArray := a["value"].([]any)
				return !isArray
			})},
		{Name: "query.q.unequal-takes-absent", Summary: "q with != also gives the entities that lack the attribute.",
			On: byQ(), Instead: relisted(func(r *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				if attr, operator, _ := term(r); operator == "!=" {
					return union(found, minus(ask(without("q")), ask(set(attr))))
				}
				return found
			})},
		{Name: "query.q.types-coerced", Summary: "q compares numbers and strings that look like numbers.", On: byQ(), Instead: coerced(func(_, _ string) bool { return true })},
		{Name: "query.q.equal-types-coerced", Summary: "In q, == takes a string for the number that it looks like, and the other way round.", On: byQ(),
			Instead: coerced(func(operator, value string) bool { return operator == "==" && strings.ContainsAny(value, "0123456789") })},
		missed("language-missed", "LanguageProperty"), missed("list-missed", "ListProperty"), missed("vocab-missed", "VocabProperty"), missed("json-missed", "JsonProperty"),
		{Name: "query.q.unknown-ignored", Summary: "q on an attribute that no entity has is not looked at.",
			On: byQ(), Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				if len(found) == 0 {
					return ask(without("q"))
				}
				return found
			})},
	}
}

// missed is a fault: no entity that has an attribute of a kind meets q.
func missed(name, kind string) Fault {
	return Fault{Name: "query.q." + name, Summary: "No entity with a " + kind + " meets q.", On: byQ(), Instead: relisted(func(_ *http.Request, found []any, _ func(func(url.Values)) []any) []any {
		return slices.DeleteFunc(found, func(item any) bool {
			e, _ := item.(object)
			for _, v := range e {
				if a, ok := v.(object); ok && a["type"] == kind {
					return true
				}
			}
			return false
		})
	})}
}

// geoParameters are the parameters of a geoquery.
var geoParameters = []string{"georel", "geometry", "coordinates", "geoproperty"}

// firstPart is the first part of a GeoJSON geometry that has several.
func firstPart(geometry string, coordinates any) (kind string, first any, several bool) {
	kinds := map[string]string{"LineString": "Point", "MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
	list, _ := coordinates.([]any)
	if kind = kinds[geometry]; kind == "" || len(list) == 0 {
		return "", nil, false
	}
	return kind, list[0], true
}

// firstParts is the faults of geometries of which only the first part counts, each of one kind.
func firstParts() []Fault {
	var all []Fault
	for _, kind := range []string{"LineString", "MultiPoint", "MultiLineString", "MultiPolygon"} {
		all = append(all, Fault{Name: "query.geo." + kind + "-first-part-only", Summary: "Of a " + kind + " in a geoquery only the first part counts.",
			On: querying().WithQuery("georel").where(func(r *http.Request) bool { return r.URL.Query().Get("geometry") == kind }), Request: func(r *http.Request) {
				q := r.URL.Query()
				if part, coordinates, several := firstPart(kind, decode([]byte(q.Get("coordinates")))); several {
					q.Set("geometry", part)
					q.Set("coordinates", string(encode(coordinates)))
					r.URL.RawQuery = q.Encode()
				}
			}}, Fault{Name: "query.geo." + kind + "-first-part-kept", Summary: "Of a GeoProperty that is a " + kind + " only the first part is kept.", On: entityCreate().on, Request: attributes(func(a object) object {
			if geometry, _ := a["value"].(object); geometry["type"] == kind {
				if part, coordinates, several := firstPart(kind, geometry["coordinates"]); several {
					geometry["type"], geometry["coordinates"] = part, coordinates
				}
			}
			return a
		})})
	}
	return all
}

// geoQueries is the faults of geoqueries (4.10).
func geoQueries() []Fault {
	byPlace := querying().WithQuery("georel")
	relation := func(name, summary, from, to string) Fault {
		return Fault{Name: "query.geo." + name, Summary: summary, On: byPlace, Request: substitute("georel", from, to)}
	}
	return append(firstParts(), []Fault{
		relation("kilometres", "The distance of a geoquery is taken in kilometres.", `(max|min)Distance==(\d+)`, "${1}Distance==${2}000"),
		relation("min-as-max", "minDistance is read as maxDistance.", `minDistance`, "maxDistance"),
		relation("within-as-intersects", "within is read as intersects.", `^within$`, "intersects"),
		relation("intersects-as-within", "intersects is read as within.", `^intersects$`, "within"),
		relation("contains-as-within", "contains is read as within.", `^contains$`, "within"),
		relation("overlaps-as-intersects", "overlaps is read as intersects.", `^overlaps$`, "intersects"),
		relation("equals-as-near", "equals is read as within five kilometres.", `^equals$`, "near;maxDistance==5000"),
		{Name: "query.geo.axes-swapped", Summary: "The point of a geoquery is read as latitude before longitude.",
			On: byPlace, Request: substitute("coordinates", `^\[([^,\[\]]+),([^,\[\]]+)\]$`, "[$2,$1]")},
		{Name: "query.geo.geoproperty-ignored", Summary: "A geoquery always looks at location.",
			On: byPlace, Request: DropQuery("geoproperty")},
		{Name: "query.geo.default-instance-only", Summary: "Of a GeoProperty that has several instances only the default one is kept.", On: entityCreate().on, Request: fragments(func(e object) {
			for name, v := range e {
				if several, ok := v.([]any); ok {
					e[name] = slices.DeleteFunc(several, func(item any) bool {
						a, _ := item.(object)
						return a["type"] == "GeoProperty" && a["datasetId"] != nil
					})
				}
			}
		})},
		{Name: "query.geo.beats-q", Summary: "A geoquery does not look at q.", On: byPlace, Request: DropQuery("q")},
		{Name: "query.geo.disjoint-as-not-within", Summary: "disjoint gives all that is not within, placed or not.",
			On: byPlace.where(func(r *http.Request) bool { return r.URL.Query().Get("georel") == "disjoint" }),
			Instead: relisted(func(_ *http.Request, _ []any, ask func(func(url.Values)) []any) []any {
				within := ask(func(q url.Values) { q.Set("georel", "within") })
				return minus(ask(without(geoParameters...)), within)
			})},
		{Name: "query.geo.invalid-ignored", Summary: "A geoquery that is not whole is not looked at.",
			On: querying(), Instead: forgiving(geoParameters...)},
	}...)
}
