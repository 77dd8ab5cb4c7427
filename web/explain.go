package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// explained is the way of an alert: from its rule to the receivers. Its JSON names are
// stable.
type explained struct {
	Alert      alert.Transition   `json:"alert"` // what happened to it last
	Firing     bool               `json:"firing"`
	Labels     alert.Labels       `json:"labels"`         // as routes and silences see it
	Rule       *Rule              `json:"rule,omitempty"` // as it is now; nil when it is gone
	History    []alert.Transition `json:"history"`        // oldest first
	Routes     []routeSight       `json:"routes"`         // the tree, from the root on
	Groups     []groupSight       `json:"groups"`         // that hold it
	Silences   []alert.Silence    `json:"silences"`       // that hold it back now
	Inhibited  []string           `json:"inhibited_by"`   // fingerprints of alerts
	Ack        *alert.Ack         `json:"ack,omitempty"`
	Deliveries []deliverySight    `json:"deliveries"` // messages with it, oldest first
}

// routeSight is a route, and whether it takes the alert.
type routeSight struct {
	Receiver string       `json:"receiver"`
	Route    string       `json:"route"`
	Depth    int          `json:"depth"`
	Matchers []string     `json:"matchers"`
	Taken    bool         `json:"taken"`
	Why      string       `json:"why"`
	Labels   alert.Labels `json:"group_labels"`
	Muted    bool         `json:"muted"` // by its calendars, now
}

// groupSight is a group of a receiver with what it was told.
type groupSight struct {
	Key      string       `json:"key"`
	Receiver string       `json:"receiver"`
	Labels   alert.Labels `json:"labels"`
	Told     bool         `json:"told"`                    // the receiver knows of the alert
	LastSent *time.Time   `json:"last_notified,omitempty"` // of the group
	Next     *time.Time   `json:"next_look,omitempty"`     // when it is decided again whether to tell
}

// deliverySight is a message without its text.
type deliverySight struct {
	ID       string              `json:"id"`
	Receiver string              `json:"receiver"`
	GroupKey string              `json:"group_key"`
	Reason   string              `json:"reason"`
	Status   string              `json:"status"` // firing, resolved
	State    alert.DeliveryState `json:"state"`
	Created  time.Time           `json:"created"`
	Next     *time.Time          `json:"next,omitempty"` // of one that is to be tried again
	Attempts []alert.Attempt     `json:"attempts"`
}

// explain tells why an alert fired, who was to hear of it, and what became of that. The
// alert is named by its id or its fingerprint.
func (a *api) explain(r *http.Request) (any, error) {
	name := r.URL.Query().Get("alert")
	if name == "" {
		return nil, bad("which alert? write ?alert= and its id or its fingerprint")
	}
	view, err := a.View(r.Context())
	if err != nil {
		return nil, err
	}
	history, err := a.History(r.Context(), time.Unix(0, 0), maxLimit)
	if err != nil {
		return nil, err
	}
	out := explained{History: []alert.Transition{}, Routes: []routeSight{}, Groups: []groupSight{}, Silences: []alert.Silence{}, Inhibited: []string{}, Deliveries: []deliverySight{}}
	if !out.find(name, view, history) {
		return nil, fmt.Errorf("no alert has the id or the fingerprint %q: %w", name, errNotFound)
	}
	for _, t := range slices.Backward(history) { // newest first
		if t.AlertID == out.Alert.AlertID {
			out.History = append(out.History, t)
		}
	}
	if out.Labels == nil {
		out.Labels = out.Alert.Set(a.Status().External)
	}
	rules := a.Rules()
	if i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == out.Alert.Rule }); i >= 0 {
		out.Rule = &rules[i]
	}
	if a.Route != nil {
		out.route(a.Route(), a.Now())
	}
	deliveries, err := a.Outbox.Deliveries(r.Context(), Filter{Limit: maxLimit})
	out.deliver(deliveries)
	return out, err
}

// find looks for the alert among those that fire, then among those that were.
func (x *explained) find(name string, view notifiers.View, history []alert.Transition) bool {
	for _, v := range view.Alerts {
		if v.AlertID != name && v.Fingerprint != name {
			continue
		}
		x.Alert, x.Firing, x.Labels, x.Ack = v.Transition, true, v.Set, v.Ack
		for _, g := range v.Groups {
			sight := groupSight{Key: g.Key, Receiver: g.Receiver, Labels: labelsOr(g.Labels), Told: g.Told, LastSent: some(g.LastSent), Next: some(g.Next)}
			x.Groups = append(x.Groups, sight)
		}
		for _, s := range view.Silences {
			if slices.Contains(v.SilencedBy, s.ID) {
				x.Silences = append(x.Silences, s)
			}
		}
		x.Inhibited = append(x.Inhibited, v.InhibitedBy...)
		return true
	}
	i := slices.IndexFunc(history, func(t alert.Transition) bool { return t.AlertID == name || t.Fingerprint == name })
	if i >= 0 {
		x.Alert = history[i]
	}
	return i >= 0
}

func labelsOr(ls alert.Labels) alert.Labels {
	if ls == nil {
		return alert.Labels{}
	}
	return ls
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (x *explained) route(root *notifiers.Route, now time.Time) {
	if root == nil {
		return
	}
	for _, v := range root.Explain(x.Labels) {
		sight := routeSight{Receiver: v.Route.Receiver, Route: v.Route.Name, Depth: v.Depth, Matchers: []string{}, Taken: v.Taken, Why: v.Why,
			Labels: labelsOr(v.Route.GroupLabels(x.Labels)), Muted: v.Route.Muted(now)}
		for _, m := range v.Route.Matchers {
			sight.Matchers = append(sight.Matchers, m.String())
		}
		x.Routes = append(x.Routes, sight)
	}
}

// deliver chooses the messages that speak of the alert.
func (x *explained) deliver(ds []alert.Delivery) {
	for _, d := range ds {
		if !slices.ContainsFunc(d.Message.Alerts, func(t alert.Transition) bool { return t.AlertID == x.Alert.AlertID }) {
			continue
		}
		sight := deliverySight{ID: d.ID, Receiver: d.Receiver, GroupKey: d.GroupKey, Reason: d.Reason, Status: d.Message.Status, State: d.State,
			Created: d.Created.UTC(), Attempts: append([]alert.Attempt{}, d.Attempts...)}
		if d.State == alert.DeliveryPending || d.State == alert.DeliveryRetry {
			sight.Next = some(d.Next)
		}
		x.Deliveries = append(x.Deliveries, sight)
	}
	slices.SortStableFunc(x.Deliveries, func(a, b deliverySight) int { return a.Created.Compare(b.Created) })
}
