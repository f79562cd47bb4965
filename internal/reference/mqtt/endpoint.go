// Package mqtt is the reference platform's side of the MQTT notification binding of
// ETSI GS CIM 009, clause 7: it reads MQTT endpoints and publishes to them.
package mqtt

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// The versions of the protocol, as MQTT-Version names them (Table 7.2-1).
const (
	Version3 = "mqtt3.1.1"
	Version5 = "mqtt5.0"
)

// Endpoint is where and how the notifications of a subscription are published.
type Endpoint struct {
	Secure   bool   // TLS: the scheme mqtts
	Address  string // HOST:PORT
	User     string
	Password string
	Login    bool // the URI names a user, if with an empty name
	Topic    string
	Version  string // Version3 or Version5
	QoS      byte   // 0, 1 or 2
}

// Parse reads an endpoint's URI, mqtt[s]://[user][:password]@host[:port]/topic, and the
// keys and values of its notifierInfo. The defaults are those of clause 7.2: port 1883,
// or 8883 with TLS, MQTT 5.0 and QoS 0. An error says what is wrong with them.
func Parse(uri string, notifierInfo [][2]string) (Endpoint, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return Endpoint{}, fmt.Errorf("%q is no MQTT URI: %w", uri, err)
	}
	e := Endpoint{Secure: u.Scheme == "mqtts", Topic: strings.TrimPrefix(u.Path, "/"), Version: Version5}
	port := u.Port()
	switch {
	case u.Hostname() == "":
		return Endpoint{}, errors.New("the MQTT endpoint names no host: expected mqtt://host/topic")
	case e.Topic == "":
		return Endpoint{}, errors.New("the MQTT endpoint names no topic: expected mqtt://host/topic")
	case strings.ContainsAny(e.Topic, "+#\x00"):
		return Endpoint{}, fmt.Errorf("the MQTT topic %q has a wildcard: one is published to by its name", e.Topic)
	case port == "" && e.Secure:
		port = "8883"
	case port == "":
		port = "1883"
	}
	e.Address = net.JoinHostPort(u.Hostname(), port)
	if u.User != nil {
		e.User, e.Login = u.User.Username(), true
		e.Password, _ = u.User.Password()
	}
	for _, pair := range notifierInfo {
		switch key, value := pair[0], pair[1]; key {
		case "MQTT-Version":
			if value != Version3 && value != Version5 {
				return Endpoint{}, fmt.Errorf("MQTT-Version is %q: expected %s or %s (Table 7.2-1)", value, Version3, Version5)
			}
			e.Version = value
		case "MQTT-QoS":
			if len(value) != 1 || value[0] < '0' || value[0] > '2' {
				return Endpoint{}, fmt.Errorf("MQTT-QoS is %q: expected 0, 1 or 2 (Table 7.2-1)", value)
			}
			e.QoS = value[0] - '0'
		}
	}
	return e, nil
}
