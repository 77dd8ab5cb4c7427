package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Of more kinds of events than are remembered every one is counted all the same.
func TestSeen_ManyEvents(t *testing.T) {
	var log strings.Builder
	for i := range 10_500 {
		fmt.Fprintf(&log, "Mon Nov 18 08:00:00+0300 2024 WARNING api:1 get[1.Main] EVENT_%c%c%c%c edge='a'\n", 'A'+i%26, 'A'+i/26%26, 'A'+i/676%26, 'A'+i/17576%26)
	}
	log.WriteString("Mon Nov 18 08:00:00+0300 2024 WARNING api:1 get[1.Main] LATECOMER edge='a'\n")
	e := example{logName: "edge.log", log: log.String(), rules: `rules:
- {id: late, log: edge, event: LATECOMER, mode: event}
- {id: steps, sequence: [{event: EVENT_AAAA}, {event: LATECOMER}], within: 5m}
- {id: missing, sequence: [{event: EVENT_AAAA}, {event: LATECOMERS}], within: 5m}
`}
	codes, text := e.check(t)
	if strings.Join(codes, " ") != "unseen-event" || !strings.Contains(text, "none of 10501 records has the event LATECOMERS") {
		t.Errorf("codes %q:\n%s", codes, text)
	}
}

// A value that the logs have is not called unknown; one that they do not have is.
func TestSeen_RefutesUnknownValues(t *testing.T) {
	e := example{logName: "smarty_management.log", log: "Mon Nov 18 08:00:00+0300 2024 INFO base:1 run[1.Main] MANAGEMENT_COMMAND_SUCCESS command='check_streams2' execution_time=1.5\n",
		rules: `rules:
- {id: ours, event: MANAGEMENT_COMMAND_SUCCESS, match: command == "check_streams2"}
- {id: misspelt, event: MANAGEMENT_COMMAND_SUCCESS, match: command != "check_acounts"}
`}
	codes, text := e.check(t)
	if strings.Join(codes, " ") != "unknown-value" || !strings.Contains(text, `"check_acounts" is not a documented command`) {
		t.Errorf("codes %q:\n%s", codes, text)
	}
}

// A log without records is none that is missing.
func TestSeen_EmptyLogIsThere(t *testing.T) {
	set, _, err := rules.Parse("r.yaml", []byte("rules:\n- {id: a, log: smarty_epg, match: level == \"ERROR\"}\n- {id: b, log: smarty_main, match: level == \"ERROR\"}\n"), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	seen := lint.NewSeen(set)
	seen.Log("smarty_epg")
	seen.Add(&smartylog.Record{Log: "smarty_admin", Event: "ADMIN_REQUEST"})
	found := seen.Faults()
	if len(found) != 1 || found[0].Code != "unseen-log" || found[0].Line != 3 {
		t.Errorf("faults %v", found)
	}
}
