package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// checkReport is what check found. Its JSON names are stable.
type checkReport struct {
	Rules    int         `json:"rules"`
	Files    int         `json:"files"` // rule files
	Tests    int         `json:"tests"`
	Config   string      `json:"config,omitempty"`
	Errors   int         `json:"errors"`
	Warnings int         `json:"warnings"`
	Faults   []faultJSON `json:"faults"`
	// Logs is there with --logs.
	Logs *checkedLogs `json:"logs,omitempty"`
	// Changes is there with --against, when both sets of rules can be read.
	Changes []changeJSON `json:"changes,omitempty"`

	faults []strictyaml.Fault
	unread []error
	files  []string // rule files
}

type faultJSON struct {
	Severity string `json:"severity"`       // error, warning
	Code     string `json:"code,omitempty"` // of a warning
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"` // 0: the file as a whole
	Col      int    `json:"col,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

// loadConfig returns nil when nothing can be said about what the file names.
func (r *checkReport) loadConfig(name string, env func(string) (string, bool)) *config.Config {
	cfg, warnings, err := config.LoadDry(name, env)
	r.Config = name
	if !r.take(warnings, err) {
		return nil
	}
	return cfg
}

// loadRules loads all paths that can be read, as one set: ids are unique over
// all files. nil when they have faults.
func (r *checkReport) loadRules(paths []string, o rules.Options) *rules.Set {
	var readable []string
	for _, p := range paths {
		if _, err := rules.Files([]string{p}); err != nil {
			r.unread = append(r.unread, err)
			continue
		}
		readable = append(readable, p)
	}
	if len(readable) == 0 {
		return nil
	}
	files, err := rules.Files(readable)
	if err != nil {
		r.unread = append(r.unread, err)
		return nil
	}
	o.Keep = true
	set, warnings, err := rules.Load(files, o)
	r.files, r.Files = files, len(files)
	if r.take(warnings, err) {
		r.Rules = len(set.Rules)
		r.Tests += len(set.Tests)
	}
	return set
}

// take keeps what a load said; false if it gave nothing to go on with.
func (r *checkReport) take(warnings []strictyaml.Fault, err error) bool {
	r.faults = append(r.faults, warnings...)
	var faults strictyaml.Errors
	switch {
	case errors.As(err, &faults):
		r.faults = append(r.faults, faults...)
	case err != nil:
		r.unread = append(r.unread, err)
	}
	return err == nil
}

func (r *checkReport) write(w io.Writer, format string) error {
	r.finish()
	if format == "sarif" {
		return r.writeSARIF(w)
	}
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	var b strings.Builder
	columns := terminalWidth(w)
	for _, f := range r.faults {
		b.WriteString(labelled(f, columns))
	}
	b.WriteString(r.Logs.text())
	b.WriteString(r.changesText())
	b.WriteString(r.verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

// finish orders and counts the faults.
func (r *checkReport) finish() {
	var all strictyaml.Faults
	for _, f := range r.faults {
		all.Add(f)
	}
	r.faults, r.Faults = all.Sorted(), []faultJSON{}
	for _, f := range r.faults {
		severity := "error"
		if f.Warning {
			severity = "warning"
			r.Warnings += max(1, f.More)
		} else {
			r.Errors += max(1, f.More)
		}
		r.Faults = append(r.Faults, faultJSON{severity, f.Code, f.File, f.Line, f.Col, f.Subject, f.Path, f.Msg, f.Hint})
	}
}

// verdict is the last line; none where something could not be read.
func (r *checkReport) verdict() string {
	notes := ""
	if r.Warnings > 0 {
		notes = ", " + count(r.Warnings, "warning")
	}
	switch {
	case r.Errors > 0:
		return count(r.Errors, "error") + notes + "\n"
	case len(r.unread) > 0:
		return ""
	}
	tests := ""
	if r.Tests > 0 {
		tests = " and " + count(r.Tests, "test")
	}
	return fmt.Sprintf("%s in %s%s: fine%s\n", count(r.Rules, "rule"), count(r.Files, "file"), tests, notes)
}

// labelled is the text of a fault with its code behind the first line, for a
// terminal of so many columns.
func labelled(f strictyaml.Fault, columns int) string {
	first, text := f.Error(), f.TextWithin(columns)
	if f.Code == "" {
		return text
	}
	return first + " [" + f.Code + "]" + strings.TrimPrefix(text, first)
}

// commented are the files whose comments may say that a warning is meant so.
func (r *checkReport) commented() []lint.File {
	var out []lint.File
	for _, name := range r.files {
		if data, err := strictyaml.ReadFile(name); err == nil { // else it has been said
			out = append(out, lint.File{Name: name, Data: data})
		}
	}
	if data, err := strictyaml.ReadFile(r.Config); r.Config != "" && err == nil {
		out = append(out, lint.File{Name: r.Config, Data: data, Secret: true})
	}
	return out
}
