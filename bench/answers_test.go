package main

import (
	"strings"
	"testing"
)

const (
	tenRules  = `{"type":"summary","bytes":9,"records":3,"rules":{"a":{"matched":2,"fired":1}}}` + "\n"
	moreRules = `{"type":"summary","bytes":9,"records":3,"rules":{"a":{"matched":2,"fired":1},"b":{"matched":0,"fired":0}}}` + "\n"
	otherwise = `{"type":"summary","bytes":9,"records":3,"rules":{"a":{"matched":1,"fired":1},"b":{"matched":1,"fired":0}}}` + "\n"
)

func TestSameReplay(t *testing.T) {
	for name, tc := range map[string]struct {
		ours, other, fault string
	}{
		"rules that match nothing":       {`{"type":"alert"}` + "\n" + moreRules, tenRules, ""},
		"the same matches of other rule": {otherwise, tenRules, "rule a"},
		"no summary":                     {"", tenRules, "no summary"},
		"nothing done":                   {`{"type":"summary"}` + "\n", `{"type":"summary"}` + "\n", "records: 0"},
	} {
		err := sameReplay(tc.ours, tc.other)
		if (err == nil) != (tc.fault == "") || err != nil && !strings.Contains(err.Error(), tc.fault) {
			t.Errorf("%s: error %v, want %q", name, err, tc.fault)
		}
	}
}

func TestSameTogether_AddsUp(t *testing.T) {
	twice := `{"type":"summary","records":6,"rules":{"a":{"matched":4}}}` + "\n"
	if err := sameTogether(twice, tenRules+moreRules); err != nil {
		t.Error(err)
	}
	if err := sameTogether(twice, tenRules); err == nil {
		t.Error("no error for half the records")
	}
}

func TestSameCounts(t *testing.T) {
	const stats = `{"logs":[{"events":[{"event":"LOGIN_ERROR","records":3},{"event":"","records":1}]}]}`
	if err := sameCounts(stats, []string{"2 LOGIN_ERROR\n1 login_error\n1 Internal\n"}); err != nil {
		t.Error(err)
	}
	if err := sameCounts(stats, []string{"2 LOGIN_ERROR\n"}); err == nil {
		t.Error("no error for two of three records")
	}
	if err := sameCounts(`{"logs":[]}`, []string{""}); err == nil {
		t.Error("no error when nothing was counted")
	}
}

func TestSameTotals_OfAFoldedTerminal(t *testing.T) {
	const totals = "118 alerts fired, 5 resolved; 2,986,986 records in 1 log (1000.0 MB); from"
	const folded = "reading ... [####]\r\n118 alerts fired, 5 resolved; 2,986,986\r\nrecords in 1 log"
	if err := sameTotals(folded, []string{totals}); err != nil {
		t.Error(err)
	}
	if err := sameTotals(strings.ReplaceAll(folded, "118", "117"), []string{totals}); err == nil {
		t.Error("no error for another number of alerts")
	}
	if err := sameTotals(strings.TrimPrefix(folded, "reading"), []string{totals}); err == nil {
		t.Error("no error without a bar")
	}
}
