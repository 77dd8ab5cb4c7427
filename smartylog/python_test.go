package smartylog_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// The pairs were rendered by Python 3.11 from random values: its repr, and what
// the value should be as JSON.
func TestParseValue_AgainstPython(t *testing.T) {
	data, err := os.ReadFile("testdata/python3-values.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	n := 0
	for ; lines.Scan(); n++ {
		var c struct {
			Repr string
			Want any
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		v, eaten, err := smartylog.ParseValue([]byte(c.Repr))
		if err != nil || eaten != len(c.Repr) {
			t.Errorf("ParseValue(%q) ate %d of %d bytes, error %v", c.Repr, eaten, len(c.Repr), err)
			continue
		}
		if diff := cmp.Diff(c.Want, asJSON(t, v)); diff != "" {
			t.Errorf("ParseValue(%q) (-python +got):\n%s", c.Repr, diff)
		}
	}
	if n < 500 {
		t.Errorf("%d pairs, want at least 500", n)
	}
}

// asJSON sends a value through AppendValue and encoding/json.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	var out any
	if err := json.Unmarshal(smartylog.AppendValue(nil, v), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
