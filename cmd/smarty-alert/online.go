package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/store"
	"github.com/smarty-alert/smarty-alert/web"
)

// online answers the web's questions.
type online struct{ *service }

// ask has the loop do something, within bounds.
func (o *online) ask(ctx context.Context, changes bool, do func(*loop) error) error {
	bounded, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err := o.askLoop(bounded, changes, do)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return errBusy
	}
	return err
}

// errBusy: what was asked stands in a queue, from which nothing takes it back.
var errBusy = fmt.Errorf("no answer within %v: the service may wait for its disk, see its log; a change may still be made", answerWithin)

func (o *online) view(ctx context.Context) (v notifiers.View, err error) {
	answer := make(chan notifiers.View, 1) // the loop may answer when nobody waits any more
	err = o.ask(ctx, false, func(l *loop) error {
		answer <- l.disp.Look(l.now())
		return nil
	})
	if err != nil {
		return v, err
	}
	return <-answer, nil
}

func (o *online) change(ctx context.Context, do func(*loop) error) error {
	return o.ask(ctx, true, func(l *loop) error {
		if err := do(l); err != nil {
			return refused{err}
		}
		return nil
	})
}

// SetSilence takes a silence from somebody.
func (o *online) SetSilence(ctx context.Context, s alert.Silence) (string, error) {
	answer := make(chan string, 1)
	err := o.change(ctx, func(l *loop) error {
		kept, err := l.disp.SetSilence(s, newUUID(), l.now())
		answer <- kept.ID
		return err
	})
	if err != nil {
		return "", err
	}
	return <-answer, nil
}

// ExpireSilence ends one.
func (o *online) ExpireSilence(ctx context.Context, id string) error {
	return o.change(ctx, func(l *loop) error { return l.disp.ExpireSilence(id, l.now()) })
}

// Ack acknowledges the alert of an id or, if none has it, of a fingerprint.
func (o *online) Ack(ctx context.Context, name string, a alert.Ack) error {
	return o.change(ctx, func(l *loop) error {
		a.AlertID, a.At = name, l.now()
		for _, v := range l.disp.Look(a.At).Alerts {
			if v.Fingerprint == name {
				a.AlertID = v.AlertID
			}
		}
		return l.disp.Ack(a)
	})
}

// Unack takes an acknowledgement back, of an id or a fingerprint.
func (o *online) Unack(ctx context.Context, name string) error {
	return o.change(ctx, func(l *loop) error {
		id := name
		for _, v := range l.disp.Look(l.now()).Alerts {
			if v.Fingerprint == name {
				id = v.AlertID
			}
		}
		return l.disp.Unack(id, l.now())
	})
}

// Deliveries lists the outbox.
func (o *online) Deliveries(ctx context.Context, f web.Filter) ([]alert.Delivery, error) {
	return o.store.Deliveries(ctx, store.Filter(f))
}

// RetryDelivery makes a delivery due at once.
func (o *online) RetryDelivery(ctx context.Context, id string) error {
	if err := o.store.Retry(ctx, id); err != nil {
		return refused{err}
	}
	o.workers.wakeAll()
	return nil
}

// DropDelivery takes a delivery out of the outbox.
func (o *online) DropDelivery(ctx context.Context, id string) error {
	if err := o.store.Drop(ctx, id); err != nil {
		return refused{err}
	}
	return nil
}

// newUUID is a random one, as Alertmanager's silences have.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

var errReading = errors.New("still reading what was written before the start, or no log is there yet")

// ready says why the service is not as it should be.
func (o *online) ready() error {
	l := o.loop.Load()
	if l == nil {
		return errReading
	}
	if r := l.readings.Load(); r == nil || !r.ready {
		return errReading
	}
	if since, full := o.store.InMemory(); full {
		return fmt.Errorf("the disk of the state is full since %s: alerts go on from memory", since.UTC().Format(time.RFC3339))
	}
	return nil
}

// readings are what the loop published last; the zero readings while it starts.
func (o *online) readings() readings {
	if l := o.loop.Load(); l != nil {
		if r := l.readings.Load(); r != nil {
			return *r
		}
	}
	return readings{}
}

func (o *online) rules() []web.Rule {
	r := o.readings()
	out := make([]web.Rule, 0, len(r.rules))
	for _, st := range r.rules {
		rule := web.Rule{ID: st.Rule, Firing: r.firing[st.Rule], Matched: st.Matched, Groups: st.Groups, Fired: st.Fired, Resolved: st.Resolved,
			Suppressed: st.Suppressed, EvalErrors: st.EvalErrors, Quarantined: st.Quarantined}
		if def := r.set.Find(st.Rule); def != nil {
			rule.Name, rule.Severity, rule.Status = def.Name, def.Severity.String(), string(def.Status)
		}
		out = append(out, rule)
	}
	return out
}

func (o *online) sources() []web.Source {
	r := o.readings()
	out := make([]web.Source, 0, len(r.live))
	for _, st := range r.live {
		src := web.Source{Name: st.Source, Path: st.Path, Records: st.Records, Behind: st.Lag, Missing: st.Missing}
		if st.Err != nil {
			src.Error = st.Err.Error()
		}
		for _, known := range r.sources {
			if known.Name == st.Source {
				src.Late, src.Future = known.Late, known.Future
				if known.Seen {
					at := time.Unix(known.Newest, 0).UTC()
					src.Newest = &at
				}
			}
		}
		out = append(out, src)
	}
	return out
}

func (o *online) status() web.Status {
	st := web.Status{Started: o.started}
	if info, ok := debug.ReadBuildInfo(); ok {
		st.Version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				st.Revision = s.Value
			}
		}
	}
	if shown := o.shown.Load(); shown != nil {
		st.Config, st.Receivers, st.Timezone, st.Language, st.External, st.ExternalURL = shown.routes, shown.receivers, shown.timezone, shown.language, shown.external, shown.externalURL
	}
	return st
}

func (o *online) route() *notifiers.Route {
	if shown := o.shown.Load(); shown != nil {
		return shown.root
	}
	return nil
}

// shown is what others may know of a configuration.
type shown struct {
	routes             string // as Alertmanager's tools read them
	receivers          []string
	timezone, language string
	external           alert.Labels
	externalURL        string
	root               *notifiers.Route // nil: nobody is told
}

func show(c *config.Config) *shown {
	type receiver struct {
		Name string `json:"name"`
	}
	out := &shown{timezone: c.Timezone.String(), language: cmp.Or(c.Language, string(notifiers.English)), external: external(c), externalURL: c.Web.ExternalURL}
	if root, err := dispatchOptions(c).Root.Resolve(); err == nil { // else the dispatcher could not have been made
		out.root = root
	}
	var list []receiver
	for _, r := range c.Receivers {
		out.receivers = append(out.receivers, r.Name)
		list = append(list, receiver{r.Name})
	}
	slices.Sort(out.receivers)
	// JSON is YAML, which is what is read.
	data, _ := json.MarshalIndent(map[string]any{"route": showRoute(c.Route), "receivers": list}, "", "  ") // texts and numbers alone
	out.routes = string(data) + "\n"
	return out
}

// routeJSON is a route in Alertmanager's words; calendars and digests have none.
type routeJSON struct {
	Receiver       string      `json:"receiver,omitempty"`
	Matchers       []string    `json:"matchers,omitempty"`
	GroupBy        []string    `json:"group_by,omitempty"`
	Continue       bool        `json:"continue,omitempty"`
	GroupWait      string      `json:"group_wait,omitempty"`
	GroupInterval  string      `json:"group_interval,omitempty"`
	RepeatInterval string      `json:"repeat_interval,omitempty"`
	Routes         []routeJSON `json:"routes,omitempty"`
}

func showRoute(r *config.Route) routeJSON {
	out := routeJSON{Receiver: r.Receiver, GroupBy: r.GroupBy, Continue: r.Continue,
		GroupWait: span(r.GroupWait), GroupInterval: span(r.GroupInterval), RepeatInterval: span(r.RepeatInterval)}
	for _, m := range r.Matchers {
		m.Name = alert.SafeName(m.Name)
		out.Matchers = append(out.Matchers, m.String())
	}
	for _, child := range r.Routes {
		out.Routes = append(out.Routes, showRoute(child))
	}
	return out
}

// span is a duration in whole seconds; "" for one that is inherited or none.
func span(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf("%ds", max(1, int64(d/time.Second)))
}
