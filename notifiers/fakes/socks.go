package fakes

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
)

// Socks is a SOCKS5 proxy without passwords. Serve it on a listener.
type Socks struct {
	mu   sync.Mutex
	went []string
}

// Went returns the addresses that were asked for.
func (s *Socks) Went() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.went...)
}

// Serve ends when the listener is closed and all connections are over.
func (s *Socks) Serve(l net.Listener) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		wg.Go(func() {
			defer conn.Close()
			_ = s.serve(conn)
		})
	}
}

func (s *Socks) serve(conn net.Conn) error {
	hello := make([]byte, 2)
	if _, err := io.ReadFull(conn, hello); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, conn, int64(hello[1])); err != nil {
		return err
	}
	if _, err := conn.Write([]byte{5, 0}); err != nil {
		return err
	}
	address, err := socksAddress(conn)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.went = append(s.went, address)
	s.mu.Unlock()
	to, err := net.Dial("tcp", address)
	if err != nil {
		_, err = conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return err
	}
	defer to.Close()
	if _, err := conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(to, conn)
		_ = to.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(conn, to)
	_ = conn.Close()
	<-done
	return nil
}

func socksAddress(conn net.Conn) (string, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(conn, head); err != nil {
		return "", err
	}
	size := map[byte]int{1: net.IPv4len, 4: net.IPv6len}[head[3]]
	if head[3] == 3 {
		length := make([]byte, 1)
		if _, err := io.ReadFull(conn, length); err != nil {
			return "", err
		}
		size = int(length[0])
	}
	if size == 0 {
		return "", errors.New("an address of no known kind")
	}
	rest := make([]byte, size+2)
	if _, err := io.ReadFull(conn, rest); err != nil {
		return "", err
	}
	host := string(rest[:size])
	if head[3] != 3 {
		host = net.IP(rest[:size]).String()
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(rest[size:])))), nil
}
