package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// inhibition is one id of a rule's `inhibits`, with its place.
type inhibition struct {
	rule *Rule
	id   string
	v    strictyaml.Value
}

// readInhibits reads ids; whether rules have them is known when all files are
// read.
func (fc *fileContext) readInhibits(v strictyaml.Value, r *Rule) {
	for _, item := range v.List() {
		id, ok := item.Text()
		switch {
		case !ok:
		case id == r.ID:
			item.Fault("remove it", "a rule cannot inhibit itself")
		case slices.Contains(r.Inhibits, id):
			item.Fault("remove one", "%q is here twice", id)
		default:
			r.Inhibits = append(r.Inhibits, id)
			fc.inhibits = append(fc.inhibits, inhibition{r, id, item})
		}
	}
}

// maxHints is for how many unknown ids a near one is looked for among all.
const maxHints = 100

// checkInhibits finds ids that no rule has, and circles: rules that inhibit each
// other would all be silent.
func (l *loader) checkInhibits() {
	edges := map[string][]inhibition{}
	known := slices.Sorted(maps.Keys(l.seen))
	for i, in := range l.inhibits {
		if _, ok := l.seen[in.id]; ok {
			edges[in.rule.ID] = append(edges[in.rule.ID], in)
			continue
		}
		hint := "write the id of a rule"
		if i < maxHints {
			if id := strictyaml.Nearest(in.id, known); id != "" {
				hint = fmt.Sprintf("did you mean %q?", id)
			}
		}
		in.v.Fault(hint, "no rule has the id %q", in.id)
	}
	w := circles{edges: edges, state: map[string]visit{}}
	for _, in := range l.inhibits {
		w.walk(in.rule.ID)
	}
}

// circles looks for circles along `inhibits`.
type circles struct {
	edges map[string][]inhibition
	state map[string]visit
	way   []string
}

type visit int

const (
	onTheWay visit = iota + 1
	done
)

func (w *circles) walk(id string) {
	if w.state[id] != 0 {
		return
	}
	w.state[id] = onTheWay
	w.way = append(w.way, id)
	for _, in := range w.edges[id] {
		if w.state[in.id] == onTheWay {
			circle := append(slices.Clone(w.way[slices.Index(w.way, in.id):]), in.id)
			in.v.Fault("remove one of them", "rules inhibit each other in a circle, so that none is told: %s", strings.Join(circle, " → "))
			continue
		}
		w.walk(in.id)
	}
	w.way = w.way[:len(w.way)-1]
	w.state[id] = done
}
