package mim7_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/oasc/mimcheck/internal/judgetest"
	"github.com/oasc/mimcheck/internal/reference/faults"
	"github.com/oasc/mimcheck/reports"
	"github.com/oasc/mimcheck/suites"
)

// sensing is a service whose requests and answers differ: request may be nil, and edit sees
// all objects of an answer, the inner ones first.
func sensing(request func(*http.Request), edit func(o object)) faults.Fault {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case object:
			for _, e := range v {
				walk(e)
			}
			edit(v)
		}
	}
	return faults.Fault{Name: "liberty", On: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/sensorthings/") }, Request: request, Answer: func(_ *http.Request, a *faults.Answer) {
		var v any
		if json.Unmarshal(a.Body, &v) == nil && a.Status == http.StatusOK && strings.Contains(a.Header.Get("Content-Type"), "json") {
			walk(v)
			a.Body, _ = json.Marshal(v)
		}
	}}
}

// isSet says whether an object of an answer is an entity of the set.
func isSet(o object, set string) bool {
	self, _ := o["@iot.selfLink"].(string)
	return strings.Contains(self, "/"+set+"(")
}

// frost makes answers those of FROST-Server 2: other members and sets of its extensions,
// times with milliseconds, the media type of GeoJSON of version 1.0, Features in the place
// of geometries, links to next pages with plain $, and properties that are null.
func frost(o object) {
	if settings, is := o["serverSettings"].(object); is {
		settings["conformance"] = append(settings["conformance"].([]any), "http://www.opengis.net/spec/iot_sensing/1.1/req/multi-datastream", "https://fraunhoferiosb.github.io/FROST-Server/extensions/DeepSelect.html")
		settings["http://www.opengis.net/spec/iot_sensing/1.1/req/receive-updates-via-mqtt/receive-updates"] = object{"endpoints": []any{"mqtt://sensors.halverstad.example:1883"}}
		o["value"] = append(o["value"].([]any), object{"name": "MultiDatastreams", "url": "http://sensors.halverstad.example/FROST-Server/v1.1/MultiDatastreams"})
	}
	for _, name := range []string{"phenomenonTime", "resultTime", "time"} {
		if s, is := o[name].(string); is {
			o[name] = strings.ReplaceAll(s, "Z", ".000Z")
		}
	}
	if o["encodingType"] == "application/geo+json" {
		o["encodingType"] = "application/vnd.geo+json"
		for _, name := range []string{"location", "feature"} {
			if g, is := o[name].(object); is {
				o[name] = object{"type": "Feature", "geometry": g, "properties": object{}}
			}
		}
	}
	if next, is := o["@iot.nextLink"].(string); is {
		o["@iot.nextLink"] = strings.ReplaceAll(next, "%24", "$")
	}
	for _, set := range []string{"Observations", "Things", "Sensors", "ObservedProperties"} {
		if self, _ := o["@iot.selfLink"].(string); isSet(o, set) && o["@iot.id"] != nil {
			if set == "Observations" {
				o["MultiDatastream@iot.navigationLink"], o["resultQuality"], o["validTime"] = self+"/MultiDatastream", nil, nil
			} else {
				o["MultiDatastreams@iot.navigationLink"] = self + "/MultiDatastreams"
			}
		}
	}
	if isSet(o, "Observations") && o["resultTime"] != nil {
		o["resultTime"] = nil
	}
}

// uuids are ids as some services have them: what is asked by one is asked by a number.
const uuids = "00000000-0000-4000-8000-"

func byNumber(r *http.Request) {
	key := regexp.MustCompile(`'` + uuids + `0*(\d+)'`)
	r.URL.Path, r.URL.RawPath = key.ReplaceAllString(r.URL.Path, "$1"), ""
	q := r.URL.Query()
	for name, values := range q {
		for i, v := range values {
			values[i] = key.ReplaceAllString(v, "$1")
		}
		q[name] = values
	}
	r.URL.RawQuery = q.Encode()
}

func byUUID(o object) {
	if n, is := o["@iot.id"].(float64); is {
		o["@iot.id"] = fmt.Sprintf("%s%012d", uuids, int(n))
	}
	number := regexp.MustCompile(`\((\d+)\)`)
	for name, v := range o {
		if link, is := v.(string); is && (strings.HasPrefix(name, "@iot.") && strings.HasSuffix(name, "Link") || strings.HasSuffix(name, "@iot.navigationLink")) {
			o[name] = number.ReplaceAllStringFunc(link, func(s string) string { return fmt.Sprintf("('%s%012s')", uuids, strings.Trim(s, "()")) })
		}
	}
}

// relativeToRoot makes all links relative to the service root, as FROST-Server can be set to.
func relativeToRoot(o object) {
	for name, v := range o {
		link, is := v.(string)
		if _, below, found := strings.Cut(link, "/sensorthings/v1.1/"); is && found && strings.HasSuffix(strings.ToLower(name), "link") {
			o[name] = below
		}
	}
}

// fewAtOnce is a service that gives five entities at once, at most.
func fewAtOnce(r *http.Request) {
	q := r.URL.Query()
	if strings.Contains(r.URL.Path, "/name") {
		return // a property takes no options
	}
	if top := q.Get("$top"); top == "" || len(top) > 1 && top[0] <= '9' {
		q.Set("$top", "5")
	}
	r.URL.RawQuery = q.Encode()
}

// What a service may do does not fail it, whichever check looks; and where it says all the
// same in its own way, every check passes.
func TestSensingLiberties(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each liberty; other tests run the same code")
	}
	for _, c := range []struct {
		name    string
		request func(*http.Request)
		edit    func(o object)
		passes  bool // all checks have something to judge
	}{
		{"FROST-Server 2", nil, frost, false},
		{"ids that are UUIDs", byNumber, byUUID, true},
		{"links relative to the root", nil, relativeToRoot, true},
		{"few entities at once", fewAtOnce, func(object) {}, false},
		{"the number of entities without being asked", func(r *http.Request) {
			if q := r.URL.Query(); !q.Has("$count") && q.Get("$filter") == "" && strings.HasSuffix(r.URL.Path, "s") {
				r.URL.RawQuery += "&" + url.Values{"$count": {"true"}}.Encode()
			}
		}, func(object) {}, true},
		{"nothing that may be left out", nil, func(o object) {
			for _, name := range []string{"properties", "observedArea", "resultTime", "parameters"} {
				delete(o, name)
			}
			if isSet(o, "Datastreams") {
				delete(o, "phenomenonTime")
			}
		}, false},
		{"control information with what is selected", nil, func(o object) {
			if _, set := o["value"]; !set && o["name"] != nil && o["url"] == nil && o["@iot.id"] == nil {
				o["@iot.id"] = 1
			}
		}, false},
		{"what lasts by how long it lasts, without seconds", nil, func(o object) {
			for _, name := range []string{"phenomenonTime", "resultTime"} {
				if s, is := o[name].(string); is && isSet(o, "Datastreams") {
					o[name] = s[:16] + "Z/PT24H"
				}
			}
		}, true},
		{"readings that failed", nil, func(o object) {
			if n, is := o["@iot.id"].(float64); is && isSet(o, "Observations") && int(n)%3 == 0 {
				o["result"] = nil
			}
		}, false},
		{"nothing observed yet", nil, func(o object) {
			if _, set := o["value"].([]any); set && o["serverSettings"] == nil {
				o["value"] = []any{}
				delete(o, "@iot.nextLink")
				if o["@iot.count"] != nil {
					o["@iot.count"] = 0
				}
			}
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			platform := judgetest.City(t, sensing(c.request, c.edit))
			for _, check := range checksOf(suites.FeatureSensorThings) {
				r := judgetest.Run(t, check, 7, platform)
				if r.Outcome == reports.Failed || c.passes && r.Outcome != reports.Passed {
					t.Errorf("%s ends as %s: %s", check.ID, r.Outcome, r.Reason)
				}
			}
		})
	}
}

// A service that is down, behind a proxy or a login is not judged.
func TestSensingIsNotJudgedWhereNobodyCan(t *testing.T) {
	if testing.Short() {
		t.Skip("the checks once for each illness")
	}
	judgetest.NotJudged(t, func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/sensorthings/") }, checksOf(suites.FeatureSensorThings), nil, func(check, name string) bool {
		return name == "a login page" && strings.HasPrefix(check, "mim7.sensing.refusal.") // a refusal is told by its status
	})
}

// A service of version 1.0 need not tell what it meets.
func TestSensingOfVersion10(t *testing.T) {
	bare, err := faults.Named("sensing.root.no-conformance")
	if err != nil {
		t.Fatal(err)
	}
	platform := judgetest.City(t, bare...)
	for _, c := range []struct {
		address string
		want    reports.Outcome
	}{{"http://sensors.example.org/v1.0", reports.Inapplicable}, {"http://sensors.example.org/v1.1", reports.Failed}} {
		for _, check := range checksOf(suites.FeatureSensorThings) {
			if check.ID != "mim7.sensing.root.conformance" {
				continue
			}
			r := judgetest.Run(t, check, 7, platform, func(env *suites.Env) { env.Endpoints = map[string]string{"sensorthings": c.address} })
			if r.Outcome != c.want {
				t.Errorf("at %s the check ends as %s (%s), expected %s", c.address, r.Outcome, r.Reason, c.want)
			}
		}
	}
}
