package notifiers

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/alert"
)

const (
	maxMatched  = 80 // characters of a label's value in the command
	maxMatchers = 12
)

// silence is what to type to silence what fires in a message, and where it is shown:
// the rule, if there is one, and what the alerts have in common. Both are "" where they
// share nothing.
func (w writer) silence(m alert.Message) (command, address string) {
	common := commonOfFiring(m)
	if len(common) == 0 || len(common) > maxMatchers {
		return "", ""
	}
	return silenceCommand(common), pageOf(w.url, common)
}

// silenceCommand is the command for alerts with these labels.
//
// The values come from logs and will be pasted into a shell, so that only letters,
// digits and a few signs stand in it as they are; for any other character there is
// a dot, which matches it.
func silenceCommand(common alert.Labels) string {
	var b strings.Builder
	b.WriteString("smarty-alert silence add --for 2h --comment 'on it'")
	for _, l := range common {
		b.WriteString(" '" + silenceMatcher(l) + "'")
	}
	return b.String()
}

// commonOfFiring is what the alerts that fire have in common, of their groups' labels
// and the rule.
func commonOfFiring(m alert.Message) (common alert.Labels) {
	first := true
	for i := range m.Alerts {
		t := &m.Alerts[i]
		if t.State == alert.Resolved {
			continue
		}
		own := groupAndRule(t)
		if first {
			common, first = own, false
			continue
		}
		var both alert.Labels
		for _, l := range common {
			if v, ok := own.Lookup(l.Name); ok && v == l.Value {
				both = append(both, l)
			}
		}
		common = both
	}
	return common
}

func groupAndRule(t *alert.Transition) alert.Labels {
	return alert.NewLabels(append(safeNames(t.Group), alert.Label{Name: "rule", Value: t.Rule})...)
}

func safeNames(ls alert.Labels) (out []alert.Label) {
	for _, l := range ls {
		out = append(out, alert.Label{Name: alert.SafeName(l.Name), Value: l.Value})
	}
	return out
}

// silenceMatcher needs no escaping in single quotes, whatever the value is.
func silenceMatcher(l alert.Label) string {
	name := Cut(alert.SafeName(l.Name), maxMatched)
	if literal(l.Value) {
		return name + `="` + l.Value + `"`
	}
	var b strings.Builder
	n := 0
	for _, r := range l.Value {
		if n++; n > maxMatched {
			b.WriteString(".*")
			break
		}
		if harmless(r) && r != 'w' && r != 'W' { // www. would be a link somewhere
			b.WriteString(regexp.QuoteMeta(string(r)))
		} else {
			b.WriteByte('.')
		}
	}
	return name + `=~"` + b.String() + `"`
}

// literal reports whether a value can stand as it is, in a shell and in every channel.
func literal(s string) bool {
	for _, r := range s {
		if !harmless(r) && r != '.' && r != ':' && r != '/' {
			return false
		}
	}
	return utf8.RuneCountInString(s) <= maxMatched && !strings.Contains(s, "//") && !strings.Contains(strings.ToLower(s), "www.")
}

func harmless(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Nd) || strings.ContainsRune(" _-,=%+", r)
}
