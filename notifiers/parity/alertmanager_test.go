//go:build parity

package parity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// TestAlertmanager_SideBySide asks Debian's program all cases at once: each has a
// branch of the tree, inhibitions and silences of its own, told apart by the label
// case. With -update its answers become what the other test wants.
func TestAlertmanager_SideBySide(t *testing.T) {
	hook := &hook{said: map[string][]string{}}
	srv := httptest.NewServer(hook)
	defer srv.Close()
	am := start(t, configuration(srv.URL))
	got := map[string]said{}
	ids := map[string][]string{} // of silences, by case
	steps := 0
	for _, c := range cases {
		steps = max(steps, len(c.steps))
	}
	for n := range steps {
		for _, c := range cases {
			if n < len(c.steps) {
				ids[c.name] = am.mute(t, c, c.steps[n], ids[c.name])
			}
		}
		am.alerts(t, n)
		time.Sleep(stepLength)
		told := hook.take()
		for _, c := range cases {
			if n < len(c.steps) {
				lines := append([]string{}, told[c.name]...)
				slices.Sort(lines)
				got[c.name] = append(got[c.name], lines)
			}
		}
	}
	if *update {
		save(t, theirsFile, got)
		return
	}
	kept := load(t, theirsFile)
	for _, c := range cases {
		if diff := gocmp.Diff(kept[c.name], got[c.name]); diff != "" {
			t.Errorf("%s: Alertmanager says something else than was kept (-kept +now):\n%s", c.name, diff)
		}
		switch diff := gocmp.Diff(got[c.name], ours(t, c)); {
		case diff != "" && c.differs == "":
			t.Errorf("%s (-alertmanager +ours):\n%s", c.name, diff)
		case diff != "":
			t.Logf("%s: differs, as it should: %s", c.name, c.differs)
		}
	}
}

// hook is all receivers: the path is the receiver's name.
type hook struct {
	mu   sync.Mutex
	said map[string][]string // by case
}

func (h *hook) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var m struct {
		GroupLabels map[string]string
		Alerts      []struct {
			Status string
			Labels map[string]string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil || len(m.Alerts) == 0 {
		return
	}
	var firing, resolved []string
	for _, a := range m.Alerts {
		if text := labelText(labels(a.Labels)); a.Status == "resolved" {
			resolved = append(resolved, text)
		} else {
			firing = append(firing, text)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	name := m.Alerts[0].Labels["case"]
	h.said[name] = append(h.said[name], line(strings.TrimPrefix(r.URL.Path, "/"), labels(m.GroupLabels), firing, resolved))
}

func (h *hook) take() map[string][]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.said
	h.said = map[string][]string{}
	return out
}

func labels(m map[string]string) alert.Labels {
	var ls []alert.Label
	for name, value := range m {
		ls = append(ls, alert.Label{Name: name, Value: value})
	}
	return alert.NewLabels(ls...)
}

// configuration is JSON, which is YAML as well.
func configuration(url string) map[string]any {
	var routes, inhibit, to []any
	for name, r := range receivers {
		to = append(to, map[string]any{"name": name, "webhook_configs": []any{map[string]any{"url": url + "/" + name, "send_resolved": r.SendResolved}}})
	}
	for _, c := range cases {
		r := branch(c.root)
		r["matchers"] = []string{only(c)}
		routes = append(routes, r)
		for _, in := range c.inhibit {
			inhibit = append(inhibit, map[string]any{"source_matchers": append([]string{only(c)}, in.source...),
				"target_matchers": append([]string{only(c)}, in.target...), "equal": in.equal})
		}
	}
	return map[string]any{"receivers": to, "inhibit_rules": inhibit, "route": map[string]any{"receiver": "noc", "routes": routes,
		"group_wait": groupWait.String(), "group_interval": groupInterval.String(), "repeat_interval": "4h"}}
}

func only(c parityCase) string { return fmt.Sprintf("case=%q", c.name) }

func branch(r *notifiers.Route) map[string]any {
	out := map[string]any{"continue": r.Continue}
	if r.Receiver != "" {
		out["receiver"] = r.Receiver
	}
	if r.GroupBy != nil {
		out["group_by"] = r.GroupBy
	}
	var ms []string
	for _, m := range r.Matchers {
		ms = append(ms, m.String())
	}
	out["matchers"] = ms
	var children []any
	for _, child := range r.Routes {
		children = append(children, branch(child))
	}
	out["routes"] = children
	return out
}

// alertmanager is the running program.
type alertmanager struct{ url string }

func start(t *testing.T, config map[string]any) alertmanager {
	t.Helper()
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "prometheus-alertmanager", "--config.file="+file, "--storage.path="+dir, "--web.listen-address="+address, "--cluster.listen-address=")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("alertmanager: %s", log.String())
		}
	})
	am := alertmanager{"http://" + address}
	for range 300 {
		if resp, err := http.Get(am.url + "/-/ready"); err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusOK {
			return am
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("alertmanager does not start: %s", log.String())
	return am
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// mute expires and adds silences; it returns the ids of all of the case.
func (am alertmanager) mute(t *testing.T, c parityCase, s step, ids []string) []string {
	t.Helper()
	for _, i := range s.expire {
		am.call(t, http.MethodDelete, "/api/v2/silence/"+ids[i], nil)
	}
	for _, texts := range s.silence {
		var ms []any
		for _, m := range append(matchers([]string{only(c)}), matchers(texts)...) {
			ms = append(ms, map[string]any{"name": m.Name, "value": m.Value, "isRegex": m.Op == alert.Regexp || m.Op == alert.NotRegexp,
				"isEqual": m.Op == alert.Equal || m.Op == alert.Regexp})
		}
		now := time.Now()
		answer := am.call(t, http.MethodPost, "/api/v2/silences", map[string]any{"matchers": ms, "startsAt": now, "endsAt": now.Add(time.Hour), "createdBy": "x", "comment": "x"})
		var made struct{ SilenceID string }
		if err := json.Unmarshal(answer, &made); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.SilenceID)
	}
	return ids
}

// alerts tells of all cases at once what fires and, then, what is over.
func (am alertmanager) alerts(t *testing.T, n int) {
	t.Helper()
	for _, over := range []bool{false, true} {
		var posted []any
		for _, c := range cases {
			if n >= len(c.steps) {
				continue
			}
			s := c.steps[n]
			texts, end, of := s.fire, time.Now().Add(time.Hour), 1
			if over {
				texts, end, of = s.end, time.Now(), 0
			}
			for _, r := range s.raise {
				texts = append(texts, r[of])
			}
			for _, text := range texts {
				tr := transition(text, alert.Firing, time.Now())
				ls := map[string]string{"case": c.name}
				for _, l := range tr.Set(nil) {
					ls[l.Name] = l.Value
				}
				posted = append(posted, map[string]any{"labels": ls, "endsAt": end})
			}
		}
		if len(posted) > 0 {
			am.call(t, http.MethodPost, "/api/v2/alerts", posted)
		}
	}
}

func (am alertmanager) call(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, am.url+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, answer, err)
	}
	return answer
}
