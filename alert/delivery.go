package alert

import "time"

// DeliveryState is where a delivery stands.
type DeliveryState string

// Retry waits for its next try; Dead has been given up and can be retried by
// hand; Superseded was replaced by a newer state before it was sent.
const (
	DeliveryPending    DeliveryState = "pending"
	DeliveryInflight   DeliveryState = "inflight"
	DeliverySent       DeliveryState = "sent"
	DeliveryRetry      DeliveryState = "retry"
	DeliveryDead       DeliveryState = "dead"
	DeliverySuperseded DeliveryState = "superseded"
)

// Delivery is one row of the outbox: one message to one receiver. Its data is a
// snapshot; text is rendered when it is sent.
type Delivery struct {
	ID       string        `json:"id"`
	Receiver string        `json:"receiver"` // by name
	GroupKey string        `json:"group_key"`
	Reason   string        `json:"reason"` // first, new_alerts, repeat, update, resolved
	State    DeliveryState `json:"state"`
	Created  time.Time     `json:"created"`
	Next     time.Time     `json:"next"` // not before
	Attempts []Attempt     `json:"attempts,omitempty"`
	Message  Message       `json:"message"`
	// Ref is what the provider gave for the group's message, to edit it or to
	// answer in its thread: Slack channel and ts, a Message-ID.
	Ref string `json:"ref,omitempty"`
	// Again are the ids under which it may be out already: of tries that had no
	// clear end. The sender fills it in; it is not stored.
	Again []string `json:"-"`
	// Ended are the ids of alerts of an earlier incident whose end nobody was told:
	// this delivery tells it beside its own. The sender fills it in as well.
	Ended []string `json:"-"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	At    time.Time `json:"at"`
	Error string    `json:"error,omitempty"` // without secrets; "" for success
	// Permanent says that the receiver refused the message itself, so that only
	// few more tries make sense.
	Permanent bool `json:"permanent,omitempty"`
	// Unclear says that the receiver may have taken it all the same.
	Unclear bool `json:"unclear,omitempty"`
	// ByHand says that somebody had it tried again after it had been given up. It
	// stands for the tries before.
	ByHand bool `json:"by_hand,omitempty"`
	// Parts is what has become of each recipient so far, where a message goes to
	// several: PartSent, or why it was refused. Of others nothing is known.
	Parts map[string]string `json:"parts,omitempty"`
}

// PartSent is the end of a part that was taken.
const PartSent = "sent"

// Message is what a receiver is asked to say: the alerts of one group.
type Message struct {
	Receiver    string       `json:"receiver"`
	Status      string       `json:"status"` // firing or resolved
	GroupKey    string       `json:"group_key"`
	GroupLabels Labels       `json:"group_labels,omitempty"`
	External    Labels       `json:"external,omitempty"`
	Alerts      []Transition `json:"alerts"` // firing first, then resolved; each the newest of its alert
	// Acks are of those alerts that somebody looks after.
	Acks []Ack `json:"acks,omitempty"`
	// Flapping are the fingerprints that came and went so often that they are not
	// told of again before they are calm. This message is the notice of it.
	Flapping []string `json:"flapping,omitempty"`
	// Digest is there when the message stands for many groups: Alerts are the most
	// urgent of them.
	Digest *Digest `json:"digest,omitempty"`
}

// Digest sums up the groups of a storm, each told of here and nowhere else; or,
// with Until, what fired and was over before the logs were read.
type Digest struct {
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until,omitzero"` // the last of it was over; zero: of a storm
	Groups   int           `json:"groups"`         // since it began
	Firing   int           `json:"firing"`         // alerts, now
	Resolved int           `json:"resolved"`       // alerts, since it began
	Rules    []Ranked      `json:"rules"`          // firing alerts (with Until: all) by rule, the most first
	Top      []DigestGroup `json:"top"`            // the most urgent groups
}

// Count is how many alerts the digest is about.
func (d *Digest) Count() int {
	if !d.Until.IsZero() {
		return d.Resolved
	}
	return d.Firing
}

// DigestGroup is one of the groups of a Digest.
type DigestGroup struct {
	Labels   Labels   `json:"labels"`
	Severity Severity `json:"severity"`
	Firing   int      `json:"firing"` // alerts; those that were, in a digest with Until
}

// NotifyGroup is the notification state of one (receiver, group): what was said
// and when. It is stored in the transaction that writes the deliveries.
type NotifyGroup struct {
	Key         string       `json:"key"` // receiver, route and group labels
	Receiver    string       `json:"receiver"`
	Route       string       `json:"route"` // by name
	GroupLabels Labels       `json:"group_labels,omitempty"`
	Alerts      []Transition `json:"alerts,omitempty"` // the newest transition of each alert not yet told as resolved
	Told        []Told       `json:"told,omitempty"`
	Held        []string     `json:"held,omitempty"`      // ids of alerts whose holding back has been reported
	Due         time.Time    `json:"due"`                 // what changed is not told before; zero: nothing did
	NotBefore   time.Time    `json:"not_before,omitzero"` // nothing is told before: what kept alerts back has just ended
	NextFlush   time.Time    `json:"next_flush"`          // zero: no timer
	LastSent    time.Time    `json:"last_notified"`       // zero: never
	Deliveries  int64        `json:"deliveries"`          // how many were made, part of their ids
	Made        time.Time    `json:"made,omitzero"`       // part of them as well: when a change of the routes made the group; zero: an alert did
	Repeats     int          `json:"repeats,omitempty"`   // how many of the last ones in a row only repeated
	InStorm     bool         `json:"in_storm,omitempty"`  // told of by the receiver's digest, until it is over
	Flaps       []Flap       `json:"flaps,omitempty"`     // by fingerprint
	Late        []Late       `json:"late,omitempty"`      // of Alerts, those that were read late and are not told yet
	CatchUp     time.Time    `json:"catch_up,omitzero"`   // the digest of what was read much too late is not told before; zero: there is none
	Limit       *Limit       `json:"limit,omitempty"`     // not a group: a receiver's bucket and the digest of its storm
}

// Late is an alert that was read so late that the wall clock does not say how long
// it was there to be told.
type Late struct {
	AlertID string `json:"alert_id"`
	Since   int64  `json:"since"` // the second at which it came to the group
	Fate    string `json:"fate"`  // fired, and what became of it: missed, past, muted
}

// Flap is how often an alert of a group came and went.
type Flap struct {
	Fingerprint string      `json:"fingerprint"`
	Times       []time.Time `json:"times"`    // ascending
	Flapping    bool        `json:"flapping"` // too often, and not calm since
	Noticed     bool        `json:"noticed"`  // and people were told so
}

// Limit is what is known of a receiver that gets a bounded number of messages.
type Limit struct {
	Full     time.Time    `json:"full"`               // when the bucket is full again
	Hot      time.Time    `json:"hot"`                // until then all groups join the digest
	Since    time.Time    `json:"since"`              // when the storm began; zero: there is none
	Due      time.Time    `json:"due"`                // of the next digest; zero: there is nothing to tell
	LastSent time.Time    `json:"last_sent"`          // digest of this storm
	Reason   string       `json:"reason,omitempty"`   // of the next digest
	Sent     int          `json:"sent,omitempty"`     // digests of this storm
	Groups   int          `json:"groups,omitempty"`   // that joined it
	Resolved int          `json:"resolved,omitempty"` // alerts
	Severity Severity     `json:"severity,omitempty"` // the highest that was told
	Over     []Transition `json:"over,omitempty"`     // the last alerts that ended
}

// Told is what the receiver knows of one alert.
type Told struct {
	AlertID  string   `json:"alert_id"`
	Firing   bool     `json:"firing"`
	Severity Severity `json:"severity"`
}
