package notifiers

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

var update = flag.Bool("update", false, "write the golden files")

// golden are deliveries as they come, with English and Russian values.
func golden() map[string]alert.Delivery {
	base := time.Date(2026, 1, 15, 0, 3, 10, 0, time.UTC)
	edge := alert.Transition{
		At: base.Unix(), Rule: "stream-check-errors", Name: "Stream checks fail on an edge", State: alert.Firing, Severity: alert.Critical,
		Group: alert.NewLabels(alert.Label{Name: "stream_service", Value: "edge-07"}), Fingerprint: "0011223344556677", AlertID: "a1",
		ActiveAt: base.Unix() - 120, StartsAt: base.Unix(),
		Values:    []alert.Value{{Name: "count", V: int64(7)}, {Name: "streams", V: int64(3), Approx: true}, {Name: "avg_ms", V: 812.34567}},
		Condition: "count >= 5\n  and streams > 1", Window: 600,
		Labels: alert.NewLabels(alert.Label{Name: "team", Value: "video"}),
		Annotations: alert.NewLabels(
			alert.Label{Name: "summary", Value: "edge-07 fails stream checks: 7 in 10 minutes"},
			alert.Label{Name: "runbook", Value: "Look at the edge's uplink first.\nThen restart the checker."},
			alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/edge?x=1&y=2"}),
		Samples: []alert.Sample{
			{At: base.Unix() - 3, Source: "app1/smarty_epg", File: "smarty_epg.log", Pos: 123456, Text: "[Thu Jan 15 00:03:07 2026] STREAM_CHECK_ERROR stream_service='edge-07' error='timeout'\n"},
			{At: base.Unix(), Source: "app1/smarty_epg", File: "smarty_epg.log", Pos: 123999, Text: "STREAM_CHECK_ERROR stream_service='edge-07'\nTraceback (most recent call last):\n  File \"check.py\", line 35"},
			{At: base.Unix(), Source: "smarty_epg", File: "smarty_epg.log.1", Pos: 5, Text: "third"}, {At: base.Unix(), Source: "smarty_epg", File: "x", Pos: 5, Text: "fourth is not shown"},
		},
	}
	over := edge
	over.State, over.EndsAt, over.At, over.Severity = alert.Resolved, base.Unix()+2290, base.Unix()+2290, alert.Critical
	long := over
	long.EndsAt, long.Reason = base.Unix()+3*86400+7300, "state_lost"
	ru := alert.Transition{
		At: base.Unix(), Rule: "oplata-otkaz", Name: "Отказы при оплате", State: alert.Event, Severity: alert.Warning, AlertID: "a2",
		Group:  alert.NewLabels(alert.Label{Name: "tariff", Value: "Базовый «Семья»"}, alert.Label{Name: "city", Value: "Нижний Новгород"}),
		Values: []alert.Value{{Name: "count", V: int64(1)}, {Name: "reason", V: "недостаточно средств"}, {Name: "codes", V: []any{int64(1), "б"}}, {Name: "prev", V: nil}},
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "Абоненту не удалось оплатить"},
			alert.Label{Name: "description", Value: "Платёжный шлюз ответил отказом.\nПодробности в журнале."}),
		Suppressed: 17, StartsAt: base.Unix(),
		Samples: []alert.Sample{{Source: "app2/smarty_payments", File: "smarty_payments.log", Pos: 9, Text: "PAYMENT_FAILED reason='недостаточно средств' \x1b[31m\u202egnp.exe"}},
	}
	d := func(reason Reason, at time.Duration, ts ...alert.Transition) alert.Delivery {
		return alert.Delivery{ID: "d1", Receiver: "noc", Reason: string(reason), Created: base.Add(at), GroupKey: "k", Message: alert.Message{
			Receiver: "noc", Status: status(ts), GroupKey: "k", GroupLabels: alert.NewLabels(alert.Label{Name: "rule", Value: "stream-check-errors"}),
			External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"}), Alerts: ts,
		}}
	}
	other := edge
	other.AlertID, other.Severity, other.Group = "a3", alert.Warning, alert.NewLabels(alert.Label{Name: "stream_service", Value: "edge-08"})
	other.Samples, other.Annotations = nil, nil
	storm := d(Update, 20*m, edge, other)
	storm.Message.Digest = &alert.Digest{Since: base, Groups: 41, Firing: 40, Resolved: 1, Rules: []alert.Ranked{{Value: "stream-check-errors", Count: 37}, {Value: "edge-down", Count: 3}},
		Top: []alert.DigestGroup{{Labels: edge.Group, Severity: alert.Critical, Firing: 3}, {Labels: other.Group, Severity: alert.Warning, Firing: 1}}}
	calm := d(Resolved, 80*m, over, long)
	calm.Message.Digest = &alert.Digest{Since: base, Groups: 2, Resolved: 22}
	past := d(First, 30*h, over, long, ru)
	past.Message.Status = "resolved"
	past.Message.Digest = &alert.Digest{Since: base, Until: base.Add(4 * h), Groups: 12, Resolved: 14, Rules: []alert.Ranked{{Value: "stream-check-errors", Count: 11}, {Value: "oplata-otkaz", Count: 3}},
		Top: []alert.DigestGroup{{Labels: edge.Group, Severity: alert.Critical, Firing: 3}, {Labels: other.Group, Severity: alert.Warning, Firing: 1}}}
	acked := d(Repeat, 4*h, edge)
	acked.Message.Acks, acked.Message.Flapping = []alert.Ack{{AlertID: edge.AlertID, By: "anna", Comment: "the uplink is being mended"}}, []string{edge.Fingerprint}
	return map[string]alert.Delivery{
		"storm": storm, "calm": calm, "past": past, "acked": acked,
		"firing": d(First, 10*s, edge), "repeat": d(Repeat, 4*h, edge), "resolved": d(Resolved, 39*m, over), "lost": d(Resolved, 80*h, long),
		"group": d(NewAlerts, 5*m, edge, other, over), "russian": d(First, 10*s, ru), "mixed": d(First, 10*s, edge, ru),
		"unsent": d(First, 39*m, over), "still": d(Repeat, 4*h, edge, other),
	}
}

func TestText_Golden(t *testing.T) {
	msk := time.FixedZone("MSK", 3*3600)
	for name, d := range golden() {
		compareGolden(t, name, Voice{Zone: msk}.Text(d).Plain())
		compareGolden(t, name+".ru", Voice{Language: Russian, Zone: msk}.Text(d).Plain())
	}
}

// A page is linked to where there is one, beside the command; what is over needs neither.
func TestText_LinksToThePage(t *testing.T) {
	v := Voice{Language: Russian, URL: "https://alerts.example.com/"}
	for name, want := range map[string]string{
		"firing": "\nОткрыть:    https://alerts.example.com/?q=rule%3Dstream-check-errors&q=stream_service%3Dedge-07\n",
		"group":  "\nОткрыть:    https://alerts.example.com/?q=rule%3Dstream-check-errors\n",
		"mixed":  "", "resolved": "",
	} {
		got := v.Text(golden()[name]).Plain()
		if want == "" && strings.Contains(got, "alerts.example.com") || !strings.HasSuffix(got, want) {
			t.Errorf("%s: want %q at the end of\n%s", name, want, got)
		}
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestText_LimitsWhatIsShown(t *testing.T) {
	d := golden()["firing"]
	for range 50 {
		d.Message.Alerts = append(d.Message.Alerts, d.Message.Alerts[0])
	}
	tx := NewText(d, nil)
	if len(tx.Alerts) != maxShown || tx.More != 31 || !strings.Contains(tx.Title, "FIRING 51") {
		t.Errorf("%d shown, %d more, %s", len(tx.Alerts), tx.More, tx.Title)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"плюс + «ё» 日本 👍":        "плюс + «ё» 日本 👍",
		"a\tb\r\nc\x00\x1b[31m":  "a b␍␊c␀␛[31m",
		"\u202eexe.\u2066\u200b": "[U+202E]exe.[U+2066][U+200B]",
		"bad\xff utf\x80":        "bad\ufffd utf\ufffd",
		"\u2028\u0085\x7f\ufeff": "[U+2028][U+0085]␡[U+FEFF]",
		"\U000e0041\u3164":       "[U+E0041][U+3164]",
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
	if got := VisibleLines("a\r\nb\nc\rd"); got != "a\nb\nc␍d" {
		t.Errorf("VisibleLines = %q", got)
	}
}

func FuzzFit(f *testing.F) {
	f.Add("a<b>&c", 5)
	f.Add("ёжик\xff", 2)
	f.Fuzz(func(t *testing.T, in string, n int) {
		n = min(max(n, 0), 200)
		escape := func(r rune) string { return strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(string(r)) }
		got := Fit(in, n, escape)
		whole := Fit(in, 1<<30, escape)
		if utf8.RuneCountInString(got) > n {
			t.Errorf("Fit(%q, %d) = %q is longer", in, n, got)
		}
		if head, cut := strings.CutSuffix(got, "…"); got != whole && (n > 0 && !cut || !strings.HasPrefix(whole, head)) {
			t.Errorf("Fit(%q, %d) = %q is no beginning of %q", in, n, got, whole)
		}
	})
}

func TestSpan(t *testing.T) {
	for in, want := range map[int64]string{-5: "0s", 0: "0s", 59: "59s", 60: "1m", 2290: "38m 10s", 3600: "1h", 7300: "2h 1m", 266500: "3d 2h"} {
		if got := Span(in); got != want {
			t.Errorf("Span(%d) = %q, want %q", in, got, want)
		}
	}
}
