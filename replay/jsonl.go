package replay

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// JSONL writes events and the summary as JSON lines in the stable format: the
// same input gives the same bytes.
type JSONL struct {
	w   io.Writer
	buf bytes.Buffer
	enc *json.Encoder
}

// NewJSONL writes to w, one Write per line.
func NewJSONL(w io.Writer) *JSONL {
	j := &JSONL{w: w}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	return j
}

// Event writes one line.
func (j *JSONL) Event(ev Event) error {
	switch {
	case ev.Alert != nil:
		return j.line(alertLine(ev.Alert))
	case ev.Suppressed != nil:
		s := ev.Suppressed
		return j.line(suppressedJSON{"suppressed", stamp(s.At), s.Rule, orEmpty(s.Group), s.By})
	}
	n := ev.Notification
	return j.line(notificationJSON{"notification", n.At.UTC().Format(time.RFC3339), n.Receiver, n.Status, n.Reason, n.Alerts})
}

// Summary writes the last line.
func (j *JSONL) Summary(s *Summary) error { return j.line(s) }

func (j *JSONL) line(v any) error {
	j.buf.Reset()
	if err := j.enc.Encode(v); err != nil {
		return err
	}
	_, err := j.w.Write(j.buf.Bytes())
	return err
}

type alertJSON struct {
	Type        string         `json:"type"`
	At          string         `json:"at"`
	Rule        string         `json:"rule"`
	Group       alert.Labels   `json:"group"`
	State       alert.State    `json:"state"`
	Severity    alert.Severity `json:"severity"`
	Fingerprint string         `json:"fingerprint"`
	ID          string         `json:"id"`
	ActiveAt    string         `json:"active_at"`
	StartsAt    string         `json:"starts_at,omitempty"`
	EndsAt      string         `json:"ends_at,omitempty"`
	Reason      string         `json:"reason,omitempty"`
	Values      values         `json:"values"`
	Approx      []string       `json:"approx,omitempty"`
	Labels      alert.Labels   `json:"labels"`
	Suppressed  int64          `json:"suppressed,omitempty"`
	Summary     string         `json:"summary"`
}

type suppressedJSON struct {
	Type  string       `json:"type"`
	At    string       `json:"at"`
	Rule  string       `json:"rule"`
	Group alert.Labels `json:"group"`
	By    string       `json:"by"`
}

type notificationJSON struct {
	Type     string   `json:"type"`
	At       string   `json:"at"`
	Receiver string   `json:"receiver"`
	Status   string   `json:"status"`
	Reason   string   `json:"reason"`
	Alerts   []string `json:"alerts"`
}

func alertLine(t *alert.Transition) alertJSON {
	line := alertJSON{Type: "alert", At: stamp(t.At), Rule: t.Rule, Group: orEmpty(t.Group), State: t.State, Severity: t.Severity,
		Fingerprint: t.Fingerprint, ID: t.AlertID, ActiveAt: stamp(t.ActiveAt), Reason: t.Reason, Values: t.Values,
		Labels: orEmpty(t.Labels), Suppressed: t.Suppressed, Summary: t.Summary}
	if t.StartsAt != 0 {
		line.StartsAt = stamp(t.StartsAt)
	}
	if t.EndsAt != 0 {
		line.EndsAt = stamp(t.EndsAt)
	}
	for _, v := range t.Values {
		if v.Approx {
			line.Approx = append(line.Approx, v.Name)
		}
	}
	return line
}

func orEmpty(ls alert.Labels) alert.Labels {
	if ls == nil {
		return alert.Labels{}
	}
	return ls
}

func stamp(sec int64) string { return time.Unix(sec, 0).UTC().Format(time.RFC3339) }

// values marshals as an object in the order of the rule: count first.
type values []alert.Value

func (vs values) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, v := range vs {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(v.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		x := v.V
		if f, ok := x.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			x = nil
		}
		if err := enc.Encode(x); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil // the line breaks that Encode adds go when the whole is written
}
