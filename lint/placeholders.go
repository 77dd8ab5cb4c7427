package lint

import (
	"regexp"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var (
	action      = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	placeholder = regexp.MustCompile(`\$?\{([\p{L}_][\p{L}\p{N}_.]*)\}|\$([\p{L}_][\p{L}\p{N}_]*)|%\(([\p{L}_][\p{L}\p{N}_.]*)\)s`)
)

// placeholders finds how other tools write values in texts, which stays as it is.
// What names nothing that a text knows is left alone: it may be meant so.
func (l *linter) placeholders(at strictyaml.Value, r *rules.Rule, source string) {
	for _, found := range placeholder.FindAllStringSubmatch(action.ReplaceAllString(source, " "), -1) {
		name := found[1] + found[2] + found[3]
		if write := inTemplate(r, name); write != "" {
			at.Warn("foreign-placeholder", "write "+write, "%q is told as it is written, and not the value", found[0])
			return
		}
	}
}

// inTemplate is how texts show a value that is known by the name; "" for none.
func inTemplate(r *rules.Rule, name string) string {
	switch name {
	case "count":
		return "{{.Count}}"
	case "rule", "severity", "window", "condition", "status":
		return "{{." + strings.ToUpper(name[:1]) + name[1:] + "}}"
	}
	for _, a := range r.Aggregates {
		if a.Name == name {
			return "{{.Values." + name + "}}"
		}
	}
	for _, g := range r.GroupBy {
		if g.Name != name && alert.SafeName(g.Name) != name {
			continue
		}
		if strings.Contains(g.Name, ".") {
			return `{{index .Group "` + g.Name + `"}}`
		}
		return "{{.Group." + g.Name + "}}"
	}
	for _, label := range r.Labels {
		if label.Name == name {
			return "{{.Labels." + name + "}}"
		}
	}
	return ""
}
