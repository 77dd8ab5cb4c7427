package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// silenceV2 is Alertmanager's gettableSilence and, read, its postableSilence.
type silenceV2 struct {
	ID        string           `json:"id"`
	Status    *silenceStatusV2 `json:"status,omitempty"`
	UpdatedAt stamp            `json:"updatedAt"`
	Comment   string           `json:"comment"`
	CreatedBy string           `json:"createdBy"`
	EndsAt    stamp            `json:"endsAt"`
	Matchers  []matcherV2      `json:"matchers"`
	StartsAt  stamp            `json:"startsAt"`
}

type silenceStatusV2 struct {
	State alert.SilenceState `json:"state"`
}

type matcherV2 struct {
	IsEqual *bool  `json:"isEqual"` // true when it is not there
	IsRegex bool   `json:"isRegex"`
	Name    string `json:"name"`
	Value   string `json:"value"`
}

func (s *stamp) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.RFC3339, string(text))
	*s = stamp(at)
	return err
}

func newSilenceV2(s alert.Silence, now time.Time) silenceV2 {
	out := silenceV2{ID: s.ID, Status: &silenceStatusV2{s.State(now)}, UpdatedAt: stamp(s.UpdatedAt), Comment: s.Comment, CreatedBy: s.CreatedBy,
		EndsAt: stamp(s.EndsAt), StartsAt: stamp(s.StartsAt)}
	for _, m := range s.Matchers {
		equal := m.Op == alert.Equal || m.Op == alert.Regexp
		out.Matchers = append(out.Matchers, matcherV2{&equal, m.Op == alert.Regexp || m.Op == alert.NotRegexp, m.Name, m.Value})
	}
	return out
}

func (m matcherV2) matcher() (alert.Matcher, error) {
	equal := m.IsEqual == nil || *m.IsEqual
	op := map[[2]bool]alert.Op{{true, false}: alert.Equal, {false, false}: alert.NotEqual, {true, true}: alert.Regexp, {false, true}: alert.NotRegexp}
	return alert.NewMatcher(m.Name, op[[2]bool{equal, m.IsRegex}], m.Value)
}

func (a *api) silences(r *http.Request) (any, error) {
	filter, err := alert.ParseMatchers(nonEmpty(r.URL.Query()["filter"])...)
	if err != nil {
		return nil, badRequest{err}
	}
	view, err := a.View(r.Context())
	if err != nil {
		return nil, err
	}
	order := map[alert.SilenceState]int{alert.SilenceActive: 0, alert.SilencePending: 1, alert.SilenceExpired: 2}
	out := []silenceV2{}
	for _, s := range view.Silences {
		if about(s, filter) {
			out = append(out, newSilenceV2(s, view.At))
		}
	}
	slices.SortStableFunc(out, func(a, b silenceV2) int {
		if c := order[a.Status.State] - order[b.Status.State]; c != 0 {
			return c
		}
		switch a.Status.State {
		case alert.SilencePending:
			return time.Time(a.StartsAt).Compare(time.Time(b.StartsAt))
		case alert.SilenceExpired:
			return time.Time(b.EndsAt).Compare(time.Time(a.EndsAt))
		}
		return time.Time(a.EndsAt).Compare(time.Time(b.EndsAt))
	})
	return out, nil
}

// about reports whether a silence's own matchers, taken as labels, satisfy a filter.
func about(s alert.Silence, filter alert.Matchers) bool {
	var labels []alert.Label
	for _, m := range s.Matchers {
		labels = append(labels, alert.Label{Name: alert.SafeName(m.Name), Value: m.Value})
	}
	return filter.Matches(alert.NewLabels(labels...))
}

func (a *api) silence(r *http.Request) (any, error) {
	view, err := a.View(r.Context())
	if err != nil {
		return nil, err
	}
	for _, s := range view.Silences {
		if s.ID == r.PathValue("id") {
			return newSilenceV2(s, view.At), nil
		}
	}
	return nil, errNotFound
}

func (a *api) setSilence(r *http.Request) (any, error) {
	var body silenceV2
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	s := alert.Silence{ID: body.ID, StartsAt: time.Time(body.StartsAt), EndsAt: time.Time(body.EndsAt), CreatedBy: body.CreatedBy, Comment: body.Comment}
	for _, m := range body.Matchers {
		matcher, err := m.matcher()
		if err != nil {
			return nil, badRequest{err}
		}
		s.Matchers = append(s.Matchers, matcher)
	}
	id, err := a.Mutes.SetSilence(r.Context(), s)
	if err != nil {
		return nil, err
	}
	return map[string]string{"silenceID": id}, nil
}

func (a *api) expireSilence(r *http.Request) (any, error) {
	return struct{}{}, a.Mutes.ExpireSilence(r.Context(), r.PathValue("id"))
}
