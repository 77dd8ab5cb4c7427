package strictyaml

import (
	"regexp"
	"strings"
)

// Foreign is what a key of another tool is here.
type Foreign struct {
	Key string // of ours that it stands for; "": none
	// Hint says what to write. Of {5m} and {20} in it the example gives way to the
	// value that was written, if that is a length of time or a number as well, and
	// of {name} to a name.
	Hint   string
	Values map[string]string // hints that are better for certain texts
}

var example = regexp.MustCompile(`\{(\d+[smhdw]?|[\w-]+)\}`)

var plainValue = regexp.MustCompile(`^[A-Za-z_]\w{0,40}$`)

// hint is Hint for the value that stands at the key.
func (f Foreign) hint(v Value) string {
	text := ""
	if v.n != nil {
		text = v.Raw()
	}
	var known []string
	for k := range f.Values {
		known = append(known, k)
	}
	if near := Nearest(text, known); near != "" && text != "" {
		return f.Values[near]
	}
	return example.ReplaceAllStringFunc(f.Hint, func(s string) string {
		s = strings.Trim(s, "{}")
		switch {
		case v.n == nil:
		case strings.ContainsAny(s[len(s)-1:], "smhdw") && s[0] >= '0' && s[0] <= '9':
			if near := v.guessLength(); near != "" {
				return near
			}
		case s[0] >= '0' && s[0] <= '9':
			if number.MatchString(text) {
				return text
			}
		case plainValue.MatchString(text):
			return text
		}
		return s
	})
}

var number = regexp.MustCompile(`^\d{1,9}$`)

// foreign is what a key that the mapping does not have is called here.
func (m *Mapping) foreign(name string) (Foreign, bool) {
	if m.shape == nil {
		return Foreign{}, false
	}
	f, ok := m.shape.Foreign[strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(name))]
	return f, ok
}

// correction is the known key that an unknown one was meant to be, or "".
func (m *Mapping) correction(name string) string {
	if f, ok := m.foreign(name); ok {
		return f.Key
	}
	return Nearest(Plain(name), m.names())
}

// Meant reports whether a key is there, or one that is not known and was probably
// meant to be it, which Done tells: that it is missing need not be told as well.
func (m *Mapping) Meant(key string) bool {
	if _, there := m.fields[key]; there {
		return true
	}
	if m.meant == nil {
		m.meant = map[string]bool{}
		for _, name := range m.order[:min(len(m.order), maxCorrected)] {
			if _, known := m.known(name); !known && !m.v.f.faults.Full() {
				m.meant[m.correction(name)] = true
			}
		}
	}
	return m.meant[key]
}

// maxCorrected is how many keys of a mapping are looked at for what was meant.
const maxCorrected = 200
