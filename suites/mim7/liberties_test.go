package mim7_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oasc/mimcheck/internal/evidence"
	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites/mim7"
)

type object = map[string]any

// answering is a platform whose answers about places differ.
func answering(edit func(o object)) faults.Fault {
	return faults.Fault{Name: "liberty", Answer: func(_ *http.Request, a *faults.Answer) {
		var o object
		if a.Status == http.StatusOK && strings.Contains(a.Header.Get("Content-Type"), "json") && json.Unmarshal(a.Body, &o) == nil {
			edit(o)
			a.Body, _ = json.Marshal(o)
		}
	}}
}

func eachFeature(o object, edit func(f object)) {
	if o["type"] == "Feature" {
		edit(o)
	}
	list, _ := o["features"].([]any)
	for _, f := range list {
		edit(f.(object))
	}
}

// What a platform may do does not fail it, whichever check looks.
func TestLiberties(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	for _, c := range []struct {
		name string
		edit func(o object)
	}{
		{"no counts and no time stamp", func(o object) {
			for _, member := range []string{"numberMatched", "numberReturned", "timeStamp"} {
				delete(o, member)
			}
		}},
		{"no features", func(o object) {
			if _, list := o["features"]; list {
				o["features"], o["numberMatched"], o["numberReturned"], o["links"] = []any{}, 0, 0, unlinked(o["links"], "next")
			}
		}},
		{"no collections", func(o object) {
			if _, list := o["collections"]; list {
				o["collections"] = []any{}
			}
		}},
		{"features without geometry", func(o object) { eachFeature(o, func(f object) { f["geometry"] = nil }) }},
		{"positions with height", func(o object) {
			eachFeature(o, func(f object) {
				if g, _ := f["geometry"].(object); g["type"] == "Point" {
					g["coordinates"] = append(g["coordinates"].([]any), 12.5)
				}
			})
		}},
		{"no extent", func(o object) {
			delete(o, "extent")
			list, _ := o["collections"].([]any)
			for _, one := range list {
				delete(one.(object), "extent")
			}
		}},
		{"relative links", func(o object) { relative(o) }},
		{"foreign members", func(o object) {
			if o["openapi"] == nil { // which has none but x-
				o["stac_version"], o["attribution"] = "1.0.0", "Halverstad"
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, answering(c.edit))
			for _, check := range mim7.Checks() {
				if strings.HasPrefix(check.ID, "mim7.entities.") {
					continue // the city's entities stay as they are
				}
				r := judgetest.Run(t, check, 7, platform)
				if r.Outcome == reports.Failed {
					t.Errorf("%s fails: %s", check.ID, r.Reason)
				}
			}
		})
	}
}

func unlinked(links any, rel string) []any {
	kept := []any{}
	list, _ := links.([]any)
	for _, l := range list {
		if l.(object)["rel"] != rel {
			kept = append(kept, l)
		}
	}
	return kept
}

// relative makes all links relative to the host.
func relative(v any) {
	switch v := v.(type) {
	case object:
		if href, ok := v["href"].(string); ok {
			if _, rest, found := strings.Cut(href, "/ogc"); found {
				v["href"] = "/ogc" + rest
			}
		}
		for _, e := range v {
			relative(e)
		}
	case []any:
		for _, e := range v {
			relative(e)
		}
	}
}

// A platform that is down, breaks off or sends pages of a proxy is not judged.
func TestIllPlatformsAreNotJudged(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault faults.Fault
	}{
		{"a gateway's error", faults.Fault{Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusBadGateway) }}},
		{"refused credentials", faults.Fault{Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusUnauthorized)
		}}},
		{"a server error", faults.Fault{Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusInternalServerError)
		}}},
		{"half of each answer", faults.Fault{Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := faults.Record(next, r)
			w.Header().Set("Content-Type", a.Header.Get("Content-Type"))
			w.Header().Set("Content-Length", "1000000")
			w.WriteHeader(a.Status)
			_, _ = w.Write(bytes.TrimSpace(a.Body))
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, c.fault)
			for _, check := range mim7.Checks() {
				if check.ID == "mim7.landing.method.head" {
					continue // has no body that could be cut
				}
				if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.CantTell {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// Links that lead elsewhere are not followed, and nothing is said of what is there.
func TestLinksToOtherHostsAreNotFollowed(t *testing.T) {
	elsewhere := answering(func(o object) {
		links, _ := o["links"].([]any)
		for _, l := range links {
			l.(object)["href"] = "https://places.invalid/collections"
		}
	})
	platform := judgetest.City(t, elsewhere)
	for _, check := range mim7.Checks() {
		if check.ID != "mim7.landing.links.resolve" && check.ID != "mim7.pages.next.resolve" && check.ID != "mim7.api.retrieve.success" {
			continue
		}
		if r := judgetest.Run(t, check, 1, platform); r.Outcome != reports.CantTell || !strings.Contains(r.Reason, "places.invalid") {
			t.Errorf("%s ends as %s: %s; expected %s, since the link leads to another host (%s)", check.ID, r.Outcome, r.Reason, reports.CantTell, evidence.Other)
		}
	}
}

// A platform may give less on a page than is asked for, so that there are more pages than
// a check walks: then they do not hold too little together.
func TestSmallPagesAreNotTooFewFeatures(t *testing.T) {
	for all, want := range map[int]reports.Outcome{6: reports.Passed, 300: reports.Untested} {
		platform := judgetest.City(t, oneByOne(all))
		for _, check := range mim7.Checks() {
			if check.ID != "mim7.pages.all.complete" {
				continue
			}
			if r := judgetest.Run(t, check, 7, platform); r.Outcome != want {
				t.Errorf("with %d features, one on a page, %s ends as %s: %s", all, check.ID, r.Outcome, r.Reason)
			}
		}
	}
}

// oneByOne is a platform whose collections have so many features, one on each page
// whatever limit asks for.
func oneByOne(all int) faults.Fault {
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/items") },
		Instead: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			n, _ := strconv.Atoi(r.URL.Query().Get("offset")) // 0 when it is not there
			links := []any{}
			if n+1 < all {
				links = append(links, object{"rel": "next", "type": "application/geo+json", "href": "?offset=" + strconv.Itoa(n+1)})
			}
			w.Header().Set("Content-Type", "application/geo+json")
			_ = json.NewEncoder(w).Encode(object{"type": "FeatureCollection", "numberMatched": all, "numberReturned": 1, "links": links,
				"features": []any{object{"type": "Feature", "id": n, "geometry": nil, "properties": object{}}}})
		}}
}

// Features may come while a client turns pages.
func TestMoreFeaturesMayCome(t *testing.T) {
	var come atomic.Int64
	platform := judgetest.City(t, answering(func(o object) {
		if n, counted := o["numberMatched"].(float64); counted {
			o["numberMatched"] = n + float64(come.Add(1))
		}
	}))
	for _, check := range mim7.Checks() {
		if check.ID != "mim7.pages.next.selection" {
			continue
		}
		if r := judgetest.Run(t, check, 7, platform); r.Outcome != reports.Passed {
			t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
		}
	}
	if come.Load() == 0 {
		t.Error("the check was not run")
	}
}
