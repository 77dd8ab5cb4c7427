package smartylog_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// What a rule's path gives: the same types in both eras, nil for whatever is not
// there, never an error.
func TestField_Types(t *testing.T) {
	dict := func(pairs ...any) (d smartylog.Dict) {
		for i := 0; i < len(pairs); i += 2 {
			d = append(d, smartylog.Pair{Key: pairs[i].(string), Value: pairs[i+1]})
		}
		return d
	}
	for _, tc := range []struct {
		message, path string
		want          any
	}{
		{`LOGIN_ERROR params={u'abonement': u'100245'}`, "params.abonement", "100245"},
		{`LOGIN_ERROR params={'abonement': '100245'}`, "params.abonement", "100245"},
		{`LOGIN_ERROR params={u'abonement': 100245L}`, "params.abonement", int64(100245)},
		{`LOGIN_ERROR params=<QueryDict: {u'abonement': [u'100245']}>`, "params.abonement", "100245"},
		{`LOGIN_ERROR params=<QueryDict: {u'abonement': [u'1', u'2']}>`, "params.abonement[1]", "2"},
		{`LOGIN_ERROR params=<QueryDict: {u'abonement': []}>`, "params.abonement", []any{}},
		{`LOGIN_ERROR params=OrderedDict([('abonement', u'7')])`, "params.abonement", "7"},
		{`LOGIN_ERROR params=defaultdict(<type 'list'>, {'abonement': u'7'})`, "params.abonement", "7"},
		{`LOGIN_ERROR params=<tvmiddleware.api_base.TVMiddlewareApiParams object at 0x7f3d2c0a5b50>`, "params.abonement", nil},
		{`LOGIN_ERROR params=<tvmiddleware.api_base.TVMiddlewareApiParams object at 0x7f3d2c0a5b50>`, "params", "<tvmiddleware.api_base.TVMiddlewareApiParams object>"},
		{`LOGIN_ERROR params=None`, "params.abonement", nil},
		{`LOGIN_ERROR params={u'abonement': u'1`, "params.abonement", nil},
		{`LOGIN_ERROR params='text'`, "params.abonement", nil},
		{`LOGIN_ERROR params=12`, "params[0]", nil},
		{`LOGIN_ERROR reason='x'`, "params.abonement", nil},
		{`X args=[u'a', {'b': (1, 2L)}]`, "args[1].b[-1]", int64(2)},
		{`X args=('a',)`, "args[0]", "a"},
		{`X args=[[1, 2], [3]]`, "args[1][0]", int64(3)},
		{`X args=[]`, "args[0]", nil},
		{`X args={0: 'zero', 1: 'one'}`, "args[1]", "one"},
		{`X args={True: 1, None: 2}`, "args.None", int64(2)},
		{`X p=Point(x=1, y=2)`, "p", "Point(x=1, y=2)"},
		{`STREAM_SERVICE_CHECKING_ERROR was_available_before=True`, "was_available_before", true},
		{`STREAM_SERVICE_CHECKING_ERROR was_available_before='True'`, "was_available_before", "True"},
		{`STREAM_SERVICE_CHECKING_ERROR was_available_before=None`, "was_available_before", nil},
		{`STREAM_SERVICE_CHECKING_ERROR was_available_before=1`, "was_available_before", int64(1)},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=12.345678`, "execution_time", 12.345678},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=datetime.timedelta(0, 12, 345678)`, "execution_time", 12.345678},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=datetime.timedelta(seconds=12, microseconds=345678)`, "execution_time", 12.345678},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=datetime.timedelta(-1, 5)`, "execution_time", -86395.0},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=datetime.timedelta(days=-1, seconds=5)`, "execution_time", -86395.0},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time='0:00:12.345678'`, "execution_time", "0:00:12.345678"},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=0:00:12.345678`, "execution_time", "0:00:12.345678"},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=1 day, 0:00:01 command='x'`, "execution_time", "1 day, 0:00:01"},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=-2 days, 0:00:01`, "execution_time", "-2 days, 0:00:01"},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=1 day command='x'`, "execution_time", int64(1)},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=12.3s command='x'`, "execution_time", "12.3s"},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=999999999999999999999999L`, "execution_time", "999999999999999999999999"},
		{`MANAGEMENT_COMMAND_SUCCESS execution_time=inf`, "execution_time", math.Inf(1)},
		{`EPG_REMOVED removed_objects=[<Program: a>, <Program: b>]`, "removed_objects", []any{"<Program: a>", "<Program: b>"}},
		{`EPG_REMOVED removed_objects=<QuerySet [<Program: a>]>`, "removed_objects", []any{"<Program: a>"}},
		{`EPG_REMOVED removed_objects=212`, "removed_objects", int64(212)},
		{`EPG_REMOVED removed_objects=<QuerySet []>`, "removed_objects", []any{}},
		{`X tariffs_ids=set([3])`, "tariffs_ids", []any{int64(3)}},
		{`X price=Decimal('1.50')`, "price", "1.50"},
		{`X at=datetime.datetime(2017, 3, 24, 10, 22, tzinfo=<UTC>)`, "at", "2017-03-24T10:22:00Z"},
		{`X d={'line': 1} line=2`, "d", dict("line", int64(1))},
		{`X line=2 level='x' event='y'`, "ctx.level", "x"},
		{`X line=2 level='x' event='y'`, "ctx.event", "y"},
		{`X line=2 level='x'`, "level", "DEBUG"},
		{`X text='a' rest`, "text", "rest"},
		{`X text='a' rest`, "ctx.text", "a"},
		{`X stacktrace='Traceback (most recent call last):\n  File "/x/smarty/a.py", line 1, in f\nKeyError: 1'`, "exception.frame", "a.py:1 f"},
		{`X a=1`, "exception.type", nil},
		{`X a=1`, "stacktrace", nil},
		{`X a.b=1`, `ctx["a.b"]`, int64(1)},
		{`X a.b=1`, "a.b", nil},
	} {
		path, err := smartylog.ParsePath(tc.path)
		if err != nil {
			t.Errorf("ParsePath(%q): %v", tc.path, err)
			continue
		}
		if got := one(t, head+tc.message+"\n").Field(path); !cmp.Equal(tc.want, got) {
			t.Errorf("%s of %s = %#v, want %#v", tc.path, tc.message, got, tc.want)
		}
	}
}
