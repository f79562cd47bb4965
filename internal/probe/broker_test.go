package probe

import (
	"context"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	v5 "github.com/eclipse/paho.golang/paho"
	v3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/oasc/mimcheck/internal/evidence"
)

func startBroker(t testing.TB) *Broker {
	t.Helper()
	b, err := StartBroker()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// at is the address and the topic of a topic's URL.
func at(t testing.TB, box Inbox) (address, topic string) {
	t.Helper()
	u, err := url.Parse(box.URL())
	if err != nil {
		t.Fatal(err)
	}
	port := u.Port()
	if port == "" {
		port = defaultMQTT
	}
	return net.JoinHostPort(u.Hostname(), port), strings.TrimPrefix(u.Path, "/")
}

// publishV5 publishes by MQTT 5.0.
func publishV5(ctx context.Context, address, topic, user, password string, qos byte, payload string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := v5.NewClient(v5.ClientConfig{Conn: conn})
	if _, err := c.Connect(ctx, &v5.Connect{ClientID: "v5-" + topic[:8], CleanStart: true, KeepAlive: 30,
		UsernameFlag: user != "", Username: user, PasswordFlag: password != "", Password: []byte(password)}); err != nil {
		return err
	}
	if _, err := c.Publish(ctx, &v5.Publish{QoS: qos, Topic: topic, Payload: []byte(payload), Retain: true}); err != nil {
		return err
	}
	return c.Disconnect(&v5.Disconnect{})
}

// publishV3 publishes by MQTT 3.1.1.
func publishV3(address, topic, user, password string, qos byte, payload string) error {
	c := v3.NewClient(v3.NewClientOptions().AddBroker("tcp://" + address).SetClientID("v3-" + topic[:8]).SetProtocolVersion(4).
		SetUsername(user).SetPassword(password).SetConnectTimeout(10 * time.Second))
	token := c.Connect()
	if token.Wait(); token.Error() != nil {
		return token.Error()
	}
	defer c.Disconnect(1000)
	token = c.Publish(topic, qos, true, payload)
	token.Wait()
	return token.Error()
}

func TestBrokerTellsHowAMessageWasPublished(t *testing.T) {
	b := startBroker(t)
	if b.Reached() {
		t.Error("it was reached by nobody")
	}
	for _, port := range []Port{AnyPort, DefaultPort, OtherPort} {
		box := b.NewTopic("mim1.mqtt.x", port)
		if box == nil {
			t.Logf("no port of kind %d here", port) // the default one is taken, or loopback has one address
			continue
		}
		address, topic := at(t, box)
		host := strings.TrimSuffix(address, ":"+defaultMQTT)
		for _, c := range []struct {
			name string
			send func() error
			want evidence.Publication
		}{
			{"5.0", func() error { return publishV5(soon(t), address, topic, "", "", 0, "0") }, evidence.Publication{Topic: topic, Version: "mqtt5.0"}},
			{"5.0 once", func() error { return publishV5(soon(t), address, topic, "ann", "secret", 2, "0") },
				evidence.Publication{Topic: topic, Version: "mqtt5.0", QoS: 2, User: "ann", Password: "secret"}},
			{"5.0 below", func() error { return publishV5(soon(t), address, topic+"/a/b", "", "", 1, "0") }, evidence.Publication{Topic: topic + "/a/b", Version: "mqtt5.0", QoS: 1}},
			{"5.0 with a slash", func() error { return publishV5(soon(t), address, "/"+topic, "", "", 1, "0") }, evidence.Publication{Topic: "/" + topic, Version: "mqtt5.0", QoS: 1}},
			{"3.1.1", func() error { return publishV3(address, topic, "ann", "secret", 1, "0") },
				evidence.Publication{Topic: topic, Version: "mqtt3.1.1", QoS: 1, User: "ann", Password: "secret"}},
		} {
			if err := c.send(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			n, err := box.Next(soon(t))
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			c.want.Address = host
			if n.Method != "PUBLISH" || string(n.Body) != "0" || n.At.IsZero() || *n.MQTT != c.want {
				t.Errorf("%s: got %+v %+v, want %+v", c.name, n, n.MQTT, c.want)
			}
		}
	}
	if !b.Reached() {
		t.Error("it was reached")
	}
}

func TestBrokerRefusesALoginWhenAsked(t *testing.T) {
	b := startBroker(t)
	box := b.NewTopic("x", AnyPort)
	address, topic := at(t, box)
	user, _, _ := strings.Cut(topic, "/")
	box.Answer(Answer{Status: 401}, Answer{})
	if err := publishV5(soon(t), address, topic, user, "", 1, "0"); err == nil {
		t.Error("the login was not refused")
	}
	if !b.Reached() {
		t.Error("a refused login shows that it was reached, too")
	}
	if err := publishV3(address, topic, user, "", 1, "1"); err != nil {
		t.Error(err)
	}
	if n, err := box.Next(soon(t)); err != nil || string(n.Body) != "1" {
		t.Errorf("got %s, %v", n.Body, err)
	}
}

func TestBrokerIsNoBrokerForOthers(t *testing.T) {
	b := startBroker(t)
	box := b.NewTopic("x", AnyPort)
	address, topic := at(t, box)
	if err := publishV5(soon(t), address, "elsewhere/topic", "", "", 1, "0"); err != nil {
		t.Error(err)
	}
	if b.Reached() {
		t.Error("a topic that anybody can guess shows nothing")
	}
	c := v3.NewClient(v3.NewClientOptions().AddBroker("tcp://" + address).SetClientID("listener").SetProtocolVersion(4))
	if token := c.Connect(); token.Wait() && token.Error() != nil {
		t.Fatal(token.Error())
	}
	defer c.Disconnect(0)
	got := make(chan v3.Message, 1)
	token := c.Subscribe("#", 1, func(_ v3.Client, m v3.Message) { got <- m })
	token.Wait()
	if granted := token.(*v3.SubscribeToken).Result()["#"]; granted < 0x80 {
		t.Errorf("a subscription is granted: %#x", granted)
	}
	if err := publishV5(soon(t), address, topic, "", "", 1, "0"); err != nil {
		t.Error(err)
	}
	if _, err := box.Next(soon(t)); err != nil {
		t.Error(err)
	}
	select {
	case m := <-got:
		t.Errorf("it hands on %s", m.Topic())
	default:
	}
}

func TestStartBrokerBehind(t *testing.T) {
	b, err := StartBrokerBehind("127.0.0.1:0", "mqtt://city.example")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Base() != "mqtt://city.example" || !strings.HasPrefix(b.NewTopic("x", DefaultPort).URL(), "mqtt://city.example/") || b.NewTopic("x", OtherPort) != nil {
		t.Errorf("it is at %s", b.Base())
	}
	other, err := StartBrokerBehind("127.0.0.1:0", "mqtt://city.example:8085/")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	defer other.Close() // twice does no harm
	if other.NewTopic("x", DefaultPort) != nil || !strings.HasPrefix(other.NewTopic("x", OtherPort).URL(), "mqtt://city.example:8085/") {
		t.Errorf("it is at %s", other.Base())
	}
	for _, bad := range []string{"", "city.example", "http://city.example", "mqtts://city.example", "mqtt://", "mqtt://u:p@city.example", "mqtt://city.example/topic", "mqtt://city.example?x"} {
		if _, err := StartBrokerBehind("127.0.0.1:0", bad); err == nil || !strings.Contains(err.Error(), "mqtt://host.example") {
			t.Errorf("%q: error %v, expected one that shows what is wanted", bad, err)
		}
	}
	if _, err := StartBrokerBehind("192.0.2.1:0", "mqtt://city.example"); err == nil || !strings.Contains(err.Error(), "address of this machine") {
		t.Errorf("error %v, expected one that says what to give", err)
	}
}
