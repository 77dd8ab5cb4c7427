// Package notifiers turns alert transitions into messages for people: who is
// told, when, how often, and how a message survives a receiver that is down.
//
// Start at Dispatcher (who and when; it reads no clock and sends nothing), then
// Worker (how a delivery gets out: one per receiver), then Text (what is said).
// The receivers live in sub-packages: slack, email, webhook.
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
// message, "" if there is none. Errors are *SendError or count as temporary.
type Receiver interface {
	Send(ctx context.Context, d alert.Delivery, ref string) (Receipt, error)
}

// Receipt is what a provider gave in return.
type Receipt struct {
	Ref string // to edit the message or to answer it; "" if it has none
}
