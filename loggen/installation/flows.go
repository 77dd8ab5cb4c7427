package installation

import (
	"math/bits"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// flow is records that come by themselves, all day long.
type flow struct {
	event string
	micro uint64 // records in a million seconds for 10,000 subscribers, on the day's mean
	whose
	reason string // of a LOGIN_ERROR, or another Setting's value
}

// whose rhythm a flow has.
type whose int

const (
	viewers whose = iota
	office        // staff and the partners' systems: by day
)

// flows are what an installation writes without its commands. Stream links are measured by the vendor (1.24 a second for 1,000
// who watch, of whom there are 3,000 in the evening), logins and the rest are estimates.
var flows = [...]flow{
	{event: "CONTENT_REQUEST_SUCCESS", micro: 1_260_000},
	{event: "CONTENT_REQUEST_ERROR", micro: 16_000},
	{event: "CONTENT_REQUEST_FAIL", micro: 6},
	{event: "LOGIN_SUCCESS", micro: 190_000},
	{event: "LOGIN_ERROR", micro: 5_000, reason: "account_does_not_exist"},
	{event: "LOGIN_ERROR", micro: 6_000, reason: "account_is_not_active"},
	{event: "LOGIN_ERROR", micro: 3_000, reason: "basic_device_sessions_limit"},
	{event: "LOGIN_ERROR", micro: 1_200, reason: "account_deivce_invalid"},
	{event: "LOGIN_ERROR", micro: 300, reason: "client_does_not_exist"},
	{event: "LOGIN_ERROR", micro: 40, reason: "external_api_error"},
	{event: "LOGIN_ERROR", micro: 4, reason: "unknown_error"},
	{event: "ACCOUNT_DEVICE_ERROR", micro: 30},
	{event: "ACCOUNT_ACTIVATED", micro: 1_200},
	{event: "ACCOUNT_CREATED", micro: 900, whose: office},
	{event: "ACCOUNT_CHANGED", micro: 9_000},
	{event: "ACCOUNT_TARIFFS_ASSIGNED", micro: 2_400},
	{event: "ACCOUNT_TARIFFS_REMOVED", micro: 1_800},
	{event: "CUSTOMER_CREATED", micro: 700, whose: office},
	{event: "CUSTOMER_CHANGED", micro: 3_600},
	{event: "CUSTOMER_TARIFFS_ASSIGNED", micro: 1_200, whose: office},
	{event: "CUSTOMER_TARIFFS_REMOVED", micro: 900, whose: office},
	{event: "ACCOUNT_DEVICE_REMOVED", micro: 1_200},
	{event: "CUSTOMER_BALANCE_REQUEST_SUCCESS", micro: 14_000},
	{event: "CUSTOMER_BALANCE_REQUEST_ERROR", micro: 100},
	{event: "CUSTOMER_PAYMENT_LIST_REQUEST_SUCCESS", micro: 2_000},
	{event: "CUSTOMER_PAYMENT_LIST_REQUEST_ERROR", micro: 20},
	{event: "VIDEO_ACTIONS_LIST_REQUEST_SUCCESS", micro: 5_000},
	{event: "VIDEO_ACTIONS_LIST_REQUEST_ERROR", micro: 40},
	{event: "VIDEO_ACTION_REQUEST_SUCCESS", micro: 1_000},
	{event: "VIDEO_ACTION_REQUEST_ERROR", micro: 10},
	{event: "BILLING_REQUEST_SUCCESS", micro: 60_000, whose: office},
	{event: "BILLING_REQUEST_ERROR", micro: 1_500, whose: office},
	{event: "OBJECT_CACHED", micro: 1_000_000},
	{event: "OBJECT_INVALIDATED", micro: 400_000},
	{event: "MESSAGE_CREATED", micro: 2_000},
	{event: "MESSAGE_SEND", micro: 1_950},
	{event: "MESSAGE_DELETED", micro: 500},
	{event: "PORTAL_EVENT", micro: 1_000_000},
	{event: "ADMIN_REQUEST", micro: 70_000, whose: office},
	{event: "VIDEOSERVICES_REQUEST", micro: 5_000, whose: office},
	{event: "VIDEOSERVICES_API_REQUEST", micro: 15_000, whose: office},
	{event: "NOTIFY_SUCCESS", micro: 3_500},
	{event: "NOTIFY_ERROR", micro: 40},
	{event: "PAYTURE_REQUEST", micro: 6_000},
	{event: loggen.Unhandled, micro: 3},
}

// one is the number 1 in the fixed-point arithmetic of rates.
const one = 1 << 20

// hours are a working day at the full hours, in thousandths of the mean.
var hours = [24]uint64{250, 200, 200, 200, 200, 250, 350, 600, 1300, 2100, 2300, 2300, 1900, 1900, 2200, 2200, 2000, 1600, 900, 600, 500, 450, 350, 300}

// rate is the mean number of records a second in a minute, in 1/one.
func (f *flow) rate(subscribers, minuteOfDay, weekday int) uint64 {
	day := f.whose.day(minuteOfDay, weekday)
	n := f.micro * uint64(subscribers) / 10_000
	if f.whose == office { // there are fewer people for each subscriber where there are many
		n = f.micro * isqrt(uint64(subscribers)*100) / 1000
	}
	hi, lo := bits.Mul64(n*day, one)
	q, _ := bits.Div64(hi, lo, 1_000_000_000)
	return q
}

// day is how busy a minute is, in thousandths of the mean: at the weekend people watch by day, too, and few work.
func (w whose) day(minuteOfDay, weekday int) uint64 {
	weekend := weekday == 0 || weekday == 6
	if w == office {
		h, m := minuteOfDay/60, uint64(minuteOfDay%60)
		n := (hours[h]*(60-m) + hours[(h+1)%24]*m) / 60
		if weekend {
			return n / 3
		}
		return n
	}
	n := loggen.Rhythm(minuteOfDay)
	switch {
	case weekend && minuteOfDay >= 9*60 && minuteOfDay < 19*60:
		return n * 130 / 100
	case weekday == 5 && minuteOfDay >= 19*60:
		return n * 108 / 100
	}
	return n
}

// isqrt is the whole part of the square root.
func isqrt(n uint64) uint64 {
	r := uint64(0)
	for bit := uint64(1) << 31; bit > 0; bit >>= 1 {
		if c := r | bit; c*c <= n {
			r = c
		}
	}
	return r
}
