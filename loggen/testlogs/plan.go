package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// incident is one row of the README: what is added, and what falls silent meanwhile.
type incident struct {
	title  string
	bursts []loggen.Burst
	quiet  []loggen.Quiet
}

// fields are texts as Python prints them; no text here differs between Python 2 and 3.
type fields = map[string]string

const (
	checkFailed = "STREAM_SERVICE_CHECKING_ERROR"
	checkPassed = "STREAM_SERVICE_CHECKING_SUCCESS"
	failed      = "MANAGEMENT_COMMAND_ERROR"
	succeeded   = "MANAGEMENT_COMMAND_SUCCESS"
)

// plan returns the run with its incidents.
func plan() (loggen.Options, []incident) {
	zone := time.FixedZone("MSK", 3*3600)
	o := loggen.Options{Seed: 20241118, Start: time.Date(2024, 11, 18, 6, 0, 0, 0, zone), Duration: 26 * time.Hour, Rate: 0.072, Zone: zone,
		Edges: 5, CheckEvery: 5 * time.Minute}
	for _, event := range []string{checkFailed, failed, loggen.Unhandled, "INIT_ERROR", "CLIENT_CHANNELS_NOT_FOUND", "CONTENT_REQUEST_FAIL", "NOTIFY_ERROR"} {
		o.Quiet = append(o.Quiet, loggen.Quiet{Event: event})
	}
	for _, name := range []string{"resend_sms", "check_payment_status"} { // leaves room for other records
		o.Quiet = append(o.Quiet, loggen.Quiet{Event: succeeded, Fields: fields{"command": "'" + name + "'"}})
	}
	all := incidents()
	for _, i := range all {
		o.Bursts = append(o.Bursts, i.bursts...)
		o.Quiet = append(o.Quiet, i.quiet...)
	}
	o.Bursts = append(o.Bursts, singles()...)
	return o, all
}

// at is the time of day of 18 November; hours from 24 on are the next day.
func at(hour, minute int) time.Duration {
	return time.Duration(hour-6)*time.Hour + time.Duration(minute)*time.Minute
}

// records is a burst of n records in a time.
func records(event string, from, length time.Duration, n int, f fields) loggen.Burst {
	return loggen.Burst{Event: event, At: from, For: length, Rate: float64(n) / length.Seconds(), Fields: f}
}

// outage is an edge that fails each 30 seconds, and is back at the end.
func outage(edge int, from, length time.Duration) ([]loggen.Burst, loggen.Quiet) {
	f := fields{"stream_service": loggen.StreamService(edge)}
	return []loggen.Burst{records(checkFailed, from, length, int(length/(30*time.Second)), f), records(checkPassed, from+length, time.Second, 1, f)},
		loggen.Quiet{Event: checkPassed, At: from, For: length, Fields: f}
}

// start is when the incident begins.
func (i incident) start() time.Duration {
	if len(i.bursts) > 0 {
		return i.bursts[0].At
	}
	return i.quiet[0].At
}

// incidents returns all, in order of time.
func incidents() []incident {
	all := slices.Concat(edgeIncidents(), commandIncidents(), subscriberIncidents(), loneErrors())
	slices.SortStableFunc(all, func(a, b incident) int { return cmp.Compare(a.start(), b.start()) })
	return all
}

func edgeIncidents() []incident {
	one := incident{title: "edge-02 is down: STREAM_SERVICE_CHECKING_ERROR every 30 s, then SUCCESS at the end of 20 minutes"}
	var q loggen.Quiet
	one.bursts, q = outage(2, at(7, 10), 20*time.Minute)
	one.quiet = append(one.quiet, q)
	mass := incident{title: "edge-01, -03, -04 and -05 are down together for 6 minutes: STREAM_SERVICE_CHECKING_ERROR every 30 s each, then SUCCESS"}
	for _, edge := range []int{1, 3, 4, 5} {
		bursts, q := outage(edge, at(9, 0), 6*time.Minute)
		mass.bursts, mass.quiet = append(mass.bursts, bursts...), append(mass.quiet, q)
	}
	return []incident{one, mass}
}

func commandIncidents() []incident {
	cache, checks, accounts := fields{"command": "'cache_channel_list'"}, fields{"command": "'check_stream_services'"}, fields{"command": "'check_accounts'"}
	return []incident{
		{"cache_channel_list fails: MANAGEMENT_COMMAND_ERROR 6 times in 10 minutes, no success meanwhile",
			[]loggen.Burst{records(failed, at(10, 0), 10*time.Minute, 6, cache)},
			[]loggen.Quiet{{Event: succeeded, At: at(10, 0), For: 10 * time.Minute, Fields: cache}}},
		{"check_stream_services is silent: no MANAGEMENT_COMMAND_SUCCESS of it for 25 minutes (nor its checks), other commands go on", nil,
			[]loggen.Quiet{{Event: succeeded, At: at(12, 0), For: 25 * time.Minute, Fields: checks}, {Event: checkPassed, At: at(12, 0), For: 25 * time.Minute}}},
		{"check_accounts fails once, in place of its nightly success",
			[]loggen.Burst{records(failed, at(25, 13), time.Second, 1, accounts)},
			[]loggen.Quiet{{Event: succeeded, At: at(25, 0), For: time.Hour, Fields: accounts}}},
		{"EPG import brings nothing: EPG_IMPORT_FINISHED with programms_imported=0 and no channel imported",
			[]loggen.Burst{records("EPG_IMPORT_FINISHED", at(29, 4), time.Second, 1, fields{"channels_processed": "21", "programms_imported": "0"})},
			[]loggen.Quiet{{Event: "EPG_IMPORT_FINISHED", At: at(29, 0), For: time.Hour}, {Event: "EPG_CHANNEL_IMPORTED", At: at(29, 0), For: time.Hour}}},
	}
}

func subscriberIncidents() []incident {
	burst := func(title, event string, from, length time.Duration, n int, f fields) incident {
		return incident{title: title, bursts: []loggen.Burst{records(event, from, length, n, f)}}
	}
	return []incident{
		burst("passwords are guessed: LOGIN_ERROR reason=account_does_not_exist for abonement 100123, 30 in 5 minutes", "LOGIN_ERROR",
			at(13, 30), 5*time.Minute, 30, fields{"reason": "'account_does_not_exist'", "params.abonement": "'100123'", "params.device_uid": "'00:1A:79:0B:AD:01'"}),
		burst("external billing refuses logins: LOGIN_ERROR reason=external_api_error, 15 in 4 minutes", "LOGIN_ERROR",
			at(15, 0), 4*time.Minute, 15, fields{"reason": "'external_api_error'"}),
		burst("payments are not accepted: NOTIFY_ERROR of payture, 5 in 8 minutes", "NOTIFY_ERROR",
			at(16, 20), 8*time.Minute, 5, fields{"payment_source": "'payture'"}),
		burst("external billing is down: CUSTOMER_BALANCE_REQUEST_ERROR, 25 in 5 minutes, far above 20 % of the requests", "CUSTOMER_BALANCE_REQUEST_ERROR",
			at(20, 0), 5*time.Minute, 25, fields{"api_client_class": "'CustomBillingClient'"}),
		burst("streams are refused: CONTENT_REQUEST_ERROR, 150 in 4 minutes", "CONTENT_REQUEST_ERROR",
			at(21, 0), 4*time.Minute, 150, fields{"url": "'/tvmiddleware/api/channel/url/'"}),
		burst("wrong signature: BILLING_REQUEST_ERROR error=-2 from 198.51.100.77, 8 in 10 minutes", "BILLING_REQUEST_ERROR",
			at(22, 30), 10*time.Minute, 8, fields{"error": "-2", "ip": "'198.51.100.77'"}),
		burst("empty channel list: CLIENT_CHANNELS_NOT_FOUND of client 1, 3 in 1 minute", "CLIENT_CHANNELS_NOT_FOUND",
			at(23, 10), time.Minute, 3, fields{"client": "1"}),
		burst("unhandled error in smarty_main: the same traceback 3 times in 6 minutes", loggen.Unhandled, at(30, 30), 6*time.Minute, 3, nil),
	}
}
