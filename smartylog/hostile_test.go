package smartylog_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// hostile are pieces of messages that, many times over, are looked at again and
// again by a reader that is careless.
var hostile = []string{
	"kk=<a ", "kk=<a: ", "kk=[<a ", "[<a <b>, ", "<a: <b>, ", "kk=<?xml ", "kk=<?xml ?><a> ", "kk=<a 'x", `kk="a'b `, "kk={'a': ", "kk=(1, ", "[[], ", "<a: '>, ",
	"kk=f(", "kk=u'\\", "a=<A: (> bb=", "xx=1 ", "<?xml ?>", "kk=<QuerySet [", "kk=<QueryDict: {", "kk=<QuerySet [<QuerySet [<QuerySet [ x> ",
	"kk=<a>\r ", "kk=<a><b> ", "kk=<a><>> ", "kk=<a></a ", "<a><>, ", "<a></>, ", "kk=<A: x> y ", "kk=<A x> y ", "kk=<A: 'x> y ", "kk=[<A: x> y, ", "kk=<A: x>, y ",
	"kk=<A: (< x> y ", "kk=<a 'x' ", "kk=x y ", "kk=x\n", "kk=<A: x\n> y ", "\nTraceback", tracebackLine, "\n" + tracebackLine, tracebackLine + "\r", "\x1b[1m" + tracebackLine,
	tracebackLine + "\nValueError: x\n\nDuring handling of the above exception, another exception occurred:\n\n", "  + Exception Group " + tracebackLine,
	`\N{`, "'\\N{', ", "u'\\ud83d', ", "kk=1 day, ", ">, ", "> ", ">\x1b[0m", "kk      ",
}

const tracebackLine = "Traceback (most recent call last):"

// Text made to be read again and again must not cost more than its length: twice
// the text takes twice as long, not four times. Times are those of the processor,
// because others may be at work; what takes little proves nothing either way.
func TestDecode_HostileValues(t *testing.T) {
	const n, little = 100_000, 200 * time.Millisecond
	for _, before := range []string{"X vv=", "X vv=[", "X vv=<QuerySet [", "X vv='", "X vv=u'", "X vv=1\nzz", "PORTAL_EVENT user_agent="} {
		for _, piece := range hostile {
			for try := 1; ; try++ {
				twice := readingTime(t, before, piece, 2*n)
				if twice < little {
					break
				}
				once := readingTime(t, before, piece, n)
				if twice < 3*once {
					break
				}
				if try == 3 {
					t.Errorf("%q, then %q over and over: %d bytes in %v, %d in %v", before, piece, n, once, 2*n, twice)
					break
				}
			}
		}
	}
}

// readingTime is how long the processor needs for all that can be asked of a
// record of n bytes with a text in it over and over.
func readingTime(t *testing.T, before, piece string, n int) time.Duration {
	t.Helper()
	text := head + before + strings.Repeat(piece, n/len(piece)) + "x>x\n"
	start := processorTime(t)
	for _, r := range readAll(t, []byte(text), smartylog.Options{}) {
		r.Decode()
		r.AppendJSON(nil, false)
		r.Leaves()
		r.Exception()
	}
	return processorTime(t) - start
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano())
}
