package notifiers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestText_Digest(t *testing.T) {
	x := newScript(t, stormOptions())
	for i := range 40 {
		x.observe(0, fire(fmt.Sprintf("edge-%02d", i), 0))
	}
	x.to(m)
	got := NewText(x.sent[0], time.UTC).Plain()
	for _, want := range []string{
		"[FIRING 40] WARNING: 40 groups at once: rule (40)\n",
		"Groups:     40 since 2026-01-15 12:00:10 UTC, told of in this message alone\n",
		"Alerts:     40 firing, 0 resolved\n",
		"Top:        g=edge-00, g=edge-01, g=edge-02, g=edge-03, g=edge-04, g=edge-05, g=edge-06, g=edge-07 and 32 more\n",
		"and 35 more\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q:\n%s", want, got)
		}
	}
	for i := range 40 {
		x.observe(10*m, end(fmt.Sprintf("edge-%02d", i), 0))
	}
	x.to(20 * m)
	if got := NewText(x.sent[1], nil).Title; got != "[RESOLVED 40] WARNING: 40 groups at once: rule" || len(x.sent) != 2 {
		t.Errorf("at the end, of %d messages: %s", len(x.sent), got)
	}
}

func TestText_AcksAndFlapping(t *testing.T) {
	a := fire("a", 0)
	d := alert.Delivery{Created: start, Message: alert.Message{Status: "firing", Alerts: []alert.Transition{a}, Flapping: []string{a.Fingerprint},
		Acks: []alert.Ack{{AlertID: a.AlertID, By: "anna", Comment: "looking\nat it"}}}}
	got := NewText(d, nil).Plain()
	for _, want := range []string{"Flapping:   it comes and goes too often", "Acked:      by anna: looking␊at it\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q:\n%s", want, got)
		}
	}
}
