package smartylog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// events lists what was read: the events in order, with "?" after suspect ones
// and "!" for lines whose header is broken.
func events(records []*smartylog.Record) string {
	var names []string
	for _, r := range records {
		name := r.Event
		if !r.HasTime() {
			name = "!"
		}
		if r.IsSuspect() {
			name += "?"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// A header inside a value that is not closed looks forged, whatever comes in
// between; one after a closed value or in raw text cannot be told from a real one.
func TestSuspect_OpenValues(t *testing.T) {
	forged := head + "FORGED a=1\n"
	later := strings.Replace(forged, "10:22", "11:22", 1)
	for name, tc := range map[string]struct{ text, want string }{
		"object":              {head + "A account=<Account: 5 (x\n" + forged, "A FORGED?"},
		"object, later":       {head + "A account=<Account: 5 (x\n" + later, "A FORGED?"},
		"quote":               {head + "A b='x\n" + forged, "A FORGED?"},
		"unicode":             {head + "A b=u\"x\n" + forged, "A FORGED?"},
		"dict":                {head + "A b={u'c': 1,\n" + forged, "A FORGED?"},
		"list":                {head + "A b=[1, 2\n" + forged, "A FORGED?"},
		"tuple":               {head + "A b=(1, 'x',\n" + forged, "A FORGED?"},
		"call":                {head + "A b=datetime.datetime(2017,\n" + forged, "A FORGED?"},
		"lines between":       {head + "A account=<Account: 5 (x\none\n\ntwo=2\n" + forged, "A FORGED?"},
		"broken header":       {head + "A account=<Account: 5 (x\nFri Mar 24 25:00:00+0300 2017 INFO x\n" + forged, "A ! FORGED?"},
		"two broken headers":  {head + "A account=<Account: 5 (x\n" + strings.Repeat("Fri Mar 24 25:00:00+0300 2017 INFO x\n", 2) + forged, "A ! ! FORGED?"},
		"coloured":            {head + "A b='x\x1b[0m\n" + forged, "A FORGED?"},
		"CRLF":                {head + "A b='x\r\n" + forged, "A FORGED?"},
		"glued":               {head + "A b='x" + forged, "A FORGED?"},
		"only the next one":   {head + "A b='x\n" + forged + head + "C\n", "A FORGED? C"},
		"no event":            {head + "Internal Server Error: /x/ request=<WSGIRequest\npath:/x/\n" + forged, " FORGED?"},
		"closed":              {head + "A account=<Account: 5 (x)>\n" + forged, "A FORGED"},
		"several lines":       {head + "A r=<WSGIRequest\npath:/x/>\n" + forged, "A FORGED"},
		"raw text":            {head + "PORTAL_EVENT event_description=hello\n" + forged, "PORTAL_EVENT FORGED"},
		"raw, bracket inside": {head + "PORTAL_EVENT user_agent=Mozilla/5.0 (X11\n" + forged, "PORTAL_EVENT FORGED"},
		"apostrophe":          {head + "A b=don't\n" + forged, "A FORGED"},
		"traceback":           {head + "A b='x\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\n" + forged, "A FORGED"},
		"after an orphan":     {"  File \"a.py\"\n" + forged, "! FORGED"},
		"after a hole":        {head + "A a=1\n\x00\x00\x00" + forged, "A FORGED"},
	} {
		if got := events(readAll(t, []byte(tc.text), smartylog.Options{})); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A time far off both neighbours, which agree, is implausible; a step that lasts is not.
func TestSuspect_Times(t *testing.T) {
	at := func(year, event string) string { return strings.Replace(head, " 2017", " "+year, 1) + event + "\n" }
	day := func(day, event string) string { return strings.Replace(head, "24", day, 1) + event + "\n" }
	for name, tc := range map[string]struct{ text, want string }{
		"future":          {at("2017", "A") + at("2099", "B") + at("2017", "C") + at("2017", "D"), "A B? C D"},
		"past":            {at("2017", "A") + at("1999", "B") + at("2017", "C") + at("2017", "D"), "A B? C D"},
		"each second":     {at("2017", "A") + at("2099", "B") + at("2017", "C") + at("2099", "D") + at("2017", "E"), "A B? C D? E"},
		"a step":          {at("2017", "A") + at("2018", "B") + at("2018", "C"), "A B C"},
		"a step back":     {at("2018", "A") + at("2017", "B") + at("2017", "C"), "A B C"},
		"first":           {at("2099", "A") + at("2017", "B") + at("2017", "C"), "A B C"},
		"last":            {at("2017", "A") + at("2017", "B") + at("2099", "C"), "A B C"},
		"an hour":         {day("24", "A") + strings.Replace(day("24", "B"), "10:", "12:", 1) + day("24", "C"), "A B C"},
		"two days":        {day("24", "A") + day("26", "B") + day("24", "C"), "A B? C"},
		"before a broken": {at("2017", "A") + at("2099", "B") + "Fri Mar 24 25:00:00+0300 2017 INFO x\n" + at("2017", "C"), "A B ! C"},
	} {
		if got := events(readAll(t, []byte(tc.text), smartylog.Options{})); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Text that a client sends is quoted when Python prints it: a header in it is
// part of the value, and the keys after it are the record's own.
func TestSuspect_QuotedHeader(t *testing.T) {
	text := strings.TrimSpace(head) + " STREAM_SERVICE_CHECKING_ERROR stream_service='fake' was_available_before=True"
	for name, value := range map[string]string{
		"text":      reprText(text),
		"unicode":   reprUnicode(text + " я"),
		"bytes":     reprBytes("я " + text),
		"dict":      "{u'ua': u" + reprText(text) + ", u'x': [1]}",
		"key":       "{u" + reprText(text) + ": u'ua'}",
		"querydict": "{'a': <QueryDict: {u'b': [1]}>, 'c': 1}", // no header in it
		"twice":     "[" + reprText(text) + ", " + reprText(text+text) + "]",

		"within a querydict":    "<QueryDict: {'device_uid': [" + reprText(text) + "], 'abonement': ['100245']}>",
		"after an object":       "{'user': <User: admin>, 'ua': [u" + reprText(text) + "]}",
		"after a bracket":       "{'ua': " + reprText("<"+text) + ", 'b': 1}",
		"after less than":       "{'ua': " + reprText("a<b "+text) + ", 'b': 1}",
		"text after less than":  reprText("a<b " + text + " <" + text + ">"),
		"twice in a querydict":  "<QueryDict: {'a': [" + reprText(text) + "], 'b': [" + reprUnicode(text) + "]}>",
		"within a queryset":     "<QuerySet [" + reprText(text) + ", <A: x>]>",
		"between QueryDict's ":  "<QueryDict: {u'a': [u'<'], u'b': [" + reprText(">"+text) + "]}>",
		"argument of exception": "ValueError(<A: x>, " + reprText(text) + ")",
	} {
		records := readAll(t, []byte(head+"PORTAL_EVENT ip='10.0.0.1' user_agent="+value+" screen_name='x'\n"+head+"B\n"), smartylog.Options{})
		if got := events(records); got != "PORTAL_EVENT B" {
			t.Errorf("%s: %q, want one record and the next one", name, got)
			continue
		}
		if v, _ := records[0].Lookup("screen_name"); v != "x" || flagsOf(records[0]) != "" {
			t.Errorf("%s: the key after it is %v, flags %q", name, v, flagsOf(records[0]))
		}
	}
	for name, tc := range map[string]struct{ text, want string }{
		"torn in a quote":        {head + "LOGIN_SUCCESS login_type='multil" + head + "LOGIN_SUCCESS login_type='basic_device'\n", "LOGIN_SUCCESS LOGIN_SUCCESS?"},
		"torn, empty value":      {head + "LOGIN_SUCCESS login_type='multil" + head + "ADMIN_REQUEST user_agent='' ip='1'\n", "LOGIN_SUCCESS ADMIN_REQUEST?"},
		"torn, quoted keys":      {head + "A b='x" + head + "B 'ip'='1' c=2\n", "A B?"},
		"torn in a dict":         {head + "A b={u'c': u'x" + head + "B d={u'e': u'f'} g=1\n", "A B?"},
		"torn in an object":      {head + "A b=<Channel: 5" + head + "B c=<Channel: 6> d=1\n", "A B?"},
		"torn in a list":         {head + "A b=[<Channel: 5>, <Chan" + head + "B c=[<Channel: 6>] d=1\n", "A B?"},
		"torn between values":    {head + "A b='x' " + head + "B c=1\n", "A B"},
		"quote closed in a tail": {head + "A b='x" + head + "B c=1\nrest' d=2\n", "A B?"},
		"quoted, then torn":      {head + "A b=" + reprText(text) + " c='x" + head + "B\n", "A B?"},
		"in an object's name":    {head + "A b=<Channel: 'x" + head + "'> d=1\n", "A ?"},
		"name in a querydict":    {head + "A b=<QueryDict: {'a': <Channel: " + head + "B>}> d=1\n", "A ?"},
		"text, then in a name":   {head + "A b={'a': " + reprText(text) + ", 'c': <Channel: " + head + "B>} d=1\n", "A ?"},
		"torn in a querydict":    {head + "A b=<QueryDict: {'a': ['x" + head + "B c=<QueryDict: {'a': ['y']}> g=1\n", "A B?"},
		"raw":                    {head + "PORTAL_EVENT user_agent=Moz " + head + "B\n", "PORTAL_EVENT B"},
	} {
		if got := events(readAll(t, []byte(tc.text), smartylog.Options{})); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// What forging changes about a record is only the flag: its time and keys stay.
func TestSuspect_KeepsTheRecord(t *testing.T) {
	records := readAll(t, []byte(head+"A b='x\n"+strings.Replace(head, "2017", "2018", 1)+"B c=1\n"), smartylog.Options{})
	got := seen(records[1])
	if diff := cmp.Diff(`B {"c":1} weekday_mismatch suspect`, got); diff != "" || records[1].Sec <= records[0].Sec {
		t.Errorf("second %d after %d (-want +got):\n%s", records[1].Sec, records[0].Sec, diff)
	}
}
