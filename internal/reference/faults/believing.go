package faults

import (
	"net/http"
	"slices"
	"sync"
)

// outputs are what only the platform can tell of a registration, and of the
// notifications of a subscription.
var outputs = []string{"status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"}

// believing shows what a client has said in requests of the method about a thing of the
// collection that only the platform can tell: what take finds in what was sent, put into
// what is shown.
func believing(name, summary, method, collection string, take func(sent object) object, put func(shown, taken object)) Fault {
	var said sync.Map // id -> what the client has said
	read := Op(http.MethodGet, collection+"/*")
	write := Op(method, collection)
	if method != http.MethodPost {
		write = Op(method, collection+"/*")
	}
	return Fault{Name: name, Summary: summary, On: write.or(read), Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		sent, _ := decode(ReadBody(r)).(object)
		a := Record(next, r)
		defer a.WriteTo(w)
		p := parts(r)
		switch {
		case a.Status >= http.StatusMultipleChoices:
		case r.Method == http.MethodPost:
			said.Store(idOf(sent), take(sent))
		case r.Method == method:
			said.Store(p[1], take(sent))
		default:
			taken, there := said.Load(p[1])
			if shown, is := decode(a.Body).(object); is && there {
				put(shown, taken.(object))
				a.Body = encode(shown)
			}
		}
	}}
}

// only is the named members of o that are there.
func only(o object, names ...string) object {
	out := object{}
	for name, v := range o {
		if slices.Contains(names, name) {
			out[name] = v
		}
	}
	return out
}

// credulous is the faults of what is believed of clients.
func credulous() []Fault {
	statusOf := func(sent object) object { return only(sent, "status") }
	countsOf := func(sent object) object { return only(sent, outputs...) }
	notificationIn := func(sent object) object {
		n, _ := sent["notification"].(object)
		return n
	}
	into := func(shown, taken object) {
		for name, v := range taken {
			shown[name] = v
		}
	}
	intoNotification := func(shown, taken object) { inNotification(func(n object) { into(n, taken) })(shown) }
	return []Fault{
		believing("subscription.create.believes-status", "shows the status that a subscriber gave a subscription", http.MethodPost, "/subscriptions", statusOf, into),
		believing("subscription.create.believes-counts", "shows what a subscriber said of notifications that were sent", http.MethodPost, "/subscriptions",
			func(sent object) object { return countsOf(notificationIn(sent)) }, intoNotification),
		believing("subscription.update.believes", "shows what an update said of notifications that were sent", http.MethodPatch, "/subscriptions",
			func(sent object) object { return countsOf(notificationIn(sent)) }, intoNotification),
		believing("registration.create.believes", "shows the status and the counts that a registrant gave a registration", http.MethodPost, registered, countsOf, into),
		believing("registration.update.believes", "shows the status and the counts that an update gave a registration", http.MethodPatch, registered, countsOf, into),
		believing("source-subscription.create.believes-status", "shows the status that a subscriber gave a subscription to registrations", http.MethodPost, watched, statusOf, into),
		believing("subscription.update.revives-expired", "shows a subscription that has ended as active when an update has made it so, without a new end", http.MethodPatch, "/subscriptions",
			func(sent object) object { return only(sent, "isActive", "expiresAt") },
			func(shown, taken object) {
				if taken["isActive"] == true && taken["expiresAt"] == nil && shown["status"] == "expired" {
					shown["status"] = "active"
				}
			}),
		believing("subscription.update.pauses-expired", "shows a subscription that has ended as paused when an update has made it so", http.MethodPatch, "/subscriptions",
			func(sent object) object { return only(sent, "isActive") },
			func(shown, taken object) {
				if taken["isActive"] == false && shown["status"] == "expired" {
					shown["status"] = "paused"
				}
			}),
		believing("subscription.update.resumes", "shows a paused subscription as active when an update has given it an end", http.MethodPatch, "/subscriptions",
			func(sent object) object { return only(sent, "isActive", "expiresAt") },
			func(shown, taken object) {
				if taken["isActive"] == nil && taken["expiresAt"] != nil && shown["status"] == "paused" {
					shown["status"] = "active"
				}
			}),
	}
}
