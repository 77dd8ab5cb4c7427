package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/logstats"
)

var logsZone = time.UTC

// surveyed counts all records below a directory.
func surveyed(t *testing.T, dir string) []*logstats.Log {
	t.Helper()
	sources, err := ingest.Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	logs, err := survey(t.Context(), sources, ingest.ReadOptions{}, &recordFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return logs
}

// setting is a piece of configuration in the text of a finding.
var setting = regexp.MustCompile("`([a-z_]+: [^`]+)`")

// What the doctor says to write into the configuration can be written there, and
// does what it says.
func TestFindings_AdviceIsConfiguration(t *testing.T) {
	const head, tail = "Fri Mar 24 10:22:35", " 2017 DEBUG api:1 get[1.T] LOGIN_SUCCESS login_type='x'\n"
	local := func(l *logstats.Log) { l.Written = l.Course.Span.Last - 3*3600 } // Moscow's clock, taken for UTC's
	for name, tc := range map[string]struct {
		logs   map[string]string
		given  bool
		change func(*logstats.Log)
		code   string
		ignore bool
	}{
		"all +0000":             {map[string]string{"a": head + "+0000" + tail}, false, nil, "all_zero_offset", true},
		"+0000 and the file":    {map[string]string{"a": head + "+0000" + tail}, false, local, "zero_offset", true},
		"+0000 beside +0300":    {map[string]string{"a": head + "+0000" + tail, "b": head + "+0300" + tail}, false, nil, "zero_offset", true},
		"+0000 and +0300":       {map[string]string{"a": strings.Repeat(head+"+0000"+tail+head+"+0300"+tail, 9)}, false, nil, "zero_offset", true},
		"no offset":             {map[string]string{"a": head + tail}, false, nil, "no_offset", false},
		"no offset, zone given": {map[string]string{"a": head + tail}, true, nil, "no_offset", false},
		"no offset, wrong zone": {map[string]string{"a": head + tail}, false, local, "zone", false},
		"another wrong zone":    {map[string]string{"a": head + tail}, true, local, "zone", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for stem, text := range tc.logs {
				writeFile(t, filepath.Join(dir, stem+".log"), text)
			}
			logs := surveyed(t, dir)
			for _, l := range logs {
				l.Written = 0
				if tc.change != nil {
					tc.change(l)
				}
			}
			found := logstats.Findings(logs, logstats.Options{Zone: logsZone, ZoneGiven: tc.given})
			if len(found) != 1 || found[0].Code != tc.code {
				t.Fatalf("findings %+v, want %s alone", found, tc.code)
			}
			if told := strings.Contains(found[0].Advice, "ass --timezone"); told && tc.given {
				t.Errorf("advises what was given: %s", found[0].Advice)
			}
			settings := setting.FindAllStringSubmatch(found[0].Advice, -1)
			if len(settings) != 1 {
				t.Fatalf("%d settings in %q, want one", len(settings), found[0].Advice)
			}
			checkEntry(t, settings[0][1], tc.ignore)
		})
	}
}

// checkEntry loads a configuration with the setting in an entry of logs.
func checkEntry(t *testing.T, setting string, ignore bool) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf("version: 1\nlogs:\n- path: /var/log/x.log\n  %s\nrules: [.]\nstate: {dir: state}\n", setting)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, warnings, err := config.LoadDry(path, os.LookupEnv)
	if err != nil {
		t.Fatalf("%s: %v", setting, err)
	}
	if len(warnings) > 0 {
		t.Errorf("%s: %v", setting, warnings)
	}
	if l := c.Logs[0]; l.Zone.String() != "Europe/Moscow" || l.IgnoreOffset != ignore {
		t.Errorf("%s: zone %s, offset ignored: %t", setting, l.Zone, l.IgnoreOffset)
	}
}
