package redact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

func TestRedactor_Text(t *testing.T) {
	r := redact.New(nil, nil)
	for in, want := range map[string]string{
		"LOGIN_ERROR params={u'password': u'48\\'21', u'client_id': u'1'}":   "LOGIN_ERROR params={u'password': <redacted>, u'client_id': u'1'}",
		"params=<QueryDict: {u'api_key': [u'9f2c1a'], u'a': [u'b']}>":        "params=<QueryDict: {u'api_key': <redacted>, u'a': [u'b']}>",
		`{"authkey": "b7f3e1", "cid": 12}`:                                   `{"authkey": <redacted>, "cid": 12}`,
		"uri=http://edge07/ch12/index.m3u8?token=6a1f&x=1":                   "uri=http://edge07/ch12/index.m3u8?token=<redacted>&x=1",
		"kwargs={'api_secret': 's3cr3t', 'timeout': 1}":                      "kwargs={'api_secret': <redacted>, 'timeout': 1}",
		"args={'Data': 'x', 'Key': 'MerchantAdd'}":                           "args={'Data': 'x', 'Key': <redacted>}",
		"OBJECT_CACHED key=':1:channel_list_1_ru'":                           "OBJECT_CACHED key=':1:channel_list_1_ru'",
		"phone u'+79001234567', 8 (916) 123-45-67":                           "phone u'<redacted>', <redacted>",
		"mail ivan.petrov@example.co.il now":                                 "mail <redacted> now",
		"почта иван@пример.рф":                                               "почта <redacted>",
		"sum 5da94074db60083cc1393e3fd08b1735":                               "sum <redacted>",
		"card 4111 1111 1111 1111, order 4111 1111 1111 1112":                "card <redacted>, order 4111 1111 1111 1112",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_123":                  "<redacted>",
		"Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X ip='95.24.10.7'":    "Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X ip='95.24.10.7'",
		"device_uid=u'00:1A:79:3C:55:0F' account_id=100245L time=1489000000": "device_uid=u'00:1A:79:3C:55:0F' account_id=100245L time=1489000000",
		`response='{\"password\": \"qwe\"}'`:                                 `response='{\"password\": <redacted>}'`,
		"got Basic Ym9iOmh1bnRlcjI= of bob":                                  "got Basic <redacted> of bob",
		"parent_code=u'0000' validation_code=1234 signature = abc":           "parent_code=<redacted> validation_code=<redacted> signature = <redacted>",
	} {
		if got := r.Text(in); got != want {
			t.Errorf("Text(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestRedactor_Value(t *testing.T) {
	r := redact.New([]string{"abonement"}, []string{"signature", "email"})
	in := smartylog.Dict{{Key: "abonement", Value: "100245"}, {Key: "signature", Value: "abc"}, {Key: "mail", Value: "a@b.ru"}, {Key: "phone", Value: int64(79001234567)},
		{Key: "list", Value: []any{smartylog.Dict{{Key: "token", Value: "x"}, {Key: "n", Value: int64(5)}}}}, {Key: "password", Value: nil}}
	want := smartylog.Dict{{Key: "abonement", Value: "<redacted>"}, {Key: "signature", Value: "abc"}, {Key: "mail", Value: "a@b.ru"}, {Key: "phone", Value: "<redacted>"},
		{Key: "list", Value: []any{smartylog.Dict{{Key: "token", Value: "<redacted>"}, {Key: "n", Value: int64(5)}}}}, {Key: "password", Value: nil}}
	if diff := cmp.Diff(want, r.Value("params", in)); diff != "" {
		t.Errorf("Value (-want +got):\n%s", diff)
	}
	if in[0].Value != "100245" {
		t.Error("Value changed its argument")
	}
}

func TestRedactor_SecretKey(t *testing.T) {
	r := redact.New(nil, []string{"args.Key"})
	for path, want := range map[string]bool{
		"params.password": true, `params["api_key"]`: true, "kwargs.api_secret": true, "X.Access_Token": true, "tokens[0]": true,
		"key": false, "Key": true, "args.Key": false, "ip": false, "": false, "params": false, "params.device_uid": false,
	} {
		if got := r.SecretKey(path); got != want {
			t.Errorf("SecretKey(%q) = %v, want %v", path, got, want)
		}
	}
}

// No secret of the samples survives, whatever way a record is shown.
func TestRedactor_Samples(t *testing.T) {
	r := redact.New(nil, nil)
	data := sampleLog(t)
	text := r.Text(string(data))
	for _, rec := range scan(data) {
		for _, p := range rec.Decode().Pairs {
			v := smartylog.Dict{{Key: p.Key, Value: r.Value(p.Key, p.Value)}}
			text += string(smartylog.AppendValue(nil, v))
		}
	}
	for _, secret := range []string{"4821", "qwe", "9f2c1a", "b7f3e1", "s3cr3t", "MerchantAdd", "6a1f", "79001234567", "5da94074db60083cc1393e3fd08b1735", "u'0000'"} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("%q survives: …%s…", secret, text[max(0, i-60):i+len(secret)+10])
		}
	}
}
