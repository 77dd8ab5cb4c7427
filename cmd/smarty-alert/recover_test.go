package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/smarty-alert/smarty-alert/ingest"
)

// A cut tells of logs that have moved: with thousands of them, most are silent, and
// nothing is written of these but when they were looked at.
func TestPositions_Since(t *testing.T) {
	at := func(offset, looked int64) ingest.Position {
		return ingest.Position{Path: "/x.log", HeadLen: 10, Offset: offset, At: looked}
	}
	before := positions{"silent": {at(100, 1)}, "grown": {at(100, 1)}, "rotated": {at(100, 1)}, "gone": {at(100, 1)}, "empty": nil}
	now := positions{"silent": {at(100, 2)}, "grown": {at(110, 2)}, "rotated": {at(100, 2), at(0, 2)}, "gone": {}, "empty": {}, "new": nil}
	want := positions{"grown": now["grown"], "rotated": now["rotated"], "gone": nil, "new": nil}
	if diff := cmp.Diff(want, now.since(before), cmpopts.EquateEmpty(), cmpopts.EquateComparable(ingest.Position{})); diff != "" {
		t.Error(diff)
	}
	if got := now.since(nil); len(got) != len(now) {
		t.Errorf("the first cut has %d of %d logs", len(got), len(now))
	}
}
