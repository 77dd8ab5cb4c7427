package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// panics returns what f panics with.
func panics(f func()) (msg string) {
	defer func() {
		if r := recover(); r != nil {
			msg, _ = r.(string)
		}
	}()
	f()
	return ""
}

func TestMapping_PanicsOverKeysThatNobodyDefined(t *testing.T) {
	root, _ := strictyaml.Parse("f.yaml", []byte("name: a\n"), &strictyaml.Faults{})
	m := root.Shaped(things).Mapping()
	if msg := panics(func() { m.Get("nmae") }); !strings.Contains(msg, `"nmae"`) {
		t.Errorf("asked for an unknown key: panic %q", msg)
	}
	if msg := panics(func() { root.Mapping().Get("name").Duration() }); msg == "" {
		t.Errorf("a duration without a definition was read")
	}
}

func TestNewShape_PanicsOverContradictions(t *testing.T) {
	text := strictyaml.Field{Name: "a", Kind: strictyaml.Text}
	for name, fields := range map[string][]strictyaml.Field{
		"a key twice":             {text, text},
		"a mapping without shape": {{Name: "a", Kind: strictyaml.Map}},
		"a shape without mapping": {{Name: "a", Kind: strictyaml.Text, Of: things}},
		"no kind":                 {{Name: "a"}},
		"needs what there is not": {{Name: "a", Kind: strictyaml.Text, Needs: []string{"b"}}},
	} {
		if panics(func() { strictyaml.NewShape(strictyaml.Shape{Name: "s", Fields: fields}) }) == "" {
			t.Errorf("%s is accepted", name)
		}
	}
	if msg := panics(func() { things.Only("few", "", "name", "nothing") }); msg == "" {
		t.Errorf("a field that there is not was taken")
	}
}

func TestMapping_Together(t *testing.T) {
	shape := strictyaml.NewShape(strictyaml.Shape{Name: "s", OneOf: []string{"one", "other"}, Fields: []strictyaml.Field{
		{Name: "one", Kind: strictyaml.Text}, {Name: "other", Kind: strictyaml.Text},
		{Name: "with", Kind: strictyaml.Text, Needs: []string{"one"}}, {Name: "without", Kind: strictyaml.Text, Without: []string{"one"}},
	}})
	for text, want := range map[string]string{
		"one: a\nwith: b\n":      "",
		"other: a\nwithout: b\n": "",
		"with: b\none: a\n":      "",
		"one: a\nother: b\n":     "f.yaml:2:1: other: stands beside one",
		"other: a\nwith: b\n":    "f.yaml:2:1: with: stands without one",
		"one: a\nwithout: b\n":   "f.yaml:2:1: without: stands beside one",
		"{}\n":                   "f.yaml:1:1: has none of one, other",
		"othre: a\n":             "", // Done tells
	} {
		var fs strictyaml.Faults
		root, _ := strictyaml.Parse("f.yaml", []byte(text), &fs)
		root.Shaped(shape).Mapping().Together()
		got := ""
		if all := fs.Sorted(); len(all) > 0 {
			got = all[0].Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
