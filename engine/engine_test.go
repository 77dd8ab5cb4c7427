package engine_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// t0 is the second that tests count from.
var t0 = time.Date(2024, 11, 18, 10, 0, 0, 0, time.UTC).Unix()

// mustRules parses the rules under a `rules:` key.
func mustRules(t testing.TB, yaml string) *rules.Set {
	t.Helper()
	set, _, err := rules.Parse("test.yaml", []byte("rules:\n"+yaml), rules.Options{})
	if err != nil {
		t.Fatalf("rules:\n%v", err)
	}
	return set
}

// line is one record at t0+at.
func line(at int64, event, rest string) string {
	return time.Unix(t0+at, 0).UTC().Format("Mon Jan 02 15:04:05-0700 2006") + " ERROR check:64 run[1.MainThread] " + event + " " + rest + "\n"
}

// feed steps every record of a text through an engine, as one source.
func feed(t testing.TB, e *engine.Engine, source, text string) []engine.Output {
	t.Helper()
	src := e.Source(source)
	sc := smartylog.NewScanner(strings.NewReader(text), 0, smartylog.Options{})
	var out []engine.Output
	var rec smartylog.Record
	rec.Log = source[strings.LastIndex(source, "/")+1:]
	for {
		err := sc.Next(&rec)
		if err == io.EOF && !sc.Flush(&rec) {
			return out
		}
		if err != nil && err != io.EOF {
			t.Fatalf("scan: %v", err)
		}
		e.Step(src, &rec)
		out = append(out, clone(e.Advance())...)
	}
}

func clone(out []engine.Output) []engine.Output { return append([]engine.Output(nil), out...) }

// story tells the outputs in short: "+20 firing{stream_service=a} count=5".
func story(out []engine.Output) []string {
	var lines []string
	for _, o := range out {
		if s := o.Suppressed; s != nil {
			lines = append(lines, fmt.Sprintf("+%d suppressed %s{%s} by %s", s.At-t0, s.Rule, s.Group, s.By))
			continue
		}
		a := o.Alert
		if a.State == alert.Pending {
			continue
		}
		lines = append(lines, fmt.Sprintf("+%d %s %s{%s} count=%v", a.At-t0, a.State, a.Rule, a.Group, a.Values[0].V))
	}
	return lines
}

func TestEngine_FiresOnTheFifthAndResolvesWhenTheFirstLeaves(t *testing.T) {
	e := engine.New(mustRules(t, `
- id: edges
  event: STREAM_SERVICE_CHECKING_ERROR
  group_by: [stream_service]
  window: 5m
  condition: count >= 5
`), engine.Options{})
	var text strings.Builder
	for i := range int64(6) {
		text.WriteString(line(30*i, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07'"))
	}
	text.WriteString(line(1000, "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'"))
	out := feed(t, e, "app/smarty_stream_services", text.String())
	e.Finish(0)
	out = append(out, clone(e.Close())...)
	want := []string{
		`+120 firing edges{stream_service="edge-07"} count=5`,
		`+330 resolved edges{stream_service="edge-07"} count=4`,
	}
	if diff := cmp.Diff(want, story(out)); diff != "" {
		t.Errorf("story (-want +got):\n%s", diff)
	}
}
