package main

import (
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// loneErrors are single errors that a rule may or may not care about.
func loneErrors() []incident {
	one := func(title, event string, from time.Duration, f fields) incident {
		return incident{title: "lone error: " + title, bursts: []loggen.Burst{records(event, from, time.Second, 1, f)}}
	}
	return []incident{
		one("INIT_ERROR of CustomBillingClient", "INIT_ERROR", at(19, 1), fields{"api_client_class": "'CustomBillingClient'"}),
		one("CONTENT_REQUEST_FAIL", "CONTENT_REQUEST_FAIL", at(11, 17), nil),
		one("LOGIN_ERROR reason=unknown_error, with a traceback", "LOGIN_ERROR", at(20, 42), fields{"reason": "'unknown_error'"}),
		one("VIDEOSERVICES_API_REQUEST with message", "VIDEOSERVICES_API_REQUEST", at(17, 5), fields{"message": "'timed out'"}),
		one("ACCOUNT_DEVICE_ERROR", "ACCOUNT_DEVICE_ERROR", at(18, 33), nil),
		one("CUSTOMER_PAYMENT_LIST_REQUEST_ERROR", "CUSTOMER_PAYMENT_LIST_REQUEST_ERROR", at(14, 20), nil),
		one("VIDEO_ACTIONS_LIST_REQUEST_ERROR", "VIDEO_ACTIONS_LIST_REQUEST_ERROR", at(19, 48), nil),
		one("VIDEO_ACTION_REQUEST_ERROR", "VIDEO_ACTION_REQUEST_ERROR", at(22, 9), nil),
	}
}

// ordinary are events that so little traffic would hardly bring about.
var ordinary = [...]string{"ACCOUNT_CREATED", "CUSTOMER_CREATED", "ACCOUNT_ACTIVATED", "ACCOUNT_CHANGED", "CUSTOMER_CHANGED",
	"ACCOUNT_TARIFFS_ASSIGNED", "CUSTOMER_TARIFFS_ASSIGNED", "ACCOUNT_TARIFFS_REMOVED", "CUSTOMER_TARIFFS_REMOVED", "ACCOUNT_DEVICE_REMOVED",
	"CUSTOMER_BALANCE_REQUEST_SUCCESS", "CUSTOMER_PAYMENT_LIST_REQUEST_SUCCESS", "VIDEO_ACTIONS_LIST_REQUEST_SUCCESS", "VIDEO_ACTION_REQUEST_SUCCESS",
	"MESSAGE_CREATED", "MESSAGE_SEND", "MESSAGE_DELETED", "VIDEOSERVICES_REQUEST", "VIDEOSERVICES_API_REQUEST", "NOTIFY_SUCCESS", "PAYTURE_REQUEST"}

// singles are four ordinary records of each of these events, all over the run, so that all 52 events are there.
func singles() []loggen.Burst {
	var out []loggen.Burst
	for i, event := range ordinary {
		out = append(out, loggen.Burst{Event: event, At: at(8, 7*i), For: 20 * time.Hour, Rate: 4 / (20 * time.Hour).Seconds()})
	}
	return out
}
