package mqtt

import (
	"net"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		uri  string
		info [][2]string
		want Endpoint
	}{
		{"mqtt://h/t", nil, Endpoint{Address: "h:1883", Topic: "t", Version: Version5}},
		{"mqtts://h/t", nil, Endpoint{Secure: true, Address: "h:8883", Topic: "t", Version: Version5}},
		{"mqtt://h:8085/a/b/c", nil, Endpoint{Address: "h:8085", Topic: "a/b/c", Version: Version5}},
		{"mqtt://[::1]:8085/a%20b", nil, Endpoint{Address: "[::1]:8085", Topic: "a b", Version: Version5}},
		{"mqtt://u@h/t", nil, Endpoint{Address: "h:1883", Topic: "t", Version: Version5, User: "u", Login: true}},
		{"mqtt://u:p%40ss@h/t", nil, Endpoint{Address: "h:1883", Topic: "t", Version: Version5, User: "u", Password: "p@ss", Login: true}},
		{"mqtt://h/t", [][2]string{{"MQTT-Version", "mqtt3.1.1"}, {"MQTT-QoS", "2"}, {"Other", "x"}}, Endpoint{Address: "h:1883", Topic: "t", Version: Version3, QoS: 2}},
	} {
		got, err := Parse(c.uri, c.info)
		if err != nil || got != c.want {
			t.Errorf("%s %v: got %+v, %v, want %+v", c.uri, c.info, got, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		uri  string
		info [][2]string
		want string
	}{
		{"mqtt://h", nil, "no topic"},
		{"mqtt://h/", nil, "no topic"},
		{"mqtt:///t", nil, "no host"},
		{"mqtt://h/a/+", nil, "wildcard"},
		{"mqtt://h:port/t", nil, "no MQTT URI"},
		{"mqtt://h/t", [][2]string{{"MQTT-Version", "4"}}, "MQTT-Version"},
		{"mqtt://h/t", [][2]string{{"MQTT-QoS", "3"}}, "MQTT-QoS"},
		{"mqtt://h/t", [][2]string{{"MQTT-QoS", ""}}, "MQTT-QoS"},
	} {
		if _, err := Parse(c.uri, c.info); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: error %v, want one with %q", c.uri, c.info, err, c.want)
		}
	}
}

func TestSendNeedsABroker(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { // whoever hangs up at once is no broker
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	defer listener.Close()
	for _, address := range []string{listener.Addr().String(), "127.0.0.1:1"} {
		for _, version := range []string{Version3, Version5} {
			for _, secure := range []bool{false, true} {
				err := Send(t.Context(), Endpoint{Address: address, Topic: "t", Version: version, Secure: secure}, []byte("{}"))
				if err == nil || !strings.Contains(err.Error(), version) {
					t.Errorf("%s %s: error %v, want one that says what could not be done", address, version, err)
				}
			}
		}
	}
}
