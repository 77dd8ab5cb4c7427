package engine_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// told runs a log through the rules, twice: at a stretch, and with a restart
// from the state after every record. Both must say the same, which is returned.
func told(t *testing.T, yaml, log string) []string {
	t.Helper()
	set := mustRules(t, yaml)
	straight, _ := run(t, set, engine.Options{}, log, false)
	broken, _ := run(t, set, engine.Options{}, log, true)
	if diff := cmp.Diff(details(straight), details(broken)); diff != "" {
		t.Errorf("with restarts (-without +with):\n%s", diff)
	}
	return details(straight)
}

// run runs a log to its end; broken restarts the engine after every record.
func run(t testing.TB, set *rules.Set, o engine.Options, log string, broken bool) ([]engine.Output, *engine.Engine) {
	t.Helper()
	e := engine.New(set, o)
	var out []engine.Output
	for _, rec := range records(t, log) {
		e.Step(e.Source("smarty_main"), rec)
		out = append(out, clone(e.Advance())...)
		if broken {
			e = restarted(t, e, set, o)
		}
	}
	e.Finish(0)
	return append(out, clone(e.Close())...), e
}

func restarted(t testing.TB, e *engine.Engine, set *rules.Set, o engine.Options) *engine.Engine {
	t.Helper()
	data, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	if e, err = engine.Restore(set, o, data); err != nil {
		t.Fatal(err)
	}
	return e
}

func records(t testing.TB, log string) (recs []*smartylog.Record) {
	t.Helper()
	sc := smartylog.NewScanner(strings.NewReader(log), 0, smartylog.Options{})
	rec := smartylog.Record{Log: "smarty_main"}
	for {
		err := sc.Next(&rec)
		if err == io.EOF && !sc.Flush(&rec) {
			return recs
		}
		if err != nil && err != io.EOF {
			t.Fatal(err)
		}
		recs = append(recs, rec.Clone())
	}
}

// details are the outputs with severities and all values.
func details(out []engine.Output) (lines []string) {
	for _, o := range out {
		if s := o.Suppressed; s != nil {
			lines = append(lines, fmt.Sprintf("+%d by %s %s{%s}", s.At-t0, s.By, s.Rule, s.Group))
			continue
		}
		a := o.Alert
		line := fmt.Sprintf("+%d %s %s{%s}", a.At-t0, a.State, a.Rule, a.Group)
		if a.Severity != alert.Warning {
			line += " " + a.Severity.String()
		}
		for _, v := range a.Values {
			line += fmt.Sprintf(" %s=%v", v.Name, v.V)
		}
		if a.Suppressed > 0 {
			line += fmt.Sprintf(" suppressed=%d", a.Suppressed)
		}
		if a.Reason != "" && a.Reason != "condition" {
			line += " " + a.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

// lines writes records of any event: "0 A host='a'; 3 B".
func logOf(text string) string {
	var b strings.Builder
	for _, part := range strings.Split(text, ";") {
		var sec int64
		fields := strings.Fields(part)
		if _, err := fmt.Sscan(fields[0], &sec); err != nil {
			panic(err)
		}
		b.WriteString(line(sec, "TEST_"+fields[1], strings.Join(fields[2:], " ")))
	}
	return b.String()
}

// story is what a table of stories says: rules, a log and what is told.
type tale struct {
	rule, log string
	want      []string
}

func (c tale) check(t *testing.T) {
	t.Helper()
	if diff := cmp.Diff(c.want, told(t, "- "+c.rule, logOf(c.log))); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func checkAll(t *testing.T, tales map[string]tale) {
	t.Helper()
	for name, tc := range tales {
		t.Run(name, tc.check)
	}
}
