package notifiers

import (
	"fmt"
	"strings"
)

// Plain is the text as it stands in a plain e-mail or on a terminal.
func (tx Text) Plain() string {
	var b strings.Builder
	b.WriteString(tx.Title + "\n")
	for _, a := range tx.Alerts {
		b.WriteByte('\n')
		if len(tx.Alerts) > 1 || tx.More > 0 {
			b.WriteString(a.Head + "\n")
		}
		tx.plain(&b, a)
	}
	if tx.More > 0 {
		b.WriteString("\n" + tx.AndMore(tx.More) + "\n")
	}
	if tx.Silence != "" {
		b.WriteByte('\n')
		line(&b, tx.Words.Silence, tx.Silence)
	}
	if tx.Open != "" {
		line(&b, tx.Words.Open, tx.Open)
	}
	return b.String()
}

func (tx Text) plain(b *strings.Builder, a AlertText) {
	if a.Summary != "" {
		b.WriteString(a.Summary + "\n")
	}
	for _, f := range a.Facts {
		line(b, f.Name, f.Value)
	}
	for _, s := range a.Samples {
		b.WriteString("  " + s.Where + "\n    " + indent(s.Text, 4) + "\n")
	}
	if a.Runbook != "" {
		line(b, tx.Words.Todo, a.Runbook)
	}
	if a.RunbookURL != "" {
		line(b, tx.Words.Runbook, a.RunbookURL)
	}
}

func line(b *strings.Builder, name, value string) {
	fmt.Fprintf(b, "%-11s %s\n", name+":", indent(value, 12))
}

func indent(s string, by int) string {
	return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+strings.Repeat(" ", by))
}
