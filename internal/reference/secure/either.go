package secure

import (
	"bufio"
	"crypto/tls"
	"net"
	"time"
)

// handshake is the first octet of every connection by TLS (RFC 8446, 5.1).
const handshake = 22

// patience is how long a connection may take to begin.
const patience = time.Second

// either takes connections by TLS and without, which it tells by the first octet.
type either struct {
	net.Listener
	config *tls.Config
}

// Accept implements net.Listener.
func (l either) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		begun := peeked{conn, bufio.NewReader(conn)}
		_ = conn.SetReadDeadline(time.Now().Add(patience)) // a connection that is gone gives no octet either
		first, err := begun.reader.Peek(1)
		_ = conn.SetReadDeadline(time.Time{})
		switch {
		case err != nil:
			_ = conn.Close()
		case first[0] == handshake:
			return tls.Server(begun, l.config), nil
		default:
			return begun, nil
		}
	}
}

// peeked is a connection of which some was read ahead.
type peeked struct {
	net.Conn
	reader *bufio.Reader
}

// Read implements net.Conn.
func (c peeked) Read(b []byte) (int, error) { return c.reader.Read(b) }
