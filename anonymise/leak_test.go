package anonymise_test

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/anonymise"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// personal are the keys of the generator whose values must be nowhere in the
// output. Short numbers and MACs are left to TestCopy_EveryIDIsAnother: any of them may be
// the stand-in of another.
var personal = map[string]bool{"firstname": true, "lastname": true, "phone_number": true, "mobile_phone_number": true, "email": true,
	"authkey": true, "api_key": true, "signature": true, "api_secret": true, "Key": true, "WMI_SIGNATURE": true,
	"OrderId": true, "transaction": true, "uuid": true, "subject": true, "text": true, "comment": true}

func TestCopy_LeavesNothingPersonal(t *testing.T) {
	for _, python := range []int{2, 3} {
		log := generated(t, uint64(python), python, 3*time.Minute)
		out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), log)
		values := map[string]bool{}
		for _, rec := range records(t, log) {
			for _, p := range rec.Decode().Pairs {
				collect(values, p.Key, p.Value)
			}
		}
		for _, m := range regexp.MustCompile(`<Account: \d+ \((\S+) (\S+)\)>`).FindAllSubmatch(log, -1) {
			values[string(m[1])], values[string(m[2])] = true, true
		}
		for _, m := range regexp.MustCompile(`token=(\w+)`).FindAllSubmatch(log, -1) {
			values[string(m[1])] = true
		}
		for _, text := range []string{"MerchantExample", "billing_operator", "support1", "edge01.example.net", "billing.example.net", "Телеком-ТВ", "Пирожищев"} {
			values[text] = true
		}
		if len(values) < 400 {
			t.Errorf("only %d values to look for", len(values))
		}
		plain := decoded(t, out)
		for v := range values {
			if len(v) > 5 && strings.Contains(plain, v) {
				i := strings.Index(plain, v)
				t.Errorf("%q survives: …%s…", v, plain[max(0, i-100):min(len(plain), i+100)])
			}
		}
	}
}

func collect(values map[string]bool, key string, v any) {
	switch v := v.(type) {
	case smartylog.Dict:
		for _, p := range v {
			collect(values, p.Key, p.Value)
		}
	case string:
		if personal[key] {
			values[v] = true
		}
	}
}

// decoded is a log as it is and with all escapes read.
func decoded(t testing.TB, log []byte) string {
	t.Helper()
	var out strings.Builder
	out.Write(log)
	for _, rec := range records(t, log) {
		for _, p := range rec.Decode().Pairs {
			fmt.Fprintf(&out, "%s=%v\n", p.Key, p.Value)
		}
	}
	return out.String()
}

// Numbers of people and boxes are mapped, whatever way they stand in a record.
func TestCopy_EveryIDIsAnother(t *testing.T) {
	ids := map[string]bool{"account_id": true, "customer_id": true, "abonement": true, "transaction": true, "device_uid": true, "phone_number": true, "mobile_phone_number": true}
	log := generated(t, 11, 3, 5*time.Minute)
	out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), log)
	before, after := records(t, log), records(t, out)
	same, all := 0, 0
	for i := range before {
		a, b := before[i].Decode().Pairs, after[i].Decode().Pairs
		for j := range a {
			if params, ok := a[j].Value.(smartylog.Dict); ok {
				for k, p := range params {
					if ids[p.Key] {
						all++
						same += btoi(p.Value == b[j].Value.(smartylog.Dict)[k].Value)
					}
				}
			}
			if (ids[a[j].Key] || a[j].Key == "ip") && a[j].Value != nil {
				all++
				same += btoi(a[j].Value == b[j].Value)
			}
		}
	}
	if all < 1000 || same > all/100 { // one in some thousands is mapped to itself
		t.Errorf("%d of %d numbers stayed as they were", same, all)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A value is found in all the ways that logs write it down.
func TestCopy_SameValueInEveryForm(t *testing.T) {
	log := strings.Join([]string{
		`X name=u'\u0418\u0432\u0430\u043d' lastname=u'\u0418\u0432\u0430\u043d'`,
		`X lastname='\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd'`,
		`X lastname='Иван' phone=79001234567L`,
		`X lastname="Иван" phone='+7 (900) 123-45-67'`,
		`X lastname=Иван phone=u'8-900-123-45-67' note='x'`,
		"X lastname='\xc8\xe2\xe0\xed' phone='9001234567'",
		`X r='{"lastname": "\\u0418\\u0432\\u0430\\u043d", "phone": "79001234567"}'`,
		`X account=<Account: 100245 (Иван)> params=<QueryDict: {u'abonement': [u'100245']}>`,
		`X account_id=100245L path='/admin/tvmiddleware/account/100245/' key=':1:account_status_100245'`,
		"X account_id='100245'\nTraceback (most recent call last):\n  File \"/x/smarty/a.py\", line 100245, in f\n    f(100245)\nDoesNotExist: Account 100245 (Иван) of 'Иван' not found",
	}, "\n")
	var lines strings.Builder
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "X ") {
			line = header + line
		}
		lines.WriteString(line)
	}
	a := newAnonymiser(t, anonymise.Options{})
	out, _ := anonymised(t, a, []byte(lines.String()))
	person := regexp.MustCompile(`person-\w+`).FindAllString(string(out), -1)
	if len(person) != 9 || bytes.Contains(out, []byte("Иван")) {
		t.Errorf("%d names of people in\n%s", len(person), out)
	}
	for _, p := range person {
		if p != person[0] {
			t.Errorf("%s and %s stand for one name in\n%s", p, person[0], out)
		}
	}
	phones := regexp.MustCompile(`\d{10,11}`).FindAllString(strings.NewReplacer(" ", "", "(", "", ")", "", "-", "").Replace(string(out)), -1)
	for _, p := range phones {
		if p[len(p)-9:] != phones[0][len(phones[0])-9:] {
			t.Errorf("phones %s and %s in\n%s", p, phones[0], out)
		}
	}
	if n := bytes.Count(out, []byte("100245")); n != 1 || len(phones) != 5 { // the number of a line of code stays
		t.Errorf("%d times 100245, %d phones in\n%s", n, len(phones), out)
	}
}

// Arguments of URLs are what their values are elsewhere, however they are escaped.
func TestCopy_SameValueInURLs(t *testing.T) {
	values := map[string][]string{"mac": {"00:1A:79:3C:55:0F", "00%3A1A%3A79%3A3C%3A55%3A0F", "00%3a1a%3a79%3a3c%3a55%3a0f"}, "fio": {"Иван Петров", "%D0%98%D0%B2%D0%B0%D0%BD+%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2", "Иван%20Петров"},
		"email": {"ivan@mail.ru", "ivan%40mail.ru"}, "phone": {"+79001234567", "%2B79001234567"}, "abonement": {"100245"}, "user[login]": {"ivan77"}, "password": {"hun#ter 2", "hun%23ter+2"},
		"next": {"/x/?abonement=100245&fio=Иван", "%2Fx%2F%3Fabonement%3D100245%26fio%3D%D0%98%D0%B2%D0%B0%D0%BD"}}
	for key, forms := range values {
		bare := strings.TrimSuffix(key[strings.IndexByte(key, '[')+1:], "]")
		out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(header+"X "+bare+"='"+forms[0]+"'\n"))
		want, _ := records(t, out)[0].Lookup(bare)
		for _, form := range forms {
			if form == forms[0] && strings.ContainsAny(form, "?#") {
				continue
			}
			for _, log := range []string{"X url='http://h/x?a=1&%='", "X error='GET /x?%=&a=1 failed'", "X next='%2Fx%3F%%26a%3D1'"} {
				argument := key + "=" + strings.ReplaceAll(form, " ", "+")
				if strings.HasPrefix(log, "X next") {
					log = strings.Replace(log, "%%", url.QueryEscape(argument)+"%", 1)
				}
				log = strings.Replace(log, "%=", argument, 1)
				out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(header+log+"\n"))
				plain := string(out)
				for range 3 {
					plain, _ = url.PathUnescape(plain)
				}
				if plain = strings.ReplaceAll(plain, "+", " "); !strings.Contains(strings.ToUpper(plain), strings.ToUpper(strings.ReplaceAll(want.(string), "+", " "))) {
					t.Errorf("%s\nbecame %swant %s in it", log, out, want)
				}
			}
		}
	}
}

// It does not matter in what order a record has its values.
func TestCopy_KnownValuesInAnyOrder(t *testing.T) {
	parts := []string{"url='/u/glafira/x?b=1'", "params={'abonement': 'glafira'}", "error='no glafira'", "host='micro glafira:80'", "response='{\"a\": [\"glafira\"]}'"}
	for i := range parts {
		log := header + "X " + strings.Join(append(parts[i:len(parts):len(parts)], parts[:i]...), " ") + "\n"
		if out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log)); bytes.Contains(out, []byte("glafira")) {
			t.Errorf("%sbecame\n%s", log, out)
		}
	}
}

const header = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] "
