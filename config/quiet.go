package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Defaults of what keeps people from being told too much.
const (
	DefaultBurst       = 5
	DefaultPer         = time.Minute
	DefaultTransitions = 10
	DefaultWithin      = time.Hour
)

// RateLimit is how many messages a receiver gets; a Burst of 0 is no limit.
type RateLimit struct {
	Burst int
	Per   time.Duration
}

// Flapping is when an alert comes and goes too often; 0 Transitions: never.
type Flapping struct {
	Transitions int
	Within      time.Duration
}

// Inhibition says which alerts keep which others from being told.
type Inhibition struct {
	Source, Target alert.Matchers
	Equal          []string
}

// readQuiet reads what keeps people from being told.
func (rd *reader) readQuiet(m *strictyaml.Mapping) {
	flapping, inhibit, silences := m.Get("flapping"), m.Get("inhibit_rules"), m.Get("silences")
	f := flapping.Mapping()
	rd.cfg.CatchUp = rd.duration(m.Get("catch_up"), DefaultCatchUp)
	rd.cfg.Flapping = Flapping{rd.count(f.Get("transitions"), DefaultTransitions), rd.duration(f.Get("within"), DefaultWithin)}
	f.Done()
	for _, item := range inhibit.List() {
		rd.cfg.Inhibit = append(rd.cfg.Inhibit, rd.readInhibition(item))
	}
	for _, item := range silences.List() {
		if s, ok := rd.readSilence(item); ok {
			rd.cfg.Silences = append(rd.cfg.Silences, s)
			rd.cfg.ends = append(rd.cfg.ends, item.QuietMapping().Get("ends"))
		}
	}
}

// SilencesOver warns of the silences that hold nothing back at now or ever again.
func (c *Config) SilencesOver(now time.Time) []strictyaml.Fault {
	found := &strictyaml.Faults{}
	for i, s := range c.Silences {
		if s.State(now) == alert.SilenceExpired {
			c.ends[i].Reporting(found).Warn("silence-over", "remove it, or give it another end", "the silence is over: it holds nothing back any more")
		}
	}
	return found.Warnings()
}

func (rd *reader) readInhibition(v strictyaml.Value) (in Inhibition) {
	m := v.Mapping()
	in.Source, _ = rd.matchers(m.Need("source_matchers"))
	in.Target, _ = rd.matchers(m.Need("target_matchers"))
	in.Equal = rd.texts(m.Get("equal"))
	m.Done()
	return in
}

// readSilence reads a silence; its id is made of what it says, so that it is the
// same after every start.
func (rd *reader) readSilence(v strictyaml.Value) (s alert.Silence, ok bool) {
	m := v.Mapping()
	if !m.Value().There() {
		return s, false
	}
	var whole [3]bool
	s.Matchers, whole[0] = rd.matchers(m.Need("matchers"))
	s.StartsAt, whole[1] = rd.moment(m.Get("starts"))
	s.EndsAt, whole[2] = rd.moment(m.Need("ends"))
	s.CreatedBy = "configuration"
	if author, ok := rd.text(m.Get("author")); ok {
		s.CreatedBy = author
	}
	s.Comment, _ = rd.text(m.Need("comment"))
	m.Done()
	if whole != [3]bool{true, true, true} || s.Comment == "" {
		return s, false
	}
	if err := s.Check(s.EndsAt.Add(-1)); err != nil {
		m.Value().Fault("", "%v", err)
		return s, false
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d %d", strings.Join(sorted(s.Matchers), "\n"), s.StartsAt.UnixNano(), s.EndsAt.UnixNano()))
	s.ID = "config-" + hex.EncodeToString(sum[:8])
	return s, true
}

// moment is a time, or the zero one when none is written.
func (rd *reader) moment(v strictyaml.Value) (at time.Time, ok bool) {
	if !v.There() {
		return at, true
	}
	text, ok := rd.text(v)
	if !ok {
		return at, false
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), true
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, rd.cfg.Timezone); err == nil {
			return at.UTC(), true
		}
	}
	v.Fault("write 2026-02-01 05:00 or 2026-02-01T05:00:00+03:00", "%q is not a time", text)
	return at, false
}

// count is a whole number that is not negative.
func (rd *reader) count(v strictyaml.Value, fallback int) int {
	text, ok := rd.text(v)
	if !ok {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || len(text) > 6 {
		v.Fault("", "%q is not a number from 0 to 999999", text)
		return fallback
	}
	return n
}

func (rd *reader) readRateLimit(v strictyaml.Value) RateLimit {
	m := v.Mapping()
	limit := RateLimit{DefaultBurst, rd.duration(m.Get("per"), DefaultPer)}
	if v.There() {
		limit.Burst = rd.count(m.Need("burst"), DefaultBurst)
	}
	m.Done()
	return limit
}

// readDigest reads when a route's digests are due; nil: it has none.
func (rd *reader) readDigest(v strictyaml.Value) *calendar.Cron {
	m := v.Mapping()
	if !v.There() || !m.Value().There() {
		return nil
	}
	cron := m.Need("cron")
	zone := rd.zone(m.Get("timezone"), rd.cfg.Timezone)
	m.Done()
	text, ok := rd.text(cron)
	if !ok {
		return nil
	}
	c, err := calendar.ParseCron(text, zone)
	if err != nil {
		cron.Fault("five fields of cron, such as 0 9 * * *", "%v", err)
		return nil
	}
	return c
}

// matchers are a list of texts; ok is false when one of them cannot be read.
func (rd *reader) matchers(list strictyaml.Value) (ms alert.Matchers, ok bool) {
	if list.IsMapping() {
		list.Fault(`matchers: ['severity="critical"']`, "is a mapping; a list of texts is expected")
		return nil, false
	}
	ok = true
	for _, v := range list.List() {
		m, good := rd.matcher(v)
		if ok = ok && good; good {
			ms = append(ms, m)
		}
	}
	return ms, ok
}

func (rd *reader) matcher(v strictyaml.Value) (m alert.Matcher, ok bool) {
	text, ok := rd.text(v)
	if !ok {
		return m, false
	}
	m, err := alert.ParseMatcher(text)
	if err != nil {
		msg := strings.TrimPrefix(err.Error(), fmt.Sprintf("matcher %q: ", text))
		v.Fault(`write 'severity="critical"' or 'rule=~"edge_.*"'`, "%s", msg)
		return m, false
	}
	return m, true
}
