package mim1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/reports"
)

// notifies is what checks of notifications need.
var notifies = []Need{NeedRead, NeedWrite, NeedCallback}

// notificationChecks gives checks of notifications what they have in common.
func notificationChecks(clause string, checks []Check) []Check {
	for i := range checks {
		c := &checks[i]
		c.Needs = notifies
		if c.Clause == "" {
			c.Clause = cim009 + clause
		}
		if c.Requirements == nil {
			c.Requirements = notifying
		}
		if c.Hint == "" {
			c.Hint = "see what the subscription counts in its member notification: it tells whether the platform tried"
		}
	}
	return checks
}

// subscriber is the receiver of one subscription, and the sensor that is changed so
// that it is notified.
type subscriber struct {
	sensor
	sub   string // id of the subscription
	inbox probe.Inbox
	in    []Option // of every request about the subscription
	// mark makes a change that has to be notified, and returns a value that only the
	// notification of this change mentions: a value or name of an attribute, or an id.
	mark func(t *T) any
}

// delivery is a notification as it came.
type delivery struct {
	probe.Notification
	body     ngsild.Object
	metadata ngsild.Object // of one that came by MQTT
}

// watch subscribes to sensors of s's type, with edits, and waits until a change of s
// has been notified. What is notified before that is dropped: the standard does not
// forbid that a platform begins with the entities as they are.
func (s sensor) watch(t *T, edits ...edit) *subscriber {
	return s.prepare(t, edits...).begin(t)
}

// prepare is watch without the waiting: for a subscription that does not notify of
// every change of the sensor's level.
func (s sensor) prepare(t *T, edits ...edit) *subscriber {
	w := &subscriber{sensor: s, inbox: t.Env.Callback.NewInbox(t.Check.ID)}
	w.mark = w.markLevel
	w.sub = subscribe(t, aSubscription(t, s.kind, w.inbox.URL(), edits...))
	return w
}

// begin waits until a change has been notified, and drops what came before.
func (w *subscriber) begin(t *T) *subscriber {
	w.await(t, w.mark(t))
	return w
}

// markLevel changes the sensor's level.
func (w *subscriber) markLevel(t *T) any {
	v := t.Number()
	w.setLevel(t, v)
	return v
}

// setLevel changes the level of the sensor.
func (s sensor) setLevel(t *T, v any) {
	done(t, t.PATCH(attrsPath(s.id), JSON(ngsild.Object{s.level: ngsild.Property(v)})))
}

// await waits for a notification whose data mention the value, and returns all that
// came up to it, that one last. When none comes it ends the check: as failed, or as
// cantTell when the platform may be unable to reach the harness.
func (w *subscriber) await(t *T, value any) []delivery {
	return w.until(t, "shows "+compact(value), func(d delivery) bool { return mentions(d.body["data"], value) })
}

// until is await for a notification that is so.
func (w *subscriber) until(t *T, what string, so func(d delivery) bool) []delivery {
	ctx, cancel := context.WithTimeout(t.Context(), t.Patience())
	defer cancel()
	var got []delivery
	for {
		n, err := w.inbox.Next(ctx)
		if err != nil {
			w.missed(t, got, fmt.Sprintf("no notification that %s came", what), err)
		}
		d := received(t, n)
		got = append(got, d)
		if so(d) {
			return got
		}
	}
}

// notified makes a change and returns the notification whose data mention the value.
func (w *subscriber) notified(t *T, value any, change func()) delivery {
	change()
	got := w.await(t, value)
	return got[len(got)-1]
}

// told changes the level and returns the sensor as it is notified.
func (w *subscriber) told(t *T) (e ngsild.Object, level int) {
	level = t.Number()
	d := w.notified(t, level, func() { w.setLevel(t, level) })
	return d.entity(t, w.id), level
}

// ignores makes a change and expects that no notification is sent for it, which would
// mention the value. Nothing can be waited for but what comes: so the level is changed,
// again and again, and by the time that the subscriber is told of this, it would have been
// told of the change before. What tells of these later changes may mention the value, too.
func (w *subscriber) ignores(t *T, value any, why string, change func()) {
	w.ignoresMade(t, inTurn, why, func() any { change(); return value })
}

// ignoresMade is ignores for a change that makes up the value, in so many rounds.
func (w *subscriber) ignoresMade(t *T, rounds int, why string, change func() any) {
	value := change()
	var later []any
	outlast(t, rounds, func() {
		m := w.mark(t)
		later = append(later, m)
		for _, d := range w.await(t, m) {
			ofLater := slices.ContainsFunc(later, func(m any) bool { return mentions(d.body["data"], m) })
			if mentions(d.body["data"], value) && !ofLater {
				t.Require(nil).To(unwanted(d, why))
			}
		}
	})
}

// isSilent expects that no change is notified while the same changes are notified to a
// second subscriber, who is told of every change of the same sensor. What tells of
// changes before may still be on its way.
func (w *subscriber) isSilent(t *T, other *subscriber, why string) {
	var made []any
	outlast(t, outOfTurn, func() {
		m := other.mark(t)
		made = append(made, m)
		other.await(t, m)
	})
	for d := range came(t, w.inbox) {
		if slices.ContainsFunc(made, func(m any) bool { return mentions(d.body["data"], m) }) {
			t.Require(nil).To(unwanted(d, why))
		}
	}
}

// first makes a change and waits for a notification, whatever it is of.
func (w *subscriber) first(t *T) delivery {
	w.mark(t)
	ctx, cancel := context.WithTimeout(t.Context(), t.Patience())
	defer cancel()
	n, err := w.inbox.Next(ctx)
	if err != nil {
		w.missed(t, nil, "no notification came", err)
	}
	return received(t, n)
}

// waiting is a notification that has come already, if there is one.
func (w *subscriber) waiting() (probe.Notification, bool) {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	n, err := w.inbox.Next(now)
	return n, err == nil
}

// missed ends the check because of a notification that did not come.
func (w *subscriber) missed(t *T, got []delivery, what string, err error) {
	switch {
	case errors.Is(err, probe.ErrOverflow):
		t.CantTell("%v", err)
	case t.Context().Err() != nil:
		t.CantTell("%s before the check's time was over", what)
	case len(got) == 0:
		w.maybeUnreachable(t)
	}
	f := &reports.Finding{Message: fmt.Sprintf("%s within %s", what, t.Patience()), Expected: "a notification"}
	if len(got) > 0 {
		last := got[len(got)-1].Body
		f.Message += fmt.Sprintf("; %d others came", len(got))
		f.Actual = "last: " + string(last[:min(len(last), 1000)])
	} else {
		f.Message += ", and no other either"
		f.Actual = "none"
	}
	t.Require(nil).To(finding{f})
}

// maybeUnreachable ends the check as cantTell unless something shows that the platform
// can reach the harness.
func (w *subscriber) maybeUnreachable(t *T) {
	n := notificationOf(subscription(t, w.sub, w.in...))
	failed, _ := normal(n["timesFailed"]).(float64)
	_, ever := n["lastFailure"]
	byMQTT := strings.HasPrefix(w.inbox.URL(), "mqtt")
	switch {
	case (ever || failed > 0 || n["status"] == "failed") && byMQTT:
		t.CantTell("no notification came, and the platform says that it tried and failed to deliver one to %s: give an address of this machine that it can reach with --notify-mqtt", w.inbox.URL())
	case (ever || failed > 0 || n["status"] == "failed") && !t.Env.Callback.Reached(): // what it says is no excuse where it reaches the harness
		t.CantTell("no notification came, and the platform says that it tried and failed to deliver one to %s: give an address of this machine that it can reach with --callback-host", w.inbox.URL())
	case byMQTT:
		w.unheard(t, n)
		return
	}
	if t.Env.Callback.Reached() {
		return
	}
	// A new @context has to be fetched to know what the type means (5.5.5).
	v := newVocabulary(t)
	t.GET(entities, Query("type", v.kind), v.linked(t), Expecting(503, 504))
	if !t.Env.Callback.Reached() {
		t.CantTell("no notification came, and the platform did not fetch an @context from the harness either: it seems unable to reach %s; give an address of this machine that it can reach with --callback-host", w.inbox.URL())
	}
}

// received reads a notification; what is no JSON object is a mismatch.
func received(t *T, n probe.Notification) delivery {
	v, err := Decode(n.Body)
	if n.MQTT != nil {
		body, metadata := unwrapped(t, v)
		return delivery{n, body, metadata}
	}
	body, ok := v.(ngsild.Object)
	if err != nil || !ok {
		t.Require(nil).To(finding{&reports.Finding{Message: "a notification is no JSON object (5.3.1)",
			Expected: "an object", Actual: string(n.Body[:min(len(n.Body), 1000)])}})
	}
	return delivery{Notification: n, body: body}
}

// items are the entities in the notification's data: objects, or GeoJSON features.
func (d delivery) items() []ngsild.Object {
	data := list(d.body["data"])
	if collection, ok := d.body["data"].(ngsild.Object); ok && collection["type"] == "FeatureCollection" {
		data = list(collection["features"])
	}
	var out []ngsild.Object
	for _, item := range data {
		if e, ok := item.(ngsild.Object); ok {
			out = append(out, e)
		}
	}
	return out
}

// entity is the entity with the id in the notification's data; without it the check ends.
func (d delivery) entity(t *T, id string) ngsild.Object {
	for _, e := range d.items() {
		if e["id"] == id {
			return e
		}
	}
	t.Require(nil).To(finding{&reports.Finding{Message: fmt.Sprintf("the notification's data have no entity %s", id), Pointer: "/data",
		Expected: id, Actual: compact(d.body["data"])}})
	return nil
}

// mentions says whether v holds the value, or a member of that name, at whatever depth.
func mentions(v, value any) bool {
	switch x := v.(type) {
	case ngsild.Object:
		for name, inner := range x {
			if name == value || mentions(inner, value) {
				return true
			}
		}
	case []any:
		for _, inner := range x {
			if mentions(inner, value) {
				return true
			}
		}
	case json.Number, string, bool:
		return compact(x) == compact(value)
	}
	return false
}

// unwanted matches nothing: it says that a notification should not have come.
func unwanted(d delivery, why string) finding {
	return finding{&reports.Finding{Message: "a notification came that should not: " + why, Expected: "no notification",
		Actual: string(d.Body[:min(len(d.Body), 1000)])}}
}

// finding is a matcher that matches nothing and tells what is wrong.
type finding struct{ what *reports.Finding }

func (m finding) Match(any) (bool, error)          { return false, nil }
func (m finding) FailureMessage(any) string        { return m.what.Message }
func (m finding) NegatedFailureMessage(any) string { return "expected not: " + m.what.Message }
func (m finding) Finding(any) reports.Finding      { return *m.what }

// arriveAs matches a delivery whose Content-Type is the media type, whatever its parameters.
func arriveAs(want string) types.GomegaMatcher {
	return gomega.WithTransform(func(d delivery) string {
		header := d.Header
		if d.MQTT != nil {
			header = d.header()
		}
		mediaType, _, err := mime.ParseMediaType(header.Get("Content-Type"))
		if err != nil {
			return header.Get("Content-Type")
		}
		return mediaType
	}, gomega.Equal(want))
}

// hasContext says whether an @context is in the notification, in its FeatureCollection or
// in each of its entities.
func hasContext(d delivery) bool {
	inEach := len(d.items()) > 0
	for _, e := range d.items() {
		inEach = inEach && (e["@context"] != nil || e["type"] == "Feature" && memberOf(e, "properties")["@context"] != nil)
	}
	collection, _ := d.body["data"].(ngsild.Object)
	return d.body["@context"] != nil || collection["@context"] != nil || inEach
}
