// Package notifiers turns alert transitions into messages for people: who is
// told, when, how often, and how a message survives a receiver that is down.
//
// Start at Dispatcher (who and when; it reads no clock and sends nothing), then
// Worker (how a delivery gets out: one per receiver), then Text (what is said).
// The receivers live in sub-packages: slack, email, webhook, telegram, file.
//
// Promises: whoever was told that an alert fires is told that it is over; what
// was told is told again only for a reason that has a name; a delivery leaves at
// least once, under an id that stays the same over retries; text from logs is
// cut and escaped for its channel, and errors carry no secrets.
package notifiers

import (
	"context"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Receiver sends one delivery. ref is what the provider gave for the group's last
// message, "" if there is none; d.Ref is what it gave for this very incident's first
// one in a try that got only part of the way. Errors are *SendError or count as temporary. The
// receipt counts beside an error too: it says how far the try got.
type Receiver interface {
	Send(ctx context.Context, d alert.Delivery, ref string) (Receipt, error)
}

// Receipt is what a provider gave in return.
type Receipt struct {
	Ref string // to edit the message or to answer it; "" if it has none
	// Parts are as in alert.Attempt, of this try and those before.
	Parts map[string]string
}
