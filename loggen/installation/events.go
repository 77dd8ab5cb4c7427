package installation

import "github.com/smarty-alert/smarty-alert/loggen"

// events that the installation writes by name.
type events struct {
	loginOK, loginBad, linkOK, linkBad, checkOK, checkBad, ran, failed                  loggen.Event
	imported, importBad, importEnded, removed, overlap, hole, double                    loggen.Event
	booted, unhandled, noChannels, cached, portal, notified, notifyBad, payture         loggen.Event
	billed, billBad, changed, tariffsGone, created, sent, deleted, admin, video, noInit loggen.Event
}

func newEvents() events {
	return events{
		loginOK: named("LOGIN_SUCCESS"), loginBad: named("LOGIN_ERROR"), linkOK: named("CONTENT_REQUEST_SUCCESS"), linkBad: named("CONTENT_REQUEST_ERROR"),
		checkOK: named("STREAM_SERVICE_CHECKING_SUCCESS"), checkBad: named("STREAM_SERVICE_CHECKING_ERROR"),
		ran: named("MANAGEMENT_COMMAND_SUCCESS"), failed: named("MANAGEMENT_COMMAND_ERROR"),
		imported: named("EPG_CHANNEL_IMPORTED"), importBad: named("EPG_CHANNEL_IMPORT_ERROR"), importEnded: named("EPG_IMPORT_FINISHED"),
		removed: named("EPG_REMOVED"), overlap: named("EPG_TIME_OVERLAP"), hole: named("EPG_TIME_HOLE"), double: named("EPG_NAME_DOUBLE"),
		booted: named("URLS_INITIALIZED"), unhandled: named(loggen.Unhandled), noChannels: named("CLIENT_CHANNELS_NOT_FOUND"),
		cached: named("OBJECT_CACHED"), portal: named("PORTAL_EVENT"), notified: named("NOTIFY_SUCCESS"), notifyBad: named("NOTIFY_ERROR"),
		payture: named("PAYTURE_REQUEST"), billed: named("BILLING_REQUEST_SUCCESS"), billBad: named("BILLING_REQUEST_ERROR"),
		changed: named("ACCOUNT_CHANGED"), tariffsGone: named("ACCOUNT_TARIFFS_REMOVED"), created: named("MESSAGE_CREATED"), sent: named("MESSAGE_SEND"),
		deleted: named("MESSAGE_DELETED"), admin: named("ADMIN_REQUEST"), video: named("VIDEOSERVICES_API_REQUEST"), noInit: named("INIT_ERROR"),
	}
}

// named is for names written in this package.
func named(name string) loggen.Event {
	e, ok := loggen.EventNamed(name)
	if !ok {
		panic("installation: no event " + name)
	}
	return e
}

// outcomes are the requests to external systems: success to failure.
var outcomes = newOutcomes()

func newOutcomes() map[loggen.Event]loggen.Event {
	out := make(map[loggen.Event]loggen.Event)
	for _, method := range [...]string{"CUSTOMER_BALANCE", "CUSTOMER_PAYMENT_LIST", "VIDEO_ACTIONS_LIST", "VIDEO_ACTION"} {
		out[named(method+"_REQUEST_SUCCESS")] = named(method + "_REQUEST_ERROR")
	}
	return out
}
