package inplace

import (
	"slices"
	"strings"
)

// place is a reference taken apart.
type place struct {
	at     string   // the incident's own message; "": there is none
	others []string // that are to be put right, with their marks
}

const (
	copyMark = "=" // before the reference of a copy of the incident's message
	refusal  = "!" // behind a reference, for each edit that was refused
)

func split(ref string) place {
	parts := strings.Fields(ref)
	if len(parts) == 0 {
		return place{}
	}
	return place{parts[0], parts[1:]}
}

func (p place) String() string {
	return strings.Join(append([]string{p.at}, p.others...), " ")
}

func copied(ref string) bool  { return strings.HasPrefix(ref, copyMark) }
func refusals(ref string) int { return len(ref) - len(strings.TrimRight(ref, refusal)) }
func plain(ref string) string {
	return strings.TrimRight(strings.TrimPrefix(ref, copyMark), refusal)
}

// past makes all of an incident's messages those of an earlier one.
func (p place) past() place {
	var others []string
	if p.at != "" {
		others = append(others, p.at)
	}
	for _, ref := range p.others {
		others = append(others, strings.TrimPrefix(ref, copyMark))
	}
	return place{"", others}
}

// without takes away the incident's message: a copy stands in for it.
func (p place) without() place {
	i := slices.IndexFunc(p.others, copied)
	if i < 0 {
		return place{"", p.others}
	}
	return place{plain(p.others[i]), slices.Delete(slices.Clone(p.others), i, i+1)}
}

// with adds messages that say what the incident's message says: the first is that from
// now on.
func (p place) with(found []string) place {
	if len(found) == 0 {
		return p
	}
	out := place{at: found[0]}
	for _, ref := range found[1:] {
		out.others = append(out.others, copyMark+ref)
	}
	for _, ref := range p.others {
		if !slices.Contains(found, plain(ref)) {
			out.others = append(out.others, ref)
		}
	}
	return out
}
