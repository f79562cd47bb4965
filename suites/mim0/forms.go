package mim0

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

func formChecks() []Check {
	return []Check{
		{
			ID: "mim0.form.parameter.json", Title: "With f=json the answer is JSON, whatever the header field Accept asks for",
			Requirements: []string{formed}, Clause: mim0 + "M1-f", Fault: "rest.form.f-ignored",
			Body: func(t *T) {
				d := description(t)
				prefix, asked := "", 0
				for _, o := range d.formed(t) {
					if asked == 0 {
						prefix = d.prefix(t)
					}
					path, known := d.fill(t, prefix, o)
					if !known {
						continue
					}
					asked++
					r := t.GET(prefix+path, Query("f", "json"), accepting("text/html"), AnyMedia())
					t.Expect(r).To(HaveStatus(http.StatusOK), "GET %s with f=json", o.path)
					_, err := Decode(r.Body)
					t.Holds(r, err == nil, "the answer to f=json is %q and no JSON", r.Header.Get("Content-Type"))
				}
				if asked == 0 {
					t.Inapplicable("the description has no query parameter f that gives JSON, which is optional")
				}
			},
		},
		{
			ID: "mim0.status.resource.there", Title: "The landing page leads to a resource that tells the state of the service",
			Requirements: []string{healthy}, Clause: "RFC 8631, 4 (status)", Fault: "rest.status.gone",
			Body: func(t *T) {
				landing := t.GET("", accepting(jsonFirst))
				t.Require(landing).To(HaveStatus(http.StatusOK), "the landing page")
				links := slices.DeleteFunc(linksIn(landing), func(l link) bool { return l.rel != "status" })
				if len(links) == 0 {
					t.Inapplicable("the landing page has no link of relation status, which is optional")
				}
				for _, l := range links {
					t.Expect(follow(t, landing, l.href, accepting("*/*"), AnyMedia())).To(HaveStatus(http.StatusOK), "the link %s", l.href)
				}
			},
		},
	}
}

// formed are operations whose query parameter f can ask for JSON: of those that are the same
// for each collection, one.
func (d document) formed(t *T) []operation {
	all := slices.DeleteFunc(d.reads(), func(o operation) bool {
		can := slices.ContainsFunc(d.parameters(o), func(p object) bool {
			values, listed := d.resolve(p["schema"])["enum"].([]any)
			return p["in"] == "query" && p["name"] == "f" && (!listed || slices.Contains(values, any("json")))
		})
		content := inner(d.success(o), "content")
		json := slices.ContainsFunc(slices.Collect(maps.Keys(content)), func(media string) bool { return strings.Contains(media, "json") })
		return !can || !json
	})
	t.Rand().Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(o operation) bool {
		segments := strings.Split(o.path, "/")
		if len(segments) > 2 && segments[1] == "collections" {
			segments[2] = "{collection}"
		}
		kind := strings.Join(segments, "/")
		again := seen[kind]
		seen[kind] = true
		return again
	})
}

// fill gives the path of the operation, with the id of a feature in the place of the
// parameter of the path to one; false when a parameter has to be given that is not known.
func (d document) fill(t *T, prefix string, o operation) (string, bool) {
	if d.plain(o) {
		return o.path, true
	}
	items, parameter, one := strings.Cut(o.path, "/items/")
	if !one || strings.Contains(items, "{") || strings.Count(parameter, "{") != 1 || strings.Contains(parameter, "/") {
		return "", false
	}
	r := t.GET(prefix+items+"/items", accepting(jsonFirst), AnyMedia())
	v, _ := Decode(r.Body)
	body, _ := v.(object)
	for _, f := range list(body, "features") {
		feature, _ := f.(object)
		if id := text(feature, "id"); id != "" {
			return items + "/items/" + url.PathEscape(id), true
		}
	}
	return "", false
}
