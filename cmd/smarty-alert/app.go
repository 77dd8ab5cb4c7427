package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/smarty-alert/smarty-alert/store"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Exit statuses that scripts rely on.
const (
	exitFound = 1 // the check, test or gate found something
	exitUsage = 2 // wrong usage or configuration
	exitIO    = 3 // could not read or write
	// exitAgain is sysexits' EX_TEMPFAIL: start again, and it may go well.
	exitAgain = 75
)

// app is what commands need of the world around them.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	env    func(string) (string, bool)
	// release, when set, gives signals back to the system.
	release func()

	logFormat, logLevel string

	cpuprofile string
	profile    io.Closer // nil: none is written
}

// statusError carries the exit status of a failed command. A nil err was
// reported already.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

func usageError(err error) error { return &statusError{exitUsage, err} }
func ioError(err error) error    { return &statusError{exitIO, err} }

// stateError gives an error of a live run its status.
func stateError(err error) error {
	if errors.Is(err, store.ErrDisk) || errors.Is(err, store.ErrFull) || errors.Is(err, errFirstNeedsRoom) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EIO) {
		return &statusError{exitAgain, err}
	}
	return ioError(err)
}

// run executes one command line and returns its exit status.
func run(ctx context.Context, args []string, a *app) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if a.profile != nil {
		err = errors.Join(err, a.profile.Close())
	}
	if err == nil {
		return 0
	}
	status := exitUsage // what cobra itself refuses is wrong usage
	var se *statusError
	if errors.As(err, &se) {
		status, err = se.status, se.err
	}
	a.complain(err)
	return status
}

// complain prints an error: faults of files as they are, all else in one line.
func (a *app) complain(err error) {
	var faults strictyaml.Errors
	switch {
	case err == nil:
	case errors.As(err, &faults):
		fmt.Fprintln(a.stderr, faults.Error())
	default:
		for _, one := range separate(err) {
			fmt.Fprintln(a.stderr, "smarty-alert: "+one.Error())
		}
	}
}

// separate takes joined errors apart: each has a line of its own. One that wraps
// several in a text of its own is one.
func separate(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	if lines := errors.Join(joined.Unwrap()...); lines == nil || lines.Error() != err.Error() {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, separate(e)...)
	}
	return out
}

// interruptible lets Ctrl-C end the program at once, even while it waits for
// its input: for commands that have nothing to put away.
func (a *app) interruptible() {
	if a.release != nil {
		a.release()
	}
}

// warn prints the warnings of files.
func (a *app) warn(faults []strictyaml.Fault) {
	for _, f := range faults {
		fmt.Fprint(a.stderr, f.TextWithin(terminalWidth(a.stderr)))
	}
}

// helpWidth is how wide a line of help may be, in characters; examples may be wider,
// so that they can be copied.
const helpWidth = 80

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "smarty-alert",
		Short: "Alerts from the logs of Microimpuls Smarty",
		Long: `smarty-alert watches the logs of Microimpuls Smarty, decides by rules in YAML
over exact sliding windows of event time, and tells people by Slack, e-mail and
webhooks. The same rules can be replayed against old logs first: the answer is
the one that a live run would have given.`,
		Example:       "  smarty-alert replay --rules examples/rules testdata/logs",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		PersistentPreRunE: func(*cobra.Command, []string) (err error) {
			if a.cpuprofile != "" {
				a.profile, err = startProfile(a.cpuprofile)
			}
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(knownFlag)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", helpWidth)))
	root.PersistentFlags().StringVar(&a.logFormat, "log-format", "text", "form of the program's own log: text or json")
	root.PersistentFlags().StringVar(&a.logLevel, "log-level", "info", "least level of the program's own log: debug, info, warn, error")
	root.PersistentFlags().StringVar(&a.cpuprofile, "cpuprofile", "", "write what the processor does to this `file`, for go tool pprof")
	root.PersistentFlags().Lookup("cpuprofile").Hidden = true // docs/performance.md tells of it
	root.AddCommand(a.replayCommand(), a.diffCommand(), a.explainCommand(), a.tuneCommand(), a.runCommand(), a.parseCommand(), a.checkCommand(), a.testCommand(), a.schemaCommand(), a.rulesCommand(), a.generateCommand(), a.anonymiseCommand(), a.importCommand(), a.silenceCommand(), a.ackCommand(), a.alertsCommand(), a.outboxCommand(), a.routeCommand(), a.sendCommand(), a.doctorCommand(), a.demoCommand(), a.initCommand(), a.versionCommand())
	return root
}

// logger is the program's own log, on standard error.
func (a *app) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.logLevel)); err != nil {
		return nil, usageError(fmt.Errorf("--log-level %q: debug, info, warn or error", a.logLevel))
	}
	o := &slog.HandlerOptions{Level: level}
	switch a.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(a.stderr, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(a.stderr, o)), nil
	}
	return nil, usageError(fmt.Errorf("--log-format %q: text or json", a.logFormat))
}

// isTerminal reports whether w is a terminal a person looks at.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours reports whether w wants colours: a terminal, and no NO_COLOR.
func (a *app) colours(w io.Writer) bool {
	if v, set := a.env("NO_COLOR"); set && v != "" {
		return false
	}
	return isTerminal(w)
}

// oneOf checks a flag against the values it can have.
func oneOf(flag, value string, allowed ...string) error {
	for _, v := range allowed {
		if v == value {
			return nil
		}
	}
	return usageError(fmt.Errorf("--%s %q: %s or %s", flag, value, strings.Join(allowed[:len(allowed)-1], ", "), allowed[len(allowed)-1]))
}
