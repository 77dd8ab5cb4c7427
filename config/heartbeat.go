package config

import (
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// DefaultHeartbeat is the time between two heartbeats.
const DefaultHeartbeat = time.Minute

var heartbeatShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "heartbeat", Doc: "An address that is asked for as long as all works.", OneOf: []string{"url", "url_file"},
	Fields: append(withSecret("url", "The address; it is asked for with GET.", strictyaml.Field{}),
		strictyaml.Field{Name: "every", Kind: strictyaml.Duration, Shortest: time.Second, Longest: day, Default: "1m", Doc: "The time between two.",
			Example: "url: https://example.com/ping/smarty-alert\nevery: 30s"},
		loopbackKey),
})

// Heartbeat is an address that is asked for as long as all works.
type Heartbeat struct {
	URL           Secret
	Every         time.Duration
	AllowLoopback bool
}

// readHealth reads who is told about the program itself.
func (rd *reader) readHealth(m *strictyaml.Mapping) {
	if v := m.Get("health_receiver"); v.There() {
		name, ok := rd.text(v)
		if _, known := rd.cfg.Receiver(name); ok && !known {
			v.Fault(near(name, rd.receiverNames()), "unknown receiver %q", name)
		}
		rd.cfg.HealthReceiver = name
	}
	if v := m.Get("heartbeat"); v.There() {
		rd.cfg.Heartbeat = rd.readHeartbeat(pair{v.Mapping(), rd.written.QuietMapping().Get("heartbeat").QuietMapping()})
	}
	if _, known := rd.cfg.Receiver(rd.cfg.HealthReceiver); known && len(rd.cfg.Receivers) == 1 && rd.cfg.Heartbeat == nil {
		m.Get("health_receiver").Warn("lonely-health-receiver", "add another receiver, or a heartbeat",
			"there is no other receiver: when %q fails, nobody is told so", rd.cfg.HealthReceiver)
	}
}

func (rd *reader) receiverNames() (names []string) {
	for _, r := range rd.cfg.Receivers {
		names = append(names, r.Name)
	}
	return names
}

func (rd *reader) readHeartbeat(p pair) *Heartbeat {
	m, h := p.shown, &Heartbeat{}
	if !m.Value().There() {
		return nil
	}
	h.Every = rd.duration(m.Get("every"), DefaultHeartbeat)
	h.AllowLoopback = rd.bool(m.Get("allow_loopback"), false)
	var at strictyaml.Value
	if h.URL, at = rd.secret(p, "url"); at.There() {
		checkURL(at, h.URL.Reveal(), h.AllowLoopback)
	}
	if !hasAny(m, []string{"url", "url_file"}) {
		m.Value().Fault("url: https://example.com/ping", `"url" is missing`)
	}
	m.Done()
	return h
}
