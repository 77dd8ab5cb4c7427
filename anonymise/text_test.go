package anonymise_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/anonymise"
)

// TestCopy_Sentences has what programs write in words: what goes is shown by its
// tag, what stays by itself.
func TestCopy_Sentences(t *testing.T) {
	a := newAnonymiser(t, anonymise.Options{})
	tags := regexp.MustCompile(`(person|address|id|text|user|host|client|secret|device)-[0-9a-hjkmnp-tv-z]{10}`)
	for in, want := range map[string]string{
		"OperationalError: (1045, \"Access denied for user 'bob'@'localhost' now\")":                   "OperationalError: (1045, \"Access denied for user 'TEXT'@'localhost' now\")",
		"KeyError: 'channel_list'; KeyError: 'ivanov'":                                                 "KeyError: 'channel_list'; KeyError: 'TEXT'",
		"TypeError: f() got an unexpected keyword argument 'fio'":                                      "TypeError: f() got an unexpected keyword argument 'fio'",
		"AttributeError: 'NoneType' object has no attribute 'x'":                                       "AttributeError: 'NoneType' object has no attribute 'x'",
		"Абонент Петров не найден, Иван Петров тоже, и Анна Сергеевна":                                 "PERSON не найден, PERSON тоже, и PERSON",
		"Клиент ЗАЙЦЕВ ПЁТР ИЛЬИЧ, ЗАЙЦЕВ П. И., клиент ЗАЙЦЕВА, ИЛЬИНИЧНА":                            "Клиент PERSON, PERSON, клиент PERSON, PERSON",
		"fio=Зайцев Пётр balance=12, fio: Зайцев П.П. нет":                                             "fio=PERSON balance=12, fio: PERSON нет",
		"ОШИБКА: абонент живёт: ул. Пролетарская, д. 5, кв. 7, на улице Ленина 3 нет сети":             "ОШИБКА: абонент живёт: ул. ADDRESS, на улице ADDRESS нет сети",
		"user vasilisa77 not found, login ivan.petrov2 is taken, user has 3 devices":                   "user PERSON not found, login PERSON is taken, user has 3 devices",
		"GET /admin/customer/vasya77/edit/ and /api/v2/user/list2 and /tvmiddleware/api/login/":        "GET /admin/customer/PERSON/edit/ and /api/v2/user/PERSON and /tvmiddleware/api/login/",
		"ValueError: договор АБ-1234/56 закрыт":                                                        "ValueError: договор ID закрыт",
		"Error 111 connecting to redis.operator.local:6379. Connection refused.":                       "Error 111 connecting to HOST.example.com:6379. Connection refused.",
		"tornado.net.Error in requests.exceptions at socket.py":                                        "tornado.net.Error in requests.exceptions at socket.py",
		"mail to ivan@operator.ru failed at 10:22:35, 3 of 12":                                         "mail to USER@example.com failed at 10:22:35, 3 of 12",
		"version 1.2.3.4.5, Chrome/109.0.0.0, object at 0x7f3d2c11ad50":                                "version 1.2.3.4.5, Chrome/109.0.0.0, object at 0x7f3d2c11ad50",
		"[Errno 110] Connection timed out, code 404, 25 rows":                                          "[Errno 110] Connection timed out, code 404, 25 rows",
		"SELECT \"customer\".\"id\" FROM \"customer\" WHERE \"customer\".\"lastname\" = 'Иванов'":      "SELECT \"customer\".\"id\" FROM \"customer\" WHERE \"customer\".\"lastname\" = 'PERSON'",
		"login: ivanov, password: qwerty, Authorization: Basic cXdlcnR5, X-Auth-Token: abc":            "login: PERSON, password: SECRET, Authorization: SECRET, X-Auth-Token: SECRET",
		"returned 2! Lookup parameters were {'fio': u'\\u0418\\u0432\\u0430\\u043d', 'status': 'ok'}":  "returned 2! Lookup parameters were {'fio': u'PERSON', 'status': 'ok'}",
		"GET /admin/tvmiddleware/channel/12/?q=Иванов&page=2&key=abc":                                  "GET /admin/tvmiddleware/channel/12/?q=TEXT&page=2&key=SECRET",
		"mail to ivan%40mail.ru bounced, see /login%3Fpassword%3Dhunter2&b%253Dc":                      "mail to USER%40example.com bounced, see /login%3Fpassword%3DSECRET&b%253DTEXT",
		"bad password hunter2 given, Password required, пароль 4821 неверен, token expired":            "bad password SECRET given, Password required, пароль SECRET неверен, token expired",
		"run --password qwerty -v; curl -u bob:qwerty http://10.0.0.1/; got Bearer q1w2e3r4t5 of news": "run --password SECRET -v; curl -u SECRET http://10.124.58.236/; got Bearer SECRET of news",
		"POST https://api.telegram.org/bot123456:AAF-abcdefghijklmnopqrst/getMe":                       "POST https://HOST.example.com/SECRET/getMe",
		"GET /api/users/ivanov/profile and /tvmiddleware/api/login/ivanov/qwerty/":                     "GET /api/users/PERSON/profile and /tvmiddleware/api/login/PERSON/PERSON/",
		"GET /s/AbCdEfGhIjKlMnOpQrStUvWx/index.m3u8 and /t/a8Kd-92nL_x0Qz7R/ and /%D0%B0%2F9/":         "GET /s/SECRET/index.m3u8 and /t/SECRET/ and /%D0%B0%2F9/",
		"GET /billing/api/account/tariff/assign/ and /CH1_Pervyi_HD_1080/chunklist_w1080p.m3u8":        "GET /billing/api/account/tariff/assign/ and /CH1_Pervyi_HD_1080/chunklist_w1080p.m3u8",
		"It's O'Connor who don't know": "It's O'Connor who don't know",
	} {
		out, _ := anonymised(t, a, []byte(header+in+"\n"))
		got := tags.ReplaceAllStringFunc(strings.TrimSpace(strings.TrimPrefix(string(out), header)), func(m string) string {
			return strings.ToUpper(m[:strings.IndexByte(m, '-')])
		})
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

// Digits are found beside letters and dots as people write them.
func TestCopy_NumbersInSentences(t *testing.T) {
	a := newAnonymiser(t, anonymise.Options{})
	for _, number := range []string{"89001234567", "+79001234567", "8 (900) 123-45-67", "100245", "00:1A:79:3C:55:0F", "95.24.10.7", "2a00:1450::5",
		"5f1d0a52-8f0e-4a8c-9f3b-2d7d1f0e9a11", "4111111111111111", "4111 1111 1111 1111", "9f2c1a77bb01", "001a.793c.550f", "00%3A1A%3A79%3A3C%3A55%3A0F", "00%3a1a%3a79%3a3c%3a55%3a0f", "%2B79001234567"} {
		for _, in := range []string{"тел.%", "no % here", "(%)", "%.", "%, and", "x;%;", "'%'", "\"%\"", "№%", "sent to %: no", "id[%]", "a:%"} {
			log := header + "Message " + strings.ReplaceAll(in, "%", number) + "\n"
			out, _ := anonymised(t, a, []byte(log))
			if strings.Contains(string(out), number) {
				t.Errorf("%s survives in %s", number, out)
			}
		}
	}
}

// Of what nobody has documented only common words and short numbers stay, whatever
// a text looks like.
func TestCopy_UndocumentedTextsGo(t *testing.T) {
	a := newAnonymiser(t, anonymise.Options{})
	for _, value := range []string{"'/Иванов'", "'/hunter2'", "'//bob:hunter2@h/'", "'/home/ivanov/x.doc'", "'redis://:hun#ter2@h:6379/0'", "'redis://bob:hun/ter2@h/'", "79161234567.0", "12345.00",
		"[u'password', u'hunter2pw']", "('a', '/ivanov')", "{'x': '/ivanov'}", "<QueryDict: {u'x': [u'/ivanov']}>", "'<WSGIRequest GET:<QueryDict: {u\\'x\\': [u\\'/ivanov\\']}>>'", "'<entry key=\"password\">hunter2</entry>'"} {
		out, _ := anonymised(t, a, []byte(header+"X foo="+value+" b=1\n"))
		for _, rest := range []string{"ванов", "ivanov", "hun", "bob", "79161234567", "12345", "ter2"} {
			if strings.Contains(string(out), rest) {
				t.Errorf("%s became %s", value, out)
			}
		}
	}
}

// A User-Agent stays, but not what the parser could not tell from it.
func TestCopy_AfterUserAgent(t *testing.T) {
	a := newAnonymiser(t, anonymise.Options{})
	agent := "user_agent=Mozilla/5.0 (Linux; Android 9; MAG 250) Chrome/94.0.4606.81 Version/12.5.1.7"
	if out, _ := anonymised(t, a, []byte(header+"X "+agent+"\n")); string(out) != header+"X "+agent+"\n" {
		t.Errorf("became %s", out)
	}
	for _, more := range []string{" account=<Account: Глафира>", " fio='Glafira'", " fio=u'Glafira'", " params={'fio': 'Glafira'}", " Глафира Петрова"} {
		out, _ := anonymised(t, a, []byte(header+"CONTENT_REQUEST_ERROR "+agent+more+"\n"))
		if strings.Contains(string(out), "Глафира") || strings.Contains(string(out), "Glafira") || !strings.Contains(string(out), "Mozilla/5.0") {
			t.Errorf("%s became %s", more, out)
		}
	}
}

// Every key of a class that goes makes its value go, and one of a class that
// stays leaves it.
func TestCopy_KeysDecide(t *testing.T) {
	a := newAnonymiser(t, anonymise.Options{})
	gone := []string{"firstname", "lastname", "fio", "login", "user", "account", "abonement", "contract", "phone", "email", "city", "device_uid", "mac",
		"serial_number", "ip", "comment", "subject", "text", "password", "api_key", "Key", "cookies", "host", "whatever", "name", "homePhone", "q"}
	for _, key := range gone {
		for _, form := range []string{"X %='Sentinel'", "X params={u'%': u'Sentinel'}", "X params=<QueryDict: {u'%': [u'Sentinel']}>", "X a=['x', {'%': ('Sentinel',)}]",
			"X %=Sentinel", "X response='{\"%\": \"Sentinel\"}'", "X url='/x/?%=Sentinel&a=1'", "X params={'%': 'Sentinel', 'broken", "X data='a=1;%=Sentinel;b=2'"} {
			out, _ := anonymised(t, a, []byte(header+strings.ReplaceAll(form, "%", key)+"\n"))
			if strings.Contains(string(out), "Sentinel") {
				t.Errorf("%s: survives in %s", key, out)
			}
		}
	}
	for _, key := range []string{"reason", "command", "stream_service", "epg_channel", "program_name", "screen_name", "status", "login_type", "payment_source"} {
		log := header + "X " + key + "='Sentinel'\n"
		if out, _ := anonymised(t, a, []byte(log)); string(out) != log {
			t.Errorf("%s became %s", log, out)
		}
	}
}

// What the user names is counted, and business data that the user hides do not
// read as people.
func TestCopy_Asked(t *testing.T) {
	a := newAnonymiser(t, anonymise.Options{Hide: []string{"Stream_Service", "none"}, Keep: []string{"params.contract", "vc_code"}})
	log := "X stream_service=<StreamService: edge-07> b='x'\nX params={'contract': 'K1', 'vc_code': 'C1'} contract='K2' url='/?vc_code=C2&stream_service=edge-07'\n" +
		"Y b=1\nTraceback (most recent call last):\n  File \"a.py\", line 1, in b\n    c(stream_service='edge-07')\nValueError: no\n"
	out, rep := anonymised(t, a, []byte(strings.NewReplacer("X ", header+"X ", "Y ", header+"Y ").Replace(log)))
	if strings.Contains(string(out), "edge-07") || strings.Contains(string(out), "person-") || !strings.Contains(string(out), "<StreamService: hidden-") ||
		!strings.Contains(string(out), "'K1'") || strings.Contains(string(out), "'K2'") || !strings.Contains(string(out), "vc_code=C2") {
		t.Errorf("%s became\n%s", log, out)
	}
	for name, want := range map[string]int64{"stream_service": 3, "Stream_Service": 3, "none": 0, "params.contract": 1, "vc_code": 2} {
		if got := rep.Used(name); got != want {
			t.Errorf("%s was used %d times, want %d", name, got, want)
		}
	}
	if names := rep.Names(); !slices.Contains(names, "contract") || !slices.IsSorted(names) {
		t.Errorf("there were the keys %v", names)
	}
}

// Where somebody is gives as much away as their address.
func TestCopy_Fractions(t *testing.T) {
	log := header + "X lat=55.751244 lon=-37.618423 balance=-120.50 cost=0.5 latitude='55.751244'\n"
	out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
	if regexp.MustCompile(`751244|618423`).Match(out) || !strings.Contains(string(out), "balance=-120.50 cost=0.5 ") {
		t.Errorf("%s became %s", log, out)
	}
	if !regexp.MustCompile(`lat=\d\d\.\d{6} lon=-\d\d\.\d{6} `).Match(out) {
		t.Errorf("numbers have another form in %s", out)
	}
}
