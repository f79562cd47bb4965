package probe

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/oasc/mimcheck/internal/evidence"
)

// Broker is an MQTT broker of the harness that the platform can reach, to publish its
// notifications to (ETSI GS CIM 009, clause 7). It keeps what is published to the topics
// that it has opened, hands nothing on, and takes every user name and password: what
// they were, a notification tells.
type Broker struct {
	server  *mqtt.Server
	close   sync.Once
	at      [3]string // address by Port that the platform is told, HOST:PORT
	reached atomic.Bool

	mu     sync.RWMutex
	topics map[string]*inbox // by the secret level of their topic
}

// Port says at which port a platform is to find a topic.
type Port int

// The ports. A broker may listen at one of the last two only.
const (
	AnyPort     Port = iota
	DefaultPort      // 1883, which a URI need not name
	OtherPort        // one that a URI has to name
)

// defaultMQTT is the port of mqtt:// (clause 7.2).
const defaultMQTT = "1883"

// publish is the method of a notification that came by MQTT.
const publish = "PUBLISH"

// maxClients bounds the connections to a broker.
const maxClients = 1000

// StartBroker listens on loopback, for a platform on this machine: at an address of its
// own at the default port, where the system has such addresses, and at any free port.
func StartBroker() (*Broker, error) {
	var own [3]byte
	_, _ = rand.Read(own[:]) // never fails
	host := fmt.Sprintf("127.%d.%d.%d", own[0], own[1], 1+own[2]%254)
	first, err := net.Listen("tcp", net.JoinHostPort(host, defaultMQTT))
	if err != nil {
		host = "127.0.0.1"
	}
	other, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		if first != nil {
			err = errors.Join(err, first.Close())
		}
		return nil, fmt.Errorf("no MQTT broker can listen on loopback: %w", err)
	}
	b := newBroker()
	b.at[OtherPort] = other.Addr().String()
	if first != nil {
		b.at[DefaultPort] = host
		return b, b.serve(other, first)
	}
	return b, b.serve(other)
}

// StartBrokerBehind is StartBroker for a platform elsewhere: public is what it is told,
// mqtt://HOST or mqtt://HOST:PORT. It listens at address, HOST:PORT, by default on every
// interface at the port of public.
func StartBrokerBehind(address, public string) (*Broker, error) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "mqtt" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("the public address %q of the MQTT broker is none that a platform can be told: expected one such as mqtt://host.example:1883, without topic", public)
	}
	port := u.Port()
	if port == "" {
		port = defaultMQTT
	}
	if address == "" {
		address = ":" + port
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("no MQTT broker can listen at %s: %w: give an address of this machine", address, err)
	}
	b := newBroker()
	if port == defaultMQTT {
		b.at[DefaultPort] = strings.TrimSuffix(u.Host, ":"+defaultMQTT)
	} else {
		b.at[OtherPort] = u.Host
	}
	return b, b.serve(listener)
}

func newBroker() *Broker {
	capabilities := mqtt.NewDefaultServerCapabilities()
	capabilities.MaximumClients = maxClients
	capabilities.MaximumPacketSize = maxNotification
	capabilities.MaximumSessionExpiryInterval = 0
	return &Broker{topics: map[string]*inbox{},
		server: mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler), Capabilities: capabilities})}
}

// serve takes clients from the listeners, the one at the port that has to be named first.
func (b *Broker) serve(at ...net.Listener) error {
	b.at[AnyPort] = b.at[OtherPort]
	if b.at[AnyPort] == "" {
		b.at[AnyPort] = b.at[DefaultPort]
	}
	err := b.server.AddHook(&brokerHook{broker: b}, nil)
	for i, l := range at {
		port := OtherPort
		if b.at[OtherPort] == "" || i > 0 {
			port = DefaultPort
		}
		err = errors.Join(err, b.server.AddListener(listeners.NewNet(b.at[port], l)))
	}
	return errors.Join(err, b.server.Serve())
}

// Base is the address of the broker as the platform is told it, mqtt://HOST:PORT.
func (b *Broker) Base() string { return "mqtt://" + b.at[AnyPort] }

// Reached says whether anybody has published to a topic of this broker: they cannot be
// guessed, so it can only have been the platform.
func (b *Broker) Reached() bool { return b.reached.Load() }

// NewTopic opens a topic of two levels, of which the second is name. Its URL is an MQTT
// endpoint's URI; it is nil when the broker is not to be found at such a port. The
// inbox's notifications have what a client said of itself. When the inbox is to answer
// with a status that is no success, a client whose user name is the first level is not
// let in.
func (b *Broker) NewTopic(name string, port Port) Inbox {
	if b.at[port] == "" {
		return nil
	}
	secret := strings.ToLower(rand.Text())
	box := &inbox{url: "mqtt://" + b.at[port] + "/" + secret + "/" + url.PathEscape(name), some: make(chan struct{}, 1)}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.topics[secret] = box
	return box
}

// Close ends the broker. What is closed may be closed again.
func (b *Broker) Close() { b.close.Do(func() { _ = b.server.Close() }) } // it never fails, and panics the second time

// inbox finds the one of a topic, or of a part of one.
func (b *Broker) inbox(topic string) *inbox {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for level := range strings.SplitSeq(topic, "/") {
		if box := b.topics[level]; box != nil {
			return box
		}
	}
	return nil
}

// brokerHook is what the broker does with what comes.
type brokerHook struct {
	mqtt.HookBase
	broker    *Broker
	passwords sync.Map // *mqtt.Client -> string, while it is connected
}

// ID implements mqtt.Hook.
func (*brokerHook) ID() string { return "harness" }

// Provides implements mqtt.Hook.
func (*brokerHook) Provides(what byte) bool {
	return slices.Contains([]byte{mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPublish, mqtt.OnDisconnect}, what)
}

// OnConnectAuthenticate implements mqtt.Hook.
func (h *brokerHook) OnConnectAuthenticate(client *mqtt.Client, p packets.Packet) bool {
	if box := h.broker.inbox(string(p.Connect.Username)); box != nil {
		h.broker.reached.Store(true)
		if status := box.next().Status; status/100 != 2 {
			return false
		}
	}
	h.passwords.Store(client, string(p.Connect.Password))
	return true
}

// OnDisconnect implements mqtt.Hook.
func (h *brokerHook) OnDisconnect(client *mqtt.Client, _ error, _ bool) { h.passwords.Delete(client) }

// OnACLCheck implements mqtt.Hook: nobody may subscribe.
func (*brokerHook) OnACLCheck(_ *mqtt.Client, _ string, write bool) bool { return write }

// OnPublish implements mqtt.Hook.
func (h *brokerHook) OnPublish(client *mqtt.Client, p packets.Packet) (packets.Packet, error) {
	box := h.broker.inbox(p.TopicName)
	if box != nil {
		h.broker.reached.Store(true)
		password, _ := h.passwords.Load(client)
		told, _ := password.(string)
		version := "mqtt5.0"
		switch client.Properties.ProtocolVersion {
		case 3:
			version = "mqtt3.1"
		case 4:
			version = "mqtt3.1.1"
		}
		box.keep(Notification{Method: publish, Body: bytes.Clone(p.Payload), At: time.Now(), MQTT: &evidence.Publication{
			Address: client.Net.Listener, Topic: p.TopicName, Version: version, QoS: int(p.FixedHeader.Qos),
			User: string(client.Properties.Username), Password: told,
		}})
	}
	p.FixedHeader.Retain = false // nothing is kept for later
	return p, nil
}
