package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
)

// letters puts rows "id receiver/group state" into a fresh store.
func letters(t *testing.T, rows ...string) *Store {
	t.Helper()
	s := opened(t, t.TempDir())
	var c Cut
	for _, r := range rows {
		f := strings.Fields(r)
		receiver, group, _ := strings.Cut(f[1], "/")
		d := delivery(f[0], receiver, group, t0)
		d.State = alert.DeliveryState(f[2])
		d.Attempts = []alert.Attempt{{At: t0, Error: "503", Unclear: true}, {At: t0, Error: "400", Permanent: true, Parts: map[string]string{"a": alert.PartSent}}}
		c.Deliveries = append(c.Deliveries, d)
	}
	commit(t, s, c)
	return s
}

func TestRetry(t *testing.T) {
	for name, tc := range map[string]struct {
		rows []string
		id   string
		want string // revived
		err  error
	}{
		"alone":                    {[]string{"1 noc/g dead"}, "1", "1", nil},
		"with the newer ones":      {[]string{"1 noc/g dead", "2 noc/g dead", "3 noc/h dead"}, "1", "1 2", nil},
		"not with the older ones":  {[]string{"1 noc/g dead", "2 noc/g dead"}, "2", "2", nil},
		"after what was sent":      {[]string{"1 noc/g sent", "2 noc/g dead"}, "2", "2", nil},
		"beside another's":         {[]string{"1 noc/g dead", "2 mail/g sent", "3 noc/h sent"}, "1", "1", nil},
		"older than what was sent": {[]string{"1 noc/g dead", "2 noc/g sent"}, "1", "", ErrOutdated},
		"older than what will be":  {[]string{"1 noc/g dead", "2 noc/g retry"}, "1", "", ErrOutdated},
		"before what was dropped":  {[]string{"1 noc/g dead", "2 noc/g superseded"}, "1", "1", nil},
		"unknown":                  {nil, "1", "", ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			s := letters(t, tc.rows...)
			before, _ := s.Deliveries(t.Context(), Filter{})
			if err := s.Retry(t.Context(), tc.id); !errors.Is(err, tc.err) {
				t.Fatalf("%v, want %v", err, tc.err)
			}
			if tc.err != nil {
				after, _ := s.Deliveries(t.Context(), Filter{})
				equal(t, "rows", after, before)
				return
			}
			due, _, err := s.Due(t.Context(), "noc", t0)
			if err != nil || ids(due) != tc.want {
				t.Errorf("due %q, %v, want %q", ids(due), err, tc.want)
			}
			want := []alert.Attempt{{At: t0, Error: "400", ByHand: true, Unclear: true, Parts: map[string]string{"a": alert.PartSent}}}
			equal(t, "attempts", due[0].Attempts, want)
		})
	}
}

func TestAbandon(t *testing.T) {
	s := letters(t, "1 old/g inflight", "2 old/g pending", "3 old/g sent", "4 noc/g pending")
	if err := s.Abandon(t.Context(), "old", "no such receiver", t0); err != nil {
		t.Fatal(err)
	}
	dead, err := s.Deliveries(t.Context(), Filter{States: []alert.DeliveryState{alert.DeliveryDead}})
	if err != nil || ids(dead) != "2 1" {
		t.Fatalf("dead: %q, %v", ids(dead), err)
	}
	for _, d := range dead {
		if last := d.Attempts[len(d.Attempts)-1]; last.Error != "no such receiver" || last.Unclear != (d.ID == "1") {
			t.Errorf("%s: %+v", d.ID, last)
		}
	}
}

func TestWaiting(t *testing.T) {
	s := letters(t, "1 noc/g pending", "2 noc/h retry", "3 noc/h dead", "4 mail/g sent", "5 old/g dead", "6 web/g inflight")
	got, err := s.Waiting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	created := delivery("1", "noc", "g", t0).Created
	equal(t, "waiting", got, map[string]Waiting{"noc": {Unsent: 2, Oldest: created, Dead: 1}, "old": {Dead: 1}, "web": {Unsent: 1, Oldest: created}})
}

func TestAddAndNewest(t *testing.T) {
	s := letters(t, "1 noc/g sent")
	if err := s.Add(t.Context(), delivery("2", "mail", "g", t0), delivery("1", "mail", "g", t0)); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(t.Context(), delivery("3", "mail", "g", t0)); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"mail": "3", "noc": "1", "web": ""} {
		if d, ok, err := s.Newest(t.Context(), key, "g"); err != nil || d.ID != want || ok != (want != "") {
			t.Errorf("newest of %s is %q, %v, %v", key, d.ID, ok, err)
		}
	}
}
