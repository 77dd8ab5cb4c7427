package engine_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// A source that begins with a record from the future has no time to take it at:
// it waits for the record that follows, also over a restart.
func TestEngine_FirstRecordIsFromTheFuture(t *testing.T) {
	set := mustRules(t, "- {id: r, event: "+failed+"}")
	log := at(failed, "", 900, 0, 60)
	for name, restart := range map[string]bool{"in one run": false, "over a restart": true} {
		t.Run(name, func(t *testing.T) {
			e := engine.New(set, engine.Options{})
			src := e.Source("smarty_stream_services")
			sc := smartylog.NewScanner(strings.NewReader(log), 0, smartylog.Options{})
			rec := smartylog.Record{Log: "smarty_stream_services"}
			for i := range 3 {
				if err := sc.Next(&rec); err != nil && (err != io.EOF || !sc.Flush(&rec)) {
					t.Fatal(err)
				}
				if i == 0 {
					rec.Flags |= smartylog.Future
				}
				e.Step(src, &rec)
				if i == 0 && restart {
					state, err := e.State()
					if err != nil {
						t.Fatal(err)
					}
					if e, err = engine.Restore(set, engine.Options{}, state); err != nil {
						t.Fatal(err)
					}
				}
			}
			e.Finish(src)
			want := []string{"+0 event r{} count=2", "+60 event r{} count=1"}
			if diff := cmp.Diff(want, story(e.Close())); diff != "" {
				t.Errorf("story (-want +got):\n%s", diff)
			}
		})
	}
}

// Local time printed as +0000 is all in the future. Live, such records are of now:
// none waits for one that is not ahead.
func TestEngine_AllRecordsAreFromTheFuture(t *testing.T) {
	e := engine.New(mustRules(t, "- {id: r, event: TEST_A}"), engine.Options{Live: true, Start: t0, Lateness: 2})
	src := e.Source("smarty_main")
	recs := records(t, logOf("10801 A; 10805 A; 10810 A"))
	var got []string
	for i, rec := range recs {
		rec.Flags |= smartylog.Future
		e.Step(src, rec)
		e.EOF(src, t0+10*int64(i+1))
		e.EOF(src, t0+10*int64(i+1)+5)
		got = append(got, details(e.Advance())...)
	}
	want := []string{"+8 event r{} count=1", "+13 event r{} count=1", "+23 event r{} count=1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
