package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Which build this is",
		Example: "  smarty-alert version",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				info = &debug.BuildInfo{}
			}
			if _, err := fmt.Fprintln(a.stdout, versionText(info)); err != nil && !isBrokenPipe(err) {
				return ioError(fmt.Errorf("write version: %w", err))
			}
			return nil
		},
	}
}

// versionText is one line: module version, commit, Go version and platform.
func versionText(info *debug.BuildInfo) string {
	parts := []string{"smarty-alert", info.Main.Version}
	if info.Main.Version == "" {
		parts[1] = "(devel)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if commit := settings["vcs.revision"]; commit != "" {
		note := "commit " + commit[:min(12, len(commit))]
		if settings["vcs.time"] != "" {
			note += " of " + settings["vcs.time"]
		}
		if settings["vcs.modified"] == "true" {
			note += ", modified"
		}
		parts = append(parts, "("+note+")")
	}
	return strings.Join(append(parts, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH), " ")
}
