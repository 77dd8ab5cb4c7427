package rules

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"

	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// aggregateFuncs are the functions an aggregate can be; laterFuncs exist in the
// language but not yet here.
var (
	aggregateFuncs = map[string]windowing.Func{"count": windowing.Count, "sum": windowing.Sum, "avg": windowing.Avg,
		"min": windowing.Min, "max": windowing.Max, "distinct": windowing.Distinct}
	laterFuncs = []string{"p50", "p90", "p95", "p99", "rate", "top", "values", "first", "last", "streak", "first_seen", "n", "memory"}
)

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (fc *fileContext) readWindow(m *strictyaml.Mapping, r *Rule) {
	d, _ := m.Get("window").Duration(time.Second, maxWindow)
	r.Window = int64(d / time.Second)
	r.Columns = []windowing.Column{{Func: windowing.Count, Window: r.Window}}
	if v := m.Get("aggregates"); v.There() {
		fc.readAggregates(v, m, r)
	}
	if v := m.Get("condition"); v.There() {
		r.Condition = fc.compile(v, fc.conditionScope(r), wantBool)
	}
	r.PeakOf = peakColumn(r)
	fc.checkWindow(m, r)
}

// peakColumn is the first aggregate that the condition names: the value that
// decides, and so the one whose nearest miss is worth showing.
func peakColumn(r *Rule) int {
	if r.Condition == nil {
		return 0
	}
	for _, name := range r.Condition.Names {
		for i, a := range r.Aggregates {
			if a.Name == name {
				return i + 1
			}
		}
		if name == "count" {
			return 0
		}
	}
	return 0
}

func (fc *fileContext) readAggregates(v strictyaml.Value, m *strictyaml.Mapping, r *Rule) {
	am := v.Mapping()
	for i, name := range am.Keys() {
		if i == maxAggs {
			v.Fault("", "a rule has at most %d aggregates", maxAggs)
			return
		}
		item := am.Get(name)
		switch {
		case name == "count" || name == "first" || name == "last" || name == "prev":
			am.Key(name).Fault("", "%q exists without being declared; choose another name", name)
		case !plainName.MatchString(name):
			am.Key(name).Fault("letters, digits and '_'", "%q cannot be a name", name)
		case slices.ContainsFunc(r.GroupBy, func(g GroupField) bool { return g.Name == name }):
			am.Key(name).Fault("", "%q is a name of group_by already", name)
		default:
			fc.readAggregate(item, name, m, r)
		}
	}
}

func (fc *fileContext) readAggregate(v strictyaml.Value, name string, m *strictyaml.Mapping, r *Rule) {
	am := v.Mapping()
	a := Aggregate{Name: name}
	col := windowing.Column{Window: r.Window}
	found := ""
	for _, fn := range []string{"count", "sum", "avg", "min", "max", "distinct"} {
		fv := am.Get(fn)
		if !fv.There() {
			continue
		}
		if found != "" {
			fv.Fault("", "an aggregate is one function: this one is %s already", found)
			continue
		}
		found, a.Func = fn, aggregateFuncs[fn]
		if fn != "count" {
			a.Value = fc.compile(fv, fc.recordScope(r), wantAny)
		} else if on, ok := fv.Bool(); ok && !on {
			fv.Fault("write count: true", "a count that is false counts nothing")
		}
	}
	if w := am.Get("where"); w.There() {
		a.Where = fc.compile(w, fc.recordScope(r), wantBool)
	}
	if d, ok := am.Get("window").Duration(time.Second, maxWindow); ok {
		col.Window = int64(d / time.Second)
	}
	if d, ok := am.Get("offset").Duration(time.Second, maxWindow); ok {
		col.Offset = int64(d / time.Second)
	}
	am.Done(laterFuncs...)
	if found == "" && slices.ContainsFunc(laterFuncs, func(fn string) bool { return am.Key(fn).There() }) {
		return // that it is not supported yet has been said
	}
	if found == "" && v.IsMapping() {
		v.Fault("count: true, or sum, avg, min, max, distinct with a field", "the aggregate has no function")
		return
	}
	if col.Window == 0 {
		v.Fault("add `window: 5m` to the rule or to the aggregate", "the aggregate has no window")
	}
	col.Func = a.Func
	r.Aggregates = append(r.Aggregates, a)
	r.Columns = append(r.Columns, col)
}

func (fc *fileContext) compile(v strictyaml.Value, sc *scope, w want) *Expr {
	return compile(v, sc, w)
}

// recordFields are the names that every record has, besides its context.
var recordFields = []string{"event", "log", "level", "module", "line", "function", "pid", "thread", "time", "instance",
	"text", "stacktrace", "exception"}

// recordScope is the names of match, where, group_by and aggregate values: typed
// when every event of the rule is in the catalogue and closed, open otherwise.
func (fc *fileContext) recordScope(r *Rule) *scope {
	sc := &scope{record: true, lists: fc.lists}
	keys, closed := contextKeys(r)
	if !closed {
		return sc
	}
	sc.known = map[string]types.Type{}
	for _, name := range recordFields {
		sc.known[name] = types.Any
	}
	for _, k := range keys {
		sc.known[k] = types.Any
	}
	sc.available = append(slices.Clone(keys), recordFields...)
	sc.foreign = foreignField
	return sc
}

// contextKeys lists the documented keys of the rule's events; closed is false
// when an event is unknown or may carry further keys.
func contextKeys(r *Rule) (keys []string, closed bool) {
	if r.Events == nil {
		return nil, false
	}
	for _, name := range r.Events {
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

// foreignField tells where a field exists that the rule's events do not have.
func foreignField(name string) string {
	for _, e := range smartylog.Catalogue() {
		for _, f := range e.Fields {
			if f.Name == name {
				return fmt.Sprintf("%s is a field of %s, which this rule does not select;", name, e.Name)
			}
		}
	}
	return ""
}

// conditionScope is the names of condition and resolve: aggregates and group
// labels.
func (fc *fileContext) conditionScope(r *Rule) *scope {
	sc := &scope{lists: fc.lists, known: variables("count", types.Int), available: []string{"count"}}
	for _, a := range r.Aggregates {
		sc.known[a.Name] = types.Any
		if a.Func == windowing.Count || a.Func == windowing.Distinct {
			sc.known[a.Name] = types.Int
		}
		sc.available = append(sc.available, a.Name)
	}
	for _, g := range r.GroupBy {
		sc.known[g.Name] = types.Any
		sc.available = append(sc.available, g.Name)
	}
	return sc
}

func globMatch(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}
