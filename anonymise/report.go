package anonymise

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Report counts what was done. The zero Report is empty and ready for use.
type Report struct {
	Records  int64 // records written
	Cut      int64 // of them cut, because they were longer than a record may be
	Dropped  int64 // bytes left out: what the cuts took, and what belongs to no record and is not blank
	Unread   int64 // of the records those without a readable header, searched as text
	values   [classes]int64
	keys     map[string]*KeyCount
	sentence map[string]int64
	asked    map[string]int64 // by what the user named
	names    map[string]bool  // of all keys
}

// KeyCount tells how often a key that is in no table came, and with what end.
type KeyCount struct {
	Key            string
	Replaced, Kept int64
}

// ClassCount is how many values of a class were replaced.
type ClassCount struct {
	Class  Class
	Values int64
}

func (r *Report) replaced(c Class) { r.values[c]++ }

// maxKeys bounds how many different undocumented keys are counted.
const maxKeys = 1000

func (r *Report) undocumented(name string, replaced bool) {
	if !keyLike.MatchString(name) {
		return // what is no name may be somebody's
	}
	k := r.keys[name]
	if k == nil {
		if len(r.keys) >= maxKeys {
			return
		}
		if r.keys == nil {
			r.keys = map[string]*KeyCount{}
		}
		k = &KeyCount{Key: name}
		r.keys[name] = k
	}
	if replaced {
		k.Replaced++
	} else {
		k.Kept++
	}
}

// prose counts a value that was kept but for what shows by its form.
func (r *Report) prose(name string) {
	if r.sentence == nil {
		r.sentence = map[string]int64{}
	}
	if _, ok := r.sentence[name]; ok || len(r.sentence) < maxKeys {
		r.sentence[name]++
	}
}

// used counts a value that became what the user asked for under a name.
func (r *Report) used(name string) {
	if r.asked == nil {
		r.asked = map[string]int64{}
	}
	r.asked[name]++
}

// met remembers the name of a key.
func (r *Report) met(name string) {
	if r.names == nil {
		r.names = map[string]bool{}
	}
	if keyLike.MatchString(name) && len(r.names) < maxKeys {
		r.names[name] = true
	}
}

// Used is how many values were kept or hidden because a key or path was named for
// it in Options.
func (r *Report) Used(name string) int64 { return r.asked[strings.ToLower(name)] }

// Has tells whether there was a key of that name.
func (r *Report) Has(name string) bool { return r.names[name] }

// Names lists the keys there were, at most 1,000, in order.
func (r *Report) Names() []string { return slices.Sorted(maps.Keys(r.names)) }

// Values counts the values replaced, by class, most first.
func (r *Report) Values() []ClassCount {
	var out []ClassCount
	for c, n := range r.values {
		if n > 0 {
			out = append(out, ClassCount{Class(c), n})
		}
	}
	slices.SortStableFunc(out, func(a, b ClassCount) int { return cmp.Compare(b.Values, a.Values) })
	return out
}

// Undocumented lists the keys that are in no table, by name.
func (r *Report) Undocumented() []KeyCount {
	out := make([]KeyCount, 0, len(r.keys))
	for _, name := range slices.Sorted(maps.Keys(r.keys)) {
		out = append(out, *r.keys[name])
	}
	return out
}

// Sentences lists the keys whose texts were kept but for what shows by its form:
// what a person should look at before sharing.
func (r *Report) Sentences() []string { return slices.Sorted(maps.Keys(r.sentence)) }
