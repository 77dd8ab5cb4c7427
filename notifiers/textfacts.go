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

func (w writer) values(vs []alert.Value) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		approx := ""
		if v.Approx {
			approx = "~"
		}
		parts[i] = v.Name + " = " + approx + w.valueText(v.V)
	}
	return Cut(Visible(strings.Join(parts, ", ")), maxValue)
}

func (w writer) valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return w.none
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

func (w writer) conditionText(t *alert.Transition) string {
	text := Cut(Visible(strings.Join(strings.Fields(t.Condition), " ")), maxValue)
	if t.Window > 0 {
		text = strings.TrimLeft(text+" ", " ") + fmt.Sprintf(w.within, w.span(t.Window))
	}
	return text
}

func (w writer) when(t *alert.Transition) (name, value string) {
	from := time.Unix(t.StartsAt, 0).In(w.zone)
	switch t.State {
	case alert.Event:
		return w.at, w.clock(time.Unix(t.At, 0).In(w.zone))
	case alert.Resolved:
		to := time.Unix(t.EndsAt, 0).In(w.zone)
		end := w.clock(to)
		if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
			end = to.Format("15:04:05 MST")
		}
		return w.wasDuring, fmt.Sprintf(w.fromTo, from.Format(w.date+" 15:04:05"), end, w.span(t.EndsAt-t.StartsAt)) + w.ends[t.Reason]
	}
	value = w.clock(from)
	if d := w.now.Unix() - t.StartsAt; d >= 60 {
		value += fmt.Sprintf(w.during, w.span(d))
	}
	if t.ActiveAt > 0 && t.ActiveAt < t.StartsAt {
		value += fmt.Sprintf(w.holdsSince, time.Unix(t.ActiveAt, 0).In(w.zone).Format("15:04:05"))
	}
	return w.since, value
}
