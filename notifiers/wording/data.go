package wording

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Data is what a template sees: Alertmanager's names, then ours. All texts in it are
// made visible and cut; nothing is escaped.
type Data struct {
	Receiver          string
	Status            string // firing or resolved
	Alerts            Alerts
	GroupLabels       KV
	CommonLabels      KV
	CommonAnnotations KV
	ExternalURL       string

	Reason   string // why it is told: first, new_alerts, update, resolved, repeat
	Severity string // the highest of what fires, else of all
	Title    string // the built-in one
	Text     string // the built-in one, without its title
	Silence  string // the command that silences what fires; "" if there is none
	Open     string // the address that shows it; "" if there is no page
	More     int    // alerts that are left out
}

// Alerts are those of one message.
type Alerts []Alert

// Firing are those that are on.
func (as Alerts) Firing() Alerts { return as.with("firing") }

// Resolved are those that are over.
func (as Alerts) Resolved() Alerts { return as.with("resolved") }

func (as Alerts) with(status string) (out Alerts) {
	for _, a := range as {
		if a.Status == status {
			out = append(out, a)
		}
	}
	return out
}

// Alert is one of them.
type Alert struct {
	Status       string
	Labels       KV
	Annotations  KV
	StartsAt     time.Time
	EndsAt       time.Time // the zero time while it fires
	GeneratorURL string
	Fingerprint  string

	ID         string
	Rule       string
	Name       string // the rule's, for people
	Severity   string
	Group      KV // names as in group_by
	Values     map[string]any
	Condition  string
	Window     time.Duration
	Suppressed int64
	Samples    []Sample
}

// Sample is one log record.
type Sample struct {
	At    time.Time
	Where string // file:offset
	File  string
	Pos   int64
	Text  string
}

// KV are labels or annotations by name.
type KV map[string]string

// Pair is one of them.
type Pair struct{ Name, Value string }

// Pairs are some of them, in order.
type Pairs []Pair

// SortedPairs are all of them by name, an alert's own first.
func (kv KV) SortedPairs() (ps Pairs) {
	for _, name := range slices.SortedFunc(maps.Keys(kv), byName) {
		ps = append(ps, Pair{name, kv[name]})
	}
	return ps
}

// byName puts alertname in front, as Alertmanager does.
func byName(a, b string) int {
	first := func(s string) int {
		if s == "alertname" {
			return 0
		}
		return 1
	}
	if c := first(a) - first(b); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// Remove are those without some names.
func (kv KV) Remove(names []string) KV {
	out := maps.Clone(kv)
	for _, n := range names {
		delete(out, n)
	}
	return out
}

// Names are the names in order.
func (kv KV) Names() []string { return kv.SortedPairs().Names() }

// Values are the values in the order of their names.
func (kv KV) Values() []string { return kv.SortedPairs().Values() }

// String is "a=1, b=2".
func (kv KV) String() string { return kv.SortedPairs().String() }

// Names are the names.
func (ps Pairs) Names() (out []string) {
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return out
}

// Values are the values.
func (ps Pairs) Values() (out []string) {
	for _, p := range ps {
		out = append(out, p.Value)
	}
	return out
}

// String is "a=1, b=2".
func (ps Pairs) String() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Name + "=" + p.Value
	}
	return strings.Join(parts, ", ")
}

// viewer makes data of a message, with values of at most so many characters.
type viewer struct {
	zone  *time.Location
	value int
}

func newData(d alert.Delivery, s *Set, alerts, value int) *Data {
	v := viewer{s.voice.Zone, value}
	if v.zone == nil {
		v.zone = time.UTC
	}
	m := d.Message
	tx := s.voice.Text(d)
	_, text, _ := strings.Cut(tx.Plain(), "\n")
	data := &Data{Receiver: m.Receiver, Status: m.Status, GroupLabels: v.kv(m.GroupLabels), ExternalURL: s.voice.URL,
		Reason: d.Reason, Severity: tx.Severity.String(), Title: tx.Title, Silence: tx.Silence, Open: tx.Open,
		Text: notifiers.Cut(strings.Trim(text, "\n"), 4*value)}
	for i := range m.Alerts {
		a := v.alert(&m.Alerts[i], m.External, s.voice.URL)
		if i == 0 {
			data.CommonLabels, data.CommonAnnotations = maps.Clone(a.Labels), maps.Clone(a.Annotations)
		}
		keepCommon(data.CommonLabels, a.Labels)
		keepCommon(data.CommonAnnotations, a.Annotations)
		if i < alerts {
			data.Alerts = append(data.Alerts, a)
		}
	}
	data.More = len(m.Alerts) - len(data.Alerts)
	return data
}

func keepCommon(common, other KV) {
	maps.DeleteFunc(common, func(name, value string) bool { v, ok := other[name]; return !ok || v != value })
}

func (v viewer) text(s string) string { return notifiers.Cut(notifiers.VisibleLines(s), v.value) }

func (v viewer) kv(ls alert.Labels) KV {
	out := make(KV, len(ls))
	for _, l := range ls {
		out[v.text(l.Name)] = v.text(l.Value)
	}
	return out
}

func (v viewer) time(second int64) time.Time {
	if second == 0 {
		return time.Time{}
	}
	return time.Unix(second, 0).In(v.zone)
}

func (v viewer) alert(t *alert.Transition, external alert.Labels, url string) Alert {
	a := Alert{
		Status: "firing", Labels: v.kv(t.Set(external)), Annotations: v.kv(t.Annotations), StartsAt: v.time(t.StartsAt), GeneratorURL: notifiers.AlertPage(url, t),
		Fingerprint: t.Fingerprint, ID: t.AlertID, Rule: v.text(t.Rule), Name: v.text(t.Name), Severity: t.Severity.String(), Group: v.kv(t.Group),
		Values: map[string]any{}, Condition: v.text(t.Condition), Window: time.Duration(t.Window) * time.Second, Suppressed: t.Suppressed,
	}
	if t.State == alert.Resolved {
		a.Status, a.EndsAt = "resolved", v.time(t.EndsAt)
	}
	for _, val := range t.Values {
		a.Values[val.Name] = v.any(val.V)
	}
	for _, s := range t.Samples {
		file := v.text(s.File)
		a.Samples = append(a.Samples, Sample{v.time(s.At), fmt.Sprintf("%s:%d", file, s.Pos), file, s.Pos, v.text(s.Text)})
	}
	return a
}

func (v viewer) any(val any) any {
	switch val := val.(type) {
	case string:
		return v.text(val)
	case alert.Ranked:
		return alert.Ranked{Value: v.text(val.Value), Count: val.Count}
	case []any:
		out := make([]any, len(val))
		for i, item := range val {
			out[i] = v.any(item)
		}
		return out
	}
	return val
}
