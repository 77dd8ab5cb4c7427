package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/schema"
)

func (a *app) schemaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema rules|config|test|incidents",
		Short: "JSON Schemas of rules, configuration, tests and incidents, for editors",
		Long: `Schema prints a JSON Schema (draft 2020-12). Editors that know it complete keys
and events, explain them, and mark what is wrong in structure. What is wrong
inside of expressions only check can tell.

In VS Code (extension YAML of Red Hat), Neovim, Helix, IntelliJ and others that
use yaml-language-server one line at the top of a file is enough:

  # yaml-language-server: $schema=rules.schema.json`,
		Example: `  smarty-alert schema rules
  smarty-alert schema rules > rules.schema.json
  smarty-alert schema config > config.schema.json`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, of := range []struct {
		name, short string
		text        func() []byte
	}{
		{"rules", "The schema of rule files", schema.Rules},
		{"config", "The schema of the configuration", schema.Config},
		{"test", "The schema of files of tests, *_test.yaml", schema.Test},
		{"incidents", "The schema of files of incidents, for generate", schema.Incidents},
	} {
		cmd.AddCommand(&cobra.Command{
			Use:     of.name,
			Short:   of.short,
			Example: fmt.Sprintf("  smarty-alert schema %[1]s\n  smarty-alert schema %[1]s > %[1]s.schema.json", of.name),
			Args:    noArgs,
			RunE: func(*cobra.Command, []string) error {
				if _, err := a.stdout.Write(of.text()); err != nil && !isBrokenPipe(err) {
					return ioError(fmt.Errorf("write schema: %w", err))
				}
				return nil
			},
		})
	}
	return cmd
}
