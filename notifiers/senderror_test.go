package notifiers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "x": 0, "1.5": 0, "7": 7 * s, " 30 ": 30 * s, "99999999999": maxRetryAfter, "999999999999999999999999": 0,
		"Thu, 15 Jan 2026 12:01:00 GMT": time.Minute, "Thu, 15 Jan 2026 11:00:00 GMT": 0, "Thu, 15 Jan 2099 11:00:00 GMT": maxRetryAfter,
	} {
		if got := RetryAfter(in, now); got != want {
			t.Errorf("RetryAfter(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestClassify_DropsURLs(t *testing.T) {
	inner := &url.Error{Op: "Post", URL: "https://proxy/s3cr3t", Err: errors.New("refused")}
	for name, tc := range map[string]struct {
		err   error
		class string
		text  string
	}{
		"plain":    {errors.New("x"), "network", "x"},
		"url":      {fmt.Errorf("send: %w", inner), "network", "refused"},
		"twice":    {&url.Error{Op: "Post", URL: "https://h/s3cr3t", Err: inner}, "network", "refused"},
		"deadline": {&url.Error{Op: "Post", URL: "https://h/s3cr3t", Err: context.DeadlineExceeded}, "timeout", "no answer in time"},
		"already":  {&url.Error{Op: "Post", URL: "https://h/s3cr3t", Err: Rejected(errors.New("no"))}, "rejected", "no"},
	} {
		if got := Classify(tc.err); got.Class != tc.class || got.Error() != tc.text {
			t.Errorf("%s: %s %q", name, got.Class, got)
		}
	}
}

func TestSecret_IsNeverShown(t *testing.T) {
	type options struct{ Token Secret }
	o := options{"s3cr3t"}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("token", o.Token), slog.Any("all", o))
	js, _ := json.Marshal(o)
	ym, err := yaml.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{log.String(), string(js), string(ym), fmt.Sprint(o), fmt.Sprintf("%v %+v %#v %s %q", o, o, o, o.Token, o.Token)} {
		if strings.Contains(got, "s3cr3t") || !strings.Contains(got, "redacted") {
			t.Error(got)
		}
	}
	if o.Token.Reveal() != "s3cr3t" || o.Token.Hide("a s3cr3t b") != "a <redacted> b" || Secret("").Hide("x") != "x" {
		t.Error("Reveal and Hide")
	}
}

func TestCheckResponse_QuotesTheAnswer(t *testing.T) {
	resp := &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("no\x1b[1m key=s3cr3t " + strings.Repeat("x", 9000)))}
	err := CheckResponse(resp, start, "s3cr3t")
	if err == nil || !strings.HasPrefix(err.Error(), "answered 403 Forbidden: no␛[1m key=<redacted> xxx") || len(err.Error()) > 300 {
		t.Error(err)
	}
}
