package smartylog_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// The pairs were rendered by Python 2.7 and 3.11 from random values: the repr,
// and what the value should be as JSON.
func TestParseValue_AgainstPython(t *testing.T) {
	for _, file := range []string{"testdata/python2-values.jsonl", "testdata/python3-values.jsonl"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
		if len(lines) != 600 {
			t.Errorf("%s: %d pairs, want 600", file, len(lines))
		}
		for _, line := range lines {
			comparePair(t, line)
		}
	}
}

func comparePair(t *testing.T, line []byte) {
	t.Helper()
	var c struct {
		Repr string
		Want any
	}
	if err := json.Unmarshal(line, &c); err != nil {
		t.Fatal(err)
	}
	v, eaten, err := smartylog.ParseValue([]byte(c.Repr))
	if err != nil || eaten != len(c.Repr) {
		t.Errorf("ParseValue(%q) ate %d of %d bytes, error %v", c.Repr, eaten, len(c.Repr), err)
		return
	}
	if diff := cmp.Diff(c.Want, asJSON(t, v)); diff != "" {
		t.Errorf("ParseValue(%q) (-python +got):\n%s", c.Repr, diff)
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
