package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	v5 "github.com/eclipse/paho.golang/paho"
	v3 "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/uuid"
)

// Publish sends one message to an endpoint, and returns when the broker has it as
// surely as the quality of service asks for.
type Publish func(ctx context.Context, to Endpoint, payload []byte) error

// patience bounds a publication that has no bound of its own.
const patience = 5 * time.Second

// keepAlive is long: a connection is made for one message.
const keepAlive = 60 // seconds

// Send is a Publish: over a connection of its own, so that no connection stands open
// for a subscription that seldom notifies.
func Send(ctx context.Context, to Endpoint, payload []byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var err error
	if to.Version == Version3 {
		err = sendV3(ctx, to, payload)
	} else {
		err = sendV5(ctx, to, payload)
	}
	if err != nil {
		return fmt.Errorf("publishing to %s at %s by %s: %w", to.Topic, to.Address, to.Version, err)
	}
	return nil
}

func dial(ctx context.Context, to Endpoint) (net.Conn, error) {
	if to.Secure {
		return (&tls.Dialer{}).DialContext(ctx, "tcp", to.Address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", to.Address)
}

// clientID is a fresh one of letters and digits, at most 23 of them, which every broker
// has to take (MQTT 3.1.1, 3.1.3.1).
func clientID() string {
	id := uuid.New()
	return fmt.Sprintf("ref%x", id[:10])
}

func sendV5(ctx context.Context, to Endpoint, payload []byte) error {
	conn, err := dial(ctx, to)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the client has said goodbye by then
	client := v5.NewClient(v5.ClientConfig{Conn: conn, PacketTimeout: patience})
	if _, err := client.Connect(ctx, &v5.Connect{ClientID: clientID(), CleanStart: true, KeepAlive: keepAlive,
		UsernameFlag: to.Login, Username: to.User, PasswordFlag: to.Password != "", Password: []byte(to.Password)}); err != nil {
		return err
	}
	answer, err := client.Publish(ctx, &v5.Publish{QoS: to.QoS, Topic: to.Topic, Payload: payload})
	if err == nil && answer != nil && answer.ReasonCode >= 0x80 {
		err = fmt.Errorf("the broker refuses the message with reason %#x", answer.ReasonCode)
	}
	gone := client.Disconnect(&v5.Disconnect{})
	if to.QoS == 0 { // nothing else tells that the message was written in vain
		err = errors.Join(err, gone)
	}
	return err
}

func sendV3(ctx context.Context, to Endpoint, payload []byte) error {
	o := v3.NewClientOptions().AddBroker("tcp://" + to.Address).SetClientID(clientID()).SetProtocolVersion(4).
		SetCleanSession(true).SetAutoReconnect(false).SetConnectRetry(false).SetKeepAlive(keepAlive * time.Second).
		SetConnectTimeout(patience).SetWriteTimeout(patience).
		SetCustomOpenConnectionFn(func(*url.URL, v3.ClientOptions) (net.Conn, error) { return dial(ctx, to) })
	if to.Login {
		o.SetUsername(to.User).SetPassword(to.Password)
	}
	client := v3.NewClient(o)
	if err := await(ctx, client.Connect()); err != nil {
		return err
	}
	defer client.Disconnect(250) // milliseconds at most for what is under way
	return await(ctx, client.Publish(to.Topic, to.QoS, false, payload))
}

// await waits until the token is done or ctx is.
func await(ctx context.Context, token v3.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
