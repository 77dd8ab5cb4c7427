package main

import (
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/bench/corpus"
	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestEveryRecord_IsWanted asks for each record of a day whether a rule selects
// its log and event, and for each rule whether a record comes for it.
func TestEveryRecord_IsWanted(t *testing.T) {
	set, warnings, err := rules.Load([]string{"rules/every-record.yaml"}, rules.Options{})
	if err != nil || len(warnings) > 0 {
		t.Fatalf("load: %v, warnings %v", err, warnings)
	}
	if len(set.Rules) != 35 {
		t.Errorf("%d rules, want 35", len(set.Rules))
	}
	o := corpus.Options(1, 24*time.Hour)
	o.Rate = 5
	o.Bursts = append(o.Bursts, loggen.Burst{Event: "CLIENT_CHANNELS_NOT_FOUND", For: time.Minute, Rate: 1}) // else not in every day
	g, err := loggen.New(o)
	if err != nil {
		t.Fatal(err)
	}
	unwanted, asked := map[string]int{}, map[string]bool{}
	idle := map[string]bool{}
	for _, r := range set.Rules {
		idle[r.ID] = true
	}
	for rec, ok := g.Next(); ok; rec, ok = g.Next() {
		what := rec.Log + " " + rec.Event
		if asked[what] {
			continue
		}
		asked[what] = true
		wanted := false
		for _, r := range set.Rules {
			if r.Selects(rec.Log, rec.Event) {
				wanted = true
				delete(idle, r.ID)
			}
		}
		if !wanted {
			unwanted[what]++
		}
	}
	if len(unwanted) > 0 || len(idle) > 0 || len(asked) < 50 {
		t.Errorf("of %d events no rule wants %v; rules without a record: %v", len(asked), unwanted, idle)
	}
}
