package smartylog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// recordKeys are names of keys as Smarty has them, in pairs of which one is the
// start of the other, or part of its text.
var recordKeys = []string{"ip", "args", "kwargs", "params", "account", "account_id", "abonement", "device", "device_uid", "uri", "url", "message",
	"response", "request", "execution_time", "removed_objects", "source", "stacktrace_of", "key", "timeout", "object", "x", "e1", "tariff", "count"}

// Records put together from the values of one era, EVENT k=v k2=v2 as Smarty prints
// them, give every value back.
func TestRecord_AgainstPython(t *testing.T) {
	name, least := "testdata/python-pairs.jsonl", 500
	if fresh := os.Getenv(pairsVariable); fresh != "" {
		name, least = fresh, 1
	}
	eras := map[int][]printed{}
	for c := range pairsOf(t, name) {
		eras[c.Era] = append(eras[c.Era], c)
	}
	for era, values := range eras {
		rng := rand.New(rand.NewPCG(uint64(era), 2017))
		rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		records, wrong := 0, 0
		for len(values) > 0 && wrong < 20 {
			n := min(len(values), 1+rng.IntN(6))
			text, keys := written(rng, values[:n])
			if fault := recordFault(t, text, keys, values[:n]); fault != "" {
				wrong++
				t.Errorf("%s\n in %q", fault, text)
			}
			records++
			values = values[n:]
		}
		t.Logf("Python %d: %d records", era, records)
		if records < least {
			t.Errorf("Python %d: %d records, want at least %d", era, records, least)
		}
	}
}

// written is a record with the values, under keys of its own choice.
func written(rng *rand.Rand, values []printed) (text string, keys []string) {
	events := [...]string{"LOGIN_ERROR", "EPG_REMOVED", "ADMIN_REQUEST", "CONTENT_REQUEST_SUCCESS", "own_event", "billing_charge", "SOME_EVENT:"}
	var b bytes.Buffer
	b.WriteString(head)
	event := events[rng.IntN(len(events))]
	b.WriteString(event)
	for i, at := range rng.Perm(len(recordKeys))[:len(values)] {
		key := recordKeys[at]
		keys = append(keys, key)
		switch rng.IntN(6) {
		case 0:
			key = "'" + key + "'"
		case 1:
			key = "u'" + key + "'"
		}
		fmt.Fprintf(&b, " %s=%s", key, values[i].Repr)
	}
	b.WriteByte('\n')
	return b.String(), keys
}

// recordFault says what of the record does not come back.
func recordFault(t *testing.T, text string, keys []string, values []printed) string {
	t.Helper()
	records := readAll(t, []byte(text+head+"NEXT\n"), smartylog.Options{})
	if len(records) != 2 || records[1].Event != "NEXT" {
		return fmt.Sprintf("%d records", len(records))
	}
	r := records[0]
	fresh := r.Clone()
	c := r.Decode()
	if len(c.Pairs) != len(keys) || c.Rest != "" || r.Flags != 0 || r.Event == "" {
		return fmt.Sprintf("%d pairs of %d, rest %q, flags %v, event %q", len(c.Pairs), len(keys), c.Rest, r.Flags.Names(), r.Event)
	}
	for i, key := range keys {
		if c.Pairs[i].Key != key {
			return fmt.Sprintf("key %d is %q, want %q", i, c.Pairs[i].Key, key)
		}
		if fault := differs(values[i].Want, smartylog.AppendValue(nil, c.Pairs[i].Value)); fault != "" {
			return key + " " + fault
		}
		v, ok := fresh.Lookup(key)
		if fault := differs(values[i].Want, smartylog.AppendValue(nil, v)); fault != "" || !ok {
			return fmt.Sprintf("Lookup(%q): %v %s", key, ok, fault)
		}
	}
	if line := r.AppendJSON(nil, true); !json.Valid(line) {
		return "not JSON: " + string(line)
	}
	return ""
}
