package main

import (
	"errors"
	"fmt"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/importer"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// importFlags are the flags of import, as given.
type importFlags struct {
	from, mapping, out string
	strict             bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Rules of ElastAlert 2 and Sigma as rules of ours",
		Long: `Import translates rules of ElastAlert 2 and Sigma, correlations too, and writes
one rule file. Comments in it say where each rule came from, where a line means
something else here, and what was left out; that is told on standard error as
well, with its place. A rule whose selection or condition has no counterpart is
not translated at all. What is written loads.

Names of other tools do not exist in Smarty's logs: --map FILE says what they
stand for.

The exit status is 1 if no rule could be translated, and with --strict if
anything was left out.`,
		Example: `  smarty-alert import --map testdata/import/names.yaml testdata/import/elastalert.yaml
  smarty-alert import --from sigma --strict --out rules/imported.yaml sigma/*.yml`,
		Args: needArgs("FILE"),
		RunE: func(_ *cobra.Command, files []string) error { return a.importRules(f, files) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.from, "from", "", "elastalert or sigma; default: by the keys of each rule")
	fl.StringVar(&f.mapping, "map", "", "`file` that says what names of theirs stand for")
	fl.StringVar(&f.out, "out", "", "`file` to write to; default: standard output")
	fl.BoolVar(&f.strict, "strict", false, "exit with 1 when anything is not translated")
	return cmd
}

func (a *app) importRules(f importFlags, names []string) error {
	if f.from != "" {
		if err := oneOf("from", f.from, importer.ElastAlert, importer.Sigma); err != nil {
			return err
		}
	}
	o := importer.Options{From: f.from}
	if f.mapping != "" {
		data, err := strictyaml.ReadFile(f.mapping)
		if err != nil {
			return ioError(fmt.Errorf("read map: %w", err))
		}
		var warnings []strictyaml.Fault
		if o.Map, warnings, err = importer.ReadMap(f.mapping, data); err != nil {
			return usageError(err)
		}
		a.warn(warnings)
	}
	files, err := readForeign(names)
	if err != nil {
		return ioError(err)
	}
	return a.writeImported(f, importer.Translate(files, o))
}

// readForeign reads the rule files of another tool.
func readForeign(names []string) ([]importer.File, error) {
	var out []importer.File
	var errs []error
	for _, name := range names {
		data, err := strictyaml.ReadFile(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("read rules: %w", err))
			continue
		}
		out = append(out, importer.File{Name: name, Data: data})
	}
	return out, errors.Join(errs...)
}

func (a *app) writeImported(f importFlags, r *importer.Result) error {
	for _, fault := range r.Found {
		if !fault.Warning || fault.Code == importer.NotTranslated {
			fmt.Fprint(a.stderr, fault.Text())
		}
	}
	if err := a.put(f.out, r.Text); err != nil {
		return ioError(fmt.Errorf("write rules: %w", err))
	}
	fmt.Fprintf(a.stderr, "%s, %s, %d not translated\n", count(r.Rules, "rule"), count(r.Notes, "note"), r.Left)
	if r.Rules == 0 || f.strict && r.Left > 0 {
		return &statusError{status: exitFound}
	}
	return nil
}

// put writes to a file, or to standard output; nothing to write leaves a file alone.
func (a *app) put(name string, data []byte) error {
	switch {
	case len(data) == 0:
		return nil
	case name != "":
		return renameio.WriteFile(name, data, 0o644)
	}
	if _, err := a.stdout.Write(data); err != nil && !isBrokenPipe(err) {
		return err
	}
	return nil
}
