package telegram

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Limits of a message (core.telegram.org/bots/api, sendMessage). Telegram counts
// what is seen, in UTF-16 units, and drops the entities beyond the hundredth.
const (
	maxUnits    = 4096
	maxEntities = 90
	moreRoom    = 40 // units kept for "and N more"
)

// writer writes HTML and never more than fits.
type writer struct {
	b        strings.Builder
	units    int // left
	entities int // left
}

func render(tx notifiers.Text) string {
	w := &writer{units: maxUnits - moreRoom, entities: maxEntities}
	w.bold(tx.Signal() + tx.Title)
	left := tx.More + len(tx.Alerts)
	for _, a := range tx.Alerts {
		if !w.room(a, len(tx.Alerts) > 1) {
			break
		}
		w.alert(tx, a)
		left--
	}
	if left > 0 {
		w.units += moreRoom
		w.plain("\n\n" + tx.AndMore(left))
	}
	if tx.Silence != "" && w.units > len(tx.Silence)+moreRoom && w.entities > 0 {
		w.plain("\n\n" + tx.Words.Silence + ": ")
		w.code("code", tx.Silence)
		if tx.Open != "" {
			w.link(tx.Open, tx.Words.Open)
		}
	}
	return w.b.String()
}

func renderTitle(tx notifiers.Text) string {
	w := &writer{units: maxUnits, entities: maxEntities}
	w.bold(tx.Signal() + tx.Title)
	return w.b.String()
}

// room reports whether a further alert may begin; the first always may.
func (w *writer) room(a notifiers.AlertText, many bool) bool {
	return !many || w.units > 300 && w.entities > len(a.Facts)+2*len(a.Samples)+3
}

func (w *writer) alert(tx notifiers.Text, a notifiers.AlertText) {
	w.plain("\n")
	if len(tx.Alerts) > 1 {
		w.plain("\n")
		w.bold(notifiers.SignalOf(a.Firing, a.Severity) + a.Head)
	}
	if a.Summary != "" {
		w.plain("\n" + inert(a.Summary))
	}
	for _, f := range a.Facts {
		w.plain("\n" + f.Name + ": ")
		w.code("code", f.Value)
	}
	if a.Runbook != "" {
		w.plain("\n" + tx.Words.Todo + ": " + inert(a.Runbook))
	}
	if a.RunbookURL != "" {
		w.link(a.RunbookURL, tx.Words.Runbook)
	}
	for _, s := range a.Samples {
		w.plain("\n")
		w.code("code", s.Where)
		w.plain("\n")
		w.code("pre", s.Text)
	}
}

func (w *writer) bold(s string) { w.element("b", inert(s)) }

// code makes nothing live: within it Telegram finds no links and no mentions.
func (w *writer) code(tag, s string) { w.element(tag, s) }

func (w *writer) element(tag, s string) {
	if w.units < 2 || w.entities < 1 || s == "" {
		return
	}
	w.entities--
	w.b.WriteString("<" + tag + ">")
	w.plain(s)
	w.b.WriteString("</" + tag + ">")
}

func (w *writer) link(address, text string) {
	if w.units < len(text)+1 || w.entities < 1 {
		return
	}
	w.entities--
	w.plain("\n")
	w.b.WriteString(`<a href="` + escaped(address) + `">`)
	w.plain(text)
	w.b.WriteString("</a>")
}

// plain escapes what fits; what does not ends in "…".
func (w *writer) plain(s string) {
	if w.units < 1 {
		return
	}
	runes := []rune(s)
	for i, r := range runes {
		n := utf16.RuneLen(r)
		if n < 0 {
			r, n = unicode.ReplacementChar, 1
		}
		if n > w.units-1 && !(n == w.units && i == len(runes)-1) {
			w.b.WriteString("…")
			w.units = 0
			return
		}
		w.b.WriteString(escape(r))
		w.units -= n
	}
}

func escaped(s string) string { return notifiers.Escape(s, escape) }

func escape(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	}
	return string(r)
}

// inert keeps Telegram from making mentions, tags, commands and links of plain
// words: a character without width stands where one would begin.
func inert(s string) string {
	const joiner = "\u2060"
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		b.WriteRune(r)
		next := rune(' ')
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch {
		case strings.ContainsRune("@#$/", r) && next != ' ', strings.ContainsRune(".:", r) && next != ' ' && !unicode.IsDigit(next):
			b.WriteString(joiner)
		}
	}
	return b.String()
}
