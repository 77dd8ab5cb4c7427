package smartylog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// A call that was seen before reads as it does the first time, whatever its thread is called.
func TestScanner_AnyThreadOfASeenCall(t *testing.T) {
	piece := rapid.SampledFrom([]string{"Thread-15", "MainThread", " ", "(", ")", "(worker)", "<lambda>", "[", "]", "] ", "1.", ".", "-", "_", ":", "10:22:35", "=", "'", "Я",
		"LOGIN_ERROR", "] LOGIN_ERROR ", "\t", "7"})
	rapid.Check(t, func(t *rapid.T) {
		var log, alone []string
		for range rapid.IntRange(1, 6).Draw(t, "records") {
			thread := strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "thread"), "")
			line := fmt.Sprintf("Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.%s] LOGIN_SUCCESS ip=u'192.0.2.1' number=%d\n", thread, len(log))
			log = append(log, line)
			for _, r := range collect(smartylog.NewScanner(strings.NewReader(line), 0, smartylog.Options{})) {
				alone = append(alone, said(r))
			}
		}
		seen := "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1' number=9\n"
		var together []string
		for _, r := range collect(smartylog.NewScanner(bytes.NewReader([]byte(seen+strings.Join(log, ""))), 0, smartylog.Options{}))[1:] {
			together = append(together, said(r))
		}
		if got, want := strings.Join(together, "\n"), strings.Join(alone, "\n"); got != want {
			t.Fatalf("after a call that was seen:\n%s\nalone:\n%s", got, want)
		}
	})
}

// said is what a record says, wherever it stands.
func said(r reading) string {
	h := r.Header()
	return fmt.Sprintf("%d %q %v %+v %q %v", r.Sec, r.Event, r.Flags&^smartylog.Suspect, h, r.Raw, r.Decode())
}
