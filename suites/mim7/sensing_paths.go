package mim7

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"
)

func sensingPathChecks() []Check {
	return []Check{
		{
			ID: "mim7.sensing.path.entity", Title: "An entity is found by its id in parentheses after its entity set",
			Requirements: slices.Concat(sensingService, sensingIdentifiers), Clause: sensingPath, Fault: "sensing.path.another",
			Body: func(t *T) {
				eachSet(t, func(k sensingKind) {
					_, all := many(t, "/"+k.set, Query("$top", "2"))
					for _, e := range all {
						r := t.GET(entityPath(t, k.set, e), accepting(mediaJSON))
						if t.Expect(r).To(HaveStatus(http.StatusOK)) {
							t.Holds(r, key(t, t.Object(r)) == key(t, e), "the entity at %s has the @iot.id %v", entityPath(t, k.set, e), t.Object(r)["@iot.id"])
						}
					}
				})
			},
		},
		{
			ID: "mim7.sensing.path.same", Title: "An entity on its own has what it has among others",
			Clause: sensingPath, Fault: "sensing.path.renamed",
			Body: func(t *T) {
				_, all := fewOf(t, "Things")
				for _, e := range all {
					r := t.GET(entityPath(t, "Things", e), accepting(mediaJSON))
					t.Require(r).To(HaveStatus(http.StatusOK))
					for _, name := range []string{"name", "description"} {
						t.Holds(r, t.Object(r)[name] == e[name], "the %s on its own is %v, and %v among others", name, t.Object(r)[name], e[name])
					}
				}
			},
		},
		{
			ID: "mim7.sensing.path.property", Title: "A property of an entity comes as an object that has it by its name",
			Clause: sensingPath, Fault: "sensing.path.property-bare",
			Body: func(t *T) {
				_, all := fewOf(t, "Things")
				for _, e := range all {
					r := t.GET(entityPath(t, "Things", e)+"/name", accepting(mediaJSON))
					t.Require(r).To(HaveStatus(http.StatusOK))
					t.Expect(r).To(HaveJSON("/name", e["name"]))
				}
			},
		},
		{
			ID: "mim7.sensing.path.value", Title: "With $value the bare value of a property comes",
			Clause: sensingPath, Fault: "sensing.path.value-wrapped",
			Body: func(t *T) {
				_, all := fewOf(t, "Things")
				judged := 0
				for _, e := range all {
					name, _ := e["name"].(string)
					if name == "" {
						continue
					}
					judged++
					r := t.GET(entityPath(t, "Things", e)+"/name/$value", Header("Accept", "text/plain, */*;q=0.5"), AnyMedia())
					t.Require(r).To(HaveStatus(http.StatusOK))
					got := strings.TrimSpace(string(r.Body))
					t.Holds(r, got == strings.TrimSpace(name) || got == fmt.Sprintf("%q", name), "the value of the name is %s, expected %s", got, name)
				}
				if judged == 0 {
					t.Untested("no Thing has a name that is not empty")
				}
			},
		},
		{
			ID: "mim7.sensing.path.associations", Title: "With $ref the addresses of entities come, and nothing else of them",
			Clause: sensingPath, Fault: "sensing.path.ref-whole",
			Body: func(t *T) {
				someOf(t, "Things")
				r, all := many(t, "/Things/$ref", Query("$top", fmt.Sprint(someThings)))
				t.Holds(r, len(all) > 0, "there are Things, and no addresses of them")
				for i, e := range all {
					_, has := e["@iot.selfLink"].(string)
					t.Holds(r, has && len(e) == 1, "/value/%d is not an @iot.selfLink alone, but has %s", i, strings.Join(slices.Sorted(maps.Keys(e)), ", "))
				}
			},
		},
		{
			ID: "mim7.sensing.path.related", Title: "Related entities are those that know the entity themselves",
			Clause: sensingPath, Fault: "sensing.path.related-all",
			Body: func(t *T) {
				_, all := fewOf(t, "Things")
				judged := 0
				for _, thing := range all {
					r, streams := many(t, entityPath(t, "Things", thing)+"/Datastreams", Query("$top", "5"))
					for _, d := range streams {
						judged++
						of := t.GET(entityPath(t, "Datastreams", d)+"/Thing", accepting(mediaJSON))
						t.Require(of).To(HaveStatus(http.StatusOK))
						t.Holds(r, key(t, t.Object(of)) == key(t, thing), "the Datastream %v is of the Thing %v, and comes with the Thing %v, too", d["@iot.id"], t.Object(of)["@iot.id"], thing["@iot.id"])
					}
				}
				if judged == 0 {
					t.Untested("none of the Things has a Datastream")
				}
			},
		},
		{
			ID: "mim7.sensing.path.nested", Title: "A resource path goes on from a related entity by its id",
			Clause: sensingPath, Fault: "sensing.path.no-deeper",
			Body: func(t *T) {
				_, all := fewOf(t, "Datastreams")
				judged := 0
				for _, d := range all {
					_, observations := many(t, entityPath(t, "Datastreams", d)+"/Observations", Query("$top", "1"))
					for _, o := range observations {
						judged++
						r := t.GET(entityPath(t, "Datastreams", d)+entityPath(t, "Observations", o)+"/FeatureOfInterest", accepting(mediaJSON))
						if t.Expect(r).To(HaveStatus(http.StatusOK)) {
							t.Holds(r, t.Object(r)["@iot.id"] != nil, "what an Observation is about has no @iot.id")
						}
					}
				}
				if judged == 0 {
					t.Untested("none of the Datastreams has an Observation")
				}
			},
		},
	}
}

const (
	sensingStatus = sensing + "request-data/status-code"
	sensingQuery  = sensing + "request-data/query-status-code"
)

func sensingRefusalChecks() []Check {
	return []Check{
		{
			ID: "mim7.sensing.refusal.set", Title: "An entity set that is not there is answered with 404",
			Clause: sensingStatus, Fault: "sensing.refusal.set-empty",
			Body: func(t *T) {
				t.Expect(t.GET("/"+t.Name("Nothings"), AnyMedia())).To(HaveStatus(http.StatusNotFound, http.StatusBadRequest))
			},
		},
		{
			ID: "mim7.sensing.refusal.entity", Title: "An entity that is not there is answered with 404",
			Clause: sensingStatus, Fault: "sensing.refusal.entity-empty",
			Body: func(t *T) {
				_, all := someOf(t, "Things")
				none := "9007199254740991" // the last one that every JSON reader knows
				if _, text := all[0]["@iot.id"].(string); text {
					none = "'" + t.Name("none") + "'"
					if strings.Count(fmt.Sprint(all[0]["@iot.id"]), "-") == 4 { // a UUID, of which this one is for nothing
						none = "'ffffffff-ffff-4fff-bfff-ffffffffffff'"
					}
				}
				t.Expect(t.GET("/Things("+none+")", AnyMedia())).To(HaveStatus(http.StatusNotFound, http.StatusGone))
			},
		},
		{
			ID: "mim7.sensing.refusal.property", Title: "A property that no entity of the type has is not answered as if it were there",
			Clause: sensingStatus, Fault: "sensing.refusal.property-null",
			Body: func(t *T) {
				_, all := fewOf(t, "Things")
				t.Expect(t.GET(entityPath(t, "Things", all[0])+"/"+t.Name("nothing"), AnyMedia())).To(HaveStatus(http.StatusNotFound, http.StatusBadRequest))
			},
		},
		refusedQuery("option", "A query option that begins with $ and that the service does not know is refused", "sensing.refusal.option-ignored", "$mimcheck", "1"),
		refusedQuery("filter", "A filter that cannot be read is refused", "sensing.refusal.filter-ignored", "$filter", "name eq eq"),
		refusedQuery("unknown", "A filter by a property that the type does not have is refused", "sensing.refusal.unknown-ignored", "$filter", "mimcheckNothing eq 'a'"),
		refusedQuery("top", "A $top that is no whole number is refused", "sensing.refusal.top-ignored", "$top", "few"),
		refusedQuery("expand", "An $expand of what the type is not related to is refused", "sensing.refusal.expand-ignored", "$expand", "MimcheckNothings"),
	}
}

// refusedQuery: 501 is for what a service does not offer, and other statuses of the client's
// fault are no less clear.
func refusedQuery(name, title, fault, option, value string) Check {
	return Check{
		ID: "mim7.sensing.refusal." + name, Title: title, Clause: sensingQuery, Fault: fault,
		Body: func(t *T) {
			r := t.GET("/Things", accepting(mediaJSON), AnyMedia(), Query(option, value), Expecting(http.StatusNotImplemented))
			t.Expect(r).To(HaveStatus(http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusNotImplemented), "%s=%s", option, value)
		},
	}
}
