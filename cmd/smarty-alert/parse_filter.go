package main

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// recordFilter picks records by event name and by an expression. The zero filter
// lets all through.
type recordFilter struct {
	events  []string // upper-case names and globs; nil: any
	met     []bool   // a record of events[i] came
	where   *rules.Expr
	scratch *rules.Scratch
	seen    []bool   // some record that was asked has the i-th name of where
	hints   []string // what can never be true in where
	asked   int64    // records that where was asked about
	held    int64    // and for which it was true
	failed  int64    // records for which it could not be evaluated,
	failure error    // and the first reason
}

func newRecordFilter(events []string, where string) (*recordFilter, error) {
	f := &recordFilter{}
	for _, list := range events {
		for name := range strings.SplitSeq(list, ",") {
			name = strings.ToUpper(strings.TrimSpace(name))
			if _, err := path.Match(name, ""); err != nil || name == "" {
				return nil, usageError(fmt.Errorf("--event %q: write the name of an event, or a pattern such as 'LOGIN_*'", list))
			}
			f.events = append(f.events, name)
		}
	}
	f.met = make([]bool, len(f.events))
	if where == "" {
		return f, nil
	}
	var err error
	if f.where, err = rules.ParseMatch("--where", where, f.events); err != nil {
		return nil, usageError(err)
	}
	f.hints = neverTrue(where)
	f.scratch, f.seen = rules.NewScratch(), make([]bool, len(f.where.Names))
	return f, nil
}

// active tells whether the filter can leave anything out.
func (f *recordFilter) active() bool { return f.events != nil || f.where != nil }

// wants tells whether rec passes.
func (f *recordFilter) wants(rec *smartylog.Record) bool {
	if f.events != nil && !f.named(rec.Event) {
		return false
	}
	if f.where == nil {
		return true
	}
	f.asked++
	for i, known := range f.seen {
		f.seen[i] = known || f.where.Has(i, rec)
	}
	ok, err := f.where.Holds(f.scratch, rec)
	if err != nil {
		if f.failed++; f.failure == nil {
			f.failure = err
		}
	}
	if ok {
		f.held++
	}
	return ok
}

func (f *recordFilter) named(event string) bool {
	found := false
	for i, pattern := range f.events {
		ok, err := path.Match(pattern, event)
		if ok && err == nil {
			f.met[i], found = true, true
		}
	}
	return found
}

// notes tells of names that nothing had: a slip there looks like an answer.
func (f *recordFilter) notes(w io.Writer) {
	for i, name := range f.events {
		if !f.met[i] {
			fmt.Fprintf(w, "smarty-alert: note: no record of event %s%s\n", printable(name), nearestEvent(name))
		}
	}
	for i, known := range f.seen {
		if !known && f.asked > 0 {
			name := f.where.Names[i]
			fmt.Fprintf(w, "smarty-alert: note: --where: none of %s has %s%s\n", count(int(f.asked), "record"), printable(name), nearestField(name))
		}
	}
	for _, hint := range f.hints {
		fmt.Fprintf(w, "smarty-alert: note: --where: %s\n", hint)
	}
	if f.where != nil && f.asked > 0 && f.held == 0 {
		fmt.Fprintf(w, "smarty-alert: note: --where: true for none of %s\n", count(int(f.asked), "record"))
	}
	if f.failed > 0 {
		fmt.Fprintf(w, "smarty-alert: note: --where could not be evaluated for %s, which are left out: %v\n", count(int(f.failed), "record"), f.failure)
	}
}

func nearestEvent(name string) string {
	var names []string
	for _, e := range smartylog.Catalogue() {
		names = append(names, e.Name)
	}
	return didYouMean(name, names)
}

func nearestField(name string) string {
	root, _, _ := strings.Cut(name, ".")
	names := rules.RecordFields()
	for _, e := range smartylog.Catalogue() {
		for _, f := range e.Fields {
			names = append(names, f.Name)
		}
	}
	return didYouMean(root, names)
}

func didYouMean(name string, known []string) string {
	near := strictyaml.Nearest(name, known)
	if near == "" || near == name {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", near)
}
