package notifiers

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// silence sets a silence from now on and returns its id.
func (s *script) silence(at, long time.Duration, id string, matcher ...string) {
	s.t.Helper()
	s.to(at)
	ms, err := alert.ParseMatchers(matcher...)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.d.SetSilence(alert.Silence{Matchers: ms, StartsAt: s.now, EndsAt: s.now.Add(long), CreatedBy: "anna", Comment: "works"}, id, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) wantWhyNot(lines ...string) {
	s.t.Helper()
	if got, want := strings.Join(s.whyNot, "\n"), strings.Join(lines, "\n"); got != want {
		s.t.Errorf("held back:\n%s\nwant:\n%s", got, want)
	}
}

func TestSilence_HoldsBackAndTellsWhatStillFiresAtItsEnd(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.silence(0, 30*m+15*s, "s1", `g=~"a|b"`)
	x.observe(1*m, fire("a", 1*m), fire("c", 1*m))
	x.observe(2*m, fire("b", 2*m))
	x.observe(10*m, end("b", 2*m)) // came and went: nobody hears of it
	x.to(3 * h)
	x.want(
		"1m10s noc firing first c",
		"30m15s noc firing new_alerts a,c", // to the second
	)
	x.wantWhyNot("1m10s noc silence 1", "6m10s noc silence 1", "10m0s noc short_lived 1")
}

func TestSilence_ResolveGoesToWhoGotTheFiring(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.silence(10*m, 24*h, "s1", `rule=rule`)
	x.observe(8*h, end("a", 0))
	x.to(30 * h)
	x.want("10s noc firing first a", "8h0m10s noc resolved resolved -a") // and no repeat between
}

func TestSilence_ExpiredByHandTellsAtOnce(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.silence(0, 24*h, "s1", `g=a`)
	x.observe(1*m, fire("a", 1*m))
	x.to(61*m + 7*s)
	if err := x.d.ExpireSilence("s1", x.now); err != nil {
		t.Fatal(err)
	}
	x.to(2 * h)
	x.want("1h1m7s noc firing first a")
	if err := x.d.ExpireSilence("s1", x.now); err == nil || !strings.Contains(err.Error(), "expired already") {
		t.Errorf("a second time: %v", err)
	}
	if err := x.d.ExpireSilence("s2", x.now); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestSilence_RepeatThatItHeldBackComesAtItsEnd(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.silence(3*h, 3*h+20*s, "s1", `g=a`)
	x.to(7 * h)
	x.want("10s noc firing first a", "6h0m20s noc firing repeat a")
}

func TestSilence_StartsLater(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	ms, _ := alert.ParseMatchers(`g!="b"`)
	if _, err := x.d.SetSilence(alert.Silence{Matchers: ms, StartsAt: start.Add(h), EndsAt: start.Add(2 * h), CreatedBy: "a", Comment: "c"}, "s", start); err == nil || !strings.Contains(err.Error(), "every alert") {
		t.Errorf("a silence of what has no g at all: %v", err)
	}
	ms, _ = alert.ParseMatchers(`g!~"b|"`)
	if _, err := x.d.SetSilence(alert.Silence{Matchers: ms, StartsAt: start.Add(h), EndsAt: start.Add(2 * h), CreatedBy: "a", Comment: "c"}, "s", start); err != nil {
		t.Fatal(err)
	}
	x.observe(10*m, fire("a", 10*m))
	x.observe(70*m, fire("c", 70*m))
	x.to(3 * h)
	x.want("10m10s noc firing first a", "2h0m0s noc firing new_alerts a,c")
}

func TestSetSilence_ChangesAsAlertmanagerDoes(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.silence(0, h, "s1", `g=a`)
	x.to(10 * m)
	s1 := x.d.Silences()[0]

	longer := s1
	longer.EndsAt = start.Add(5 * h)
	if got, err := x.d.SetSilence(longer, "s2", x.now); err != nil || got.ID != "s1" {
		t.Errorf("longer: %s, %v; want the same id", got.ID, err)
	}
	other := longer
	other.Matchers, _ = alert.ParseMatchers(`g=b`)
	got, err := x.d.SetSilence(other, "s2", x.now)
	if err != nil || got.ID != "s2" || !got.StartsAt.Equal(x.now) {
		t.Errorf("other matchers: %s from %v, %v; want a new one from now", got.ID, got.StartsAt, err)
	}
	if state := x.d.silences["s1"]; state.State(x.now) != alert.SilenceExpired {
		t.Errorf("the one before is %s", state.State(x.now))
	}
	if _, err := x.d.SetSilence(alert.Silence{ID: "nobody"}, "s3", x.now); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown id: %v", err)
	}
	x.to(7 * 24 * h)
	x.silence(7*24*h, h, "s9", `g=a`)
	if n := len(x.d.Silences()); n != 1 {
		t.Errorf("%d silences are remembered after a week, want the new one", n)
	}
}

func TestSilence_Check(t *testing.T) {
	now := start
	ms, _ := alert.ParseMatchers(`g=a`)
	whole := alert.Silence{Matchers: ms, StartsAt: now, EndsAt: now.Add(h), CreatedBy: "anna", Comment: "works"}
	for want, change := range map[string]func(*alert.Silence){
		"author is missing":  func(s *alert.Silence) { s.CreatedBy = "" },
		"comment is missing": func(s *alert.Silence) { s.Comment = "" },
		"needs an end":       func(s *alert.Silence) { s.EndsAt = time.Time{} },
		"before it starts":   func(s *alert.Silence) { s.EndsAt = now },
		"ends in the past":   func(s *alert.Silence) { s.StartsAt, s.EndsAt = now.Add(-2*h), now.Add(-h) },
		"needs a matcher":    func(s *alert.Silence) { s.Matchers = nil },
		"not the name":       func(s *alert.Silence) { s.Matchers = alert.Matchers{{Name: "a b", Op: alert.Equal, Value: "1"}} },
		"at most 4000":       func(s *alert.Silence) { s.Comment = strings.Repeat("ы", 4001) },
		"not text":           func(s *alert.Silence) { s.CreatedBy = "\xff" },
	} {
		silence := whole
		change(&silence)
		if err := silence.Check(now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want one with %q", err, want)
		}
	}
	if err := whole.Check(now); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func TestAck_HoldsUntilItIsOver(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.to(10 * m)
	ack := alert.Ack{AlertID: fire("a", 0).AlertID, By: "anna", Comment: "looking", At: x.now}
	if err := x.d.Ack(ack); err != nil {
		t.Fatal(err)
	}
	x.observe(10*h, fire("b", 10*h))
	x.observe(11*h, end("a", 0))
	x.observe(12*h, fire("a", 12*h)) // another incident
	x.to(13 * h)
	x.want("10s noc firing first a", "10h0m10s noc firing new_alerts a,b", "11h0m10s noc firing resolved b,-a", "12h0m10s noc firing new_alerts b,a")
	if acks := x.sent[1].Message.Acks; len(acks) != 1 || acks[0].By != "anna" || acks[0].Severity != alert.Warning {
		t.Errorf("acknowledged in the second message: %v", acks)
	}
	if c := x.d.ChangedMutes(); len(x.d.acks) != 0 || len(c.GoneAcks) != 1 {
		t.Errorf("the acknowledgement is left: %v, %v", x.d.acks, c)
	}
}

func TestAck_OfAWarningDoesNotHideThatItBecameCritical(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.to(10 * m)
	if err := x.d.Ack(alert.Ack{AlertID: fire("a", 0).AlertID, By: "anna", At: x.now}); err != nil {
		t.Fatal(err)
	}
	x.observe(5*h, tr("a", 0, alert.Update, alert.Critical))
	x.to(6 * h)
	x.want("10s noc firing first a", "5h0m0s noc firing update a^") // with the repeat that was held back
}

func TestUnack_LetsItBeToldAgain(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0))
	x.to(5 * s)
	id := fire("a", 0).AlertID
	if err := x.d.Ack(alert.Ack{AlertID: id, By: "anna", At: x.now}); err != nil {
		t.Fatal(err)
	}
	x.to(h)
	if err := x.d.Unack(id, x.now); err != nil {
		t.Fatal(err)
	}
	x.to(2 * h)
	x.want("1h0m0s noc firing first a")
	x.wantWhyNot("10s noc ack 1")
	if err := x.d.Unack(id, x.now); !errors.Is(err, ErrUnknown) {
		t.Errorf("a second time: %v", err)
	}
	if err := x.d.Ack(alert.Ack{AlertID: "nothing", By: "anna"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("of an alert that does not fire: %v", err)
	}
	if err := x.d.Ack(alert.Ack{AlertID: id}); err == nil {
		t.Error("an acknowledgement by nobody was taken")
	}
}

// What was stored is what a restart goes on from.
func TestRestoreMutes(t *testing.T) {
	x := newScript(t, Options{Root: byRule()})
	x.observe(0, fire("a", 0), fire("b", 0))
	x.silence(m, 2*h, "s1", `g=~"a\"|\\d"`, `params.x!~b`)
	if err := x.d.Ack(alert.Ack{AlertID: fire("b", 0).AlertID, By: "anna", At: x.now}); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(x.d.ChangedMutes())
	if err != nil {
		t.Fatal(err)
	}
	var back alert.MuteChanges
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	back.Acks = append(back.Acks, alert.Ack{AlertID: "of something that is over"})
	y, err := NewDispatcher(Options{Root: byRule(), Receivers: map[string]ReceiverOptions{"noc": {}}}, x.d.Groups(), x.now)
	if err != nil {
		t.Fatal(err)
	}
	y.RestoreMutes(back.Mutes, x.now)
	again, err := json.Marshal(y.Silences())
	if want, _ := json.Marshal(x.d.Silences()); err != nil || string(again) != string(want) {
		t.Errorf("silences %s, %v; want %s", again, err, want)
	}
	if c := y.ChangedMutes(); len(y.acks) != 1 || len(c.GoneAcks) != 1 {
		t.Errorf("acknowledgements %v, gone %v", y.acks, c.GoneAcks)
	}
}
