package config

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// templateKeys are those of a webhook that sends something else than our own JSON.
var templateKeys = []strictyaml.Field{
	{Name: "preset", Kind: strictyaml.Text, Enum: []string{"smsc", "mattermost", "discord", "teams"}, Doc: "The template of a service that is known.",
		Example: "url_file: /etc/smarty-alert/discord-url\npreset: discord"},
	{Name: "method", Kind: strictyaml.Text, Enum: []string{"POST", "PUT", "PATCH", "GET"}, Default: "POST", Needs: needsTemplate, Doc: "With GET the body, a form, becomes the query.",
		Example: "url: https://sms.example.com/send\nmethod: GET\nbody: to={{.Params.to}}&text={{.Title}}\nparams: {to: \"70000000000\"}"},
	{Name: "headers", Kind: strictyaml.Map, Of: headersShape, Needs: needsTemplate, Doc: "Headers, each a template. Content-Type says how the body is escaped: JSON, a form, XML or text/plain.",
		Example: "url: https://chat.example.com/api\nheaders: {Authorization: \"Bearer {{.Secret}}\"}\nsecret_file: /etc/smarty-alert/chat-token\nbody: '{\"text\": {{.Title}}}'"},
	{Name: "body", Kind: strictyaml.Text, Default: "the preset's, or our own JSON", Doc: "A template of the body. What it prints is escaped for where it stands.",
		Example: "url: https://chat.example.com/api\nbody: '{\"text\": {{.Title}}, \"severity\": \"{{.Severity}}\"}'"},
	{Name: "success", Kind: strictyaml.Text, Default: "any status of 2xx", Needs: needsTemplate, Doc: "Whether the message was taken: an expression over `status`, `body` and `json`, the decoded body.",
		Example: "url: https://sms.example.com/send\nbody: '{\"text\": {{.Title}}}'\nsuccess: status == 200 && json.code == 0"},
	{Name: "params", Kind: strictyaml.Map, Of: paramsShape, Needs: needsTemplate, Doc: "Texts that templates see as `.Params`.",
		Example: "url: https://smsc.ru/sys/send.php\npreset: smsc\nsecret_file: /etc/smarty-alert/smsc-password\nparams: {login: noc, phones: \"70000000000\"}"},
}

var needsTemplate = []string{"body", "preset"}

var headersShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "headers", Doc: "Headers of a request, by name.", Keys: `[A-Za-z0-9-]{1,100}`,
	Open: &strictyaml.Field{Name: "header", Kind: strictyaml.Text, Doc: "A template of one line."},
})

var paramsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "params", Doc: "Texts for templates, by name.", Keys: `[A-Za-z_][A-Za-z0-9_]{0,99}`,
	Open: &strictyaml.Field{Name: "param", Kind: strictyaml.Text, Doc: "A text."},
})

const chatPattern = `(?:-?[0-9]{1,18}|@[A-Za-z][A-Za-z0-9_]{3,})`

var telegramShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "telegram", Doc: "A chat of Telegram, by a bot: one message per incident, edited as it goes on.",
	OneOf: []string{"token", "token_file"},
	Fields: slices.Concat(
		withSecret("token", "The bot's token, as @BotFather gives it.", strictyaml.Field{}),
		[]strictyaml.Field{
			{Name: "chat_id", Kind: strictyaml.Text, Pattern: chatPattern, Required: true, Doc: "The chat's number, or the @name of a public channel.",
				Example: "token_file: /etc/smarty-alert/telegram-token\nchat_id: -1001234567890"},
			{Name: "message_thread_id", Kind: strictyaml.Whole, Least: 1, Most: 1<<31 - 1, Doc: "The topic, in a group that has them.",
				Example: "token_file: /etc/smarty-alert/telegram-token\nchat_id: -1001234567890\nmessage_thread_id: 7"},
			{Name: "api_url", Kind: strictyaml.Text, Default: "https://api.telegram.org", Doc: "Telegram's Bot API, or a server of one's own.",
				Example: "token_file: /etc/smarty-alert/telegram-token\nchat_id: -1001234567890\napi_url: https://telegram.example.com"},
			{Name: "broadcast_resolved", Kind: strictyaml.Boolean, Default: "false", Doc: "Whether the end of an incident is also said in a reply: an edit alerts nobody.",
				Example: "token_file: /etc/smarty-alert/telegram-token\nchat_id: -1001234567890\nbroadcast_resolved: true"},
			textKey("text", "The message: a template of Telegram's HTML.", "token_file: /etc/smarty-alert/telegram-token\nchat_id: -1001234567890\ntext: \"<b>{{.Title}}</b>{{range .Alerts}}\\n{{.Annotations.summary}}{{end}}\""),
			loopbackKey, caKey,
		}, proxyKeys()),
})

var fileReceiverShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "file_receiver", Doc: "Lines of JSON in a file or on standard output.",
	Fields: []strictyaml.Field{
		{Name: "path", Kind: strictyaml.Text, Required: true, Doc: "The file, which is made if it is missing; `-` for standard output. It may be rotated at any time.", Example: "path: /var/log/smarty-alert/alerts.jsonl"},
		{Name: "sync", Kind: strictyaml.Boolean, Default: "false", Doc: "Whether a line is on the disk before it counts as sent.", Example: "path: /var/log/smarty-alert/alerts.jsonl\nsync: true"},
	},
})
