package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// kindOfAttribute is one kind of attribute and how it is changed.
type kindOfAttribute struct {
	name, clause, since string
	attribute           string // its name, where the core @context gives it a meaning; else any
	first, then, after  ngsild.Object
	// purposes are test purposes of append, partial update, deletion and retrieval.
	append, update, remove, retrieve []string
}

func kindsOfAttributes() []kindOfAttribute {
	point := func(longitude float64) ngsild.Object { return ngsild.GeoProperty(ngsild.Point(longitude, 56)) }
	json := func(v any) ngsild.Object { return ngsild.Object{"type": "JsonProperty", "json": v} }
	vocab := func(v any) ngsild.Object { return ngsild.Object{"type": "VocabProperty", "vocab": v} }
	list := func(v ...any) ngsild.Object { return ngsild.Object{"type": "ListProperty", "valueList": v} }
	return []kindOfAttribute{
		{name: "languageProperty", clause: "4.5.18.2", since: "1.4.1",
			first: ngsild.LanguageProperty(ngsild.Object{"en": "tower", "da": "tårn"}), then: ngsild.LanguageProperty(ngsild.Object{"en": "mast"}),
			after:  ngsild.LanguageProperty(ngsild.Object{"en": "mast"}),
			append: []string{"010_06"}, update: []string{"012_04"}},
		{name: "observationSpace", clause: "4.7.1", attribute: "observationSpace", first: point(10), then: point(11), after: point(11),
			append: []string{"010_08"}, remove: []string{"013_05"}, retrieve: []string{"018_08"}},
		{name: "operationSpace", clause: "4.7.1", attribute: "operationSpace", first: point(10), then: point(11), after: point(11),
			append: []string{"010_09"}, remove: []string{"013_06"}, retrieve: []string{"018_09"}},
		{name: "jsonProperty", clause: "4.5.24.2", since: "1.8.1", first: json(ngsild.Object{"a": []any{1, nil}, "id": 7}), then: json(ngsild.Object{"b": true}),
			after:  json(ngsild.Object{"b": true}),
			append: []string{"010_10"}, update: []string{"012_08"}},
		{name: "vocabProperty", clause: "4.5.20.2", since: "1.7.1", first: vocab("nonCommercial"), then: vocab("commercial"), after: vocab("commercial"),
			append: []string{"010_11"}, update: []string{"012_09"}, remove: []string{"013_07"}},
		{name: "listProperty", clause: "4.5.21.2", since: "1.8.1", first: list(3, 1, 3), then: list(2), after: list(2)},
	}
}

// listRelationship is an ordered list of URIs (4.5.22).
func listRelationship(objects ...string) ngsild.Object {
	list := make([]any, len(objects))
	for i, uri := range objects {
		list[i] = ngsild.Object{"object": uri}
	}
	return ngsild.Object{"type": "ListRelationship", "objectList": list}
}

// objectsIn are the URIs in a ListRelationship of an entity, in order. They may come by
// themselves as well as each in an object.
func objectsIn(e ngsild.Object, name string) []string {
	var uris []string
	for _, instance := range instances(e, name) {
		for _, item := range list(instance["objectList"]) {
			if o, ok := item.(ngsild.Object); ok {
				item = o["object"]
			}
			uri, _ := item.(string)
			uris = append(uris, uri)
		}
	}
	return uris
}

// called is a name for the attribute.
func (k kindOfAttribute) called(t *T) string {
	if k.attribute != "" {
		return k.attribute
	}
	return t.Name("extra")
}

// kinded creates an entity that has the attribute.
func (k kindOfAttribute) kinded(t *T) (s sensor, attribute string) {
	s, e := aSensor(t)
	attribute = k.called(t)
	create(t, with(e, attribute, k.first))
	return s, attribute
}

// attributeKinds checks for each kind of attribute that it can be added, shown,
// changed and removed by itself.
func attributeKinds() []Check {
	var checks []Check
	for _, k := range kindsOfAttributes() {
		of := "a " + k.first["type"].(string)
		if k.attribute != "" {
			of = "the GeoProperty " + k.attribute
		}
		checks = append(checks, common([]Check{
			{
				ID: "mim1.attribute.append." + k.name, Title: "Appending adds " + of + " as it was sent",
				TestPurposes: k.append, Fault: "kind." + k.name + "-appended-as-property",
				Body: func(t *T) {
					s, attribute := newSensor(t), k.called(t)
					done(t, t.POST(attrsPath(s.id), JSON(ngsild.Object{attribute: k.first})))
					e := read(t, s.id)
					t.Expect(e).To(haveAttribute(attribute, k.first))
					s.isElseUnchanged(t, e)
				},
			},
			{
				ID: "mim1.attribute.partialUpdate." + k.name, Title: "A partial update changes " + of,
				TestPurposes: k.update, Fault: "attribute.partial-update.swallowed",
				Body: func(t *T) {
					s, attribute := k.kinded(t)
					done(t, t.PATCH(attrPath(s.id, attribute), JSON(k.then)))
					e := read(t, s.id)
					t.Expect(e).To(haveAttribute(attribute, k.after))
					s.isElseUnchanged(t, e)
				},
			},
			{
				ID: "mim1.attribute.delete." + k.name, Title: "Deleting removes " + of,
				TestPurposes: k.remove, Fault: "attribute.delete.swallowed",
				Body: func(t *T) {
					s, attribute := k.kinded(t)
					done(t, t.DELETE(attrPath(s.id, attribute)))
					e := read(t, s.id)
					t.Expect(e).To(lackAttribute(attribute))
					s.isElseUnchanged(t, e)
				},
			},
		}, Check{Requirements: structured, Clause: cim009 + k.clause, Level: Core, Needs: writes, Since: k.since})...)
		if k.attribute != "" {
			checks = append(checks, Check{
				ID: "mim1.entity.represent." + k.name, Title: "The GeoProperty " + k.attribute + " is shown normalised, and simplified as its geometry alone",
				Requirements: structured, Clause: cim009 + k.clause, Level: Core, Needs: writes,
				TestPurposes: k.retrieve, Fault: "represent.options-ignored",
				Body: func(t *T) {
					s, attribute := k.kinded(t)
					t.Expect(read(t, s.id)).To(haveAttribute(attribute, k.first))
					t.Expect(read(t, s.id, Query("options", "keyValues"))).To(haveMembers(ngsild.Object{attribute: k.first["value"]}))
				},
			})
		}
	}
	return checks
}

// removable is one kind of attribute with a default instance and one of a dataset.
type removable struct {
	name     string // of the attribute
	instance func(datasetID string) ngsild.Object
	null     func(datasetID string) ngsild.Object
}

// removables are the kinds of attributes for which NGSI-LD Null is defined (4.5.0, 5.5.4).
func removables(t *T) []removable {
	dataset := func(o ngsild.Object, id string) ngsild.Object {
		if id != "" {
			o["datasetId"] = id
		}
		return o
	}
	of := func(kind, member string, value, null any) removable {
		instances := func(v any) func(string) ngsild.Object {
			return func(id string) ngsild.Object { return dataset(ngsild.Object{"type": kind, member: v}, id) }
		}
		return removable{t.Name("a"), instances(value), instances(null)}
	}
	return []removable{
		of("Property", "value", 20, ngsildNull),
		of("Relationship", "object", t.URN("Place"), ngsildNull),
		of("GeoProperty", "value", ngsild.Point(10, 56), ngsildNull),
		of("LanguageProperty", "languageMap", ngsild.Object{"en": "tower"}, ngsild.Object{"@none": ngsildNull}),
	}
}

// attributeNulls checks that NGSI-LD Null removes the instance that it names, of each
// kind of attribute, by each operation that takes it.
func attributeNulls() []Check {
	type operation struct {
		name, fault, clause, title string
		feature                    Feature
		ofDefault, ofDataset       []string // test purposes
		send                       func(t *T, id, name string, null ngsild.Object)
	}
	fragment := func(method func(t *T, id string, how Option)) func(*T, string, string, ngsild.Object) {
		return func(t *T, id, name string, null ngsild.Object) { method(t, id, JSON(ngsild.Object{name: null})) }
	}
	var checks []Check
	for _, o := range []operation{
		{"attribute.update", "attribute.update", "5.6.2", "Updating", "", []string{"011_09"}, []string{"011_08"},
			fragment(func(t *T, id string, how Option) { doneOrNoNulls(t, t.PATCH(attrsPath(id), how)) })},
		{"attribute.partialUpdate", "attribute.partial-update", "5.6.4", "A partial update", "", []string{"012_07"}, []string{"012_06"},
			func(t *T, id, name string, null ngsild.Object) {
				doneOrNoNulls(t, t.PATCH(attrPath(id, name), JSON(null)))
			}},
		{"entity.merge", "entity.merge", "5.6.17", "Merging", FeatureMerge, nil, []string{"056_04"},
			fragment(func(t *T, id string, how Option) { doneOrNoNulls(t, t.PATCH(entityPath(id), how)) })},
	} {
		for _, which := range []string{"Default", "Dataset"} {
			check := Check{
				ID: "mim1." + o.name + ".nullOf" + which, Title: o.title + " with NGSI-LD Null removes the instance of the dataset and leaves the default one, of each kind of attribute",
				Requirements: structured, Clause: cim009 + o.clause, Level: Core, Feature: o.feature, Needs: writes, Since: "1.6.1",
				TestPurposes: o.ofDataset, Fault: o.fault + ".null-of-dataset-swallowed",
				Hint: "only the default instance, or only a Property, can be removed in this way",
			}
			if o.name == "attribute.partialUpdate" {
				// ETSI's suite expects it; 5.6.4.1 of V1.9.1 has members deleted in this way, and not an attribute itself.
				check.Level = Extended
			}
			if which == "Default" {
				check.Title = o.title + " with NGSI-LD Null removes the default instance and leaves that of a dataset, of each kind of attribute"
				check.TestPurposes, check.Fault = o.ofDefault, o.fault+".null-of-default-swallowed"
			}
			check.Body = func(t *T) {
				dataset := t.URN("Dataset")
				gone, left := dataset, ""
				if which == "Default" {
					gone, left = "", dataset
				}
				all := removables(t)
				e := ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"))
				for _, a := range all {
					e[a.name] = []any{a.instance(""), a.instance(dataset)}
				}
				id := create(t, e)
				for _, a := range all {
					o.send(t, id, a.name, a.null(gone))
				}
				now := read(t, id)
				for _, a := range all {
					t.Expect(now).To(lackInstance(a.name, gone))
					t.Expect(now).To(haveAttribute(a.name, a.instance(left)))
				}
			}
			checks = append(checks, check)
		}
	}
	return append(checks, Check{
		ID: "mim1.attribute.partialUpdate.nullOfOnly", Title: "A partial update with NGSI-LD Null removes an attribute that has one instance alone, of each kind of attribute",
		Requirements: structured, Clause: cim009 + "5.6.4", Level: Extended, Needs: writes, Since: "1.6.1", // Extended as the two above are
		TestPurposes: []string{"012_05"}, Fault: "attribute.partial-update.null-of-default-swallowed",
		Body: func(t *T) {
			all, left := removables(t), t.Name("left")
			e := ngsild.Entity(t.URN("Sensor"), t.Name("Sensor"), left, ngsild.Property(1))
			for _, a := range all {
				e[a.name] = a.instance("")
			}
			id := create(t, e)
			for _, a := range all {
				doneOrNoNulls(t, t.PATCH(attrPath(id, a.name), JSON(a.null(""))))
			}
			t.Expect(attributesOf(read(t, id))).To(chooseExactly(left))
		},
	})
}
