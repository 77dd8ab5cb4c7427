package loggen

import "strings"

var (
	loginParams = requestDict(
		entry{"client_id", textClient}, entry{"api_key", textOf("9f2c1a77", "51bbd0e2")}, entry{"lang", textOf("ru", "en")},
		entry{"device", textDevice}, entry{"device_uid", textUID}, entry{"abonement", textAbonement}, entry{"password", textDigits(4)})
	activationParams = requestDict(
		entry{"client_id", textClient}, entry{"abonement", textAbonement}, entry{"firstname", func(p *pen) { p.text(p.sub.first()) }},
		entry{"phone_number", textPhone}, entry{"validation_code", textDigits(6)})
)

// loginReasons are weighted by repetition: most failures are typing errors and debts.
var loginReasons = [...]string{"account_does_not_exist", "account_is_not_active", "account_does_not_exist", "account_is_not_active",
	"basic_device_sessions_limit", "account_does_not_exist", "account_is_not_active", "account_deivce_invalid",
	"account_does_not_exist", "basic_device_sessions_limit", "account_is_not_active", "client_does_not_exist"}

// prepareLogin chooses the reason first, since the level and the traceback depend on it.
func prepareLogin(p *pen) {
	given, ok := p.given("reason")
	switch n := p.dice.N(200); {
	case ok:
		p.topic = given
	case n == 0:
		p.topic = "unknown_error"
	case n == 1:
		p.topic = "external_api_error"
	default:
		p.topic = loginReasons[n%uint64(len(loginReasons))]
	}
	p.grave = strings.Contains(p.topic, "unknown_error")
}

func accountEvents() []event {
	const log = "smarty_accounts"
	id := field{key: "account_id", gen: accountID}
	customer := field{key: "customer_id", gen: customerID}
	tariffs := field{key: "tariffs_ids", gen: tariffIDs}
	uid := field{key: "device_uid", gen: textUID}
	params := field{key: "params", gen: loginParams}
	signal := func(name string, line, weight int, function string, fields ...field) event {
		return event{log: log, name: name, level: "INFO", module: "signals", line: line, function: function, weight: weight, fields: fields}
	}
	return []event{
		{log: log, name: "LOGIN_SUCCESS", level: "DEBUG", module: "api", line: 1187, function: "get", weight: 6500, fields: []field{
			{key: "login_type", gen: strOf("basic_device", "basic_device", "multilogin", "additional_device")},
			{key: "login_method", gen: strOf("abonement_and_password", "abonement_and_password", "device_uid", "abonement")}, params}},
		{log: log, name: "LOGIN_ERROR", level: "WARNING", module: "api", line: 1201, function: "get", weight: 550,
			prepare: prepareLogin, trace: "redis", traceIfGrave: true,
			fields: []field{{key: "reason", gen: func(p *pen) { p.str(p.topic) }}, params}},
		{log: log, name: "ACCOUNT_DEVICE_ERROR", level: "ERROR", module: "models", line: 733, function: "create_device", weight: 8, fields: []field{
			{key: "account", gen: accountModel}, {key: "device", gen: deviceModel}, uid, {key: "client", gen: clientModel}}},
		{log: log, name: "ACCOUNT_ACTIVATED", level: "INFO", module: "views", line: 210, function: "activate", weight: 40, fields: []field{
			{key: "activation_result", gen: textOf("ok", "ok", "Аккаунт активирован")}, {key: "params", gen: activationParams}}},
		signal("ACCOUNT_CREATED", 31, 30, "log_account", id),
		signal("ACCOUNT_CHANGED", 44, 300, "log_account", append([]field{id}, changedAccount()...)...),
		signal("ACCOUNT_TARIFFS_ASSIGNED", 60, 80, "m2m", id, tariffs),
		signal("ACCOUNT_TARIFFS_REMOVED", 61, 60, "m2m", id, tariffs),
		signal("CUSTOMER_CREATED", 70, 25, "log_customer", customer),
		signal("CUSTOMER_CHANGED", 75, 120, "log_customer", append([]field{customer}, changedCustomer()...)...),
		signal("CUSTOMER_TARIFFS_ASSIGNED", 80, 40, "m2m", customer, tariffs),
		signal("CUSTOMER_TARIFFS_REMOVED", 81, 30, "m2m", customer, tariffs),
		signal("ACCOUNT_DEVICE_REMOVED", 92, 40, "log_device", id, uid),
	}
}

// ifRoll makes a field appear in some records only: those where bit n of the roll is set.
func ifRoll(n int) func(*pen) bool { return func(p *pen) bool { return p.roll>>n&1 == 1 } }

func changedAccount() []field {
	return []field{
		{key: "active", gen: rawOf("True", "False")},
		{key: "status_reason", gen: textOf("DEBT", "MANUAL", ""), when: ifRoll(8)},
		{key: "deactivated_at", gen: func(p *pen) { p.datetime(p.sec - int64(p.dice.N(90))) }, when: ifRoll(9)},
		{key: "parent_code", gen: textDigits(4), when: ifRoll(10)},
	}
}

func changedCustomer() []field {
	return []field{
		{key: "balance", gen: func(p *pen) { p.decimal(p.dice.Between(-90000, 300000)) }},
		{key: "lastname", gen: textSurname, when: ifRoll(8)},
		{key: "mobile_phone_number", gen: textPhone, when: ifRoll(9)},
		{key: "email", gen: func(p *pen) { p.open(); p.raw("user"); p.num(p.sub.n); p.raw("@example.com"); p.shut() }, when: ifRoll(10)},
	}
}
