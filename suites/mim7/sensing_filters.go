package mim7

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/peterstace/simplefeatures/geom"

	. "github.com/oasc/mimcheck/suites"
)

const (
	sensingOperations = request + "built-in-filter-operations"
	sensingFunctions  = request + "built-in-query-functions"
)

// selection is a filter, and which entities it has to select: known is false for one of
// which that cannot be told.
type selection struct {
	filter string
	fits   func(e object) (fit, known bool)
}

func sensingFilterChecks() []Check {
	return slices.Concat(sensingOperatorChecks(), sensingTextChecks(), sensingNumberChecks(), sensingTimeChecks(), sensingPlaceChecks())
}

// things are a set's entities that filters are tried on, and the path to them.
type things struct {
	path   string
	sample []object
	expand string // what each comes with, to be judged by it; empty for nothing
}

func thingsOf(set string) func(t *T) []things {
	return func(t *T) []things {
		_, all := someOf(t, set)
		return []things{{path: "/" + set, sample: all}}
	}
}

// readings are observations of some Datastreams of measurements: a filter over all of a
// service's observations would be a burden for it.
func readings(t *T) []things {
	_, all := someOf(t, "Datastreams")
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var found []things
	for _, d := range all {
		if d["observationType"] != measurement || len(found) == fewThings {
			continue
		}
		path := entityPath(t, "Datastreams", d) + "/Observations"
		if _, some := many(t, path, Query("$top", fmt.Sprint(someThings))); len(some) > 1 {
			found = append(found, things{path: path, sample: some})
		}
	}
	if len(found) == 0 {
		t.Untested("no Datastream of measurements has more than one Observation")
	}
	return found
}

// filtering makes a check of a filter. It is tried by what one of the sampled entities is
// like, such that others are not: else the filter would show nothing.
func filtering(name, title, clause, fault string, among func(t *T) []things, like func(t *T, e object) (selection, bool)) Check {
	return Check{
		ID: "mim7.sensing.filter." + name, Title: title, Clause: clause, Fault: fault,
		Body: func(t *T) {
			for _, of := range among(t) {
				candidates := slices.Clone(of.sample)
				t.Rand().Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
				for _, e := range candidates {
					if s, fit := like(t, e); fit && both(of.sample, s.fits) {
						selects(t, of, s)
						return
					}
				}
			}
			t.Untested("no sampled entity is such that a filter tells it from the others")
		},
	}
}

// selects holds a filter against the sample: what it selects has to be as it says, and of
// the sample it has to select all that are so.
func selects(t *T, of things, s selection) {
	options := []Option{accepting(mediaJSON), Query("$filter", s.filter, "$top", "100"), Expecting(http.StatusNotImplemented)}
	if of.expand != "" {
		options = append(options, Query("$expand", of.expand))
	}
	r := t.GET(of.path, options...)
	t.Require(r).To(HaveStatus(http.StatusOK), "%s", "$filter="+s.filter)
	found := entitiesIn(t, r)
	few := t.Few()
	for _, e := range found {
		fit, known := s.fits(e)
		few.Holds(r, fit || !known, "$filter=%s selects the entity %v, which is not so", s.filter, e["@iot.id"])
	}
	if next, _ := t.Object(r)["@iot.nextLink"].(string); next == "" { // else the others may come later
		got := ids(t, found)
		for _, e := range of.sample {
			fit, known := s.fits(e)
			few.Holds(r, !fit || !known || slices.Contains(got, key(t, e)), "$filter=%s does not select the entity %v, which is so", s.filter, e["@iot.id"])
		}
	}
	few.End()
}

// both says whether a sample has entities that fit and others that do not.
func both(sample []object, fits func(e object) (fit, known bool)) bool {
	yes, no := false, false
	for _, e := range sample {
		if fit, known := fits(e); known {
			yes, no = yes || fit, no || !fit
		}
	}
	return yes && no
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// plainlyNamed judges by names that are of ASCII: what a character and its case are is not the same
// everywhere for others.
func plainlyNamed(fits func(name string) bool) func(e object) (bool, bool) {
	return func(e object) (bool, bool) {
		name, is := e["name"].(string)
		plain := is && strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) < 0
		return plain && fits(name), plain
	}
}

// byName makes a selection of the name of an entity, which has to be long enough.
func byName(make func(name string) (filter string, fits func(other string) bool)) func(*T, object) (selection, bool) {
	return func(_ *T, e object) (selection, bool) {
		name, _ := e["name"].(string)
		if _, plain := plainlyNamed(func(string) bool { return true })(e); !plain || len(name) < 4 || strings.TrimSpace(name) != name {
			return selection{}, false
		}
		filter, fits := make(name)
		return selection{filter, plainlyNamed(fits)}, true
	}
}

func sensingOperatorChecks() []Check {
	among := thingsOf("Things")
	// compared judges numbers by a comparison with one of them.
	compared := func(name, words, fault string, fits func(a, b float64) bool) Check {
		return filtering(name, "A filter with "+name+" selects what is "+words, sensingOperations, fault, readings, byResult(func(text string, n float64) (string, func(float64) bool) {
			return "result " + name + " " + text, func(other float64) bool { return fits(other, n) }
		}))
	}
	return []Check{
		filtering("eq", "A filter with eq selects what is equal", request+"filter; "+sensingOperations, "sensing.filter.ignored", among,
			byName(func(name string) (string, func(string) bool) {
				return "name eq " + quoted(name), func(other string) bool { return other == name }
			})),
		filtering("ne", "A filter with ne selects what is not equal", sensingOperations, "sensing.filter.ne-as-eq", among,
			byName(func(name string) (string, func(string) bool) {
				return "name ne " + quoted(name), func(other string) bool { return other != name }
			})),
		compared("gt", "greater", "sensing.filter.gt-as-ge", func(a, b float64) bool { return a > b }),
		compared("ge", "greater or equal", "sensing.filter.ge-as-gt", func(a, b float64) bool { return a >= b }),
		compared("lt", "less", "sensing.filter.lt-as-le", func(a, b float64) bool { return a < b }),
		compared("le", "less or equal", "sensing.filter.le-as-lt", func(a, b float64) bool { return a <= b }),
		filtering("and", "A filter with and selects what both sides are true of", sensingOperations, "sensing.filter.and-as-or", among,
			byName(func(name string) (string, func(string) bool) {
				return "startswith(name," + quoted(name[:1]) + ") and name ne " + quoted(name), func(other string) bool { return strings.HasPrefix(other, name[:1]) && other != name }
			})),
		filtering("or", "A filter with or selects what one of both sides is true of", sensingOperations, "sensing.filter.or-as-and", among,
			byName(func(name string) (string, func(string) bool) {
				return "name eq " + quoted(name) + " or name eq " + quoted(name+" "), func(other string) bool { return other == name || other == name+" " }
			})),
		filtering("not", "A filter with not selects what is not true of", sensingOperations, "sensing.filter.not-dropped", among,
			byName(func(name string) (string, func(string) bool) {
				return "not startswith(name," + quoted(name) + ")", func(other string) bool { return !strings.HasPrefix(other, name) }
			})),
		filtering("grouping", "Parentheses group what belongs together in a filter", sensingOperations, "sensing.filter.ungrouped", readings,
			byResult(func(text string, n float64) (string, func(float64) bool) {
				// Without them, or would come last, and what is equal would be selected.
				return "(result eq " + text + " or result gt " + text + ") and result gt " + text, func(other float64) bool { return other > n }
			})),
		filtering("precedence", "In a filter and binds what it stands between before or does", sensingOperations, "sensing.filter.or-first", readings,
			byResult(func(text string, n float64) (string, func(float64) bool) {
				return "result eq " + text + " or result gt " + text + " and result lt " + text, func(other float64) bool { return other == n }
			})),
		extended(filtering("arithmetic", "Filters calculate", sensingOperations, "sensing.filter.no-arithmetic", readings,
			byResult(func(text string, n float64) (string, func(float64) bool) {
				return "result add 10 gt " + fmt.Sprint(math.Floor(n)+10), func(other float64) bool { return other+10 > math.Floor(n)+10 }
			}))),
		filtering("related", "A filter goes along a path to what entities are related to", request+"filter", "sensing.filter.related-ignored", thingsOfStreams,
			func(t *T, d object) (selection, bool) {
				thing, _ := d["Thing"].(object)
				if thing["@iot.id"] == nil {
					return selection{}, false
				}
				want := key(t, thing)
				return selection{"Thing/id eq " + want, func(e object) (bool, bool) {
					other, known := e["Thing"].(object)
					return known && fmt.Sprint(other["@iot.id"]) == fmt.Sprint(thing["@iot.id"]), known
				}}, true
			}),
	}
}

// thingsOfStreams are Datastreams, each with its Thing.
func thingsOfStreams(t *T) []things {
	_, all := someOf(t, "Datastreams", Query("$expand", "Thing"))
	return []things{{"/Datastreams", all, "Thing"}}
}

func extended(c Check) Check {
	c.Level = Extended
	return c
}

// byResult makes a selection of the result of an observation, by its text and its value.
func byResult(make func(text string, n float64) (filter string, fits func(float64) bool)) func(*T, object) (selection, bool) {
	return func(_ *T, e object) (selection, bool) {
		n, known := resultOf(e)
		if !known {
			return selection{}, false
		}
		filter, fits := make(fmt.Sprint(e["result"]), n)
		return selection{filter, func(other object) (bool, bool) {
			m, known := resultOf(other)
			return known && fits(m), known
		}}, true
	}
}

func resultOf(e object) (float64, bool) {
	n, is := e["result"].(json.Number)
	f, err := n.Float64()
	return f, is && err == nil
}

func sensingTextChecks() []Check {
	among := thingsOf("Things")
	function := func(name, title string, make func(name string) (string, func(string) bool)) Check {
		return filtering(name, title, sensingFunctions, "sensing.filter."+name, among, byName(make))
	}
	return []Check{
		function("substringof", "substringof says whether a text is in another", func(name string) (string, func(string) bool) {
			part := name[len(name)-3:]
			return "substringof(" + quoted(part) + ",name)", func(other string) bool { return strings.Contains(other, part) }
		}),
		function("startswith", "startswith says whether a text begins with another", func(name string) (string, func(string) bool) {
			return "startswith(name," + quoted(name[:3]) + ")", func(other string) bool { return strings.HasPrefix(other, name[:3]) }
		}),
		function("endswith", "endswith says whether a text ends with another", func(name string) (string, func(string) bool) {
			end := name[len(name)-3:]
			return "endswith(name," + quoted(end) + ")", func(other string) bool { return strings.HasSuffix(other, end) }
		}),
		function("length", "length is the number of a text's characters", func(name string) (string, func(string) bool) {
			return fmt.Sprintf("length(name) eq %d", len(name)), func(other string) bool { return len(other) == len(name) }
		}),
		function("indexof", "indexof is where a text is in another, from 0", func(name string) (string, func(string) bool) {
			part := name[1:4]
			return fmt.Sprintf("indexof(name,%s) eq %d", quoted(part), strings.Index(name, part)), func(other string) bool { return strings.Index(other, part) == strings.Index(name, part) }
		}),
		function("substring", "substring is a text from a position on, from 0", func(name string) (string, func(string) bool) {
			return fmt.Sprintf("substring(name,1) eq %s", quoted(name[1:])), func(other string) bool { return other != "" && other[1:] == name[1:] }
		}),
		function("tolower", "tolower is a text in lower case", func(name string) (string, func(string) bool) {
			lower := strings.ToLower(name)
			return "tolower(name) eq " + quoted(lower), func(other string) bool { return strings.ToLower(other) == lower }
		}),
		function("toupper", "toupper is a text in upper case", func(name string) (string, func(string) bool) {
			upper := strings.ToUpper(name)
			return "toupper(name) eq " + quoted(upper), func(other string) bool { return strings.ToUpper(other) == upper }
		}),
		function("trim", "trim is a text without space around it", func(name string) (string, func(string) bool) {
			return "trim(name) eq " + quoted(name), func(other string) bool { return strings.TrimSpace(other) == name }
		}),
		function("concat", "concat is a text after another", func(name string) (string, func(string) bool) {
			return "concat(name,'-a') eq " + quoted(name+"-a"), func(other string) bool { return other == name }
		}),
	}
}

func sensingNumberChecks() []Check {
	function := func(name, title string, f func(float64) float64) Check {
		return filtering(name, title, sensingFunctions, "sensing.filter."+name, readings, func(_ *T, e object) (selection, bool) {
			n, known := resultOf(e)
			return selection{fmt.Sprintf("%s(result) eq %d", name, int64(f(n))), func(other object) (bool, bool) {
				m, known := resultOf(other)
				return f(m) == f(n), known && math.Abs(m-math.Floor(m)-0.5) > 1e-6 // halves are rounded to one side or the other
			}}, known
		})
	}
	return []Check{
		function("round", "round is the nearest whole number", math.Round),
		function("floor", "floor is the whole number below", math.Floor),
		function("ceiling", "ceiling is the whole number above", math.Ceil),
	}
}

func sensingTimeChecks() []Check {
	by := func(make func(at time.Time) (string, func(time.Time) bool)) func(*T, object) (selection, bool) {
		return func(_ *T, e object) (selection, bool) {
			at, known := instantOf(e)
			if !known {
				return selection{}, false
			}
			filter, fits := make(at)
			return selection{filter, func(other object) (bool, bool) {
				at, known := instantOf(other)
				return known && fits(at), known
			}}, true
		}
	}
	literal := func(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
	part := func(name, title string, f func(at time.Time) int) Check {
		return filtering(name, title, sensingFunctions, "sensing.filter."+name, readings, by(func(at time.Time) (string, func(time.Time) bool) {
			return fmt.Sprintf("%s(phenomenonTime) eq %d", name, f(at.UTC())), func(other time.Time) bool { return f(other.UTC()) == f(at.UTC()) }
		}))
	}
	return []Check{
		filtering("after", "A filter with gt selects what is after an instant", sensingOperations, "sensing.filter.after-as-before", readings, by(func(at time.Time) (string, func(time.Time) bool) {
			return "phenomenonTime gt " + literal(at), func(other time.Time) bool { return other.After(at.Truncate(time.Millisecond)) }
		})),
		filtering("before", "A filter with lt selects what is before an instant", sensingOperations, "sensing.filter.before-as-after", readings, by(func(at time.Time) (string, func(time.Time) bool) {
			return "phenomenonTime lt " + literal(at), func(other time.Time) bool { return other.Before(at.Truncate(time.Millisecond)) }
		})),
		part("day", "day is the day of the month of a time", func(at time.Time) int { return at.Day() }),
		part("hour", "hour is the hour of a time", func(at time.Time) int { return at.Hour() }),
	}
}

// instantOf is when something was observed, unless that lasted.
func instantOf(e object) (time.Time, bool) {
	w, known := whenOf(e["phenomenonTime"])
	return w.from, known && w.from.Equal(w.to)
}

func sensingPlaceChecks() []Check {
	places := thingsOf("Locations")
	// margin is how far around a place a filter looks, in degrees: some hundred metres.
	const margin = 0.002
	at := func(e object) (geom.Geometry, bool) {
		g, err := geometryIn(e["location"])
		return g, err == nil && isGeoJSON(e) && !g.IsEmpty()
	}
	// near makes a selection of what is in some relation to a rectangle around a place. What
	// touches its edge is not judged, since numbers are rounded there.
	near := func(filter func(wkt string) string, fits func(area, g geom.Geometry) bool) func(*T, object) (selection, bool) {
		return func(_ *T, e object) (selection, bool) {
			g, known := at(e)
			if !known {
				return selection{}, false
			}
			area, wider, closer := around(g, margin).rectangle(), around(g, 1.1*margin), around(g, 0.9*margin)
			return selection{filter("geography'" + area.AsText() + "'"), func(other object) (bool, bool) {
				g, known := at(other)
				return known && fits(area, g), known && (closer.holds(g) || !wider.meets(g))
			}}, true
		}
	}
	inside := geom.Intersects
	one := func(name, title string, filter func(wkt string) string, fits func(area, g geom.Geometry) bool) Check {
		c := filtering(strings.ReplaceAll(name, "_", ""), title, sensingFunctions, "sensing.filter."+strings.ReplaceAll(name, "_", "-"), places, near(filter, fits))
		c.Requirements = slices.Concat(sensingService, sensingSystems)
		return c
	}
	call := func(function string) func(string) string {
		return func(wkt string) string { return function + "(location," + wkt + ")" }
	}
	return []Check{
		one("st_within", "st_within says whether a location is within an area", call("st_within"), inside),
		one("st_intersects", "st_intersects says whether a location and an area have a point in common", call("st_intersects"), inside),
		one("st_disjoint", "st_disjoint says whether a location and an area have no point in common", call("st_disjoint"), func(area, g geom.Geometry) bool { return !inside(area, g) }),
		one("geo.intersects", "geo.intersects says whether a location and an area have a point in common", call("geo.intersects"), inside),
		one("st_contains", "st_contains says whether an area contains a location", func(wkt string) string { return "st_contains(" + wkt + ",location)" }, inside),
		filtering("stequals", "st_equals says whether a location is equal to a geometry", sensingFunctions, "sensing.filter.st-equals", places, func(_ *T, e object) (selection, bool) {
			g, known := at(e)
			point, is := g.AsPoint()
			if !known || !is {
				return selection{}, false
			}
			flat := point.Force2D().AsGeometry()
			return selection{"st_equals(location,geography'" + flat.AsText() + "')", func(other object) (bool, bool) {
				o, known := at(other)
				far, some := geom.Distance(flat, o)
				same := o.IsPoint() && o.Force2D().AsText() == flat.AsText()
				return same, known && some && (same || far > margin/100)
			}}, true
		}),
		filtering("distance", "geo.distance is how far a location is from a geometry", sensingFunctions, "sensing.filter.geo.distance", places, func(_ *T, e object) (selection, bool) {
			g, known := at(e)
			if !known {
				return selection{}, false
			}
			centre := g.Centroid().AsGeometry().Force2D()
			// In degrees or in metres, as services have it: the place itself is nearer than the
			// thousandth part of either, and others are farther away than a degree or a metre.
			return selection{"geo.distance(location,geography'" + centre.AsText() + "') lt 0.0001", func(other object) (bool, bool) {
				o, known := at(other)
				far, some := geom.Distance(centre, o)
				return far == 0, known && some && (far == 0 || far > 0.0005)
			}}, true
		}),
	}
}

// rectangle is the box as a polygon.
func (b box) rectangle() geom.Geometry {
	return geom.NewEnvelope(geom.XY{X: b[0], Y: b[1]}, geom.XY{X: b[2], Y: b[3]}).AsGeometry()
}

// holds says whether a geometry is wholly in the box.
func (b box) holds(g geom.Geometry) bool {
	whole := around(g, 0)
	return b[0] <= whole[0] && b[1] <= whole[1] && b[2] >= whole[2] && b[3] >= whole[3]
}
