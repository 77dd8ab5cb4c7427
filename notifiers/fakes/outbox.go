package fakes

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Outbox is an outbox in memory that behaves like the store's.
type Outbox struct {
	sync.Mutex
	Rows  []alert.Delivery
	Fault func(op string) error // of due, save, add, newest and ref; nil: none
}

func (m *Outbox) op(op string) error {
	if m.Fault != nil {
		return m.Fault(op)
	}
	return nil
}

// Due returns the unsent rows of a receiver whose time has come.
func (m *Outbox) Due(_ context.Context, receiver string, now time.Time) (due []alert.Delivery, next time.Time, err error) {
	m.Lock()
	defer m.Unlock()
	for _, d := range m.Rows {
		unsent := d.State == alert.DeliveryPending || d.State == alert.DeliveryRetry || d.State == alert.DeliveryInflight
		if unsent && d.Receiver == receiver && !d.Next.After(now) {
			due = append(due, d)
		}
	}
	return due, next, m.op("due")
}

// Save writes back what a worker may change.
func (m *Outbox) Save(_ context.Context, ds ...alert.Delivery) error {
	m.Lock()
	defer m.Unlock()
	if err := m.op("save"); err != nil {
		return err
	}
	for _, d := range ds {
		for i := range m.Rows {
			if r := &m.Rows[i]; r.ID == d.ID { // the rest never changes
				r.State, r.Next, r.Attempts, r.Ref = d.State, d.Next, d.Attempts, d.Ref
			}
		}
	}
	return nil
}

// Add puts in rows whose ids are not known yet.
func (m *Outbox) Add(_ context.Context, ds ...alert.Delivery) error {
	m.Lock()
	defer m.Unlock()
	if err := m.op("add"); err != nil {
		return err
	}
	for _, d := range ds {
		if !slices.ContainsFunc(m.Rows, func(r alert.Delivery) bool { return r.ID == d.ID }) {
			m.Rows = append(m.Rows, d)
		}
	}
	return nil
}

// Newest returns the newest row of a group.
func (m *Outbox) Newest(_ context.Context, receiver, key string) (alert.Delivery, bool, error) {
	m.Lock()
	defer m.Unlock()
	for _, d := range slices.Backward(m.Rows) {
		if d.Receiver == receiver && d.GroupKey == key {
			return d, true, m.op("newest")
		}
	}
	return alert.Delivery{}, false, m.op("newest")
}

// Ref returns the newest reference of a group.
func (m *Outbox) Ref(_ context.Context, receiver, key string) (string, error) {
	m.Lock()
	defer m.Unlock()
	for _, d := range slices.Backward(m.Rows) {
		if d.Receiver == receiver && d.GroupKey == key && d.Ref != "" {
			return d.Ref, m.op("ref")
		}
	}
	return "", m.op("ref")
}

// Put adds rows.
func (m *Outbox) Put(ds ...alert.Delivery) {
	m.Lock()
	defer m.Unlock()
	m.Rows = append(m.Rows, ds...)
}

// States lists all rows with their states.
func (m *Outbox) States() string {
	m.Lock()
	defer m.Unlock()
	var b []string
	for _, d := range m.Rows {
		b = append(b, d.ID+" "+string(d.State))
	}
	return strings.Join(b, ", ")
}
