package loggen

// handlers are classes of external systems: the operator's billing and two video services.
var handlers = [...]string{"CustomBillingClient", "CustomBillingClient", "CustomBillingClient", "megogo_api_client", "start_api_client"}

func (p *pen) handler() string { return handlers[p.roll%uint64(len(handlers))] }

func handlerClass(p *pen) { p.str(p.handler()) }

var (
	billingOutParams = apiParams(entry{"account_id", accountID}, entry{"abonement", textAbonement}, entry{"client_id", textClient})
	videoParams      = apiParams(entry{"account_id", accountID}, entry{"video_id", intOf(100, 9000)},
		entry{"action", textOf("buy", "rent")}, entry{"authkey", textHex(24)})
	handlerKwargs = newDict(entry{"base_url", strOf("http://billing.example.net:8080/")}, entry{"api_secret", strOf("s3cr3t-example")},
		entry{"timeout", rawOf("1e-05", "5", "None")})
	priceOf = func(p *pen) { p.decimal(p.dice.Between(99, 599) * 100) }
)

// externalRequest is the pair of events of one method of an external system.
func externalRequest(name, function string, line, success, failure int, params, result func(*pen)) []event {
	base := event{log: "smarty_billing_out", module: "api_client", function: function}
	bad, good := base, base
	bad.name, bad.level, bad.line, bad.weight, bad.trace = name+"_REQUEST_ERROR", "ERROR", line+8, failure, "external"
	good.name, good.level, good.line, good.weight = name+"_REQUEST_SUCCESS", "DEBUG", line, success
	fields := []field{{key: "api_client_class", gen: handlerClass}, {key: "params", gen: params}}
	bad.fields = fields
	good.fields = append(fields[:2:2], field{key: "result", gen: result})
	return []event{bad, good}
}

func balanceResult(p *pen) {
	p.byte('(')
	p.money(p.dice.Between(-20000, 200000))
	p.raw(", 0.0, ")
	p.num(p.sub.customer())
	p.byte(')')
}

func paymentsResult(p *pen) {
	p.byte('[')
	n := p.dice.Between(1, 3)
	for i := range n {
		p.raw(pick(i == 0, "{'date': ", ", {'date': "))
		p.datetime(p.sec - int64((i+1)*30*86400))
		p.raw(", 'comment': ")
		p.text("Оплата услуг")
		p.raw(", 'amount': ")
		p.decimal(p.dice.Between(3, 20) * 10000)
		p.byte('}')
	}
	p.byte(']')
}

func actionsResult(p *pen) {
	p.raw("[{'action': 'buy', 'price': ")
	priceOf(p)
	p.raw(", 'title': ")
	p.text("Купить")
	p.raw("}, {'action': 'rent', 'price': ")
	priceOf(p)
	p.raw(", 'title': ")
	p.text("Взять напрокат")
	p.raw("}]")
}

func actionResult(p *pen) {
	if p.dice.OneIn(4) {
		p.raw("None")
		return
	}
	p.raw("{'status': 'ok', 'order_id': ")
	p.id(p.dice.N(900000))
	p.byte('}')
}

// billingMethod is a method of the Billing API with the arguments it takes and the error it gives.
type billingMethod struct {
	url  string
	args dict
	code int
	text string
}

var billingMethods = [...]billingMethod{
	{"/billing/api/customer/info/", newDict(entry{"client_id", textClient}, entry{"customer_id", textCustomer}, entry{"signature", textHex(32)}),
		1, "Абонент не найден"},
	{"/billing/api/account/info/", newDict(entry{"client_id", textClient}, entry{"abonement", textAbonement}, entry{"signature", textHex(32)}),
		1, "Аккаунт не найден"},
	{"/billing/api/transaction/create/", newDict(entry{"client_id", textClient}, entry{"customer_id", textCustomer},
		entry{"id", textDigits(8)}, entry{"amount", textMoney}, entry{"comment", textOf("Оплата", "Перенос остатка")}, entry{"signature", textHex(32)}),
		2, "Транзакция уже существует"},
	{"/billing/api/account/activate/", newDict(entry{"client_id", textClient}, entry{"account_id", textAccount}, entry{"signature", textHex(32)}),
		1, "Аккаунт не найден"},
	{"/billing/api/customer/modify/", newDict(entry{"client_id", textClient}, entry{"customer_id", textCustomer},
		entry{"lastname", textSurname}, entry{"mobile_phone_number", textPhone}, entry{"signature", textHex(32)}),
		2, "Неверный номер телефона"},
	{"/billing/api/account/tariff/assign/", newDict(entry{"client_id", textClient}, entry{"account_id", textAccount},
		entry{"tariff_id", textOf("1", "2", "17")}, entry{"signature", textHex(32)}),
		1, "Тариф не найден"},
}

func (p *pen) method() *billingMethod { return &billingMethods[p.roll%uint64(len(billingMethods))] }

func methodURL(p *pen) { p.str(p.method().url) }

func methodArgs(p *pen) {
	if p.roll>>56&3 == 0 && !p.entriesGiven() {
		p.queryDict(&p.method().args)
		return
	}
	p.dict(&p.method().args)
}

func billerIP(p *pen) { p.raw("'192.0.2."); p.num(10 + p.roll%2); p.byte('\'') }

// billingError writes the code; billingErrorText says the same in words, also where the code is given.
func billingError(p *pen) { p.int(p.method().code) }

func billingErrorText(p *pen) {
	switch code, _ := p.given("error"); code {
	case "-1":
		p.text("Неизвестная ошибка")
	case "-2":
		p.text("Неверная подпись")
	case "-3":
		p.text("Client ID не найден")
	default:
		p.text(p.method().text)
	}
}

func billingEvents() []event {
	all := []event{{log: "smarty_billing_out", name: "INIT_ERROR", level: "ERROR", module: "registry", line: 57, function: "get_client",
		rare: 30, trace: "init", fields: []field{{key: "kwargs", gen: func(p *pen) { p.dict(&handlerKwargs) }}, {key: "api_client_class", gen: handlerClass}}}}
	all = append(all, externalRequest("CUSTOMER_BALANCE", "customer_balance", 80, 350, 6, billingOutParams, balanceResult)...)
	all = append(all, externalRequest("CUSTOMER_PAYMENT_LIST", "customer_payment_list", 104, 60, 2, billingOutParams, paymentsResult)...)
	all = append(all, externalRequest("VIDEO_ACTIONS_LIST", "video_actions_list", 128, 120, 2, videoParams, actionsResult)...)
	all = append(all, externalRequest("VIDEO_ACTION", "video_action", 152, 30, 2, videoParams, actionResult)...)
	in := []field{{key: "url", gen: methodURL}, {key: "ip", gen: billerIP}, {key: "args", gen: methodArgs}}
	failed := append(in[:3:3], field{key: "error_message", gen: billingErrorText}, field{key: "error", gen: billingError})
	return append(all,
		event{log: "smarty_billing_in", name: "BILLING_REQUEST_ERROR", level: "WARNING", module: "api", line: 96, function: "dispatch", weight: 60, fields: failed},
		event{log: "smarty_billing_in", name: "BILLING_REQUEST_SUCCESS", level: "DEBUG", module: "api", line: 103, function: "dispatch", weight: 1800, fields: in})
}
