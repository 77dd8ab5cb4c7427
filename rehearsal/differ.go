package rehearsal

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Difference is one thing that is not as expected.
type Difference struct {
	Key       []string // where it is expected, below the expectation: at, or values and count
	Want, Got string
	got       any // as Update writes it
}

// Name is the key in one word.
func (d Difference) Name() string { return strings.Join(d.Key, ".") }

// differences are what of an expected alert is not so. Those of rule, state and
// group come first, then the time.
func (p *Played) differences(want ruletest.Alert, got *alert.Transition, timed bool) (out []Difference) {
	add := func(ok bool, want, got string, is any, key ...string) {
		if !ok {
			out = append(out, Difference{Key: key, Want: want, Got: got, got: is})
		}
	}
	text := func(want, got string, key string) { add(want == "" || want == got, want, got, got, key) }
	text(want.Rule, got.Rule, "rule")
	text(want.State, got.State.String(), "state")
	texts := func(list []ruletest.Text, of alert.Labels, key string) {
		for _, w := range list {
			v, there := of.Lookup(w.Name)
			add(there && (w.IsZero() && v == "" || !w.IsZero() && w.Matches(v)), w.String(), shown(v, there), v, key, w.Name)
		}
	}
	texts(want.Group, got.Group, "group")
	if timed {
		at := p.After(got.At)
		add(at == want.At, span(want.At), span(at), at, "at")
	}
	text(want.Severity, got.Severity.String(), "severity")
	text(want.Reason, got.Reason, "reason")
	for _, w := range want.Values {
		i := slices.IndexFunc(got.Values, func(v alert.Value) bool { return v.Name == w.Name })
		if i < 0 {
			add(false, valueText(w.Value), "there is no such value", nil, "values", w.Name)
			continue
		}
		add(sameValue(w.Value, got.Values[i].V), valueText(w.Value), valueText(got.Values[i].V), got.Values[i].V, "values", w.Name)
	}
	texts(want.Labels, got.Labels, "labels")
	add(want.Summary.Matches(got.Summary), want.Summary.String(), got.Summary, got.Summary, "summary")
	texts(want.Annotations, got.Annotations, "annotations")
	return out
}

func shown(v string, there bool) string {
	if !there {
		return "there is none"
	}
	return v
}

// told are what of an expected message is not so.
func (p *Played) told(want ruletest.Notification, got *replay.Notification) (out []Difference) {
	add := func(ok bool, want, got string, is any, key string) {
		if !ok {
			out = append(out, Difference{Key: []string{key}, Want: want, Got: got, got: is})
		}
	}
	text := func(want, got string, key string) { add(want == "" || want == got, want, got, got, key) }
	text(want.Receiver, got.Receiver, "receiver")
	text(want.Status, got.Status, "status")
	at := p.After(got.At.Unix())
	add(want.From <= at && at <= want.To, span(want.From)+".."+span(want.To), span(at), span(at)+".."+span(at), "within")
	text(want.Reason, got.Reason, "reason")
	add(want.Alerts == 0 || want.Alerts == len(got.Message.Alerts), strconv.Itoa(want.Alerts), strconv.Itoa(len(got.Message.Alerts)), int64(len(got.Message.Alerts)), "alerts")
	rules := rulesOf(got)
	for _, id := range want.Rules {
		if !slices.Contains(rules, id) {
			add(false, id, strings.Join(rules, ", "), rules, "rules")
			break
		}
	}
	if !want.Text.IsZero() {
		got := p.MessageText(got)
		add(want.Text.Matches(got) || want.Text.Matches(strings.TrimRight(got, "\n")), want.Text.String(), got, strings.TrimRight(got, "\n"), "text")
	}
	return out
}

func rulesOf(n *replay.Notification) (ids []string) {
	for _, a := range n.Message.Alerts {
		if !slices.Contains(ids, a.Rule) {
			ids = append(ids, a.Rule)
		}
	}
	return ids
}

// sameValue compares what is expected with what an aggregate has: a whole number
// exactly, one with decimals to as many as are written.
func sameValue(want, got any) bool {
	switch want := want.(type) {
	case nil, bool:
		return want == got
	case int64:
		n, ok := number(got)
		return ok && n == float64(want)
	case float64:
		n, ok := number(got)
		if !ok {
			return false
		}
		_, decimals, _ := strings.Cut(strconv.FormatFloat(want, 'f', -1, 64), ".")
		scale := math.Pow10(len(decimals))
		return math.Abs(math.Round(n*scale)-math.Round(want*scale)) < 0.5
	case string:
		return want != "" && pattern(want).Matches(valueText(got)) || want == valueText(got)
	case []any:
		list, ok := got.([]any)
		return ok && slices.EqualFunc(want, list, sameItem)
	}
	return false
}

// sameItem also compares a value of `top` with its name alone.
func sameItem(want, got any) bool {
	if r, ok := got.(alert.Ranked); ok {
		text, isText := want.(string)
		return isText && (pattern(text).Matches(r.Value) || text == valueText(r))
	}
	return sameValue(want, got)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// pattern is a text as the reader of tests takes it.
func pattern(text string) ruletest.Pattern {
	p, err := ruletest.ParsePattern(text)
	if err != nil {
		return ruletest.Pattern{Text: text}
	}
	return p
}

func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		return strconv.FormatFloat(v, 'g', 6, 64)
	case alert.Ranked:
		return fmt.Sprintf("%s (%d)", v.Value, v.Count)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = valueText(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// span is a time of the test, as tests write it.
func span(d time.Duration) string {
	if d < 0 {
		return "-" + span(-d)
	}
	return strictyaml.FormatDuration(d)
}
