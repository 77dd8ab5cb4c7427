package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// body is Alertmanager's webhook message, version 4.
type body struct {
	Version           string       `json:"version"`
	GroupKey          string       `json:"groupKey"`
	TruncatedAlerts   int          `json:"truncatedAlerts"`
	Status            string       `json:"status"`
	Receiver          string       `json:"receiver"`
	GroupLabels       alert.Labels `json:"groupLabels"`
	CommonLabels      alert.Labels `json:"commonLabels"`
	CommonAnnotations alert.Labels `json:"commonAnnotations"`
	ExternalURL       string       `json:"externalURL"`
	Alerts            []item       `json:"alerts"`
}

// item is one alert; id and what follows is ours.
type item struct {
	Status       string         `json:"status"`
	Labels       alert.Labels   `json:"labels"`
	Annotations  alert.Labels   `json:"annotations"`
	StartsAt     time.Time      `json:"startsAt"`
	EndsAt       time.Time      `json:"endsAt"` // the zero time while it fires
	GeneratorURL string         `json:"generatorURL"`
	Fingerprint  string         `json:"fingerprint"`
	ID           string         `json:"id"`
	Values       map[string]any `json:"values"`
	Samples      []sample       `json:"samples"`
	Suppressed   int64          `json:"suppressed"`
}

type sample struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	File   string    `json:"file"`
	Pos    int64     `json:"pos"`
	Text   string    `json:"text"`
}

// Body is the delivery as JSON. externalURL is that of the page, most the number of
// alerts shown; "" and 0: none and all.
func Body(d alert.Delivery, externalURL string, most int) ([]byte, error) {
	m := d.Message
	b := body{
		Version: "4", GroupKey: d.GroupKey, Status: m.Status, Receiver: m.Receiver,
		GroupLabels: m.GroupLabels, ExternalURL: externalURL, Alerts: []item{},
	}
	for i := range m.Alerts {
		it := newItem(&m.Alerts[i], m.External, externalURL)
		if i == 0 {
			b.CommonLabels, b.CommonAnnotations = it.Labels, it.Annotations
		}
		b.CommonLabels = common(b.CommonLabels, it.Labels)
		b.CommonAnnotations = common(b.CommonAnnotations, it.Annotations)
		b.Alerts = append(b.Alerts, it)
	}
	if most > 0 && len(b.Alerts) > most {
		b.TruncatedAlerts = len(b.Alerts) - most
		b.Alerts = b.Alerts[:most]
	}
	if m.Digest != nil { // it names the most urgent of what fires
		b.TruncatedAlerts += max(0, m.Digest.Count()-len(m.Alerts))
	}
	endsFirst(b.Alerts)
	data, err := json.Marshal(b)
	return harmless(data), err
}

// harmless writes as \u what a terminal would obey or not show. In JSON such
// characters stand in texts only.
func harmless(data []byte) []byte {
	var b bytes.Buffer
	for _, c := range string(data) {
		if !unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			b.WriteRune(c)
			continue
		}
		for _, unit := range utf16.Encode([]rune{c}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}

// endsFirst moves the end of an incident before the beginning of the next one of
// the same fingerprint: who keeps one state per fingerprint ends up with the
// right one.
func endsFirst(items []item) {
	firing := map[string]bool{}
	for _, it := range items {
		if it.Status == "firing" {
			firing[it.Fingerprint] = true
		}
	}
	rank := func(it item) int {
		if it.Status == "resolved" && firing[it.Fingerprint] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(items, func(a, b item) int { return rank(a) - rank(b) })
}

func newItem(t *alert.Transition, external alert.Labels, externalURL string) item {
	it := item{
		Status: "firing", Labels: t.Set(external), Annotations: t.Annotations, StartsAt: utc(t.StartsAt),
		GeneratorURL: notifiers.AlertPage(externalURL, t), Fingerprint: t.Fingerprint, ID: t.AlertID,
		Values: make(map[string]any, len(t.Values)), Samples: make([]sample, len(t.Samples)), Suppressed: t.Suppressed,
	}
	switch t.State {
	case alert.Resolved:
		it.Status, it.EndsAt = "resolved", utc(t.EndsAt)
	case alert.Event:
		if t.StartsAt == 0 {
			it.StartsAt = utc(t.At)
		}
	}
	for _, v := range t.Values {
		it.Values[v.Name] = finite(v.V)
	}
	for i, s := range t.Samples {
		it.Samples[i] = sample{At: utc(s.At), Source: s.Source, File: s.File, Pos: s.Pos, Text: s.Text}
	}
	return it
}

// finite leaves out what JSON cannot say.
func finite(v any) any {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil
	}
	return v
}

func common(a, b alert.Labels) alert.Labels {
	var both alert.Labels
	for _, l := range a {
		if v, ok := b.Lookup(l.Name); ok && v == l.Value {
			both = append(both, l)
		}
	}
	return both
}

func utc(second int64) time.Time { return time.Unix(second, 0).UTC() }
