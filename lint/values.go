package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// knownValues are the values that the documentation names for a key of an event.
// Neither list is complete: what is far from all of them is nobody's mistake.
func knownValues(event, key string) []string {
	switch event + "." + key {
	case "LOGIN_ERROR.reason":
		return []string{
			"account_does_not_exist", "account_is_not_active", "client_does_not_exist", "basic_device_sessions_limit",
			"account_deivce_invalid", "account_device_invalid", "external_api_error", "unknown_error",
		}
	case "MANAGEMENT_COMMAND_SUCCESS.command", "MANAGEMENT_COMMAND_ERROR.command":
		return []string{
			"cache_channel_list", "cache_customers_dynamic", "cache_max_online", "check_accounts", "check_payment_status",
			"check_stream_services", "check_streams", "clean_old_messages", "clear_customer_log", "collect_daily_stats",
			"delete_authkeys", "delete_old_reports", "epg_import", "epg_premiere_import", "flushall", "geoip_update",
			"make_autopayments", "megogo_sync_content", "migrate_to_nb", "remove_viewed_content_history",
			"reports_remove_old_data", "resend_sms", "save_stats", "send_activation_expires_messages", "update_ip2location",
		}
	}
	return nil
}

// values finds texts that are nearly, and not quite, a documented value.
func (l *linter) values(r *rules.Rule) {
	if r.Source != rules.LogRecords {
		return
	}
	for _, x := range r.Expressions() {
		l.valuesOf(x.Term(), eventsAskedOf(r, x))
	}
}

func (l *linter) valuesOf(t *rules.Term, events []string) {
	if t == nil {
		return
	}
	for _, a := range t.Args {
		l.valuesOf(a, events)
	}
	warnOfValues(&l.faults, t, events)
}

// eventsAskedOf are the events whose records an expression of a rule looks at.
func eventsAskedOf(r *rules.Rule, x *rules.Expr) []string {
	for _, st := range stepsOf(r) {
		if st.Match == x && st.Events != nil {
			return st.Events
		}
	}
	return r.Events
}

// warnOfValues looks at a comparison of a field with texts.
func warnOfValues(faults *strictyaml.Faults, t *rules.Term, events []string) {
	term, literal, op, ok := comparison(t)
	if !ok || term.Op != "name" || op != "==" && op != "!=" && op != "in" {
		return
	}
	key := strings.TrimPrefix(strings.TrimPrefix(term.Name, "last."), "prev.")
	known, v := valuesIn(events, key), verdict{"unknown-value", "a documented " + key}
	if key == "event" {
		known, v = eventNames(), verdict{"unknown-event", "an event of the documentation"}
	}
	list, isList := literal.([]any)
	if !isList {
		list = []any{literal}
	}
	for _, item := range list[:min(len(list), maxItems)] {
		if text, isText := item.(string); isText && warnOfValue(faults, t, text, known, v) {
			return // one is enough to look at the list
		}
	}
}

// maxItems is how many texts of a list are looked at.
const maxItems = 100

// valuesIn are the documented values of a key in records of these events; none if
// one of them has other values under that key.
func valuesIn(events []string, key string) []string {
	var out []string
	for _, e := range events {
		if isPattern(e) {
			for _, doc := range smartylog.EventsLike(e) {
				if doc.Documents(key) && knownValues(doc.Name, key) == nil {
					return nil
				}
				out = append(out, knownValues(doc.Name, key)...)
			}
			continue
		}
		values := knownValues(e, key)
		if doc, ok := smartylog.EventByName(e); !ok || values == nil && doc.Documents(key) {
			return nil
		}
		out = append(out, values...)
	}
	return out
}

func eventNames() []string {
	var out []string
	for _, e := range smartylog.Catalogue() {
		out = append(out, e.Name)
	}
	return out
}

// warnOfValue warns of a text that differs from a known value in a few letters.
func warnOfValue(faults *strictyaml.Faults, t *rules.Term, text string, known []string, v verdict) bool {
	if len(known) == 0 || slices.Contains(known, text) {
		return false
	}
	near := strictyaml.Nearest(text, known)
	limit := max(1, len(text)/6)
	if near == "" || strictyaml.Distance(strings.ToLower(text), strings.ToLower(near), limit) > limit {
		return false
	}
	at := t.Args[1]
	if at.Op != "value" {
		at = t.Args[0]
	}
	at.Warn(faults, v.code, fmt.Sprintf("did you mean %q?", near), "%q is not %s", text, v.message)
	return true
}
