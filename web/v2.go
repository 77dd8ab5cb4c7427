package web

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// stamp is a time as Alertmanager writes it.
type stamp time.Time

func (s stamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

func (a *api) status(*http.Request) (any, error) {
	st := a.Status()
	return map[string]any{
		"cluster": map[string]any{"status": "disabled", "peers": []any{}},
		"config":  map[string]string{"original": st.Config},
		"uptime":  stamp(st.Started),
		"versionInfo": map[string]string{"version": st.Version, "revision": st.Revision, "branch": "", "buildUser": "", "buildDate": "",
			"goVersion": ""},
	}, nil
}

type receiverV2 struct {
	Name string `json:"name"`
}

func (a *api) receivers(*http.Request) (any, error) {
	out := []receiverV2{}
	for _, name := range a.Status().Receivers {
		out = append(out, receiverV2{name})
	}
	return out, nil
}

// alertV2 is Alertmanager's gettableAlert.
type alertV2 struct {
	Annotations  alert.Labels `json:"annotations"`
	EndsAt       stamp        `json:"endsAt"`
	Fingerprint  string       `json:"fingerprint"`
	Receivers    []receiverV2 `json:"receivers"`
	StartsAt     stamp        `json:"startsAt"`
	Status       statusV2     `json:"status"`
	UpdatedAt    stamp        `json:"updatedAt"`
	GeneratorURL string       `json:"generatorURL"`
	Labels       alert.Labels `json:"labels"`
}

type statusV2 struct {
	InhibitedBy []string `json:"inhibitedBy"`
	SilencedBy  []string `json:"silencedBy"`
	State       string   `json:"state"`
}

// heldFor is when an alert would be over for Alertmanager's tools if nothing more
// were heard of it: ours fires until it is over.
const heldFor = 5 * time.Minute

func newAlertV2(v notifiers.AlertView, page string, now time.Time) alertV2 {
	annotations := v.Annotations
	if annotations == nil {
		annotations = alert.Labels{}
	}
	if v.Summary != "" && annotations.Get("summary") == "" {
		annotations = alert.NewLabels(append(slices.Clone(annotations), alert.Label{Name: "summary", Value: v.Summary})...)
	}
	out := alertV2{Annotations: annotations, EndsAt: stamp(now.Add(heldFor)), Fingerprint: v.Fingerprint, Receivers: []receiverV2{},
		StartsAt: stamp(time.Unix(v.StartsAt, 0)), UpdatedAt: stamp(time.Unix(v.At, 0)), GeneratorURL: notifiers.AlertPage(page, &v.Transition), Labels: v.Set,
		Status: statusV2{InhibitedBy: orNone(v.InhibitedBy), SilencedBy: orNone(v.SilencedBy), State: "active"}}
	if len(v.InhibitedBy)+len(v.SilencedBy) > 0 {
		out.Status.State = "suppressed"
	}
	for _, g := range v.Groups {
		if r := (receiverV2{g.Receiver}); !slices.Contains(out.Receivers, r) {
			out.Receivers = append(out.Receivers, r)
		}
	}
	return out
}

func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// alertQuery is which alerts are asked for.
type alertQuery struct {
	matchers                    alert.Matchers
	active, silenced, inhibited bool
	receiver                    *regexp.Regexp // nil: any
}

func readAlertQuery(r *http.Request) (q alertQuery, err error) {
	values := r.URL.Query()
	if q.matchers, err = alert.ParseMatchers(nonEmpty(values["filter"])...); err != nil {
		return q, badRequest{err}
	}
	for _, flag := range []struct {
		name string
		to   *bool
	}{{"active", &q.active}, {"silenced", &q.silenced}, {"inhibited", &q.inhibited}} {
		*flag.to = true
		if text := values.Get(flag.name); text != "" {
			if *flag.to, err = strconv.ParseBool(text); err != nil {
				return q, bad("%s is neither true nor false", flag.name)
			}
		}
	}
	if text := values.Get("receiver"); text != "" {
		if q.receiver, err = regexp.Compile("^(?:" + text + ")$"); err != nil {
			return q, badRequest{fmt.Errorf("receiver: %w", err)}
		}
	}
	return q, nil
}

func nonEmpty(texts []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func (q alertQuery) takes(v notifiers.AlertView) bool {
	suppressed := len(v.SilencedBy)+len(v.InhibitedBy) > 0
	switch {
	case !suppressed && !q.active,
		len(v.SilencedBy) > 0 && !q.silenced,
		len(v.InhibitedBy) > 0 && !q.inhibited:
		return false
	}
	return q.matchers.Matches(v.Set)
}

func (q alertQuery) to(receiver string) bool {
	return q.receiver == nil || q.receiver.MatchString(receiver)
}

func (a *api) alerts(r *http.Request) (any, error) {
	q, err := readAlertQuery(r)
	if err != nil {
		return nil, err
	}
	view, err := a.View(r.Context())
	if err != nil {
		return nil, err
	}
	out, page := []alertV2{}, a.Status().ExternalURL
	for _, v := range view.Alerts {
		if q.takes(v) && slices.ContainsFunc(v.Groups, func(g notifiers.GroupRef) bool { return q.to(g.Receiver) }) {
			out = append(out, newAlertV2(v, page, view.At))
		}
	}
	return out, nil
}

type groupV2 struct {
	Labels   alert.Labels `json:"labels"`
	Receiver receiverV2   `json:"receiver"`
	Alerts   []alertV2    `json:"alerts"`

	key string
}

func (a *api) alertGroups(r *http.Request) (any, error) {
	q, err := readAlertQuery(r)
	if err != nil {
		return nil, err
	}
	view, err := a.View(r.Context())
	if err != nil {
		return nil, err
	}
	groups, page := map[string]*groupV2{}, a.Status().ExternalURL
	for _, v := range view.Alerts {
		for _, g := range v.Groups {
			if !q.takes(v) || !q.to(g.Receiver) {
				continue
			}
			if groups[g.Key] == nil {
				labels := g.Labels
				if labels == nil {
					labels = alert.Labels{}
				}
				groups[g.Key] = &groupV2{Labels: labels, Receiver: receiverV2{g.Receiver}, key: g.Key}
			}
			groups[g.Key].Alerts = append(groups[g.Key].Alerts, newAlertV2(v, page, view.At))
		}
	}
	out := []*groupV2{}
	for _, g := range groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *groupV2) int {
		return cmp.Or(a.Labels.Compare(b.Labels), cmp.Compare(a.Receiver.Name, b.Receiver.Name), cmp.Compare(a.key, b.key))
	})
	return out, nil
}
