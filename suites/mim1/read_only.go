package mim1

import (
	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// madeUp is what a client says of a subscription or registration that only the platform
// can tell: how often something was sent, when, and what came of it. None of it can be
// so by chance.
func madeUp(status string, times ...string) ngsild.Object {
	o := ngsild.Object{"status": status, "timesSent": 9999, "timesFailed": 9998}
	for _, name := range append(times, "lastSuccess", "lastFailure") {
		o[name] = "2001-02-03T04:05:06Z"
	}
	return o
}

// isNotBelieved expects that none of what was made up is shown.
func isNotBelieved(t *T, shown, made ngsild.Object) {
	for name, v := range InOrder(made) {
		same := normal(shown[name]) == normal(v)
		if seen, err := instant(shown[name]); err == nil {
			said, err := instant(v)
			same = err == nil && seen.Equal(said)
		}
		t.Expect(nil).To(answering(!same, "%s is shown as %s, as the client said it, and only the platform can tell it", name, compact(shown[name])))
	}
}

// subscriptionReadOnly checks that what subscribers and registrants say of what only the
// platform can tell is ignored (tables 5.2.12-2, 5.2.14.2-1).
func subscriptionReadOnly() []Check {
	ended := madeUp("failed", "lastNotification") // of the notification; a subscription without an end is never expired
	claimed := func(o ngsild.Object) {
		o["status"] = "expired"
		for name, v := range ended {
			notificationOf(o)[name] = v
		}
	}
	checks := []Check{
		{
			ID: "mim1.subscription.create.statusIgnored", Title: "The status that a subscriber gives a subscription is ignored",
			Clause: cim009Later + "5.2.12", Fault: "subscription.create.believes-status",
			Body: func(t *T) {
				isNotBelieved(t, subscription(t, dormant(t, having("status", "expired"))), ngsild.Object{"status": "expired"})
			},
		},
		{
			ID: "mim1.subscription.create.countsIgnored", Title: "What a subscriber says of notifications that were sent is ignored",
			Clause: cim009Later + "5.2.14.2", Fault: "subscription.create.believes-counts",
			Body: func(t *T) {
				isNotBelieved(t, notificationOf(subscription(t, dormant(t, claimed))), ended)
			},
		},
		{
			ID: "mim1.subscription.update.madeUpIgnored", Title: "In an update, too, the status that a subscriber gives and what it says of notifications that were sent is ignored",
			Clause: cim009Later + "5.2.12", Fault: "subscription.update.believes",
			Body: func(t *T) {
				id := dormant(t)
				fragment := ngsild.Object{"description": "changed", "notification": ngsild.Object{"endpoint": ngsild.Object{"uri": nobody}}}
				claimed(fragment)
				done(t, patchSubscription(t, id, fragment))
				s := subscription(t, id)
				t.Expect(s["description"]).To(gomega.Equal("changed"), "the rest of the fragment counts")
				isNotBelieved(t, s, ngsild.Object{"status": "expired"})
				isNotBelieved(t, notificationOf(s), ended)
			},
		},
	}
	return common(checks, Check{Since: "1.9.1", Level: Extended})
}

// registrationReadOnly is subscriptionReadOnly for registrations (table 5.2.9-2).
func registrationReadOnly() []Check {
	made := madeUp("failed")
	claimed := func(o ngsild.Object) {
		for name, v := range made {
			o[name] = v
		}
	}
	checks := []Check{
		{
			ID: "mim1.registration.create.madeUpIgnored", Title: "The status and the counts that a registrant gives a registration are ignored",
			Clause: cim009Later + "5.2.9", Fault: "registration.create.believes",
			Body: func(t *T) { isNotBelieved(t, registration(t, idle(t, claimed)), made) },
		},
		{
			ID: "mim1.registration.update.madeUpIgnored", Title: "In an update, too, the status and the counts that a registrant gives a registration are ignored",
			Clause: cim009Later + "5.2.9", Fault: "registration.update.believes",
			Body: func(t *T) {
				id := idle(t)
				fragment := ngsild.Object{"description": "changed"}
				claimed(fragment)
				done(t, t.PATCH(registrationPath(id), JSON(fragment)))
				g := registration(t, id)
				t.Expect(g["description"]).To(gomega.Equal("changed"), "the rest of the fragment counts")
				isNotBelieved(t, g, made)
			},
		},
	}
	return common(checks, Check{Since: "1.9.1", Level: Extended})
}

// sourceSubscriptionReadOnly is subscriptionReadOnly for subscriptions to registrations.
func sourceSubscriptionReadOnly() []Check {
	checks := []Check{
		{
			ID: "mim1.sourceSubscription.create.madeUpIgnored", Title: "The status that a subscriber gives a subscription to registrations is ignored",
			Clause: cim009Later + "5.2.12", Fault: "source-subscription.create.believes-status",
			Body: func(t *T) {
				isNotBelieved(t, sourceSubscription(t, still(t, having("status", "expired"))), ngsild.Object{"status": "expired"})
			},
		},
	}
	return common(checks, Check{Since: "1.9.1", Level: Extended})
}
