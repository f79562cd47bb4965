package mim7

import (
	. "github.com/oasc/mimcheck/suites"
)

func refusalChecks() []Check {
	checks := []Check{
		absent("collection", "A collection that is not there gives 404", core+"sfc-md-op; 7.5.1", "places.absent.collection-empty",
			func(t *T) string { return "/collections/" + t.Name("absent") }),
		absent("items", "Features of a collection that is not there give 404", core+"fc-op; 7.5.1", "places.absent.items-empty",
			func(t *T) string { return "/collections/" + t.Name("absent") + "/items" }),
		absent("feature", "A feature that is not there gives 404", core+"f-op; 7.5.1", "places.absent.feature-null",
			func(t *T) string { return some(t)[0].feature(t.Name("absent")) }),
		refused("unknown", "landing", "An unknown query parameter gives 400 at the landing page", core+"query-param-unknown", "places.unknown.landing",
			func(t *T) (string, string, string) { return landing(t).Request.Path, t.Name("unknown"), "1" }),
		refused("unknown", "conformance", "An unknown query parameter gives 400 at the conformance declaration", core+"query-param-unknown", "places.unknown.conformance",
			func(t *T) (string, string, string) { return "/conformance", t.Name("unknown"), "1" }),
		refused("unknown", "collections", "An unknown query parameter gives 400 at the list of collections", core+"query-param-unknown", "places.unknown.collections",
			func(t *T) (string, string, string) { return "/collections", t.Name("unknown"), "1" }),
		refused("unknown", "collection", "An unknown query parameter gives 400 at a collection", core+"query-param-unknown", "places.unknown.collection",
			func(t *T) (string, string, string) { return some(t)[0].path(), t.Name("unknown"), "1" }),
		refused("unknown", "items", "An unknown query parameter gives 400 at the features", core+"query-param-unknown", "places.unknown.items",
			func(t *T) (string, string, string) { return some(t)[0].items(), t.Name("unknown"), "1" }),
		refused("unknown", "feature", "An unknown query parameter gives 400 at a feature", core+"query-param-unknown", "places.unknown.feature",
			func(t *T) (string, string, string) {
				c, b := filled(t)
				return c.feature(idOf(b.features[0])), t.Name("unknown"), "1"
			}),
	}
	for _, v := range []struct{ name, title, parameter, value, fault string }{
		{"limitText", "A limit that is no number gives 400", "limit", "many", "places.invalid.limit-text"},
		{"limitNegative", "A limit below zero gives 400", "limit", "-1", "places.invalid.limit-negative"},
		{"limitFraction", "A limit that is no whole number gives 400", "limit", "1.5", "places.invalid.limit-fraction"},
		{"bboxText", "A bounding box of words gives 400", "bbox", "here,there,up,down", "places.invalid.bbox-text"},
		{"bboxShort", "A bounding box of three numbers gives 400", "bbox", "0,0,1", "places.invalid.bbox-short"},
		{"bboxLong", "A bounding box of five numbers gives 400", "bbox", "0,0,1,1,1", "places.invalid.bbox-long"},
		{"datetimeText", "A datetime of words gives 400", "datetime", "yesterday", "places.invalid.datetime-text"},
		{"datetimeImpossible", "A datetime that is on no calendar gives 400", "datetime", "2024-13-45T25:61:00Z", "places.invalid.datetime-impossible"},
		{"datetimeIntervalText", "An interval between words gives 400", "datetime", "then/now", "places.invalid.interval-text"},
		{"datetimeParts", "An interval of three parts gives 400", "datetime", "2018-02-12T00:00:00Z/2018-03-12T00:00:00Z/2018-04-12T00:00:00Z", "places.invalid.interval-parts"},
	} {
		checks = append(checks, refused("invalid", v.name, v.title, core+"query-param-invalid", v.fault,
			func(t *T) (string, string, string) { return some(t)[0].items(), v.parameter, v.value }))
	}
	return checks
}

func absent(what, title, clause, fault string, path func(t *T) string) Check {
	return Check{
		ID: "mim7.resource.absent." + what, Title: title, Clause: clause, Fault: fault,
		Body: func(t *T) { t.Expect(t.GET(path(t), accepting(mediaGeoJSON+", "+mediaJSON))).To(HaveStatus(404)) },
	}
}

// refused makes a check that a parameter is refused where the same request without it
// is not.
func refused(kind, what, title, clause, fault string, request func(t *T) (path, parameter, value string)) Check {
	return Check{
		ID: "mim7.parameter." + kind + "." + what, Title: title, Clause: clause, Fault: fault,
		Hint: "A parameter that is ignored lets a client believe that it was obeyed.",
		Body: func(t *T) {
			path, parameter, value := request(t)
			ok(t, path)
			r := t.GET(path, Query(parameter, value))
			if kind == "unknown" && r.Status == 200 {
				freeForm(t, path)
			}
			t.Expect(r).To(HaveStatus(400), "%s=%s has to be refused", parameter, value)
		},
	}
}

// filled is a collection with a page of features that have ids.
func filled(t *T) (collection, batch) {
	for _, c := range some(t) {
		if b := sample(t, c); len(b.features) > 0 && idOf(b.features[0]) != "" {
			return c, b
		}
	}
	t.Untested("none of the collections looked at has a feature with an id")
	return collection{}, batch{}
}
