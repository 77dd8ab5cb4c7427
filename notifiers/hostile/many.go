package hostile

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Many returns the payloads also as others hide them: within a word, behind quotes, on
// a line of their own, between bidirectional marks, in an address. The long ones are
// there once.
func Many() []string {
	var out []string
	for _, p := range Payloads() {
		out = append(out, p)
		if len(p) > 500 {
			continue
		}
		out = append(out, "x"+p+"y", `"'>`+p, p+"\n"+p, "\u202e"+p+"\u2069", "https://a.example/?q="+p)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Everywhere is Delivery with the text also in what people write and in a digest, if
// there is one.
func Everywhere(text, reason string, digest bool) alert.Delivery {
	d := Delivery(text, reason)
	d.Message.Acks = []alert.Ack{{AlertID: "a", By: text, Comment: text}}
	d.Message.Flapping = []string{d.Message.Alerts[0].Fingerprint}
	for i := range d.Message.Alerts {
		t := &d.Message.Alerts[i]
		t.Rule, t.Reason = text, text
		t.Values = append(t.Values, alert.Value{Name: text, V: []any{alert.Ranked{Value: text, Count: 1}}})
		if reason == "resolved" {
			t.State = alert.Resolved
		}
	}
	if reason == "resolved" {
		d.Message.Status = "resolved"
	}
	if digest {
		d.Message.Digest = &alert.Digest{Since: d.Created, Groups: 40, Firing: 40, Resolved: 1, Rules: []alert.Ranked{{Value: text, Count: 40}},
			Top: []alert.DigestGroup{{Labels: alert.NewLabels(alert.Label{Name: text, Value: text}), Severity: alert.Critical, Firing: 2}}}
	}
	return d
}

// Controls finds what a terminal or a reader's eye would obey in a text of which
// lines may be kept: control characters, marks that reorder or hide, broken UTF-8.
func Controls(s string) string {
	if !utf8.ValidString(s) {
		return "broken UTF-8"
	}
	for _, r := range s {
		if r != '\n' && (unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Bidi_Control, r) || r >= 0xe0000 && r <= 0xe007f) {
			return string([]rune{r})
		}
	}
	return ""
}
