package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// FuzzParse reads whatever may stand in a rule file. Faults have places that
// exist; rules without faults are whole and can be evaluated.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.yaml", "../examples/rules/*.yaml", "../examples/kinds/*/*.yaml", "../examples/coming-from/*/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, warnings, err := rules.Parse("rules.yaml", data, rules.Options{})
		var faults strictyaml.Errors
		if err != nil && !errors.As(err, &faults) {
			t.Fatalf("an error of another kind: %v", err)
		}
		for _, fault := range append(faults, warnings...) {
			if fault.Text() == "" || fault.Line < 0 || fault.Line > 0 && (fault.Col < 1 || fault.Width < 1) {
				t.Errorf("a fault without a place: %+v", fault)
			}
		}
		if err != nil {
			return
		}
		for _, r := range set.Rules {
			checkWhole(t, r)
		}
	})
}

func checkWhole(t *testing.T, r *rules.Rule) {
	t.Helper()
	if r.StateHash() == "" || len(r.Columns) != len(r.Aggregates)+1 || r.Groups.Max < 1 {
		t.Errorf("half a rule: %+v", r)
	}
	s, rec := rules.NewScratch(), pairs{}
	s.Begin()
	for _, g := range r.GroupBy {
		_, _ = g.Value(s, rec)
	}
	if r.Match != nil {
		_, _ = r.Match.Holds(s, rec)
	}
	for _, f := range r.Fields {
		_, _ = f.Expr.Record(s, rec)
	}
	for _, x := range []*rules.Expr{r.Condition, r.Resolve} {
		if x != nil {
			_, _ = x.True(s, rules.VariableMap{})
		}
	}
	for _, f := range r.Recorded {
		if f.Kept >= len(r.Kept) {
			t.Errorf("%s is not kept", f.Name)
		}
	}
}
