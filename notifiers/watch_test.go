package notifiers

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestWatch(t *testing.T) {
	down := Seen{Failing: true, LastError: "answered 503", Unsent: 3, Oldest: start}
	for name, tc := range map[string]struct {
		looks []Seen          // one a minute; of noc
		want  map[int]string  // by look
		off   map[string]bool // rules
	}{
		"all is well":                      {looks: []Seen{{Answered: start}, {Unsent: 5, Oldest: start}}},
		"fails, answers":                   {looks: []Seen{down, down, {Answered: start.Add(m)}}, want: map[int]string{0: "firing receiver-failing", 2: "resolved receiver-failing"}},
		"after a restart nothing is known": {looks: []Seen{down, {Unsent: 3, Oldest: start}, {Answered: start.Add(m)}}, want: map[int]string{0: "firing receiver-failing", 2: "resolved receiver-failing"}},
		"nothing waits any more":           {looks: []Seen{down, {}}, want: map[int]string{0: "firing receiver-failing", 1: "resolved receiver-failing"}},
		"behind":                           {looks: []Seen{{Unsent: 1, Oldest: start.Add(-9 * m)}, {Unsent: 1, Oldest: start.Add(-9 * m)}, {}}, want: map[int]string{1: "firing outbox-backlog", 2: "resolved outbox-backlog"}},
		"behind because it fails":          {looks: []Seen{{Failing: true, Unsent: 1, Oldest: start.Add(-h)}}, want: map[int]string{0: "firing receiver-failing"}},
		"given up, dropped":                {looks: []Seen{{Dead: 1}, {Dead: 2}, {}}, want: map[int]string{0: "firing dead-letters", 2: "resolved dead-letters"}},
		"disabled":                         {looks: []Seen{{Dead: 1}}, off: map[string]bool{DeadLetters: true}},
	} {
		for _, restarts := range []bool{false, true} { // one before each look changes nothing
			t.Run(fmt.Sprint(name, ", restarts ", restarts), func(t *testing.T) {
				w := NewWatch(nil)
				dress := func(id string, tr *alert.Transition) bool { tr.Severity = alert.Warning; return !tc.off[id] }
				var firing []alert.Transition
				for i, s := range tc.looks {
					if restarts {
						w = NewWatch(firing)
					}
					got := ""
					for _, tr := range w.Look(start.Add(time.Duration(i)*m), map[string]Seen{"noc": s}, dress) {
						got = fmt.Sprint(tr.State, " ", tr.Rule)
						if firing = nil; tr.Active() {
							firing = append(firing, tr)
						}
						if tr.Group.Get("receiver") != "noc" || tr.ID == "" || tr.Severity != alert.Warning {
							t.Errorf("look %d: %+v", i, tr)
						}
					}
					if got != tc.want[i] {
						t.Errorf("look %d: %q, want %q", i, got, tc.want[i])
					}
				}
			})
		}
	}
}

func TestWatch_AReceiverThatIsGone(t *testing.T) {
	w := NewWatch([]alert.Transition{{Rule: "mine", Fingerprint: "x", State: alert.Firing}})
	dress := func(string, *alert.Transition) bool { return true }
	begun := w.Look(start, map[string]Seen{"old": {Failing: true, Unsent: 2, LastError: "refused"}}, dress)
	ended := w.Look(start.Add(m), nil, dress)
	if len(begun) != 1 || len(ended) != 1 || ended[0].State != alert.Resolved || ended[0].AlertID != begun[0].AlertID || ended[0].EndsAt != start.Add(m).Unix() {
		t.Errorf("begun %+v, ended %+v", begun, ended)
	}
	if diff := cmp.Diff("receiver old takes no messages: 2 messages wait; refused", begun[0].Summary); diff != "" {
		t.Error(diff)
	}
}

func TestWatch_SpeaksRussian(t *testing.T) {
	w := NewWatch(nil)
	w.Language = Russian
	dress := func(string, *alert.Transition) bool { return true }
	var got []string
	for _, tr := range slices.Concat(
		w.Look(start, map[string]Seen{
			"a": {Failing: true, Unsent: 3, LastError: "answered 503"},
			"b": {Unsent: 21, Oldest: start.Add(-11 * m), Dead: 5},
		}, dress),
		w.LookAtState(StateDisk, start, w.Language.DiskFull(start), dress),
		w.LookAtState(StateBroken, start, w.Language.SetAside("/state/broken-1"), dress)) {
		if tr.Annotation("summary") != tr.Summary {
			t.Errorf("%s: %s", tr.Rule, tr.Annotations)
		}
		got = append(got, tr.Summary)
	}
	want := []string{
		"получатель a не принимает сообщений: ждут 3 сообщения; answered 503",
		"получатель b не успевает: ждёт 21 сообщение, самое старое уже 11 мин",
		"получатель b: не доставлено 5 сообщений; см. smarty-alert outbox list",
		"диск с состоянием полон с " + start.UTC().Format(time.RFC3339) + ": тревоги идут из памяти; освободите на нём место",
		"состояние было повреждено и отложено в сторону: тревоги, которые шли раньше, забыты; посмотрите /state/broken-1 и удалите",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A receiver that refuses all of its messages has none that waits once they are
// dead: a restart, or one more refusal, is no sign that it takes any.
func TestWatch_AReceiverThatRefusesEverything(t *testing.T) {
	var firing []alert.Transition
	dress := func(id string, _ *alert.Transition) bool { return id == ReceiverFailing }
	for i, tc := range []struct {
		seen Seen
		want bool
	}{
		{Seen{Failing: true, Answered: start, Dead: 2}, true},
		{Seen{Dead: 2}, true},
		{Seen{Answered: start, Dead: 2}, true},
		{Seen{Answered: start, Accepted: start, Dead: 2}, false},
	} {
		w := NewWatch(firing) // a restart each time
		for _, tr := range w.Look(start.Add(time.Duration(i)*m), map[string]Seen{"noc": tc.seen}, dress) {
			if firing = nil; tr.Active() {
				firing = append(firing, tr)
			}
		}
		if got := w.Failing("noc"); got != tc.want || w.Failing("mail") {
			t.Errorf("look %d: failing %v, want %v", i, got, tc.want)
		}
	}
}

// What is wrong with the state is told once, goes on over a restart, and is told to
// be over.
func TestWatch_State(t *testing.T) {
	dress := func(string, *alert.Transition) bool { return true }
	w := NewWatch(nil)
	begun := w.LookAtState(StateDisk, start, "full", dress)
	if len(begun) != 1 || begun[0].State != alert.Firing || begun[0].Summary != "full" || begun[0].Rule != StateDisk {
		t.Fatalf("begun %+v", begun)
	}
	w = NewWatch(begun)
	if ts := append(w.LookAtState(StateDisk, start.Add(m), "still full", dress), w.Look(start.Add(m), nil, dress)...); len(ts) != 0 {
		t.Errorf("said again: %+v", ts)
	}
	if ts := w.LookAtState(StateBroken, start.Add(m), "", dress); len(ts) != 0 {
		t.Errorf("another rule: %+v", ts)
	}
	ended := w.LookAtState(StateDisk, start.Add(2*m), "", dress)
	if len(ended) != 1 || ended[0].State != alert.Resolved || ended[0].AlertID != begun[0].AlertID {
		t.Errorf("ended %+v", ended)
	}
}
