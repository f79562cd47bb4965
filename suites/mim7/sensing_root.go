package mim7

import (
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	. "github.com/oasc/mimcheck/suites"
)

const sensingPath = sensing + "resource-path/resource-path-to-entities"

func sensingRootChecks() []Check {
	return []Check{
		{
			ID: "mim7.sensing.root.sets", Title: "The service root lists the entity sets, each by its name",
			Clause: sensingPath, Fault: "sensing.root.no-sensors",
			Body: func(t *T) {
				r, sets := sensingRoot(t)
				for _, k := range sensingKinds() {
					t.Holds(r, slices.ContainsFunc(sets, func(s object) bool { return s["name"] == k.set }), "the root does not list %s", k.set)
				}
			},
		},
		{
			ID: "mim7.sensing.root.addresses", Title: "The address of each entity set in the service root leads to it",
			Clause: sensingPath, Fault: "sensing.root.astray",
			Body: func(t *T) {
				r, sets := sensingRoot(t)
				judged := 0
				for _, s := range sets {
					name, _ := s["name"].(string)
					if !slices.ContainsFunc(sensingKinds(), func(k sensingKind) bool { return k.set == name }) {
						continue // of an extension
					}
					judged++
					address, is := s["url"].(string)
					if !t.Holds(r, is && address != "", "the root has no url of %s", name) {
						continue
					}
					set := followed(t, "", address, Query("$top", "1"))
					if t.Expect(set).To(HaveStatus(http.StatusOK), "the url of %s", name) {
						for _, e := range entitiesIn(t, set) {
							if self, has := e["@iot.selfLink"].(string); has {
								t.Holds(set, strings.Contains(self, name+"("), "the url of %s leads to an entity at %s", name, self)
							}
						}
					}
				}
				if judged == 0 {
					t.Untested("the root lists none of the standard's entity sets")
				}
			},
		},
		{
			ID: "mim7.sensing.root.conformance", Title: "The service root tells the requirements that the service meets, in the conformance of serverSettings",
			Clause: sensingPath, Fault: "sensing.root.no-conformance",
			Hint: "serverSettings came with version 1.1. A service of 1.0 has 1.0 at the end of its address.",
			Body: func(t *T) {
				r, _, met := metRequirements(t)
				t.Holds(r, len(met) > 0, "the root has no serverSettings with a list conformance")
			},
		},
		{
			ID: "mim7.sensing.root.model", Title: "The requirements that the service meets are those of the data model and of requesting data, among others",
			Clause: sensingPath, Fault: "sensing.root.other-conformance",
			Body: func(t *T) {
				r, there, met := metRequirements(t)
				if !there {
					t.Untested("the root has no serverSettings, which is for another check to say")
				}
				for _, class := range []string{"datamodel", "resource-path", "request-data"} {
					t.Holds(r, slices.ContainsFunc(met, func(id string) bool {
						return strings.HasPrefix(id, "http://www.opengis.net/spec/iot_sensing/1.1/req/"+class)
					}), "the conformance names no requirement of iot_sensing/1.1/req/%s", class)
				}
			},
		},
	}
}

// sensingRoot is the answer at the service root, and the sets that it lists.
func sensingRoot(t *T) (*probe.Response, []object) {
	r := landing(t, accepting(mediaJSON))
	t.Require(r).To(HaveStatus(http.StatusOK))
	return r, entitiesIn(t, r)
}

// metRequirements are those that a service says it meets. One of version 1.0 need not say it.
func metRequirements(t *T) (r *probe.Response, there bool, ids []string) {
	r, _ = sensingRoot(t)
	settings, there := t.Object(r)["serverSettings"].(object)
	if !there && strings.HasSuffix(strings.TrimSuffix(t.Env.Endpoints[probe.SensorThings], "/"), "/v1.0") {
		t.Inapplicable("serverSettings came with version 1.1, and the service is one of 1.0")
	}
	list, _ := settings["conformance"].([]any)
	for _, v := range list {
		if id, is := v.(string); is {
			ids = append(ids, id)
		}
	}
	return r, there, ids
}
