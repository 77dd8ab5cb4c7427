package notifiers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// SendError is a failed try of a delivery, classified once, where it happened.
type SendError struct {
	Err        error         // without secrets
	Class      string        // for counters: timeout, network, rate_limited, server, rejected, panic
	Permanent  bool          // the receiver refused the message itself
	RetryAfter time.Duration // what the receiver asked for; 0: nothing
	Unclear    bool          // it may have taken the message all the same
	Answered   bool          // the receiver works: this message alone has to wait
}

func (e *SendError) Error() string { return e.Err.Error() }
func (e *SendError) Unwrap() error { return e.Err }

// Rejected is a refusal of the message, which the same message will meet again.
func Rejected(err error) *SendError { return &SendError{Err: err, Class: "rejected", Permanent: true} }

// Classify makes a SendError of any error. What is not known to be permanent is
// temporary. The URL that HTTP clients put into their errors is dropped, for it
// may hold a secret.
func Classify(err error) *SendError {
	var se *SendError
	if errors.As(err, &se) {
		return se
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
		if errors.As(err, &ue) { // a proxy's, inside
			err = ue.Err
		}
	}
	class := "network"
	var ne net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &ne) && ne.Timeout() {
		return &SendError{Err: errors.New("no answer in time"), Class: "timeout", Unclear: !beforeSending(err)}
	}
	return &SendError{Err: err, Class: class, Unclear: !beforeSending(err)}
}

// beforeSending reports whether the try failed before there was a connection.
func beforeSending(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}

// CheckResponse classifies an HTTP answer: nil for a success. It quotes the
// beginning of the body; secrets are cut out of it.
func CheckResponse(resp *http.Response, now time.Time, secrets ...Secret) error {
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
	err := fmt.Errorf("answered %d %s", code, http.StatusText(code))
	if text := Excerpt(body, secrets...); text != "" {
		err = fmt.Errorf("%w: %s", err, text)
	}
	after := RetryAfter(resp.Header.Get("Retry-After"), now)
	switch {
	case code == http.StatusTooManyRequests:
		return &SendError{Err: err, Class: "rate_limited", RetryAfter: after}
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return &SendError{Err: err, Class: "server", RetryAfter: after, Unclear: code != http.StatusTooEarly}
	}
	return Rejected(err)
}

// Excerpt is the beginning of an answer without its secrets.
func Excerpt(body []byte, secrets ...Secret) string {
	text := strings.TrimSpace(string(body[:min(len(body), 512)]))
	for _, s := range secrets {
		text = s.Hide(text)
	}
	return Cut(Visible(text), 200)
}

// maxRetryAfter keeps a confused receiver from silencing itself for ever.
const maxRetryAfter = time.Hour

// RetryAfter reads the header's value: seconds or an HTTP date; 0 if it is
// neither, or over.
func RetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		n = min(max(n, 0), int64(maxRetryAfter/time.Second))
		return time.Duration(n) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
