package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/store"
	"github.com/smarty-alert/smarty-alert/web"
)

// fakeOnline is a service whose clock stands still: two alerts fire, one was over,
// three messages are in the outbox.
type fakeOnline struct {
	mu  sync.Mutex // guards d
	d   *notifiers.Dispatcher
	now time.Time
}

var fakeNow = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

func fakeAlert(rule, stream string, state alert.State, sev alert.Severity) alert.Transition {
	group := alert.NewLabels(alert.Label{Name: "stream_service", Value: stream})
	began := fakeNow.Add(-time.Hour).Unix()
	t := alert.Transition{Rule: rule, Group: group, State: state, Severity: sev, Fingerprint: alert.Fingerprint(rule, group), At: began, StartsAt: began,
		Summary: "count 7 in 5m (count >= 5)", Values: []alert.Value{{Name: "count", V: int64(7)}}}
	t.AlertID = alert.ID(t.Fingerprint, began)
	t.ID = alert.TransitionID(t.AlertID, state, began)
	if state == alert.Resolved {
		t.EndsAt, t.At, t.Reason = began+1200, began+1200, "condition"
	}
	return t
}

func (f *fakeOnline) locked(do func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := do(); err != nil {
		return refused{err}
	}
	return nil
}

func (f *fakeOnline) view(context.Context) (v notifiers.View, err error) {
	err = f.locked(func() error { v = f.d.Look(f.now); return nil })
	return v, err
}

func (f *fakeOnline) SetSilence(_ context.Context, s alert.Silence) (id string, err error) {
	err = f.locked(func() error {
		kept, err := f.d.SetSilence(s, "5a1a6dd0-0000-4000-8000-000000000001", f.now)
		id = kept.ID
		return err
	})
	return id, err
}

func (f *fakeOnline) ExpireSilence(_ context.Context, id string) error {
	return f.locked(func() error { return f.d.ExpireSilence(id, f.now) })
}

func (f *fakeOnline) Ack(_ context.Context, name string, a alert.Ack) error {
	return f.locked(func() error {
		a.AlertID, a.At = name, f.now
		for _, v := range f.d.Look(f.now).Alerts {
			if v.Fingerprint == name {
				a.AlertID = v.AlertID
			}
		}
		return f.d.Ack(a)
	})
}

func (f *fakeOnline) Unack(_ context.Context, id string) error {
	return f.locked(func() error { return f.d.Unack(id, f.now) })
}

func (f *fakeOnline) Deliveries(_ context.Context, filter web.Filter) (ds []alert.Delivery, err error) {
	t := fakeAlert("edge_down", "edge-07", alert.Firing, alert.Critical)
	d := alert.Delivery{ID: "d1", Receiver: "noc", GroupKey: `noc/default:{rule="edge_down"}`, Reason: "first", State: alert.DeliveryDead, Created: f.now.Add(-time.Hour), Next: f.now,
		Attempts: []alert.Attempt{{At: f.now.Add(-30 * time.Minute), Error: "500 Internal Server Error"}, {At: f.now.Add(-time.Minute), Error: "410 \x1b[31mGone", Permanent: true}},
		Message:  alert.Message{Receiver: "noc", Status: "firing", Alerts: []alert.Transition{t}}}
	late := d
	late.ID, late.State, late.Attempts = "d2", alert.DeliveryRetry, d.Attempts[:1]
	for _, d := range []alert.Delivery{late, d} {
		if (filter.ID == "" || filter.ID == d.ID) && (len(filter.States) == 0 || filter.States[len(filter.States)-1] == d.State || len(filter.States) > 1) {
			ds = append(ds, d)
		}
	}
	return ds, nil
}

func (f *fakeOnline) RetryDelivery(_ context.Context, id string) error { return f.known(id) }
func (f *fakeOnline) DropDelivery(_ context.Context, id string) error  { return f.known(id) }

func (f *fakeOnline) known(id string) error {
	if id != "d1" && id != "d2" {
		return refused{store.ErrNotFound}
	}
	return nil
}

// scriptAPI is "api": a service answers from then on; $SMARTY_ALERT_URL says where.
func scriptAPI(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: api")
	}
	d, err := notifiers.NewDispatcher(notifiers.Options{Root: &notifiers.Route{Receiver: "noc"}, Receivers: map[string]notifiers.ReceiverOptions{"noc": {}}}, nil, fakeNow)
	ts.Check(err)
	d.Observe([]alert.Transition{fakeAlert("edge_down", "edge-07", alert.Firing, alert.Critical), fakeAlert("slow_api", "edge-08", alert.Firing, alert.Warning)}, fakeNow)
	f := &fakeOnline{d: d, now: fakeNow}
	srv := httptest.NewServer(web.New(web.Service{
		Now: func() time.Time { return f.now }, View: f.view, Mutes: f, Outbox: f,
		History: func(context.Context, time.Time, int) ([]alert.Transition, error) {
			return []alert.Transition{fakeAlert("login", "", alert.Event, alert.Info), fakeAlert("edge_down", "edge-09", alert.Resolved, alert.Critical)}, nil
		},
		Route: func() *notifiers.Route {
			calm, err := alert.ParseMatchers("severity=info")
			ts.Check(err)
			root, err := (&notifiers.Route{Receiver: "noc", Routes: []*notifiers.Route{{Name: "calm", Receiver: "chat", Matchers: calm}}}).Resolve()
			ts.Check(err)
			return root
		},
		Rules: func() []web.Rule { return nil }, Sources: func() []web.Source { return nil }, Status: func() web.Status {
			return web.Status{Timezone: "Europe/Moscow", Language: "ru", External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})}
		},
		Reload: func(context.Context) error { return nil }, Ready: func() error { return nil }, Metrics: http.NotFoundHandler(), Classify: httpStatus,
	}))
	ts.Defer(srv.Close)
	ts.Setenv("SMARTY_ALERT_URL", srv.URL)
}
