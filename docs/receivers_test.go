package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// pages reads docs/receivers.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("receivers/*.md")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	out := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = string(data)
	}
	return out
}

// configShapes are all mappings with named keys of the configuration.
func configShapes() map[string]*strictyaml.Shape {
	out := map[string]*strictyaml.Shape{}
	var walk func(s *strictyaml.Shape)
	walk = func(s *strictyaml.Shape) {
		if s == nil || out[s.Name] != nil {
			return
		}
		out[s.Name] = s
		if s.Open != nil {
			walk(s.Open.Of)
		}
		for _, f := range s.Fields {
			walk(f.Of)
		}
	}
	walk(config.FileShape())
	return out
}

// The tables of keys are made of the definitions that the program reads by.
func TestReceivers_KeysAreCurrent(t *testing.T) {
	told := map[string]bool{}
	for file, page := range pages(t) {
		want := generated.ReplaceAllStringFunc(page, func(part string) string {
			m := generated.FindStringSubmatch(part)
			words := strings.Fields(m[2])
			s := configShapes()[words[1]]
			names := words[2:]
			if len(names) == 0 {
				names = s.Names()
			}
			told[s.Name] = true
			return m[1] + keyTable(t, s, names) + m[3]
		})
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(page, want); diff != "" {
			t.Errorf("%s is out of date (-is +should be; -update writes it anew):\n%s", file, diff)
		}
	}
	for _, name := range []string{"receiver", "slack", "email", "webhook", "telegram", "file_receiver"} {
		if !told[name] {
			t.Errorf("the keys of %s are told nowhere", name)
		}
	}
}

func keyTable(t *testing.T, s *strictyaml.Shape, names []string) string {
	var b strings.Builder
	b.WriteString("\n| key | value | |\n|---|---|---|\n")
	for _, name := range names {
		f := key(t, s, name)
		doc := f.Doc
		if f.Required {
			doc = "Required. " + doc
		}
		if f.Default != "" {
			doc += " Default: " + f.Default + "."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, bar(kind(f)), bar(doc))
	}
	return b.String() + "\n"
}

var yamlBlock = regexp.MustCompile("(?ms)^ *```yaml\n(.*?)^ *```$")

// Every piece of configuration that is shown can be loaded, without a warning.
func TestReceivers_EveryExampleLoads(t *testing.T) {
	seen := map[string]int{}
	for file, page := range pages(t) {
		for _, m := range yamlBlock.FindAllStringSubmatch(page, -1) {
			text := outdented(m[1])
			switch {
			case strings.HasPrefix(text, "display_information:"):
				seen["manifest"]++
				checkManifest(t, page, text)
			case strings.Contains(text, "receivers:"):
				seen["config"]++
				checkConfig(t, file, text)
			default:
				seen["rules"]++
				if _, warnings, err := rules.Parse("example.yaml", []byte(text), rules.Options{}); err != nil || len(warnings) > 0 {
					t.Errorf("%s:\n%s\n%v %v", file, text, err, warnings)
				}
			}
		}
	}
	if seen["manifest"] != 1 || seen["rules"] != 1 || seen["config"] < 10 {
		t.Errorf("examples: %v", seen)
	}
}

// outdented is a block as it stands in a list, without what its list puts before it.
func outdented(text string) string {
	first := strings.TrimLeft(text, " ")
	by := strings.Repeat(" ", len(text)-len(first))
	return strings.ReplaceAll("\n"+text, "\n"+by, "\n")[1:]
}

func checkConfig(t *testing.T, file, text string) {
	t.Helper()
	c, warnings, err := config.ParseDry("config.yaml", []byte(text), nil)
	if err != nil || len(warnings) > 0 {
		t.Errorf("%s:\n%s\n%v %v", file, text, err, warnings)
		return
	}
	for _, r := range c.Receivers {
		if w := r.Webhook; w != nil && w.Templated() {
			own := webhook.Template{Method: w.Method, Headers: w.Headers, Body: w.Body, Success: w.Success, Params: w.Params}
			if err := webhook.Check(webhook.Preset(w.Preset).With(own)); err != nil {
				t.Errorf("%s: %s: %v", file, r.Name, err)
			}
		}
	}
}

// checkManifest: the scopes are those that the page explains.
func checkManifest(t *testing.T, page, text string) {
	t.Helper()
	var m struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Features struct {
			Bot struct {
				Name string `yaml:"display_name"`
			} `yaml:"bot_user"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(m.OAuth.Scopes.Bot, "chat:write") || m.Features.Bot.Name == "" {
		t.Errorf("manifest %+v", m)
	}
	for _, scope := range m.OAuth.Scopes.Bot {
		if !strings.Contains(page, "`"+scope+"`") {
			t.Errorf("the scope %s is not explained", scope)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)

// Links lead somewhere, and to a heading that is there.
func TestReceivers_LinksLeadSomewhere(t *testing.T) {
	for file, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(page, -1) {
			if strings.HasPrefix(m[1], "http") {
				continue
			}
			to := file
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(file), m[1])
			}
			data, err := os.ReadFile(to)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(string(data)), m[2][1:]) {
				t.Errorf("%s: %s has no heading %s", file, to, m[2])
			}
		}
	}
}

var (
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the headings' addresses, as GitHub makes them.
func anchors(page string) (out []string) {
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		out = append(out, strings.ReplaceAll(strings.ToLower(dropped.ReplaceAllString(m[1], "")), " ", "-"))
	}
	return out
}
