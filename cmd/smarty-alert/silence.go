package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (a *app) silenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "silence",
		Short: "Keep alerts from being told for a while",
		Long: `A silence keeps alerts from being told, whatever rule they are of, until it
ends. Rules go on being evaluated; what still fires at the end is told then,
and the end of an alert goes to whoever was told of its beginning.`,
		Example: `  smarty-alert silence add --for 2h --comment 'the rack is moved' stream_service=edge-07
  smarty-alert silence list`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.silenceAddCommand(), a.silenceListCommand(), a.silenceExpireCommand())
	return cmd
}

// silenceJSON is a silence as the API has it.
type silenceJSON struct {
	ID     string `json:"id,omitempty"`
	Status struct {
		State alert.SilenceState `json:"state"`
	} `json:"status"`
	UpdatedAt time.Time     `json:"updatedAt"`
	Comment   string        `json:"comment"`
	CreatedBy string        `json:"createdBy"`
	StartsAt  time.Time     `json:"startsAt"`
	EndsAt    time.Time     `json:"endsAt"`
	Matchers  []matcherJSON `json:"matchers"`
}

type matcherJSON struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual bool   `json:"isEqual"`
}

func newMatcherJSON(m alert.Matcher) matcherJSON {
	return matcherJSON{m.Name, m.Value, m.Op == alert.Regexp || m.Op == alert.NotRegexp, m.Op == alert.Equal || m.Op == alert.Regexp}
}

func (m matcherJSON) String() string {
	op := map[[2]bool]alert.Op{{true, false}: alert.Equal, {false, false}: alert.NotEqual, {true, true}: alert.Regexp, {false, true}: alert.NotRegexp}
	return alert.Matcher{Name: m.Name, Op: op[[2]bool{m.IsEqual, m.IsRegex}], Value: m.Value}.String()
}

func (s silenceJSON) matchers() string {
	texts := make([]string, len(s.Matchers))
	for i, m := range s.Matchers {
		texts[i] = m.String()
	}
	return strings.Join(texts, ", ")
}

// silenceFlags are those of silence add, as given.
type silenceFlags struct {
	clientFlags
	duration, start, end string
	author, comment      string
	dryRun               bool
}

func (a *app) silenceAddCommand() *cobra.Command {
	var f silenceFlags
	cmd := &cobra.Command{
		Use:   "add --for TIME --comment TEXT MATCHER…",
		Short: "Set a silence, and show what it matches now",
		Long: `Add sets a silence for alerts that all the matchers take: =, !=, =~ and !~ over
rule, severity, instance, the rule's labels and the group's. It prints the id of
the silence, and beside it which of the alerts that fire now it holds back.`,
		Example: `  smarty-alert silence add --for 2h --comment 'the rack is moved' stream_service=edge-07
  smarty-alert silence add --end '2026-02-01 05:00' --comment 'provider works' 'rule=~"edge.*"' severity!=critical
  smarty-alert silence add --dry-run --for 1h --comment try rule=edge_down`,
		Args: needArgs("MATCHER"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.silenceAdd(cmd.Context(), f, args) },
	}
	f.add(a, cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.duration, "for", "", "how long it holds, such as 30m, 2h or 3d")
	fl.StringVar(&f.start, "start", "", "when it starts (`time`); default: now")
	fl.StringVar(&f.end, "end", "", "when it ends (`time`), instead of --for")
	fl.StringVar(&f.author, "author", "", "who wants it; default: the user")
	fl.StringVar(&f.comment, "comment", "", "why")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show what it would match and set nothing")
	return cmd
}

func (a *app) silenceAdd(ctx context.Context, f silenceFlags, args []string) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	ms, err := alert.ParseMatchers(args...)
	if err != nil {
		return usageError(err)
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	s, err := f.silence(a, c, ms)
	if err != nil {
		return err
	}
	matched, err := c.alerts(ctx, ms, nil)
	if err != nil {
		return err
	}
	c.preview(matched, f.dryRun)
	if f.dryRun {
		if c.format == "json" {
			return c.printJSON(matched)
		}
		return nil
	}
	var answer struct {
		ID string `json:"silenceID"`
	}
	if err := c.call(ctx, http.MethodPost, "/api/v2/silences", nil, s, &answer); err != nil {
		return err
	}
	if c.format == "json" {
		return c.printJSON(map[string]any{"id": answer.ID, "matches": matched})
	}
	return c.print(answer.ID + "\n")
}

// silence is what the flags ask for.
func (f silenceFlags) silence(a *app, c *client, ms alert.Matchers) (s silenceJSON, err error) {
	if (f.duration == "") == (f.end == "") {
		return s, usageError(errors.New("a silence needs an end: --for 2h, or --end TIME"))
	}
	s = silenceJSON{CreatedBy: a.author(f.author), Comment: f.comment, StartsAt: c.now().UTC()}
	if f.start != "" {
		sec, err := parseTime("start", f.start, c.zone)
		if err != nil {
			return s, err
		}
		s.StartsAt = time.Unix(sec, 0).UTC()
	}
	if f.end != "" {
		sec, err := parseTime("end", f.end, c.zone)
		if err != nil {
			return s, err
		}
		s.EndsAt = time.Unix(sec, 0).UTC()
	} else {
		d, err := strictyaml.ParseDuration(f.duration)
		if err != nil || d <= 0 {
			return s, usageError(fmt.Errorf("--for %q: write 30m, 2h or 3d", f.duration))
		}
		s.EndsAt = s.StartsAt.Add(d)
	}
	for _, m := range ms {
		s.Matchers = append(s.Matchers, newMatcherJSON(m))
	}
	return s, nil
}

// preview says what a silence holds back of what fires.
func (c *client) preview(matched []alertJSONv2, would bool) {
	verb := "matches"
	if would {
		verb = "would match"
	}
	if len(matched) == 0 {
		c.note("note: of the alerts that fire now it %s none", verb)
		return
	}
	c.note("of the alerts that fire now it %s %d:", verb, len(matched))
	for i, m := range matched {
		if i == 10 {
			c.note("  and %d more", len(matched)-i)
			break
		}
		c.note("  %s", m.title())
	}
}

func (a *app) silenceListCommand() *cobra.Command {
	var f clientFlags
	var expired, unmatched bool
	cmd := &cobra.Command{
		Use:   "list [MATCHER…]",
		Short: "List silences, and how many alerts each holds back",
		Example: `  smarty-alert silence list
  smarty-alert silence list --unmatched
  smarty-alert silence list --expired --format json rule=edge_down`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.silenceList(cmd.Context(), f, args, expired, unmatched)
		},
	}
	f.add(a, cmd)
	cmd.Flags().BoolVar(&expired, "expired", false, "those that are over as well, up to five days")
	cmd.Flags().BoolVar(&unmatched, "unmatched", false, "only those that hold and match nothing that fires: are they still needed?")
	return cmd
}

// listedSilence is a silence with what it holds back.
type listedSilence struct {
	silenceJSON
	Matches []string `json:"matches"` // fingerprints
}

func (a *app) silenceList(ctx context.Context, f clientFlags, args []string, expired, unmatched bool) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	var silences []silenceJSON
	if err := c.get(ctx, "/api/v2/silences", url.Values{"filter": args}, &silences); err != nil {
		return err
	}
	alerts, err := c.alerts(ctx, nil, nil)
	if err != nil {
		return err
	}
	list := []listedSilence{}
	for _, s := range silences {
		l := listedSilence{s, []string{}}
		for _, al := range alerts {
			if slices.Contains(al.Status.SilencedBy, s.ID) {
				l.Matches = append(l.Matches, al.Fingerprint)
			}
		}
		over := s.Status.State == alert.SilenceExpired
		idle := s.Status.State == alert.SilenceActive && len(l.Matches) == 0
		if over && !expired || unmatched && !idle {
			continue
		}
		list = append(list, l)
	}
	if c.format == "json" {
		return c.printJSON(list)
	}
	columns := []column{{name: "id"}, {name: "state"}, {name: "alerts", numbers: true}, {name: "ends"}, {name: "by", drop: 2}, {name: "matchers", wrap: 20}, {name: "comment", wrap: 16, drop: 1}}
	for _, l := range list {
		addRow(columns, l.ID, string(l.Status.State), fmt.Sprint(len(l.Matches)), c.clock(l.EndsAt), printable(l.CreatedBy), printable(l.matchers()), printable(l.Comment))
	}
	if len(list) == 0 {
		c.note("no silences")
	}
	return c.table(columns)
}

func (a *app) silenceExpireCommand() *cobra.Command {
	var f clientFlags
	cmd := &cobra.Command{
		Use:     "expire ID…",
		Short:   "End silences now: what still fires is told",
		Example: "  smarty-alert silence expire cec2be60-1587-480a-a4f7-891c9e812453",
		Args:    needArgs("ID"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.each(cmd.Context(), f, ids, func(ctx context.Context, c *client, id string) error {
				return c.call(ctx, http.MethodDelete, "/api/v2/silence/"+url.PathEscape(id), nil, nil, &struct{}{})
			})
		},
	}
	f.add(a, cmd)
	return cmd
}

// each does something with every id, and tells all that went wrong.
func (a *app) each(ctx context.Context, f clientFlags, ids []string, do func(context.Context, *client, string) error) error {
	c, err := f.client(a)
	if err != nil {
		return err
	}
	worst := 0
	var errs []error
	for _, id := range ids {
		err := do(ctx, c, id)
		var status *statusError
		if errors.As(err, &status) {
			worst = max(worst, status.status)
			errs = append(errs, status.err)
		} else if err != nil {
			worst = max(worst, exitIO)
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return &statusError{worst, errors.Join(errs...)}
}
