package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// runFlags are the flags of run, as given.
type runFlags struct {
	config     string
	dryRun     bool
	setAside   bool
	clockStart string
	clockBegan string
	clockSpeed float64
	clockJumps []string
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run --config FILE",
		Short: "Follow logs and tell people",
		Long: `Run follows the configured logs, evaluates the rules and sends alerts. State is
kept in the configured directory: after a crash nothing is lost and nothing is
told twice. SIGHUP reloads the configuration and the rules; SIGTERM stops in
order, and a second one at once.

While the disk of the state is full, alerts go on from memory. When it fails to
write, to sync or to read, run stops with exit status 75: nobody knows then what
is on it, and only a new start, which checks it, may go on. systemd makes one
with Restart=on-failure (examples/systemd).`,
		Example: `  smarty-alert run --config /etc/smarty-alert/config.yaml
  smarty-alert run --config examples/config.yaml --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runService(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.config, "config", "", "configuration `file`")
	fl.BoolVar(&f.dryRun, "dry-run", false, "send nothing: print what would be sent, and leave the state alone")
	fl.BoolVar(&f.setAside, "set-aside-broken-state", false, "move a damaged state away and begin anew, instead of refusing to start; people are told")
	fl.StringVar(&f.clockStart, "clock-start", "", "start the clock at this `time`")
	fl.StringVar(&f.clockBegan, "clock-began", "", "when the clock showed --clock-start, by the machine's (RFC 3339); default: now")
	fl.Float64Var(&f.clockSpeed, "clock-speed", 1, "let the clock run faster by this `factor`")
	fl.StringArrayVar(&f.clockJumps, "clock-jump", nil, "let the wall clock jump: `after=by`, such as 10s=1h")
	for _, hidden := range []string{"clock-start", "clock-began", "clock-speed", "clock-jump"} {
		_ = fl.MarkHidden(hidden) // they exist: the names stand above
	}
	return cmd
}

func (a *app) runService(ctx context.Context, f runFlags) error {
	if f.config == "" {
		return usageError(errors.New("run needs --config FILE"))
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before anything that takes time: a hangup must not kill
	defer signal.Stop(hangups)
	log, err := a.logger()
	if err != nil {
		return err
	}
	machine, err := f.machine()
	if err != nil {
		return err
	}
	l, err := load(f.config, a.env)
	if err != nil {
		return loadStatus(err)
	}
	for _, w := range l.warnings {
		_, _ = io.WriteString(a.stderr, w)
	}
	s := &service{path: f.config, config: l.config, rules: l.rules, env: a.env, log: log, clock: newWallClock(machine, log), hangups: hangups, setAside: f.setAside}
	s.now = s.clock.now
	if f.dryRun {
		s.dryRun = a.stdout
	} else {
		s.systemd = newSystemd(a.env)
	}
	if err := s.open(ctx); err != nil {
		return stateError(err)
	}
	if err := s.run(ctx); err != nil {
		return stateError(err)
	}
	return nil
}

// loadStatus tells bad files (2) from unreadable ones (3).
func loadStatus(err error) error {
	var faults strictyaml.Errors
	var path *os.PathError
	if !errors.As(err, &faults) && errors.As(err, &path) {
		return ioError(err)
	}
	return usageError(err)
}

// machine are the clocks of the machine. Tests and the demo may start them elsewhere,
// let them run faster, and have the wall clock jump.
func (f runFlags) machine() (func() (wall time.Time, ran time.Duration), error) {
	if f.clockStart == "" && f.clockSpeed == 1 && len(f.clockJumps) == 0 {
		return machineClock(), nil
	}
	if f.clockSpeed <= 0 {
		return nil, usageError(errors.New("--clock-speed must be greater than 0"))
	}
	jumps, err := parseJumps(f.clockJumps)
	if err != nil {
		return nil, usageError(err)
	}
	began := time.Now()
	start := began.Round(0)
	if f.clockBegan != "" {
		at, err := time.Parse(time.RFC3339, f.clockBegan)
		if err != nil {
			return nil, usageError(fmt.Errorf("--clock-began: %w", err))
		}
		began = began.Add(-began.Sub(at)) // with its monotonic part
	}
	if f.clockStart != "" {
		sec, err := parseTime("clock-start", f.clockStart, time.UTC)
		if err != nil {
			return nil, err
		}
		start = time.Unix(sec, 0)
	}
	return func() (time.Time, time.Duration) {
		ran := time.Duration(float64(time.Since(began)) * f.clockSpeed)
		wall := start.Add(ran)
		for _, j := range jumps {
			if ran >= j.after {
				wall = wall.Add(j.by)
			}
		}
		return wall, ran
	}, nil
}

// jump of a wall clock.
type jump struct{ after, by time.Duration }

// parseJumps reads texts such as 10s=1h or 1m=-1h.
func parseJumps(texts []string) (jumps []jump, err error) {
	for _, text := range texts {
		after, by, _ := strings.Cut(text, "=")
		var j jump
		var errs [2]error
		j.after, errs[0] = time.ParseDuration(after)
		j.by, errs[1] = time.ParseDuration(by)
		if errors.Join(errs[:]...) != nil {
			return nil, fmt.Errorf("--clock-jump %s: want AFTER=BY, such as 10s=1h", text)
		}
		jumps = append(jumps, j)
	}
	return jumps, nil
}
