package smartylog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Reading a record that no rule wants allocates nothing, whatever it looks like:
// names that are not documented are remembered, and looking into a record for
// forgery builds nothing.
func TestScanner_NoAllocationsForAnyRecord(t *testing.T) {
	moscow := time.FixedZone("MSK", 3*3600)
	const on, off = "\x1b[31m", "\x1b[0m"
	for name, text := range map[string]string{
		"samples":        string(sampleLog(t)),
		"custom":         head + "hydra_request url='http://h/' code=200\n" + head + "own_event a=1\n",
		"event pair":     head + "event=u'some_event' a=1\n",
		"no event":       head + "Internal Server Error: /x/\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n",
		"no offset":      "Fri Mar 24 10:22:35 2017 INFO a:1 b[1.c] LOGIN_SUCCESS a=1\nFri Mar 24 10:22:36 2017 INFO a:1 b[1.c] X\n",
		"russian":        "Пт мар 24 10:22:35+0300 2017 INFO a:1 b[1.c] LOGIN_SUCCESS a=1\nСб мар 25 10:22:35+0300 2017 INFO a:1 b[1.c] X\n",
		"coloured":       on + "Fri Mar 24 10:22:35+0300 2017" + off + " " + on + "INFO" + off + " a:1 b[1.c] " + on + "LOGIN_SUCCESS" + off + " a=1" + off + "\n",
		"glued":          head + "A" + head + "B a=1\n",
		"threads":        "Fri Mar 24 10:22:35+0300 2017 INFO (unknown file):0 <lambda>[1.Thread-7 (worker) [a]] LOGIN_SUCCESS a=1\n",
		"broken":         head + "LOGIN_ERROR params={u'a': u'b\n" + strings.Replace(head, "10:22", "11:22", 1) + "LOGIN_ERROR params=<Account: 5 (x\n",
		"bad headers":    "Fri Mar 24 25:22:35+0300 2017 INFO x\n" + head + "A\n\x00\x00\xEF\xBB\xBF" + head + "B\n",
		"event text":     head + "event=u'hydra request' a=1\n",
		"event, escapes": head + "event=u'\\u0441\\u0442\\u0430\\u0440\\u0442' a=1\n" + head + "event='\\n' a=1\n",
		"event, list":    head + "event=['x'] a=1\n",
		"cp1251":         head + "own_event city=\xd0\xff\xe7 a=1\n",
		"elements":       head + "PAYTURE_REQUEST response=<Answer>\n <Code>0</Code>\n</Answer> args={}\n" + head + "PAYTURE_REQUEST response=<?xml version=\"1.0\"?><Init><A/></Init> args={}\n",
		"torn":           longHead(4096) + head + "B a=1\n" + tornTail + longHead(4095) + "\n" + head + "B a=1\n" + tornTail,
		"quoted":         head + "A b=" + reprText(strings.TrimSpace(head)+" B") + " c=1\n",
	} {
		// Records far apart are looked into at once, because they move time.
		text += strings.ReplaceAll(text, "10:22:35", "11:22:35")
		s := smartylog.NewScanner(&endless{text: []byte(text)}, 0, smartylog.Options{Zone: moscow})
		rec := new(smartylog.Record)
		next := func() {
			if err := s.Next(rec); err != nil {
				t.Fatal(err)
			}
		}
		for range 5000 {
			next() // names and places are remembered
		}
		const many = 200 // what is less than once per run counts as nothing
		if n := testing.AllocsPerRun(100, func() {
			for range many {
				next()
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations in %d records, want 0", name, n, many)
		}
	}
}
