package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/store"
)

// decided is an alert line: of a replay, or of what the service has stored, written
// in the same way.
type decided struct {
	Type, At, Rule, State, ID, Reason string
	Group                             map[string]string
	Values                            map[string]any

	line string
}

func parseDecided(line string) (d decided, err error) {
	err = json.Unmarshal([]byte(line), &d)
	d.line = line
	return d, err
}

// judge counts what a stopped service has made of the records of a writer. What it
// found is in the round's tally; the details are beside the logs.
func (s *service) judge(w *writer) error {
	return s.judgeBy(w, func(stored []decided) []string { return s.round.countRecords(stored, w) })
}

// judgeBy does so with an arithmetic of the row's own.
func (s *service) judgeBy(w *writer, count func(stored []decided) (complaints []string)) error {
	return s.judgeAll(w, count, s.checkTold)
}

// judgeAll does so with what a row asks of those who are told.
func (s *service) judgeAll(w *writer, count, checkTold func([]decided) (complaints []string)) error {
	until, stored, err := s.stored()
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	want, err := s.replayed(until)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	r := s.round
	complaints := count(stored)
	complaints = append(complaints, r.compare(want, stored)...)
	complaints = append(complaints, checkTold(want)...)
	if len(complaints) == 0 {
		return nil
	}
	if s.clock.span(w.late) > s.lateness-time.Second {
		complaints = append(complaints, fmt.Sprintf("the writer was held up for %s: the machine is too busy for a lateness of %s", w.late, s.lateness))
	}
	r.keep("complaints.txt", complaints)
	return fmt.Errorf("%d complaints, the first: %s", len(complaints), complaints[0])
}

// judgeLines asks whether the service has decided what a replay does; who was told is
// another row's matter.
func (s *service) judgeLines(count func(stored []decided) (complaints []string)) error {
	until, stored, err := s.stored()
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	want, err := s.replayed(until)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	complaints := append(count(stored), s.round.compare(want, stored)...)
	if len(complaints) == 0 {
		return nil
	}
	s.round.keep("complaints.txt", complaints)
	return fmt.Errorf("%d complaints, the first: %s", len(complaints), complaints[0])
}

// judgeRecords counts the records alone.
func (s *service) judgeRecords(w *writer) error {
	_, stored, err := s.stored()
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	complaints := s.round.countRecords(stored, w)
	if len(complaints) == 0 {
		return nil
	}
	s.round.keep("complaints.txt", complaints)
	return fmt.Errorf("%d complaints, the first: %s", len(complaints), complaints[0])
}

// stored is what the service has decided, and up to which second.
func (s *service) stored() (until int64, out []decided, err error) {
	ctx := context.Background()
	st, err := store.Open(ctx, s.state, store.Options{})
	if err != nil {
		return 0, nil, err
	}
	defer st.Close()
	state, err := st.Load(ctx)
	if err != nil {
		return 0, nil, err
	}
	history, err := st.History(ctx, time.Unix(0, 0), 0)
	if err != nil {
		return 0, nil, err
	}
	var text bytes.Buffer
	lines := replay.NewJSONL(&text)
	for _, t := range slices.Backward(history) {
		if t.State == alert.Pending || !slices.Contains(s.ruleIDs(), t.Rule) {
			continue // health alerts are a row's own business
		}
		if err := lines.Event(replay.Event{Alert: &t}); err != nil {
			return 0, nil, err
		}
	}
	out, err = s.parse(text.String())
	return state.LastCut.Second, out, err
}

// ruleIDs are the rules of the round; the service has others of its own.
func (s *service) ruleIDs() (ids []string) {
	for line := range strings.Lines(s.rules) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "- id: "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// parse keeps the alert lines of the round's rules.
func (s *service) parse(text string) (out []decided, err error) {
	ids := s.ruleIDs()
	for line := range strings.Lines(text) {
		d, err := parseDecided(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("%w in %s", err, line)
		}
		if d.Type == "alert" && slices.Contains(ids, d.Rule) {
			out = append(out, d)
		}
	}
	return out, nil
}

// replayed is what the same program makes of the same files.
func (s *service) replayed(until int64) ([]decided, error) {
	cmd := exec.Command(s.round.program, "replay", "--config", s.round.path("config.yaml"), "--format", "jsonl",
		"--until", time.Unix(until, 0).UTC().Format(time.RFC3339), s.round.path("logs"))
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, diag.String())
	}
	return s.parse(out.String())
}

// countRecords is arithmetic over the numbers: each one that was written is decided
// about once, and the seconds together have as many records as there are numbers.
func (r *round) countRecords(stored []decided, w *writer) (complaints []string) {
	return append(r.countNumbers(stored, w), r.countSeconds(stored, w)...)
}

func (r *round) countNumbers(stored []decided, w *writer) (complaints []string) {
	seen, complaints := numbersOf(stored)
	for n := range w.next {
		if w.gone[n] {
			continue
		}
		r.records++
		switch got := seen[n]; {
		case got == 0:
			r.lost++
			complaints = append(complaints, fmt.Sprintf("record %d was never counted", n))
		case got > 1:
			r.doubled++
			complaints = append(complaints, fmt.Sprintf("record %d was counted %d times", n, got))
		}
	}
	for n := range seen {
		if n >= w.next {
			complaints = append(complaints, fmt.Sprintf("record %d was counted, but never written", n))
		}
	}
	return complaints
}

// numbersOf is how often each number was counted by itself.
func numbersOf(stored []decided) (seen map[int]int, complaints []string) {
	seen = map[int]int{}
	for _, d := range stored {
		if d.Rule != "each" {
			continue
		}
		n, err := strconv.Atoi(d.Group["number"])
		if err != nil {
			complaints = append(complaints, "no number: "+d.line)
		}
		count, _ := d.Values["count"].(float64)
		seen[n] += int(count)
	}
	return seen, complaints
}

// countSeconds holds the seconds together against all numbers; it comes after
// countNumbers.
func (r *round) countSeconds(stored []decided, w *writer) (complaints []string) {
	seen, _ := numbersOf(stored)
	var records, sum, wantRecords, wantSum float64
	for _, d := range stored {
		if d.Rule == "tally" {
			count, _ := d.Values["count"].(float64)
			numbers, _ := d.Values["numbers"].(float64)
			records, sum = records+count, sum+numbers
		}
	}
	for n := range w.next {
		times := 1
		if w.gone[n] { // it may have been read before it vanished
			times = seen[n]
		}
		wantRecords, wantSum = wantRecords+float64(times), wantSum+float64(n*times)
	}
	if records != wantRecords || sum != wantSum {
		complaints = append(complaints, fmt.Sprintf("the seconds have %v records of sum %v, written were %v of sum %v", records, sum, wantRecords, wantSum))
		if r.lost == 0 && records < wantRecords {
			r.lost += int(wantRecords - records)
		}
		if r.doubled == 0 && records > wantRecords {
			r.doubled += int(records - wantRecords)
		}
	}
	return complaints
}

// compare holds what was decided against a replay, line by line; their order is not
// asked for.
func (r *round) compare(want, stored []decided) (complaints []string) {
	r.alerts += len(want)
	times := map[string]int{}
	for _, d := range want {
		times[d.line]++
	}
	for _, d := range stored {
		times[d.line]--
	}
	for _, d := range want {
		if times[d.line] > 0 {
			times[d.line] = 0
			r.alertsLost++
			complaints = append(complaints, "replay only: "+d.line)
		}
	}
	for _, d := range stored {
		if times[d.line] < 0 {
			times[d.line] = 0
			r.alertsDoubled++
			complaints = append(complaints, "service only: "+d.line)
		}
	}
	return complaints
}

// checkTold asks whether both receivers were told of all that replay knows, and of
// nothing under two ids.
func (s *service) checkTold(want []decided) (complaints []string) {
	inboxes, err := s.inboxes()
	if err != nil {
		return []string{err.Error()}
	}
	born := time.Unix(s.born, 0).UTC().Format(time.RFC3339)
	brief := s.brief(want)
	for name, messages := range inboxes {
		complaints = append(complaints, s.round.countCopies(name, messages)...)
		ids := tellings(messages)
		for _, d := range want {
			if d.At <= born {
				continue // history of a first start
			}
			if brief[d.ID] && len(ids[telling{d.ID, "firing"}])+len(ids[telling{d.ID, "resolved"}]) == 0 {
				s.round.note("short-lived while down, not told", 1)
				continue
			}
			complaints = append(complaints, s.round.countTold(name, ids, []decided{d})...)
		}
	}
	return complaints
}

// inboxes are what each receiver has taken.
func (s *service) inboxes() (map[string][]message, error) {
	taken := map[string][]message{"hook": s.hook.taken()}
	if s.hookOnly {
		return taken, nil
	}
	var err error
	taken["file"], err = s.fileMessages()
	return taken, err
}

// countCopies counts what was taken twice.
func (r *round) countCopies(name string, messages []message) (complaints []string) {
	copies, bad := copiesOf(messages)
	r.copies += copies
	r.unexplained += len(bad)
	for _, b := range bad {
		complaints = append(complaints, name+": "+b)
	}
	return complaints
}

// countTold asks whether a receiver was told of each of these once. ids are those of its
// messages.
func (r *round) countTold(name string, ids map[telling][]string, want []decided) (complaints []string) {
	for _, d := range want {
		switch got := ids[telling{d.ID, status(d)}]; {
		case len(got) == 1:
		case len(got) > 1:
			r.alertsDoubled++
			complaints = append(complaints, fmt.Sprintf("%s was told under %d ids: %s", name, len(got), d.line))
		case d.State == "firing" && len(ids[telling{d.ID, "resolved"}]) > 0: // its end overtook it
		default:
			r.alertsLost++
			complaints = append(complaints, name+" was never told: "+d.line)
		}
	}
	return complaints
}

// brief are the alerts that began and ended while the service was down for so short a
// time that they count as read in time: as with Alertmanager, what is over before it was
// told is told to nobody.
func (s *service) brief(want []decided) map[string]bool {
	began, out := map[string]int64{}, map[string]bool{}
	for _, d := range want {
		at, err := time.Parse(time.RFC3339, d.At)
		switch {
		case err != nil:
		case d.State == "firing":
			began[d.ID] = at.Unix()
		case d.State == "resolved" && began[d.ID] > 0:
			out[d.ID] = s.absent(began[d.ID], at.Unix()) && !s.slept(began[d.ID])
		}
	}
	return out
}

// telling is a piece of news: an alert and what became of it.
type telling struct{ alert, status string }

func status(d decided) string {
	if d.State == "resolved" {
		return "resolved"
	}
	return "firing"
}

// tellings are the ids of the messages with a piece of news.
func tellings(messages []message) map[telling][]string {
	ids := map[telling][]string{}
	for _, m := range messages {
		for _, a := range m.alerts {
			key := telling{a.ID, a.Status}
			if !slices.Contains(ids[key], m.id) {
				ids[key] = append(ids[key], m.id)
			}
		}
	}
	return ids
}

// copiesOf counts the messages that were taken twice, and tells of those that
// nothing excuses: neither was the first the last one that its process sent before
// it died, nor was its answer lost.
func copiesOf(messages []message) (copies int, bad []string) {
	before, last := map[string]int{}, map[int]int{} // place by id, and by the process
	for i, m := range messages {
		last[m.life] = i
	}
	for i, m := range messages {
		b, twice := before[m.id]
		before[m.id] = i
		if !twice {
			continue
		}
		copies++
		earlier := messages[b]
		if !earlier.hidden && (earlier.life == m.life || last[earlier.life] != b) {
			bad = append(bad, fmt.Sprintf("message %s was taken twice, from processes %d and %d, for no reason", m.id, earlier.life, m.life))
		}
	}
	return copies, bad
}

// fileLines are the whole lines of the file receiver.
func (s *service) fileLines() []string {
	text, err := os.ReadFile(s.round.path("told.jsonl"))
	if err != nil || len(text) == 0 {
		return nil
	}
	lines := strings.Split(string(text), "\n")
	return lines[:len(lines)-1]
}

// fileMessages are those of the file receiver; a torn line is no message.
func (s *service) fileMessages() (out []message, err error) {
	life := 0
	for i, line := range s.fileLines() {
		for life < len(s.lives) && i >= s.lives[life] {
			life++
		}
		var v struct {
			ID      string
			Message body
		}
		if json.Unmarshal([]byte(line), &v) != nil {
			continue
		}
		out = append(out, message{id: v.ID, life: life, body: v.Message})
	}
	return out, nil
}
