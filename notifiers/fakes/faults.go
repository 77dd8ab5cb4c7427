// Package fakes holds small servers that stand for the receivers' other sides in
// tests. Start at Faulty, which makes any of them fail in the ways that real ones
// do; Slack, Telegram and Hook keep what they were sent, and so does Mail, which
// speaks SMTP and fails by itself.
//
// They need nothing of the network: a loopback listener or an in-memory pipe can
// serve each of them.
package fakes

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// Fault is one way to fail.
type Fault string

// The faults. After AcceptReset and AcceptHang nobody can know: the request was taken,
// its answer is lost.
const (
	None         Fault = ""
	OK           Fault = "200"
	BadRequest   Fault = "400"
	Unauthorized Fault = "401"
	NotFound     Fault = "404"
	TooMany      Fault = "429"
	TooManyAfter Fault = "429 with Retry-After"
	Broken       Fault = "500"
	Hang         Fault = "hang"
	Reset        Fault = "reset"
	AcceptReset  Fault = "accept then reset"
	AcceptHang   Fault = "accept then hang"
	Garbage      Fault = "garbage"
	Drip         Fault = "slow drip"
)

// All are all faults, without None.
func All() []Fault {
	return []Fault{OK, BadRequest, Unauthorized, NotFound, TooMany, TooManyAfter, Broken, Hang, Reset, AcceptReset, AcceptHang, Garbage, Drip}
}

// Faulty stands before a server. The zero Next lets everything pass.
type Faulty struct {
	Handler    http.Handler
	Next       func(r *http.Request) Fault
	RetryAfter string        // of TooManyAfter; "": 7
	Pace       time.Duration // between the bytes of Drip; 0: 1 ms
}

// ServeHTTP fails as Next says, or passes the request on.
func (f *Faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := None
	if f.Next != nil {
		fault = f.Next(r)
	}
	switch fault {
	case None, OK:
		f.Handler.ServeHTTP(w, r)
	case TooMany:
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case TooManyAfter:
		after := f.RetryAfter
		if after == "" {
			after = "7"
		}
		w.Header().Set("Retry-After", after)
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case Hang:
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that its client goes
		<-r.Context().Done()
	case AcceptHang:
		f.Handler.ServeHTTP(httptest.NewRecorder(), r)
		<-r.Context().Done()
	case Reset:
		reset(w)
	case AcceptReset:
		f.Handler.ServeHTTP(httptest.NewRecorder(), r)
		reset(w)
	case Garbage:
		fmt.Fprint(w, "\x00\x01\xff<html>]}{\r\n\r\n")
	case Drip:
		f.drip(w, r)
	default: // 400, 401, 404, 500
		var code int
		_, _ = fmt.Sscan(string(fault), &code)
		http.Error(w, strings.ToLower(http.StatusText(code)), code)
	}
}

// reset ends the connection as a crashed server does.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 has no connection to take
	}
	resetConn(conn)
}

func resetConn(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// drip gives the true answer, byte by byte.
func (f *Faulty) drip(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	f.Handler.ServeHTTP(answer, r)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	pace := f.Pace
	if pace <= 0 {
		pace = time.Millisecond
	}
	flush := http.NewResponseController(w)
	for _, b := range answer.Body.Bytes() {
		if _, err := w.Write([]byte{b}); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(pace):
		}
	}
}

// Sequence gives the faults in their order, then none.
func Sequence(faults ...Fault) func(*http.Request) Fault {
	return func(*http.Request) Fault {
		if len(faults) == 0 {
			return None
		}
		f := faults[0]
		faults = faults[1:]
		return f
	}
}
