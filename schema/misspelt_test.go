package schema_test

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// A key of the language that is misspelt, whichever it is, is refused by the reader
// and by the schema; so is one whose value is of a kind that it never has.
func TestSchemas_RefuseMisspeltKeys(t *testing.T) {
	files := map[string][]string{
		"rules":     find(t, 20, "../examples/rules/*.yaml", "../examples/kinds/*/*.yaml", "../plain/testdata/*.yaml"),
		"config":    find(t, 1, "../examples/config.yaml"),
		"test":      find(t, 20, "../ruletest/testdata/good/*_test.yaml", "../examples/rules/*_test.yaml", "../examples/kinds/*/*_test.yaml"),
		"incidents": find(t, 2, "../loggen/installation/testdata/good*.yaml"),
	}
	shapes := map[string]*strictyaml.Shape{"rules": rules.FileShape(), "config": config.FileShape(), "test": ruletest.FileShape(),
		"incidents": installation.FileShape()}
	for _, k := range kinds(t) {
		tried, seen := 0, map[string]bool{}
		for _, file := range files[k.name] {
			data := read(t, file)
			for i, key := range closedKeys(t, data, shapes[k.name]) {
				if seen[key.of] { // each key of each shape once
					continue
				}
				seen[key.of] = true
				for what, spoil := range map[string]func(key, value *yaml.Node){
					"misspelt": func(key, _ *yaml.Node) { key.Value += "x" },
					"empty":    func(_, value *yaml.Node) { *value = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} },
				} {
					var doc yaml.Node
					if err := yaml.Unmarshal(data, &doc); err != nil {
						t.Fatal(err)
					}
					at := keysOf(doc.Content[0], shapes[k.name])[i]
					name := at.key.Value
					spoil(at.key, at.value)
					text, err := yaml.Marshal(&doc)
					if err != nil {
						t.Fatal(err)
					}
					tried++
					if k.read(text) == nil {
						t.Errorf("%s: the reader accepts %s %s in line %d", file, what, name, at.key.Line)
					}
					if accepts(k.schema, text) == nil {
						t.Errorf("%s: the schema accepts %s %s in line %d", file, what, name, at.key.Line)
					}
				}
			}
		}
		t.Logf("%s: %d", k.name, tried)
		if tried < 30 {
			t.Errorf("%s: only %d keys were tried", k.name, tried)
		}
	}
}

func closedKeys(t *testing.T, data []byte, s *strictyaml.Shape) []written {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	return keysOf(doc.Content[0], s)
}

// written is a key of a shape, as it stands in a file.
type written struct {
	of         string // shape and name
	key, value *yaml.Node
}

// keysOf are the keys of all mappings that have a shape of named keys.
func keysOf(n *yaml.Node, s *strictyaml.Shape) []written {
	var out []written
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			out = append(out, keysOf(item, s)...)
		}
		return out
	}
	if n.Kind != yaml.MappingNode || s == nil {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		f, _ := s.Key(n.Content[i].Value)
		if name := n.Content[i].Value; s.Open == nil && slices.Contains(s.Names(), name) {
			out = append(out, written{s.Name + "." + name, n.Content[i], n.Content[i+1]})
		}
		if f != nil {
			out = append(out, keysOf(n.Content[i+1], f.Of)...)
		}
	}
	return out
}
