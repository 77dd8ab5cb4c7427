package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// recordText writes records for people: time, level, log and event in columns,
// then the context, then what was odd; what does not fit goes below.
type recordText struct {
	zone    *time.Location
	width   int // of the source's column
	raw     bool
	colours bool
}

func newRecordText(sources []string, zone *time.Location, raw, colours bool) *recordText {
	f := &recordText{zone: zone, raw: raw, colours: colours}
	for _, s := range sources {
		f.width = max(f.width, utf8.RuneCountInString(s))
	}
	return f
}

// maxShown is the longest value shown, in characters: this form is for reading,
// JSON lines have it all.
const maxShown = 1000

// indent stands below the time of a record.
const indent = "                     "

func (f *recordText) append(dst []byte, rec *smartylog.Record) []byte {
	c := rec.Decode()
	clock, level := "-", ""
	if rec.HasTime() {
		clock, level = time.Unix(rec.Sec, 0).In(f.zone).Format("2006-01-02 15:04:05"), rec.Header().Level
	}
	parts := []string{fmt.Sprintf("%-19s ", clock), f.level(level), fmt.Sprintf("%-*s ", f.width, printable(rec.Source()))}
	if rec.Event != "" {
		parts = append(parts, f.paint(printable(rec.Event), text.Bold))
	}
	for _, p := range c.Pairs {
		if rec.Event != "" { // else the text has them all
			parts = append(parts, f.paint(printable(p.Key)+"=", text.FgCyan)+shorten(printable(plainValue(p.Value)), maxShown))
		}
	}
	if c.Rest != "" {
		parts = append(parts, shorten(printable(c.Rest), maxShown))
	}
	for _, name := range rec.Flags.Names() {
		parts = append(parts, f.paint("["+name+"]", text.FgYellow))
	}
	dst = append(append(dst, strings.TrimRight(strings.Join(parts, " "), " ")...), '\n')
	return f.below(dst, rec)
}

// below appends the exception and, when asked for, the record's own lines.
func (f *recordText) below(dst []byte, rec *smartylog.Record) []byte {
	if x, ok := rec.Exception(); ok {
		line := x.Type
		if x.Message != "" {
			line += ": " + x.Message
		}
		if x.Frame != "" {
			line += " (" + x.Frame + ")"
		}
		dst = append(dst, indent+f.paint(printable(line), text.FgRed)+"\n"...)
	}
	if !f.raw {
		return dst
	}
	for line := range strings.Lines(strings.ToValidUTF8(string(rec.Raw), "\ufffd")) {
		dst = append(dst, indent+f.paint("| "+printable(strings.TrimRight(line, "\r\n")), text.Faint)+"\n"...)
	}
	return dst
}

func (f *recordText) level(name string) string {
	cell := fmt.Sprintf("%-8s", printable(name))
	switch name {
	case "CRITICAL", "ERROR":
		return f.paint(cell, text.FgRed)
	case "WARNING":
		return f.paint(cell, text.FgYellow)
	case "DEBUG":
		return f.paint(cell, text.Faint)
	}
	return cell
}

func (f *recordText) paint(s string, colours ...text.Color) string {
	if !f.colours {
		return s
	}
	return text.Colors(colours).Sprint(s)
}

// plainValue writes a value as JSON, a text without quotes where nothing is
// lost by that.
func plainValue(v any) string {
	written := string(smartylog.AppendValue(nil, v))
	s, isText := v.(string)
	if !isText || s == "" || len(written) != len(s)+2 || strings.ContainsAny(s, " =,[]{}") {
		return written
	}
	if json.Valid([]byte(s)) { // a text that would read as a number, null, true
		return written
	}
	return s
}
