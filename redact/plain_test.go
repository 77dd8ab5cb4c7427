package redact_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/redact"
)

// What on-call needs is not hidden.
func TestRedactor_Plain(t *testing.T) {
	r := redact.New(nil, nil)
	for _, text := range []string{
		"Fri Mar 24 10:22:35+1030 2017 Level 15 api:621 get[83630.Thread-3] X", "2017-03-24 10:22:35,120", "Mon Feb 02 21:16:00+0000 2026",
		"time=1489000000 ms=1489000000123 us=1489000000123456 ns=1489000000123456789", "execution_time=12.345678 x=0.79001234567 y=0.30000000000000004",
		"account_id=100245L customer_id=7781 id=9223372036854775807 transaction=u'b1c2-78' n=79001234 big=12345678901",
		"ip='95.24.10.7' ip='2001:db8::4' host='microts 10.0.0.5:7000' mac=00:1A:79:3C:55:0F", "uuid=UUID('5f1d0a52-8f0e-4a8c-9f3b-2d7d1f0e9a11')",
		"<StreamService: edge 07 [http]> at 0x7f3d2c0a5b50", "stream_service='edge-07' url='/tvmiddleware/api/channel/url/?cid=12&key_id=4'",
		"user_agent='Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:52.0) Gecko/20100101 Firefox/52.0'", "key=':1:programs:12:2017-03-24' timeout=86400",
		"channels_processed=312 programms_imported=65810", "KeyError: 'channels'", "File \"/usr/share/api.py\", line 650, in get_tokens",
		"path='/admin/login/' login_method='abonement_and_password' reason='parent_code'", "required: ('client_id', 'device')",
		"redis@4.5.1 root@10.0.0.5 @property a@b", "missing ['password', 'device_uid'] of params", "password", "Password required", "wrong token", "tokens",
		"phone=None phone_model='MAG250' microphone=12345678 headphones='12345678'", "4111-1111", "1234 5678 9012 3456", "deadbeefdeadbeef", "8 800 12",
		"<Token object at 0x7f3d2c0a5b50> ip='10.0.0.1'", "a = b + 1234567890 - 5+1234567890", "version 8.8.8.8 7.9.1", "cookies off; session ended", "?page=2&sort=key",
	} {
		if got := r.Text(text); got != text {
			t.Errorf("%s\n became %s", text, got)
		}
	}
}

// Personal data has many spellings.
func TestRedactor_Personal(t *testing.T) {
	r := redact.New(nil, nil)
	for kind, texts := range map[string][]string{
		"phone": {"+79123456789", "+7 912 345 67 89", "+7 (912) 345-67-89", "8(912)345-67-89", "8 912 3456789", "8-912-345-67-89", "79123456789", "89123456789", "(912) 345-67-89",
			"8 (495) 123-45-67", "+375 29 123-45-67", "375291234567", "+375 (29) 123 45 67", "+380501234567", "380501234567", "77012345678", "+7 701 234 56 78", "998901234567", "+49 151 23456789",
			"+1 (212) 555-1234", "%2B79123456789", "+7\u00a0912\u00a0345\u00a067\u00a089"},
		"card":     {"4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111+1111+1111+1111", "378282246310005", "3782 822463 10005", "2200123456789019", "5555555555554444"},
		"email":    {"ivan.petrov@example.com", "ivan%40example.com", "иван@пример.рф", `\u0438\u0432\u0430\u043d@\u043f\u0440.\u0440\u0444`, "a+b@sub.example.co.uk", "x@xn--e1afmkfd.xn--p1ai"},
		"jwt":      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_123", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0"},
		"hex":      {"5da94074db60083cc1393e3fd08b1735", "5DA94074DB60083CC1393E3FD08B1735", "507f1f77bcf86cd799439011"},
		"userinfo": {"bob:pa@ss", "bob:s3cr", ":s3cr", "0123456789abcdefGHIJ"},
	} {
		for _, text := range texts {
			for _, around := range [][2]string{{"", ""}, {"a='", "'"}, {`text=u'x\n`, `\n'`}, {"id_", "_x"}, {"<b>", "</b>"}, {"?q=", "&x=1"}, {"[(", ",)]"}, {"тел.", "."}, {"%3D", "%26"}} {
				line := around[0] + text + around[1]
				if kind == "userinfo" {
					line = "url='redis://" + text + "@192.0.2.1/0'"
				}
				if kind == "email" && around[0] != "a='" && around[0] != "[(" && around[0] != "" {
					continue // what stands around becomes part of the address
				}
				got := r.Text(line)
				if strings.Contains(got, text) || !strings.Contains(got, redact.Mark) {
					t.Errorf("%s: %s became %s", kind, line, got)
				}
				letThrough := redact.New(nil, []string{kind})
				if got := letThrough.Text(line); got != line {
					t.Errorf("%s allowed: %s became %s", kind, line, got)
				}
			}
		}
	}
}
