package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// incident is what --burst and --quiet have in common.
type incident struct {
	event   string // "" for *
	at, len time.Duration
	fields  map[string]string
}

// parseBurst reads EVENT@AT+FOR=RATE[,key=VALUE…].
func parseBurst(spec string) (loggen.Burst, error) {
	head, fields := cutFields(spec)
	head, rate, ok := strings.Cut(head, "=")
	if !ok {
		return loggen.Burst{}, fmt.Errorf("--burst %q: has no rate; write EVENT@10m+5m=2/s", spec)
	}
	i, err := parseIncident(head, fields)
	switch {
	case err != nil:
	case i.event == "":
		err = fmt.Errorf("needs the name of an event")
	case i.len == 0:
		err = fmt.Errorf("has no length; write %s@%s+5m=%s", i.event, strictyaml.FormatDuration(i.at), rate)
	}
	perSecond, rateErr := parseRate(rate)
	if err == nil {
		err = rateErr
	}
	if err != nil {
		return loggen.Burst{}, fmt.Errorf("--burst %q: %w", spec, err)
	}
	return loggen.Burst{Event: i.event, At: i.at, For: i.len, Rate: perSecond, Fields: i.fields}, nil
}

// parseQuiet reads EVENT@AT[+FOR][,key=VALUE…].
func parseQuiet(spec string) (loggen.Quiet, error) {
	i, err := parseIncident(cutFields(spec))
	if err != nil {
		return loggen.Quiet{}, fmt.Errorf("--quiet %q: %w", spec, err)
	}
	return loggen.Quiet{Event: i.event, At: i.at, For: i.len, Fields: i.fields}, nil
}

func cutFields(spec string) (head, fields string) {
	head, fields, _ = strings.Cut(spec, ",")
	return head, fields
}

func parseIncident(head, fields string) (incident, error) {
	var i incident
	event, when, ok := strings.Cut(head, "@")
	if !ok {
		return i, fmt.Errorf("has no beginning; write EVENT@10m+5m")
	}
	var err error
	if i.event, err = parseEvent(event); err != nil {
		return i, err
	}
	at, length, bounded := strings.Cut(when, "+")
	if i.at, err = zeroOr(at); err != nil {
		return i, err
	}
	if bounded {
		if i.len, err = strictyaml.ParseDuration(length); err != nil {
			return i, err
		}
		if i.len == 0 {
			return i, fmt.Errorf("%q is no length", length)
		}
	}
	if i.fields, err = parseFields(fields); err != nil {
		return i, err
	}
	return i, knownKeys(i.event, i.fields)
}

// zeroOr is ParseDuration that also takes nothing for the start itself.
func zeroOr(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	return strictyaml.ParseDuration(s)
}

// parseEvent finds a documented event; "*" is every event.
func parseEvent(name string) (string, error) {
	if name == "*" || name == loggen.Unhandled {
		return strings.TrimPrefix(name, "*"), nil
	}
	if e, ok := smartylog.EventByName(name); ok {
		return e.Name, nil
	}
	var names []string
	for _, e := range smartylog.Catalogue() {
		names = append(names, e.Name)
	}
	if near := strictyaml.Nearest(name, names); near != "" {
		return "", fmt.Errorf("unknown event %q; did you mean %s?", name, near)
	}
	return "", fmt.Errorf("unknown event %q", name)
}

// parseRate reads 2/s, 6/m, 90/h as records a second; a number alone is a
// second's.
func parseRate(s string) (float64, error) {
	text, unit, _ := strings.Cut(s, "/")
	per, known := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}[unit]
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !known || !(n > 0) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q is no rate; write 2/s, 6/m or 90/h", s)
	}
	return n / per, nil
}

// parseFields reads key=VALUE,key=VALUE, where values are written as Python
// prints them and may contain commas.
func parseFields(s string) (map[string]string, error) {
	fields := map[string]string{}
	for s != "" {
		key, rest, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%q is not key=VALUE", s)
		}
		_, n, err := smartylog.ParseValue([]byte(rest))
		if err != nil || n == 0 || n < len(rest) && rest[n] != ',' {
			return nil, fmt.Errorf("%s: %q does not begin with a value as Python prints it; text needs quotes: %s='…'", key, rest, key)
		}
		if _, twice := fields[key]; twice {
			return nil, fmt.Errorf("%s is given twice", key)
		}
		fields[key] = rest[:n]
		s = strings.TrimPrefix(rest[n:], ",")
	}
	return fields, nil
}

// knownKeys refuses keys that the event has not: they would change nothing.
func knownKeys(event string, fields map[string]string) error {
	e, ok := smartylog.EventByName(event)
	if !ok {
		return nil // * and unhandled errors have no keys of their own
	}
	var names []string
	for _, f := range e.Fields {
		if f.Kind == "open_set" {
			return nil
		}
		names = append(names, f.Name)
	}
	for _, key := range sortedKeys(fields) {
		name, _, _ := strings.Cut(key, ".")
		if !slices.Contains(names, name) {
			return fmt.Errorf("%s has no key %q; it has %s", e.Name, name, strings.Join(names, ", "))
		}
	}
	return nil
}
