package rules

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// readID reads the id alone.
func (fc *fileContext) readID(v strictyaml.Value) (id string, ok bool) {
	m := v.QuietMapping()
	if !v.IsMapping() {
		return "", false // that is told when the rule is read
	}
	if !m.Key("id").There() && !m.Meant("id") {
		hint := "add id: login-storm, say"
		for _, key := range []string{"name", "description", "event"} {
			if near := slug(m.Raw(key)); near != "" {
				hint = "add id: " + near
				break
			}
		}
		v.Fault(hint, "\"id\" is missing")
		return "", false
	}
	if !m.Key("id").There() {
		return "", false
	}
	if id, ok = m.Need("id").Text(); !ok || validID.MatchString(id) {
		return id, ok
	}
	hint := "letters, digits, '_', '-' and '.', at most 100"
	if near := slug(id); near != "" {
		hint = fmt.Sprintf("write id: %s; an id has letters, digits, '_', '-' and '.', at most 100", near)
	}
	m.Get("id").In(subject(id)).Fault(hint, "%q cannot be an id", id)
	return id, true
}

// slug makes an id of a text.
func slug(text string) string {
	words := strings.FieldsFunc(strings.ToLower(strictyaml.Plain(text)), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if id := strings.Join(words, "-"); len(id) <= 60 {
		return id
	}
	return ""
}

var (
	between  = regexp.MustCompile(`\s*[,;|]\s*|\s+(?:or|OR|and|AND)\s+|\s+`)
	spelling = regexp.MustCompile("^" + spellingPattern + "$")
)

// maxName is the longest name of an event or a log, in bytes, and maxNames how many
// may stand in one place.
const (
	maxName  = 200
	maxNames = 200
)

// single refuses several names in one text, and letters that only look like those
// of a name: it would match nothing, without a word.
func single(v strictyaml.Value, name string) bool {
	if len(name) > maxName {
		v.Fault("", "the name is longer than %d characters", maxName)
		return false
	}
	if spelling.MatchString(name) {
		return true
	}
	if at, words := strictyaml.Lookalike(name); at >= 0 && spelling.MatchString(strictyaml.Plain(name)) {
		v.FaultAt(at, 1, "write "+strictyaml.Plain(name), "%s", words)
		return false
	}
	if parts := between.Split(strings.TrimSpace(name), -1); len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool { return !spelling.MatchString(p) }) {
		hint := "write a list: [" + strings.Join(parts, ", ") + "]"
		if e, ok := smartylog.EventByName(strings.Join(parts, "_")); ok {
			hint = "write " + e.Name
		}
		v.Fault(hint, "%q is not one name", name)
		return false
	}
	if stem := path.Base(name); stem != name {
		v.Fault("write "+strings.TrimSuffix(stem, ".log"), "log names are written without directories and .log")
		return false
	}
	v.Fault("letters, digits and '_'", "%q is not a name", name)
	return false
}

// oneField refuses several names in one text.
func oneField(v strictyaml.Value, name string) bool {
	parts := between.Split(strings.TrimSpace(name), -1)
	if len(parts) < 2 || slices.ContainsFunc(parts, func(p string) bool { return !plainFields.MatchString(p) }) {
		return true
	}
	v.Fault("write a list: ["+strings.Join(parts, ", ")+"]", "%q is not one name", name)
	return false
}

var plainFields = regexp.MustCompile(`^[A-Za-z_][\w.]*$`)
