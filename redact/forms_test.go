package redact_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/smartylog"
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
		`{u'\u043f\u0430\u0440\u043e\u043b\u044c': u'` + secret + "'}", `{'\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c': '` + secret + "'}",
		`{'\xef\xe0\xf0\xee\xeb\xfc': '` + secret + "'}", `'{"\\u043f\\u0430\\u0440\\u043e\\u043b\\u044c": "` + secret + `"}'`, "Пароль: " + secret, "\xcf\xe0\xf0\xee\xeb\xfc=" + secret,
		"?%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C=" + secret, `[(u'\u043f\u0430\u0440\u043e\u043b\u044c', u'` + secret + "')]",
		"a password%253D" + secret + " b", "next=%252Fx%253Fpin%253D" + secret + "%2526b%253D2", "password%2525253D" + secret, "%22token%22%3A%22" + secret + "%22",
		"password[]=" + secret, "password[0]=" + secret, "user[password]=" + secret, "user[password][0]=" + secret, "user%5Bpassword%5D=" + secret, "pin%5B%5D=" + secret, "{u'pin[]': [u'" + secret + "']}",
		`<entry key="password">` + secret + "</entry>", "<param type='x' name='token'>" + secret + "</param>", "&lt;entry key=&quot;password&quot;&gt;" + secret + "&lt;/entry&gt;",
		"{'value': '" + secret + "', 'name': 'password'}", `<param value="` + secret + `" name="token"/>`, `{"value": "` + secret + `", "key": "api_key"}`,
		"kwargs={'x': [u'password', u'" + secret + "']}", "[['a', 'b'], ['token', '" + secret + "']]", "['curl', '--password', '" + secret + "']",
		"?st=" + secret, "/x?a=1&ticket=" + secret, "?a=1&amp;code=" + secret, "%3Fsid%3D" + secret,
		"got 'Bearer " + secret + "'", "Bearer " + secret + " expired", "wrong password " + secret + ", retry", "Password is " + secret, "пароль " + secret + " неверен",
		"login --user bob --password " + secret, "login --api-key " + secret + " x", "curl -s -u bob:" + secret + " http://example.com/", "curl --user bob:" + secret,
		"https://api.telegram.org/bot123456:AAF" + secret + "-0123456789/getMe", "redis://:S3#" + secret + "@h:6379/0", "redis://:a/" + secret + "@h:6379/0", "http://bob:a/" + secret + "@h/x", "next=http%3A%2F%2Fbob%3A" + secret + "%40h%2F",
	} {
		once := r.Text(text)
		if strings.Contains(once, secret) {
			t.Errorf("%s\n survives as %s", text, once)
		}
		if twice := r.Text(once); twice != once {
			t.Errorf("%s\nonce  %s\ntwice %s", text, once, twice)
		}
	}
	own := redact.New([]string{"договор", "door_code"}, nil)
	for _, text := range []string{"договор=" + secret, `u'\u0414\u043e\u0433\u043e\u0432\u043e\u0440': '` + secret + "'", "'door_code': '" + secret + "'", "doorCodes=['" + secret + "']", "X-Cookie: " + secret} {
		if got := own.Text(text); strings.Contains(got, secret) {
			t.Errorf("%s survives as %s", text, got)
		}
	}
	for _, plain := range []string{"https://example.com/a:b@c", "stream_service='edge-07' url='/x/?cid=12'", "Bearer of news", "key=':1:channel_list'",
		"http://example.com:8080/a@b", "Bearer authentication", "token 0x41 in JSON", "password 10.0.0.5", "Basic TV100 plan", "a token expired_at=5", "token 12 of 30", "password is required", "--password-file", "robot12:30"} {
		if got := r.Text(plain); got != plain {
			t.Errorf("%s became %s", plain, got)
		}
	}
}

// What a key is called decides, however its words are joined.
func TestRedactor_KeyForms(t *testing.T) {
	r := redact.New(nil, nil)
	for _, key := range []string{"parent_code", "parentCode", "Parent-Code", "PARENT_CODE", "validationCode", "pinCode", "pincode", "userPass", "cardCvv", "cardCVV2", "smsCodes", "PassWord", "apiKeys", "APIKey", "HTTPAuth",
		"pin1", "cookies", "phoneNumber", "mobilePhone", "mobile_phones", "phones", "phone2", "tel", "homeTel"} {
		for _, text := range []string{key + "=79001234567", "{u'" + key + "': [u'4821-0000']}", `{"` + key + `": "482100000"}`} {
			if got := r.Text(text); strings.Contains(got, "4821") || strings.Contains(got, "7900") {
				t.Errorf("%s became %s", text, got)
			}
		}
	}
	for _, e := range smartylog.Catalogue() {
		for _, f := range e.Fields {
			if text := f.Name + "='4821000'"; r.Text(text) != text {
				t.Errorf("the documented key %s is hidden", f.Name)
			}
		}
	}
}
