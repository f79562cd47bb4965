package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// linkedConditions checks conditions on entities that Relationships lead to (4.9, EXAMPLES
// 13 and 14).
func linkedConditions() []Check {
	return common([]Check{
		{
			ID:    "mim1.query.q.linked",
			Title: "q with a name in braces after that of a Relationship compares the Attribute of the entity that is linked to",
			Fault: "query.q.linked-as-existence",
			Body: func(t *T) {
				c, name, _ := stations(t)
				c.expectIn(t, c.query(t, c.q("{"+name+`}=="wet"`), retrieving("1")), "at the wet device", "at the wet probe")
			},
		},
		{
			ID:    "mim1.query.q.linkedType",
			Title: "q with a type before the name in braces looks at linked entities of the type only",
			Fault: "query.q.linked-type-dropped",
			Body: func(t *T) {
				c, name, device := stations(t)
				c.expectIn(t, c.query(t, c.q("{"+device+":"+name+`}=="wet"`), retrieving("1")), "at the wet device")
			},
		},
		{
			ID:    "mim1.query.q.linkedTwice",
			Title: "q with braces in braces compares the Attribute of the entity that the linked entity links to",
			Fault: "query.q.linked-once-only",
			Body: func(t *T) {
				c, in, name := devicesInPlaces(t)
				c.expectIn(t, c.query(t, c.q("{"+in+"{"+name+`}}=="Porto"`), retrieving("2")), "in Porto")
			},
		},
		{
			ID:           "mim1.query.q.linkedTooDeep",
			Title:        "q with braces is refused with 400 BadRequestData where no linked entities are retrieved, or not as many in a row",
			Requirements: errorAnswers, Clause: cim009 + "5.7.2.4", Fault: "query.q.linked-however-deep",
			Body: func(t *T) {
				c := candidatesOf(t, nil)
				c.kind, c.attr = t.Name("Sensor"), t.Name("in")
				t.Expect(c.query(t, c.q("{name}==5"))).To(BeProblem(400, ngsild.BadRequestData))
				t.Expect(c.query(t, c.q("{in{name}}==5"), retrieving("1"))).To(BeProblem(400, ngsild.BadRequestData))
			},
		},
	}, Check{Requirements: query, Clause: cim009 + "4.9", Level: Extended, Feature: FeatureLinked, Needs: writes, Since: "1.9.1"})
}

// retrieving asks for linked entities: q may follow as many Relationships (5.7.2.4).
func retrieving(level string) Option { return Query("join", "inline", "joinLevel", level) }

// devicesInPlaces are candidates that link to devices, which are in places, by the attribute
// in, that have a name.
func devicesInPlaces(t *T) (c candidates, in, name string) {
	in, name = t.Name("in"), t.Name("name")
	link := func(to string) ngsild.Object {
		return ngsild.Relationship(create(t, ngsild.Entity(t.URN("Device"), t.Name("Device"), in, ngsild.Relationship(to))))
	}
	place := func(text string) string {
		return create(t, ngsild.Entity(t.URN("Place"), t.Name("Place"), name, ngsild.Property(text)))
	}
	return attributed(t, map[string]any{"in Aarhus": link(place("Aarhus")), "in Porto": link(place("Porto")), "nowhere": link(t.URN("Place"))}), in, name
}

// stations are candidates that link to a device or to a probe, which have an attribute
// of the name; device is the type of the devices.
func stations(t *T) (c candidates, name, device string) {
	name, device = t.Name("state"), t.Name("Device")
	probe := t.Name("Probe")
	link := func(kind, text string) ngsild.Object {
		return ngsild.Relationship(create(t, ngsild.Entity(t.URN("Device"), kind, name, ngsild.Property(text))))
	}
	return attributed(t, map[string]any{
		"at the wet device": link(device, "wet"), "at the dry device": link(device, "dry"),
		"at the wet probe": link(probe, "wet"), "at nothing": ngsild.Relationship(t.URN("Device")), "without": nil,
	}), name, device
}
