package drawings

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Scene is one drawing.
type Scene struct {
	Name string // of the file, without .svg
	Alt  string // the drawing in words, for whoever does not see it
	Rule string // the rule as in a rule file, under the id "rule"
	Log  []Record
	End  int64 // seconds shown from Noon on
	Tick int64 // seconds between the marks of the time line
	Rows []Row // from the top
}

// Record is one line of a scene's log; they stand there in this order.
type Record struct {
	At    int64 // seconds after noon, as it is printed
	Event string
	Of    string // the account, params.abonement
}

// Row is a strip of the drawing: one of the kinds below it.
type Row struct {
	Label string

	Records *Records
	Windows []Window
	Curve   *Curve
	Alerts  *Alerts
}

// Records shows records as dots.
type Records struct {
	Event, Of string // only these; "" for any
	Hollow    bool
	// Judged draws an arrow from where a record belongs to the second at which it
	// was judged, where that is another one.
	Judged bool
}

// Window shows which seconds are looked at when one is judged.
type Window struct {
	At, Length, Offset int64
	Text               string
}

// Curve shows a count over time, as the engine answers when it is asked at each
// height: is it that high?
type Curve struct {
	Of     string // the name in conditions
	Limits []Limit
	Most   int // highest value shown
}

// Limit is a horizontal line.
type Limit struct {
	At   float64
	Text string
}

// Alerts shows the life of the alerts of one group.
type Alerts struct {
	Of    string // the account; "" for any
	Until int64  // event mode: length of the cooldown, in seconds
}

// noon is second 0 of all scenes.
var noon = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// happening is what the engine said of a rule.
type happening struct {
	at       int64
	of       string
	state    alert.State // "" when it was held back
	severity alert.Severity
	held     string
	swallows int64
	count    any // of the overflow alert: its groups
}

// clockEvent is a record that no rule selects: it lets the time go on.
const clockEvent = "HTTP_REQUEST"

// play replays the scene's log, which it writes below dir, by rules.
func (s *Scene) play(dir, yaml string) ([]happening, error) {
	set, _, err := rules.Parse(s.Name+".yaml", []byte(yaml), rules.Options{})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "smarty_main.log")
	if err := os.WriteFile(file, []byte(s.text()), 0o644); err != nil {
		return nil, err
	}
	sources, err := ingest.Find([]string{file})
	if err != nil {
		return nil, err
	}
	var out []happening
	o := replay.Options{Rules: set, Sources: sources, Lateness: engine.DefaultLateness, Redactor: redact.New(nil, nil), Pending: true}
	_, err = replay.Run(context.Background(), o, func(ev replay.Event) error {
		out = append(out, happened(ev))
		return nil
	})
	return out, err
}

// text is the log; the last record lets the time go on to the end.
func (s *Scene) text() string {
	var b strings.Builder
	for i, r := range append(slices.Clone(s.Log), Record{At: s.End, Event: clockEvent}) {
		at := noon.Add(time.Duration(r.At) * time.Second).Format("Mon Jan 02 15:04:05-0700 2006")
		fmt.Fprintf(&b, "%s ERROR check:64 run[1.MainThread] %s params={'abonement': '%s'} place='%d'\n", at, r.Event, r.Of, i)
	}
	return b.String()
}

func happened(ev replay.Event) happening {
	if held := ev.Suppressed; held != nil {
		return happening{at: held.At - noon.Unix(), of: about(held.Group), held: held.By}
	}
	a := ev.Alert
	var count any
	if len(a.Values) > 0 {
		count = a.Values[0].V
	}
	return happening{count: count, at: a.At - noon.Unix(), of: about(a.Group), state: a.State, severity: a.Severity, swallows: a.Suppressed}
}

// about is the value of the group's only label, or that it is the overflow alert.
func about(group alert.Labels) string {
	switch {
	case len(group) == 0:
		return ""
	case group[0].Name == "overflow":
		return "overflow"
	}
	return group[0].Value
}

// alerts is the life of the scene's own rule.
func (s *Scene) alerts(dir string) ([]happening, error) {
	return s.play(dir, "rules:\n- id: rule\n"+s.Rule)
}

// heights is the value of a count at each second: how many of the questions "is it
// at least 1, 2, …" are answered with yes.
func (s *Scene) heights(dir string, c *Curve) ([]int, error) {
	out := make([]int, s.End+1)
	for k := 1; k <= c.Most; k++ {
		list, err := s.play(dir, "rules:\n- id: asks\n"+question(s.Rule, c.Of, k))
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			step := 0
			switch h.state {
			case alert.Firing:
				step = 1
			case alert.Resolved:
				step = -1
			}
			for at := max(h.at, 0); step != 0 && at <= s.End; at++ {
				out[at] += step
			}
		}
	}
	return out, nil
}

// question is the rule with another condition and without what delays it.
func question(rule, of string, k int) string {
	var b strings.Builder
	for line := range strings.Lines(rule) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch key {
		case "event", "match", "group_by", "window", "aggregates":
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "  condition: %s >= %d\n", of, k)
	return b.String()
}

// calms are the seconds at which the condition ceases to hold.
func (s *Scene) calms(dir string) ([]int64, error) {
	if !strings.Contains(s.Rule, "  for:") {
		return nil, nil
	}
	var plain strings.Builder
	for line := range strings.Lines(s.Rule) {
		if !strings.HasPrefix(line, "  for:") && !strings.HasPrefix(line, "  keep_firing_for:") {
			plain.WriteString(line)
		}
	}
	list, err := s.play(dir, "rules:\n- id: at_once\n"+plain.String())
	var out []int64
	for _, h := range list {
		if h.state == alert.Resolved {
			out = append(out, h.at)
		}
	}
	return out, err
}

// judgedAt tells for each record of the log at which second it is judged.
func (s *Scene) judgedAt(dir string) ([]int64, error) {
	list, err := s.play(dir, "rules:\n- id: sees\n  log: smarty_main\n  match: place != nil\n  group_by: [place]\n  mode: event\n")
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(s.Log)+1)
	for _, h := range list {
		i, err := strconv.Atoi(h.of)
		if err != nil {
			return nil, err
		}
		out[i] = h.at
	}
	return out, nil
}
