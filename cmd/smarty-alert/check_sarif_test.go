package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// sarifShape says which properties an object of SARIF 2.1.0 has here: those that
// the specification requires, and those of the others that check writes. Anything
// else is a mistake of ours.
type sarifShape struct{ required, optional []string }

// The names and requirements of the specification, sections 3.13 to 3.49.
var sarifShapes = map[string]sarifShape{
	"log":              {[]string{"version", "runs"}, []string{"$schema"}},
	"run":              {[]string{"tool"}, []string{"invocations", "originalUriBaseIds", "columnKind", "results"}},
	"tool":             {[]string{"driver"}, nil},
	"driver":           {[]string{"name"}, []string{"version", "informationUri", "rules"}},
	"rule":             {[]string{"id"}, []string{"shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"}},
	"configuration":    {nil, []string{"level"}},
	"multiformat":      {[]string{"text"}, []string{"markdown"}},
	"message":          {[]string{"text"}, nil},
	"invocation":       {[]string{"executionSuccessful"}, []string{"toolExecutionNotifications"}},
	"notification":     {[]string{"message"}, []string{"level"}},
	"result":           {[]string{"message"}, []string{"ruleId", "ruleIndex", "level", "locations"}},
	"location":         {nil, []string{"physicalLocation"}},
	"physicalLocation": {[]string{"artifactLocation"}, []string{"region"}},
	"artifactLocation": {[]string{"uri"}, []string{"uriBaseId"}},
	"region":           {[]string{"startLine"}, []string{"startColumn", "endColumn"}},
}

// sarifCheck walks a SARIF file and keeps what is wrong with it.
type sarifCheck struct {
	faults []string
	ids    []string // of the rules
	bases  []string
}

func (c *sarifCheck) fault(at, format string, args ...any) {
	c.faults = append(c.faults, at+": "+fmt.Sprintf(format, args...))
}

// object checks an object's properties and hands each to a function.
func (c *sarifCheck) object(at, kind string, v any, properties map[string]func(at string, v any)) {
	m, ok := v.(map[string]any)
	if !ok {
		c.fault(at, "is no object: %v", v)
		return
	}
	shape := sarifShapes[kind]
	for _, name := range shape.required {
		if _, there := m[name]; !there {
			c.fault(at, "%s is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		check, known := properties[name]
		if !slices.Contains(shape.required, name) && !slices.Contains(shape.optional, name) || !known {
			c.fault(at, "has the property %s", name)
			continue
		}
		check(at+"."+name, m[name])
	}
}

func (c *sarifCheck) list(check func(at string, v any)) func(string, any) {
	return func(at string, v any) {
		items, ok := v.([]any)
		if !ok {
			c.fault(at, "is no array: %v", v)
		}
		for i, item := range items {
			check(fmt.Sprintf("%s[%d]", at, i), item)
		}
	}
}

// text checks a text against a pattern.
func (c *sarifCheck) text(pattern string) func(string, any) {
	return func(at string, v any) {
		if s, ok := v.(string); !ok || !regexp.MustCompile(`^(?:`+pattern+`)$`).MatchString(s) {
			c.fault(at, "is %v, not %s", v, pattern)
		}
	}
}

func (c *sarifCheck) number(least float64) func(string, any) {
	return func(at string, v any) {
		if n, ok := v.(float64); !ok || n != float64(int64(n)) || n < least {
			c.fault(at, "is %v, not a whole number from %v", v, least)
		}
	}
}

func (c *sarifCheck) absolute(at string, v any) {
	if u, err := url.Parse(fmt.Sprint(v)); err != nil || !u.IsAbs() {
		c.fault(at, "is no absolute URI: %v", v)
	}
}

func (c *sarifCheck) log(v any) {
	c.object("log", "log", v, map[string]func(string, any){
		"$schema": c.absolute, "version": c.text(`2\.1\.0`), "runs": c.list(c.run),
	})
}

func (c *sarifCheck) run(at string, v any) {
	m, _ := v.(map[string]any)
	if bases, ok := m["originalUriBaseIds"].(map[string]any); ok {
		c.bases = slices.Collect(maps.Keys(bases))
	}
	properties := map[string]func(string, any){
		"tool": func(at string, v any) {
			c.object(at, "tool", v, map[string]func(string, any){"driver": c.driver})
		},
		"invocations": c.list(func(at string, v any) {
			c.object(at, "invocation", v, map[string]func(string, any){"executionSuccessful": func(at string, v any) {
				if _, ok := v.(bool); !ok {
					c.fault(at, "is %v", v)
				}
			}, "toolExecutionNotifications": c.list(func(at string, v any) {
				c.object(at, "notification", v, map[string]func(string, any){"level": c.text("warning|error"), "message": c.message})
			})})
		}),
		"originalUriBaseIds": func(at string, v any) {
			for id, base := range v.(map[string]any) {
				c.object(at+"."+id, "artifactLocation", base, map[string]func(string, any){"uri": func(at string, v any) {
					c.absolute(at, v)
					c.text(`.*/`)(at, v) // 3.14.14: it ends in a slash
				}})
			}
		},
		"columnKind": c.text("utf16CodeUnits"),
		"results":    func(string, any) {}, // after the rules
	}
	c.object(at, "run", v, properties)
	c.list(c.result)(at+".results", m["results"])
}

func (c *sarifCheck) driver(at string, v any) {
	multiformat := func(at string, v any) {
		c.object(at, "multiformat", v, map[string]func(string, any){"text": c.text(`(?s).+`), "markdown": c.text(`(?s).+`)})
	}
	c.object(at, "driver", v, map[string]func(string, any){
		"name": c.text("smarty-alert"), "version": c.text(`v.+`), "informationUri": c.absolute,
		"rules": c.list(func(at string, v any) {
			c.object(at, "rule", v, map[string]func(string, any){
				"id": func(at string, v any) {
					c.text(`[a-z-]+`)(at, v)
					if slices.Contains(c.ids, fmt.Sprint(v)) {
						c.fault(at, "is there twice: %v", v)
					}
					c.ids = append(c.ids, fmt.Sprint(v))
				},
				"shortDescription": multiformat, "fullDescription": multiformat, "help": multiformat, "helpUri": c.absolute,
				"defaultConfiguration": func(at string, v any) {
					c.object(at, "configuration", v, map[string]func(string, any){"level": c.text("none|note|warning|error")})
				},
			})
		}),
	})
}

func (c *sarifCheck) result(at string, v any) {
	m, _ := v.(map[string]any)
	if i, ok := m["ruleIndex"].(float64); !ok || int(i) < 0 || int(i) >= len(c.ids) || c.ids[int(i)] != m["ruleId"] {
		c.fault(at, "ruleIndex %v is not that of %v", m["ruleIndex"], m["ruleId"])
	}
	c.object(at, "result", v, map[string]func(string, any){
		"ruleId": c.text(`[a-z-]+`), "ruleIndex": c.number(0), "level": c.text("warning|error"),
		"message": c.message,
		"locations": c.list(func(at string, v any) {
			c.object(at, "location", v, map[string]func(string, any){"physicalLocation": c.physical})
		}),
	})
}

func (c *sarifCheck) message(at string, v any) {
	c.object(at, "message", v, map[string]func(string, any){"text": c.text(`(?s).+`)})
}

func (c *sarifCheck) physical(at string, v any) {
	c.object(at, "physicalLocation", v, map[string]func(string, any){
		"artifactLocation": func(at string, v any) {
			m, _ := v.(map[string]any)
			c.object(at, "artifactLocation", v, map[string]func(string, any){"uri": c.text(`[^\\ ]+`), "uriBaseId": c.text(`\w+`)})
			u, err := url.Parse(fmt.Sprint(m["uri"]))
			switch _, based := m["uriBaseId"]; {
			case err != nil:
				c.fault(at, "%v", err)
			case based && (u.IsAbs() || strings.HasPrefix(u.Path, "/")): // 3.4.4: relative to the base
				c.fault(at, "%v is relative to a base and absolute", m["uri"])
			case based && !slices.Contains(c.bases, fmt.Sprint(m["uriBaseId"])):
				c.fault(at, "there is no base %v", m["uriBaseId"])
			case !based && !u.IsAbs():
				c.fault(at, "%v is relative to nothing", m["uri"])
			}
		},
		"region": func(at string, v any) {
			m, _ := v.(map[string]any)
			c.object(at, "region", v, map[string]func(string, any){"startLine": c.number(1), "startColumn": c.number(1), "endColumn": c.number(1)})
			if start, end := m["startColumn"].(float64), m["endColumn"].(float64); end < start {
				c.fault(at, "ends at %v and begins at %v", end, start)
			}
		},
	})
}

// sarifOf runs check in a directory with these files.
func sarifOf(t *testing.T, files map[string]string, f checkFlags, paths ...string) (text string, whole any) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out, errs bytes.Buffer
	a := &app{stdout: &out, stderr: &errs, env: func(string) (string, bool) { return "", false }}
	f.format = "sarif"
	_ = a.check(t.Context(), f, paths) // its status is not the question here
	if err := json.Unmarshal(out.Bytes(), &whole); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), errs.String())
	}
	return out.String(), whole
}

func TestCheckSARIF_IsValid(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		flags checkFlags
		paths []string
		want  []string // ruleId level uri startLine:startColumn-endColumn
	}{
		"nothing": {map[string]string{"a.yaml": "rules:\n- {id: a, event: LOGIN_ERROR}\n"}, checkFlags{}, []string{"a.yaml"}, nil},
		"errors and warnings": {map[string]string{
			"rules/a b.yaml":  "rules:\n- {id: a, event: LOGIN_EROR, severty: info}\n",
			"rules/тест.yaml": "rules:\n- {id: b, name: '😀 я', event: LOGIN_EROR}\n",
		}, checkFlags{}, []string{"rules"}, []string{
			"unknown-event warning rules/a%20b.yaml 2:18-28", "invalid-rule error rules/a%20b.yaml 2:30-37",
			"unknown-event warning rules/%D1%82%D0%B5%D1%81%D1%82.yaml 2:32-42",
		}},
		"no YAML": {map[string]string{"a.yaml": ""}, checkFlags{}, []string{"a.yaml"}, []string{"invalid-rule error a.yaml"}},
		"configuration": {map[string]string{
			"c.yaml": "version: 1\nlogs: [{path: x}]\nrules: [a.yaml]\nreceivers: {noc: {webhook: {url_file: s}}}\nroute: {receiver: nok}\n",
		}, checkFlags{config: "c.yaml"}, nil, []string{"invalid-config error c.yaml 5:19-22"}},
		"beyond": {map[string]string{"a.yaml": "rules:\n- {id: a, event: LOGIN_ERROR, match: 'event == \"X\"'}\n"}, checkFlags{}, []string{"a.yaml"},
			[]string{"never-matches warning a.yaml 2:39-51"}},
	} {
		t.Run(name, func(t *testing.T) {
			text, whole := sarifOf(t, tc.files, tc.flags, tc.paths...)
			c := &sarifCheck{}
			c.log(whole)
			for _, f := range c.faults {
				t.Error(f)
			}
			if got := sarifPlaces(t, text); !slices.Equal(got, tc.want) {
				t.Errorf("results %q\nwant %q", got, tc.want)
			}
		})
	}
}

// sarifPlaces are the results in short.
func sarifPlaces(t *testing.T, text string) (out []string) {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("%d runs, %v", len(log.Runs), err)
	}
	for _, r := range log.Runs[0].Results {
		at := r.Locations[0].Physical
		s := fmt.Sprintf("%s %s %s", r.RuleID, r.Level, at.Artifact.URI)
		if at.Region != nil {
			s += fmt.Sprintf(" %d:%d-%d", at.Region.StartLine, at.Region.StartColumn, at.Region.EndColumn)
		}
		out = append(out, s)
	}
	return out
}

// A file outside the working directory has an address of its own.
func TestCheckSARIF_OutsideTheWorkingDirectory(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(outside, []byte("rules:\n- {id: a, event: LOGIN_EROR}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	text, whole := sarifOf(t, nil, checkFlags{}, outside)
	c := &sarifCheck{}
	c.log(whole)
	if got := sarifPlaces(t, text); len(c.faults) > 0 || len(got) != 1 || !strings.HasPrefix(got[0], "unknown-event warning file:///") {
		t.Errorf("results %q, faults %q", got, c.faults)
	}
}

// What has no place in a file is said of the run.
func TestCheckSARIF_NotesOfTheRun(t *testing.T) {
	many := "rules:\n" + strings.Repeat("- {event: LOGIN_ERROR}\n", 1200)
	text, whole := sarifOf(t, map[string]string{"a.yaml": many}, checkFlags{}, "a.yaml", "nowhere.yaml")
	c := &sarifCheck{}
	c.log(whole)
	for _, want := range []string{`"executionSuccessful": false`, "nowhere.yaml: no such file", "and 200 more errors"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not there", want)
		}
	}
	if got := len(sarifPlaces(t, text)); got != 1000 || len(c.faults) > 0 {
		t.Errorf("%d results, faults %q", got, c.faults)
	}
}

// The checker itself notices what is wrong.
func TestCheckSARIF_CheckerCatchesFaults(t *testing.T) {
	text, _ := sarifOf(t, map[string]string{"a.yaml": "rules:\n- {id: a, event: LOGIN_EROR}\n"}, checkFlags{}, "a.yaml")
	for old, wrong := range map[string]string{
		`"version": "2.1.0"`: `"version": "2.0"`, `"level": "warning",`: `"level": "bad",`, `"uri": "a.yaml"`: `"uri": "/a.yaml"`,
		`"startLine": 2`: `"startLine": 0`, `"columnKind"`: `"columnkind"`, `"ruleIndex": `: `"ruleIndex": 1`, `"name": "smarty-alert"`: `"nam": "smarty-alert"`,
		`"uriBaseId": "SRCROOT"`: `"uriBaseId": "ROOT"`, `"endColumn": `: `"endColumn": -`, `"executionSuccessful": true`: `"executionSuccessful": "yes"`,
	} {
		var whole any
		if err := json.Unmarshal([]byte(strings.Replace(text, old, wrong, 1)), &whole); err != nil || !strings.Contains(text, old) {
			t.Fatalf("%s: %v", old, err)
		}
		c := &sarifCheck{}
		c.log(whole)
		if len(c.faults) == 0 {
			t.Errorf("%s in place of %s is not noticed", wrong, old)
		}
	}
}

// Columns are UTF-16 code units: what they cut out of the line is what is wrong.
func TestCheckSARIF_ColumnsAreCodeUnits(t *testing.T) {
	line := "- {id: b, name: '😀 я', event: LOGIN_EROR}"
	units := utf16.Encode([]rune(line))
	if got := string(utf16.Decode(units[31:41])); got != "LOGIN_EROR" {
		t.Errorf("columns 32 to 42 are %q", got)
	}
}
