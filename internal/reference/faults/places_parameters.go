package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// forgetful is a Request change: query parameters that are not known are dropped.
func forgetful(r *http.Request) {
	q := r.URL.Query()
	for name := range q {
		if !slices.Contains([]string{"f", "limit", "offset", "bbox", "bbox-crs", "crs", "datetime",
			"name", "areaServed", "locationCategory", "powerState", "airQualityLevel", "laneDirection"}, name) {
			q.Del(name)
		}
	}
	r.URL.RawQuery = q.Encode()
}

var (
	wholeNumber = regexp.MustCompile(`^-?[0-9]+$`)
	anyNumber   = regexp.MustCompile(`^-?[0-9.]+$`)
)

// placeParameters is the faults of query parameters.
func placeParameters() []Fault {
	items := placeFeaturesOf()
	var all []Fault
	for _, on := range []struct {
		name, words string
		on          Match
	}{
		{"landing", "the landing page", placeLanding()},
		{"conformance", "the conformance declaration", placeConformance()},
		{"collections", "the list of collections", placeList()},
		{"collection", "a collection", placeCollection()},
		{"items", "features", items},
		{"feature", "a feature", placeFeature()},
	} {
		all = append(all, Fault{Name: "places.unknown." + on.name, Summary: "Unknown parameters are ignored at " + on.words + ".", On: on.on, Request: forgetful})
	}
	ignored := func(name, summary, parameter string, so func(value string) bool) Fault {
		return Fault{Name: "places.invalid." + name, Summary: summary, On: items.where(asks(parameter, so)), Request: DropQuery(parameter)}
	}
	boxOf := func(n int) func(string) bool {
		return func(v string) bool { return strings.Count(v, ",") == n-1 }
	}
	words := func(v string) bool { return !strings.ContainsAny(v, "0123456789") }
	return append(all,
		ignored("limit-text", "A limit that is no number is ignored.", "limit", func(v string) bool { return !anyNumber.MatchString(v) }),
		ignored("limit-negative", "A limit below zero is ignored.", "limit", func(v string) bool { return strings.HasPrefix(v, "-") }),
		ignored("limit-fraction", "A limit that is no whole number is ignored.", "limit", func(v string) bool { return anyNumber.MatchString(v) && !wholeNumber.MatchString(v) }),
		ignored("bbox-text", "A bounding box that is no numbers is ignored.", "bbox", words),
		ignored("bbox-short", "A bounding box of three numbers is ignored.", "bbox", boxOf(3)),
		ignored("bbox-long", "A bounding box of five numbers is ignored.", "bbox", boxOf(5)),
		ignored("datetime-text", "A datetime that is none is ignored.", "datetime", func(v string) bool { return words(v) && !strings.Contains(v, "/") }),
		ignored("datetime-impossible", "A datetime of a thirteenth month is ignored.", "datetime", func(v string) bool { return strings.Contains(v, "-13-") }),
		ignored("interval-text", "An interval between what is no datetime is ignored.", "datetime", func(v string) bool { return words(v) && strings.Contains(v, "/") }),
		ignored("interval-parts", "An interval of three parts is ignored.", "datetime", func(v string) bool { return strings.Count(v, "/") == 2 }),
	)
}

// placeItems is the faults of features in pages, and of their selection.
func placeItems() []Fault {
	items := placeFeaturesOf()
	boxed, timed := items.WithQuery("bbox"), items.WithQuery("datetime")
	page := answered
	ofLimit := func(edit func(n int) int) func(*http.Request) {
		return inParam("limit", func(v string) string {
			n, err := strconv.Atoi(v)
			if err != nil {
				return v
			}
			return strconv.Itoa(edit(n))
		})
	}
	withTime := func(so func(value string) bool) Match { return items.where(asks("datetime", so)) }
	interval := func(v string) bool { return strings.Contains(v, "/") }
	has := func(edit func(s, part string) bool, part string) func(string) bool {
		return func(v string) bool { return edit(v, part) }
	}
	refused := func(name, summary string, so func(value string) bool) Fault {
		return Fault{Name: "places.datetime." + name, Summary: summary, On: withTime(so), Instead: refusing400}
	}
	return []Fault{
		{Name: "places.items.gone", Summary: "Collections have no features to ask for.", On: items, Answer: gone},
		{Name: "places.items.no-array", Summary: "Features are in an object by their ids.", On: items, Answer: page(func(o object) {
			byID := object{}
			for _, f := range objects(o["features"]) {
				id, _ := f["id"].(string)
				byID[id] = f
			}
			o["features"] = byID
		})},
		{Name: "places.limit.ignored", Summary: "The limit is ignored.", On: items, Request: DropQuery("limit")},
		{Name: "places.limit.one-more", Summary: "There is one feature more than the limit.", On: items, Request: ofLimit(func(n int) int { return n + 1 })},
		{Name: "places.limit.always-one", Summary: "There is one feature, whatever the limit.", On: items, Request: ofLimit(func(n int) int { return min(n, 1) })},
		{Name: "places.limit.huge-refused", Summary: "A limit above the maximum is refused.", On: items.where(asks("limit", func(v string) bool {
			n, err := strconv.Atoi(v)
			return err == nil && n > 1000
		})), Instead: refusing400},
		{Name: "places.items.no-self", Summary: "Features come without a link to the answer itself.", On: items, Answer: page(unlinked("self"))},
		{Name: "places.items.no-alternate", Summary: "Features come without a link to their other forms.", On: items, Answer: page(unlinked("alternate"))},
		{Name: "places.items.links-untyped", Summary: "Links of features state no media type.", On: items, Answer: page(relinked(untyped, "self", "alternate", "next", "collection"))},
		{Name: "places.items.timestamp-local", Summary: "The time stamp has no offset from UTC.", On: items, Answer: page(func(o object) {
			if s, ok := o["timeStamp"].(string); ok {
				o["timeStamp"] = strings.TrimSuffix(s, "Z")
			}
		})},
		{Name: "places.items.timestamp-fixed", Summary: "The time stamp is always the same.", On: items, Answer: page(func(o object) { o["timeStamp"] = "2019-10-07T08:00:00Z" })},
		{Name: "places.items.returned-wrong", Summary: "The number of returned features is one too high.", On: items, Answer: page(func(o object) {
			if n, ok := float(o["numberReturned"]); ok {
				o["numberReturned"] = n + 1
			}
		})},
		{Name: "places.items.matched-of-page", Summary: "The number of matching features is that of the page.", On: items, Answer: page(func(o object) { o["numberMatched"] = o["numberReturned"] })},
		{Name: "places.items.matched-zero", Summary: "The number of matching features is zero.", On: items, Answer: page(func(o object) { o["numberMatched"] = 0 })},

		{Name: "places.bbox.ignored", Summary: "The bounding box is ignored.", On: boxed, Request: DropQuery("bbox")},
		{Name: "places.bbox.half", Summary: "Of the bounding box only the lower left tenth counts.", On: boxed, Request: inBox(func(b []float64) []float64 {
			return []float64{b[0], b[1], b[0] + (b[2]-b[0])/10, b[1] + (b[3]-b[1])/10}
		})},
		{Name: "places.bbox.within", Summary: "The bounding box selects only what is wholly within it.", On: boxed, Answer: func(r *http.Request, a *Answer) {
			b, ok := readBBox(r.URL.Query().Get("bbox"))
			if !ok {
				return
			}
			answered(func(o object) {
				kept := []any{}
				for _, f := range objects(o["features"]) {
					inside := true
					g, _ := f["geometry"].(object)
					numbersIn(g["coordinates"], func(x, y float64) (float64, float64) {
						inside = inside && x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3]
						return x, y
					})
					if inside {
						kept = append(kept, f)
					}
				}
				o["features"], o["numberReturned"] = kept, len(kept)
			})(r, a)
		}},
		{Name: "places.bbox.empty-means-all", Summary: "A bounding box without features selects all.", On: boxed, Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			if o, ok := decode(a.Body).(object); ok && len(objects(o["features"])) == 0 {
				a = again(next, r, without("bbox"))
			}
			a.WriteTo(w)
		}},
		{Name: "places.bbox.latitude-first", Summary: "The bounding box is read with latitude first.", On: boxed.WithoutQuery("bbox-crs"), Request: inBox(func(b []float64) []float64 {
			return []float64{b[1], b[0], b[3], b[2]}
		})},
		{Name: "places.bbox.four-only", Summary: "A bounding box of six numbers is refused.", On: items.where(asks("bbox", func(v string) bool { return strings.Count(v, ",") == 5 })), Instead: refusing400},
		{Name: "places.bbox.world-empty", Summary: "A bounding box around the world selects nothing.", On: items.where(asks("bbox", func(v string) bool {
			b, ok := readBBox(v)
			return ok && b[2]-b[0] >= 360
		})), Answer: page(noneSelected)},

		{Name: "places.datetime.drops-all", Summary: "With a datetime nothing is found.", On: timed, Answer: page(noneSelected)},
		{Name: "places.datetime.ignored", Summary: "The datetime is ignored.", On: timed, Request: DropQuery("datetime")},
		{Name: "places.datetime.instant-ignored", Summary: "A datetime that is an instant is ignored.", On: withTime(func(v string) bool { return !interval(v) }), Request: DropQuery("datetime")},
		{Name: "places.datetime.open-start-ignored", Summary: "An interval without start is ignored.", On: withTime(has(strings.HasPrefix, "../")), Request: DropQuery("datetime")},
		{Name: "places.datetime.open-end-empty", Summary: "An interval without end finds nothing.", On: withTime(has(strings.HasSuffix, "/..")), Answer: page(noneSelected)},
		{Name: "places.datetime.drops-timeless", Summary: "With a datetime nothing is found that has no temporal geometry.", On: timed.where(func(r *http.Request) bool {
			return strings.Contains(r.URL.Path, "/parking/") || strings.Contains(r.URL.Path, "/points-of-interest/")
		}), Answer: page(noneSelected)},
		refused("no-instant", "A datetime that is an instant is refused.", func(v string) bool { return !interval(v) }),
		refused("no-offset", "A datetime with an offset from UTC is refused.", has(strings.Contains, "+")),
		refused("no-interval", "A datetime that is an interval is refused.", interval),
		refused("no-open-end", "An interval with two dots at its end is refused.", has(strings.HasSuffix, "/..")),
		refused("no-open-start", "An interval with two dots at its start is refused.", has(strings.HasPrefix, "../")),
		refused("no-empty-end", "An interval with nothing at its end is refused.", has(strings.HasSuffix, "/")),
		refused("no-empty-start", "An interval with nothing at its start is refused.", has(strings.HasPrefix, "/")),
	}
}

// readBBox reads a bounding box of four numbers.
func readBBox(text string) ([]float64, bool) {
	var numbers []float64
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, len(numbers) == 4
}

// inBox is a Request change of a bounding box of four numbers.
func inBox(edit func(b []float64) []float64) func(*http.Request) {
	return inParam("bbox", func(v string) string {
		b, ok := readBBox(v)
		if !ok {
			return v
		}
		var words []string
		for _, n := range edit(b) {
			words = append(words, strconv.FormatFloat(n, 'f', -1, 64))
		}
		return strings.Join(words, ",")
	})
}

// placePages is the faults of the links from page to page.
func placePages() []Fault {
	items := placeFeaturesOf()
	next := func(name, summary string, edit func(q url.Values)) Fault {
		return Fault{Name: "places.pages." + name, Summary: summary, On: items, Answer: answered(relinked(inHref(edit), "next"))}
	}
	return []Fault{
		{Name: "places.pages.no-next", Summary: "Pages do not lead to the next one.", On: items, Answer: answered(unlinked("next"))},
		{Name: "places.pages.next-dead", Summary: "The link to the next page leads nowhere.", On: items, Answer: answered(relinked(astray, "next"))},
		next("next-same", "The next page is the first one again.", func(q url.Values) { q.Set("offset", "0") }),
		next("next-forgets-limit", "The next page forgets the limit.", func(q url.Values) { q.Del("limit") }),
		next("next-forgets-bbox", "The next page forgets the bounding box.", func(q url.Values) { q.Del("bbox") }),
		{Name: "places.pages.lose-one", Summary: "Between two pages one feature is lost.", On: items.where(asks("offset", func(v string) bool { return v != "0" })), Answer: answered(func(o object) {
			if f := objects(o["features"]); len(f) > 0 {
				kept := []any{}
				for _, one := range f[1:] {
					kept = append(kept, one)
				}
				o["features"], o["numberReturned"] = kept, len(kept)
			}
		})},
		{Name: "places.pages.no-end", Summary: "The last page leads to a next one.", On: items, Answer: func(r *http.Request, a *Answer) {
			answered(func(o object) {
				links := objects(o["links"])
				for _, l := range links {
					if l["rel"] == "next" {
						return
					}
				}
				u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
				q := r.URL.Query()
				offset, _ := strconv.Atoi(q.Get("offset"))
				returned, _ := float(o["numberReturned"])
				q.Set("offset", strconv.Itoa(offset+int(returned)))
				u.RawQuery = q.Encode()
				o["links"] = append(linkList(links), object{"href": u.String(), "rel": "next", "type": "application/geo+json"})
			})(r, a)
		}},
		{Name: "places.ids.twice", Summary: "The second feature of a page has the id of the first one.", On: items, Answer: answered(func(o object) {
			if f := objects(o["features"]); len(f) > 1 {
				f[1]["id"] = f[0]["id"]
			}
		})},
	}
}

func linkList(list []object) []any {
	out := make([]any, 0, len(list))
	for _, e := range list {
		out = append(out, e)
	}
	return out
}
