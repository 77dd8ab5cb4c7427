package schema_test

import (
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/schema"
)

// kind is a kind of file: what its reader and its schema say of a text.
type kind struct {
	name   string
	schema *jsonschema.Schema
	read   func(data []byte) error
}

func kinds(t testing.TB) []kind {
	return []kind{
		{"rules", compiled(t, schema.Rules()), func(data []byte) error {
			_, _, err := rules.Parse("x.yaml", data, rules.Options{})
			return err
		}},
		{"config", compiled(t, schema.Config()), func(data []byte) error {
			_, _, err := config.ParseDry("x.yaml", data, func(string) (string, bool) { return "5m", true })
			return err
		}},
		{"test", compiled(t, schema.Test()), func(data []byte) error {
			_, err := ruletest.Parse("x.yaml", data)
			return err
		}},
		{"incidents", compiled(t, schema.Incidents()), func(data []byte) error {
			_, err := installation.Parse("x.yaml", data, installation.Options{Start: time.Unix(1700000000, 0), Duration: 400 * 24 * time.Hour, Subscribers: 1_000_000, Servers: 64})
			return err
		}},
	}
}

// agrees finds a text that the reader accepts and the schema refuses.
func (k kind) agrees(t testing.TB, where string, data []byte) (accepted bool) {
	t.Helper()
	if k.read(data) != nil {
		return false
	}
	if err := accepts(k.schema, data); err != nil {
		t.Errorf("%s: the reader accepts as %s what the schema refuses: %v\n%s", where, k.name, err, data)
	}
	return true
}

// everyYAML is each YAML file of the repository, those of archives of tests too.
func everyYAML(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(name) {
		case ".yaml", ".yml":
			out[name] = read(t, name)
		case ".txtar":
			for _, f := range txtar.Parse(read(t, name)).Files {
				if strings.HasSuffix(f.Name, ".yaml") || strings.HasSuffix(f.Name, ".yml") {
					out[name+"/"+f.Name] = f.Data
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemas_AcceptWhatTheReaderAccepts(t *testing.T) {
	all := everyYAML(t)
	for _, k := range kinds(t) {
		n := 0
		for name, data := range all {
			if k.agrees(t, name, data) {
				n++
			}
		}
		t.Logf("%s: %d files", k.name, n)
		if n == 0 {
			t.Errorf("no file is accepted as %s", k.name)
		}
	}
}

// Files as they are half way of being edited: the same must hold of them.
func TestSchemas_AcceptWhatTheReaderAcceptsOfMutants(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	good := map[string][]string{
		"rules":     find(t, 20, "../examples/rules/*.yaml", "../examples/kinds/*/*.yaml", "../plain/testdata/*.yaml"),
		"config":    find(t, 2, "../config/testdata/good/*.yaml", "../examples/config.yaml"),
		"test":      find(t, 20, "../ruletest/testdata/good/*_test.yaml", "../examples/rules/*_test.yaml", "../examples/kinds/*/*_test.yaml"),
		"incidents": find(t, 2, "../loggen/installation/testdata/good*.yaml"),
	}
	for _, k := range kinds(t) {
		accepted := 0
		for range 600 {
			files := good[k.name]
			if k.agrees(t, "mutant", mutant(r, read(t, files[r.IntN(len(files))]))) {
				accepted++
			}
		}
		t.Logf("%s: %d mutants accepted", k.name, accepted)
		if accepted < 20 {
			t.Errorf("%s: only %d mutants were accepted: they show little", k.name, accepted)
		}
	}
}

// mutant is a file with one or two values or keys changed.
func mutant(r *rand.Rand, data []byte) []byte {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return data
	}
	for range 1 + r.IntN(2) {
		var nodes []*yaml.Node
		collect(&doc, &nodes)
		change(r, nodes[r.IntN(len(nodes))])
	}
	out, err := yaml.Marshal(&doc)
	if err != nil {
		return data
	}
	return out
}

func collect(n *yaml.Node, out *[]*yaml.Node) {
	if n.Kind != yaml.DocumentNode {
		*out = append(*out, n)
	}
	for _, c := range n.Content {
		collect(c, out)
	}
}

// values are ways to write something that some key accepts.
var values = []string{"0", "5", "5m", "0s", "'5m'", "1w2d", "31d", "32d", "744h", "+5", "'5'", "0.5", "true", "'true'", "yes", "~", "''", "[]", "{}", "[a, b]", "{a: b}",
	"LOGIN_ERROR", "login_error", "LOGIN_*", "smarty_accounts", "smarty_epg", "count >= 5", "count", "reason", "params.ip", "critical", "info", "test", "event", "state",
	"event == \"LOGIN_ERROR\"", "'reason == \"a = b\"'", "text contains ' and foo'", "'count > 3 // two words here = fine'", "'/* a = \" */ count > 3'", "Europe/Moscow", "UTC", "'*/5 0-3 * jan mon'",
	"'@daily'", "'{{.Count}} {{\"{{\"}}'", "'{{$x := .Count}}{{$x}}'", "a b", "2026-01-15", "1e3", "0x10", ".5", "-1", "any(args, # == \"x\")", "'[reason, text]'", "${SPAN}", "500MB"}

func change(r *rand.Rand, n *yaml.Node) {
	switch r.IntN(4) {
	case 0:
		if len(n.Content) >= 2 { // drop a key, or an item
			step := 1
			if n.Kind == yaml.MappingNode {
				step = 2
			}
			i := r.IntN(len(n.Content)/step) * step
			n.Content = append(n.Content[:i:i], n.Content[i+step:]...)
			return
		}
	case 1:
		if n.Kind == yaml.ScalarNode && len(n.Value) > 2 { // misspell
			i := r.IntN(len(n.Value) - 1)
			b := []byte(n.Value)
			b[i], b[i+1] = b[i+1], b[i]
			n.Value = string(b)
			return
		}
	case 2:
		if n.Kind == yaml.MappingNode && len(n.Content) >= 4 { // exchange two values
			i, j := 1+2*r.IntN(len(n.Content)/2), 1+2*r.IntN(len(n.Content)/2)
			n.Content[i], n.Content[j] = n.Content[j], n.Content[i]
			return
		}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(values[r.IntN(len(values))]), &doc); err == nil && len(doc.Content) > 0 {
		*n = *doc.Content[0]
	}
}

// FuzzSchemas looks for a text that a reader accepts and its schema refuses.
func FuzzSchemas(f *testing.F) {
	for _, data := range everyYAML(f) {
		f.Add(data)
	}
	all := kinds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, k := range all {
			k.agrees(t, "fuzz", data)
		}
	})
}
