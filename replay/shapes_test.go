package replay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
)

// Lines that are no records are counted by how they look, whatever the numbers and the
// quoted texts in them, and no more than a bounded number of looks is remembered.
func TestSummary_Shapes(t *testing.T) {
	var b strings.Builder
	for i := range 3 {
		fmt.Fprintf(&b, "Xyz Jan 32 25:61:%02d+0000 20%d ERROR broken 'header %d'\n", i, 10+i, i)
		b.WriteString(record(0, "LOGIN_ERROR", "reason='x'"))
	}
	o := options(t, b.String())
	s, err := replay.Run(context.Background(), o, func(replay.Event) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, sh := range s.Shapes(redact.New(nil, nil)) {
		sum += sh.Count
	}
	if sum != s.Unparsed || sum == 0 {
		t.Errorf("%d records in shapes, %d unparsed", sum, s.Unparsed)
	}
	want := []replay.Shape{{Text: "Xyz Jan 0 0:0:0+0 0 ERROR broken '…'", Count: s.Unparsed, First: "smarty_stream_services.log:0"}}
	if diff := cmp.Diff(want, s.Shapes(redact.New(nil, nil))); diff != "" {
		t.Errorf("shapes (-want +got):\n%s", diff)
	}
}
