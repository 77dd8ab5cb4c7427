package fakes

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The faults of a mail server beside those that it shares with others.
const (
	Busy        Fault = "421" // to whoever connects
	RcptLater   Fault = "450"
	DataLater   Fault = "452"
	RcptRefused Fault = "550"
	DataRefused Fault = "554"
)

// Step is a moment of a talk with a mail server at which it can fail.
type Step string

// The steps.
const (
	Connect Step = "connect"
	Rcpt    Step = "RCPT"
	Data    Step = "DATA"
)

// MailFaults are those that a step can have, without None.
func MailFaults(s Step) []Fault {
	switch s {
	case Connect:
		return []Fault{Busy, Hang, Reset, Garbage, Drip}
	case Rcpt:
		return []Fault{RcptLater, RcptRefused, Hang, Reset}
	}
	return []Fault{DataLater, DataRefused, Hang, Reset, AcceptReset, AcceptHang}
}

// Mail is a mail server that keeps what it gets.
type Mail struct {
	Login string      // user:password that is needed; "": none
	TLS   *tls.Config // for STARTTLS; nil: it is not offered
	// Next says how a step fails; to is the recipient, "" on Connect. nil: nothing does.
	Next func(s Step, to string) Fault
	Pace time.Duration // between the bytes of Drip; 0: 1 ms
	// Watch is shown every mail for everyone who gets it; nil: nobody looks.
	Watch func(to, raw string)

	mu    sync.Mutex
	got   map[string][]string
	asked []string
}

// Got returns what somebody was sent, oldest first.
func (m *Mail) Got(to string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string{}, m.got[to]...)
}

// Asked returns the recipients that were named, and forgets them.
func (m *Mail) Asked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	asked := m.asked
	m.asked = nil
	return asked
}

// Serve answers until stop is called, which waits for all talks to end.
func (m *Mail) Serve(l net.Listener) (stop func()) {
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &mailSession{m: m, conn: c}, nil }))
	srv.Domain, srv.AllowInsecureAuth, srv.TLSConfig, srv.ErrorLog = "localhost", m.TLS == nil, m.TLS, silent{}
	door := &mailDoor{Listener: l, m: m}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(door)
	}()
	return func() {
		_ = srv.Close()
		<-done
		door.talks.Wait()
	}
}

// Listen serves on a port of this machine.
func (m *Mail) Listen() (port int, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	return l.Addr().(*net.TCPAddr).Port, m.Serve(l), nil
}

func (m *Mail) next(s Step, to string) Fault {
	if m.Next == nil {
		return None
	}
	return m.Next(s, to)
}

// mailDoor is where those who connect may fail.
type mailDoor struct {
	net.Listener
	m     *Mail
	talks sync.WaitGroup
}

func (d *mailDoor) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		switch fault := d.m.next(Connect, ""); fault {
		case None, OK:
			return c, nil
		case Drip:
			return dripping{c, max(d.m.Pace, time.Millisecond)}, nil
		default:
			d.talks.Go(func() { failAtDoor(c, fault) })
		}
	}
}

func failAtDoor(c net.Conn, fault Fault) {
	defer c.Close()
	switch fault {
	case Hang:
		_, _ = io.Copy(io.Discard, c)
	case Garbage:
		_, _ = io.WriteString(c, "\x00\x01\xff<html>\r\n")
	case Reset:
		resetConn(c)
	default:
		_, _ = io.WriteString(c, string(fault)+" not now\r\n")
	}
}

// dripping writes byte by byte.
type dripping struct {
	net.Conn
	pace time.Duration
}

func (d dripping) Write(p []byte) (int, error) {
	for i := range p {
		if _, err := d.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
		time.Sleep(d.pace)
	}
	return len(p), nil
}

type mailSession struct {
	m      *Mail
	conn   *smtp.Conn
	to     []string
	authed bool
}

func (s *mailSession) Reset()        { s.to = nil }
func (s *mailSession) Logout() error { return nil }

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if s.m.Login != "" && !s.authed {
		return &smtp.SMTPError{Code: 530, Message: "authenticate first"}
	}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.m.mu.Lock()
	s.m.asked = append(s.m.asked, to)
	s.m.mu.Unlock()
	if err := s.fail(s.m.next(Rcpt, to)); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	to := ""
	if len(s.to) > 0 {
		to = s.to[0]
	}
	fault := s.m.next(Data, to)
	if fault != AcceptReset && fault != AcceptHang {
		if err := s.fail(fault); err != nil {
			return err
		}
	}
	s.keep(string(raw))
	switch fault {
	case AcceptReset:
		return s.fail(Reset)
	case AcceptHang:
		return s.fail(Hang)
	}
	return nil
}

func (s *mailSession) keep(raw string) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.m.got == nil {
		s.m.got = map[string][]string{}
	}
	for _, to := range s.to {
		s.m.got[to] = append(s.m.got[to], raw)
		if s.m.Watch != nil {
			s.m.Watch(to, raw)
		}
	}
}

// fail is the answer of a step.
func (s *mailSession) fail(f Fault) error {
	switch f {
	case None, OK:
		return nil
	case Hang:
		_, _ = io.Copy(io.Discard, s.conn.Conn())
		return errors.New("nobody is there any more")
	case Reset:
		resetConn(s.conn.Conn())
		return errors.New("the connection is gone")
	}
	code, _ := strconv.Atoi(string(f))
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: "not so"}
}

// AuthMechanisms is for those who must log in.
func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth takes the one login that there is.
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user+":"+password != s.m.Login {
			return &smtp.SMTPError{Code: 535, Message: "no such user"}
		}
		s.authed = true
		return nil
	}), nil
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
