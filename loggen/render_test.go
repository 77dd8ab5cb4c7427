package loggen

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestRender(t *testing.T) {
	sec := monday.Add(10*time.Hour + 22*time.Minute + 35*time.Second).Unix()
	for name, tc := range map[string]struct {
		era        int
		log, event string
		fields     map[string]string
		want       string
	}{
		"documented event, all given": {3, "", "MANAGEMENT_COMMAND_SUCCESS", map[string]string{"command": "'epg_import'", "execution_time": "1.5"},
			"Mon Nov 18 10:22:35+0300 2024 INFO base:46 execute[36694.MainThread] MANAGEMENT_COMMAND_SUCCESS command='epg_import' execution_time=1.5\n"},
		"optional key": {3, "", "CLIENT_CHANNELS_NOT_FOUND", map[string]string{"client": "7", "extra": "None"}, " CLIENT_CHANNELS_NOT_FOUND client=7 extra=None\n"},
		"custom event": {3, "smarty_custom", "hydra_request", map[string]string{"url": "'http://x/'", "status_code": "200"},
			" hydra_request status_code=200 url='http://x/'\n"},
		"stacktrace as a value":        {2, "", "INIT_ERROR", map[string]string{"stacktrace": `'Traceback\nX: y'`}, ` stacktrace='Traceback\nX: y'` + "\n"},
		"reason that brings traceback": {2, "", "LOGIN_ERROR", map[string]string{"reason": "'unknown_error'"}, "\nConnectionError: Error 111 connecting to 192.0.2.20:6379. Connection refused.\n"},
		"python 3 names the module":    {3, "", "LOGIN_ERROR", map[string]string{"reason": "'unknown_error'"}, "\nredis.exceptions.ConnectionError: Error 111"},
		"message means an error":       {3, "", "VIDEOSERVICES_API_REQUEST", map[string]string{"message": "'timed out'"}, " ERROR client:61 call["},
	} {
		t.Run(name, func(t *testing.T) {
			got := Render(tc.era, moscow, sec, tc.log, tc.event, tc.fields)
			if !strings.Contains(string(got), tc.want) {
				t.Errorf("record = %s\nwant in it %s", got, tc.want)
			}
			if again := Render(tc.era, moscow, sec, tc.log, tc.event, tc.fields); !bytes.Equal(got, again) {
				t.Errorf("second call gives\n%s\nnot\n%s", again, got)
			}
		})
	}
}

func TestPen_PrintsAsPython(t *testing.T) {
	for name, tc := range map[string]struct {
		write    func(p *pen)
		py2, py3 string
	}{
		"text":                   {func(p *pen) { p.text("да \U0001f4fa é") }, `u'\u0434\u0430 \U0001f4fa \xe9'`, "'да \U0001f4fa é'"},
		"bytes":                  {func(p *pen) { p.str("да") }, `'\xd0\xb4\xd0\xb0'`, `'да'`},
		"single quote":           {func(p *pen) { p.text("it's") }, `u"it's"`, `"it's"`},
		"both quotes":            {func(p *pen) { p.text(`it's "x"`) }, `u'it\'s "x"'`, `'it\'s "x"'`},
		"escapes":                {func(p *pen) { p.text("a\n\t\\\r\x01") }, `u'a\n\t\\\r\x01'`, `'a\n\t\\\r\x01'`},
		"long":                   {func(p *pen) { p.id(12) }, "12L", "12"},
		"timedelta":              {func(p *pen) { p.timedelta(12345678) }, "datetime.timedelta(0, 12, 345678)", "datetime.timedelta(seconds=12, microseconds=345678)"},
		"timedelta, no seconds":  {func(p *pen) { p.timedelta(5) }, "datetime.timedelta(0, 0, 5)", "datetime.timedelta(microseconds=5)"},
		"timedelta, no fraction": {func(p *pen) { p.timedelta(3e6) }, "datetime.timedelta(0, 3)", "datetime.timedelta(seconds=3)"},
		"timedelta, zero":        {func(p *pen) { p.timedelta(0) }, "datetime.timedelta(0)", "datetime.timedelta(0)"},
		"datetime": {func(p *pen) { p.datetime(monday.Unix()) }, "datetime.datetime(2024, 11, 17, 21, 0, tzinfo=<UTC>)",
			"datetime.datetime(2024, 11, 17, 21, 0, tzinfo=datetime.timezone.utc)"},
		"negative money": {func(p *pen) { p.decimal(-12050) }, "Decimal('-120.50')", "Decimal('-120.50')"},
		"small debt":     {func(p *pen) { p.decimal(-5) }, "Decimal('-0.05')", "Decimal('-0.05')"},
		"exception":      {func(p *pen) { p.exception("ValueError", "x") }, "ValueError(u'x',)", "ValueError('x')"},
	} {
		for era, want := range map[int]string{2: tc.py2, 3: tc.py3} {
			p := pen{era: era}
			tc.write(&p)
			if got := string(p.buf); got != want {
				t.Errorf("%s in python %d = %s, want %s", name, era, got, want)
			}
		}
	}
}

func TestTrace_ChainedInPython3Only(t *testing.T) {
	for era, want := range map[int]int{2: 1, 3: 2} {
		p := pen{era: era}
		p.trace(traces["external"][2])
		text := string(p.buf)
		if n := strings.Count(text, "Traceback (most recent call last):"); n != want {
			t.Errorf("python %d: %d tracebacks, want %d:\n%s", era, n, want, text)
		}
		if !strings.HasSuffix(text, "\nRuntimeError: Внешний биллинг недоступен\n") {
			t.Errorf("python %d: last line is not the exception:\n%s", era, text)
		}
		if carets := strings.Contains(text, "^^^"); carets != (era == 3) {
			t.Errorf("python %d: underlining = %v", era, carets)
		}
	}
}
