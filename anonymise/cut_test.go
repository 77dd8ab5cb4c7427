package anonymise_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/anonymise"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Of a record that is too long the middle is gone, and what the cut has torn with
// it: half a secret would not be found any more.
func TestCopy_CutRecords(t *testing.T) {
	secret := "unspeakable"
	words := strings.Repeat("password='"+secret+"' ", 40_000)
	for name, message := range map[string]string{
		"one line":    "X " + words,
		"one literal": "X text='" + strings.Repeat(secret+" ", 60_000) + "' n=1",
		"dict":        "X params={" + strings.Repeat("'password': '"+secret+"', ", 40_000) + "'a': 1}",
		"many lines":  "X a=1\n" + strings.Repeat("  password="+secret+"\n", 700) + "ValueError: no\n",
		"long lines":  "X a=1\n" + strings.Repeat("  "+strings.Repeat("password="+secret+" ", 300)+"\n", 200) + "ValueError: no\n",
	} {
		log := header + message + "\n" + header + "AFTER n=2\n"
		out, rep := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
		if i := bytes.Index(out, []byte("speak")); i >= 0 {
			t.Errorf("%s: …%s… survives", name, out[max(0, i-40):min(len(out), i+40)])
		}
		if got := records(t, out); len(got) != 2 || got[1].Event != "AFTER" || rep.Cut != 1 || rep.Dropped == 0 {
			t.Errorf("%s: %d records; the report says %d cut and %d bytes dropped", name, len(got), rep.Cut, rep.Dropped)
		}
		if strings.HasSuffix(message, "no\n") && !bytes.Contains(out, []byte("ValueError: no\n")) {
			t.Errorf("%s: the end of the record is lost", name)
		}
	}
}

// A record spliced in where Python 2.7 cuts another into writes is no forgery,
// and does not become one.
func TestCopy_SplicedRecordsStayTrusted(t *testing.T) {
	long := header + "LOGIN_ERROR reason='x' params={u'fio': u'" + `\u0418\u0432\u0430\u043d` + "', u'comment': u'"
	long += strings.Repeat("x", 4096-len(long))
	log := long + header + "AFTER n=2\n" + strings.Repeat("x", 700) + "'}\n"
	out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
	before, after := records(t, []byte(log)), records(t, out)
	if len(before) != 2 || len(after) != 2 {
		t.Fatalf("%d records became %d", len(before), len(after))
	}
	for i := range before {
		if before[i].IsSuspect() != after[i].IsSuspect() || after[i].Flags.Has(smartylog.Glued) != (i == 1) {
			t.Errorf("record %d: %v became %v", i, before[i].Flags.Names(), after[i].Flags.Names())
		}
	}
	if bytes.Contains(out, []byte("xxx")) {
		t.Errorf("the comment survives in\n%s", out)
	}
	torn := "ret', 'fio': u'Петров'}\n" + header + "A n=1\n" // as the first line of a file
	if out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(torn)); bytes.Contains(out, []byte("ret'")) {
		t.Errorf("half a secret survives in\n%s", out)
	}
}

// What belongs to no record stays if it is blank.
func TestCopy_KeepsHolesAndBlankLines(t *testing.T) {
	log := "\ufeff\n\n" + header + "A n=1\r\n\r\n\x00\x00\x00" + header + "B n=2"
	out, rep := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
	if string(out) != log || rep.Dropped != 0 {
		t.Errorf("%q became %q, %d bytes dropped", log, out, rep.Dropped)
	}
	hole := append(make([]byte, 9<<20), header+"A n=1\n"...)
	out, rep = anonymised(t, newAnonymiser(t, anonymise.Options{}), hole)
	if int64(len(out))+rep.Dropped != int64(len(hole)) || !bytes.HasSuffix(out, []byte("A n=1\n")) {
		t.Errorf("a hole of %d bytes: %d written, %d dropped", len(hole), len(out), rep.Dropped)
	}
}

// However deep a secret lies and in whatever notation, it is found by its key.
func TestCopy_SecretsInEveryNotation(t *testing.T) {
	const secret = "S3CRETxyz9"
	for _, value := range []string{
		"{'a': [{'password': '%s'}]}", "[('password', '%s'), ('x', 1)]", "OrderedDict([('password', u'%s')])", "Request(password='%s', a=1)",
		"<QueryDict: {u'password': [u'%s']}>", "<QuerySet [{'password': '%s'}]>", "'{\"password\": \"%s\"}'", `'{\'password\': \'%s\'}'`,
		`u'{"a": {"password": "%s"}}'`, "'a=1&password=%s&b=2'", "'https://example.org/?password=%s'", "'https://bob:%s@example.org/'",
		"<WSGIRequest: GET '/x/?password=%s'>", "<WSGIRequest\npath:/x/,\nGET:<QueryDict: {u'password': [u'%s']}>,\nPOST:<QueryDict: {}>>",
		"'<a password=\"%s\"/>'", "'<password>%s</password>'", "<?xml version=\"1.0\"?><a><password>%s</password></a>", "'Authorization: Basic %s'",
		"{'password': '%s', 'broken", "{'password': '%s", "{'password': u'%s' 'x'}", "password=%s", "\"password: %s\"", "['--password', '--password=%s']",
		"{'headers': {'Authorization': 'Bearer %s'}}", "{u'\\u0438\\u043c\\u044f': 1, u'password': u'%s'}", "'{\"a\": \"{\\\\\"password\\\\\": \\\\\"%s\\\\\"}\"}'",
		"<Account: 5 (x)> password=%s", "<Session: %s>", "<password '%s'>", "Mozilla/5.0 password=%s",
	} {
		for _, form := range []string{"X a=%s b=1", "LOGIN_ERROR params=%s reason='x'", "INIT_ERROR kwargs=%s", "PAYTURE_REQUEST response=%s url='x'",
			"Internal Server Error: /x/ %s", "X b=1\nTraceback (most recent call last):\n  File \"a.py\", line 1, in b\n    c()\nValueError: %s"} {
			log := header + fmt.Sprintf(form, fmt.Sprintf(value, secret)) + "\n"
			out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
			if bytes.Contains(out, []byte(secret)) {
				t.Errorf("%s\nbecame\n%s", log, out)
			}
		}
	}
}

// Words are not torn at the cut: what is left is whole.
func TestCopy_CutBetweenWords(t *testing.T) {
	log := header + "Message " + strings.Repeat("unspeakable ", 50_000) + "\n"
	out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
	whole := bytes.Count(out, []byte("unspeakable "))
	if whole < 5_000 || len(out) != len(header+"Message \n")+whole*len("unspeakable ") {
		t.Errorf("%d bytes with %d whole words, which end in %q", len(out), whole, out[max(0, len(out)-60):])
	}
}

// What was no record does not become one, and keeps its lines.
func TestCopy_BrokenHeadersStayBroken(t *testing.T) {
	for _, log := range []string{
		"Fri Mar 24 10:22:49+0300 2017 ERROR Иван Петров:256 f[1.c] X a=1\n",
		"Fri Mar 24 10:22:49+0300 2017 ERROR base:256 f[83630.illing', '\x00xternal_api']\n",
		"\x00password=U{RLS available_apps=['a']\n" + header + "X a=1\n",
		"Иван Петров password=\n" + header + "X a=1\n",
	} {
		out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
		before, after := records(t, []byte(log)), records(t, out)
		if len(before) != len(after) || before[0].HasTime() != after[0].HasTime() || strings.Count(log, "\n") != bytes.Count(out, []byte("\n")) {
			t.Errorf("%q\nbecame\n%q", log, out)
		}
	}
}

// Texts without keys are searched for what the record has in its keys.
func TestCopy_KnownValues(t *testing.T) {
	log := header + "X lastname='Петров' contract='XK77' password='hunter2' q='/home/Ян' comment='звать Ян' account=<Account: 7781 (Жданова Ия)>\n" +
		"Traceback (most recent call last):\n  File \"a.py\", line 7781, in f\n    f('hunter2')\nValueError: нет Петров, XK77, 7781, Жданова; hunter2 в /home/Ян, звать Ян\n"
	out, _ := anonymised(t, newAnonymiser(t, anonymise.Options{}), []byte(log))
	for _, v := range []string{"Петров", "XK77", "Жданова", "hunter2", "Ян"} {
		if bytes.Contains(out, []byte(v)) {
			t.Errorf("%s survives in\n%s", v, out)
		}
	}
	if n := bytes.Count(out, []byte("7781")); n != 1 {
		t.Errorf("7781 stands %d times in\n%s", n, out)
	}
}
