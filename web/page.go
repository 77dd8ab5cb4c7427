package web

import (
	"bytes"
	"cmp"
	"context"
	_ "embed" // the page
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

//go:embed page.html
var pageText string

// Bounds of the page's lists; what is beyond them is counted.
const (
	maxPageAlerts   = 500
	maxPageEnded    = 50
	maxPageMessages = 100
)

// endedFor is how far back the page shows what is over.
const endedFor = 24 * time.Hour

// refreshEvery is how often the page is asked for anew, in seconds.
const refreshEvery = 15

// pageData is what the page shows.
type pageData struct {
	T        words // in its language
	Lang     string
	Refresh  int // seconds; 0: it stays as it is
	Now      time.Time
	Zone     string
	Instance string
	Trouble  string // why the service is not ready; "": it is
	Critical int
	Firing   []pageAlert
	More     int // that fire beyond the bound
	Ended    []pageEnded
	Messages []pageMessage
	Sources  []Source
	Rules    []Rule
	Version  string

	now  time.Time
	zone *time.Location
}

// pageAlert is an alert that fires, in words.
type pageAlert struct {
	Severity, Title, Group, Summary, Description, Runbook, RunbookURL string

	Since time.Time
	Told  []string // receivers
	Held  string   // what keeps it from being told; "": nothing
	Ack   string   // by whom it is looked after
	Quiet string   // the command that silences it
}

type pageEnded struct {
	Severity, Title, Group, Summary string

	Begun, Ended time.Time
	Single       bool // an event: it has no length
}

type pageMessage struct {
	Receiver, State, Error string

	Created time.Time
	Tries   int
}

// statusPage is what somebody sees who opens the service's address in a browser.
func (a *api) statusPage(w http.ResponseWriter, r *http.Request) {
	d := a.gather(r.Context())
	if r.URL.Query().Has("still") {
		d.Refresh = 0 // somebody reads
	}
	tmpl, err := template.New("page").Funcs(d.functions()).Parse(pageText)
	var out bytes.Buffer
	if err == nil {
		err = tmpl.Execute(&out, d)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(out.Bytes()) // whoever asked may have gone
}

// gather collects what the page shows. What cannot be had is told on the page itself: it
// is for those who look when something is wrong.
func (a *api) gather(ctx context.Context) *pageData {
	st := a.Status()
	zone, err := time.LoadLocation(cmp.Or(st.Timezone, "UTC"))
	if err != nil {
		zone = time.UTC
	}
	now := a.Now()
	d := &pageData{T: wordsIn(st.Language), Lang: "en", Refresh: refreshEvery, Now: now, Zone: zone.String(), Instance: labelText(st.External), Version: st.Version, now: now, zone: zone}
	if st.Language == string(notifiers.Russian) {
		d.Lang = st.Language
	}
	view, viewErr := a.View(ctx)
	d.firing(view)
	ended, endedErr := a.History(ctx, now.Add(-endedFor), 10*maxPageEnded)
	d.ended(ended)
	messages, messagesErr := a.Outbox.Deliveries(ctx, Filter{Limit: maxPageMessages,
		States: []alert.DeliveryState{alert.DeliveryPending, alert.DeliveryInflight, alert.DeliveryRetry, alert.DeliveryDead}})
	d.messages(messages)
	d.Sources, d.Rules = a.Sources(), a.Rules()
	slices.SortStableFunc(d.Rules, func(x, y Rule) int { return cmp.Compare(min(y.Firing, 1), min(x.Firing, 1)) })
	if err := errors.Join(a.Ready(), viewErr, endedErr, messagesErr); err != nil {
		d.Trouble = err.Error()
	}
	return d
}

func (d *pageData) firing(v notifiers.View) {
	alerts := slices.Clone(v.Alerts)
	slices.SortStableFunc(alerts, func(x, y notifiers.AlertView) int {
		return cmp.Or(cmp.Compare(y.Severity, x.Severity), cmp.Compare(x.StartsAt, y.StartsAt), cmp.Compare(x.Rule, y.Rule))
	})
	for i := range alerts {
		x := &alerts[i]
		if x.Severity == alert.Critical {
			d.Critical++
		}
		if len(d.Firing) == maxPageAlerts {
			d.More++
			continue
		}
		one := pageAlert{Severity: x.Severity.String(), Title: cmp.Or(x.Name, x.Rule), Group: labelText(x.Group), Summary: x.Summary,
			Description: x.Annotation("description"), Runbook: x.Annotation("runbook"), RunbookURL: webURL(x.Annotation("runbook_url")),
			Since: time.Unix(x.StartsAt, 0), Quiet: quietCommand(x)}
		for _, g := range x.Groups {
			if !slices.Contains(one.Told, g.Receiver) {
				one.Told = append(one.Told, g.Receiver)
			}
		}
		switch {
		case len(x.SilencedBy) > 0:
			one.Held = d.T.Silenced
		case len(x.InhibitedBy) > 0:
			one.Held = d.T.Inhibited
		}
		if x.Ack != nil {
			one.Ack = cmp.Or(x.Ack.By, "?")
			if x.Ack.Comment != "" {
				one.Ack += ": " + x.Ack.Comment
			}
		}
		d.Firing = append(d.Firing, one)
	}
}

// ended takes transitions, newest first. What an alert was about is said as it was while
// it fired: at its end the values are those of its end.
func (d *pageData) ended(ts []alert.Transition) {
	said := map[string]string{}
	for i := range ts {
		if _, ok := said[ts[i].AlertID]; !ok && ts[i].Active() {
			said[ts[i].AlertID] = ts[i].Summary
		}
	}
	for i := range ts {
		t := &ts[i]
		if t.State != alert.Resolved && t.State != alert.Event || len(d.Ended) == maxPageEnded {
			continue
		}
		one := pageEnded{Severity: t.Severity.String(), Title: cmp.Or(t.Name, t.Rule), Group: labelText(t.Group), Summary: cmp.Or(said[t.AlertID], t.Summary),
			Begun: time.Unix(cmp.Or(t.StartsAt, t.At), 0), Ended: time.Unix(cmp.Or(t.EndsAt, t.At), 0), Single: t.State == alert.Event}
		d.Ended = append(d.Ended, one)
	}
}

func (d *pageData) messages(ds []alert.Delivery) {
	for _, m := range ds {
		one := pageMessage{Receiver: m.Receiver, State: string(m.State), Created: m.Created, Tries: len(m.Attempts)}
		if n := len(m.Attempts); n > 0 {
			one.Error = m.Attempts[n-1].Error
		}
		d.Messages = append(d.Messages, one)
	}
}

// functions are those that the page uses.
func (d *pageData) functions() template.FuncMap {
	return template.FuncMap{
		"clock": d.clock,
		"since": func(t time.Time) string { return d.T.length(d.now.Sub(t)) },
		"until": func(from, to time.Time) string { return d.T.length(to.Sub(from)) },
		"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"word":  d.T.of,
		"bytes": sizeText,
	}
}

// clock is a time as people write it: the day only where it is another one.
func (d *pageData) clock(t time.Time) string {
	t, now := t.In(d.zone), d.now.In(d.zone)
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// labelText is labels for reading: of one alone only its value.
func labelText(ls alert.Labels) string {
	if len(ls) == 1 {
		return ls[0].Value
	}
	parts := make([]string, len(ls))
	for i, l := range ls {
		parts[i] = l.Name + "=" + l.Value
	}
	return strings.Join(parts, ", ")
}

// webURL is an address that a page may link to; "" for another one.
func webURL(text string) string {
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		return text
	}
	return ""
}

// quietCommand is what silences just this alert for an hour.
func quietCommand(x *notifiers.AlertView) string {
	out := "smarty-alert silence add --for 1h --comment '…' " + shellWord("rule="+strconv.Quote(x.Rule))
	for _, l := range x.Group {
		out += " " + shellWord(alert.SafeName(l.Name)+"="+strconv.Quote(l.Value))
	}
	return out
}

// shellWord quotes a word for a shell.
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// sizeText writes bytes for people.
func sizeText(n int64) string {
	switch {
	case n < 10_000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 10_000_000:
		return strconv.FormatInt(n/1000, 10) + " KB"
	}
	return strconv.FormatInt(n/1_000_000, 10) + " MB"
}
