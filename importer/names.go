package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

var (
	plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	odd       = regexp.MustCompile(`["\\\x00-\x1f\x7f]`)
	// words mean something in expressions, so no field can be written so.
	words = regexp.MustCompile(`^(true|false|nil|not|and|or|in|matches|contains|startsWith|endsWith|let|if|else|ctx|count|first|last|prev|exception)$`)
)

// lasting is the field of Smarty's logs that is a length of time, not a number.
const lasting = "execution_time"

// spell writes a field as an expression over records of the events does; events
// nil means any. note is what is worth checking about it, or "".
func spell(field string, events []string) (path, note string, err error) {
	if odd.MatchString(field) || field == "" {
		return "", "", fmt.Errorf("the field %q cannot be written in a rule", field)
	}
	path = field
	if !strings.HasPrefix(field, "ctx[") && !slices.Contains([]string{"exception.type", "exception.message", "exception.frame"}, field) {
		path = plainPath(field, "")
		note = unknownField(field, events)
	}
	if _, err := smartylog.ParsePath(path); err != nil {
		return "", "", fmt.Errorf("the field %q cannot be written in a rule: %w", field, err)
	}
	if _, err := rules.ParseMatch("field", path+" == nil", events); err == nil {
		return path, note, nil
	}
	path = plainPath(field, "ctx") // events whose fields are known
	if _, err := rules.ParseMatch("field", path+" == nil", events); err != nil {
		return "", "", fmt.Errorf("the field %q cannot be written in a rule", field)
	}
	return path, note, nil
}

// plainPath writes a.b as a path, with brackets where a part is no plain name.
func plainPath(field, root string) string {
	var b strings.Builder
	b.WriteString(root)
	for i, part := range strings.Split(field, ".") {
		plain := plainName.MatchString(part)
		switch {
		case i > 0 && plain:
			b.WriteString("." + part)
		case i == 0 && root == "" && plain && !words.MatchString(part):
			b.WriteString(part)
		case i == 0 && root == "":
			b.WriteString(`ctx["` + part + `"]`)
		default:
			b.WriteString(`["` + part + `"]`)
		}
	}
	return b.String()
}

// unknownField says what the documentation does not know about a field.
func unknownField(field string, events []string) string {
	root, _, _ := strings.Cut(field, ".")
	if slices.Contains(rules.RecordFields(), root) {
		return ""
	}
	known, here, closed := false, false, len(events) > 0
	for _, name := range events {
		_, documented := smartylog.EventByName(name)
		closed = closed && documented
	}
	for _, e := range smartylog.Catalogue() {
		for _, f := range e.Fields {
			if f.Name == root && f.Kind == "key" {
				known = true
				here = here || slices.Contains(events, e.Name)
			}
		}
	}
	switch {
	case !known:
		return fmt.Sprintf("the field %s is not in the Smarty documentation", field)
	case closed && !here:
		return fmt.Sprintf("the field %s is not in the Smarty documentation of %s", field, strings.Join(events, ", "))
	}
	return ""
}

// unknownEvents are those that the documentation does not have.
func unknownEvents(events []string) []string {
	var out []string
	for _, e := range events {
		if len(smartylog.EventsLike(e)) == 0 {
			out = append(out, e)
		}
	}
	return out
}

// wrongLog is the log that documents all the events, when it is not the one named.
func wrongLog(log string, events []string) bool {
	for _, name := range events {
		for _, e := range smartylog.EventsLike(name) {
			if e.Log != log {
				return true
			}
		}
	}
	return false
}
