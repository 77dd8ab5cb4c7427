package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Nobody is told through a receiver that it fails, while there is another one.
func TestHealthRoutes(t *testing.T) {
	for name, tc := range map[string]struct {
		more string // of the configuration
		want string // who is told of what is wrong with noc, mail and hook, and of a clock
	}{
		"the routes decide": {"route: {receiver: noc}", "noc→mail mail→noc hook→noc clock→noc"},
		"all of the routes": {"route: {receiver: noc, routes: [{receiver: noc, continue: true}, {receiver: hook, name: x}]}", "noc→hook mail→noc,hook hook→noc clock→noc,hook"},
		"a health receiver": {"health_receiver: hook\nroute: {receiver: noc}", "noc→hook mail→hook hook→noc clock→hook"},
		"with a fallback":   {"health_receiver: noc\nroute: {receiver: mail}", "noc→hook mail→noc hook→noc clock→noc"},
		"a severity overridden": {"overrides: {receiver-failing: {severity: info}}\nroute: {receiver: mail, routes: [{receiver: noc, matchers: [severity=info]}]}",
			"noc→hook mail→noc hook→noc clock→mail"},
		"a label overridden": {"overrides: {receiver-failing: {labels: {team: ops}}}\nroute: {receiver: mail, routes: [{receiver: noc, matchers: [team=ops]}]}",
			"noc→hook mail→noc hook→noc clock→mail"},
		"by the instance":       {"instance: a\nroute: {receiver: mail, routes: [{receiver: noc, matchers: [instance=a]}]}", "noc→hook mail→noc hook→noc clock→noc"},
		"only of some severity": {"route: {receiver: mail, routes: [{receiver: noc, matchers: [severity=critical]}]}", "noc→hook mail→noc hook→noc clock→mail"},
	} {
		t.Run(name, func(t *testing.T) {
			fallback := ""
			if name != "the routes decide" && name != "all of the routes" && name != "a health receiver" {
				fallback = ", fallback: hook"
			}
			text := fmt.Sprintf("receivers:\n  noc: {webhook: {url: https://example.com/a}%s}\n  mail: {webhook: {url: https://example.com/b}}\n  hook: {webhook: {url: https://example.com/c}}\n%s\n", fallback, tc.more)
			c, _, err := config.ParseDry("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
			if err != nil {
				t.Fatal(err)
			}
			d, err := notifiers.NewDispatcher(dispatchOptions(c), nil, time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			failing := rules.Builtin(c.RuleOptions()).Find(notifiers.ReceiverFailing)
			var got []string
			for _, r := range []string{"noc", "mail", "hook"} {
				tr := alert.Transition{Rule: failing.ID, Severity: failing.Severity, Labels: failing.Labels, Group: alert.NewLabels(alert.Label{Name: "receiver", Value: r})}
				got = append(got, r+"→"+strings.Join(d.ReceiversOf(tr), ","))
			}
			got = append(got, "clock→"+strings.Join(d.ReceiversOf(alert.Transition{Rule: "clock-skew", Severity: alert.Warning}), ","))
			if s := strings.Join(got, " "); s != tc.want {
				t.Errorf("told: %s\nwant: %s", s, tc.want)
			}
		})
	}
}

func TestHeartbeat_BeatsWhileAllWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var beats atomic.Int32
		var broken atomic.Bool
		var said strings.Builder
		h := &heartbeat{every: time.Minute, log: slog.New(slog.NewTextHandler(&said, nil)),
			works: func() error {
				if broken.Load() {
					return errors.New("the clock stands still")
				}
				return nil
			},
			beat: func(context.Context) error { beats.Add(1); return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.run(ctx) }()
		time.Sleep(5*time.Minute + time.Second)
		broken.Store(true)
		time.Sleep(10 * time.Minute)
		if n := beats.Load(); n != 6 || strings.Count(said.String(), "stands still") != 1 {
			t.Errorf("%d beats, said:\n%s", n, said.String())
		}
		broken.Store(false)
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil || beats.Load() != 7 || !strings.Contains(said.String(), "heartbeat again") {
			t.Errorf("%v, %d beats, said:\n%s", err, beats.Load(), said.String())
		}
	})
}

func TestPulse(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	l := &loop{}
	p := &pulse{}
	look := func(after time.Duration, final int64, d *delivering) string {
		l.readings.Store(&readings{final: final})
		return said(p.works(now.Add(after), l, d))
	}
	at := func(after time.Duration) *delivering { return &delivering{at: now.Add(after)} }
	for i, tc := range []struct {
		after time.Duration
		final int64
		d     *delivering
		want  string
	}{
		{0, 5, nil, "still starting"},
		{0, 5, at(0), ""},
		{time.Minute, 5, at(time.Minute), ""},
		{61 * time.Second, 5, at(time.Minute), "clock stands still"},
		{62 * time.Second, 6, at(time.Minute), ""},
		{122 * time.Second, 7, at(time.Minute), "outbox cannot be read"},
		{123 * time.Second, 8, &delivering{at: now.Add(2 * time.Minute), mute: "noc"}, "receiver noc fails"},
	} {
		if got := look(tc.after, tc.final, tc.d); tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("look %d: %q, want %q", i, got, tc.want)
		}
	}
}

func TestPing_ShowsNoSecret(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.URL.Path, http.StatusNotFound)
	}))
	url := notifiers.Secret(srv.URL + "/s3cr3t")
	err := ping(t.Context(), srv.Client(), url, time.Now())
	if err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("refused: %v", err)
	}
	srv.Close()
	if err := ping(t.Context(), srv.Client(), url, time.Now()); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("closed: %v", err)
	}
}

// The real program: a receiver is down, its fallback stands in, the health receiver
// is told, and that it is over; the heart beats all the while.
func TestRun_TellsOfAFailingReceiver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var down atomic.Bool
	down.Store(true)
	got := make(chan string, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/down" && down.Load() {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		}
		got <- r.URL.Path + " " + string(body)
	}))
	t.Cleanup(srv.Close)
	hook := func(name, more string) string {
		return fmt.Sprintf("  %s: {webhook: {url: %q}, allow_loopback: true%s}\n", name, srv.URL+"/"+name, more)
	}
	s.edit("config.yaml", "route:\n  receiver: noc", hook("down", ", fallback: other")+hook("other", "")+hook("admin", "")+
		"health_receiver: admin\nheartbeat: {url: \""+srv.URL+"/beat\", every: 1s, allow_loopback: true}\nroute:\n  receiver: noc")
	s.edit("config.yaml", "- {receiver: mail, continue: true}", "- {receiver: down}")
	s.append("smarty_accounts.log", "LOGIN_SUCCESS", "")
	s.start()
	s.append("smarty_accounts.log", "LOGIN_ERROR", "reason='account_does_not_exist' params={'abonement': '7'}")
	await(t, got, "/other", "logins")
	await(t, got, "/admin", `"status":"firing"`, "receiver down takes no messages")
	await(t, got, "/beat")
	down.Store(false)
	await(t, got, "/down", "logins")
	await(t, got, "/admin", `"status":"resolved"`, "receiver-failing")
	if code := s.stop(); code != 0 {
		t.Errorf("exit status = %d, want 0", code)
	}
}

// await takes what came until one holds all the words.
func await(t *testing.T, got <-chan string, words ...string) {
	t.Helper()
	var others []string
	for late := time.After(90 * time.Second); ; {
		select {
		case m := <-got:
			found := true
			for _, w := range words {
				found = found && strings.Contains(m, w)
			}
			if found {
				return
			}
			others = append(others, m)
		case <-late:
			t.Fatalf("nothing with %q came, but:\n%.3000s", words, strings.Join(others, "\n"))
		}
	}
}
