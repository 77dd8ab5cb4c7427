package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// Every example rule has tests that hold, and they have it do all that it can: a
// rule that is added needs some.
func TestExamples_TestsReachEverything(t *testing.T) {
	for dir, want := range map[string]int{"rules": 9, "kinds": 15} {
		var out, errs bytes.Buffer
		a := &app{stdout: &out, stderr: &errs, env: func(string) (string, bool) { return "", false }}
		status := run(t.Context(), []string{"test", "--cover", filepath.Join(repository(t), "examples", dir)}, a)
		if status != 0 || errs.Len() > 0 {
			t.Errorf("%s: exit status %d\n%s%s", dir, status, out.String(), errs.String())
		}
		if n := strings.Count(out.String(), "\nok    ") + 1; !strings.Contains(out.String(), "(100 %)") || n < want {
			t.Errorf("%s: %d files of tests:\n%s", dir, n, out.String())
		}
	}
}
