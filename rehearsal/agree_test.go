package rehearsal_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
)

// What a test tells of a log is, to the byte, what a replay of it tells.
func TestPlay_AgreesWithReplay(t *testing.T) {
	files, err := filepath.Glob("../examples/kinds/*/rule_test.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		dir := filepath.Dir(file)
		tests, err := ruletest.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		set, _, err := rules.Load([]string{filepath.Join(dir, "rule.yaml")}, rules.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := play(t, tests[0], setting(set))
		sources, err := ingest.Find([]string{dir})
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		lines := replay.NewJSONL(&want)
		o := replay.Options{Rules: set.WithBuiltin(), Sources: sources, Lateness: engine.DefaultLateness, Pending: true, Until: p.End}
		if _, err := replay.Run(t.Context(), o, lines.Event); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for line := range strings.Lines(told(p)) {
			if !strings.HasPrefix(line, `{"type":"notification"`) && !strings.Contains(line, `"by":"inhibition"`) { // replay has no routes here
				got.WriteString(line)
			}
		}
		if want.Len() == 0 || want.String() != got.String() {
			t.Errorf("%s: -replay +test:\n%s", file, cmp.Diff(want.String(), got.String()))
		}
	}
}
