package arrows

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestRules_CatchFaults gives the rules small trees with one fault each, and
// innocent ones beside them.
func TestRules_CatchFaults(t *testing.T) {
	const ours = `import _ "` + module
	for name, tc := range map[string]struct {
		files map[string]string
		want  string // in the only fault; "" for none
	}{
		"arrow allowed":        {map[string]string{"ingest/a.go": ours + `smartylog"`}, ""},
		"arrow upwards":        {map[string]string{"windowing/a.go": ours + `engine"`}, "windowing may not import engine"},
		"arrow from below":     {map[string]string{"notifiers/slack/a.go": ours + `store"`}, "notifiers may not import store"},
		"arrow inside":         {map[string]string{"notifiers/slack/a.go": ours + `notifiers"`}, ""},
		"arrow of a test":      {map[string]string{"alert/a_test.go": ours + `engine"`}, ""},
		"arrow with build tag": {map[string]string{"alert/a.go": "//go:build never\n\npackage p\n" + ours + `engine"`}, "may not import"},
		"cmd imports all":      {map[string]string{"cmd/x/a.go": ours + `web/page"`}, ""},
		"cmd needs no tools":   {map[string]string{"cmd/x/a.go": ours + `internal/arrows"`}, "cmd may not import internal"},
		"unknown folder":       {map[string]string{"utils/a.go": ""}, `"utils" is not in the table`},
		"unknown folder, test": {map[string]string{"helpers/a_test.go": ""}, `"helpers" is not in the table`},
		"file in the root":     {map[string]string{"a.go": ""}, `"." is not in the table`},
		"testdata is no code":  {map[string]string{"rules/testdata/utils/a.go": ours + `engine"`}, ""},

		"clock called":      {map[string]string{"engine/a.go": `import "time"; func f() { _ = time.Now() }`}, "engine/a.go:2:"},
		"clock as value":    {map[string]string{"rules/a.go": `import "time"; var now = time.Now`}, "time.Now"},
		"clock renamed":     {map[string]string{"calendar/a.go": `import tm "time"; func f() { tm.Sleep(1) }`}, "time.Sleep"},
		"clock, dot import": {map[string]string{"alert/a.go": `import . "time"; func f() { Sleep(1) }`}, "dot import"},
		"clock outside":     {map[string]string{"ingest/a.go": `import "time"; func f() { _ = time.Now() }`}, ""},
		"clock in a test":   {map[string]string{"engine/a_test.go": `import "time"; func f() { _ = time.Now() }`}, ""},
		"time, no clock":    {map[string]string{"engine/a.go": `import "time"; func f() { _ = time.Unix(1, 0) }`}, ""},
		"method After":      {map[string]string{"engine/a.go": `import "time"; func f(a, b time.Time) bool { return a.After(b) }`}, ""},
		"local named time":  {map[string]string{"engine/a.go": `import "time"; var _ time.Time; func f(time interface{ Now() int }) int { return time.Now() }`}, ""},
		"goroutine":         {map[string]string{"windowing/a.go": `func f() { go f() }`}, "no goroutines"},
		"slog":              {map[string]string{"smartylog/a.go": `import _ "log/slog"`}, "imports log/slog"},
		"log":               {map[string]string{"smartylog/a.go": `import _ "log"`}, "imports log"},

		"init":               {map[string]string{"store/a.go": `func init() {}`}, "no init"},
		"method init":        {map[string]string{"store/a.go": `type t int; func (t) init() {}`}, ""},
		"variable assigned":  {map[string]string{"store/a.go": `var m map[int]int; func f() { m = nil }`}, "variable m changes"},
		"map filled":         {map[string]string{"store/a.go": `var m = map[int]int{}; func f() { m[1]++ }`}, "variable m changes"},
		"map emptied":        {map[string]string{"store/a.go": `var m = map[int]int{}; func f() { delete(m, 1) }`}, "variable m changes"},
		"through a pointer":  {map[string]string{"store/a.go": `var p = new(struct{ n int }); func f() { p.n = 1 }`}, "variable p changes"},
		"in another file":    {map[string]string{"store/a.go": `var n int`, "store/b.go": `func f() { n = 1 }`}, "store/b.go:2:"},
		"shadowed":           {map[string]string{"store/a.go": `var n int`, "store/b.go": `func f() { n := 1; n = 2; _ = n }`}, ""},
		"field of that name": {map[string]string{"store/a.go": `var n int; type s struct{ n int }; func (x *s) f() { x.n = 1 }`}, ""},
		"only read":          {map[string]string{"store/a.go": `var m = map[int]int{}; func f() int { return m[1] }`}, ""},
		"changed by a test":  {map[string]string{"store/a.go": `var n int`, "store/a_test.go": `func f() { n = 1 }`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := faultsOf(t, tc.files)
			if tc.want == "" && len(got) > 0 || tc.want != "" && (len(got) != 1 || !strings.Contains(got[0], tc.want)) {
				t.Errorf("faults %q, want one with %q", got, tc.want)
			}
		})
	}
}

func faultsOf(t *testing.T, texts map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range texts {
		if !strings.Contains(text, "package ") {
			text = "package p\n" + text
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	files, err := parseTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(arrowFaults(files, mayImport), coreFaults(files), stateFaults(files))
}
