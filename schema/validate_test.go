package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/schema"
)

// compiled compiles a schema, which proves it well-formed by the metaschema of
// draft 2020-12.
func compiled(t testing.TB, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatalf("the schema is not well-formed: %v", err)
	}
	return s
}

// asEditorsSee is YAML as an editor hands it to a schema. ok is false for text
// that is no YAML.
func asEditorsSee(data []byte) (v any, ok bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil || len(doc.Content) == 0 {
		return nil, false
	}
	return jsonOf(doc.Content[0], 0), true
}

// jsonOf is the node as JSON. What holds itself ends at a depth that no file of ours
// has.
func jsonOf(n *yaml.Node, depth int) any {
	if depth > 40 {
		return nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return jsonOf(n.Alias, depth+1)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = jsonOf(n.Content[i+1], depth+1)
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = jsonOf(c, depth+1)
		}
		return list
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return json.Number(strconv.FormatInt(i, 10))
		}
	case "!!float":
		if x, err := strconv.ParseFloat(n.Value, 64); err == nil && x-x == 0 {
			return json.Number(fmt.Sprint(x))
		}
	}
	return n.Value
}

// accepts tells what the schema says of a text.
func accepts(s *jsonschema.Schema, data []byte) error {
	v, ok := asEditorsSee(data)
	if !ok {
		return fmt.Errorf("no YAML")
	}
	return s.Validate(v)
}

func find(t testing.TB, least int, patterns ...string) []string {
	t.Helper()
	var out []string
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			t.Fatal(err)
		}
		tests := strings.Contains(p, "_test.yaml") // else they are no rule files
		out = append(out, slices.DeleteFunc(found, func(name string) bool { return strings.HasSuffix(name, "_test.yaml") != tests })...)
	}
	if len(out) < least {
		t.Fatalf("%d files like %v, want at least %d", len(out), patterns, least)
	}
	return out
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSchemas_AcceptEveryGoodFile(t *testing.T) {
	for name, tc := range map[string]struct {
		schema []byte
		files  []string
	}{
		"rules":  {schema.Rules(), find(t, 20, "../examples/rules/*.yaml", "../examples/kinds/*/*.yaml", "../examples/coming-from/*/*/*.yaml", "../replay/testdata/*.yaml", "../replay/testdata/*/*.yaml")},
		"config": {schema.Config(), find(t, 2, "../examples/config.yaml", "../config/testdata/good/*.yaml")},
		"test":   {schema.Test(), find(t, 20, "../ruletest/testdata/good/*_test.yaml", "../examples/rules/*_test.yaml", "../examples/kinds/*/*_test.yaml")},
	} {
		t.Run(name, func(t *testing.T) {
			s := compiled(t, tc.schema)
			for _, file := range tc.files {
				if err := accepts(s, read(t, file)); err != nil {
					t.Errorf("%s is refused: %v", file, err)
				}
			}
		})
	}
}
