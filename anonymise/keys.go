package anonymise

import (
	"strings"

	"github.com/smarty-alert/smarty-alert/redact"
)

// keyTable has a line for each class: the documented keys, the parameters of
// Smarty's APIs and of payment systems, and what Django's requests are made of.
// Names are folded: lower case without "_".
const keyTable = `
keep      login_type login_method reason tariffs_ids api_client_class timeout command execution_time
keep      epg_channel source programs_imported programms_imported channels_processed removed_objects
keep      program_name previous_program_name program_time_begin previous_time_end screen_name
keep      stream_service was_available_before check_ping_success check_tcp_success check_http_success check_is_alive_success
keep      payment_source available_apps device device_type device_class stream_service_id exclude_service_id service_id
keep      client_id cid pid vid epg_id video_id program_id channel_id tariff_id tariffs genre_id category_id season_id episode_id
keep      amount balance price sum cost currency total count limit offset page rows size rating quality bitrate
keep      WMI_PAYMENT_AMOUNT WMI_CURRENCY_ID
keep      time begin end start stop date begin_time end_time created created_at updated_at deactivated_at activated_at
keep      expires expires_at activation_expires last_active duration interval timezone tz shift ttl
keep      active enabled is_active force success Success ErrCode status_code http_code error_code errno attempts retries
keep      title program channel channels tariff service genre category season episode version build app
word      lang language locale status state status_reason type kind method action mode level result_code code protocol scheme
word      WMI_ORDER_STATE Notification SessionType request_method content_type charset encoding
word      event app_name platform os model vendor firmware backend engine
prose     error error_message event_description activation_result detail details exception warning
traceback stacktrace traceback
agent     user_agent HTTP_USER_AGENT useragent ua
words     key deps deps_key object cache_key
nested    params args kwargs data request response GET POST META FILES body payload headers query json Data extra context
mixed     result
url       url path uri base_url HTTP_REFERER referer referrer link href redirect next request_uri path_info full_path query_string image logo icon
hosts     host
host      hostname server server_name HTTP_HOST domain node
operator  client provider operator reseller dealer
person    user account customer subscriber username user_name login owner author manager name_of_user
person    firstname lastname middlename patronymic surname fullname full_name fio first_name last_name middle_name payer cardholder card_holder
id        account_id customer_id user_id subscriber_id abonement transaction uuid id order_id OrderId payment_id transaction_id
id        invoice invoice_id bill_id contract contract_id contract_number agreement agreement_number personal_account license
id        card pan card_number CardId CardNumber rrn passport snils message_id session_uid vk_id telegram_id chat_id
device    device_uid uid udid mac mac_address serial serial_number sn imei device_id client_play_device smartcard sc_id hwid
phone     phone phone_number mobile mobile_phone_number mobile_phone msisdn tel telephone fax
email     email mail e_mail email_address
address   lat lon lng latitude longitude geo location gps address street city house flat apartment building postcode zip index_code region district
birth     birthday birth_date birthdate date_of_birth
ip        ip ip_address remote_addr REMOTE_ADDR client_ip user_ip x_real_ip x_forwarded_for HTTP_X_FORWARDED_FOR HTTP_X_REAL_IP
message   message subject text comment note notes message_text sms body_text question answer search
secret    cookies cookie HTTP_COOKIE csrftoken csrfmiddlewaretoken session session_key session_id pin cvv cvc EMVTag
`

var classWords = map[string]Class{
	"keep": Keep, "word": Word, "prose": Prose, "traceback": Traceback, "agent": Agent, "words": Words, "nested": Nested, "mixed": Mixed,
	"url": URL, "hosts": Hosts, "host": Host, "operator": Operator, "person": Person, "id": ID, "device": Device, "phone": Phone,
	"email": Email, "address": Address, "birth": Birth, "ip": IP, "message": Message, "secret": Secret,
}

// keyClasses is keyTable, read once and never changed.
var keyClasses = readKeys(keyTable)

func readKeys(table string) map[string]Class {
	out := map[string]Class{}
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		for i := 1; i < len(words); i++ {
			out[redact.Fold(words[i])] = classWords[words[0]]
		}
	}
	return out
}

// ofEvent has the keys that mean something else in one event.
var ofEvent = map[string]Class{
	"NOTIFY_ERROR.client":               ID, // who pays, as the gateway calls them
	"NOTIFY_SUCCESS.client":             ID,
	"VIDEOSERVICES_API_REQUEST.args":    Words, // names of streams
	"VIDEOSERVICES_API_REQUEST.message": Prose, // what a server answers
}

// general are keys that say what a thing is called, whatever it is: what is above
// them decides.
var general = wordSet("id name title code")

// guess finds a class for keys that no table has, by what their names contain.
type guess struct {
	class Class
	parts []string
}

// guesses are tried in this order.
var guesses = [...]guess{
	{Secret, []string{"passwd", "passphrase", "cookie"}},
	{Phone, []string{"phone", "msisdn"}},
	{Email, []string{"email"}},
	{Agent, []string{"useragent"}},
	{IP, []string{"ipaddr", "remoteaddr", "clientip", "userip"}},
	{Device, []string{"macaddr", "serialn", "deviceuid", "deviceid", "imei"}},
	{Birth, []string{"birth"}},
	{Person, []string{"firstname", "lastname", "surname", "fullname", "middlename", "patronym", "username", "fio", "login"}},
	{ID, []string{"account", "abonement", "abonent", "customer", "subscriber", "contract", "agreement", "passport", "cardn", "transaction", "orderid", "paymentid"}},
	{Address, []string{"address", "street"}},
	{Message, []string{"comment", "messagetext"}},
}

func (g guess) matches(folded string) bool {
	for _, part := range g.parts {
		if strings.Contains(folded, part) {
			return true
		}
	}
	return false
}

// harmlessWords are values that say nothing about anybody, whatever their key.
var harmlessWords = wordSet(`ok error errors success successful fail failed failure done pending processing accepted rejected declined new old
	true false yes no none null nil undefined unknown default auto on off active inactive enabled disabled blocked created deleted updated
	changed removed added started stopped finished timeout expired valid invalid get post put patch delete head options http https udp rtp
	rtmp hls dash mpegts ts m3u8 json xml html text plain utf-8 ru en uk he hy kk debt manual buy rent tv vod pvr live radio stb web mobile
	android ios tizen tizen_tv webos webos_tv mag dune smart_tv iphone ipad admin_panel api billing portal localhost anonymoususer`)

func wordSet(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}
