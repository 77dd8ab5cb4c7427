package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
)

const secretRules = `
- {id: guess, event: LOGIN_ERROR, group_by: [params.password], window: 1m, condition: count >= 2, annotations: {summary: "{{ .Group }} {{ .Labels }} {{ .Samples }}"}}
- {id: caller, event: LOGIN_ERROR, group_by: [params.msisdn, reason], window: 1m, condition: "count >= 2 && reason != ''"}
- {id: bad, event: LOGIN_ERROR, window: 1m, aggregates: {n: {max: params.pin_code}, m: {min: params.msisdn}, k: {distinct: params.password}}, condition: count >= 2}
`

// secretLog is a login every second, with two passwords and phones in turn.
func secretLog(from, to int64) string {
	var text strings.Builder
	for i := from; i < to; i++ {
		text.WriteString(line(i, "LOGIN_ERROR", fmt.Sprintf("params={u'password': u'hunter2-%d', u'msisdn': u'7912345678%d', u'pin_code': u'987654'} reason='no'", i%2, i%2)))
	}
	return text.String()
}

// checkHidden fails when one of the log's secrets is in the bytes.
func checkHidden(t *testing.T, what string, data []byte) {
	t.Helper()
	for _, secret := range []string{"hunter2", "7912345678", "987654"} {
		if i := bytes.Index(data, []byte(secret)); i >= 0 {
			t.Errorf("%s holds %s: …%q…", what, secret, data[max(0, i-80):i+len(secret)+20])
		}
	}
}

// A group that is a list or a mapping hides what its keys say is secret, though
// its text has no quotes to show where that ends.
func TestEngine_SecretsInMappings(t *testing.T) {
	e := engine.New(mustRules(t, "\n- {id: whole, event: LOGIN_ERROR, group_by: [params], window: 1m, condition: count >= 1}\n"), engine.Options{})
	var text strings.Builder
	for i, params := range []string{
		"{u'password': u'hunter2 and hunter2, too: hunter2', u'lang': u'ru'}", "(('password', 'hunter2'), ('lang', 'ru'))",
		"[{'name': 'password', 'value': 'hunter2 hunter2'}]", "{'a': {'пароль': 'x hunter2'}}", "{'token': ['x hunter2', 'hunter2']}",
	} {
		text.WriteString(line(int64(i), "LOGIN_ERROR", "params="+params))
	}
	data, err := json.Marshal(feed(t, e, "app/smarty_accounts", text.String()+line(9, "X", "")))
	if err != nil {
		t.Fatal(err)
	}
	state, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("lang: ru")) {
		t.Errorf("what is no secret is not shown: %s", data)
	}
	checkHidden(t, "the output", data)
	checkHidden(t, "the state", state)
}

// Nothing that comes out of an engine holds a secret, its state included, in
// which groups are known by what their labels hold; an engine that goes on from
// the state tells the same as one that was never stopped.
func TestEngine_SecretsStayInside(t *testing.T) {
	set := mustRules(t, secretRules)
	whole := engine.New(set, engine.Options{})
	want := feed(t, whole, "app/smarty_accounts", secretLog(0, 8)+line(300, "X", ""))

	e := engine.New(set, engine.Options{})
	got := feed(t, e, "app/smarty_accounts", secretLog(0, 5))
	state, err := e.State()
	if err != nil {
		t.Fatal(err)
	}
	checkHidden(t, "the state", state)
	if e, err = engine.Restore(set, engine.Options{}, state); err != nil {
		t.Fatal(err)
	}
	got = append(got, feed(t, e, "app/smarty_accounts", secretLog(5, 8)+line(300, "X", ""))...)
	if diff := cmp.Diff(identities(want), identities(got)); diff != "" {
		t.Errorf("after a restart (-whole +restored):\n%s", diff)
	}
	ids := map[string]bool{}
	for _, o := range got {
		if o.Alert.Rule == "guess" {
			ids[o.Alert.AlertID] = true
		}
	}
	if len(ids) < 2 {
		t.Errorf("two passwords are the alerts %v", ids)
	}
	stats, _ := e.Stats()
	out, err := json.Marshal([]any{got, stats})
	if err != nil {
		t.Fatal(err)
	}
	checkHidden(t, "the output", out)
	if !strings.Contains(string(out), `#`) || len(got) < 8 {
		t.Errorf("too little fired: %s", out)
	}
}

// identities are what a restart must not change.
func identities(out []engine.Output) (lines []string) {
	for _, o := range out {
		a := o.Alert
		lines = append(lines, fmt.Sprintf("+%d %s %s{%s} %v %s %s", a.At-t0, a.State, a.Rule, a.Group, a.Values, a.AlertID, a.ID))
	}
	return lines
}

func alertsOf(t *testing.T, set *rules.Set, text string) []engine.Output {
	e := engine.New(set, engine.Options{})
	out := feed(t, e, "app/x", text)
	e.Finish(0)
	return append(out, clone(e.Close())...)
}

// A secret that the end of a sample cuts is hidden with it.
func TestEngine_SampleCutsNoSecret(t *testing.T) {
	for name, secret := range map[string]string{
		"phone": "+79123456789", "hex": "5da94074db60083cc1393e3fd08b1735", "card": "4111 1111 1111 1111", "email": "ivan.petrov@example.com",
		"jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_123", "key": "password='abcdefghijkl'",
	} {
		for _, form := range []string{"%s", "first\nsecond %s"} {
			for pad := range 60 {
				set := mustRules(t, "- {id: a, event: X}")
				fill := strings.Repeat("ab ", 135) + strings.Repeat("x", pad) // up to the cut
				if strings.Contains(form, "\n") {
					fill = strings.Repeat("ab ", 30) + strings.Repeat("x", pad)
				}
				text := line(0, "X", "n=1 text="+fmt.Sprintf(form, fill+" "+secret+" end"))
				out := alertsOf(t, set, text)
				if len(out) != 1 || len(out[0].Alert.Samples) != 1 {
					t.Fatalf("%d outputs", len(out))
				}
				shown := out[0].Alert.Samples[0].Text
				for i := 0; i+6 <= len(secret); i++ {
					if name != "key" && strings.Contains(shown, secret[i:i+6]) || strings.Contains(shown, "defgh") {
						t.Fatalf("%s after %d: %q", name, pad, shown)
					}
				}
			}
		}
	}
}

// A secret of several lines is hidden in the last one too.
func TestEngine_SampleKnowsWhatCameBefore(t *testing.T) {
	set := mustRules(t, "- {id: a, event: X}")
	text := line(0, "X", "params={'password': 'one\ntwo-hunter2', 'cid': 12}")
	out := alertsOf(t, set, text)
	if len(out) != 1 || strings.Contains(out[0].Alert.Samples[0].Text, "hunter2") || !strings.HasSuffix(out[0].Alert.Samples[0].Text, redact.Mark+", 'cid': 12}") {
		t.Errorf("got %+v", out)
	}
}
