package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Bounds of lists.
const (
	defaultLimit = 1000
	maxLimit     = 100_000
)

func (a *api) rules(*http.Request) (any, error)   { return a.Rules(), nil }
func (a *api) sources(*http.Request) (any, error) { return a.Sources(), nil }

// ownStatus is what our commands ask before they show anything.
func (a *api) ownStatus(*http.Request) (any, error) {
	st := a.Status()
	labels := st.External
	if labels == nil {
		labels = alert.Labels{}
	}
	return map[string]any{"version": st.Version, "revision": st.Revision, "started": stamp(st.Started), "now": stamp(a.Now()), "timezone": cmp.Or(st.Timezone, "UTC"),
		"language": st.Language, "external_labels": labels, "external_url": st.ExternalURL}, nil
}

// history lists transitions, newest first; since is a time, or a span before now.
func (a *api) history(r *http.Request) (any, error) {
	since := time.Unix(0, 0)
	if text := r.URL.Query().Get("since"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			d, spanErr := time.ParseDuration(text)
			if spanErr != nil || d < 0 {
				return nil, bad("since %q is neither a time such as 2026-01-15T08:00:00Z nor a span such as 8h", text)
			}
			at = a.Now().Add(-d)
		}
		since = at
	}
	limit, err := readLimit(r)
	if err != nil {
		return nil, err
	}
	ts, err := a.History(r.Context(), since, limit)
	if ts == nil {
		ts = []alert.Transition{}
	}
	return ts, err
}

func readLimit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, bad("limit is not a number from 1 to %d", maxLimit)
	}
	return n, nil
}

// ackJSON is an acknowledgement with what it is of.
type ackJSON struct {
	alert.Ack
	Fingerprint string       `json:"fingerprint"`
	Labels      alert.Labels `json:"labels"`
}

func (a *api) acks(r *http.Request) (any, error) {
	view, err := a.View(r.Context())
	if err != nil {
		return nil, err
	}
	out := []ackJSON{}
	for _, ack := range view.Acks {
		of := ackJSON{Ack: ack}
		if i := slices.IndexFunc(view.Alerts, func(v notifiers.AlertView) bool { return v.AlertID == ack.AlertID }); i >= 0 {
			of.Fingerprint, of.Labels = view.Alerts[i].Fingerprint, view.Alerts[i].Set
		}
		out = append(out, of)
	}
	return out, nil
}

// ack acknowledges the alert of an id or a fingerprint.
func (a *api) ack(r *http.Request) (any, error) {
	var body struct {
		Alert   string `json:"alert"`
		Author  string `json:"author"`
		Comment string `json:"comment"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	if body.Alert == "" {
		return nil, bad("which alert? its id or its fingerprint is missing")
	}
	return struct{}{}, a.Mutes.Ack(r.Context(), body.Alert, alert.Ack{By: body.Author, Comment: body.Comment})
}

func (a *api) unack(r *http.Request) (any, error) {
	return struct{}{}, a.Mutes.Unack(r.Context(), r.PathValue("id"))
}

func (a *api) deliveries(r *http.Request) (any, error) {
	q := r.URL.Query()
	f := Filter{Receiver: q.Get("receiver"), GroupKey: q.Get("group")}
	for _, text := range q["state"] {
		for state := range strings.SplitSeq(text, ",") {
			if !slices.Contains(states, alert.DeliveryState(state)) {
				return nil, bad("there is no state %q: %v", state, states)
			}
			f.States = append(f.States, alert.DeliveryState(state))
		}
	}
	var err error
	if f.Limit, err = readLimit(r); err != nil {
		return nil, err
	}
	ds, err := a.Outbox.Deliveries(r.Context(), f)
	if ds == nil {
		ds = []alert.Delivery{}
	}
	return ds, err
}

var states = []alert.DeliveryState{alert.DeliveryPending, alert.DeliveryInflight, alert.DeliverySent, alert.DeliveryRetry, alert.DeliveryDead, alert.DeliverySuperseded}

func (a *api) delivery(r *http.Request) (any, error) {
	ds, err := a.Outbox.Deliveries(r.Context(), Filter{ID: r.PathValue("id"), Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(ds) == 0 {
		return nil, errNotFound
	}
	return ds[0], nil
}

func (a *api) retry(r *http.Request) (any, error) {
	return struct{}{}, a.Outbox.RetryDelivery(r.Context(), r.PathValue("id"))
}

func (a *api) drop(r *http.Request) (any, error) {
	return struct{}{}, a.Outbox.DropDelivery(r.Context(), r.PathValue("id"))
}
