package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// However deep a secret lies in a value, under however harmless a key, it is
// hidden, and what lies beside it is not.
func TestRedactor_Nesting(t *testing.T) {
	r := redact.New(nil, nil)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(someKeys).Draw(t, "key")
		secret := rapid.OneOf(rapid.Just(any("S3CRETxyz9")), rapid.Just(any(int64(987654))), rapid.Just(any([]any{"S3CRETxyz9", smartylog.Dict{{Key: "a", Value: "S3CRETxyz9"}}})),
			rapid.Just(any(smartylog.Dict{{Key: "a", Value: int64(987654)}}))).Draw(t, "secret")
		in, want := any(smartylog.Dict{{Key: key, Value: secret}, {Key: "n", Value: int64(5)}}), any(smartylog.Dict{{Key: key, Value: "<redacted>"}, {Key: "n", Value: int64(5)}})
		for range rapid.IntRange(0, 6).Draw(t, "depth") {
			switch rapid.IntRange(0, 2).Draw(t, "around") {
			case 0:
				in, want = []any{"x", in, int64(1)}, []any{"x", want, int64(1)}
			case 1:
				in, want = smartylog.Dict{{Key: "inner", Value: in}, {Key: "ok", Value: true}}, smartylog.Dict{{Key: "inner", Value: want}, {Key: "ok", Value: true}}
			default:
				in, want = []any{"params", in}, []any{"params", want}
			}
		}
		if diff := cmp.Diff(want, r.Value("params", in)); diff != "" {
			t.Errorf("Value(%v) (-want +got):\n%s", in, diff)
		}
	})
}

func TestRedactor_ValueForms(t *testing.T) {
	r := redact.New(nil, nil)
	for _, c := range []struct {
		key      string
		in, want any
	}{
		{"pairs", []any{[]any{"password", "x"}, []any{"cid", "12"}}, []any{[]any{"password", "<redacted>"}, []any{"cid", "12"}}},
		{"field", smartylog.Dict{{Key: "name", Value: "token"}, {Key: "value", Value: "x"}}, smartylog.Dict{{Key: "name", Value: "token"}, {Key: "value", Value: "<redacted>"}}},
		{"mobile_phone_number", "9123456789", "<redacted>"}, {"phone", int64(9123456789), "<redacted>"}, {"phone", "+7 (912)", "+7 (912)"}, {"phone_model", "9123456789", "9123456789"},
		{"response", `{"password": "x", "n": 1}`, `{"password": <redacted>, "n": 1}`}, {"n", int64(79123456789), "<redacted>"}, {"n", int64(1489000000123), int64(1489000000123)},
		{"a", smartylog.Dict{{Key: "a@example.com", Value: nil}}, smartylog.Dict{{Key: "<redacted>", Value: nil}}}, {"password", nil, nil}, {"x", 1.5, 1.5},
		{"phones", []any{"9123456789"}, []any{"<redacted>"}}, {"x", 79161234567.0, "<redacted>"}, {"tel", 9161234567.0, "<redacted>"}, {"x", 1489000000.125, 1489000000.125}, {"params.password[]", "x", "<redacted>"},
		{"field", smartylog.Dict{{Key: "value", Value: "x"}, {Key: "key", Value: "token"}}, smartylog.Dict{{Key: "value", Value: "<redacted>"}, {Key: "key", Value: "token"}}}, {"x", true, true},
	} {
		if diff := cmp.Diff(c.want, r.Value(c.key, c.in)); diff != "" {
			t.Errorf("Value(%q, %v) (-want +got):\n%s", c.key, c.in, diff)
		}
	}
}

// The allow list lets through what it names, by key, path or kind, and nothing
// else.
func TestRedactor_Allow(t *testing.T) {
	value := smartylog.Dict{{Key: "signature", Value: "s1gn"}, {Key: "token", Value: "t0ken"}, {Key: "access_token", Value: "acc"}, {Key: "mail", Value: "a@example.com"}, {Key: "n", Value: "79123456789"}}
	for _, c := range []struct {
		allow []string
		shown map[string]bool
	}{
		{nil, nil},
		{[]string{"token"}, map[string]bool{"token": true}},
		{[]string{"Access-Token"}, nil},
		{[]string{"ACCESS_TOKEN"}, map[string]bool{"access_token": true}},
		{[]string{"params.signature"}, map[string]bool{"signature": true}},
		{[]string{"args.signature"}, nil},
		{[]string{"email"}, map[string]bool{"mail": true}},
		{[]string{"phone"}, map[string]bool{"n": true}},
		{[]string{"hex", "jwt", "card", "userinfo"}, nil},
		{[]string{"key"}, nil},
	} {
		r := redact.New(nil, c.allow)
		got := r.Value("params", value).(smartylog.Dict)
		for i, p := range value {
			if shown := got[i].Value == p.Value; shown != c.shown[p.Key] {
				t.Errorf("allow %v: %s is %v", c.allow, p.Key, got[i].Value)
			}
			if len(c.allow) == 1 && c.allow[0] == "params.signature" {
				continue // a text has no paths
			}
			text := fmt.Sprintf("params={u'%s': u'%s'}", p.Key, p.Value)
			if shown := r.Text(text) == text; shown != c.shown[p.Key] {
				t.Errorf("allow %v: %s became %s", c.allow, text, r.Text(text))
			}
		}
	}
}

// What Value hides in a record, Text hides in its text.
func TestRedactor_TextHidesWhatValueHides(t *testing.T) {
	const secret = "S3CRETxyz9"
	r := redact.New(nil, nil)
	for _, text := range []string{
		"params={u'\\u043f\\u0430\\u0440\\u043e\\u043b\\u044c': u'%'}", "kwargs={'x': [u'password', u'%']}", "kwargs=[[u'a', u'b'], (u'password', u'%')]", "d={'value': u'%', 'name': u'password'}",
		"d={'name': 'token', 'x': 1, 'value': '%'}", "params=<QueryDict: {u'user[password]': [u'%']}>", "params={'password[]': ['%']}", "smsCodes=['%']", "d={'args': {'api-key': {'a': ('%',)}}}",
	} {
		text = strings.ReplaceAll(text, "%", secret)
		rec := scan([]byte("Mon Nov 18 10:00:01+0300 2024 ERROR api:1 f[1.T] X " + text + "\n"))[0]
		for _, p := range rec.Decode().Pairs {
			if v := fmt.Sprint(r.Value(p.Key, p.Value)); strings.Contains(v, secret) || !strings.Contains(v, redact.Mark) {
				t.Errorf("Value(%s) = %s", text, v)
			}
		}
		if got := r.Text(text); strings.Contains(got, secret) {
			t.Errorf("Text(%s) = %s", text, got)
		}
	}
}
