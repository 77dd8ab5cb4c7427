package engine

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// matching is the part of a rule that looks at records. It never changes, so any
// number of matchers and the engine share it.
type matching struct {
	rule    *rules.Rule
	index   int // place in file order
	redact  *redact.Redactor
	origins origins
	steps   []rules.Step // of a sequence or all_of; nil: it is neither
	settled []answer     // of its tests: those whose answer the log and the event tell
	// What records bring to the columns as long as none takes a value, by the bits of
	// each aggregate that are set; nil: there are too many ways.
	patterns [][]windowing.Input
	bits     []inputBits
	needed   rules.Needed // if needs: what the rule's match does not hold without
	needs    bool
}

func newMatching(r *rules.Rule, index int, redact *redact.Redactor, k kinds) *matching {
	m := &matching{rule: r, index: index, redact: redact, origins: k.of(r, redact), steps: stepsOf(r)}
	m.needed, m.needs = r.Match.Needed()
	m.settled = settledOf(r)
	m.bits, m.patterns = patternsOf(r)
	return m
}

// selection is the rules of an engine as matchers see them. It is immutable.
type selection struct {
	rules []*matching // in file order, those that are disabled left out
	exact map[string][]*matching
	loose []*matching // rules over logs that name no events, or patterns of names
}

func newSelection(set *rules.Set, redact *redact.Redactor) *selection {
	k := kinds{}
	sel := &selection{exact: map[string][]*matching{}}
	for _, r := range set.Rules {
		if r.Status != rules.Disabled {
			sel.add(newMatching(r, len(sel.rules), redact, k))
		}
	}
	return sel
}

func (sel *selection) add(m *matching) {
	sel.rules = append(sel.rules, m)
	if m.rule.Source != rules.LogRecords {
		return
	}
	events := m.rule.Events
	if events == nil || slices.ContainsFunc(events, func(name string) bool { return strings.ContainsAny(name, "*?[") }) {
		sel.loose = append(sel.loose, m)
		return
	}
	for _, name := range events {
		if list := sel.exact[name]; len(list) == 0 || list[len(list)-1] != m {
			sel.exact[name] = append(list, m)
		}
	}
}

// of returns the rules that select records of a log and an event, in file order.
func (sel *selection) of(log, event string) []*matching {
	var list []*matching
	for _, some := range [][]*matching{sel.exact[event], sel.loose} {
		for _, m := range some {
			if m.rule.Selects(log, event) {
				list = append(list, m)
			}
		}
	}
	slices.SortFunc(list, func(a, b *matching) int { return a.index - b.index })
	return list
}
