package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/demo"
	"github.com/smarty-alert/smarty-alert/examples"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// demoFlags are the flags of demo, as given.
type demoFlags struct {
	speed                      float64
	listen, duration, language string
	seed                       uint64
}

func (a *app) demoCommand() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole service at work, with nothing to configure",
		Long: `Demo writes the logs of an invented evening on which much goes wrong, sixty
times as fast as life, and runs the service over them with the shipped rules.
What it tells people is printed as it happens, and shown in a browser as Slack,
Telegram and a mail program would show it; nothing leaves this machine. Ctrl-C
ends it, and nothing is left behind.`,
		Example: `  smarty-alert demo
  smarty-alert demo --speed 20 --language ru --listen 127.0.0.1:9099`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	fl.Float64Var(&f.speed, "speed", 60, "how many times as `fast` as life")
	fl.StringVar(&f.listen, "listen", "127.0.0.1:0", "`address` of the page; port 0 is any that is free")
	fl.StringVar(&f.duration, "duration", "2h", "`length` of the evening: 30m, 2h")
	fl.StringVar(&f.language, "language", "en", "of messages and page: en or ru")
	fl.Uint64Var(&f.seed, "seed", 1, "another `number` gives other logs")
	return cmd
}

func (a *app) demo(ctx context.Context, f demoFlags) (err error) {
	length, err := strictyaml.ParseDuration(f.duration)
	switch {
	case err != nil || length < time.Minute:
		return usageError(fmt.Errorf("--duration %q: write 30m or 2h", f.duration))
	case f.speed < 1 || f.speed > 1000:
		return usageError(errors.New("--speed is from 1 to 1000"))
	}
	if err := oneOf("language", f.language, "en", "ru"); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "smarty-alert-demo-")
	if err != nil {
		return ioError(fmt.Errorf("make room for the demo: %w", err))
	}
	defer func() {
		if gone := os.RemoveAll(dir); gone != nil {
			err = errors.Join(err, ioError(gone))
		}
	}()
	show := &demoShow{app: a, flags: f, dir: dir, length: length}
	if err := show.open(); err != nil {
		return err
	}
	return errors.Join(show.run(ctx), show.stage.Close())
}

// demoShow is a demo that runs.
type demoShow struct {
	app    *app
	flags  demoFlags
	dir    string
	length time.Duration
	start  time.Time

	service *service
	stage   *demo.Stage

	mu       sync.Mutex // of what is printed
	messages int
}

// open writes the rules and the configuration, and makes the service.
func (d *demoShow) open() error {
	d.start = time.Now().Truncate(time.Minute)
	machine, err := runFlags{clockStart: d.start.UTC().Format(time.RFC3339), clockSpeed: d.flags.speed}.machine()
	if err != nil {
		return err
	}
	quiet := *d.app
	if quiet.logLevel == "info" { // nobody asked: the demo speaks for itself
		quiet.logLevel = "warn"
	}
	log, err := quiet.logger()
	if err != nil {
		return err
	}
	clock := newWallClock(machine, log)
	if _, err := examples.CopyRules(filepath.Join(d.dir, "rules")); err != nil {
		return ioError(fmt.Errorf("write the demo's rules: %w", err))
	}
	if err := os.Mkdir(filepath.Join(d.dir, "logs"), 0o755); err != nil {
		return ioError(err)
	}
	if d.stage, err = demo.NewStage(clock.now, d.message); err != nil {
		return ioError(err)
	}
	path, err := d.stage.Configure(d.dir, d.flags.listen, d.flags.language, time.UTC)
	if err != nil {
		return errors.Join(ioError(err), d.stage.Close())
	}
	l, err := load(path, d.app.env)
	if err != nil {
		return errors.Join(loadStatus(err), d.stage.Close())
	}
	d.service = &service{path: path, config: l.config, rules: l.rules, env: d.app.env, log: log, clock: clock, now: clock.now}
	d.service.pages = d.stage.Handler(d.flags.language, time.UTC)
	return nil
}

// run plays the evening, and a little longer, so that people hear of its end.
func (d *demoShow) run(ctx context.Context) error {
	if err := d.service.open(ctx); err != nil {
		return stateError(err)
	}
	options, incidents := demo.Evening(d.start, d.length, d.flags.seed)
	d.welcome(incidents)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.service.run(gctx) })
	g.Go(func() error {
		return demo.Tell(gctx, d.start, incidents, d.service.now, func(in demo.Incident) {
			d.print(d.start.Add(in.At), text.FgCyan, "now", in.Text)
		})
	})
	g.Go(func() error {
		defer stop()
		return demo.Play(gctx, filepath.Join(d.dir, "logs"), options, d.service.now)
	})
	err := g.Wait()
	d.farewell()
	if err == nil || errors.Is(err, context.Canceled) {
		return nil // the evening is over, or somebody has seen enough
	}
	return stateError(err)
}

func (d *demoShow) welcome(incidents []demo.Incident) {
	at := d.service.listen.Addr().String()
	fmt.Fprintf(d.app.stdout, `An evening of a Smarty server, %s of it %g times as fast as life; what goes wrong: %d things.
page      http://%s/
messages  http://%[4]s/demo/slack  /demo/telegram  /demo/mail
logs      %s
Ctrl-C ends it.

`, d.flags.duration, d.flags.speed, len(incidents), at, filepath.Join(d.dir, "logs"))
}

func (d *demoShow) farewell() {
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintf(d.app.stdout, "\n%s; nothing left this machine. What next: `smarty-alert doctor --config …` over your own logs\n", count(d.messages, "message"))
}

// message prints what a receiver got.
func (d *demoShow) message(m demo.Message) {
	colour := text.FgHiWhite
	switch {
	case strings.Contains(m.Text, "✅") || strings.Contains(strings.ToLower(m.Text), "resolved"):
		colour = text.FgGreen
	case m.What == "changed":
		colour = text.FgYellow
	}
	what := ""
	if m.What != "new" {
		what = " (" + m.What + ")"
	}
	d.mu.Lock()
	d.messages++
	d.mu.Unlock()
	d.print(m.At, colour, m.To+what, m.Text)
}

func (d *demoShow) print(at time.Time, colour text.Color, who, what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	line := fmt.Sprintf("%s  %-24s %s", at.UTC().Format("15:04:05"), who, printable(what))
	if d.app.colours(d.app.stdout) {
		line = colour.Sprint(line)
	}
	fmt.Fprintln(d.app.stdout, line)
}

// withPages puts pages of somebody else beside the service's own.
func withPages(own, pages http.Handler) http.Handler {
	if pages == nil {
		return own
	}
	mux := http.NewServeMux()
	mux.Handle("/", own)
	mux.Handle("/demo/", pages)
	return mux
}
