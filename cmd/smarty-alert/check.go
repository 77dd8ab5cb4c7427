package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
)

// checkFlags are the flags of check, as given.
type checkFlags struct {
	config, format, explain string
	rules, against, logs    []string
	strict                  bool
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [--config FILE] [--logs LOG…] [PATH…]",
		Short: "Everything that is wrong with rules and configuration",
		Long: `Check loads rules (files, directories, globs) and the configuration with the
rules it names, and prints every error and warning with its place, the line and
a hint. Beyond what cannot be read it finds what can never match or fire, what
is said twice, and what nobody uses. Tests of rules (tests, *_test.yaml) are
read too; test plays them. Secrets of the configuration are not opened.

Warnings have a code in brackets; --explain CODE tells what it means. One that
is meant so is left out by a comment on its line, above it or above its rule:

  # check: ignore CODE why it is meant so

Warnings alone are no failure, unless --strict is given.

--logs holds the rules against real logs (as replay takes them): events, fields
and groups that never come. With --logs and --rules, what has no flag is a log
too, unless it is YAML.

--against tells, for each rule, what replacing the old rules by these does to
its state and to alerts that fire.`,
		Example: `  smarty-alert check examples/rules
  smarty-alert check --config /etc/smarty-alert/smarty-alert.yaml --format json
  smarty-alert check --rules my-rules --logs /var/log/microimpuls/smarty
  smarty-alert check --explain never-fires
  smarty-alert check --rules new/ --against /etc/smarty-alert/rules`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if cmd.Flags().Changed("explain") {
				return a.explainCheck(f.explain)
			}
			return a.check(cmd.Context(), f, paths)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`; its rules are checked too")
	fl.StringArrayVar(&f.rules, "rules", nil, "rule `path`, the same as PATH (repeatable)")
	fl.StringArrayVar(&f.logs, "logs", nil, "`logs` to hold the rules against: files, directories, globs (repeatable)")
	fl.StringArrayVar(&f.against, "against", nil, "`path` of the rules that run now (repeatable)")
	fl.StringVar(&f.format, "format", "text", "text, json or sarif")
	fl.StringVar(&f.explain, "explain", "", "print the page of a `code`, or the list of all codes for `list`")
	fl.BoolVar(&f.strict, "strict", false, "exit with 1 for warnings too")
	_ = cmd.RegisterFlagCompletionFunc("explain", completeCodes) // fails for a flag that is not there alone
	return cmd
}

func completeCodes(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	out := []cobra.Completion{"list"}
	for _, p := range lint.Pages() {
		out = append(out, cobra.CompletionWithDesc(p.Code, p.Title))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) check(ctx context.Context, f checkFlags, paths []string) error {
	if err := oneOf("format", f.format, "text", "json", "sarif"); err != nil {
		return err
	}
	paths, f.logs = f.sort(paths)
	if len(paths) == 0 && f.config == "" {
		return usageError(errors.New("check needs PATH of rules or --config FILE"))
	}
	if len(f.logs) == 0 { // what is read is bounded, and so is the memory that it takes
		debug.SetMemoryLimit(200 << 20)
		debug.SetGCPercent(200)
	}
	r, options := checkReport{}, rules.Options{Secret: redact.New(nil, nil).SecretKey}
	var cfg *config.Config
	if f.config != "" {
		if cfg = r.loadConfig(f.config, a.env); cfg != nil {
			options = cfg.RuleOptions()
			options.Secret = redact.New(cfg.Redact.Keys, cfg.Redact.Allow).SecretKey
			paths = append(paths, cfg.Rules...)
		}
	}
	r.rehearse(cfg)
	now := r.loadRules(r.loadTests(paths), options)
	if len(f.against) > 0 {
		old, _, err := rules.Load(f.against, options) // warnings are about rules that go
		if r.take(nil, err) {
			r.compare(old, now)
		}
	}
	if err := a.lookFurther(ctx, &r, f, now, cfg); err != nil {
		return err
	}
	if err := r.write(a.stdout, f.format); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write report: %w", err))
	}
	switch {
	case len(r.unread) > 0:
		return ioError(errors.Join(r.unread...))
	case r.Errors > 0 || f.strict && r.Warnings > 0:
		return &statusError{status: exitFound}
	}
	return nil
}

// sort tells what arguments without a flag are: rules, but logs where rules and
// logs have been named already, as the shell writes out --logs dir/*.log.
func (f checkFlags) sort(args []string) (paths, logs []string) {
	paths, logs = slices.Clone(f.rules), slices.Clone(f.logs)
	for _, arg := range args {
		ext := filepath.Ext(arg)
		if len(f.logs) > 0 && (len(f.rules) > 0 || f.config != "") && ext != ".yaml" && ext != ".yml" {
			logs = append(logs, arg)
		} else {
			paths = append(paths, arg)
		}
	}
	return paths, logs
}

// lookFurther finds what is wrong with rules that can be read, and takes out what
// comments say is meant so.
func (a *app) lookFurther(ctx context.Context, r *checkReport, f checkFlags, set *rules.Set, cfg *config.Config) error {
	whole := set != nil && (cfg != nil || f.config == "") && len(r.unread) == 0
	done := lint.Scope{All: whole, Logs: len(f.logs) > 0}
	if whole {
		r.faults = append(r.faults, lint.Check(set, cfg)...)
	}
	if set != nil && len(f.logs) > 0 {
		if err := a.checkLogs(ctx, r, f.logs, set, cfg); err != nil {
			return err
		}
	}
	r.faults = lint.Ignore(r.commented(), r.faults, done)
	return nil
}

// explainCheck prints the page of a code.
func (a *app) explainCheck(code string) error {
	var text string
	if code == "list" {
		for _, p := range lint.Pages() {
			text += fmt.Sprintf("%-24s %s\n", p.Code, p.Title)
		}
	} else {
		page, err := lint.PageOf(code)
		if err != nil {
			return usageError(err)
		}
		text = page.Text
	}
	if _, err := io.WriteString(a.stdout, text); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write page: %w", err))
	}
	return nil
}
