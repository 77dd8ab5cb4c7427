//go:build screenshots

package systemtest

import (
	"fmt"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// story is an invented night, in one language.
type story struct {
	edge, payments  string // names of rules
	dark, slow, box string // summaries
	steps, comment  string
}

func newStory(l notifiers.Language) story {
	if l == notifiers.Russian {
		return story{edge: "Узел доставки не отвечает", payments: "Платежи идут медленно", dark: "7 отказов узла за 10 минут: зрители видят чёрный экран",
			slow: "p95 ответа платёжного шлюза 12,4 с", steps: "1. Проверьте питание стойки.\n2. Перезапустите проверку потоков.", comment: "перезапускаю", box: "Приставки не получают адрес потока"}
	}
	return story{edge: "Edge server does not answer", payments: "Payments are slow", dark: "7 failures of the edge within 10 minutes: viewers see a black screen",
		slow: "p95 of the payment gateway's answers is 12.4 s", steps: "1. Check the power of the rack.\n2. Restart the stream checker.", comment: "restarting it", box: "Boxes get no stream address"}
}

const night = 1768435390 // 2026-01-15 03:03:10 MSK

func (s story) fires() alert.Transition {
	group := alert.NewLabels(alert.Label{Name: "stream_service", Value: "edge-07.example.com"})
	return alert.Transition{Rule: "edge_down", Name: s.edge, Group: group, State: alert.Firing, Severity: alert.Critical, AlertID: "a", StartsAt: night, At: night,
		Fingerprint: alert.Fingerprint("edge_down", group), Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count > 5", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: s.dark}, alert.Label{Name: "runbook", Value: s.steps}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/edge"}),
		Samples: []alert.Sample{{Source: "app1/stream", File: "smarty_stream_services_availability.log", Pos: 1048576,
			Text: "[2026-01-15 03:03:09,241: ERROR/MainProcess] {'stream_service': 'edge-07.example.com', 'event': 'STREAM_SERVICE_CHECKING_ERROR', 'error': 'HTTPConnectionPool(host=192.0.2.7, port=80): Max retries exceeded'}"}}}
}

func (s story) slows() alert.Transition {
	t := s.fires()
	t.AlertID, t.Rule, t.Name, t.Severity, t.Samples = "b", "slow_payments", s.payments, alert.Warning, nil
	t.Group = alert.NewLabels(alert.Label{Name: "gateway", Value: "pay.example.com"})
	t.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: s.slow})
	t.Values, t.Condition, t.Window, t.StartsAt = []alert.Value{{Name: "p95", V: 12.4}}, "p95 > 10", 300, night-900
	t.Fingerprint = alert.Fingerprint(t.Rule, t.Group)
	return t
}

func over(t alert.Transition, after time.Duration) alert.Transition {
	t.State, t.EndsAt, t.At = alert.Resolved, t.StartsAt+int64(after.Seconds()), t.StartsAt+int64(after.Seconds())
	return t
}

func deliver(id string, reason notifiers.Reason, after time.Duration, ts ...alert.Transition) alert.Delivery {
	status := "resolved"
	for _, t := range ts {
		if t.State != alert.Resolved {
			status = "firing"
		}
	}
	return alert.Delivery{ID: id, Receiver: "noc", GroupKey: "noc/" + ts[0].Rule, Reason: string(reason), Created: time.Unix(night, 0).Add(after),
		Message: alert.Message{Receiver: "noc", Status: status, Alerts: ts, External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})}}
}

// incident is one that is over, one that somebody looks after, and one that has just
// begun.
func (s story) incident() []alert.Delivery {
	a, b := s.fires(), s.slows()
	acked := deliver("d4", notifiers.Acknowledged, 12*time.Minute, b)
	acked.Message.Acks = []alert.Ack{{AlertID: "b", By: "anna", Comment: s.comment}}
	c := s.fires()
	c.AlertID, c.Rule, c.Name, c.StartsAt, c.Severity = "c", "no_stream", s.box, night+2400, alert.Warning
	c.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: s.box}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/boxes"})
	return []alert.Delivery{
		deliver("d1", notifiers.First, 10*time.Second, a), deliver("d2", notifiers.First, 20*time.Second, b), acked,
		deliver("d5", notifiers.Resolved, 38*time.Minute, over(a, 38*time.Minute+10*time.Second)),
		deliver("d6", notifiers.First, 41*time.Minute, c),
	}
}

func (s story) group(reason notifiers.Reason) alert.Delivery {
	third := over(s.slows(), 5*time.Minute)
	third.AlertID, third.Severity, third.Group = "e", alert.Info, alert.NewLabels(alert.Label{Name: "gateway", Value: "sms.example.com"})
	return deliver("d7", reason, 5*time.Minute+10*time.Second, s.fires(), s.slows(), third)
}

func (s story) resolved() alert.Delivery {
	return deliver("d8", notifiers.Resolved, time.Hour, over(s.fires(), 38*time.Minute+10*time.Second))
}

// storm is the first digest of two thousand groups.
func (s story) storm(reason notifiers.Reason) alert.Delivery {
	var ts []alert.Transition
	dg := &alert.Digest{Since: time.Unix(night, 0), Groups: 2000, Firing: 1987, Resolved: 13,
		Rules: []alert.Ranked{{Value: "edge_down", Count: 1960}, {Value: "slow_payments", Count: 27}}}
	for i := range 20 {
		t := s.fires()
		name := fmt.Sprintf("edge-%02d.example.com", i+1)
		t.AlertID, t.Group = name, alert.NewLabels(alert.Label{Name: "stream_service", Value: name})
		ts = append(ts, t)
		dg.Top = append(dg.Top, alert.DigestGroup{Labels: t.Group, Severity: alert.Critical, Firing: 1})
	}
	d := deliver("d9", reason, 30*time.Second, ts...)
	d.Message.Digest = dg
	return d
}
