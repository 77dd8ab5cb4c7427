package engine

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// interest is the rules that select records of one log and one event. Of those whose
// match needs a certain value of a field only the ones are asked whose value it is: the
// others would refuse the record.
type interest struct {
	always []*candidate
	fields []fieldIndex
}

// candidate is one of them, with what is known of its expressions over records of that
// log and event.
type candidate struct {
	*matching
	answers []answer // see matching.settled
}

// fieldIndex has rules by a value that they need.
type fieldIndex struct {
	path  smartylog.Path
	rules rules.ValueIndex[*candidate]
}

// fewRules is how many rules are rather asked one by one than looked up.
const fewRules = 3

func newInterest(list []*matching) *interest {
	count := map[string]int{}
	for _, m := range list {
		if m.needs {
			count[m.needed.Path.String()]++
		}
	}
	in := &interest{}
	for _, m := range list {
		c := &candidate{m, slices.Clone(m.settled)}
		if m.needs && count[m.needed.Path.String()] > fewRules {
			in.index(c)
		} else {
			in.always = append(in.always, c)
		}
	}
	return in
}

func (in *interest) index(m *candidate) {
	i := slices.IndexFunc(in.fields, func(x fieldIndex) bool { return x.path.String() == m.needed.Path.String() })
	if i < 0 {
		i = len(in.fields)
		in.fields = append(in.fields, fieldIndex{path: m.needed.Path})
	}
	for _, v := range m.needed.Values {
		in.fields[i].rules.Add(v, m)
	}
}

func (in *interest) any() bool { return len(in.always)+len(in.fields) > 0 }
