package main

import (
	"fmt"
	"strings"
)

const (
	matching = 10   // rules that match a record
	allRules = 1000 // with those that do not
)

// thousandOtherEvents adds rules over events that do not come.
func thousandOtherEvents(g *ground) (contest, error) {
	return thousand(g, "other_events", "990 more rules over other events", func(i int) string {
		return fmt.Sprintf("event: SHOP_ORDER_%03d", i)
	})
}

// thousandSameEvent adds rules over the same event, each for an operator of its
// own, who has no subscribers.
func thousandSameEvent(g *ground) (contest, error) {
	return thousand(g, "same_event", "990 more rules over the same event, refused by match", func(i int) string {
		return fmt.Sprintf("event: LOGIN_SUCCESS, match: params.client_id == %d", 1000+i)
	})
}

// thousand is a contest of 1,000 rules beside the ten of them that match.
func thousand(g *ground, name, about string, selects func(i int) string) (contest, error) {
	log, size, err := g.log() // long, beside the time it takes to compile a thousand rules
	if err != nil {
		return contest{}, err
	}
	var rules strings.Builder
	rules.WriteString("rules:\n")
	for i := range matching {
		fmt.Fprintf(&rules, "- {id: ten_%d, event: LOGIN_SUCCESS, group_by: [params.device], window: %dm, condition: count >= 1000000}\n", i, i+1)
	}
	few, err := g.write("ten.yaml", []byte(rules.String()))
	if err != nil {
		return contest{}, err
	}
	for i := range allRules - matching {
		fmt.Fprintf(&rules, "- {id: more_%d, %s, group_by: [params.device], window: 5m, condition: count >= 10}\n", i, selects(i))
	}
	many, err := g.write("thousand_"+name+".yaml", []byte(rules.String()))
	if err != nil {
		return contest{}, err
	}
	return contest{
		about: about, goal: "≤ 1.3 × the ten alone", bytes: size,
		ours:   g.replay("1,000 rules", many, log),
		others: []contender{g.replay("the ten", few, log)},
		agree:  func(ours string, others []string) error { return sameReplay(ours, others[0]) },
	}, nil
}
