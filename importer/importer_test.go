package importer_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/importer"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var update = flag.Bool("update", false, "write the expected texts of testdata anew")

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// namesMap is the map that all inputs of testdata are translated with.
func namesMap(t testing.TB) importer.Map {
	t.Helper()
	m, warnings, err := importer.ReadMap("names.yaml", readFile(t, "testdata/names.yaml"))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("names.yaml: %v %v", err, warnings)
	}
	return m
}

// inputs are the foreign rule files of testdata.
func inputs(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.y*ml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d inputs: %v", len(files), err)
	}
	return files
}

// What each foreign file becomes, with all that is said about it.
func TestTranslate_Golden(t *testing.T) {
	m := namesMap(t)
	for _, file := range inputs(t) {
		t.Run(strings.TrimPrefix(file, "testdata/"), func(t *testing.T) {
			name := filepath.Base(file)
			r := importer.Translate([]importer.File{{Name: name, Data: readFile(t, file)}}, importer.Options{Map: m})
			checkLoads(t, r)
			got := told(r)
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, golden)), got); diff != "" {
				t.Errorf("%s differs (-want +got; -update writes it anew):\n%s", golden, diff)
			}
		})
	}
}

// told is the rule file, and below it all that was left out.
func told(r *importer.Result) string {
	var b strings.Builder
	b.Write(r.Text)
	b.WriteString("-----\n")
	for _, f := range r.Found {
		if !f.Warning || f.Code == importer.NotTranslated {
			b.WriteString(f.Text())
		}
	}
	fmt.Fprintf(&b, "%d rules, %d notes, %d not translated\n", r.Rules, r.Notes, r.Left)
	return b.String()
}

// checkLoads loads what was written, and counts its rules.
func checkLoads(t testing.TB, r *importer.Result) *rules.Set {
	t.Helper()
	if r.Rules == 0 {
		if r.Text != nil {
			t.Errorf("no rules, but a text:\n%s", r.Text)
		}
		return nil
	}
	set, _, err := rules.Parse("imported.yaml", r.Text, rules.Options{})
	if err != nil {
		t.Fatalf("what was written does not load: %v\n%s", err, r.Text)
	}
	own := 0
	for _, rule := range set.Rules {
		if !rule.Builtin {
			own++
		}
	}
	if own != r.Rules {
		t.Errorf("%d rules are written, %d were told:\n%s", own, r.Rules, r.Text)
	}
	return set
}

// Rules of several files refer to each other, and no two get one id.
func TestTranslate_SeveralFiles(t *testing.T) {
	const detection = "title: Bad login\nname: bad\ndetection: {s: {event: LOGIN_ERROR}, condition: s}\n"
	const correlation = "title: Bad login\ncorrelation: {type: event_count, rules: [bad], timespan: 5m, condition: {gt: 4}}\n"
	r := importer.Translate([]importer.File{{Name: "b.yml", Data: []byte(correlation)}, {Name: "a.yml", Data: []byte(detection)},
		{Name: "c.yml", Data: []byte(correlation)}}, importer.Options{})
	set := checkLoads(t, r)
	if r.Rules != 2 || set.Find("bad-login") == nil || set.Find("bad-login-2") == nil {
		t.Errorf("got %d rules:\n%s", r.Rules, r.Text)
	}
}

// Of rules with one name that of the same file is meant; it is told.
func TestTranslate_OneNameTwice(t *testing.T) {
	const a = "title: Bad login\nname: bad\ndetection: {s: {event: LOGIN_ERROR}, condition: s}\n"
	const b = "title: Failed payment\nname: bad\ndetection: {s: {event: NOTIFY_ERROR}, condition: s}\n---\n" +
		"title: Many\ncorrelation: {type: event_count, rules: [bad], timespan: 5m, condition: {gt: 4}}\n"
	r := importer.Translate([]importer.File{{Name: "a.yml", Data: []byte(a)}, {Name: "b.yml", Data: []byte(b)}}, importer.Options{})
	rule := checkLoads(t, r).Find("many")
	if rule == nil || rule.Events[0] != "NOTIFY_ERROR" || !strings.Contains(string(r.Text), "# verify: 2 rules are called bad; that of b.yml:1 is taken") {
		t.Errorf("got:\n%s", r.Text)
	}
}

// A rule whose selection has no counterpart is not translated; the others are.
func TestTranslate_WholeOrNotAtAll(t *testing.T) {
	const file = "name: script\ntype: any\nfilter: [{script: {source: x}}]\n---\nname: fine\ntype: any\nfilter: [{term: {event: LOGIN_ERROR}}]\n"
	r := importer.Translate([]importer.File{{Name: "x.yaml", Data: []byte(file)}}, importer.Options{})
	checkLoads(t, r)
	if r.Rules != 1 || r.Left != 1 || !strings.Contains(string(r.Text), "# not translated: the query script has no counterpart") {
		t.Errorf("%d rules, %d left:\n%s", r.Rules, r.Left, r.Text)
	}
}

// A long list is a list of the file, since expressions have a bound.
func TestTranslate_LongLists(t *testing.T) {
	var entries []string
	for i := range 3000 {
		entries = append(entries, fmt.Sprintf("192.0.%d.%d", i/256, i%256))
	}
	file := "name: many\ntype: blacklist\ncompare_key: ip\nfilter: [{term: {event: ADMIN_REQUEST}}]\nblacklist: [" + strings.Join(entries, ", ") + "]\n"
	r := importer.Translate([]importer.File{{Name: "x.yaml", Data: []byte(file)}}, importer.Options{})
	set := checkLoads(t, r)
	if set == nil {
		t.Fatalf("not translated: %v", r.Found)
	}
	rule, scratch := set.Find("many"), rules.NewScratch()
	for ip, want := range map[string]bool{"192.0.0.0": true, "192.0.11.183": true, "192.0.11.184": false} {
		scratch.Begin()
		if got, err := rule.Match.Holds(scratch, record{"ip": ip}); got != want || err != nil {
			t.Errorf("%s: %t, %v; want %t", ip, got, err, want)
		}
	}
}

// A rule that could be read in part only is refused: its key may be what narrows it.
func TestTranslate_FaultyRules(t *testing.T) {
	for name, file := range map[string]string{
		"query_key is a mapping":     "{name: f, type: frequency, num_events: 3, timeframe: {minutes: 5}, query_key: {a: b}, filter: [{term: {event: LOGIN_ERROR}}]}",
		"a key twice":                "name: f\ntype: any\nfilter: [{term: {event: LOGIN_ERROR}}]\nfilter: []\n",
		"merge keys":                 "name: f\ntype: any\nfilter: [{term: {<<: {a: b}, event: LOGIN_ERROR}}]\n",
		"group-by is a mapping":      "title: a\nname: a\ndetection: {s: {event: LOGIN_ERROR}, condition: s}\n---\ntitle: b\ncorrelation: {type: event_count, rules: [a], group-by: {x: y}, timespan: 5m, condition: {gte: 3}}\n",
		"a fault of what it is of":   "title: a\nname: a\ndetection: {s: {event: LOGIN_ERROR, event: X}, condition: s}\n---\ntitle: b\ncorrelation: {type: event_count, rules: [a], timespan: 5m, condition: {gte: 3}}\n",
		"rules is a mapping":         "title: b\ncorrelation: {type: event_count, rules: {a: b}, timespan: 5m, condition: {gte: 3}}\n",
		"a filter that is no list":   "{name: f, type: any, filter: text}",
		"a condition that is no map": "{title: b, detection: {s: {a: b}, condition: {s: t}}}",
	} {
		t.Run(name, func(t *testing.T) {
			r := importer.Translate([]importer.File{{Name: "x.yaml", Data: []byte(file)}}, importer.Options{})
			if r.Rules != 0 || r.Left == 0 {
				t.Errorf("%d rules, %d left:\n%s", r.Rules, r.Left, r.Text)
			}
		})
	}
}

// FuzzTranslate: whatever the input, what is written loads and every place that
// is told lies in the file.
func FuzzTranslate(f *testing.F) {
	for _, file := range inputs(f) {
		f.Add(readFile(f, file))
	}
	m := namesMap(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := importer.Translate([]importer.File{{Name: "x.yaml", Data: data}}, importer.Options{Map: m})
		checkLoads(t, r)
		breaks := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n") // YAML's
		lines := strings.Count(breaks.Replace(string(data)), "\n") + 1
		for _, fault := range r.Found {
			if fault.Line < 0 || fault.Line > lines || fault.Line > 0 && (fault.Col < 1 || fault.Width < 1) || fault.Text() == "" {
				t.Errorf("a place outside of %d lines: %+v", lines, fault)
			}
		}
		if r.Rules == 0 && r.Left == 0 {
			t.Errorf("nothing was translated, and nothing was said")
		}
	})
}

// Faults of a map have places, as those of rules have.
func TestReadMap_Faults(t *testing.T) {
	const file = "fields: {a: 'b c', d: }\nevents: {x: 'LOGIN ERROR'}\nlogs: {i: smarty_epg.log}\nevnets: {}\n"
	_, _, err := importer.ReadMap("names.yaml", []byte(file))
	var faults strictyaml.Errors
	if !errors.As(err, &faults) {
		t.Fatalf("accepted: %v", err)
	}
	want := []string{"names.yaml:1:13: fields.a: ", "names.yaml:1:20: fields.d: ", "names.yaml:2:13: events.x: ", "names.yaml:3:11: logs.i: ", "names.yaml:4:1: unknown key \"evnets\""}
	if len(faults) != len(want) {
		t.Fatalf("%d faults, want %d:\n%v", len(faults), len(want), err)
	}
	for i, f := range faults {
		if !strings.HasPrefix(f.Error(), want[i]) {
			t.Errorf("got %q, want it to begin with %q", f.Error(), want[i])
		}
	}
}
