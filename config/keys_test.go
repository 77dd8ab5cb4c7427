package config_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// frames are files that lack what a key's example brings: @ is its place.
var frames = map[string]string{
	"file":          "@",
	"log":           "logs:\n- @",
	"offset":        "logs:\n- path: /var/log/microimpuls/smarty\n  offset:\n    @",
	"state":         "state:\n  @",
	"web":           "web:\n  @",
	"redact":        "redact:\n  @",
	"interval":      "calendars:\n  office:\n  - @",
	"receiver":      "receivers:\n  other: {webhook: {url: https://example.com/hook}}\n  noc:\n    @\nroute: {receiver: noc}",
	"webhook":       "receivers:\n  noc:\n    webhook:\n      @\nroute: {receiver: noc}",
	"telegram":      "receivers:\n  noc:\n    telegram:\n      @\nroute: {receiver: noc}",
	"file_receiver": "receivers:\n  noc:\n    file:\n      @\nroute: {receiver: noc}",
	"slack":         "receivers:\n  noc:\n    slack:\n      @\nroute: {receiver: noc}",
	"route":         "receivers:\n  noc:\n    webhook: {url: https://example.com/hook}\nroute:\n  receiver: noc\n  routes:\n  - @",
}

// What editors show as an example can be written.
func TestFileShape_ExamplesLoad(t *testing.T) {
	tried := 0
	seen := map[*strictyaml.Shape]bool{}
	var walk func(s *strictyaml.Shape)
	walk = func(s *strictyaml.Shape) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		if s.Open != nil {
			walk(s.Open.Of)
		}
		frame, ok := frames[s.Name]
		for _, f := range s.Fields {
			walk(f.Of)
			if f.Example == "" || !ok {
				continue
			}
			tried++
			line := frame[strings.LastIndex(frame[:strings.Index(frame, "@")], "\n")+1:]
			indent := "\n" + strings.Repeat(" ", strings.Index(line, "@"))
			text := strings.Replace(frame, "@", strings.ReplaceAll(f.Example, "\n", indent), 1)
			if s.Name == "route" && !strings.Contains(f.Example, "matchers") {
				text += indent + `matchers: ['severity="critical"']`
			}
			if _, _, err := config.ParseDry("config.yaml", []byte(text+"\n"), env); err != nil {
				t.Errorf("the example of %s of %s:\n%s\n%v", f.Name, s.Name, text, err)
			}
		}
	}
	walk(config.FileShape())
	if tried < 30 {
		t.Errorf("only %d examples were tried", tried)
	}
}
