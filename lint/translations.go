package lint

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// translations holds each translation against the rule's own texts: people who read
// one language are told the same as those who read the other.
func (l *linter) translations(r *rules.Rule) {
	if len(r.Translations) == 0 {
		return
	}
	own := texts(r.Place(&l.faults).QuietMapping())
	all := r.At("translations", &l.faults).QuietMapping()
	for _, t := range r.Translations {
		theirs := texts(all.Get(t.Language).QuietMapping())
		if missing := lacking(own, theirs); len(missing) > 0 {
			all.Key(t.Language).Warn("missing-translation", "translate it, or leave the key out of both",
				"%s is told in the rule's own language: the translation %q lacks it", strings.Join(missing, ", "), t.Language)
		}
		if extra := lacking(theirs, own); len(extra) > 0 {
			all.Key(t.Language).Warn("missing-translation", "add it to the rule, or remove it",
				"%s is told in the language %q alone: the rule has no such text of its own", strings.Join(extra, ", "), t.Language)
		}
	}
}

// texts are the keys of a rule, or of a translation, that hold words.
func texts(m *strictyaml.Mapping) []string {
	var out []string
	for _, key := range []string{"name", "description"} {
		if m.Get(key).There() {
			out = append(out, key)
		}
	}
	for _, key := range m.Get("annotations").QuietMapping().Keys() {
		if key != "runbook_url" { // an address is the same in all languages, as a rule
			out = append(out, "annotations."+key)
		}
	}
	return out
}

// lacking are the keys that the other list has not.
func lacking(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(key string) bool { return slices.Contains(other, key) })
}
