package strictyaml

import (
	"fmt"
	"slices"
	"strings"
)

// Together records faults for keys that need others, exclude them, or are
// alternatives, as the shape says, in words that fit any of them. Where a reader
// has better words it does not call this.
func (m *Mapping) Together() {
	if m.v.n == nil {
		return
	}
	m.alternatives()
	for _, name := range m.order {
		f, known := m.shape.index[name]
		if !known {
			continue
		}
		if len(f.Needs) > 0 && !slices.ContainsFunc(f.Needs, m.has) {
			m.Key(name).Fault("add it, or remove this", "stands without %s", alternatives(f.Needs))
		}
		for _, other := range f.Without {
			if m.has(other) {
				m.Key(name).Fault("remove one of them", "stands beside %s", other)
			}
		}
	}
}

func (m *Mapping) has(name string) bool {
	_, ok := m.fields[name]
	return ok
}

// alternatives checks that one of the shape's alternatives is there.
func (m *Mapping) alternatives() {
	first := ""
	for _, name := range m.shape.OneOf {
		switch {
		case !m.has(name):
		case first != "":
			m.Key(name).Fault("remove one of them", "stands beside %s", first)
		default:
			first = name
		}
	}
	if first == "" && len(m.shape.OneOf) > 0 && !m.misspelt() {
		m.v.Fault(fmt.Sprintf("add %s", alternatives(m.shape.OneOf)), "has none of %s", strings.Join(m.shape.OneOf, ", "))
	}
}

// misspelt reports whether an unknown key may be meant for an alternative: Done
// says so then.
func (m *Mapping) misspelt() bool {
	return slices.ContainsFunc(m.order, func(name string) bool {
		_, known := m.shape.index[name]
		return !known && Nearest(name, m.shape.OneOf) != ""
	})
}
