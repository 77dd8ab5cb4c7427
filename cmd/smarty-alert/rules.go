package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/plain"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// rulesFlags are the flags of rules list and rules show, as given.
type rulesFlags struct {
	config, format string
	builtin        bool
	rules          []string
	ids            []string // show: of these only
}

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "The rules that are loaded, as they were understood",
		Long: `Rules prints what rules mean once they are read: with vars and overrides of the
configuration applied, with defaults filled in, in plain words. With PATH and
--config it prints the rules of PATH as they would be under that configuration.`,
		Example: `  smarty-alert rules list examples/rules
  smarty-alert rules show examples/rules`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.rulesListCommand(), a.rulesShowCommand())
	return cmd
}

func (a *app) rulesListCommand() *cobra.Command {
	var f rulesFlags
	cmd := &cobra.Command{
		Use:   "list [--config FILE] [PATH…]",
		Short: "A row for each rule: what it watches, when it fires",
		Example: `  smarty-alert rules list examples/rules
  smarty-alert rules list --config /etc/smarty-alert/smarty-alert.yaml --builtin`,
		RunE: func(_ *cobra.Command, paths []string) error { return a.listRules(f, paths) },
	}
	f.bind(cmd)
	return cmd
}

func (a *app) rulesShowCommand() *cobra.Command {
	var f rulesFlags
	cmd := &cobra.Command{
		Use:   "show [--config FILE] [--id ID]… [PATH…]",
		Short: "All that a rule does, in sentences",
		Example: `  smarty-alert rules show --id login_bruteforce examples/rules
  smarty-alert rules show --config /etc/smarty-alert/smarty-alert.yaml --id edge_down`,
		RunE: func(_ *cobra.Command, paths []string) error { return a.showRules(f, paths) },
	}
	f.bind(cmd)
	cmd.Flags().StringSliceVar(&f.ids, "id", nil, "`id` of a rule to show; all without it (repeatable)")
	return cmd
}

func (f *rulesFlags) bind(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "the service's configuration `file`: its rules, vars and overrides")
	fl.StringArrayVar(&f.rules, "rules", nil, "rule `path`, the same as PATH (repeatable)")
	fl.BoolVar(&f.builtin, "builtin", false, "the program's own rules too")
	fl.StringVar(&f.format, "format", "text", "text or json")
}

// loadedRules are the rules of the flags; warnings go to standard error.
func (a *app) loadedRules(f rulesFlags, paths []string) ([]*rules.Rule, error) {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return nil, err
	}
	paths = slices.Concat(f.rules, paths)
	if len(paths) == 0 && f.config == "" {
		return nil, usageError(errors.New("rules needs PATH of rules or --config FILE"))
	}
	var options rules.Options
	if f.config != "" {
		cfg, _, err := config.LoadDry(f.config, a.env)
		if err != nil {
			return nil, loadError(err)
		}
		options = cfg.RuleOptions()
		if len(paths) == 0 {
			paths = cfg.Rules
		}
	}
	set, warnings, err := rules.Load(paths, options)
	a.warn(warnings)
	if err != nil {
		return nil, loadError(err)
	}
	if f.builtin {
		set = set.WithBuiltin()
	}
	return chosen(set, f.ids)
}

// loadError tells faults of files from files that cannot be read.
func loadError(err error) error {
	if _, ok := errors.AsType[strictyaml.Errors](err); ok {
		return usageError(err)
	}
	return ioError(err)
}

// chosen are the rules with the ids, in the order of the set; all for none.
func chosen(set *rules.Set, ids []string) ([]*rules.Rule, error) {
	if ids == nil {
		return set.Rules, nil
	}
	var known []string
	for _, r := range set.Rules {
		known = append(known, r.ID)
	}
	for _, id := range ids {
		if set.Find(id) == nil {
			hint := "rules list shows all"
			if near := strictyaml.Nearest(id, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return nil, usageError(fmt.Errorf("no rule has the id %q; %s", id, hint))
		}
	}
	return slices.DeleteFunc(slices.Clone(set.Rules), func(r *rules.Rule) bool { return !slices.Contains(ids, r.ID) }), nil
}

// listedRule is a row of rules list. Its JSON names are stable.
type listedRule struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Status   string `json:"status"`
	Mode     string `json:"mode"`
	Kind     string `json:"kind"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	plain.Short
}

func (a *app) listRules(f rulesFlags, paths []string) error {
	loaded, err := a.loadedRules(f, paths)
	if err != nil {
		return err
	}
	if f.format == "json" {
		out := []listedRule{}
		for _, r := range loaded {
			out = append(out, listedRule{r.ID, r.MaxSeverity().String(), string(r.Status), string(r.Mode), plain.Kind(r), r.File, r.Line, plain.Brief(r)})
		}
		return a.writeJSON(out)
	}
	return a.write(rulesTable(loaded, terminalWidth(a.stdout)))
}

// rulesTable is a row for each rule, for a terminal of that width. That a rule is
// on test or disabled stands beside its severity, which is never left out.
func rulesTable(loaded []*rules.Rule, width int) string {
	columns := []column{{name: "rule", wrap: 12, torn: true}, {name: "severity"}, {name: "kind", drop: 1},
		{name: "watches", short: func(s string) string { return shorten(s, 18) }}, {name: "fires", wrap: 22}}
	for _, r := range loaded {
		severity := r.MaxSeverity().String()
		if r.Status != rules.Stable {
			severity += ", " + string(r.Status)
		}
		words := plain.Brief(r)
		addRow(columns, r.ID, severity, plain.Kind(r), printable(words.Watches), printable(words.Fires))
	}
	if len(loaded) == 0 {
		return "no rules\n"
	}
	return tableText(columns, width)
}

func (a *app) showRules(f rulesFlags, paths []string) error {
	loaded, err := a.loadedRules(f, paths)
	if err != nil {
		return err
	}
	if f.format == "json" {
		out := []plain.Words{}
		for _, r := range loaded {
			out = append(out, plain.Describe(r))
		}
		return a.writeJSON(out)
	}
	width := terminalWidth(a.stdout)
	if width <= 0 || width > 100 {
		width = 100
	}
	var b strings.Builder
	for i, r := range loaded {
		if i > 0 {
			b.WriteString("\n")
		}
		ruleText(&b, plain.Describe(r), width)
	}
	return a.write(b.String())
}

// ruleText writes one rule: a heading, then a word and its sentences.
func ruleText(b *strings.Builder, w plain.Words, width int) {
	b.WriteString(w.ID)
	if w.Name != "" {
		b.WriteString(": " + printable(w.Name))
	}
	form := "mode " + w.Mode
	if w.Kind != w.Mode {
		form = w.Kind + ", " + form
	}
	b.WriteString("\n")
	paragraph(b, "  ", fmt.Sprintf("%s:%d, %s, %s, %s, state hash %s", printable(w.File), w.Line, w.Severity, w.Status, form, w.StateHash), width)
	for _, s := range []struct {
		word      string
		sentences []string
	}{
		{"watches", w.Watches}, {"groups", w.Groups}, {"window", w.Window}, {"values", w.Values}, {"fires", w.Fires},
		{"resolves", w.Resolves}, {"tells", w.Tells}, {"keeps", w.Keeps}, {"labels", labelTexts(w.Labels)}, {"about", about(w)}, {"texts", languages(w)},
	} {
		word := s.word
		for _, sentence := range s.sentences {
			bullet(b, word, printable(sentence), width)
			word = ""
		}
	}
}

func labelTexts(labels map[string]string) []string {
	var out []string
	for _, name := range sortedKeys(labels) {
		out = append(out, name+"="+labels[name])
	}
	return out
}

func about(w plain.Words) []string {
	if w.Description == "" {
		return nil
	}
	return []string{strings.TrimSpace(w.Description)}
}

// languages says which translations there are.
func languages(w plain.Words) []string {
	if w.Languages == nil {
		return nil
	}
	return []string{"its own, and translated: " + strings.Join(w.Languages, ", ")}
}

// bullet writes a sentence beside a word.
func bullet(b *strings.Builder, word, sentence string, width int) {
	paragraph(b, fmt.Sprintf("  %-9s- ", word), sentence, width)
}

// paragraph writes a sentence broken into lines at its spaces, each as far to the
// right as the start of the first is long.
func paragraph(b *strings.Builder, start, sentence string, width int) {
	line, used := start, len(start)
	for i, part := range strings.Split(sentence, " ") {
		n := len([]rune(part))
		switch {
		case i == 0:
		case used+1+n > width:
			b.WriteString(line + "\n")
			line, used = strings.Repeat(" ", len(start)), len(start)
		default:
			line, used = line+" ", used+1
		}
		line, used = line+part, used+n
	}
	b.WriteString(line + "\n")
}

func (a *app) write(text string) error {
	if _, err := a.stdout.Write([]byte(text)); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write: %w", err))
	}
	return nil
}

func (a *app) writeJSON(v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return a.write(b.String())
}
