package mim1

import (
	"slices"
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// Provision is the checks of context information provision (5.6): entities and
// attributes one by one and in batches.
func Provision() []Check {
	return slices.Concat(
		entityCreate(), entityDelete(), entityMerge(), entityReplace(),
		attributeAppend(), attributeUpdate(), attributePartialUpdate(), attributeReplace(), attributeDelete(),
		batchCreate(), batchUpsert(), batchUpdate(), batchDelete(), batchMerge(),
	)
}

// ngsildNull stands for "remove this" in a fragment, where JSON-LD drops null (5.4).
const ngsildNull = "urn:ngsi-ld:null"

// sensor is an entity that a check works on: level is there to be changed, place
// has to stay as it is.
type sensor struct {
	id, kind     string
	level, place string        // attribute names
	there        ngsild.Object // place's value
}

// levelAtFirst is the level that a new sensor has.
func levelAtFirst() ngsild.Object {
	return ngsild.Property(20, "unitCode", "CEL", "observedAt", "2024-03-01T10:00:00Z")
}

// aSensor describes a sensor, with further attributes given as name, value.
func aSensor(t *T, more ...any) (sensor, ngsild.Object) {
	s := sensor{id: t.URN("Sensor"), kind: t.Name("Sensor"), level: t.Name("level"), place: t.Name("place")}
	s.there = ngsild.Relationship(t.URN("Place"))
	return s, ngsild.Entity(s.id, s.kind, append([]any{s.level, levelAtFirst(), s.place, s.there}, more...)...)
}

// newSensor creates a sensor.
func newSensor(t *T, more ...any) sensor {
	s, e := aSensor(t, more...)
	create(t, e)
	return s
}

// hasOnlyLevel expects that the level is want now, without the named members, and
// that nothing else of the sensor changed.
func (s sensor) hasOnlyLevel(t *T, want ngsild.Object, without ...string) {
	e := read(t, s.id)
	t.Expect(e).To(haveAttribute(s.level, want, without...), "the attribute in question")
	s.isElseUnchanged(t, e)
}

// isElseUnchanged expects that id, type and place are as created.
func (s sensor) isElseUnchanged(t *T, e ngsild.Object) {
	t.Expect(e).To(haveMembers(ngsild.Object{"id": s.id}))
	t.Expect(e).To(haveTypes(s.kind))
	t.Expect(e).To(haveAttribute(s.place, s.there), "what the request did not name has to stay")
}

// isUnchanged expects that the sensor is as created.
func (s sensor) isUnchanged(t *T) {
	t.Expect(read(t, s.id)).To(haveAttribute(s.level, levelAtFirst()), "a refused request changes nothing")
}

// with is a copy of o with further members given as name, value.
func with(o ngsild.Object, more ...any) ngsild.Object {
	out := ngsild.Object{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

// done requires that a change was answered with 204, which has no body.
func done(t *T, r *probe.Response) {
	t.Require(r).To(HaveStatus(204))
}

// doneOrNoNulls requires that a change with an NGSI-LD Null was answered with 204;
// a platform may say that it does not support such Nulls (422), and then the check
// has nothing to look at.
func doneOrNoNulls(t *T, r *probe.Response) {
	if r.Status == 422 {
		t.Require(r).To(BeProblem(422, ngsild.OperationNotSupported))
		t.Inapplicable("the platform says that it does not support NGSI-LD Null in this operation, as 5.6 allows")
	}
	done(t, r)
}

// isGone expects that no entity has the id.
func isGone(t *T, id string) {
	t.Expect(t.GET(entityPath(id))).To(HaveStatus(404), "entity %s must not be there", id)
}

// notJSON is a body that breaks off inside an object that begins with a sensor's id.
func notJSON(id string) Option {
	return Body(ngsild.MediaJSON, []byte(`{"id": "`+id+`", "type": `))
}

// stamps reads when the platform says that the entity was created and modified, or
// its attribute when a name is given (4.8, 6.3.11).
func stamps(t *T, id, attribute string) (created, modified time.Time) {
	of := read(t, id, Query("options", "sysAttrs"))
	if attribute != "" {
		of = instance(of, attribute, "")
		t.Require(of).NotTo(gomega.BeNil(), "attribute %s has to be there", attribute)
	}
	created, err := instant(of["createdAt"])
	t.Require(err).To(gomega.Succeed(), "options=sysAttrs shows createdAt as a DateTime")
	modified, err = instant(of["modifiedAt"])
	t.Require(err).To(gomega.Succeed(), "options=sysAttrs shows modifiedAt as a DateTime")
	return created, modified
}

// isStamped expects that change moves modifiedAt on and leaves createdAt alone, of
// the attribute or, when none is named, of the entity.
func isStamped(t *T, id, attribute string, change func(attempt int)) {
	created, _ := stamps(t, id, attribute)
	isModified(t, id, attribute, change)
	now, _ := stamps(t, id, attribute)
	t.Expect(now).To(gomega.BeTemporally("==", created), "createdAt says when it was entered, and stays (4.8)")
}

// mostAttempts is how often a change is tried until the platform's clock shows it.
const mostAttempts = 6

// isModified expects that change moves modifiedAt on. The standard sets no
// resolution for the platform's clock, so that change is repeated until at least a
// second must have passed; each attempt has its number, from 1.
func isModified(t *T, id, attribute string, change func(attempt int)) {
	_, before := stamps(t, id, attribute)
	after := before
	for attempt, wait := 1, time.Duration(0); attempt <= mostAttempts && !after.After(before); attempt, wait = attempt+1, 2*wait+50*time.Millisecond {
		pause(t, wait)
		change(attempt)
		_, after = stamps(t, id, attribute)
	}
	t.Expect(after).To(gomega.BeTemporally(">", before), "modifiedAt says when it was last modified (4.8)")
}

// pause waits, but not longer than the check has time.
func pause(t *T, d time.Duration) { t.Pause(d) }
