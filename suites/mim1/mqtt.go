package mim1

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/oasc/mimcheck/suites"

	"github.com/onsi/gomega"

	"github.com/oasc/mimcheck/internal/ngsild"
	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/weblink"
	"github.com/oasc/mimcheck/reports"
)

// MQTT is the checks of notifications that are published to an MQTT broker (clause 7):
// one of the harness, to which the platform is the client.
func MQTT() []Check {
	checks := slices.Concat(mqttMessage(), mqttProtocol(), mqttEndpoint(), mqttState())
	for i := range checks {
		c := &checks[i]
		c.Feature = FeatureMQTT
		c.Requirements = alsoNotifying
		c.Needs = []Need{NeedRead, NeedWrite, NeedBroker}
		if c.Clause == "" {
			c.Clause = cim009 + "7.2"
		}
		if c.Level == "" {
			c.Level = Core
		}
		if c.Hint == "" {
			c.Hint = "see what the subscription counts in its member notification: it tells whether the platform tried"
		}
	}
	return checks
}

// onTopic subscribes, with edits, to sensors of s's type by an MQTT endpoint.
func (s sensor) onTopic(t *T, edits ...edit) *subscriber {
	return s.onTopicAt(t, probe.AnyPort, edits...)
}

// onTopicAt is onTopic for a broker at a certain port; without one there it ends the check.
func (s sensor) onTopicAt(t *T, port probe.Port, edits ...edit) *subscriber {
	w := &subscriber{sensor: s, inbox: t.Env.Broker.NewTopic(t.Check.ID, port)}
	if w.inbox == nil {
		t.Untested("the MQTT broker of the harness is not at such a port: name another one with --notify-mqtt, mqtt://HOST for the default port or mqtt://HOST:PORT for any other")
	}
	w.mark = w.markLevel
	w.sub = subscribe(t, aSubscription(t, s.kind, w.inbox.URL(), edits...))
	return w
}

// published is the first notification of a change that an MQTT endpoint gets.
func published(t *T, edits ...edit) (*subscriber, delivery) {
	w := newSensor(t).onTopic(t, edits...)
	return w, w.lastOf(t)
}

// lastOf changes the level and returns the notification of that.
func (w *subscriber) lastOf(t *T) delivery {
	got := w.await(t, w.mark(t))
	return got[len(got)-1]
}

// notifier sets the parameters of the protocol, given as key, value (5.2.22).
func notifier(pairs ...string) edit { return toEndpoint("notifierInfo", keyValues(pairs)) }

func keyValues(pairs []string) []any {
	var list []any
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, ngsild.Object{"key": pairs[i], "value": pairs[i+1]})
	}
	return list
}

// inURI changes the URI of the endpoint.
func inURI(change func(u *url.URL)) edit {
	return func(s ngsild.Object) {
		e := s["notification"].(ngsild.Object)["endpoint"].(ngsild.Object)
		u, err := url.Parse(e["uri"].(string))
		if err != nil {
			return // the harness made it
		}
		change(u)
		e["uri"] = u.String()
	}
}

// unwrapped takes the notification out of an MQTT message, and its metadata.
func unwrapped(t *T, message any) (body, metadata ngsild.Object) {
	o, _ := message.(ngsild.Object)
	body, hasBody := o["body"].(ngsild.Object)
	metadata, hasMetadata := o["metadata"].(ngsild.Object)
	if !hasBody || !hasMetadata {
		t.Require(nil).To(finding{&reports.Finding{Message: "an MQTT message is no JSON object with the objects metadata and body (7.2)",
			Expected: `{"metadata": {...}, "body": {...}}`, Actual: short(compact(message))}})
	}
	return body, metadata
}

func short(text string) string { return text[:min(len(text), 1000)] }

// header is the metadata as HTTP has it, since they stand for its header: a name that is
// written otherwise is the same one.
func (d delivery) header() http.Header {
	h := http.Header{}
	for name, v := range d.metadata {
		if text, ok := v.(string); ok {
			h.Add(name, text)
		}
	}
	return h
}

// unheard ends the check as cantTell unless something shows that the platform can reach
// the broker: that it has before, or, when the address is one of this machine at a port
// that is the harness' alone, that the platform says it has delivered.
func (w *subscriber) unheard(t *T, shown ngsild.Object) {
	if t.Env.Broker.Reached() {
		return
	}
	u, err := url.Parse(w.inbox.URL())
	if _, delivered := shown["lastSuccess"]; err == nil && delivered && u.Port() != "" && net.ParseIP(u.Hostname()).IsLoopback() {
		return
	}
	t.CantTell("no notification came by MQTT, and nothing else shows that the platform can reach %s: give an address of this machine that it can reach with --notify-mqtt", w.inbox.URL())
}

// mqttMessage checks what is in a message.
func mqttMessage() []Check {
	return []Check{
		{
			ID:     "mim1.mqtt.message.sent",
			Title:  "A change of an entity is notified to the MQTT endpoint of a subscription, under its topic",
			Clause: cim009 + "5.8.6", TestPurposes: []string{"058_01", "058_04"}, Fault: "mqtt.lost",
			Body: func(t *T) {
				w, d := published(t)
				t.Expect(d.entity(t, w.id)["id"]).To(beURI())
			},
		},
		{
			ID:    "mim1.mqtt.message.each",
			Title: "Each change is notified by a message of its own", TestPurposes: []string{"058_01"},
			Clause: cim009 + "5.8.6", Fault: "mqtt.first-only",
			Body: func(t *T) {
				w, first := published(t)
				second := w.lastOf(t)
				t.Expect(second.body["id"]).NotTo(gomega.Equal(first.body["id"]), "another notification has another id (5.3.1)")
			},
		},
		{
			ID:    "mim1.mqtt.message.parts",
			Title: "An MQTT message is a JSON object with the elements metadata and body", TestPurposes: []string{"058_04"},
			Fault: "mqtt.bare-body",
			Body:  func(t *T) { published(t) }, // who reads it, looks
		},
		{
			ID:    "mim1.mqtt.message.body",
			Title: "The body of an MQTT message is the notification as such", TestPurposes: []string{"058_04"},
			Fault: "mqtt.body-without-type",
			Body: func(t *T) {
				w, d := published(t)
				t.Expect(d.body["id"]).To(beURI())
				t.Expect(d.body["type"]).To(gomega.Equal("Notification"))
				t.Expect(d.body["subscriptionId"]).To(gomega.Equal(w.sub))
				_, err := instant(d.body["notifiedAt"])
				t.Expect(err).To(gomega.Succeed(), "notifiedAt is a DateTime (4.6.3)")
				data, isArray := d.body["data"].([]any)
				t.Expect(d.body).To(answering(isArray && len(data) > 0, "data is %s, expected an array of entities", compact(d.body["data"])))
				t.Expect(d.entity(t, w.id)).To(haveTypes(w.kind))
			},
		},
		{
			ID:     "mim1.mqtt.message.format",
			Title:  "The representation that the subscription asks for is that of the entities in an MQTT message",
			Clause: cim009 + "5.2.14", Fault: "notification.always-normalized",
			Body: func(t *T) {
				w := newSensor(t).onTopic(t, sending("format", "keyValues"))
				e, level := w.told(t)
				t.Expect(normal(e[w.level])).To(EqualJSON(level), "a Property is its value (4.5.4)")
			},
		},
		{
			ID:    "mim1.mqtt.metadata.contentType",
			Title: "The Content-Type in the metadata is application/json, unless the endpoint asks for something else", TestPurposes: []string{"058_04"},
			Fault: "mqtt.no-content-type",
			Body: func(t *T) {
				_, d := published(t)
				t.Expect(d).To(arriveAs(ngsild.MediaJSON))
				t.Expect(d.body).NotTo(gomega.HaveKey("@context"))
			},
		},
		{
			ID:    "mim1.mqtt.metadata.link",
			Title: "For application/json, Link in the metadata refers to the @context, in the form of an HTTP Link header", TestPurposes: []string{"058_04"},
			Fault: "mqtt.no-link",
			Body: func(t *T) {
				_, d := published(t)
				to, ok := weblink.To(d.header(), ngsild.ContextRel)
				t.Require(d.metadata).To(answering(ok, "the metadata have no Link with rel=%q", ngsild.ContextRel))
				t.Expect(to.Target).NotTo(gomega.BeEmpty())
			},
		},
		{
			ID:    "mim1.mqtt.metadata.jsonLd",
			Title: "An MQTT endpoint that accepts application/ld+json is sent that, with the @context in the body",
			Fault: "mqtt.always-json",
			Body: func(t *T) {
				_, d := published(t, toEndpoint("accept", ngsild.MediaJSONLD))
				t.Expect(d).To(arriveAs(ngsild.MediaJSONLD))
				t.Expect(hasContext(d)).To(gomega.BeTrue(), "the @context is in the notification")
			},
		},
		{
			ID:    "mim1.mqtt.metadata.receiverInfo",
			Title: "The keys and values of receiverInfo are entries of the metadata", TestPurposes: []string{"058_04"},
			Fault: "mqtt.no-receiver-info",
			Body: func(t *T) {
				key := "X-" + t.Name("Key")
				_, d := published(t, toEndpoint("receiverInfo", keyValues([]string{key, "one value", "Team", "harbour"})))
				t.Expect(d.header().Get(key)).To(gomega.Equal("one value"))
				t.Expect(d.header().Get("Team")).To(gomega.Equal("harbour"))
			},
		},
	}
}

// mqttProtocol checks the parameters of the protocol (Table 7.2-1).
func mqttProtocol() []Check {
	version := func(name, title, want, fault string, edits ...edit) Check {
		return Check{ID: "mim1.mqtt.version." + name, Title: title, TestPurposes: []string{"058_03"}, Fault: fault,
			Body: func(t *T) {
				_, d := published(t, edits...)
				t.Expect(d.MQTT.Version).To(gomega.Equal(want), "the version of MQTT by which the notification came")
			}}
	}
	qos := func(name, title string, want int, fault string, edits ...edit) Check {
		return Check{ID: "mim1.mqtt.qos." + name, Title: title, TestPurposes: []string{"058_02"}, Fault: fault,
			Body: func(t *T) {
				_, d := published(t, edits...)
				t.Expect(d.MQTT.QoS).To(gomega.Equal(want), "the quality of service by which the notification came")
			}}
	}
	return []Check{
		version("default", "Unless MQTT-Version is given, notifications are published by MQTT 5.0", "mqtt5.0", "mqtt.old-by-default"),
		version("v3", "With MQTT-Version mqtt3.1.1, notifications are published by MQTT 3.1.1", "mqtt3.1.1", "mqtt.version-ignored", notifier("MQTT-Version", "mqtt3.1.1")),
		version("v5", "With MQTT-Version mqtt5.0, notifications are published by MQTT 5.0", "mqtt5.0", "mqtt.always-old", notifier("MQTT-Version", "mqtt5.0")),
		qos("default", "Unless MQTT-QoS is given, notifications are published at most once (0)", 0, "mqtt.acknowledged-by-default"),
		qos("one", "With MQTT-QoS 1, notifications are published at least once", 1, "mqtt.qos-ignored", notifier("MQTT-QoS", "1")),
		qos("two", "With MQTT-QoS 2, notifications are published exactly once", 2, "mqtt.never-exactly-once", notifier("MQTT-QoS", "2")),
		qos("oldVersion", "MQTT-QoS holds for MQTT 3.1.1 as well", 1, "mqtt.qos-of-5.0-only", notifier("MQTT-Version", "mqtt3.1.1", "MQTT-QoS", "1")),
		{
			ID:     "mim1.mqtt.notifierInfo.shown",
			Title:  "A subscription is retrieved with the notifierInfo that it was created with",
			Clause: cim009 + "5.2.15", Fault: "mqtt.notifier-info-hidden",
			Body: func(t *T) {
				w := newSensor(t).onTopic(t, notifier("MQTT-QoS", "1"))
				shown := list(endpointOf(subscription(t, w.sub))["notifierInfo"])
				t.Require(shown).To(gomega.HaveLen(1), "notifierInfo as retrieved")
				t.Expect(shown[0]).To(haveMembers(ngsild.Object{"key": "MQTT-QoS", "value": "1"}))
			},
		},
	}
}

// mqttEndpoint checks how the endpoint's URI is read.
func mqttEndpoint() []Check {
	login := func(name, title, fault string, as func(t *T) (user, password string), edits ...edit) Check {
		return Check{ID: "mim1.mqtt.login." + name, Title: title, TestPurposes: []string{"058_01"}, Fault: fault,
			Body: func(t *T) {
				user, secret := as(t)
				_, d := published(t, append(slices.Clone(edits), inURI(func(u *url.URL) {
					switch {
					case secret != "":
						u.User = url.UserPassword(user, secret)
					case user != "":
						u.User = url.User(user)
					}
				}))...)
				t.Expect(d.MQTT.User).To(gomega.Equal(user), "the user name that the platform logged in by")
				t.Expect(d.MQTT.Password).To(gomega.Equal(secret), "the password that the platform logged in by")
			}}
	}
	user := func(t *T) (string, string) { return t.Name("user"), "" }
	both := func(t *T) (string, string) { return t.Name("user"), t.Name("password") }
	return []Check{
		login("user", "A user name in the URI is that by which the platform logs in", "mqtt.user-lost", user),
		login("password", "User name and password in the URI are those by which the platform logs in", "mqtt.password-lost", both),
		login("oldVersion", "The platform logs in by user name and password with MQTT 3.1.1 as well", "mqtt.password-lost", both, notifier("MQTT-Version", "mqtt3.1.1")),
		{
			ID:    "mim1.mqtt.port.default",
			Title: "A URI without port is published to at port 1883", TestPurposes: []string{"058_01"},
			Fault: "mqtt.wants-port",
			Body: func(t *T) {
				w := newSensor(t).onTopicAt(t, probe.DefaultPort)
				w.onTopic(t).begin(t) // so that it is known that the platform can reach the broker
				d := w.lastOf(t)
				t.Expect(d.MQTT.Address).To(gomega.Equal(hostOf(w.inbox.URL())), "where the notification came")
			},
		},
		{
			ID:    "mim1.mqtt.port.named",
			Title: "A port that the URI names is the one that is published to", TestPurposes: []string{"058_01"},
			Fault: "mqtt.default-port-only",
			Body: func(t *T) {
				w := newSensor(t).onTopicAt(t, probe.OtherPort)
				d := w.lastOf(t)
				t.Expect(d.MQTT.Address).To(gomega.Equal(hostOf(w.inbox.URL())), "where the notification came")
			},
		},
		{
			ID:    "mim1.mqtt.topic.exact",
			Title: "The path of the URI, without its first slash, is the topic", TestPurposes: []string{"058_01"},
			Fault: "mqtt.leading-slash",
			Body:  func(t *T) { w, d := published(t); w.cameUnder(t, d, "") },
		},
		{
			ID:    "mim1.mqtt.topic.levels",
			Title: "Each further segment of the path is a level of the topic", TestPurposes: []string{"058_01"},
			Fault: "mqtt.two-levels-only",
			Body: func(t *T) {
				more := "/" + t.Name("a") + "/" + t.Name("b")
				w, d := published(t, inURI(func(u *url.URL) { u.Path += more }))
				w.cameUnder(t, d, more)
			},
		},
		{
			ID:    "mim1.mqtt.secure.clear",
			Title: "To an endpoint whose scheme is mqtts nothing is published in clear",
			Fault: "mqtt.unsecured",
			Body: func(t *T) {
				s := newSensor(t)
				inClear := s.onTopic(t)
				inClear.begin(t)
				secure := s.onTopic(t, inURI(func(u *url.URL) { u.Scheme = "mqtts" }))
				secure.isSilent(t, inClear, "it came without TLS, and the endpoint's scheme is mqtts")
			},
		},
	}
}

// hostOf is the host of a URL, with its port if it names one.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// cameUnder expects that the notification came under the endpoint's topic, with more levels.
func (w *subscriber) cameUnder(t *T, d delivery, more string) {
	u, err := url.Parse(w.inbox.URL())
	t.Require(err).To(gomega.Succeed())
	t.Expect(d.MQTT.Topic).To(gomega.Equal(strings.TrimPrefix(u.Path, "/")+more), "the topic under which the notification came")
}

// mqttState checks changes of the endpoint, and what is counted.
func mqttState() []Check {
	has := func(s ngsild.Object, name string) bool {
		_, err := instant(notificationOf(s)[name])
		return err == nil
	}
	// refused is a subscriber to which the platform could deliver, until the broker began
	// to refuse the user name that the endpoint has. The platform has tried since.
	refused := func(t *T) *subscriber {
		w := newSensor(t).onTopic(t)
		u, err := url.Parse(w.inbox.URL())
		t.Require(err).To(gomega.Succeed())
		first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
		u.User = url.User(first)
		done(t, patchSubscription(t, w.sub, ngsild.Object{"notification": ngsild.Object{"endpoint": ngsild.Object{"uri": u.String()}}}))
		w.begin(t)
		w.inbox.Answer(probe.Answer{Status: 401})
		w.mark(t)
		return w
	}
	return []Check{
		{
			ID:     "mim1.mqtt.state.newTopic",
			Title:  "After an update of the endpoint, notifications go to the new topic and no longer to the old one",
			Clause: cim009 + "5.8.2.4", Fault: "subscription.update.old-endpoint",
			Body: func(t *T) {
				w := newSensor(t).onTopic(t)
				w.begin(t)
				old := *w
				w.inbox = t.Env.Broker.NewTopic(t.Check.ID, probe.AnyPort)
				done(t, patchSubscription(t, w.sub, ngsild.Object{"notification": ngsild.Object{"endpoint": ngsild.Object{"uri": w.inbox.URL()}}}))
				old.isSilent(t, w, "the endpoint of the subscription is another one now")
			},
		},
		{
			ID:     "mim1.mqtt.count.success",
			Title:  "When a message has been published, the subscription says when, and that its status is ok",
			Clause: cim009 + "5.2.14", Fault: "notification.no-last-success",
			Body: func(t *T) {
				w, _ := published(t)
				s := w.untilShown(t, "lastSuccess is a DateTime", func(s ngsild.Object) bool { return has(s, "lastSuccess") })
				t.Expect(notificationOf(s)["status"]).To(gomega.Equal("ok"))
				t.Expect(notificationOf(s)).NotTo(gomega.HaveKey("lastFailure"))
			},
		},
		{
			ID:     "mim1.mqtt.count.failure",
			Title:  "When the broker refuses the login, the subscription says when, and that its status is failed",
			Clause: cim009 + "5.2.14", Fault: "mqtt.failures-as-successes",
			Body: func(t *T) {
				w := refused(t)
				s := w.untilShown(t, "lastFailure is a DateTime", func(s ngsild.Object) bool { return has(s, "lastFailure") })
				t.Expect(notificationOf(s)["status"]).To(gomega.Equal("failed"))
			},
		},
		{
			ID:     "mim1.mqtt.count.timesFailed",
			Title:  "timesFailed counts the notifications that a broker did not take",
			Clause: cim009 + "5.2.14", Since: "1.6.1", Fault: "mqtt.failures-as-successes",
			Body: func(t *T) {
				refused(t).untilShown(t, "timesFailed is at least 1", func(s ngsild.Object) bool {
					n, _ := normal(notificationOf(s)["timesFailed"]).(float64)
					return n >= 1
				})
			},
		},
		{
			ID:     "mim1.mqtt.count.recovered",
			Title:  "When the broker takes messages again, the platform publishes again, and the status is ok",
			Clause: cim009 + "5.8.6", Fault: "mqtt.failed-for-good",
			Body: func(t *T) {
				w := refused(t)
				w.untilShown(t, "lastFailure is a DateTime", func(s ngsild.Object) bool { return has(s, "lastFailure") })
				w.inbox.Answer()
				w.mark(t)
				w.untilShown(t, "the notification's status is ok", func(s ngsild.Object) bool { return notificationOf(s)["status"] == "ok" })
			},
		},
	}
}
