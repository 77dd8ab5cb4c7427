package rules

import (
	"cmp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Languages are those that translations may be in, as the configuration's
// `language` names them.
func Languages() []string { return []string{"en", "ru"} }

// Translation is what a rule says in one language. Texts that it lacks are those
// that the rule has without a translation.
type Translation struct {
	Language          string // one of Languages
	Name, Description string
	Annotations       []Annotation
}

// Written is an annotation with its place.
type Written struct {
	Annotation
	at strictyaml.Value
}

// At is where the annotation was written. Its faults go to faults.
func (t Written) At(faults *strictyaml.Faults) strictyaml.Value { return t.at.Reporting(faults) }

// Texts are the annotations of all languages and overrides, also those that others
// stand over, as they were read with Options.Keep.
func (r *Rule) Texts() []Written { return r.texts }

// readTexts reads the texts of every language, so that a fault in one that nobody
// has chosen is told all the same, and chooses. Annotations of overrides are in
// whatever language their configuration is in: they stand over those of all.
func (fc *fileContext) readTexts(m *strictyaml.Mapping, r *Rule) {
	r.Annotations = fc.readAnnotations(m.Get("annotations"), r)
	if v := m.Get("translations"); v.There() {
		tm := v.Mapping()
		for _, language := range Languages() {
			if item := tm.Get(language); item.There() {
				r.Translations = append(r.Translations, fc.readTranslation(item, language, r))
			}
		}
		tm.Done()
	}
	fc.translate(r)
	for _, v := range fc.over["annotations"] {
		r.Annotations = over(r.Annotations, fc.readAnnotations(v, r))
	}
}

func (fc *fileContext) readTranslation(v strictyaml.Value, language string, r *Rule) Translation {
	m := v.Mapping()
	t := Translation{Language: language}
	t.Name, _ = m.Get("name").Text()
	t.Description, _ = m.Get("description").Text()
	t.Annotations = fc.readAnnotations(m.Get("annotations"), r)
	m.Done()
	return t
}

// translate puts the texts of the chosen language over the rule's own.
func (fc *fileContext) translate(r *Rule) {
	chosen := cmp.Or(fc.options.Language, Languages()[0])
	for _, t := range r.Translations {
		if t.Language == chosen {
			r.Name, r.Description = cmp.Or(t.Name, r.Name), cmp.Or(t.Description, r.Description)
			r.Annotations = over(r.Annotations, t.Annotations)
		}
	}
}

func (fc *fileContext) readAnnotations(v strictyaml.Value, r *Rule) []Annotation {
	if !v.There() {
		return nil
	}
	var out []Annotation
	m := v.Mapping()
	for _, name := range m.Keys() {
		a, ok := newAnnotation(m.Need(name), name, r, &fc.templates)
		if !ok {
			continue
		}
		out = append(out, a)
		if fc.keeps() {
			r.texts = append(r.texts, Written{a, m.Get(name)})
		}
	}
	slices.SortFunc(out, byName)
	return out
}

// over is the annotations of both, those of upper where both have a name.
func over(lower, upper []Annotation) []Annotation {
	out := slices.Clone(upper)
	for _, a := range lower {
		if !slices.ContainsFunc(upper, func(b Annotation) bool { return b.Name == a.Name }) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, byName)
	return out
}

func byName(a, b Annotation) int { return strings.Compare(a.Name, b.Name) }
