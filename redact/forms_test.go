package redact_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/redact"
)

// A secret is found however it is written down.
func TestRedactor_Forms(t *testing.T) {
	const secret = "S3CRETxyz9"
	r := redact.New(nil, nil)
	for _, text := range []string{
		"password=" + secret, "password='" + secret + "'", "u'password': u'" + secret + "'", `"password": "` + secret + `"`,
		`{u\'password\': u\'` + secret + `\'}`, `{\"password\": \"` + secret + `\"}`, `{\'password\': \'` + secret + `\'}`,
		"'password'='" + secret + "'", "?password=" + secret + "&x=1", "api_key: " + secret, "PASSWORD = " + secret,
		"Authorization: Bearer " + secret, "Authorization: Basic " + secret, "'HTTP_AUTHORIZATION': 'Bearer " + secret + "'", "authorization=Token " + secret,
		"https://bob:" + secret + "@example.com/x", "redis://:" + secret + "@192.0.2.1:6379/0", "postgresql://u:" + secret + "@db/smarty",
		"<QueryDict: {u'authkey': [u'" + secret + "']}>", "token=" + secret + "\nnext line", "my_secret_thing=" + secret, "signature:" + secret,
		"params={u'abonement': u'100245', u'password': u'" + secret + `\'more'}`,
	} {
		once := r.Text(text)
		if strings.Contains(once, secret) {
			t.Errorf("%s\n survives as %s", text, once)
		}
		if twice := r.Text(once); twice != once {
			t.Errorf("%s\nonce  %s\ntwice %s", text, once, twice)
		}
	}
	own := redact.New([]string{"пароль", "door_code"}, nil)
	for _, text := range []string{"пароль=" + secret, "'door_code': '" + secret + "'", "X-Cookie: " + secret} {
		if got := own.Text(text); strings.Contains(got, secret) {
			t.Errorf("%s survives as %s", text, got)
		}
	}
	for _, plain := range []string{"https://example.com/a:b@c", "stream_service='edge-07' url='/x/?cid=12'", "Bearer of news", "key=':1:channel_list'"} {
		if got := r.Text(plain); got != plain {
			t.Errorf("%s became %s", plain, got)
		}
	}
}
