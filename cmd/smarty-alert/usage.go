package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// knownCommand refuses a command that is not there and names the one that was
// probably meant.
func knownCommand(parent *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range parent.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	hint := parent.CommandPath() + " --help lists the commands"
	if near := strictyaml.Nearest(args[0], names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usageError(fmt.Errorf("unknown command %q; %s", args[0], hint))
}

// knownFlag makes the same of an unknown flag; other faults of flags stay as
// they are.
func knownFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return usageError(err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	hint := fmt.Sprintf("%s --help lists the flags", cmd.CommandPath())
	if near := strictyaml.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean --%s?", near)
	}
	return usageError(fmt.Errorf("unknown flag --%s; %s", name, hint))
}

// needArgs refuses a command line without arguments.
func needArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(fmt.Errorf("%s needs %s; %s --help has an example", cmd.Name(), what, cmd.CommandPath()))
		}
		return nil
	}
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(fmt.Errorf("%s takes no arguments, but there is %q", cmd.Name(), strings.Join(args, " ")))
	}
	return nil
}
