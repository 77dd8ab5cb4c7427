package rules

// ChangeKind says what a reload does to a rule.
type ChangeKind string

// Added and Removed rules are in one set only, a disabled rule being in none.
// Kept ones differ in what takes effect at once, Anew ones in what shapes the
// state, which is lost.
const (
	Added     ChangeKind = "new"
	Removed   ChangeKind = "removed"
	Unchanged ChangeKind = "unchanged"
	Kept      ChangeKind = "keeps_state"
	Anew      ChangeKind = "starts_anew"
)

// Change is what a reload does to one rule: the keys that differ and lose its
// state, and those that take effect at once.
type Change struct {
	Rule   string
	Kind   ChangeKind
	State  []string
	AtOnce []string
}

// Compare tells what replacing one set by another does (semantics §3.8), in the
// order of the new rules, then of those that are gone.
func Compare(old, now *Set) []Change {
	var out []Change
	before, after := active(old), active(now)
	for _, r := range now.Rules {
		if after[r.ID] == nil && before[r.ID] == nil {
			continue
		}
		out = append(out, change(r.ID, before[r.ID], after[r.ID]))
	}
	for _, r := range old.Rules {
		if before[r.ID] != nil && now.Find(r.ID) == nil {
			out = append(out, change(r.ID, r, nil))
		}
	}
	return out
}

func active(s *Set) map[string]*Rule {
	out := map[string]*Rule{}
	for _, r := range s.Rules {
		if r.Status != Disabled {
			out[r.ID] = r
		}
	}
	return out
}

func change(id string, before, after *Rule) Change {
	c := Change{Rule: id, Kind: Unchanged}
	switch {
	case before == nil:
		c.Kind = Added
		return c
	case after == nil:
		c.Kind = Removed
		return c
	}
	c.State, c.AtOnce = differing(before.state, after.state), differing(before.rest, after.rest)
	switch {
	case len(c.State) > 0:
		c.Kind = Anew
	case len(c.AtOnce) > 0:
		c.Kind = Kept
	}
	return c
}
