package mim1

import (
	"time"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// soon is a moment at which a subscription is to end: the platform gets it before that,
// also when it takes its time.
func soon(t *T) string {
	begun := t.Now()
	end := platformTime(t)
	return end.Add(2*time.Second + 3*t.Now().Sub(begun)).UTC().Format(time.RFC3339Nano)
}

// expires waits until the subscription has ended.
func (w *subscriber) expires(t *T) *subscriber {
	w.untilShown(t, "its status is expired", func(sub ngsild.Object) bool {
		if sub == nil {
			t.Inapplicable("the platform removes subscriptions that have ended")
		}
		return sub["status"] == "expired"
	})
	return w
}

// subscriptionExpired checks what an update makes of a subscription that has ended.
func subscriptionExpired() []Check {
	// statusAfter is the status after an update of a subscription that has ended.
	statusAfter := func(t *T, fragment ngsild.Object) any {
		w := &subscriber{sub: dormant(t, having("expiresAt", soon(t)))}
		r := patchSubscription(t, w.expires(t).sub, fragment)
		if r.Status == 404 {
			t.Inapplicable("the platform removes subscriptions that have ended")
		}
		done(t, r)
		return subscription(t, w.sub)["status"]
	}
	return []Check{
		{
			ID: "mim1.subscription.update.expiredActive", Title: "A subscription that has ended stays expired when an update makes it active without a new end",
			Clause: cim009 + "5.8.2.4", Waits: true, Fault: "subscription.update.revives-expired",
			Body: func(t *T) {
				t.Expect(statusAfter(t, ngsild.Object{"isActive": true})).To(gomega.Equal("expired"))
			},
		},
		{
			ID: "mim1.subscription.update.expiredNewEnd", Title: "A subscription that has ended is active again when an update gives it an end in the future",
			Clause: cim009 + "5.8.2.4", Waits: true, Fault: "subscription.update.forgets-expiry",
			Body: func(t *T) {
				end := t.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
				t.Expect(statusAfter(t, ngsild.Object{"expiresAt": end})).To(gomega.Equal("active"))
			},
		},
		{
			ID: "mim1.subscription.update.expiredPaused", Title: "A subscription that has ended stays expired when an update pauses it",
			Clause: cim009 + "5.8.2.4", Waits: true, Fault: "subscription.update.pauses-expired",
			Body: func(t *T) {
				t.Expect(statusAfter(t, ngsild.Object{"isActive": false})).To(gomega.Equal("expired"))
			},
		},
	}
}
