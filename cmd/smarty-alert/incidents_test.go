package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/loggen"
)

func TestParseBurst(t *testing.T) {
	for spec, want := range map[string]loggen.Burst{
		"LOGIN_ERROR@10m+5m=2/s":  {Event: "LOGIN_ERROR", At: 10 * time.Minute, For: 5 * time.Minute, Rate: 2},
		"login_error@0+1d=90/h":   {Event: "LOGIN_ERROR", For: 24 * time.Hour, Rate: 0.025},
		"LOGIN_ERROR@+5m=2":       {Event: "LOGIN_ERROR", For: 5 * time.Minute, Rate: 2},
		"_UNHANDLED@1h30m+1w=6/m": {Event: loggen.Unhandled, At: 90 * time.Minute, For: 7 * 24 * time.Hour, Rate: 0.1},
		"LOGIN_ERROR@1s+1s=1,reason='a,b=c',params={u'a': [1, 2], u'b': 'x'}": {Event: "LOGIN_ERROR", At: time.Second, For: time.Second, Rate: 1,
			Fields: map[string]string{"reason": "'a,b=c'", "params": "{u'a': [1, 2], u'b': 'x'}"}},
		"LOGIN_ERROR@1s+1s=1/s,params.abonement=u'100123'": {Event: "LOGIN_ERROR", At: time.Second, For: time.Second, Rate: 1,
			Fields: map[string]string{"params.abonement": "u'100123'"}},
		"STREAM_SERVICE_CHECKING_ERROR@1s+1s=1/s,stream_service=<StreamService: edge, 7>,was_available_before=True": {
			Event: "STREAM_SERVICE_CHECKING_ERROR", At: time.Second, For: time.Second, Rate: 1,
			Fields: map[string]string{"stream_service": "<StreamService: edge, 7>", "was_available_before": "True"}},
	} {
		if want.Fields == nil {
			want.Fields = map[string]string{}
		}
		got, err := parseBurst(spec)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", spec, err, diff)
		}
	}
}

func TestParseQuiet(t *testing.T) {
	for spec, want := range map[string]loggen.Quiet{
		"*@8m+1m":         {At: 8 * time.Minute, For: time.Minute, Fields: map[string]string{}},
		"LOGIN_ERROR@20m": {Event: "LOGIN_ERROR", At: 20 * time.Minute, Fields: map[string]string{}},
		"MANAGEMENT_COMMAND_SUCCESS@1h,command='check_accounts'": {Event: "MANAGEMENT_COMMAND_SUCCESS", At: time.Hour,
			Fields: map[string]string{"command": "'check_accounts'"}},
	} {
		got, err := parseQuiet(spec)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", spec, err, diff)
		}
	}
}

func TestParseIncident_Refused(t *testing.T) {
	for _, spec := range []string{
		"", "@", "LOGIN_ERROR@", "LOGIN_ERROR@1m+0s=1/s", "LOGIN_ERROR@1m+5m=0/s", "LOGIN_ERROR@1m+5m=-1/s",
		"LOGIN_ERROR@1m+5m=inf/s", "LOGIN_ERROR@1m+5m=nan/s", "LOGIN_ERROR@1m+5m=1/d", "LOGIN_ERROR@-1m+5m=1/s", "LOGIN_ERROR@1m+5m+5m=1/s",
		"LOGIN_ERROR@1m+5m=1/s,reason", "LOGIN_ERROR@1m+5m=1/s,reason=", "LOGIN_ERROR@1m+5m=1/s,reason='a' x", "LOGIN_ERROR@1m+5m=1/s,reason='a",
		"LOGIN_ERROR@1m+5m=1/s,reason='a',reason='b'",
	} {
		if b, err := parseBurst(spec); err == nil {
			t.Errorf("--burst %q is taken as %+v", spec, b)
		}
	}
}
