package web

import (
	"context"
	"net/http"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Service is what a running service lets be seen and changed. Each function may be
// called from any goroutine. Errors are for the one who asked; Classify gives them
// a status.
type Service struct {
	Now      func() time.Time
	View     func(context.Context) (notifiers.View, error)
	Mutes    Mutes
	Outbox   Outbox
	History  func(ctx context.Context, since time.Time, limit int) ([]alert.Transition, error)
	Feed     Feed
	Route    func() *notifiers.Route // the tree, with everything inherited; nil: there is none
	Rules    func() []Rule
	Sources  func() []Source
	Status   func() Status
	Reload   func(context.Context) error
	Ready    func() error // why not
	Metrics  http.Handler
	Classify func(error) int // the HTTP status of an error
	Hosts    []string        // names by which the service may be called, beside addresses and localhost
}

// Mutes are what people set against being told.
type Mutes interface {
	// SetSilence adds a silence, or changes the one of that id, and returns its id.
	SetSilence(ctx context.Context, s alert.Silence) (id string, err error)
	ExpireSilence(ctx context.Context, id string) error
	// Ack acknowledges an alert that fires, by its id or its fingerprint.
	Ack(ctx context.Context, alertID string, a alert.Ack) error
	Unack(ctx context.Context, alertID string) error
}

// Outbox are the messages.
type Outbox interface {
	Deliveries(ctx context.Context, f Filter) ([]alert.Delivery, error)
	RetryDelivery(ctx context.Context, id string) error
	DropDelivery(ctx context.Context, id string) error
}

// Filter chooses deliveries; empty fields choose all.
type Filter struct {
	ID, Receiver, GroupKey string
	States                 []alert.DeliveryState
	Limit                  int
}

// Status is the service itself.
type Status struct {
	Started  time.Time
	Version  string
	Revision string
	// Config shows routes and receivers as Alertmanager writes them; it has no
	// secrets.
	Config    string
	Receivers []string
	Timezone  string // in which times are read and shown
	Language  string // of messages
	External  alert.Labels
	// ExternalURL is of the page that shows alerts; "": there is none.
	ExternalURL string
}

// Rule is a rule and what it did since the start.
type Rule struct {
	ID          string `json:"id"`
	Name        string `json:"name,omitempty"`
	Severity    string `json:"severity"`
	Status      string `json:"status"`
	Firing      int    `json:"firing"`
	Matched     int64  `json:"matched"`
	Groups      int64  `json:"groups"`
	Fired       int64  `json:"fired"`
	Resolved    int64  `json:"resolved"`
	Suppressed  int64  `json:"suppressed"`
	EvalErrors  int64  `json:"eval_errors"`
	Quarantined bool   `json:"quarantined"`
}

// Source is a log that is followed.
type Source struct {
	Name    string     `json:"name"`
	Path    string     `json:"path"`
	Newest  *time.Time `json:"newest"` // null: nothing was read
	Records int64      `json:"records"`
	Late    int64      `json:"late"`
	Future  int64      `json:"future"`
	Behind  int64      `json:"behind_bytes"`
	Missing bool       `json:"missing"`
	Error   string     `json:"error,omitempty"`
}
