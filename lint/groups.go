package lint

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// groups looks at what the rule groups by: a label has to stay what it is while
// an alert fires.
func (l *linter) groups(r *rules.Rule) {
	items := r.At("group_by", &l.faults).List()
	for i, g := range r.GroupBy {
		if i >= len(items) || r.Source != rules.LogRecords {
			return
		}
		if why := changes(r, g); why != "" {
			items[i].Warn("changing-label", "group by what is broken (a service, an account, a kind of error), and put this into a text",
				"%s %s", g.Name, why)
		}
	}
}

const each = ": nearly every record would be a group, and an alert, of its own"

// changes says why a field is another one in each record; "" if it is not known to be.
func changes(r *rules.Rule, g rules.GroupField) string {
	path := g.Path
	if g.Field != nil {
		if len(g.Field.Expr.Refs()) != 1 || !renames(g.Field.Expr.Term()) {
			return ""
		}
		path = g.Field.Expr.Refs()[0].Path // another name for a field
	}
	switch path.String() {
	case "time":
		return "is another one in each second" + each
	case "text", "stacktrace":
		return "is a text that holds numbers, names and addresses" + each
	case "exception.message":
		return "is a text that often holds numbers, names and addresses: one fault can be many groups, and many alerts"
	case "pid", "thread":
		return "is another one for each worker, and after each restart: one fault would be many alerts"
	}
	changing := map[string]string{"datetime": "is a time", "duration": "is a time", "dict": "is a whole dictionary"}
	why := ""
	name, _ := path.Root()
	if name != path.String() || len(r.Events) == 0 {
		return ""
	}
	for _, e := range r.Events {
		doc, ok := smartylog.EventByName(e)
		at := slices.IndexFunc(doc.Fields, func(f smartylog.FieldInfo) bool { return f.Name == name && f.Kind == "key" })
		if !ok || at < 0 || changing[doc.Fields[at].Type] == "" {
			return ""
		}
		why = changing[doc.Fields[at].Type]
	}
	return why + each
}

// renames reports whether a derived field has as many values as the field that it
// is made of, or nearly so.
func renames(t *rules.Term) bool {
	if t == nil {
		return false
	}
	if (t.Op == "lower" || t.Op == "upper" || t.Op == "trim") && len(t.Args) == 1 {
		return renames(t.Args[0])
	}
	return t.Op == "name"
}
