package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"
	"github.com/zeebo/xxh3"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// scope is the names an expression may use.
type scope struct {
	record     bool                     // over a record: names are paths
	source     Source                   // of the records
	known      map[string]types.Type    // nil for a record of unknown events: any name goes
	foreign    func(name string) string // a hint for a name that exists elsewhere
	constants  map[string]any           // vars and lists
	texts      map[string]string        // of long lists, by their names
	sets       textSets                 // of the same, made when they are needed
	written    *int                     // bytes of the set's expressions; nil: nobody counts
	fields     []*Field                 // derived values of records
	undeclared []string                 // derived values that come further down
	values     map[string][]string      // texts that a name can have, of alerts
	lists      map[string]bool          // aggregates that are lists
	available  []string                 // for hints, in the order to show them
	keepTerms  bool                     // Options.Keep

	records *scope // of a condition: what first, last and prev have
	rule    *Rule  // of a condition: takes note of them
}

func (fc *fileContext) counter() *int {
	if fc.loader == nil {
		return nil
	}
	return &fc.loader.written
}

// afford counts an expression; false when there are too many of them, which is told
// once.
func (sc *scope) afford(v strictyaml.Value, n int) bool {
	if sc.written == nil {
		return true
	}
	before := *sc.written
	*sc.written += n
	if before <= maxWritten && *sc.written > maxWritten {
		v.Fault("put what repeats into lists and fields", "the expressions of all rules are longer than %d KiB together", maxWritten>>10)
	}
	return *sc.written <= maxWritten
}

// text is a constant as state hashes see it: of a long list a hash, made once.
func (sc *scope) text(name string, value any) string {
	list, ok := value.([]any)
	if !ok || len(list) < 100 || sc.texts == nil {
		return itemText(value)
	}
	if text, ok := sc.texts[name]; ok {
		return text
	}
	text := fmt.Sprintf("%016x", xxh3.HashString(itemText(value)))
	sc.texts[name] = text
	return text
}

// meaning says what a name is that a constant has too; "" if nothing.
func (sc *scope) meaning(name string) string {
	switch _, known := sc.known[name]; {
	case sc.record && (known || sc.source == LogRecords && slices.Contains(recordFields, name)):
		return "a field of the records"
	case !sc.record && known:
		return "an aggregate or a group label"
	}
	return ""
}

// example is a field for hints.
func (sc *scope) example() string {
	if len(sc.available) > 0 {
		return sc.available[0]
	}
	return "reason"
}

// keep notes the fields of certain records that a condition names: the engine
// keeps them for the rule.
func (sc *scope) keep(rw *rewriter) {
	for i, name := range rw.names {
		prefix, _, _ := strings.Cut(name, ".")
		which, isRecord := whichNames[prefix]
		if !isRecord || sc.rule == nil || rw.refs[i].Field == nil && rw.refs[i].Path.String() == "" {
			continue
		}
		if slices.ContainsFunc(sc.rule.Recorded, func(f RecordField) bool { return f.Name == name }) {
			continue
		}
		kept := slices.IndexFunc(sc.rule.Kept, func(r Ref) bool { return r.Field == rw.refs[i].Field && r.Path.String() == rw.refs[i].Path.String() })
		if kept < 0 {
			kept = len(sc.rule.Kept)
			sc.rule.Kept = append(sc.rule.Kept, rw.refs[i])
		}
		sc.rule.Recorded = append(sc.rule.Recorded, RecordField{Name: name, Record: which, Kept: kept})
	}
}

// near is the hint for a name that is not among the known ones.
func near(name string, known []string) string {
	if n := strictyaml.Nearest(name, known); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	if len(known) == 0 {
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}

// recordFields are the names that every record has, besides its context.
var recordFields = entryNames(recordNames)

// alertFields and healthFields are all that records of alerts and of health have.
var (
	alertFields  = entryNames(alertNames)
	healthFields = []string{"event", "rule", "source", "text", "time"}
)

// alertValues are the texts that fields of alerts can have.
var alertValues = map[string][]string{
	"state":    {"pending", "firing", "update", "resolved", "event"},
	"severity": {"info", "warning", "critical"},
}

// recordScope is the names of match, where, group_by and aggregate values: typed
// when every event of the rule is in the catalogue and closed, open otherwise.
func (fc *fileContext) recordScope(r *Rule) *scope {
	sc := &scope{record: true, source: r.Source, constants: fc.constants, texts: fc.texts, sets: fc.sets, written: fc.counter(), fields: r.Fields, keepTerms: fc.keeps()}
	var keys, own []string
	switch r.Source {
	case AlertRecords:
		own, sc.values, sc.foreign = alertFields, alertValues, foreignAlertField
	case HealthRecords:
		own = healthFields
	default:
		k := fc.recordKeys(r.Events)
		if !k.closed {
			return sc
		}
		sc.known, sc.available, sc.foreign = k.known, k.available, fc.foreignField
		if len(r.Fields) > 0 {
			sc.available = slices.Concat(fieldNames(r.Fields), k.available)
		}
		return sc
	}
	for _, f := range r.Fields {
		sc.available = append(sc.available, f.Name)
	}
	sc.available = slices.Concat(sc.available, keys, own)
	sc.known = map[string]types.Type{}
	for _, name := range slices.Concat(keys, own) {
		sc.known[name] = types.Any
	}
	return sc
}

func fieldNames(fields []*Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// recordKeys are the names that records of certain events have; they do not
// change.
type recordKeys struct {
	known     map[string]types.Type
	available []string
	closed    bool
}

// recordKeys remembers them, since many rules are about the same events.
func (fc *fileContext) recordKeys(events []string) recordKeys {
	id := strings.Join(events, " ")
	if fc.loader != nil {
		if k, ok := fc.scopes[id]; ok {
			return k
		}
	}
	keys, closed := contextKeys(events)
	k := recordKeys{closed: closed}
	if closed {
		k.available, k.known = slices.Concat(keys, recordFields), map[string]types.Type{}
		for _, name := range k.available {
			k.known[name] = types.Any
		}
		k.available = slices.Clip(k.available)
	}
	if fc.loader != nil {
		if fc.scopes == nil {
			fc.scopes = map[string]recordKeys{}
		}
		fc.scopes[id] = k
	}
	return k
}

// contextKeys lists the documented keys of the rule's events; closed is false
// when an event is unknown or may carry further keys.
func contextKeys(names []string) (keys []string, closed bool) {
	if names == nil {
		return nil, false
	}
	for _, name := range names {
		events := smartylog.EventsLike(name)
		if e, ok := smartylog.EventByName(name); ok {
			events = []smartylog.Event{e}
		} else if len(events) == 0 || strings.ContainsAny(name, "*?[") {
			return nil, false // a pattern may meet events that nobody documented
		}
		for _, e := range events {
			for _, f := range e.Fields {
				switch f.Kind {
				case "open_set":
					return nil, false
				case "key":
					if !slices.Contains(keys, f.Name) {
						keys = append(keys, f.Name)
					}
				}
			}
		}
	}
	return keys, true
}

// foreignField tells where a name exists that the records of the rule do not have.
func (fc *fileContext) foreignField(name string) string {
	if _, isRecord := whichNames[name]; isRecord || name == "count" || slices.Contains(fc.aggregates, name) {
		return fmt.Sprintf("%s belongs to the window: only condition, levels and resolve see it;", name)
	}
	for _, e := range smartylog.Catalogue() {
		for _, f := range e.Fields {
			if f.Name == name {
				return fmt.Sprintf("%s is a field of %s, which this rule does not select;", name, e.Name)
			}
		}
	}
	return ""
}

// foreignAlertField tells what to write for a name of log records.
func foreignAlertField(name string) string {
	switch name {
	case "event", "log":
		return fmt.Sprintf("alerts have no %s, they have the rule that raised them;", name)
	case "group", "count":
		return fmt.Sprintf("write labels.%s or values.%s, say;", "stream_service", "count")
	}
	return fmt.Sprintf("labels.%[1]s is a group label of the alert, values.%[1]s one of its values;", name)
}

// whichNames are the records that conditions can ask for a field.
var whichNames = map[string]Which{"first": FirstRecord, "last": LastRecord, "prev": PrevRecord}

// conditionScope is the names of condition, levels and resolve: aggregates, group
// labels, and fields of the first, last and last but one record.
func (fc *fileContext) conditionScope(r *Rule) *scope {
	sc := &scope{constants: fc.constants, texts: fc.texts, sets: fc.sets, written: fc.counter(), known: map[string]types.Type{"count": types.Int}, available: []string{"count"},
		lists: map[string]bool{}, records: fc.recordScope(r), rule: r, keepTerms: fc.keeps()}
	for _, a := range r.Aggregates {
		sc.known[a.Name] = types.Any
		switch a.Func {
		case windowing.Count, windowing.Distinct, windowing.FirstSeen, windowing.Streak:
			sc.known[a.Name] = types.Int
		case windowing.Values, windowing.Top:
			sc.lists[a.Name] = true
		}
		sc.available = append(sc.available, a.Name)
	}
	sc.available = append(sc.available, slices.Sorted(maps.Keys(whichNames))...)
	for _, g := range r.GroupBy {
		sc.known[g.Name] = types.Any
		sc.available = append(sc.available, g.Name)
	}
	sc.foreign = func(name string) string {
		root, _, _ := strings.Cut(name, ".")
		_, known := sc.records.known[root]
		if known || slices.ContainsFunc(r.Fields, func(f *Field) bool { return f.Name == root }) {
			return fmt.Sprintf("%[1]s belongs to single records: write last.%[1]s, or an aggregate with where;", name)
		}
		return ""
	}
	return sc
}

func globMatch(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
