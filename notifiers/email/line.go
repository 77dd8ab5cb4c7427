package email

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// line is the connection of one try. It ends with the try: the library's own Close
// waits for the command that hangs, and after a greeting that fails it leaves the
// connection open.
type line struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error) // nil: the machine's network
	tls  *tls.Config                                                          // from the first byte; nil: not

	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

func (l *line) open(ctx context.Context, network, address string) (net.Conn, error) {
	dial := l.dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	conn, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.keep(conn)
	if l.tls == nil {
		return conn, nil
	}
	encrypted := tls.Client(conn, l.tls)
	return encrypted, encrypted.HandshakeContext(ctx)
}

func (l *line) keep(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn = conn; l.closed {
		_ = conn.Close()
	}
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed = true; l.conn != nil {
		_ = l.conn.Close()
	}
}
