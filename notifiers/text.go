package notifiers

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Limits of what is shown, in characters. Channels with narrower ones cut again.
const (
	maxName    = 120
	maxValue   = 300
	maxProse   = 1000
	maxSample  = 400
	maxSamples = 3
	maxShown   = 20
)

// Text is what a message says, in plain words: everything in it is Visible and
// cut, nothing is escaped, for that is each channel's last step.
type Text struct {
	Title    string // one line: state, severity, what, where
	Firing   bool
	Severity alert.Severity // the highest of what fires, else of all
	Alerts   []AlertText
	More     int // alerts that are not shown
}

// AlertText is one alert of a Text.
type AlertText struct {
	Head       string // like the title, for this alert alone
	Firing     bool
	Severity   alert.Severity
	Summary    string
	Facts      []Fact
	Samples    []SampleText
	Runbook    string // what to do
	RunbookURL string // an http or https address, or ""
}

// Fact is a named line.
type Fact struct{ Name, Value string }

// SampleText is one log record and where it stands: file:offset.
type SampleText struct{ Where, Text string }

// NewText writes a delivery's text with times in zone (nil: UTC).
func NewText(d alert.Delivery, zone *time.Location) Text {
	if zone == nil {
		zone = time.UTC
	}
	m := d.Message
	if m.Digest != nil {
		return digestText(d, zone)
	}
	tx := Text{Firing: m.Status == "firing"}
	for _, t := range m.Alerts {
		if over := t.State == alert.Resolved; over != tx.Firing {
			tx.Severity = max(tx.Severity, t.Severity)
		}
	}
	tx.Title = title(d, tx.Severity)
	shown := m.Alerts
	if len(shown) > maxShown {
		shown, tx.More = shown[:maxShown], len(shown)-maxShown
	}
	for i := range shown {
		a := newAlertText(&shown[i], m.External, d.Created, zone)
		a.addStanding(m, &shown[i])
		tx.Alerts = append(tx.Alerts, a)
	}
	return tx
}

func title(d alert.Delivery, top alert.Severity) string {
	ts := d.Message.Alerts
	if len(ts) == 1 {
		word := stateWord(&ts[0])
		if d.Reason == string(Repeat) {
			word = "STILL FIRING"
		}
		return "[" + word + "] " + head(&ts[0])
	}
	firing := 0
	for _, t := range ts {
		if t.State != alert.Resolved {
			firing++
		}
	}
	word := fmt.Sprintf("FIRING %d", firing)
	switch over := len(ts) - firing; {
	case firing == 0:
		word = fmt.Sprintf("RESOLVED %d", over)
	case over > 0:
		word += fmt.Sprintf(", RESOLVED %d", over)
	case d.Reason == string(Repeat):
		word = "STILL " + word
	}
	return fmt.Sprintf("[%s] %s: %s", word, strings.ToUpper(top.String()), common(d.Message))
}

// common names what the alerts of a group share.
func common(m alert.Message) string {
	same := true
	for _, t := range m.Alerts {
		same = same && t.Rule == m.Alerts[0].Rule
	}
	var where []string
	for _, l := range m.GroupLabels {
		if l.Name != "rule" && l.Name != "alertname" && l.Name != "severity" {
			where = append(where, labelText(l))
		}
	}
	what := "several rules"
	if same && len(m.Alerts) > 0 {
		what = ruleName(&m.Alerts[0])
	}
	return what + inBrackets(where)
}

func stateWord(t *alert.Transition) string {
	switch t.State {
	case alert.Resolved:
		return "RESOLVED"
	case alert.Event:
		return "EVENT"
	}
	return "FIRING"
}

func head(t *alert.Transition) string {
	var where []string
	for _, l := range t.Group {
		where = append(where, labelText(l))
	}
	return strings.ToUpper(t.Severity.String()) + ": " + ruleName(t) + inBrackets(where)
}

func ruleName(t *alert.Transition) string {
	if t.Name != "" {
		return Cut(Visible(t.Name), maxName)
	}
	return Cut(Visible(t.Rule), maxName)
}

func labelText(l alert.Label) string {
	return Cut(Visible(l.Name), maxName) + "=" + Cut(Visible(l.Value), maxName)
}

func inBrackets(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func newAlertText(t *alert.Transition, external alert.Labels, now time.Time, zone *time.Location) AlertText {
	a := AlertText{
		Head:     "[" + stateWord(t) + "] " + head(t),
		Firing:   t.State != alert.Resolved,
		Severity: t.Severity,
		Summary:  Cut(Visible(t.Annotation("summary")), maxValue),
	}
	a.add(whenText(t, now, zone))
	a.add("Value", valuesText(t.Values))
	a.add("Condition", conditionText(t))
	if t.Suppressed > 0 {
		a.add("Suppressed", fmt.Sprintf("%d more during the cooldown", t.Suppressed))
	}
	if t.Name != "" {
		a.add("Rule", Cut(Visible(t.Rule), maxName))
	}
	a.add("Labels", labelsText(external, t.Labels))
	if a.Firing {
		a.addEvidence(t)
	}
	return a
}

// addEvidence says what helps to act; of what is over nobody needs it.
func (a *AlertText) addEvidence(t *alert.Transition) {
	a.add("About", Cut(VisibleLines(t.Annotation("description")), maxProse))
	a.Runbook = Cut(VisibleLines(t.Annotation("runbook")), maxProse)
	if a.RunbookURL = webAddress(t.Annotation("runbook_url")); a.RunbookURL == "" {
		a.add("Runbook", Cut(Visible(t.Annotation("runbook_url")), maxValue))
	}
	for i, s := range t.Samples {
		if i == maxSamples {
			break
		}
		a.Samples = append(a.Samples, SampleText{sampleWhere(s), Cut(VisibleLines(strings.TrimRight(s.Text, "\r\n")), maxSample)})
	}
}

func (a *AlertText) add(name, value string) {
	if value != "" {
		a.Facts = append(a.Facts, Fact{name, value})
	}
}

func valuesText(vs []alert.Value) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		approx := ""
		if v.Approx {
			approx = "~"
		}
		parts[i] = v.Name + " = " + approx + valueText(v.V)
	}
	return Cut(Visible(strings.Join(parts, ", ")), maxValue)
}

func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case string:
		return v
	case float64:
		if math.Abs(v) < 1e15 {
			return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int, int64, bool:
		return fmt.Sprint(v)
	case []any:
		if text, ok := rankedText(v); ok {
			return text
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// rankedText is a list of the most frequent texts with their numbers.
func rankedText(list []any) (text string, ok bool) {
	parts := make([]string, len(list))
	for i, item := range list {
		r, ok := item.(alert.Ranked)
		if !ok {
			return "", false
		}
		parts[i] = fmt.Sprintf("%s (%d)", r.Value, r.Count)
	}
	return strings.Join(parts, ", "), len(list) > 0
}

func conditionText(t *alert.Transition) string {
	text := Cut(Visible(strings.Join(strings.Fields(t.Condition), " ")), maxValue)
	switch {
	case text != "" && t.Window > 0:
		return text + " within " + Span(t.Window)
	case t.Window > 0:
		return "within " + Span(t.Window)
	}
	return text
}

const clockLayout = "2006-01-02 15:04:05 MST"

func whenText(t *alert.Transition, now time.Time, zone *time.Location) (name, value string) {
	from := time.Unix(t.StartsAt, 0).In(zone)
	switch t.State {
	case alert.Event:
		return "At", time.Unix(t.At, 0).In(zone).Format(clockLayout)
	case alert.Resolved:
		to := time.Unix(t.EndsAt, 0).In(zone)
		layout := clockLayout
		if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
			layout = "15:04:05 MST"
		}
		value = fmt.Sprintf("%s to %s, for %s", from.Format("2006-01-02 15:04:05"), to.Format(layout), Span(t.EndsAt-t.StartsAt))
		return "Was firing", value + endText(t.Reason)
	}
	value = from.Format(clockLayout)
	if d := now.Unix() - t.StartsAt; d >= 60 {
		value += ", for " + Span(d)
	}
	if t.ActiveAt > 0 && t.ActiveAt < t.StartsAt {
		value += "; the condition holds since " + time.Unix(t.ActiveAt, 0).In(zone).Format("15:04:05")
	}
	return "Since", value
}

// endText says why an alert ended if not because all is well.
func endText(reason string) string {
	switch reason {
	case "expired":
		return "; ended because nothing was seen of it for long"
	case "rule_removed":
		return "; ended because its rule was removed"
	case "rule_changed":
		return "; ended because its rule was changed"
	case "state_lost":
		return "; ended because its state was lost; the trouble may go on"
	}
	return ""
}

// Span writes seconds as people say them: 38m 10s, 2h 5m, 3d 4h.
func Span(seconds int64) string {
	if seconds < 0 {
		seconds = 0
	}
	units := []struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}
	for i, u := range units {
		if n := seconds / u.size; n > 0 || u.size == 1 {
			text := strconv.FormatInt(n, 10) + u.name
			if i+1 < len(units) {
				if rest := seconds % u.size / units[i+1].size; rest > 0 {
					text += " " + strconv.FormatInt(rest, 10) + units[i+1].name
				}
			}
			return text
		}
	}
	return ""
}

func labelsText(sets ...alert.Labels) string {
	var parts []string
	for _, ls := range sets {
		for _, l := range ls {
			parts = append(parts, labelText(l))
		}
	}
	return Cut(strings.Join(parts, ", "), maxValue)
}

func sampleWhere(s alert.Sample) string {
	file := s.File
	if instance, _, ok := strings.Cut(s.Source, "/"); ok {
		file = instance + "/" + file
	}
	return Cut(Visible(file), maxName) + ":" + strconv.FormatInt(s.Pos, 10)
}

// webAddress returns s if it can be shown as a link without surprise.
func webAddress(s string) string {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") || len(s) > 1000 {
		return ""
	}
	for _, r := range s {
		if r <= ' ' || r > '~' || strings.ContainsRune("<>\"'`|\\@", r) {
			return ""
		}
	}
	return s
}

// Plain is the text as it stands in a plain e-mail or on a terminal.
func (tx Text) Plain() string {
	var b strings.Builder
	b.WriteString(tx.Title + "\n")
	for _, a := range tx.Alerts {
		b.WriteByte('\n')
		if len(tx.Alerts) > 1 || tx.More > 0 {
			b.WriteString(a.Head + "\n")
		}
		a.plain(&b)
	}
	if tx.More > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", tx.More)
	}
	return b.String()
}

func (a AlertText) plain(b *strings.Builder) {
	if a.Summary != "" {
		b.WriteString(a.Summary + "\n")
	}
	for _, f := range a.Facts {
		fmt.Fprintf(b, "%-11s %s\n", f.Name+":", indent(f.Value, "            "))
	}
	for _, s := range a.Samples {
		b.WriteString("  " + s.Where + "\n    " + indent(s.Text, "    ") + "\n")
	}
	if a.Runbook != "" {
		b.WriteString("What to do: " + indent(a.Runbook, "            ") + "\n")
	}
	if a.RunbookURL != "" {
		b.WriteString("Runbook:    " + a.RunbookURL + "\n")
	}
}

func indent(s, by string) string {
	return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+by)
}
