package mim1

import (
	"net/url"
	"slices"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega/types"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
)

// Subscriptions is the checks of context information subscription (5.8): the
// subscriptions themselves and the notifications that they give rise to.
func Subscriptions() []Check {
	checks := slices.Concat(
		subscriptionCreate(), subscriptionMembers(), subscriptionRefusals(), subscriptionContexts(),
		subscriptionRetrieve(), subscriptionQuery(), subscriptionUpdate(), subscriptionDelete(),
		notificationBody(), notificationForms(), notificationSelection(), notificationConditions(),
		notificationChanges(), notificationTriggers(), notificationDeletions(), notificationShownChanges(), notificationLinked(),
		notificationState(), notificationTiming(), notificationCounters(), notificationTenants(), earlierNotifications(), notificationPitfalls(), subscriptionReadOnly(), subscriptionExpired(),
	)
	for i := range checks {
		c := &checks[i]
		if c.Feature == "" {
			c.Feature = FeatureSubscriptions
		}
		if c.Level == "" {
			c.Level = Core
		}
		if c.Requirements == nil {
			c.Requirements = subscribing
		}
		if c.Needs == nil {
			c.Needs = writes
		}
	}
	return checks
}

// subscriptions is the resource of all subscriptions (6.10).
const subscriptions = "/subscriptions"

// subscriptionPath is the resource of one subscription (6.11).
func subscriptionPath(id string) string { return subscriptions + "/" + url.PathEscape(id) }

// nobody is the endpoint of subscriptions that are never to notify: nothing that they
// are about is ever created, and no host has a name under .example (RFC 2606).
const nobody = "http://subscriber.example/notifications"

// edit changes a subscription before it is sent.
type edit func(s ngsild.Object)

// aSubscription describes a subscription to the entities of the type, with edits.
func aSubscription(t *T, kind, uri string, edits ...edit) ngsild.Object {
	s := ngsild.Object{
		"id": t.URN("Subscription"), "type": "Subscription",
		"entities":     []any{ngsild.Object{"type": kind}},
		"notification": ngsild.Object{"endpoint": ngsild.Object{"uri": uri}},
	}
	for _, e := range edits {
		e(s)
	}
	return s
}

// having sets members of the subscription, given as name, value.
func having(pairs ...any) edit {
	return func(s ngsild.Object) { setMembers(s, pairs) }
}

// lacking takes members away from the subscription.
func lacking(names ...string) edit {
	return func(s ngsild.Object) {
		for _, name := range names {
			delete(s, name)
		}
	}
}

// about sets the entities that the subscription is about (5.2.8, 5.2.33).
func about(selectors ...any) edit { return having("entities", selectors) }

// sending sets members of notification (5.2.14).
func sending(pairs ...any) edit {
	return func(s ngsild.Object) { setMembers(s["notification"].(ngsild.Object), pairs) }
}

// toEndpoint sets members of the endpoint (5.2.15).
func toEndpoint(pairs ...any) edit {
	return func(s ngsild.Object) {
		setMembers(s["notification"].(ngsild.Object)["endpoint"].(ngsild.Object), pairs)
	}
}

func setMembers(o ngsild.Object, pairs []any) {
	for i := 0; i+1 < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
}

// subscribe creates the subscription and returns its id; anything but 201 ends the check.
func subscribe(t *T, s ngsild.Object, options ...Option) (id string) {
	r := t.POST(subscriptions, append([]Option{JSON(s)}, options...)...)
	if (r.Status == 503 || r.Status == 504) && t.Env.Callback != nil && !t.Env.Callback.Reached() {
		t.CantTell("the platform says that it cannot retrieve an @context, and it has retrieved nothing from the harness so far: give an address of this machine that it can reach with --callback-host")
	}
	t.Require(r).To(HaveStatus(201), "a subscription to work on has to be created first")
	return s["id"].(string)
}

// dormant creates a subscription that never notifies, with edits.
func dormant(t *T, edits ...edit) (id string) {
	return subscribe(t, aSubscription(t, t.Name("Nothing"), nobody, edits...))
}

// subscription retrieves a subscription; anything but 200 with an object ends the check.
func subscription(t *T, id string, options ...Option) ngsild.Object {
	r := t.GET(subscriptionPath(id), options...)
	t.Require(r).To(HaveStatus(200), "subscription %s has to be there", id)
	return itself(t, r, id)
}

// noSubscription expects that no subscription has the id.
func noSubscription(t *T, id string) {
	t.Expect(t.GET(subscriptionPath(id))).To(HaveStatus(404), "subscription %s must not be there", id)
}

// memberOf is the object in o's member, empty when there is none. A list of one is that
// one, as JSON-LD compaction has it.
func memberOf(o ngsild.Object, name string) ngsild.Object {
	for _, item := range list(o[name]) {
		if inner, ok := item.(ngsild.Object); ok {
			return inner
		}
	}
	return ngsild.Object{}
}

// notificationOf and endpointOf are parts of a subscription as retrieved.
func notificationOf(s ngsild.Object) ngsild.Object { return memberOf(s, "notification") }
func endpointOf(s ngsild.Object) ngsild.Object     { return memberOf(notificationOf(s), "endpoint") }

// beBadData matches the answer to data that are not valid: 400 BadRequestData (5.5.4).
func beBadData() types.GomegaMatcher { return BeProblem(400, ngsild.BadRequestData) }

// alsoClaims ends the check when the platform does not claim a second feature that
// the check needs.
func alsoClaims(t *T, f Feature) {
	if !t.Claims(f) {
		t.Inapplicable("feature %s is optional and the target does not claim it", f)
	}
}

// patchSubscription sends a fragment (6.11.3.2).
func patchSubscription(t *T, id string, fragment ngsild.Object, options ...Option) *probe.Response {
	return t.PATCH(subscriptionPath(id), append([]Option{JSON(fragment)}, options...)...)
}
