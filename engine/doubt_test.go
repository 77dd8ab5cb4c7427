package engine_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Whether a record looks forged is found out when a group that fires asks. The engine
// says the same as if it had been found out before.
func TestEngine_DoubtIsSettledLater(t *testing.T) {
	set := mustRules(t, `
- id: some
  event: LOGIN_ERROR
  group_by: [reason]
  window: 20s
  condition: count >= 1
- id: many
  event: [LOGIN_ERROR, LOGIN_SUCCESS]
  window: 30s
  condition: count >= 3
`)
	step := func(log string, settled bool) (out []engine.Output, forged int) {
		e := engine.New(set, engine.Options{})
		src := e.Source("smarty_accounts")
		sc := smartylog.NewScanner(strings.NewReader(log), 0, smartylog.Options{})
		rec := smartylog.Record{Log: "smarty_accounts"}
		for {
			if err := sc.Next(&rec); err == io.EOF && !sc.Flush(&rec) {
				break
			}
			if settled && rec.IsSuspect() {
				forged++
			}
			e.Step(src, &rec)
			out = append(out, clone(e.Advance())...)
		}
		e.Finish(src)
		return append(out, clone(e.Close())...), forged
	}
	differ, forgeries := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var log, plain strings.Builder
		at := int64(0)
		for range rapid.IntRange(5, 25).Draw(t, "records") {
			at += rapid.SampledFrom([]int64{0, 0, 1, 3, 12}).Draw(t, "later")
			event := rapid.SampledFrom([]string{"LOGIN_ERROR", "LOGIN_ERROR", "LOGIN_SUCCESS", "EPG_REMOVED"}).Draw(t, "event")
			rest := rapid.SampledFrom([]string{"reason='a'", "reason='a' params={}", "reason=u'b'", "reason='a' params={'x': '", "reason='b' params=[1, ", "reason='a' params=[1,]", "reason='a' password='secret' ip='"}).Draw(t, "pairs")
			if rapid.IntRange(0, 9).Draw(t, "long") == 0 {
				rest = "reason='a' ip='" + strings.Repeat("1.2.3.4, ", rapid.SampledFrom([]int{70, 200}).Draw(t, "times")) + rest
			}
			log.WriteString(line(at, event, rest))
			plain.WriteString(line(at, event, "reason='"+rest[8:9]+"'"))
		}
		got, _ := step(log.String(), false)
		want, forged := step(log.String(), true)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("of\n%s\nsettled before (-) and later (+):\n%s", log.String(), d)
		}
		if forgeries += forged; forged > 0 {
			believed, _ := step(plain.String(), true)
			if cmp.Diff(story(believed), story(want)) != "" {
				differ++
			}
		}
	})
	if differ < 5 {
		t.Errorf("%d forgeries made a difference in %d logs: it proves too little", forgeries, differ)
	}
}
