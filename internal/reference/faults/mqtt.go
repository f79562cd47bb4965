package faults

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/oasc/mimcheck/internal/reference/mqtt"
)

// mqttNotifications is the faults of notifications over MQTT (clause 7).
func mqttNotifications() []Fault {
	// message is a fault of what is published: edit returns the message instead.
	message := func(name, summary string, edit func(m object) any) Fault {
		return Fault{Name: "mqtt." + name, Summary: summary,
			Publishing: func(ctx context.Context, to mqtt.Endpoint, payload []byte, next mqtt.Publish) error {
				if m, ok := decode(payload).(object); ok {
					payload = encode(edit(m))
				}
				return next(ctx, to, payload)
			}}
	}
	metadata := func(name, summary, entry string) Fault {
		return message(name, summary, func(m object) any {
			if metadata, ok := m["metadata"].(object); ok {
				delete(metadata, entry)
			}
			return m
		})
	}
	// published is a fault of where and how it is published.
	published := func(name, summary string, edit func(to *mqtt.Endpoint)) Fault {
		return Fault{Name: "mqtt." + name, Summary: summary,
			Publishing: func(ctx context.Context, to mqtt.Endpoint, payload []byte, next mqtt.Publish) error {
				edit(&to)
				return next(ctx, to, payload)
			}}
	}
	// read is a fault of how the endpoint is read when it is one of MQTT.
	read := func(name, summary string, edit func(e object)) Fault {
		return Fault{Name: "mqtt." + name, Summary: summary, On: subscribing(), Request: fragments(inEndpoint(func(e object) {
			if isMQTT(e) {
				edit(e)
			}
		}))}
	}
	return []Fault{
		{Name: "mqtt.lost", Summary: "takes notifications for published and never publishes them",
			Publishing: func(context.Context, mqtt.Endpoint, []byte, mqtt.Publish) error { return nil }},
		firstMessageOnly(),
		message("bare-body", "publishes a notification without anything around it", func(m object) any { return m["body"] }),
		message("body-without-type", "publishes what changed instead of a whole notification", func(m object) any {
			if body, ok := m["body"].(object); ok {
				delete(body, "type")
				delete(body, "notifiedAt")
			}
			return m
		}),
		metadata("no-content-type", "does not say which media type a message has", "Content-Type"),
		metadata("no-link", "does not say which @context a message has", "Link"),
		read("always-json", "publishes JSON whatever the endpoint accepts", func(e object) { delete(e, "accept") }),
		read("no-receiver-info", "does not publish what receiverInfo holds", func(e object) { delete(e, "receiverInfo") }),

		read("old-by-default", "publishes by MQTT 3.1.1 unless told otherwise", func(e object) { notifies(e, "MQTT-Version", mqtt.Version3) }),
		published("version-ignored", "publishes by MQTT 5.0 whatever it is told", func(to *mqtt.Endpoint) { to.Version = mqtt.Version5 }),
		published("always-old", "publishes by MQTT 3.1.1 whatever it is told", func(to *mqtt.Endpoint) { to.Version = mqtt.Version3 }),
		read("acknowledged-by-default", "publishes at least once unless told otherwise", func(e object) { notifies(e, "MQTT-QoS", "1") }),
		published("qos-ignored", "publishes at most once whatever it is told", func(to *mqtt.Endpoint) { to.QoS = 0 }),
		published("never-exactly-once", "publishes at least once where it is to be exactly once", func(to *mqtt.Endpoint) { to.QoS = min(to.QoS, 1) }),
		published("qos-of-5.0-only", "looks at the quality of service with MQTT 5.0 only", func(to *mqtt.Endpoint) {
			if to.Version == mqtt.Version3 {
				to.QoS = 0
			}
		}),
		{Name: "mqtt.notifier-info-hidden", Summary: "does not show notifierInfo", On: subscriptionRetrieve(),
			Answer: func(_ *http.Request, a *Answer) {
				if s, ok := decode(a.Body).(object); ok {
					losesOfEndpoint("notifierInfo")(s)
					a.Body = encode(s)
				}
			}},

		published("user-lost", "logs in without the user name of the endpoint", func(to *mqtt.Endpoint) { to.User, to.Password, to.Login = "", "", false }),
		published("password-lost", "logs in without the password of the endpoint", func(to *mqtt.Endpoint) { to.Password = "" }),
		{Name: "mqtt.wants-port", Summary: "refuses an MQTT endpoint that names no port", On: subscribing(),
			Instead: refuseWhen(func(s object) bool {
				uri, _ := endpointOf(s)["uri"].(string)
				_, rest, _ := strings.Cut(uri, "://")
				host, _, _ := strings.Cut(rest, "/")
				return isMQTT(endpointOf(s)) && !strings.Contains(host, ":")
			})},
		published("default-port-only", "publishes to port 1883 whatever port the endpoint names", func(to *mqtt.Endpoint) {
			if host, _, err := net.SplitHostPort(to.Address); err == nil {
				to.Address = net.JoinHostPort(host, "1883")
			}
		}),
		published("leading-slash", "takes the path of the endpoint with its slash for the topic", func(to *mqtt.Endpoint) { to.Topic = "/" + to.Topic }),
		published("two-levels-only", "takes the first two segments of the path for the topic", func(to *mqtt.Endpoint) {
			to.Topic = strings.Join(strings.SplitN(to.Topic, "/", 3)[:min(2, strings.Count(to.Topic, "/")+1)], "/")
		}),
		published("unsecured", "publishes in clear although the endpoint's scheme is mqtts", func(to *mqtt.Endpoint) { to.Secure = false }),
		{Name: "mqtt.failures-as-successes", Summary: "takes a message for published when the broker did not take it",
			Publishing: func(ctx context.Context, to mqtt.Endpoint, payload []byte, next mqtt.Publish) error {
				_ = next(ctx, to, payload) // which is the fault
				return nil
			}},
		failedForGood(),
	}
}

// isMQTT says whether an endpoint is one of MQTT.
func isMQTT(e object) bool {
	uri, _ := e["uri"].(string)
	return strings.HasPrefix(uri, "mqtt:") || strings.HasPrefix(uri, "mqtts:")
}

// notifies adds a key and value to an endpoint's notifierInfo unless the key is there.
func notifies(e object, key, value string) {
	list, _ := e["notifierInfo"].([]any)
	for _, pair := range objects(list) {
		if pair["key"] == key {
			return
		}
	}
	e["notifierInfo"] = append(list, object{"key": key, "value": value})
}

// firstMessageOnly forgets its endpoint after the first message.
func firstMessageOnly() Fault {
	var told sync.Map // topic
	return Fault{Name: "mqtt.first-only", Summary: "publishes the first notification of a subscription only",
		Publishing: func(ctx context.Context, to mqtt.Endpoint, payload []byte, next mqtt.Publish) error {
			if _, before := told.LoadOrStore(to.Topic, true); before {
				return nil
			}
			return next(ctx, to, payload)
		}}
}

// failedForGood never tries an endpoint again that has failed once.
func failedForGood() Fault {
	var failed sync.Map // topic -> the error
	return Fault{Name: "mqtt.failed-for-good", Summary: "publishes nothing more after a failure",
		Publishing: func(ctx context.Context, to mqtt.Endpoint, payload []byte, next mqtt.Publish) error {
			if err, before := failed.Load(to.Topic); before {
				return err.(error)
			}
			err := next(ctx, to, payload)
			if err != nil {
				failed.Store(to.Topic, err)
			}
			return err
		}}
}
