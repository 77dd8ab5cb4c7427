package main

import (
	"bytes"
	"path/filepath"
	"testing"
)

// TestImport_OutputPassesCheck: what import writes has no errors for check, whose
// comments it must not use for its own.
func TestImport_OutputPassesCheck(t *testing.T) {
	root := filepath.Join(repository(t), "importer", "testdata")
	files, err := filepath.Glob(filepath.Join(root, "*", "*.y*ml"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d inputs: %v", len(files), err)
	}
	out := filepath.Join(t.TempDir(), "imported.yaml")
	args := append([]string{"import", "--map", filepath.Join(root, "names.yaml"), "--out", out}, files...)
	if status, _, stderr := runCommandLine(t, args...); status != 0 {
		t.Fatalf("import: exit status %d\n%s", status, stderr)
	}
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr, env: func(string) (string, bool) { return "", false }}
	if status := run(t.Context(), []string{"check", out}, a); status != 0 {
		t.Errorf("check: exit status %d\n%s%s", status, stdout.String(), stderr.String())
	}
}
