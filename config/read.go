package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Defaults of what the file leaves out.
const (
	DefaultLateness  = 2 * time.Second
	DefaultCatchUp   = 15 * time.Minute
	DefaultStart     = time.Hour
	DefaultTimeout   = 10 * time.Second
	DefaultStateDir  = "/var/lib/smarty-alert"
	DefaultRetention = 30 * day
	DefaultMaxSize   = 2_000_000_000 // bytes
	DefaultListen    = "127.0.0.1:9099"
)

const day = 24 * time.Hour

func (rd *reader) read(root strictyaml.Value) {
	m, c := root.Shaped(fileShape).Mapping(), &rd.cfg
	c.Version = 1
	if v := m.Get("version"); v.There() {
		if text, ok := v.Text(); ok && text != "1" {
			v.Fault("write version: 1", "version %q is not supported by this version of the program", text)
		}
	}
	c.Timezone = rd.zone(m.Get("timezone"), time.UTC)
	if v := m.Get("instance"); v.There() {
		if text, ok := rd.text(v); ok && rd.name(v, "an instance", text) {
			c.Instance = text
		}
	}
	c.Language = rd.language(m.Get("language"), English)
	for _, item := range m.Get("templates").List() {
		if p, ok := rd.globPath(item); ok {
			c.Templates = append(c.Templates, p)
		}
	}
	rd.readLogs(rd.wanted(m, "logs"))
	for _, item := range rd.wanted(m, "rules").List() {
		if p, ok := rd.globPath(item); ok {
			c.Rules = append(c.Rules, p)
		}
	}
	rd.readState(m.Get("state"))
	rd.readWeb(m.Get("web"))
	rd.readCalendars(m.Get("calendars"))
	rd.readRedact(m.Get("redact"))
	rd.readRuleSettings(m)
	rd.readPeople(m)
	rd.readQuiet(m)
	m.Done()
}

// wanted is a key that only a dry reading does without.
func (rd *reader) wanted(m *strictyaml.Mapping, name string) strictyaml.Value {
	if rd.dry {
		return m.Get(name)
	}
	return m.Need(name)
}

func (rd *reader) readState(v strictyaml.Value) {
	m := v.Mapping()
	rd.cfg.State = State{Dir: DefaultStateDir}
	if d := m.Get("dir"); d.There() {
		if p, ok := rd.path(d); ok {
			rd.cfg.State.Dir = p
		}
	}
	rd.cfg.State.Retention = rd.duration(m.Get("retention"), DefaultRetention)
	rd.cfg.State.MaxSize = rd.size(m.Get("max_size"), DefaultMaxSize)
	m.Done()
}

func (rd *reader) readWeb(v strictyaml.Value) {
	m := v.Mapping()
	rd.cfg.Web = Web{Listen: DefaultListen}
	listen := m.Get("listen")
	rd.cfg.Web.ExternalURL = rd.externalURL(m.Get("external_url"))
	file, guarded := rd.webFile(m.Get("config_file"))
	rd.cfg.Web.ConfigFile = file
	m.Done()
	text, ok := rd.text(listen)
	if !ok {
		return
	}
	host, _, err := hostPort(text, 0)
	if err != nil {
		listen.Fault("write 127.0.0.1:9099", "%v", err)
		return
	}
	rd.cfg.Web.Listen = text
	if ip, err := netip.ParseAddr(host); !guarded && (host == "" || err == nil && !ip.IsLoopback()) {
		listen.Warn("public-listener", "listen on 127.0.0.1, or ask for a password with config_file (docs/web.md)",
			"whoever reaches this address can read alerts, silence them and ask for a reload")
	}
}

// externalURL is the address of a page, with a slash at its end; "" when none is given.
func (rd *reader) externalURL(v strictyaml.Value) string {
	text, ok := rd.text(v)
	if !ok {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https", text != u.String():
		v.Fault("write https://alerts.example.com/", "%q is not an http or https address", text)
	case u.User != nil, u.RawQuery != "", u.Fragment != "", u.ForceQuery:
		v.Fault("write https://alerts.example.com/", "an address alone is wanted: it stands in every message")
	default:
		return strings.TrimSuffix(text, "/") + "/"
	}
	return ""
}

// readRuleSettings reads what the file sets in rules. The values are taken as
// they are written: rules do not know the environment.
func (rd *reader) readRuleSettings(m *strictyaml.Mapping) {
	vars, lists, overrides := m.Get("vars"), m.Get("lists"), m.Get("overrides")
	rd.cfg.Vars = rules.ReadVars(vars)
	rd.cfg.Lists = rules.ReadLists(lists)
	rd.cfg.Overrides = rules.ReadOverrides(overrides, rd.cfg.CalendarNames())
	refuseReferences(vars, 0)
	refuseReferences(lists, 0)
	refuseReferences(overrides, 0)
}

// refuseReferences finds ${NAME}s where nobody replaces them.
func refuseReferences(v strictyaml.Value, depth int) {
	switch {
	case !v.There() || depth > maxDepth:
	case v.IsMapping():
		m := v.QuietMapping()
		for _, name := range m.Keys() {
			refuseReferences(m.Get(name), depth+1)
		}
	case v.IsList():
		for _, item := range v.List() {
			refuseReferences(item, depth+1)
		}
	default:
		if variableIn.MatchString(v.Raw()) {
			v.Fault("write the value itself", "the environment is not read in vars and overrides")
		}
	}
}

func (rd *reader) readRedact(v strictyaml.Value) {
	m := v.Mapping()
	rd.cfg.Redact = Redact{Keys: rd.texts(m.Get("keys")), Allow: rd.texts(m.Get("allow"))}
	m.Done()
}

func (rd *reader) readCalendars(v strictyaml.Value) {
	rd.cfg.Calendars = map[string]*calendar.Calendar{}
	m := v.Mapping()
	for _, name := range m.Keys() {
		rd.name(m.Key(name), "a calendar's name", name)
		items := []strictyaml.Value{m.Get(name)}
		if items[0].IsList() {
			items = items[0].List()
		}
		if len(items) == 0 || !items[0].There() {
			m.Key(name).Fault("- {weekdays: [mon-fri], times: [\"09:00-18:00\"]}", "the calendar %q has no intervals", name)
		}
		var specs []calendar.Spec
		for _, item := range items {
			specs = append(specs, rd.readInterval(item, name))
		}
		// Its faults have been told one by one. A calendar with some is kept, so
		// that those who use it are not at fault too.
		rd.cfg.Calendars[name], _ = calendar.New(name, specs)
	}
}

// readInterval reads one interval and gives the calendar's faults their places.
func (rd *reader) readInterval(v strictyaml.Value, name string) calendar.Spec {
	m := v.Mapping()
	if !m.Value().There() {
		return calendar.Spec{}
	}
	s := calendar.Spec{
		Zone:     rd.zone(m.Get("timezone"), rd.cfg.Timezone).String(),
		Weekdays: rd.texts(m.Get("weekdays")),
		Times:    rd.texts(m.Get("times")),
		Except:   rd.texts(m.Get("except")),
	}
	if d := m.Get("duration"); d.There() {
		s.Duration = rd.duration(d, time.Hour)
	}
	if cron := m.Get("cron"); cron.There() {
		s.Cron, _ = rd.text(cron)
	}
	m.Done()
	_, err := calendar.New(name, []calendar.Spec{s})
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return s
	}
	for _, fault := range joined.Unwrap() {
		if inner := errors.Unwrap(fault); inner != nil {
			fault = inner
		}
		blame(m, fault.Error()).Fault("", "%s", fault)
	}
	return s
}

// blame finds what of an interval a message is about: messages begin with the
// word for it and quote the text.
func blame(m *strictyaml.Mapping, msg string) strictyaml.Value {
	for _, key := range []string{"weekdays", "times", "except", "cron", "duration"} {
		v := m.Get(key)
		if !strings.HasPrefix(msg, strings.TrimSuffix(key, "s")) || !v.There() {
			continue
		}
		for _, item := range v.List() {
			if text, ok := item.Text(); ok && strings.Contains(msg, strconv.Quote(text)) {
				return item
			}
		}
		return v
	}
	return m.Value()
}

// ownAddress reports whether a host is this machine or its link, as far as its
// name shows: the receivers refuse to dial those unless they are allowed to.
func ownAddress(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast())
}
