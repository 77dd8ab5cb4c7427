package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// aggregateFuncs are the functions an aggregate can be, in the order of the
// reference.
var aggregateFuncs = []struct {
	name, doc, example string
	fn                 windowing.Func
	kind               strictyaml.Kind
}{
	{"count", "The number of records.", "count: true\nwhere: reason == \"external_api_error\"", windowing.Count, strictyaml.Boolean},
	{"distinct", "How many different values there are.", "distinct: params.abonement", windowing.Distinct, strictyaml.Expression},
	{"sum", "The sum of the values that are numbers.", "sum: seconds(execution_time)", windowing.Sum, strictyaml.Expression},
	{"avg", "Their mean.", "avg: seconds(execution_time)", windowing.Avg, strictyaml.Expression},
	{"min", "The least of them.", "min: seconds(execution_time)", windowing.Min, strictyaml.Expression},
	{"max", "The greatest.", "max: seconds(execution_time)", windowing.Max, strictyaml.Expression},
	{"p50", "The median.", "p50: seconds(execution_time)", windowing.P50, strictyaml.Expression},
	{"p90", "The value that nine in ten do not exceed.", "p90: seconds(execution_time)", windowing.P90, strictyaml.Expression},
	{"p95", "The value that 95 % do not exceed.", "p95: seconds(execution_time)", windowing.P95, strictyaml.Expression},
	{"p99", "The value that 99 % do not exceed.", "p99: seconds(execution_time)", windowing.P99, strictyaml.Expression},
	{"rate", "Records per second of the window.", "rate: true", windowing.Rate, strictyaml.Boolean},
	{"top", "The commonest values with their counts, `n` of them: a list of `.Value` and `.Count`.", "top: reason\nn: 2", windowing.Top, strictyaml.Expression},
	{"values", "The different values, a list.", "values: reason", windowing.Values, strictyaml.Expression},
	{"first", "The value of the oldest record.", "first: reason", windowing.First, strictyaml.Expression},
	{"last", "The value of the youngest record.", "last: reason", windowing.Last, strictyaml.Expression},
	{"streak", "For how many of the latest records, without a break, the condition holds.", "streak: reason == \"external_api_error\"", windowing.Streak, strictyaml.Match},
	{"first_seen", "How many values were not seen during `memory` before.", "first_seen: '[user, ip]'\nmemory: 30d", windowing.FirstSeen, strictyaml.Expression},
}

const (
	defaultTop = 3
	maxTop     = 20
	maxMemory  = 400 * 24 * time.Hour
)

var plainName = regexp.MustCompile("^" + namePattern + "$")

// reservedNames mean something in every expression.
var reservedNames = []string{"count", "first", "last", "prev", "true", "false", "nil", "not", "and", "or", "in", "matches", "contains",
	"startsWith", "endsWith", "let", "if", "else", "ctx"}

// checkName refuses names of aggregates and derived fields that mean something
// else.
func (fc *fileContext) checkName(key strictyaml.Value, name string, r *Rule) bool {
	_, constant := fc.constants[name]
	switch {
	case slices.Contains(reservedNames, name):
		key.Fault("choose another name", "%q exists without being declared", name)
	case !plainName.MatchString(name):
		hint := "letters, digits and '_'"
		if strings.ContainsAny(name, ` ()=<>!"'`) {
			hint = "this looks like part of an expression that was cut at a comma: quote the whole expression"
		}
		key.Fault(hint, "%q cannot be a name", name)
	case slices.ContainsFunc(r.GroupBy, func(g GroupField) bool { return g.Name == name }):
		key.Fault("choose another name", "%q is a name of group_by already", name)
	case constant:
		key.Fault("choose another name", "%q is a name of vars or lists already", name)
	default:
		return true
	}
	return false
}

func (fc *fileContext) readAggregates(v strictyaml.Value, r *Rule) {
	am := v.Mapping()
	for i, name := range am.Keys() {
		if i == maxAggs {
			v.Fault("", "a rule has at most %d aggregates", maxAggs)
			return
		}
		item := am.Get(name)
		switch {
		case !fc.checkName(am.Key(name), name, r):
		case slices.ContainsFunc(r.Fields, func(f *Field) bool { return f.Name == name }):
			am.Key(name).Fault("choose another name", "%q is a name of fields already", name)
		case !item.There():
			am.Key(name).Fault("{count: true}, say", "the aggregate has no function")
		default:
			fc.readAggregate(item, name, r)
		}
	}
}

func (fc *fileContext) readAggregate(v strictyaml.Value, name string, r *Rule) {
	am := v.Mapping()
	a := Aggregate{Name: name}
	found := ""
	for _, f := range aggregateFuncs {
		fv := am.Get(f.name)
		if !fv.There() {
			continue
		}
		if found != "" {
			fv.Fault("give it a name of its own under aggregates", "an aggregate is one function: this one is %s already", found)
			continue
		}
		found, a.Func = f.name, f.fn
		a.Value = fc.aggregateValue(fv, f.name, r)
	}
	if w := am.Get("where"); w.There() {
		a.Where = compile(w, fc.recordScope(r), wantBool)
	}
	col := fc.readColumn(am, v, found, a.Func, r)
	am.Done()
	if found == "" {
		if v.IsMapping() && !misspelt(am) {
			v.Fault("count: true, or a function with a field: "+strings.Join(aggregateNames()[1:], ", "), "the aggregate has no function")
		}
		a.Func, col.Func = windowing.Count, windowing.Count // its uses are no faults as well
	}
	r.Aggregates = append(r.Aggregates, a)
	r.Columns = append(r.Columns, col)
}

// misspelt reports whether some key is unknown: that has been said then.
func misspelt(am *strictyaml.Mapping) bool {
	return slices.ContainsFunc(am.Written(), func(key string) bool {
		_, known := aggregateShape.Key(key)
		return !known
	})
}

func aggregateNames() []string {
	names := make([]string, len(aggregateFuncs))
	for i, f := range aggregateFuncs {
		names[i] = f.name
	}
	return names
}

// aggregateValue compiles what a function is of; nil for count and rate.
func (fc *fileContext) aggregateValue(v strictyaml.Value, name string, r *Rule) *Expr {
	switch name {
	case "count", "rate":
		if on, ok := v.Bool(); ok && !on {
			v.Fault(fmt.Sprintf("write %s: true", name), "a %s that is false counts nothing", name)
		}
		return nil
	case "streak":
		return compile(v, fc.recordScope(r), wantBool)
	}
	if v.IsList() {
		v.Fault(fmt.Sprintf("quote it: %s: '[user, ip]'", name), "YAML read this as a list, not as an expression")
		return nil
	}
	return compile(v, fc.recordScope(r), wantAny)
}

// readColumn reads the window of an aggregate and what only some functions have.
func (fc *fileContext) readColumn(am *strictyaml.Mapping, v strictyaml.Value, name string, f windowing.Func, r *Rule) windowing.Column {
	col := windowing.Column{Func: f, Window: r.Window}
	if d, ok := am.Get("window").Duration(); ok {
		col.Window = int64(d / time.Second)
	}
	if d, ok := am.Get("offset").Duration(); ok {
		col.Offset = int64(d / time.Second)
	}
	readMemory(am, v, name, &col)
	readTop(am, name, &col)
	switch {
	case am.Get("window").There() || col.Window != 0 || name == "":
	case fc.ordered:
		v.Fault("add `window: 5m` to the rule or to the aggregate", "the aggregate has no window: `within` is that of the steps alone")
	case f != windowing.Streak && f != windowing.Last:
		v.Fault("add `window: 5m` to the rule or to the aggregate", "the aggregate has no window")
	case col.Offset != 0:
		am.Key("offset").Fault("add a window, or remove it", "an offset shifts a window, and there is none")
	default:
		col.Window = windowing.Forever
	}
	return col
}

func readMemory(am *strictyaml.Mapping, v strictyaml.Value, name string, col *windowing.Column) {
	m := am.Get("memory")
	if name != "first_seen" {
		if m.There() {
			am.Key("memory").Fault("remove it", "memory belongs to first_seen")
		}
		return
	}
	if !m.There() {
		v.Fault("add memory: 30d, say: what was seen in that time is not new", "first_seen has no memory")
		return
	}
	if d, ok := m.Duration(); ok {
		col.Memory = int64(d / time.Second)
	}
}

func readTop(am *strictyaml.Mapping, name string, col *windowing.Column) {
	n := am.Get("n")
	if name != "top" {
		if n.There() {
			am.Key("n").Fault("remove it", "n belongs to top")
		}
		return
	}
	col.N = defaultTop
	if !n.There() {
		return
	}
	if i, ok := n.Int(); ok {
		col.N = int(i)
	}
}

// Counts reports whether the aggregate is a number of records or of values.
func (a Aggregate) Counts() bool {
	switch a.Func {
	case windowing.Count, windowing.Distinct, windowing.FirstSeen, windowing.Streak:
		return true
	}
	return false
}

// numeric reports whether the aggregate is a number, or nil.
func (a Aggregate) numeric() bool {
	switch a.Func {
	case windowing.Top, windowing.Values, windowing.First, windowing.Last:
		return false
	}
	return true
}

// EmptyValue is an aggregate over no records: 0 for what counts, an empty list,
// else nil.
func EmptyValue(f windowing.Func) any {
	switch f {
	case windowing.Count, windowing.Distinct, windowing.FirstSeen, windowing.Streak:
		return 0
	case windowing.Sum, windowing.Rate:
		return 0.0
	case windowing.Top, windowing.Values:
		return []any{}
	}
	return nil
}
