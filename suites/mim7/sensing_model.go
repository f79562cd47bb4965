package mim7

import (
	"fmt"
	"net/http"
	"slices"

	. "github.com/oasc/mimcheck/suites"
)

const sensingControl = sensing + "datamodel/entity-control-information/common-control-information"

func sensingControlChecks() []Check {
	return []Check{
		{
			ID: "mim7.sensing.control.id", Title: "Each entity has an @iot.id",
			Requirements: slices.Concat(sensingService, sensingIdentifiers), Clause: sensingControl, Fault: "sensing.control.no-id",
			Body: func(t *T) {
				eachSet(t, func(k sensingKind) {
					r, all := many(t, "/"+k.set, Query("$top", fmt.Sprint(someThings)))
					for i, e := range all {
						t.Holds(r, e["@iot.id"] != nil, "/value/%d of %s has no @iot.id", i, k.set)
					}
				})
			},
		},
		{
			ID: "mim7.sensing.control.unique", Title: "The @iot.id of an entity is unique within its entity set",
			Requirements: slices.Concat(sensingService, sensingIdentifiers), Clause: sensingControl, Fault: "sensing.control.twice",
			Body: func(t *T) {
				eachSet(t, func(k sensingKind) {
					r, all := many(t, "/"+k.set, Query("$top", fmt.Sprint(someThings)))
					seen := map[string]bool{}
					for _, id := range ids(t, all) {
						t.Holds(r, !seen[id], "%s has the @iot.id %s twice", k.set, id)
						seen[id] = true
					}
				})
			},
		},
		{
			ID: "mim7.sensing.control.self", Title: "The @iot.selfLink of an entity leads to it",
			Requirements: slices.Concat(sensingService, sensingIdentifiers), Clause: sensingControl, Fault: "sensing.control.self-astray",
			Body: func(t *T) {
				eachSet(t, func(k sensingKind) {
					r, all := many(t, "/"+k.set, Query("$top", "2"))
					for i, e := range all {
						self, has := e["@iot.selfLink"].(string)
						if !t.Holds(r, has && self != "", "/value/%d of %s has no @iot.selfLink", i, k.set) {
							continue
						}
						one := followed(t, "/"+k.set, self)
						if t.Expect(one).To(HaveStatus(http.StatusOK), "the @iot.selfLink %s", self) {
							t.Holds(one, key(t, t.Object(one)) == key(t, e), "the @iot.selfLink %s leads to the entity %v, expected %v", self, t.Object(one)["@iot.id"], e["@iot.id"])
						}
					}
				})
			},
		},
		{
			ID: "mim7.sensing.control.navigation", Title: "An entity has the links navigationLink to what it is related to",
			Clause: sensingControl, Fault: "sensing.control.no-navigation",
			Body: func(t *T) {
				eachSet(t, func(k sensingKind) {
					r, all := many(t, "/"+k.set, Query("$top", "2"))
					for i, e := range all {
						for _, name := range slices.Concat(k.one, k.many) {
							link, _ := e[name+"@iot.navigationLink"].(string)
							t.Holds(r, link != "" || observedByMany(e, name), "/value/%d of %s has no %s@iot.navigationLink", i, k.set, name)
						}
					}
				})
			},
		},
		{
			ID: "mim7.sensing.control.navigates", Title: "A navigationLink leads to the related entities",
			Clause: sensingControl, Fault: "sensing.control.navigation-gone",
			Body: func(t *T) {
				eachSet(t, func(k sensingKind) {
					_, all := many(t, "/"+k.set, Query("$top", "1"))
					for _, e := range all {
						for _, name := range k.many {
							if link, has := e[name+"@iot.navigationLink"].(string); has {
								r := followed(t, "/"+k.set, link, Query("$top", "1"))
								if t.Expect(r).To(HaveStatus(http.StatusOK), "the link to the %s of a %s", name, k.name) {
									entitiesIn(t, r)
								}
							}
						}
					}
				})
			},
		},
	}
}

// observedByMany says whether an observation has a MultiDatastream (an extension) in the
// place of its Datastream.
func observedByMany(e object, name string) bool {
	return name == "Datastream" && e["MultiDatastream@iot.navigationLink"] != nil
}

// eachSet looks at each entity set. A service without any entities is not judged.
func eachSet(t *T, judge func(k sensingKind)) {
	someOf(t, "Things")
	for _, k := range sensingKinds() {
		judge(k)
	}
}

// sensingModelChecks are about properties and relations, one of each for an entity type.
func sensingModelChecks() []Check {
	var checks []Check
	for _, k := range sensingKinds() {
		checks = append(checks, Check{
			ID: "mim7.sensing.properties." + lower(k.name), Title: "Each " + k.name + " has the mandatory properties of its type",
			Clause: sensing + "datamodel/" + k.id + "/properties", Fault: "sensing." + k.id + ".bare",
			Body: func(t *T) {
				r, all := someOf(t, k.set)
				for i, e := range all {
					for _, name := range k.texts {
						_, text := e[name].(string)
						t.Holds(r, text, "/value/%d of %s has no text %s, but %v", i, k.set, name, e[name])
					}
					for _, name := range k.others {
						t.Holds(r, e[name] != nil, "/value/%d of %s has no %s", i, k.set, name)
					}
				}
				if k.set == "Observations" { // a result may be null, and left out then, but not all of them
					t.Holds(r, slices.ContainsFunc(all, func(e object) bool { return e["result"] != nil }), "none of %d observations has a result", len(all))
				}
			},
		}, Check{
			ID: "mim7.sensing.relations." + lower(k.name), Title: "Each " + k.name + " is related to entities as the data model says",
			Clause: sensing + "datamodel/" + k.id + "/relations", Fault: "sensing." + k.id + ".alone",
			Body: func(t *T) {
				_, all := fewOf(t, k.set)
				for _, e := range all {
					at := entityPath(t, k.set, e)
					for _, name := range k.one {
						r := t.GET(at+"/"+name, accepting(mediaJSON))
						if r.Status != http.StatusOK && observedByMany(e, name) {
							continue
						}
						if t.Expect(r).To(HaveStatus(http.StatusOK), "the %s of a %s", name, k.name) {
							t.Holds(r, t.Object(r)["@iot.id"] != nil, "the %s of a %s is no entity with an @iot.id", name, k.name)
						}
					}
					for _, name := range k.many {
						r := t.GET(at+"/"+name, accepting(mediaJSON), Query("$top", "1"))
						if t.Expect(r).To(HaveStatus(http.StatusOK), "the %s of a %s", name, k.name) {
							entitiesIn(t, r)
						}
					}
				}
			},
		})
	}
	return checks
}

func lower(name string) string { return string(name[0]|0x20) + name[1:] }
