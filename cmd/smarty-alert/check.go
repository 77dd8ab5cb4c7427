package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// checkFlags are the flags of check, as given.
type checkFlags struct {
	config, format string
	rules, against []string
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [--config FILE] [PATH…]",
		Short: "Everything that is wrong with rules and configuration",
		Long: `Check loads rules (files, directories, globs) and the configuration with the rules it
names, and prints every error and warning with its place, the line and a hint. Warnings
alone are no failure. Tests of rules (tests, *_test.yaml) are read too, and not run. Secrets of the configuration are not opened.

--against tells, for each rule, what replacing the old rules by these does to its state
and to alerts that fire.`,
		Example: `  smarty-alert check examples/rules
  smarty-alert check --config /etc/smarty-alert/smarty-alert.yaml --format json
  smarty-alert check --rules new/ --against /etc/smarty-alert/rules`,
		RunE: func(_ *cobra.Command, paths []string) error { return a.check(f, paths) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`; its rules are checked too")
	fl.StringArrayVar(&f.rules, "rules", nil, "rule `path`, the same as PATH (repeatable)")
	fl.StringArrayVar(&f.against, "against", nil, "`path` of the rules that run now (repeatable)")
	fl.StringVar(&f.format, "format", "text", "text or json")
	return cmd
}

func (a *app) check(f checkFlags, paths []string) error {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return err
	}
	paths = slices.Concat(f.rules, paths)
	if len(paths) == 0 && f.config == "" {
		return usageError(errors.New("check needs PATH of rules or --config FILE"))
	}
	var r checkReport
	options := rules.Options{Secret: redact.New(nil, nil).SecretKey}
	if f.config != "" {
		if cfg := r.loadConfig(f.config, a.env); cfg != nil {
			options = cfg.RuleOptions()
			options.Secret = redact.New(cfg.Redact.Keys, cfg.Redact.Allow).SecretKey
			paths = append(paths, cfg.Rules...)
		}
	}
	now := r.loadRules(r.loadTests(paths), options)
	if len(f.against) > 0 {
		old, _, err := rules.Load(f.against, options) // warnings are about rules that go
		if r.take(nil, err) {
			r.compare(old, now)
		}
	}
	if err := r.write(a.stdout, f.format); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write report: %w", err))
	}
	switch {
	case len(r.unread) > 0:
		return ioError(errors.Join(r.unread...))
	case r.Errors > 0:
		return &statusError{status: exitFound}
	}
	return nil
}

// checkReport is what check found. Its JSON names are stable.
type checkReport struct {
	Rules    int         `json:"rules"`
	Files    int         `json:"files"` // rule files
	Tests    int         `json:"tests"`
	Config   string      `json:"config,omitempty"`
	Errors   int         `json:"errors"`
	Warnings int         `json:"warnings"`
	Faults   []faultJSON `json:"faults"`
	// Changes is there with --against, when both sets of rules can be read.
	Changes []changeJSON `json:"changes,omitempty"`

	faults []strictyaml.Fault
	unread []error
}

type faultJSON struct {
	Severity string `json:"severity"` // error, warning
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
	set, warnings, err := rules.Load(files, o)
	r.Files = len(files)
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
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	var b strings.Builder
	for _, f := range r.faults {
		b.WriteString(f.Text())
	}
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
			r.Warnings++
		} else {
			r.Errors++
		}
		r.Faults = append(r.Faults, faultJSON{severity, f.File, f.Line, f.Col, f.Subject, f.Path, f.Msg, f.Hint})
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
