package smartylog_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	_ "time/tzdata" // zoneinfo keys must resolve on every machine

	"github.com/smarty-alert/smarty-alert/smartylog"
)

var equalNaN = cmpopts.EquateNaNs()

type (
	list = []any
	dict = smartylog.Dict
)

// valueCases has every printed form of format.md 2.4, Python 2 and 3.
var valueCases = []struct {
	text string
	want any
}{
	// texts
	{`'foo'`, "foo"},
	{`"it's"`, "it's"},
	{`u'it\'s "x"'`, `it's "x"`},
	{`b'ok'`, "ok"},
	{`''`, ""},
	{`u''`, ""},
	{`U'a'`, "a"},
	{`r'a\n'`, `a\n`},
	{`'a\\b\n\r\t\a\b\f\v\0'`, "a\\b\n\r\t\a\b\f\v\x00"},
	{`'\101\x41'`, "AA"},
	{`'\xd0\x9f\xd1\x80'`, "Пр"},
	{`'\xcf\xf0\xe8\xe2\xe5\xf2'`, "Привет"},
	{`b'\xd0\xbf'`, "п"},
	{`u'\u041f\u0440'`, "Пр"},
	{`u'\xe9\xab'`, "é«"},
	{`u'\ud83d\ude00'`, "😀"},
	{`'\U0001f600'`, "😀"},
	{`u'\ud83d'`, "\uFFFD"},
	{`u'\ude00\ud83d'`, "\uFFFD\uFFFD"},
	{`'Иван'`, "Иван"},
	{`'Ива\xa0н'`, "Ива\u00a0н"},
	{`'a\u200bb'`, "a\u200bb"},
	{"'\xcf\xf0\xe8'", "При"},
	{`'\\\u2028\xa0'`, "\\\u2028\u00a0"},
	{`'\q\x1'`, `\q\x1`},
	{`u'\N{SNOWMAN}'`, "\uFFFD"},
	{`'\x00\x1b[31m'`, "\x00\x1b[31m"},
	// numbers
	{`1`, int64(1)},
	{`-5`, int64(-5)},
	{`1L`, int64(1)},
	{`9223372036854775807`, int64(math.MaxInt64)},
	{`9223372036854775808L`, "9223372036854775808"},
	{`0.30000000000000004`, 0.30000000000000004},
	{`1e-05`, 1e-05},
	{`1e+22`, 1e+22},
	{`-0.0`, math.Copysign(0, -1)},
	{`nan`, math.NaN()},
	{`inf`, math.Inf(1)},
	{`-inf`, math.Inf(-1)},
	{`(1+2j)`, "(1+2j)"},
	{`-2j`, "-2j"},
	{`infj`, "infj"},
	// constants
	{`True`, true},
	{`False`, false},
	{`None`, nil},
	{`Ellipsis`, "Ellipsis"},
	{`NotImplemented`, "NotImplemented"},
	{`...`, "..."},
	// containers
	{`[1, 'a', None]`, list{int64(1), "a", nil}},
	{`[]`, list{}},
	{`()`, list{}},
	{`(1,)`, list{int64(1)}},
	{`(1, 2)`, list{int64(1), int64(2)}},
	{`{}`, dict{}},
	{`{u'a': {'b': [1L]}, 5: u'x', None: True}`, dict{{"a", dict{{"b", list{int64(1)}}}}, {"5", "x"}, {"None", true}}},
	{`set([1])`, list{int64(1)}},
	{`set([])`, list{}},
	{`{1}`, list{int64(1)}},
	{`{1, 2}`, list{int64(1), int64(2)}},
	{`set()`, list{}},
	{`frozenset([3])`, list{int64(3)}},
	{`frozenset({3})`, list{int64(3)}},
	{`frozenset()`, list{}},
	{`[[...]]`, list{"[...]"}},
	{`[...]`, "[...]"},
	{`([1, (...)],)`, list{list{int64(1), "(...)"}}},
	{`[1, [...]]`, list{int64(1), "[...]"}},
	{`deque([[...]])`, list{"[...]"}},
	{`{'a': {...}}`, dict{{"a", "{...}"}}},
	{`OrderedDict([('a', 1)])`, dict{{"a", int64(1)}}},
	{`OrderedDict({'a': 1})`, dict{{"a", int64(1)}}},
	{`OrderedDict()`, dict{}},
	{`defaultdict(<type 'list'>, {'a': [1]})`, dict{{"a", list{int64(1)}}}},
	{`defaultdict(<class 'list'>, {})`, dict{}},
	{`Counter({'a': 2})`, dict{{"a", int64(2)}}},
	{`deque([1, 2], maxlen=3)`, list{int64(1), int64(2)}},
	{`dict_keys(['a'])`, list{"a"}},
	{`dict_items([('a', 1)])`, list{list{"a", int64(1)}}},
	{`namespace(a=1)`, "namespace(a=1)"},
	{`Point(x=1, y=2)`, "Point(x=1, y=2)"},
	{`xrange(3)`, "xrange(3)"},
	{`range(0, 3)`, "range(0, 3)"},
	{`slice(1, 2, None)`, "slice(1, 2, None)"},
	{`bytearray(b'a')`, "a"},
	{`{1.0: 2, 1e+22: 3, 123456789.5: 4, -inf: 5}`, dict{{"1.0", int64(2)}, {"1e+22", int64(3)}, {"123456789.5", int64(4)}, {"-inf", int64(5)}}},
	// calls
	{`datetime.datetime(2017, 3, 24, 10, 22)`, "2017-03-24T10:22:00Z"},
	{`datetime.datetime(2017, 3, 24, 10, 22, 35, 120000, tzinfo=<UTC>)`, "2017-03-24T10:22:35.12Z"},
	{`datetime.datetime(2026, 2, 2, 18, 0, tzinfo=datetime.timezone.utc)`, "2026-02-02T18:00:00Z"},
	{`datetime.datetime(2026, 2, 2, 18, 0, tzinfo=datetime.timezone(datetime.timedelta(seconds=10800)))`, "2026-02-02T18:00:00+03:00"},
	{`datetime.datetime(2026, 2, 2, 18, 0, tzinfo=zoneinfo.ZoneInfo(key='Europe/Moscow'))`, "2026-02-02T18:00:00+03:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=<DstTzInfo 'Europe/Moscow' MSK+3:00:00 STD>)`, "2017-03-24T10:22:00+03:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=<DstTzInfo 'America/New_York' EST-1 day, 19:00:00 STD>)`, "2017-03-24T10:22:00-05:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=<DstTzInfo 'Asia/Yekaterinburg' +05+5:00:00 STD>)`, "2017-03-24T10:22:00+05:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=psycopg2.tz.FixedOffsetTimezone(offset=180, name=None))`, "2017-03-24T10:22:00+03:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=pytz.FixedOffset(180))`, "2017-03-24T10:22:00+03:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=tzoffset(None, 10800))`, "2017-03-24T10:22:00+03:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=<StaticTzInfo 'Etc/GMT-3'>)`, "2017-03-24T10:22:00+03:00"},
	{`datetime.datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))`, "2025-10-26T02:30:00+01:00"},
	{`datetime.datetime(2025, 10, 26, 2, 30, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))`, "2025-10-26T02:30:00+02:00"},
	{`datetime.datetime(2025, 3, 30, 2, 30, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))`, "2025-03-30T02:30:00+01:00"},
	{`datetime.datetime(2017, 3, 24, 10, 22, tzinfo=datetime.timezone(datetime.timedelta(seconds=9017)))`, "2017-03-24T07:51:43Z"},
	{`datetime.timezone(datetime.timedelta(seconds=10800))`, "datetime.timezone(datetime.timedelta(seconds=10800))"},
	{`datetime.time(10, 22, tzinfo=datetime.timezone.utc)`, "datetime.time(10, 22, tzinfo=datetime.timezone.utc)"},
	{`datetime.timezone.utc`, "datetime.timezone.utc"},
	{`datetime.datetime(2017, 13, 24)`, "datetime.datetime(2017, 13, 24)"},
	{`datetime.date(2017, 3, 24)`, "2017-03-24"},
	{`datetime.time(10, 22, 35)`, "10:22:35"},
	{`datetime.timedelta(0, 12, 345678)`, 12.345678},
	{`datetime.timedelta(1)`, 86400.0},
	{`datetime.timedelta(seconds=12, microseconds=345678)`, 12.345678},
	{`datetime.timedelta(days=-1, seconds=5)`, -86395.0},
	{`datetime.timedelta(0)`, 0.0},
	{`datetime.timedelta(days=-1, seconds=86399, microseconds=999999)`, -1e-06},
	{`datetime.timedelta(999999999, 86399, 999999)`, 86399999999999.999999},
	{`f.<locals>.User(id=5)`, "f.<locals>.User(id=5)"},
	{`Decimal('1.0')`, "1.0"},
	{`UUID('5f1d0a52-8f0e-4a8c-9f3b-2d7d1f0e9a11')`, "5f1d0a52-8f0e-4a8c-9f3b-2d7d1f0e9a11"},
	{`ValueError('x',)`, "ValueError('x',)"},
	{`ValueError('x')`, "ValueError('x')"},
	{`KeyError('a',)`, "KeyError('a',)"},
	{`Exception()`, "Exception()"},
	{`DoesNotExist('Account matching query does not exist.',)`, "DoesNotExist('Account matching query does not exist.',)"},
	{`ValidationError([u'a'])`, "ValidationError([u'a'])"},
	// objects
	{`<Account: 100245 (Иван Петров)>`, "<Account: 100245 (Иван Петров)>"},
	{`[<EpgChannel: Первый канал>, <A: b>]`, list{"<EpgChannel: Первый канал>", "<A: b>"}},
	{`<StreamService: edge 07 [http]>`, "<StreamService: edge 07 [http]>"},
	{`<Channel: HD <тест>>`, "<Channel: HD <тест>>"},
	{`<Program: A > B>`, "<Program: A > B>"},
	{`<Program: A -> B < C>`, "<Program: A -> B < C>"},
	{`[<Program: A > B>, <Program: O'Brien "x">]`, list{"<Program: A > B>", `<Program: O'Brien "x">`}},
	{`<Channel: [Bad Unicode data]>`, "<Channel: [Bad Unicode data]>"},
	{`<QueryDict: {u'a': [u'b'], u'c': [u'd', u'e'], u'f': []}>`, dict{{"a", "b"}, {"c", list{"d", "e"}}, {"f", list{}}}},
	{`<QueryDict: {'a': ['b']}>`, dict{{"a", "b"}}},
	{`<QuerySet [<A: x>, '...(remaining elements truncated)...']>`, list{"<A: x>", "...(remaining elements truncated)..."}},
	{`<ProgramQuerySet [<A: x>]>`, list{"<A: x>"}},
	{`[<A: x 'y>, <B: it's>, <C: a < b>, <D: c > d>, 'z']`, list{"<A: x 'y>", "<B: it's>", "<C: a < b>", "<D: c > d>", "z"}},
	{`{'a': <Program: "Спас" >>, 'b': <Color.RED: 'r>, e'>}`, dict{{"a", `<Program: "Спас" >>`}, {"b", `<Color.RED: 'r>, e'>`}}},
	{`<Foo: [<B: x>, <C: y>]>`, "<Foo: [<B: x>, <C: y>]>"},
	{`[<Task pending name='T' coro=<f() done> wait_for=<Future pending>>, 1]`, list{"<Task pending name='T' coro=<f() done> wait_for=<Future pending>>", int64(1)}},
	{`<SimpleLazyObject: <User: admin>>`, "<SimpleLazyObject: <User: admin>>"},
	{`<django.utils.functional.__proxy__ object at 0x7f3d2c11ad50>`, "<django.utils.functional.__proxy__ object>"},
	{`<WSGIRequest: GET '/x/?a=>'>`, "<WSGIRequest: GET '/x/?a=>'>"},
	{"<WSGIRequest\npath:/x/,\nGET:<QueryDict: {}>>", "<WSGIRequest\npath:/x/,\nGET:<QueryDict: {}>>"},
	{`<HttpResponse status_code=200, "text/html">`, `<HttpResponse status_code=200, "text/html">`},
	{`<type 'exceptions.ValueError'>`, "<type 'exceptions.ValueError'>"},
	{`<class 'int'>`, "<class 'int'>"},
	{`<C.A: 1>`, "<C.A: 1>"},
	{`<function <lambda> at 0x7f3d2c11ad50>`, "<function <lambda>>"},
	{`<bound method X.y of <X object at 0x7f3d2c11ad50>>`, "<bound method X.y of <X object>>"},
	{`<open file 'x', mode 'r' at 0x7f3d>`, "<open file 'x', mode 'r'>"},
	{`<generator object <genexpr> at 0x7f3d>`, "<generator object <genexpr>>"},
	{"<?xml version=\"1.0\"?>\n<Init a=\"b>\"/>", "<?xml version=\"1.0\"?>\n<Init a=\"b>\"/>"},
	{"<?xml version=\"1.0\"?><a><b/>\n</a>", "<?xml version=\"1.0\"?><a><b/>\n</a>"},
}

func TestParseValue(t *testing.T) {
	for _, tc := range valueCases {
		got, n, err := smartylog.ParseValue([]byte(tc.text))
		if err != nil || n != len(tc.text) {
			t.Errorf("ParseValue(%q) ate %d of %d bytes, error %v", tc.text, n, len(tc.text), err)
			continue
		}
		if diff := cmp.Diff(tc.want, got, equalNaN); diff != "" {
			t.Errorf("ParseValue(%q) (-want +got):\n%s", tc.text, diff)
		}
	}
}

func TestParseValue_Broken(t *testing.T) {
	for name, text := range map[string]string{
		"empty":            ``,
		"open quote":       `'abc`,
		"quote over lines": "'abc\ndef'",
		"open list":        `[1, 2`,
		"open dict":        `{'a': `,
		"no colon":         `{'a': 1, 'b'}`,
		"no comma":         `[1 2]`,
		"open call":        `set([1]`,
		"open object":      `<Account: 5`,
		"bare word":        `TVChannelsScreen`,
		"sign":             `-`,
		"digits and word":  `12abc`,
		"too deep":         strings.Repeat("[", 200) + strings.Repeat("]", 200),
	} {
		if v, _, err := smartylog.ParseValue([]byte(text)); err == nil {
			t.Errorf("%s: ParseValue(%.40q) = %v, want an error", name, text, v)
		}
	}
}
