//go:build system

package systemtest

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestValues_FreshFromPython has python3 draw values that no one has seen yet,
// and the parser's tests read them. `make values` draws more.
func TestValues_FreshFromPython(t *testing.T) {
	count := number(t, "SMARTY_ALERT_VALUES", 5000)
	seed := number(t, "SMARTY_ALERT_SEED", time.Now().Unix())
	pairs := filepath.Join(t.TempDir(), "pairs.jsonl")
	drawValues(t, pairs, seed, count)

	test := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout=60m", "-v", "-run=AgainstPython", "../smartylog")
	test.Env = append(os.Environ(), "SMARTY_ALERT_PAIRS="+pairs)
	out, err := test.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestParseValue_AgainstPython")) || !bytes.Contains(out, []byte("--- PASS: TestRecord_AgainstPython")) {
		t.Fatalf("seed %d: %v; again with: make values SEED=%d VALUES=%d\n%s", seed, err, seed, count, out)
	}
	t.Logf("seed %d, %d values:\n%s", seed, count, out)
}

// drawValues writes the pairs that values.py prints to a file.
func drawValues(t *testing.T, name string, seed, count int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	draw := exec.CommandContext(t.Context(), "python3", "../smartylog/testdata/python/values.py",
		"--seed", strconv.FormatInt(seed, 10), "--count", strconv.FormatInt(count, 10))
	var stderr bytes.Buffer
	draw.Stdout, draw.Stderr = f, &stderr
	if err := draw.Run(); err != nil {
		t.Fatalf("draw %d values with seed %d: %v\n%s", count, seed, err, stderr.Bytes())
	}
}

// number is the value of an environment variable.
func number(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	n, err := strconv.ParseInt(cmp.Or(os.Getenv(name), strconv.FormatInt(otherwise, 10)), 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
