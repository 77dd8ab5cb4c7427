package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// maxHeard is how often a rule over alerts is held against another rule: further
// rules over alerts are taken as they are, and the first of them is told.
const maxHeard = 100_000

// overAlerts looks at the rules over alerts: what they select are the transitions
// of rules that are known.
func (l *linter) overAlerts() {
	left, told := maxHeard, false
	for _, r := range l.set.Rules {
		if r.Source != rules.AlertRecords || r.Status == rules.Disabled {
			continue
		}
		fine := true
		for _, x := range r.Expressions() {
			fine = l.namedRules(x.Term()) && fine
		}
		left -= len(l.set.Rules) * (1 + len(r.Sequence) + len(r.AllOf) + len(r.Aggregates))
		if left < 0 && !told {
			told = true
			l.ruleAt(r, "too-many-pairs", "check a part of the rules by itself, with the rules over alerts that hear of them",
				"this rule over alerts and those after it are not held against the rules that they may hear of: there are more than %d pairs", maxHeard)
		}
		if !fine || left < 0 {
			continue
		}
		heard := l.heard(r, r.Match, nil, "the rule can never match")
		for _, list := range [][]rules.Step{r.Sequence, r.AllOf} {
			for _, st := range list {
				l.heard(r, st.Match, matchClaims(r), "this step can never match")
			}
		}
		for _, a := range r.Aggregates {
			l.heard(r, a.Where, matchClaims(r), "no alert can satisfy it")
		}
		l.labelsOf(r, heard)
	}
}

// namedRules finds ids that no rule has, or whose alerts are not seen.
func (l *linter) namedRules(t *rules.Term) bool {
	fine := true
	if t == nil {
		return true
	}
	for _, a := range t.Args {
		fine = l.namedRules(a) && fine
	}
	term, literal, op, ok := comparison(t)
	if !ok || term.Op != "name" || term.Name != "rule" || op != "==" && op != "!=" && op != "in" {
		return fine
	}
	list, isList := literal.([]any)
	if !isList {
		list = []any{literal}
	}
	for _, item := range list {
		if id, isText := item.(string); isText && !l.isHeard(t, id) {
			fine = false
		}
	}
	return fine
}

func (l *linter) isHeard(t *rules.Term, id string) bool {
	switch r := l.byID[id]; {
	case r == nil:
		var ids []string
		for _, r := range l.set.Rules {
			ids = append(ids, r.ID)
		}
		hint := "the id of a rule is meant"
		if near := strictyaml.Nearest(id, ids); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		t.Warn(&l.faults, "unknown-rule", hint, "no rule has the id %q", id)
	case r.Source != rules.LogRecords:
		t.Warn(&l.faults, "never-matches", "select from the alerts of rules over logs", "%q is a rule over alerts itself: these do not see each other", id)
	case r.Status == rules.Disabled:
		t.Warn(&l.faults, "never-matches", "", "the rule %q is disabled and raises no alerts", id)
	default:
		return true
	}
	return false
}

// heard are the rules whose alerts an expression can be true for; it tells when
// there are none.
func (l *linter) heard(r *rules.Rule, x *rules.Expr, with []claim, message string) []*rules.Rule {
	var out []*rules.Rule
	var why *conflict
	for _, other := range l.set.Rules {
		if other.Source != rules.LogRecords || other.Status == rules.Disabled {
			continue
		}
		claims := slices.Clone(with)
		if t := x.Term(); t != nil {
			claims = append(claims, claim{term: t})
		}
		c := alertFacts(other).refute(claims...)
		if c == nil {
			out = append(out, other)
		} else if why == nil || strings.HasPrefix(why.claims[0].term.String(), "==(rule") {
			why = c
		}
	}
	if len(out) == 0 && why != nil && x.Term() != nil {
		l.tell(x.Term(), why, verdict{"never-matches", message})
	}
	return out
}

// alertFacts are what is known of the transitions of a rule.
func alertFacts(r *rules.Rule) facts {
	return facts{of: func(t *rules.Term) domain {
		d := unknown()
		if t.Op != "name" {
			return d
		}
		root, key := labelName(t.Name)
		switch {
		case t.Name == "rule":
			d.oneOf([]any{r.ID})
			d.null, d.why = false, "no other rule fits"
		case t.Name == "state":
			d.oneOf(literals(states(r)))
			d.null, d.why = false, fmt.Sprintf("the state of alerts of %s is %s", r.ID, strings.Join(states(r), " or "))
		case t.Name == "severity":
			d.oneOf(literals(severities(r)))
			d.null, d.why = false, fmt.Sprintf("the severity of %s is %s", r.ID, strings.Join(severities(r), " or "))
		case root == "labels" && key != "" && !hasLabel(r, key):
			d.oneOf([]any{nil})
			d.why = fmt.Sprintf("%s does not group by %s", r.ID, key)
		case root == "values" && key != "" && !hasValue(r, key):
			d.oneOf([]any{nil})
			d.why = fmt.Sprintf("%s has no value %s", r.ID, key)
		}
		return d
	}}
}

// labelName splits labels.x, or labels["x.y"], which goes no deeper.
func labelName(name string) (root, key string) {
	root, rest, _ := strings.Cut(name, ".")
	if before, quoted, ok := strings.Cut(name, `["`); ok && !strings.Contains(before, ".") {
		return before, strings.TrimSuffix(quoted, `"]`)
	}
	if strings.ContainsAny(rest, ".[") {
		return root, ""
	}
	return root, rest
}

func states(r *rules.Rule) []string {
	if r.Mode == rules.EventMode {
		return []string{"event"}
	}
	out := []string{"firing", "update", "resolved"}
	if r.For > 0 {
		out = append(out, "pending")
	}
	return out
}

func severities(r *rules.Rule) []string {
	if len(r.Levels) == 0 {
		return []string{r.Severity.String()}
	}
	var out []string
	for _, level := range r.Levels {
		out = append(out, level.Severity.String())
	}
	return out
}

func hasLabel(r *rules.Rule, key string) bool {
	return slices.ContainsFunc(r.GroupBy, func(g rules.GroupField) bool { return g.Name == key || alert.SafeName(g.Name) == key })
}

func hasValue(r *rules.Rule, key string) bool {
	return key == "count" || key == "overflow" || key == "groups" ||
		slices.ContainsFunc(r.Aggregates, func(a rules.Aggregate) bool { return a.Name == key })
}

// labelsOf finds labels that no alert which the rule hears has.
func (l *linter) labelsOf(r *rules.Rule, heard []*rules.Rule) {
	if len(heard) == 0 {
		return
	}
	missing := func(ref rules.Ref) (string, bool) {
		root, key := labelName(ref.Path.String())
		if ref.Field != nil || key == "" {
			return "", false
		}
		switch root {
		case "labels":
			return key, !slices.ContainsFunc(heard, func(r *rules.Rule) bool { return hasLabel(r, key) })
		case "values":
			return key, !slices.ContainsFunc(heard, func(r *rules.Rule) bool { return hasValue(r, key) })
		}
		return "", false
	}
	items := r.At("group_by", &l.faults).List()
	for i, g := range r.GroupBy {
		if key, is := missing(g.Ref); is && i < len(items) {
			items[i].Warn("field-not-in-event", labelsHint(heard), "no alert that the rule counts has %q, so none is counted", key)
		}
	}
	am := r.At("aggregates", &l.faults).QuietMapping()
	for _, a := range r.Aggregates {
		if a.Value == nil {
			continue
		}
		for _, ref := range a.Value.Refs() {
			if key, is := missing(ref); is {
				am.Get(a.Name).Warn("field-not-in-event", labelsHint(heard), "no alert that the rule counts has %q", key)
			}
		}
	}
}

func labelsHint(heard []*rules.Rule) string {
	var names []string
	for _, r := range heard {
		for _, g := range r.GroupBy {
			if !slices.Contains(names, "labels."+g.Name) {
				names = append(names, "labels."+g.Name)
			}
		}
	}
	if len(names) == 0 || len(heard) > 3 {
		return ""
	}
	return "they have " + strings.Join(names, ", ")
}
