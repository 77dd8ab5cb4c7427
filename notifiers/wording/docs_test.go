package wording_test

import (
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

var update = flag.Bool("update", false, "write the results in docs/templates.md anew")

const page = "../../docs/templates.md"

var (
	goldens  = regexp.MustCompile("(?s)(<!-- golden: (\\S+) -->\n```\n)(.*?)(```\n)")
	examples = regexp.MustCompile("(?s)(<!-- (\\w+\\.\\w+) -->\n```\n(.*?)```\ngives\n```\n)(.*?)(```\n)")
)

// TestDocs_ExamplesGiveWhatTheySay renders what docs/templates.md shows.
func TestDocs_ExamplesGiveWhatTheySay(t *testing.T) {
	channels := map[string]wording.Channel{"slack.title": slack.TitleChannel, "slack.text": slack.TextChannel, "telegram.text": telegram.Channel,
		"email.subject": email.Plain, "email.html": email.HTML}
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	want := goldens.ReplaceAllStringFunc(string(data), func(part string) string {
		m := goldens.FindStringSubmatch(part)
		text, err := os.ReadFile("../testdata/" + m[2])
		if err != nil {
			t.Error(err)
		}
		found++
		return m[1] + string(text) + m[4]
	})
	want = examples.ReplaceAllStringFunc(want, func(part string) string {
		m := examples.FindStringSubmatch(part)
		tm, err := set(t).Compile(m[2], m[3], channels[m[2]])
		if err == nil {
			err = tm.Check()
		}
		if err != nil {
			t.Error(err)
			return part
		}
		text, err := tm.Render(documented())
		if err != nil {
			t.Error(err)
		}
		found++
		return m[1] + text + "\n" + m[5]
	})
	if found != 9 {
		t.Errorf("%d examples", found)
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), want); diff != "" {
		t.Errorf("docs/templates.md (-is +should be; -update writes it anew):\n%s", diff)
	}
}

// documented is what the examples are about.
func documented() alert.Delivery {
	at := time.Date(2026, 1, 15, 0, 3, 10, 0, time.UTC)
	edge := alert.Transition{At: at.Unix(), Rule: "stream-check-errors", State: alert.Firing, Severity: alert.Critical, AlertID: "a1", StartsAt: at.Unix(),
		Group: alert.NewLabels(alert.Label{Name: "stream_service", Value: "edge-07"}), Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count >= 5", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "edge-07 fails stream checks: 7 in 10 minutes"},
			alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/edge?x=1&y=2"}),
		Samples: []alert.Sample{{File: "smarty_epg.log", Pos: 123456, Text: "STREAM_CHECK_ERROR error='<timeout> @here'"}}}
	over := edge
	over.State, over.AlertID, over.EndsAt, over.Group = alert.Resolved, "a2", at.Unix()+2290, alert.NewLabels(alert.Label{Name: "stream_service", Value: "edge-08"})
	over.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: "edge-08 fails stream checks"}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/edge?x=1&y=2"})
	return alert.Delivery{Reason: string(notifiers.NewAlerts), Created: at.Add(5 * time.Minute), Message: alert.Message{Receiver: "noc", Status: "firing",
		GroupLabels: alert.NewLabels(alert.Label{Name: "rule", Value: "stream-check-errors"}), Alerts: []alert.Transition{edge, over}}}
}

// TestDocs_NameAllThereIs: a field or a function that is not told of is not there for
// its readers.
func TestDocs_NameAllThereIs(t *testing.T) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, v := range []any{wording.Data{}, wording.Alert{}, wording.Sample{}, wording.Pair{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			if !strings.Contains(text, "."+f.Name) {
				t.Errorf("%T.%s is not in the page", v, f.Name)
			}
		}
	}
	for _, name := range wording.Functions() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the function %s is not in the page", name)
		}
	}
}
