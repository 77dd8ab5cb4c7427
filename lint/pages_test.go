package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/docs"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// example is the files of one example of a page.
type example struct{ config, rules, log, logName string }

var (
	fence  = regexp.MustCompile("(?ms)^```(?:yaml|text)\n(.*?)^```")
	logged = regexp.MustCompile(`^# (\w+\.log)(?:, its first line (\d+) times)?\n`)
)

// examples reads the blocks before and after "Mend it". Files that the second ones
// do not repeat are as before.
func examples(page lint.Page) (bad, mended example) {
	before, after, _ := strings.Cut(page.Text, "\nMend it: ")
	bad.read(before)
	mended = bad
	mended.read(after)
	return bad, mended
}

func (e *example) read(text string) {
	for _, found := range fence.FindAllStringSubmatch(text, -1) {
		block := found[1]
		switch at := logged.FindStringSubmatch(block); {
		case at != nil:
			e.logName, e.log = at[1], block[len(at[0]):]
			if times, err := strconv.Atoi(at[2]); err == nil {
				first, rest, _ := strings.Cut(e.log, "\n")
				e.log = strings.Repeat(first+"\n", times) + rest
			}
		case strings.HasPrefix(block, "# config\n"):
			e.config = block
		default:
			e.rules = block
		}
	}
}

// check is what check says of an example: codes and texts.
func (e example) check(t *testing.T) (codes []string, text string) {
	t.Helper()
	var faults []strictyaml.Fault
	take := func(warnings []strictyaml.Fault, err error) {
		faults = append(faults, warnings...)
		if list, ok := err.(strictyaml.Errors); ok {
			faults = append(faults, list...)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	options := rules.Options{Keep: true, Secret: redact.New(nil, nil).SecretKey}
	var cfg *config.Config
	if e.config != "" {
		env := func(name string) (string, bool) { return "", false }
		c, warnings, err := config.ParseDry("config.yaml", []byte(e.config), env)
		take(warnings, err)
		if cfg = c; c != nil {
			take(c.SilencesOver(time.Now()), nil)
			options.Vars, options.Overrides, options.Calendars = c.Vars, c.Overrides, c.CalendarNames()
		}
	}
	if e.rules != "" {
		set, warnings, err := rules.Parse("rules.yaml", []byte(e.rules), options)
		take(warnings, err)
		if err == nil {
			faults = append(faults, lint.Check(set, cfg)...)
			faults = e.held(t, set, faults)
		}
	}
	files := []lint.File{{Name: "rules.yaml", Data: []byte(e.rules)}, {Name: "config.yaml", Data: []byte(e.config), Secret: true}}
	for _, f := range lint.Ignore(files, faults, lint.Scope{All: true, Logs: true}) {
		code := f.Code
		if !f.Warning {
			code = map[string]string{"rules.yaml": "invalid-rule", "config.yaml": "invalid-config"}[f.File]
		}
		codes = append(codes, code)
		text += f.Text()
	}
	return codes, text
}

// held holds rules, and what was said of them, against the example's log.
func (e example) held(t *testing.T, set *rules.Set, faults []strictyaml.Fault) []strictyaml.Fault {
	t.Helper()
	if e.log == "" {
		return faults
	}
	name := filepath.Join(t.TempDir(), e.logName)
	if err := os.WriteFile(name, []byte(e.log), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := ingest.Search([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	files, err := ingest.OpenFiles(found.Sources, ingest.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seen := lint.NewSeen(set)
	var rec smartylog.Record
	for {
		if _, err := files.Next(&rec); err != nil {
			break
		}
		seen.Add(&rec)
	}
	return append(seen.Refute(faults), seen.Faults()...)
}

// Codes of which check itself does not warn (run does, or they need a machine), or
// not of a few rules.
var unshown = []string{"no-receivers", "readable-secret", "too-many-pairs"}

// What a log does not have is most often missing in more than one way.
var accompanied = []string{"unseen-log", "unseen-event", "unseen-field", "rare-field"}

func TestPages_ExamplesSayWhatTheyShow(t *testing.T) {
	for _, page := range lint.Pages() {
		if slices.Contains(unshown, page.Code) {
			continue
		}
		t.Run(page.Code, func(t *testing.T) {
			bad, mended := examples(page)
			if bad == mended {
				t.Fatal("the page has no example, or mends nothing")
			}
			if got, text := bad.check(t); !slices.Contains(got, page.Code) {
				t.Errorf("the example has %q:\n%s", got, text)
			} else if len(got) > 1 && !slices.Contains(accompanied, page.Code) {
				t.Errorf("the example has more than the warning that it is for: %q\n%s", got, text)
			}
			if got, text := mended.check(t); len(got) > 0 {
				t.Errorf("the mended example has %q:\n%s", got, text)
			}
		})
	}
}

// What is ignored as the page says is silent.
func TestPages_SayHowToIgnore(t *testing.T) {
	said := regexp.MustCompile("(?m)^Meant so\\? `(# check: ignore (\\S+) .+)`$")
	for _, page := range lint.Pages() {
		if page.Code == "invalid-rule" || page.Code == "invalid-config" {
			continue
		}
		found := said.FindStringSubmatch(page.Text)
		if found == nil || found[2] != page.Code {
			t.Errorf("%s: the page does not say how to ignore it", page.Code)
			continue
		}
		if slices.Contains(unshown, page.Code) {
			continue
		}
		e, _ := examples(page)
		e.rules, e.config = found[1]+"\n"+e.rules, found[1]+"\n"+e.config
		if got, text := e.check(t); slices.Contains(got, page.Code) {
			t.Errorf("%s is said although it is ignored: %q\n%s", page.Code, got, text)
		}
	}
}

func TestPages_HaveCodesAndTitles(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range lint.Pages() {
		if seen[p.Code] || !regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`).MatchString(p.Code) {
			t.Errorf("code %q is there twice, or is no code", p.Code)
		}
		seen[p.Code] = true
		if len(p.Title) < 20 || len(p.Title) > 120 || strings.Contains(p.Title, "\n") {
			t.Errorf("%s: title %q", p.Code, p.Title)
		}
	}
}

var warned = regexp.MustCompile(`(?:Warn|WarnAt)\((?:faults, |&l\.faults, )?"([a-z-]+)"|verdict\{"([a-z-]+)"|code, msg = "([a-z-]+)"|ruleAt\(\w+, "([a-z-]+)"|Fault\(f\.Name, "([a-z-]+)"`)

// Every code that some package warns with has a page, and no page is about a code
// that nobody uses.
func TestPages_AreThoseOfTheProgram(t *testing.T) {
	used := map[string]bool{"invalid-rule": true, "invalid-config": true, "unused-list": true, "unused-var": true}
	for _, dir := range []string{"../rules", "../config", "."} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal("no sources in", dir)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range warned.FindAllStringSubmatch(string(data), -1) {
				if code := strings.Join(found[1:], ""); !strings.HasSuffix(code, "-") && !strings.HasSuffix(f, "_test.go") {
					used[code] = true
				}
			}
		}
	}
	for code := range used {
		if _, err := lint.PageOf(code); err != nil {
			t.Error(err)
		}
	}
	for _, p := range lint.Pages() {
		if !used[p.Code] {
			t.Errorf("the page %s is about a code that nothing warns with", p.Code)
		}
	}
}

func TestPageOf_UnknownCode(t *testing.T) {
	_, err := lint.PageOf("never-fire")
	if got := fmt.Sprint(err); got != `there is no check "never-fire": did you mean "never-fires"?` {
		t.Errorf("error = %s", got)
	}
}

// The example of comments in the document: each of them is needed, and together
// they leave nothing to say.
func TestPages_ExampleOfComments(t *testing.T) {
	found := fence.FindStringSubmatch(docs.Checks)
	if found == nil || strings.Count(found[1], "# check: ignore ") != 4 {
		t.Fatalf("the example is gone: %q", found)
	}
	if got, text := (example{rules: found[1]}).check(t); len(got) > 0 {
		t.Errorf("left: %q\n%s", got, text)
	}
	bare := regexp.MustCompile(`# check: ignore .*`).ReplaceAllString(found[1], "")
	got, text := (example{rules: bare}).check(t)
	if slices.Sort(got); strings.Join(got, " ") != "missing-summary ratio-without-minimum unknown-event unused-list" {
		t.Errorf("without comments: %q\n%s", got, text)
	}
}
