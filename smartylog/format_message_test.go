package smartylog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// messageCase is a message and what is read from it.
type messageCase struct{ message, event, ctx, rest, flags string }

func checkMessages(t *testing.T, cases map[string]messageCase) {
	t.Helper()
	for name, want := range cases {
		for _, end := range []string{"", "\n", "\r\n", "\x1b[0m\n"} {
			r := one(t, head+want.message+end)
			c := r.Decode()
			got := messageCase{want.message, r.Event, string(smartylog.AppendValue(nil, c.Pairs)), c.Rest, flagsOf(r)}
			if diff := cmp.Diff(fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got)); diff != "" {
				t.Errorf("%s, ending in %q:\n got %+v\nwant %+v", name, end, got, want)
			}
		}
	}
}

// What is the event's name and what is only text.
func TestFormat23_Event(t *testing.T) {
	checkMessages(t, map[string]messageCase{
		"name alone":             {`URLS_INITIALIZED`, "URLS_INITIALIZED", `{}`, "", ""},
		"name and pair":          {`SOME_EVENT a=1`, "SOME_EVENT", `{"a":1}`, "", ""},
		"colon":                  {`LOGIN_SUCCESS: a=1`, "LOGIN_SUCCESS", `{"a":1}`, "", ""},
		"colon alone":            {`LOGIN_SUCCESS:`, "LOGIN_SUCCESS", `{}`, "", ""},
		"lower case":             {`hydra_request a=1`, "HYDRA_REQUEST", `{"a":1}`, "", ""},
		"mixed case":             {`externalBillingResponse code=200`, "EXTERNALBILLINGRESPONSE", `{"code":200}`, "", ""},
		"digits":                 {`tvzavr2_sync a=1`, "TVZAVR2_SYNC", `{"a":1}`, "", ""},
		"event pair":             {`event='some_event' 'ip'='127.0.0.1' args=['foo', 'bar']`, "SOME_EVENT", `{"ip":"127.0.0.1","args":["foo","bar"]}`, "", ""},
		"event pair alone":       {`event='x'`, "X", `{}`, "", ""},
		"event pair, unicode":    {`event=u'some_event' a=1`, "SOME_EVENT", `{"a":1}`, "", ""},
		"event pair, quoted key": {`'event'='some_event' a=1`, "SOME_EVENT", `{"a":1}`, "", ""},
		"event pair, spaces":     {`event = 'some_event' , a = 1`, "SOME_EVENT", `{"a":1}`, "", ""},
		"event pair, bare":       {`event=some_event a=1`, "SOME_EVENT", `{"a":1}`, "", ""},
		"event pair, dashes":     {`event='hydra-request.v2' a=1`, "HYDRA-REQUEST.V2", `{"a":1}`, "", ""},
		"event pair, words":      {`event='cache is warm' a=1`, "CACHE IS WARM", `{"a":1}`, "", ""},
		"event pair, Cyrillic":   {`event=u'\u0441\u0442\u0430\u0440\u0442' a=1`, "СТАРТ", `{"a":1}`, "", ""},
		"event pair, a list":     {`event=['x'] a=1`, "", `{"event":["x"],"a":1}`, "event=['x'] a=1", "no_event"},
		"event pair, empty":      {`event='' a=1`, "", `{"event":"","a":1}`, "event='' a=1", "no_event"},
		"event pair later":       {`LOGIN_ERROR event='x'`, "LOGIN_ERROR", `{"event":"x"}`, "", ""},
		"words after a known":    {`LOGIN_SUCCESS something else login_type='a'`, "LOGIN_SUCCESS", `{"login_type":"a"}`, "something else", ""},
		"words after an unknown": {`Retrying request a=1`, "", `{"a":1}`, "Retrying request a=1", "no_event"},
		"server error":           {`Internal Server Error: /tvmiddleware/api/x/`, "", `{}`, "Internal Server Error: /tvmiddleware/api/x/", "no_event"},
		"server error, locals":   {`Internal Server Error: /x/ cid=12L request=<WSGIRequest: GET '/x/?cid=12'>`, "", `{"cid":12,"request":"<WSGIRequest: GET '/x/?cid=12'>"}`, "Internal Server Error: /x/ cid=12L request=<WSGIRequest: GET '/x/?cid=12'>", "no_event"},
		"exception text":         {`ValueError: bad input`, "", `{}`, "ValueError: bad input", "no_event"},
		"Cyrillic":               {`Ошибка импорта source='x'`, "", `{"source":"x"}`, "Ошибка импорта source='x'", "no_event"},
		"tag":                    {`[hydra] timeout after 5s`, "", `{}`, "[hydra] timeout after 5s", "no_event"},
		"digit first":            {`404 a=1`, "", `{"a":1}`, "404 a=1", "no_event"},
		"only a pair":            {`a=1`, "", `{"a":1}`, "a=1", "no_event"},
		"nothing":                {``, "", `{}`, "", "no_event"},
	})
}

// Keys in every spelling, repeated keys, and words between pairs.
func TestFormat23_Keys(t *testing.T) {
	checkMessages(t, map[string]messageCase{
		"quotes":            {`X 'ip'='1' "a"=2 u'b'=3 b'c'=4`, "X", `{"ip":"1","a":2,"b":3,"c":4}`, "", ""},
		"dots and dashes":   {`X a.b=1 c-d=2 'e.f-g'=3`, "X", `{"a.b":1,"c-d":2,"e.f-g":3}`, "", ""},
		"spaces":            {`X a = 'b' , c= 'd' ,e ='f'`, "X", `{"a":"b","c":"d","e":"f"}`, "", ""},
		"commas":            {`X a=1,b=2, c=3 ,d=4`, "X", `{"a":1,"b":2,"c":3,"d":4}`, "", ""},
		"tabs":              {"X\ta=1\tb=2", "", `{"a":1,"b":2}`, "X\ta=1\tb=2", "no_event"},
		"capitals":          {`PAYTURE_REQUEST OrderId=7 Key='k'`, "PAYTURE_REQUEST", `{"OrderId":7,"Key":"k"}`, "", ""},
		"underscore":        {`X _raw=1 a_=2`, "X", `{"_raw":1,"a_":2}`, "", ""},
		"empty":             {`LOGIN_ERROR reason= params={'a': 1}`, "LOGIN_ERROR", `{"reason":"","params":{"a":1}}`, "", ""},
		"all empty":         {`LOGIN_ERROR reason= params=`, "LOGIN_ERROR", `{"reason":"","params":""}`, "", ""},
		"coloured":          {"X a=\x1b[32mtwo words\x1b[0m bb=\x1b[1m2\x1b[0m cc = \x1b[33m'x'", "X", `{"a":"two words","bb":2,"cc":"x"}`, "", ""},
		"coloured, empty":   {"X a=\x1b[0m bb= \x1b[1mcc\x1b[0m= \x1b[0m dd=1", "X", `{"a":"","bb":"","cc":"","dd":1}`, "", ""},
		"twice":             {`X a=1 b=2 a=3 a=4`, "X", `{"a":1,"b":2}`, "", "duplicate_key"},
		"not keys":          {`X a==1 b=>2 5=5 c=3`, "", `{"c":3}`, "X a==1 b=>2 5=5 c=3", "no_event"},
		"words":             {`X a=1 one two b=2 three`, "X", `{"a":1,"b":2}`, "one two three", ""},
		"stray punctuation": {`X a=1 ; b=2 )`, "X", `{"a":1,"b":2}`, "; )", ""},
	})
	pairs := one(t, head+"X a=1 b=2 a=3").Decode().Pairs
	if want := (smartylog.Dict{{Key: "a", Value: int64(1)}, {Key: "b", Value: int64(2)}, {Key: "a", Value: int64(3)}}); !cmp.Equal(want, pairs) {
		t.Errorf("pairs = %v, want all of them: %v", pairs, want)
	}
}

// Raw values end where the catalogue knows the next key, and take no forged ones.
func TestFormat23_Raw(t *testing.T) {
	const agent = "Mozilla/5.0 (Linux; U; a=b) AppleWebKit/533.3 (KHTML, like Gecko) MAG200"
	checkMessages(t, map[string]messageCase{
		"address":              {`BILLING_REQUEST_SUCCESS ip=10.0.0.1 url=/billing/api/ args={}`, "BILLING_REQUEST_SUCCESS", `{"ip":"10.0.0.1","url":"/billing/api/","args":{}}`, "", ""},
		"agent first":          {"ADMIN_REQUEST user_agent=" + agent + " ip='10.0.0.1' path='/a'", "ADMIN_REQUEST", `{"user_agent":"` + agent + `","ip":"10.0.0.1","path":"/a"}`, "", ""},
		"agent last":           {"ADMIN_REQUEST ip='10.0.0.1' path='/a' user_agent=" + agent, "ADMIN_REQUEST", `{"ip":"10.0.0.1","path":"/a","user_agent":"` + agent + `"}`, "", ""},
		"forged, agent last":   {"ADMIN_REQUEST ip='10.0.0.1' user=<User: a> path='/' user_agent=x ip=6.6.6.6 path=/evil", "ADMIN_REQUEST", `{"ip":"10.0.0.1","user":"<User: a>","path":"/","user_agent":"x ip=6.6.6.6 path=/evil"}`, "", ""},
		"forged, agent first":  {"ADMIN_REQUEST user_agent=x ip=6.6.6.6 foo=1 ip='10.0.0.1' path='/a'", "ADMIN_REQUEST", `{"user_agent":"x ip=6.6.6.6 foo=1","ip":"10.0.0.1","path":"/a"}`, "", ""},
		"unknown key":          {"ADMIN_REQUEST user_agent=x role=admin ip='10.0.0.1'", "ADMIN_REQUEST", `{"user_agent":"x role=admin","ip":"10.0.0.1"}`, "", ""},
		"quoted next key":      {`ADMIN_REQUEST user_agent=x y 'ip'='10.0.0.1' u'path'=u'/a'`, "ADMIN_REQUEST", `{"user_agent":"x y","ip":"10.0.0.1","path":"/a"}`, "", ""},
		"open set":             {`ACCOUNT_CHANGED status_reason=no money active=False account_id=5`, "ACCOUNT_CHANGED", `{"status_reason":"no money","active":false,"account_id":5}`, "", ""},
		"custom event":         {`hydra_request url=http://h/?a=1&b=2 code=200 took=0.5`, "HYDRA_REQUEST", `{"url":"http://h/?a=1&b=2","code":200,"took":0.5}`, "", ""},
		"custom event, words":  {`hydra_request agent=Moz (a; b) code=200`, "HYDRA_REQUEST", `{"agent":"Moz (a; b)","code":200}`, "", ""},
		"one letter is no key": {`hydra_request q=a b=c code=1`, "HYDRA_REQUEST", `{"q":"a b=c","code":1}`, "", ""},
		"xml":                  {`PAYTURE_REQUEST response=<PayStatus Success="False" ErrCode="X" /> args={}`, "PAYTURE_REQUEST", `{"response":"<PayStatus Success=\"False\" ErrCode=\"X\" />","args":{}}`, "", ""},
		"xml, prolog":          {`PAYTURE_REQUEST response=<?xml version="1.0"?><Init Success="True"/> args={}`, "PAYTURE_REQUEST", `{"response":"<?xml version=\"1.0\"?><Init Success=\"True\"/>","args":{}}`, "", ""},
		"xml, lines":           {"PAYTURE_REQUEST response=<?xml version=\"1.0\"?>\n<Init Success=\"True\"\n OrderId=\"1\"/> args={}", "PAYTURE_REQUEST", `{"response":"<?xml version=\"1.0\"?>\n<Init Success=\"True\"\n OrderId=\"1\"/>","args":{}}`, "", ""},
		"xml, elements":        {"PAYTURE_REQUEST response=<Answer>\n <Code>0</Code>\n</Answer> args={}", "PAYTURE_REQUEST", `{"response":"<Answer>\n <Code>0</Code>\n</Answer>","args":{}}`, "", ""},
		"json, lines":          {"hydra_response response={\n  \"a\": 1,\n  \"b\": [true, false],\n  \"c\": null\n} status=200", "HYDRA_RESPONSE", `{"response":{"a":1,"b":[true,false],"c":null},"status":200}`, "", ""},
		"json words alone":     {"hydra_response ok=true error=null code=1", "HYDRA_RESPONSE", `{"ok":"true","error":"null","code":1}`, "", ""},
		"json in a model":      {"hydra_response list=[<A: x>, true, <B: y>, null] code=1", "HYDRA_RESPONSE", `{"list":["<A: x>",true,"<B: y>",null],"code":1}`, "", ""},
		"cp1251":               {"hydra_request city=" + cp1251("Рязань") + " code=1", "HYDRA_REQUEST", `{"city":"Рязань","code":1}`, "", ""},
		"invalid":              {"hydra_request city=Рязань\xff code=1", "HYDRA_REQUEST", "{\"city\":\"Рязань\uFFFD\",\"code\":1}", "", ""},
		"bytes, UTF-8":         {`hydra_request city='\xd0\x9f\xd1\x80'`, "HYDRA_REQUEST", `{"city":"Пр"}`, "", ""},
		"bytes, cp1251":        {`hydra_request city='\xcf\xf0\xe8'`, "HYDRA_REQUEST", `{"city":"При"}`, "", ""},
	})
}

// After a broken value the next known key is read, and the record is only partial.
func TestFormat23_Broken(t *testing.T) {
	checkMessages(t, map[string]messageCase{
		"open dict":           {`LOGIN_ERROR params={u'abonement': u'1002', u'device reason='x'`, "LOGIN_ERROR", `{"params":"{u'abonement': u'1002', u'device","reason":"x"}`, "", "partial_value"},
		"open list":           {`LOGIN_ERROR params={u'a': [1, 2 reason='x'`, "LOGIN_ERROR", `{"params":"{u'a': [1, 2","reason":"x"}`, "", "partial_value"},
		"open at the end":     {`LOGIN_ERROR reason='x' params={u'a': [1, 2`, "LOGIN_ERROR", `{"reason":"x","params":"{u'a': [1, 2"}`, "", "partial_value unterminated"},
		"open quote":          {`LOGIN_ERROR reason='x params={}`, "LOGIN_ERROR", `{"reason":"'x","params":{}}`, "", "partial_value unterminated"},
		"syntax":              {`LOGIN_ERROR params={u'a' u'b'} reason='x'`, "LOGIN_ERROR", `{"params":"{u'a' u'b'}","reason":"x"}`, "", "partial_value"},
		"text after a value":  {`LOGIN_ERROR reason='x'y params={}`, "LOGIN_ERROR", `{"reason":"'x'y","params":{}}`, "", "partial_value"},
		"key inside the text": {`LOGIN_ERROR params={u'q': u'a reason=b reason='x'`, "LOGIN_ERROR", `{"params":"{u'q': u'a reason=b","reason":"x"}`, "", "partial_value"},
		"custom event":        {`hydra_request params={'a': [1 code=200`, "HYDRA_REQUEST", `{"params":"{'a': [1","code":200}`, "", "partial_value"},
	})
}

// Every documented key is read whatever its neighbours are: in any order, and
// after a value that is raw or broken, the record stays whole.
func TestFormat23_EveryKey(t *testing.T) {
	events, keys := 0, 0
	for _, e := range smartylog.Catalogue() {
		events++
		var names []string
		for _, f := range e.Fields {
			if f.Kind == "key" {
				names = append(names, f.Name)
			}
		}
		keys += len(names)
		for _, value := range []string{"u'text'", "[1L, 2L]", "10.0.0.1", "two words", "{u'a': u'b", "<Account: 5 (x", `"quo'te`, "datetime.datetime(2017, 3, 24"} {
			for i := range names {
				for _, event := range []string{e.Name, strings.ToLower(e.Name)} {
					checkOneOdd(t, event, names, i, value)
				}
			}
			slices.Reverse(names)
		}
	}
	if events != 52 || keys != 149 {
		t.Errorf("%d events and %d keys, want 52 and 149", events, keys)
	}
}

// checkOneOdd writes numbers for all keys but the i-th, which has the value.
func checkOneOdd(t *testing.T, event string, names []string, i int, value string) {
	t.Helper()
	message := event
	for n, name := range names {
		if n == i {
			message += " " + name + "=" + value
		} else {
			message += fmt.Sprintf(" %s=%d", name, n)
		}
	}
	r := one(t, head+message+"\n")
	if r.Event != strings.ToUpper(event) {
		t.Errorf("%s: event %q", message, r.Event)
	}
	for n, name := range names {
		got, ok := r.Lookup(name)
		if n == i {
			ok = ok && got != nil
		} else {
			ok = ok && got == int64(n)
		}
		if !ok {
			t.Errorf("%s: %s = %v", message, name, got)
		}
	}
}

// The logs nobody has documented, and custom ones, are read like all others.
func TestFormat23_UndocumentedLogs(t *testing.T) {
	n := 0
	for _, l := range smartylog.Logs() {
		if l.Documented {
			continue
		}
		n++
		r := one(t, head+"custom_response code=200 body='{\"ok\": true}' took=datetime.timedelta(0, 1, 500000)\n")
		r.Log = l.Stem
		want := `{"code":200,"body":"{\"ok\": true}","took":1.5}`
		if got := string(smartylog.AppendValue(nil, r.Decode().Pairs)); r.Event != "CUSTOM_RESPONSE" || got != want || r.Flags != 0 {
			t.Errorf("%s: event %q %s flags %v", l.Stem, r.Event, got, r.Flags.Names())
		}
	}
	if n != 10 {
		t.Errorf("%d undocumented logs, want 10", n)
	}
}

// A name with a lone quote, or with what looks like a key, ends where its object
// does.
func TestFormat23_NamesLikeKeys(t *testing.T) {
	checkMessages(t, map[string]messageCase{
		"lone quotes": {`EPG_REMOVED source=<Channel: "> removed_objects=[<Channel: (x)>] epg_channel=<Channel: 100% ">`, "EPG_REMOVED",
			`{"source":"<Channel: \">","removed_objects":["<Channel: (x)>"],"epg_channel":"<Channel: 100% \">"}`, "", ""},
		"a key of no event": {`ACCOUNT_DEVICE_ERROR account=<Account: 1> client=<Program: ‹тест> key=v>`, "ACCOUNT_DEVICE_ERROR",
			`{"account":"<Account: 1>","client":"<Program: ‹тест> key=v>"}`, "", ""},
		"and more after it": {`ACCOUNT_DEVICE_ERROR client=<Program: a> key=v> device_uid='x'`, "ACCOUNT_DEVICE_ERROR",
			`{"client":"<Program: a> key=v>","device_uid":"x"}`, "", ""},
		"an enum": {`EPG_REMOVED source=<Channel: 'a b'> epg_channel=<Channel: "it's">`, "EPG_REMOVED",
			`{"source":"<Channel: 'a b'>","epg_channel":"<Channel: \"it's\">"}`, "", ""},
		"a key of a later version": {`EPG_REMOVED source=<Channel: a> dry_run=True epg_channel=<Channel: b>`, "EPG_REMOVED",
			`{"source":"<Channel: a>","dry_run":true,"epg_channel":"<Channel: b>"}`, "", ""},
		"an object as such": {`EPG_REMOVED source=<Channel: a> owner=<User: b> epg_channel=<Channel: b>`, "EPG_REMOVED",
			`{"source":"<Channel: a>","owner":"<User: b>","epg_channel":"<Channel: b>"}`, "", ""},
		"an open set": {`ACCOUNT_CHANGED account_id=5 client=<Client: a> status=no money`, "ACCOUNT_CHANGED",
			`{"account_id":5,"client":"<Client: a>","status":"no money"}`, "", ""},
	})
}

// Both spellings of a key and of a value are the same, whichever a log has.
func TestFormat23_Aliases(t *testing.T) {
	for _, event := range []string{"EPG_IMPORT_FINISHED", "EPG_CHANNEL_IMPORTED", "custom_import"} {
		for _, written := range []string{"programs_imported", "programms_imported"} {
			for _, asked := range []string{"programs_imported", "programms_imported"} {
				r := one(t, head+event+" source=raw text "+written+"=5 channels_processed=1\n")
				path, err := smartylog.ParsePath(asked)
				if err != nil {
					t.Fatal(err)
				}
				if got := r.Field(path); got != int64(5) {
					t.Errorf("%s %s=5: %s = %v", event, written, asked, got)
				}
			}
		}
	}
	both := one(t, head+"X programms_imported=1 programs_imported=2\n")
	if a, _ := both.Lookup("programms_imported"); a != int64(1) {
		t.Errorf("the key's own spelling gives %v, want 1", a)
	}
	for _, a := range []string{"account_deivce_invalid", "account_device_invalid"} {
		for _, b := range []string{"account_deivce_invalid", "account_device_invalid"} {
			if !smartylog.SameValue(a, b) {
				t.Errorf("%s and %s differ", a, b)
			}
		}
		if smartylog.SameValue(a, "account_is_not_active") {
			t.Errorf("%s is taken for another reason", a)
		}
	}
}
