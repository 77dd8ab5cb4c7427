package loggen

import (
	"strconv"
	"strings"
)

var adminPaths = []string{"/admin/", "/admin/login/", "/admin/tvmiddleware/account/?q=Пирожищев", "/admin/tvmiddleware/account/5012/",
	"/admin/tvmiddleware/channel/", "/admin/tvmiddleware/streamservice/", "/admin/billing/customer/", "/admin/reports/"}

// hosts are video services: their kind and address.
var hosts = [...]string{"microts 192.0.2.51:7000", "microts 192.0.2.52:7000", "micropvr 192.0.2.61:5000"}

// prepareCall makes one call in 60 fail; the reply of the server is logged only then.
func prepareCall(p *pen) {
	_, given := p.given("message")
	p.grave = given || p.dice.OneIn(60)
}

func staffEvents() []event {
	who := []field{{key: "user", gen: func(p *pen) {
		if p.roll%8 == 0 {
			p.raw("<SimpleLazyObject: ")
			staffModel(p)
			p.byte('>')
			return
		}
		staffModel(p)
	}}, {key: "ip", gen: staffAddress}, {key: "user_agent", gen: staffAgent}}
	return []event{
		{log: "smarty_admin", name: "ADMIN_REQUEST", level: "INFO", module: "middleware", line: 19, function: "process_request", weight: 1600,
			fields: append(who[:3:3], field{key: "path", gen: textOf(adminPaths...)})},
		{log: "smarty_videoservices", name: "VIDEOSERVICES_REQUEST", level: "INFO", module: "views", line: 31, function: "post", weight: 200,
			fields: append(who[:3:3], field{key: "path", gen: textOf("/videoservices/microts/restart/", "/videoservices/micropvr/list/")})},
		{log: "smarty_videoservices", name: "VIDEOSERVICES_API_REQUEST", level: "DEBUG", module: "client", line: 52, function: "call", weight: 350,
			prepare: prepareCall, fields: []field{
				{key: "host", gen: strOf(hosts[:]...)},
				{key: "args", gen: func(p *pen) { p.byte('['); p.open(); p.raw("ch"); p.num(aChannel(p)); p.raw("', {'force': True}]") }},
				{key: "command", gen: strOf("stream.restart", "stream.info", "record.list")},
				{key: "message", gen: textOf("timed out", "[Errno 111] Connection refused"), when: func(p *pen) bool { return p.grave }}}},
		{log: "smarty_portal", name: "PORTAL_EVENT", level: "INFO", module: "views", line: 77, function: "post", weight: 16000, fields: []field{
			{key: "event_description", gen: textOf("Запуск приложения", "Переключение канала", "Открыта программа передач", "playback started",
				"Просмотр архива", "Открыт экран настроек", "Пауза", "Ошибка воспроизведения: 404, канал \"Ретро\"")},
			{key: "ip", gen: strIP}, {key: "device_uid", gen: textUID},
			{key: "screen_name", gen: textOf("PlayerScreen", "PlayerScreen", "TVChannelsScreen", "EPGScreen", "MainMenuScreen", "VideoScreen", "SettingsScreen")},
			{key: "user_agent", gen: textAgent}}},
		messageEvent("MESSAGE_CREATED", 21, "create", 1200),
		messageEvent("MESSAGE_SEND", 40, "send", 1180),
		messageEvent("MESSAGE_DELETED", 55, "delete", 300),
	}
}

// letters are subjects with their texts; one number chooses both.
var letters = [...][2]string{
	{"Задолженность", "Уважаемый абонент!\nБаланс: -120,50 ₽ <b>Пополните</b> счёт."},
	{"Срок действия", "Уважаемый абонент!\nСрок действия пакета «Кино» истекает завтра."},
	{"Технические работы", "Ночью с 2:00 до 5:00 возможны перерывы в вещании. \U0001f4fa"},
	{"", "Ваш PIN-код изменён"},
}

func messageEvent(name string, line int, function string, weight int) event {
	letter := func(part int) func(*pen) {
		return func(p *pen) { p.text(letters[p.roll%uint64(len(letters))][part]) }
	}
	e := event{log: "smarty_messaging", name: name, level: "DEBUG", module: "messaging", line: line, function: function, weight: weight,
		fields: []field{{key: "account", gen: accountModel}, {key: "subject", gen: letter(0)}, {key: "text", gen: letter(1)}}}
	if name != "MESSAGE_CREATED" {
		e.fields = append(e.fields, field{key: "uuid", gen: func(p *pen) { p.raw("UUID('"); p.uuid(); p.raw("')") }})
	}
	return e
}

var (
	payturePayment = newDict(entry{"Notification", textOf("EngineBlock", "EngineSuccess")}, entry{"OrderId", textDigits(8)},
		entry{"Amount", textOf("30000", "50000")}, entry{"Success", textOf("True")})
	w1Payment = newDict(entry{"WMI_PAYMENT_AMOUNT", textOf("300.00", "500.00")}, entry{"WMI_ORDER_STATE", textOf("Accepted")},
		entry{"WMI_SIGNATURE", textHex(24)})
	paytureArgs = newDict(entry{"Key", strOf("MerchantExample")}, entry{"Data", func(p *pen) {
		p.raw("'SessionType=Pay;OrderId=")
		p.num(p.roll % 1e8)
		p.raw(";Amount=30000'")
	}})
	paytureMethods = [...]string{"Init", "PayStatus", "Pay"}
	declines       = [...]string{"AMOUNT_EXCEED", "ORDER_NOT_FOUND", "ISSUER_CARD_FAIL"}
)

func paytureMethod(p *pen) string { return paytureMethods[p.roll>>32%uint64(len(paytureMethods))] }

func paytureReply(p *pen) {
	xml := []string{`<?xml version="1.0"?><`, paytureMethod(p), ` Success="True" OrderId="ord-`, strconv.FormatUint(p.roll%1e8, 10), `" Amount="30000"/>`}
	if p.roll>>40%14 == 0 {
		xml[2] = ` Success="False" OrderId="ord-`
		xml[4] = `" ErrCode="` + declines[p.roll>>48%uint64(len(declines))] + `"/>`
	}
	p.text(strings.Join(xml, ""))
}

func gateway(p *pen) string { return pick(p.roll%3 == 0, "w1", "payture") }

func paymentEvents() []event {
	notified := []field{
		{key: "client", gen: textCustomer},
		{key: "transaction", gen: func(p *pen) { p.open(); p.hex(p.roll, 4); p.byte('-'); p.num(p.sub.n); p.shut() }},
		{key: "payment_source", gen: func(p *pen) { p.str(gateway(p)) }},
		{key: "params", gen: func(p *pen) {
			if gateway(p) == "w1" {
				p.dict(&w1Payment)
				return
			}
			p.queryDict(&payturePayment)
		}}}
	failure := field{key: "error", gen: func(p *pen) {
		if p.roll>>32&1 == 0 {
			p.text([...]string{"Неверная подпись уведомления", "Order not found"}[p.roll>>33&1])
			return
		}
		p.exception("ValueError", "Платёж не прошёл")
	}}
	return []event{
		{log: "smarty_payment", name: "NOTIFY_ERROR", level: "ERROR", module: "payture", line: 141, function: "notify", weight: 2, fields: append(notified[:4:4], failure)},
		{log: "smarty_payment", name: "NOTIFY_SUCCESS", level: "INFO", module: "payture", line: 150, function: "notify", weight: 45, fields: notified},
		{log: "smarty_payment", name: "PAYTURE_REQUEST", level: "INFO", module: "payture", line: 61, function: "_request", weight: 70, fields: []field{
			{key: "url", gen: func(p *pen) { p.str("https://payture.example.com/apim/" + paytureMethod(p)) }},
			{key: "args", gen: func(p *pen) { p.dict(&paytureArgs) }},
			{key: "response", gen: paytureReply}}},
	}
}
