package rules_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

const matchLine = "Fri Mar 24 10:22:35+0300 2017 ERROR api:621 get[83630.Thread-3] OWN_EVENT " +
	`number=12 said12=u'12' padded=' 12 ' long=9223372036854775808L float=0.25 yes=True said='False' one=1 zero=0 none=None said1='1' said0=u'0' ` +
	`params=<QueryDict: {u'abonement': [u'1002'], u'list': [u'a', u'b']}> args=[u'ch12', {'force': True}, [1, 2]] ` +
	`opaque=<tvmiddleware.api_base.TVMiddlewareApiParams object at 0x7f3d2c0f1c90> ` +
	`span=datetime.timedelta(0, 12, 500000) span3=datetime.timedelta(days=-1, seconds=86400) clock='0:00:12.345678' ` +
	`days='1 day, 0:00:01' suffix=12.3s nan=nan inf=inf removed=[<P: a>, <P: b>] quoted='[<P: a>, <P: b>]' bracket='[x]' counted=212 cut=<QuerySet [1, 2, '...(remaining elements truncated)...']> ` +
	`money=Decimal('-120.50') when=datetime.datetime(2017, 3, 24, 7, 22, 35, tzinfo=<UTC>) reason='account_deivce_invalid' name=u'\u041f\u0435\u0442\u0440'` + "\n" +
	"Traceback (most recent call last):\n  File \"/usr/share/smarty/api.py\", line 35, in e1\nKeyError: 'x'\n"

// What rules can ask of one record: missing is nil and never an error, what reads
// as a number is one, and so on (the coercions of the record format).
func TestMatch_Access(t *testing.T) {
	for expression, want := range map[string]bool{
		// Numbers and their text.
		`number == 12 and said12 == 12 and padded == 12`: true,
		`said12 == "12" and number == "12"`:              true,
		`said12 > 11.5 and said12 < 12.5`:                true,
		`number in [11, 12] and said12 in [12]`:          true,
		`said12 == "012"`:                                false, // two texts
		`long > 1000000000000`:                           true,
		`long == "9223372036854775808"`:                  true,
		`money < -120 and money == "-120.50"`:            true,
		// Booleans and their names; None is unknown, not false.
		`yes == true and said == false`:                                   true,
		`yes == "true" and yes == 1`:                                      true,
		`one == true and zero == false`:                                   true,
		`said1 == true and said0 == false and said1 != false`:             true,
		`said12 == true or said12 == false or name == false`:              false,
		`one == false or number == true or none == false or none == true`: false,
		`none == nil`: true,
		// Paths: what is missing or opaque is nil.
		`params.abonement == 1002`:                                           true, // a one-element list of a QueryDict is its element
		`params.list[1] == "b" and params["list"][0] == "a"`:                 true,
		`args[0] == "ch12" and args[1].force == true`:                        true,
		`args[-1][0] == 1 and args[2][1] == 2`:                               true,
		`args[9] == nil and args[0].x == nil and args.x == nil`:              true,
		`opaque.abonement == nil and nothing.at.all == nil`:                  true,
		`nothing > 5 or nothing < 5 or nothing contains "x"`:                 false,
		`nothing == 0 or nothing == "" or nothing == false`:                  false,
		`opaque startsWith "<tvmiddleware" and not (opaque contains "0x7f")`: true, // addresses are cut
		// Seconds of whatever was printed.
		`seconds(span) == 12.5 and seconds(span3) == 0`:      true,
		`seconds(clock) == 12.345678`:                        true,
		`seconds(days) == 86401 and seconds(suffix) == 12.3`: true,
		`seconds(number) == 12 and seconds(float) == 0.25`:   true,
		`seconds(params) == nil and seconds(nothing) == nil`: true,
		`seconds(reason) == nil and seconds(nothing) > 1`:    false,
		// Counts of lists, also of those that are printed as their count.
		`len(removed) == 2 and len(counted) == 212`:             true,
		`len(cut) == 2 and len(params) == 2 and len(name) == 4`: true,
		`len(quoted) == 2 and len(bracket) == 3`:                true,
		`len(nothing) == nil and not (len(nothing) > 0)`:        true,
		// Spellings of the vendor.
		`reason == "account_device_invalid" and reason == "account_deivce_invalid"`: true,
		`reason in ["account_device_invalid"]`:                                      true,
		// Dates, text and the record itself.
		`when == "2017-03-24T07:22:35Z" and when < "2018"`:                                                  true,
		`name == "Петр" and upper(name) == "ПЕТР" and name matches "^П"`:                                    true,
		`event == "OWN_EVENT" and level == "ERROR" and line == 621 and pid > 1`:                             true,
		`exception.type == "KeyError" and exception.frame == "api.py:35 e1"`:                                true,
		`module == "api" and function == "get" and thread == "Thread-3" and time == "2017-03-24T07:22:35Z"`: true,
		`stacktrace contains "KeyError" and ctx["line"] == nil and instance == nil`:                         true,
	} {
		x, err := rules.ParseMatch("--where", expression, nil)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		got, err := x.Holds(rules.NewScratch(), matchRecord(t))
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", expression, got, err, want)
		}
	}
}

func matchRecord(t *testing.T) *smartylog.Record {
	t.Helper()
	var rec smartylog.Record
	s := smartylog.NewScanner(strings.NewReader(matchLine), 0, smartylog.Options{})
	if err := s.Next(&rec); err == nil || !s.Flush(&rec) {
		t.Fatalf("the line is not one record: %v", err)
	}
	return &rec
}

// Faults lie where the expression has them, whatever its lines.
func TestMatch_Faults(t *testing.T) {
	for source, want := range map[string]string{
		`level = "x"`:                `--where:1:7: "=" is not an operator`,
		"level == 'x'\n and nolevel": `--where:1:19: "nolevel" may be anything, also missing, and true or false is needed here`,
		`level`:                      `--where:1:1: the expression must be true or false, and is a value of any kind`,
		``:                           `--where:1:1: the expression is empty`,
		`now() > 5`:                  `--where:1:1: now() is not allowed: it would make live and replay differ`,
	} {
		_, err := rules.ParseMatch("--where", source, nil)
		var faults strictyaml.Errors
		if !errors.As(err, &faults) || faults[0].Error() != want {
			t.Errorf("%q: %v\nwant %s", source, err, want)
		}
	}
	if _, err := rules.ParseMatch("--where", "nolevel == 1", []string{"LOGIN_ERROR"}); err == nil {
		t.Error("a name that LOGIN_ERROR cannot have is accepted")
	}
	x, err := rules.ParseMatch("--where", "level == 'ERROR' and nothing == nil", nil)
	if err != nil {
		t.Fatal(err)
	}
	if rec := matchRecord(t); !x.Has(0, rec) || x.Has(1, rec) || x.Names[1] != "nothing" {
		t.Errorf("the record has %q: %v, %q: %v", x.Names[0], x.Has(0, rec), x.Names[1], x.Has(1, rec))
	}
}
