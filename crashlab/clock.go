package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/store"
)

// clock is what a round's writer and service go by. The zero value is the machine's.
type clock struct {
	began time.Time // on the machine's clock
	start time.Time // what it showed then
	speed float64
	leaps []leap
}

// leap of a clock, when it has run for a while.
type leap struct{ after, by time.Duration }

func newClock(start time.Time, speed float64, leaps ...leap) clock {
	return clock{began: time.Now(), start: start, speed: speed, leaps: leaps}
}

func (c clock) now() time.Time {
	if c.speed == 0 {
		return time.Now()
	}
	ran := c.ran()
	now := c.start.Add(ran)
	for _, l := range c.leaps {
		if ran >= l.after {
			now = now.Add(l.by)
		}
	}
	return now
}

// ran is how much of its time has gone by.
func (c clock) ran() time.Duration { return c.span(time.Since(c.began)) }

// span is how long a time of the machine is on this clock.
func (c clock) span(d time.Duration) time.Duration {
	if c.speed == 0 {
		return d
	}
	return time.Duration(float64(d) * c.speed)
}

// flags start a service with this clock, however long its start takes: a clock that begun
// by itself would be behind by that time as often as it is fast, and what is written now
// would be from the future. Its leaps are the round's business.
func (c clock) flags() []string {
	if c.speed == 0 {
		return nil
	}
	return []string{"--clock-start", c.start.UTC().Format(time.RFC3339), "--clock-began", c.began.Format(time.RFC3339Nano),
		"--clock-speed", strconv.FormatFloat(c.speed, 'g', -1, 64)}
}

// await waits until the clock has run for so long.
func (r *round) await(c clock, ran time.Duration) {
	r.pause(time.Duration(float64(ran-c.ran()) / max(1, c.speed)))
}

// stamp writes a record as a log with a zone of its own does.
type stamp func(era int, now int64, stem, event string, fields map[string]string) []byte

// offsetAt and offsetEnd are where Smarty prints the offset.
const offsetAt, offsetEnd = len("Mon Jan 02 15:04:05"), len("Mon Jan 02 15:04:05-0700")

// local prints local time: with its offset, without, or with a wrong one.
func local(zone *time.Location, offset func(stem string) string) stamp {
	return func(era int, now int64, stem, event string, fields map[string]string) []byte {
		text := loggen.Render(era, zone, now, stem, event, fields)
		switch o := offset(stem); o {
		case "right":
			return text
		default:
			return append(append(append([]byte(nil), text[:offsetAt]...), o...), text[offsetEnd:]...)
		}
	}
}

// Clocks of these rows run so fast, and the time that a stamp may be late by is two
// seconds of the machine.
const (
	clockSpeed    = 120
	clockLateness = 2 * clockSpeed * time.Second
	silentFor     = 15 * time.Minute
)

// clockRules are those of the lab, and one that asks for silence. Alerts last minutes: of
// what ends within the moment in which it began nobody is told.
var clockRules = strings.Replace(labRules, "keep_firing_for: 1s", "keep_firing_for: 5m", 1) + `- id: silent
  event: LAB_RECORD
  group_by: [key]
  window: 15m
  absence: true
  condition: count == 0
`

// clocked is a round in which a clock is the matter: a writer, a service, and what is
// asked of its alerts.
type clocked struct {
	*round
	w        *writer
	s        *service
	goneAt   time.Duration // when the only record of its key is written
	loose    bool          // seconds are not those that were printed, nor those of a replay
	windows  bool          // nor are records in windows any more
	silences bool          // logs are silent, and replay knows when
}

func (r *round) newClocked(start time.Time, leaps ...leap) (*clocked, error) {
	w, err := r.newWriter()
	if err != nil {
		return nil, err
	}
	c := &clocked{round: r, w: w, s: r.newService(), windows: true}
	w.clock = newClock(start, clockSpeed, leaps...)
	c.s.clock, c.s.lateness, c.s.rules = w.clock, clockLateness, clockRules
	c.s.hook.heal()
	w.between = c.between
	return c, nil
}

// between writes the record of the key that falls silent, when its time has come.
func (c *clocked) between() error {
	if c.w.alone == nil && c.w.clock.ran() >= c.goneAt {
		next := c.w.next
		c.w.alone = &next
		_, err := c.w.put(c.w.anyStem())
		return err
	}
	return nil
}

// finish waits until all is judged, stops the service, and judges it.
func (c *clocked) finish() error {
	if err := c.s.settle(); err != nil {
		return err
	}
	if err := c.s.stop(); err != nil {
		return err
	}
	if !c.loose {
		return c.s.judgeBy(c.w, c.count)
	}
	_, stored, err := c.s.stored()
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	c.alerts += len(stored)
	complaints := append(c.count(stored), c.s.checkTold(stored)...)
	if len(complaints) == 0 {
		return nil
	}
	c.keep("complaints.txt", complaints)
	return fmt.Errorf("%d complaints, the first: %s", len(complaints), complaints[0])
}

// count is arithmetic: each record is counted once, at the second at which it was
// written, and the only silence is that of the key that fell silent.
func (c *clocked) count(stored []decided) (complaints []string) {
	complaints = c.countNumbers(stored, c.w)
	if c.windows {
		complaints = append(complaints, c.countSeconds(stored, c.w)...)
	}
	silent := 0
	for _, d := range stored {
		at, err := time.Parse(time.RFC3339, d.At)
		if err != nil {
			complaints = append(complaints, err.Error())
			continue
		}
		switch {
		case d.Rule == "each" && !c.loose:
			if n, err := strconv.Atoi(d.Group["number"]); err != nil || n >= len(c.w.at) || c.w.at[n] != at.Unix() {
				complaints = append(complaints, "taken at another second: "+d.line)
				c.alertsDoubled++
			}
		case d.Rule != "silent" || c.silences:
		case d.Group["key"] != "gone" || d.State != "firing":
			complaints = append(complaints, "nothing was silent: "+d.line)
			c.alertsDoubled++
		default:
			silent++
			if want := c.w.at[*c.w.alone] + int64(silentFor/time.Second); !c.loose && at.Unix() != want {
				complaints = append(complaints, fmt.Sprintf("silent %d s late: %s", at.Unix()-want, d.line))
				c.alertsLost++
			}
		}
	}
	if silent != 1 && !c.silences {
		complaints = append(complaints, fmt.Sprintf("%d alerts of the key that fell silent", silent))
		c.alertsLost++
	}
	return complaints
}

// dstRound lives through a change of the clocks in a zone. One log prints the offset,
// the others do not; they are rotated meanwhile, and the service may be killed.
func dstRound(forward bool) func(*round) error {
	return func(r *round) error {
		name := [...]string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"}[r.number%4]
		zone, err := time.LoadLocation(name)
		if err != nil {
			return err
		}
		before, after := time.Duration(10+r.dice.IntN(20))*time.Minute, 25*time.Minute
		if !forward {
			after = 65 * time.Minute // the hour is repeated
		}
		c, err := r.newClocked(changeOf(zone, forward).Add(-before))
		if err != nil {
			return err
		}
		c.s.reads, c.goneAt = "timezone: "+name, before-5*time.Minute
		c.w.stamp = local(zone, func(stem string) string {
			if stem == stems[0] {
				return "right"
			}
			return ""
		})
		rotated := newRotation(c.w, false)
		c.w.between = func() error {
			if c.w.dice.IntN(40) == 0 {
				if err := rotated.now(c.w.anyStem()); err != nil {
					return err
				}
			}
			return c.between()
		}
		if err := c.s.start(); err != nil {
			return err
		}
		stop := c.w.keepOn()
		if r.dice.IntN(2) == 0 {
			r.await(c.w.clock, before+time.Duration(r.dice.Int64N(int64(after))))
			c.s.kill()
			r.kills++
			if err := c.s.launch(); err != nil {
				return err
			}
		}
		r.await(c.w.clock, before+after)
		if err := stop(); err != nil {
			return err
		}
		r.note("rotations", rotated.rotations)
		return c.finish()
	}
}

// now renames a log, and its writer notices at once.
func (p *rotation) now(stem string) error {
	if err := p.rotate(stem); err != nil {
		return err
	}
	return p.reopen(stem)
}

// changeOf is when the clocks of a zone are next put on or back.
func changeOf(zone *time.Location, forward bool) time.Time {
	for t := time.Date(2026, 1, 1, 0, 0, 0, 0, zone); ; {
		_, was := t.Zone()
		_, t = t.ZoneBounds()
		if _, is := t.Zone(); is > was == forward {
			return t
		}
	}
}

// noon is when rounds begin for which the day does not matter.
var noon = time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)

// jumpRound has the wall clock jump by an hour: alone, there and back, or the logs
// with it.
func jumpRound(r *round) error {
	by := time.Hour
	if r.number%2 == 1 {
		by = -by
	}
	const at, end = 10 * time.Minute, 35 * time.Minute
	jumps := []string{"--clock-jump", fmt.Sprintf("%s=%s", at, by)}
	length := end
	var leaps []leap
	switch r.number / 2 % 3 {
	case 1:
		jumps = append(jumps, "--clock-jump", fmt.Sprintf("%s=%s", at+10*time.Minute, -by))
	case 2: // the service's clock has begun a little later than the writer's
		leaps = []leap{{at + 4*time.Minute, by}}
	}
	c, err := r.newClocked(noon, leaps...)
	if err != nil {
		return err
	}
	if len(leaps) > 0 && by > 0 {
		c.silences = true // an hour of which the logs have nothing
	}
	if len(leaps) > 0 && by < 0 { // an hour of records that are late
		c.loose, c.windows = true, false
		length += time.Hour
	}
	c.s.catchUp = "1d" // what is late by a jump is told one by one, not in a digest
	if err := c.s.start(jumps...); err != nil {
		return err
	}
	stop := c.w.keepOn()
	r.await(c.w.clock, length)
	if err := stop(); err != nil {
		return err
	}
	return c.finish()
}

// forgedRound has records of 2099 among the others, each by itself.
func forgedRound(r *round) error {
	c, err := r.newClocked(noon)
	if err != nil {
		return err
	}
	forged := 0
	c.s.rules += "- id: forged\n  event: LAB_FORGED\n  group_by: [number]\n  mode: event\n"
	forge := func() error {
		stem := c.w.anyStem()
		text := loggen.Render(3, time.UTC, time.Date(2099, 6, 1, 0, 0, 0, 0, time.UTC).Unix(), stem, "LAB_FORGED", map[string]string{"number": strconv.Itoa(forged)})
		forged++
		if _, err := c.w.files[stem].Write(text); err != nil {
			return err
		}
		_, err := c.w.put(stem) // the next record of the log shows that it was wrong
		return err
	}
	c.w.between = func() error {
		if c.w.dice.IntN(8) == 0 {
			if err := forge(); err != nil {
				return err
			}
		}
		return c.between()
	}
	if err := c.s.start(); err != nil {
		return err
	}
	for range 3 * keys { // all logs have begun
		if _, err := c.w.put(c.w.anyStem()); err != nil {
			return err
		}
	}
	stop := c.w.keepOn()
	r.await(c.w.clock, 30*time.Minute)
	if err := stop(); err != nil {
		return err
	}
	r.note("records of 2099", forged)
	if err := c.finish(); err != nil {
		return err
	}
	return c.expect("forged", forged, "clock-skew", 0, "")
}

// skewRound has local time printed as +0000: the service says so, and names the setting
// with which all is right.
func skewRound(r *round) error {
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		return err
	}
	c, err := r.newClocked(noon)
	if err != nil {
		return err
	}
	c.w.stamp = local(zone, func(stem string) string {
		if r.number%3 == 1 && stem != stems[0] {
			return "right" // one log alone
		}
		return "+0000"
	})
	skewed := 3
	switch r.number % 3 {
	case 1:
		skewed = 1
	case 2:
		c.s.reads, skewed = "offset: {ignore: Europe/Moscow}", 0
	}
	c.loose = skewed > 0
	if err := c.s.start(); err != nil {
		return err
	}
	// What comes from the future is taken as soon as it can be, which must not be within
	// the history of a first start.
	r.await(c.w.clock, c.w.clock.ran()+2*clockLateness)
	stop := c.w.keepOn()
	r.await(c.w.clock, 40*time.Minute)
	if err := stop(); err != nil {
		return err
	}
	if err := c.finish(); err != nil {
		return err
	}
	return c.expect("", 0, "clock-skew", skewed, "offset")
}

// expect asks for so many alerts of a rule, and so many sources that a health alert
// names with a word of advice.
func (c *clocked) expect(rule string, alerts int, health string, sources int, advice string) error {
	history, err := c.s.history()
	if err != nil {
		return err
	}
	got, about := 0, map[string]bool{}
	for _, t := range history {
		switch {
		case rule != "" && t.Rule == rule:
			got++
		case t.Rule != health || t.State != alert.Firing:
		case !strings.Contains(t.Summary+t.Annotation("description"), advice):
			return fmt.Errorf("the alert %s does not name %q: %s %s", health, advice, t.Summary, t.Annotation("description"))
		default:
			about[t.Group.String()] = true
		}
	}
	if got != alerts || len(about) != sources {
		c.alertsLost++
		return fmt.Errorf("%d alerts of %q, want %d; %s about %v, want %d sources", got, rule, alerts, health, about, sources)
	}
	return nil
}

// history is all that a stopped service has decided, of its own rules as well.
func (s *service) history() ([]alert.Transition, error) {
	st, err := store.Open(s.round, s.state, store.Options{})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	return st.History(s.round, time.Unix(0, 0), 0)
}
