// Package hostile holds texts that log files may contain to harm whoever shows
// them. It is for tests: start at Payloads.
package hostile

import (
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Payloads returns texts aimed at markup, mentions, links, headers, terminals,
// readers' eyes and size limits.
func Payloads() []string {
	return []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "</pre><h1>x</h1>", "<!--", "-->", "<![CDATA[x",
		"<a href=\"http://evil.example\">x</a>", "<iframe src=//evil.example>", "javascript:alert(1)", "&lt;script&gt;", "&amp;amp;", "&#60;b&#62;",
		"<!channel>", "<!here>", "<!everyone>", "<@U012AB3CD>", "<#C012AB3CD>", "<!subteam^S012>", "<http://evil.example|good.example>", "<mailto:a@b.c|x>",
		"@channel", "@here", "@all", "@everyone", "http://evil.example/x", "https://evil.example", "www.evil.example", "[click](http://evil.example)",
		"![p](http://evil.example/t.gif)", "```\n@here\n```", "`x`", "*bold* _it_ ~s~", "> quote", "| a | b |",
		"x\r\nBcc: victim@example.com", "x\nSubject: other", "x\r\n\r\n<html>", "=?utf-8?q?=0ABcc:_x?=", "\r\n.\r\nMAIL FROM:<x@y>", "\n.\n", "x\u2028y\u2029z\u0085w",
		"\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "a\x00b", "\x08\x08\x08", "\x7f", "\u009b31m",
		"\u202eexe.gpj", "\u2066x\u2069", "\u200e\u200f\u061c", "pay\u200bpal", "\ufeff", "\u00ad", "\U000e0041", "\u3164",
		"\xff\xfe\xfd", "\xc0\xaf", "\xed\xa0\x80", "{{.Secret}}", "${ENV}", "%s%n%x", "{{template \"x\"}}", "$(id)", "'; DROP TABLE x;--",
		strings.Repeat("&", 20000), strings.Repeat("<", 5000), strings.Repeat("`", 5000), strings.Repeat("Ж", 10000), strings.Repeat("👍🏽", 3000), strings.Repeat("a\n", 5000),
		strings.Repeat("e\u0301", 3000),
	}
}

// Delivery puts text into every field that a log can reach.
func Delivery(text string, reason string) alert.Delivery {
	l := alert.NewLabels(alert.Label{Name: "user", Value: text})
	t := alert.Transition{
		ID: "t", At: 1768435390, Rule: "rule", Name: text, Group: l, State: alert.Firing, Severity: alert.Critical, Fingerprint: "0011223344556677",
		AlertID: "a", StartsAt: 1768435390, Condition: text, Window: 60, Labels: l,
		Values:      []alert.Value{{Name: "count", V: int64(5)}, {Name: "last", V: text}, {Name: "all", V: []any{text}}},
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: text}, alert.Label{Name: "description", Value: text}, alert.Label{Name: "runbook", Value: text}, alert.Label{Name: "runbook_url", Value: text}),
		Samples:     []alert.Sample{{Source: text, File: text, Pos: 1, Text: text}, {Source: "a/b", File: "b.log", Pos: 2, Text: text}},
	}
	u := t
	u.AlertID, u.State = "b", alert.Event
	return alert.Delivery{ID: "d0", Receiver: "noc", GroupKey: "noc/default:{}", Reason: reason, Created: time.Unix(1768435400, 0), Message: alert.Message{
		Receiver: "noc", Status: "firing", GroupKey: "noc/default:{}", GroupLabels: l, External: l, Alerts: []alert.Transition{t, u},
	}}
}
