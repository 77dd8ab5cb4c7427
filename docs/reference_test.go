package docs_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/schema"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var update = flag.Bool("update", false, "write the generated parts of rules.md anew")

var generated = regexp.MustCompile(`(?s)(<!-- generated: (.*?) -->\n).*?(<!-- end -->\n)`)

// The parts of rules.md between marks are made of the definitions that the program
// reads by.
func TestReference_IsCurrent(t *testing.T) {
	page, err := os.ReadFile("rules.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	want := generated.ReplaceAllStringFunc(string(page), func(part string) string {
		m := generated.FindStringSubmatch(part)
		return m[1] + generate(t, m[2], told) + m[3]
	})
	if *update {
		if err := os.WriteFile("rules.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(page), want); diff != "" {
		t.Errorf("rules.md is out of date (-is +should be; -update writes it anew):\n%s", diff)
	}
	for _, s := range shapes() {
		for _, name := range s.Names() {
			if n := told[s.Name+"."+name]; n != 1 {
				t.Errorf("the key %s of %s is told %d times", name, s.Name, n)
			}
		}
	}
}

// generate is one generated part.
func generate(t *testing.T, what string, told map[string]int) string {
	t.Helper()
	words := strings.Fields(what)
	switch words[0] {
	case "keys": // keys SHAPE NAME…
		s := shapes()[words[1]]
		if s == nil {
			t.Fatalf("there is no shape %q", words[1])
		}
		names := words[2:]
		if len(names) == 0 {
			names = s.Names()
		}
		for _, name := range names {
			told[s.Name+"."+name]++
		}
		if s.Name == "rule" || s.Name == "file" {
			return sections(t, s, names)
		}
		return table(t, s, names)
	case "functions":
		return entries("function", rules.Functions())
	case "records":
		return entries("name", rules.RecordNames())
	case "alerts":
		return entries("name", rules.AlertNames())
	case "texts":
		return entries("data", rules.TextData())
	case "text-functions":
		return entries("function", rules.TextFunctions())
	}
	t.Fatalf("nothing is known about %q", what)
	return ""
}

// shapes are all mappings with named keys of rule files and files of tests.
func shapes() map[string]*strictyaml.Shape {
	out := map[string]*strictyaml.Shape{}
	var walk func(s *strictyaml.Shape)
	walk = func(s *strictyaml.Shape) {
		if s == nil || out[s.Name] != nil {
			return
		}
		if s.Open != nil {
			walk(s.Open.Of)
			return
		}
		out[s.Name] = s
		for _, f := range s.Fields {
			walk(f.Of)
		}
	}
	walk(rules.FileShape())
	return out
}

func key(t *testing.T, s *strictyaml.Shape, name string) *strictyaml.Field {
	t.Helper()
	f, ok := s.Key(name)
	if !ok || f.Doc == "" {
		t.Fatalf("the key %q of %s is not told of", name, s.Name)
	}
	return f
}

// sections are keys with a paragraph and an example each.
func sections(t *testing.T, s *strictyaml.Shape, names []string) string {
	var b strings.Builder
	for _, name := range names {
		f := key(t, s, name)
		fmt.Fprintf(&b, "\n### `%s`\n\n", name)
		what := kind(f)
		if f.Required {
			what += "; required"
		}
		if f.Default != "" {
			what += "; default: " + f.Default
		}
		fmt.Fprintf(&b, "*%s.* %s\n\n```yaml\n%s\n```\n", upperFirst(what), f.Doc, f.Example)
	}
	return b.String() + "\n"
}

// table is keys in a line each.
func table(t *testing.T, s *strictyaml.Shape, names []string) string {
	var b strings.Builder
	b.WriteString("\n| key | value | | example |\n|---|---|---|---|\n")
	for _, name := range names {
		f := key(t, s, name)
		doc := f.Doc
		if f.Required {
			doc = "Required. " + doc
		}
		if f.Default != "" {
			doc += " Default: " + f.Default + "."
		}
		var lines []string
		for _, line := range strings.Split(f.Example, "\n") {
			lines = append(lines, "`"+line+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, bar(kind(f)), bar(doc), bar(strings.Join(lines, "<br>")))
	}
	return b.String() + "\n"
}

func bar(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func entries(what string, list []rules.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n| %s | | example |\n|---|---|---|\n", what)
	for _, e := range list {
		name := e.Name
		if what == "data" {
			name = "." + name
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", name, bar(e.Doc), bar(e.Example))
	}
	return b.String() + "\n"
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// kind says what a key may be.
func kind(f *strictyaml.Field) string {
	var of []string
	for _, k := range []struct {
		kind strictyaml.Kind
		what string
	}{
		{strictyaml.Text, "text"}, {strictyaml.Template, "template"}, {strictyaml.Expression, "expression"},
		{strictyaml.Condition, "condition"}, {strictyaml.Match, "condition over a record"}, {strictyaml.Boolean, "true or false"},
		{strictyaml.Whole, "number"}, {strictyaml.Number, "number"}, {strictyaml.Duration, "duration"}, {strictyaml.Tuple, "list"}, {strictyaml.Map, "mapping"},
	} {
		if f.Kind&k.kind != 0 {
			of = append(of, k.what)
		}
	}
	if f.Enum != nil {
		of[0] = "`" + strings.Join(f.Enum, "`, `") + "`"
	}
	what := strings.Join(of, " or ")
	switch {
	case f.List && f.Kind == strictyaml.Map:
		what = "list of mappings"
	case f.List:
		what += ", or a list of them"
	}
	return what + bounds(f)
}

func bounds(f *strictyaml.Field) string {
	switch {
	case f.Kind == strictyaml.Number:
		return fmt.Sprintf(" above %d, up to %d", f.Least, f.Most)
	case f.Kind == strictyaml.Whole && f.Least == f.Most:
		return fmt.Sprintf(" %d", f.Least)
	case f.Kind == strictyaml.Whole:
		return fmt.Sprintf(" from %d to %d", f.Least, f.Most)
	case f.Kind == strictyaml.Duration && f.Shortest > 0:
		return fmt.Sprintf(" from %s to %s", strictyaml.FormatDuration(f.Shortest), strictyaml.FormatBound(f.Longest))
	case f.Kind == strictyaml.Duration:
		return " up to " + strictyaml.FormatBound(f.Longest)
	}
	return ""
}

// frames are files that lack what a key's example brings: @ is its place.
var frames = map[string]string{
	"file":           "@",
	"defaults":       "defaults:\n  @\nrules:\n- id: example\n  event: LOGIN_ERROR",
	"rule":           "rules:\n- id: other\n  event: LOGIN_ERROR\n- @",
	"aggregate":      "rules:\n- id: example\n  log: smarty_somewhere\n  window: 5m\n  aggregates:\n    it:\n      @\n  condition: count > 5",
	"levels":         "rules:\n- id: example\n  event: LOGIN_ERROR\n  window: 5m\n  levels:\n    @",
	"groups":         "rules:\n- id: example\n  event: STREAM_SERVICE_CHECKING_ERROR\n  group_by: [stream_service]\n  window: 5m\n  absence: true\n  condition: count == 0\n  groups:\n    @",
	"step":           "rules:\n- id: example\n  sequence:\n  - event: LOGIN_ERROR\n  - @\n  within: 5m",
	"until":          "rules:\n- id: example\n  sequence:\n  - event: LOGIN_ERROR\n  - event: LOGIN_SUCCESS\n  until:\n    @\n  within: 5m",
	"repeat_backoff": "rules:\n- id: example\n  event: LOGIN_ERROR\n  window: 5m\n  condition: count > 5\n  repeat_backoff:\n    @",
	"translations":   "rules:\n- id: example\n  event: LOGIN_ERROR\n  translations:\n    @",
	"translation":    "rules:\n- id: example\n  event: LOGIN_ERROR\n  translations:\n    ru:\n      @",
	"test":           testFrame("- @"),
	"input":          testFrame("- name: x\n  input:\n  - @"),
	"op":             testFrame("- name: x\n  ops:\n  - @"),
	"silence":        testFrame("- name: x\n  ops:\n  - at: 0s\n    silence:\n      @"),
	"ack":            testFrame("- name: x\n  ops:\n  - at: 0s\n    ack:\n      @"),
	"total":          testFrame("- name: x\n  expect:\n    totals:\n    - @"),
	"expected":       testFrame("- name: x\n  expect:\n    @"),
	"alert":          testFrame("- name: x\n  expect:\n    alerts:\n    - @"),
	"never":          testFrame("- name: x\n  expect:\n    never:\n    - @"),
	"notification":   testFrame("- name: x\n  expect:\n    notifications:\n    - @"),
}

func testFrame(test string) string {
	return "rules:\n- id: example\n  event: LOGIN_ERROR\ntests:\n" + test
}

// lacking are what an example must have besides, if it has not.
var lacking = map[string][][2]string{
	"file":  {{"rules", "rules:\n- id: example\n  event: LOGIN_ERROR"}},
	"alert": {{"at", "at: 2m"}},
	"rule":  {{"id", "id: example"}, {"event|log|source|sequence|all_of", "event: LOGIN_ERROR"}},
}

// whole puts an example into its frame.
func whole(s *strictyaml.Shape, example string) string {
	for _, l := range lacking[s.Name] {
		if !regexp.MustCompile(`(?m)^(` + l[0] + `):`).MatchString(example) {
			example = l[1] + "\n" + example
		}
	}
	frame := frames[s.Name]
	line := frame[strings.LastIndex(frame[:strings.Index(frame, "@")], "\n")+1:]
	indent := "\n" + strings.Repeat(" ", strings.Index(line, "@"))
	out := strings.Replace(frame, "@", strings.ReplaceAll(example, "\n", indent), 1)
	if !strings.Contains(out, "\ntests:") || s.Name == "file" {
		return out + "\n"
	}
	for _, l := range [][2]string{{"name", "name: x"}, {"input", "input: []"}, {"expect", "expect: {never: [{rule: example}]}"}} {
		if !regexp.MustCompile(`(?m)^[- ] ` + l[0] + `:`).MatchString(out) {
			out += "\n  " + l[1]
		}
	}
	return out + "\n"
}

func TestReference_EveryExampleLoads(t *testing.T) {
	known := rulesSchema(t)
	for _, s := range shapes() {
		if _, ok := frames[s.Name]; !ok {
			t.Errorf("there is no frame for examples of %s", s.Name)
			continue
		}
		for _, f := range s.Fields {
			text := whole(s, f.Example)
			_, warnings, err := rules.Parse("example.yaml", []byte(text), rules.Options{})
			if err != nil || len(warnings) > 0 && !meant(warnings) {
				t.Errorf("the example of %s of %s:\n%s\n%v\n%v", f.Name, s.Name, text, err, warnings)
			}
			if err := known.Validate(asJSON(t, text)); err != nil {
				t.Errorf("the schema refuses the example of %s of %s:\n%s\n%v", f.Name, s.Name, text, err)
			}
			if !regexp.MustCompile(`(?m)^` + f.Name + `:`).MatchString(f.Example) {
				t.Errorf("the example of %s of %s does not have it: %s", f.Name, s.Name, f.Example)
			}
		}
	}
}

func rulesSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Rules()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rules.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("rules.json")
}

func asJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// meant reports whether warnings are such that examples may have.
func meant(warnings []strictyaml.Fault) bool {
	return !slices.ContainsFunc(warnings, func(f strictyaml.Fault) bool {
		return !slices.Contains([]string{"unknown-log"}, f.Code)
	})
}

func TestReference_EveryEntryWorks(t *testing.T) {
	load := func(name, text string) {
		t.Helper()
		if _, _, err := rules.Parse("example.yaml", []byte(text), rules.Options{}); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	for _, e := range rules.Functions() {
		load(e.Name, "rules:\n- id: example\n  log: smarty_somewhere\n  fields: {it: "+quoted(e.Example)+"}\n")
	}
	for _, e := range rules.RecordNames() {
		load(e.Name, "rules:\n- id: example\n  event: LOGIN_ERROR\n  match: "+quoted(e.Example)+"\n")
	}
	for _, e := range rules.AlertNames() {
		load(e.Name, "rules:\n- id: example\n  source: alerts\n  match: "+quoted(e.Example)+"\n")
	}
	const frame = "rules:\n- id: example\n  log: smarty_somewhere\n  group_by: [reason]\n  window: 5m\n" +
		"  aggregates: {who: {values: user}, slow: {max: seconds(execution_time)}, share: {avg: amount}}\n  condition: count > 5\n  annotations: {summary: %s}\n"
	for _, e := range slices.Concat(rules.TextFunctions(), rules.TextData()) {
		load(e.Name, fmt.Sprintf(frame, quoted(e.Example)))
	}
}

// What texts see is told completely, and nothing else.
func TestReference_TextDataIsWhole(t *testing.T) {
	var want []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[rules.TemplateData]()) {
		want = append(want, f.Name)
	}
	var got []string
	for _, e := range rules.TextData() {
		got = append(got, e.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules.TextData: -want +got:\n%s", diff)
	}
}

func TestReference_TestFilesAreTold(t *testing.T) {
	for _, name := range ruletest.FileShape().Names() {
		if f, ok := rules.FileShape().Key(name); !ok || f.Doc == "" {
			t.Errorf("the key %s of files of tests is not told of", name)
		}
	}
}
