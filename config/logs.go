package config

import (
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (rd *reader) readLogs(v strictyaml.Value) {
	seen := map[string]int{}
	for _, item := range v.List() {
		l := rd.readLog(item)
		if l.Path == "" {
			continue
		}
		clean := filepath.Clean(l.Path)
		if line, twice := seen[clean]; twice {
			item.Fault("a log has one instance and one start: remove one of them", "%s is here twice; first in line %d", l.Path, line)
			continue
		}
		seen[clean] = item.Line()
		rd.cfg.Logs = append(rd.cfg.Logs, l)
		rd.cfg.Lateness = max(rd.cfg.Lateness, l.Lateness)
	}
	switch {
	case v.There() && v.IsList() && len(v.List()) == 0:
		v.Fault("- {path: /var/log/microimpuls/smarty}", "the list is empty: there is nothing to follow")
	case len(rd.cfg.Logs) == 0:
		rd.cfg.Lateness = DefaultLateness
	}
}

// readLog reads an entry, which may be a path alone.
func (rd *reader) readLog(v strictyaml.Value) Log {
	l := Log{Start: Start(DefaultStart), Zone: rd.cfg.Timezone, Lateness: DefaultLateness}
	if !v.IsMapping() {
		l.Path = rd.logPath(v)
		return l
	}
	m := v.Mapping()
	l.Path = rd.logPath(m.Need("path"))
	if i := m.Get("instance"); i.There() {
		if text, ok := rd.text(i); ok && rd.name(i, "an instance", text) {
			l.Instance = text
		}
	}
	l.Start = rd.readStart(m.Get("start"))
	l.Lateness = rd.duration(m.Get("lateness"), DefaultLateness)
	l.Zone = rd.zone(m.Get("timezone"), rd.cfg.Timezone)
	rd.readOffset(m, &l)
	m.Done()
	return l
}

func (rd *reader) logPath(v strictyaml.Value) string {
	if text, ok := v.Text(); ok && text == "-" {
		v.Fault("", "standard input cannot be followed")
		return ""
	}
	p, _ := rd.globPath(v)
	return p
}

func (rd *reader) readStart(v strictyaml.Value) Start {
	text, _ := rd.text(v)
	switch text {
	case "end":
		return FromEnd
	case "beginning":
		return FromBeginning
	case "":
		return Start(DefaultStart)
	}
	if _, err := strictyaml.ParseDuration(text); err != nil {
		v.Fault("end, beginning or a duration such as 1h", "unknown start %q", text)
		return Start(DefaultStart)
	}
	d := rd.duration(v, DefaultStart)
	if d == 0 {
		return FromEnd
	}
	return Start(d)
}

// readOffset reads "trust" or {ignore: ZONE}.
func (rd *reader) readOffset(m *strictyaml.Mapping, l *Log) {
	v := m.Get("offset")
	if !v.IsMapping() {
		if text, ok := rd.text(v); ok && text != "trust" {
			v.Fault("trust, or {ignore: Europe/Moscow} where the printed offset is wrong", "unknown offset %q", text)
		}
		return
	}
	om := v.Mapping()
	zone := om.Need("ignore")
	om.Done()
	if !zone.There() {
		return
	}
	l.Zone, l.IgnoreOffset = rd.zone(zone, l.Zone), true
	if tz := m.Key("timezone"); tz.There() {
		tz.Warn("timezone-ignored", "remove it", "has no effect beside offset: {ignore: …}, which names the zone")
	}
}
