package smartylog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Text made to be read again and again must not cost more than its length:
// 200 kB take milliseconds, while squares of it take minutes.
func TestDecode_HostileValues(t *testing.T) {
	for _, piece := range []string{
		"kk=<a ", "kk=<a: ", "kk=[<a ", "[<a <b>, ", "<a: <b>, ", "kk=<?xml ", "kk=<?xml ?><a> ", "kk=<a 'x", `kk="a'b `, "kk={'a': ", "kk=(1, ", "[[], ", "<a: '>, ",
		"kk=f(", "kk=u'\\", "a=<A: (> bb=", "xx=1 ", "<?xml ?>", "kk=<QuerySet [", "kk=<QueryDict: {",
	} {
		text := head + "X vv=" + strings.Repeat(piece, 200_000/len(piece)) + "x>x\n"
		start := time.Now()
		for _, r := range readAll(t, []byte(text), smartylog.Options{}) {
			r.Decode()
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q over and over: %v", piece, took)
		} else {
			t.Logf("%q over and over: %v", piece, took)
		}
	}
}
