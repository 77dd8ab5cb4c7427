package config

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var receiversShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "receivers", Doc: "Who can be told, by name.", Keys: namesPattern,
	Open: &strictyaml.Field{Name: "receiver", Kind: strictyaml.Map, Of: receiverShape, Doc: "One address, of one kind."},
})

// kinds are the keys that say what a receiver is.
var kinds = []string{"slack", "email", "webhook", "telegram", "file"}

// laterKinds are those of another version.
var laterKinds = []string{"pagerduty", "alertmanager", "exec", "stdout"}

var receiverShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "receiver", Doc: "One address, of one kind.", OneOf: kinds,
	Fields: slices.Concat([]strictyaml.Field{
		{Name: "slack", Kind: strictyaml.Map, Of: slackShape,
			Doc:     "Slack, or what understands its incoming webhooks (Mattermost, Rocket.Chat).",
			Example: "slack: {token_file: /etc/smarty-alert/slack-token, channel: \"#noc\"}"},
		{Name: "email", Kind: strictyaml.Map, Of: emailShape, Doc: "Mail.",
			Example: "email: {to: [noc@example.com], from: smarty-alert@example.com, smarthost: \"mail.example.com:587\"}"},
		{Name: "webhook", Kind: strictyaml.Map, Of: webhookShape,
			Doc: "Alertmanager's JSON, signed as Standard Webhooks says; or what a template makes.", Example: "webhook: {url: https://example.com/hook}"},
		{Name: "telegram", Kind: strictyaml.Map, Of: telegramShape, Doc: "A chat of Telegram, by a bot.",
			Example: "telegram: {token_file: /etc/smarty-alert/telegram-token, chat_id: -1001234567890}"},
		{Name: "file", Kind: strictyaml.Map, Of: fileReceiverShape, Doc: "Lines of JSON in a file or on standard output.",
			Example: "file: {path: /var/log/smarty-alert/alerts.jsonl}"},
		{Name: "timeout", Kind: strictyaml.Duration, Shortest: time.Second, Longest: 5 * time.Minute, Default: "10s",
			Doc: "The time of one try; it is tried again for up to 72 h.", Example: "webhook: {url: https://example.com/hook}\ntimeout: 5s"},
		{Name: "send_resolved", Kind: strictyaml.Boolean, Default: "true", Doc: "Whether the end of an alert is told too.", Example: "webhook: {url: https://example.com/hook}\nsend_resolved: false"},
		{Name: "rate_limit", Kind: strictyaml.Map, Of: rateLimitShape, Default: "5 per minute",
			Doc:     "The messages of the receiver. What is more is told in one digest that names the totals and the most urgent groups; nothing is dropped.",
			Example: "webhook: {url: https://example.com/hook}\nrate_limit: {burst: 5, per: 1m}"},
		{Name: "fallback", Kind: strictyaml.Text, Doc: "The receiver that stands in for this one: it is told what this one has refused for good, and all that waits while this one fails, to the end of the alerts.",
			Example: "email: {to: [noc@example.com], from: smarty-alert@example.com, smarthost: \"mail.example.com:587\"}\nfallback: other"},
		receiverLanguage,
		loopbackKey, caKey,
	}, proxyKeys(), later(laterKinds...), later("heartbeat_url")),
})

var slackShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "slack", Doc: "Slack, by a bot's token and a channel, or by an incoming webhook.",
	OneOf: []string{"token", "token_file", "webhook_url", "webhook_url_file"},
	Fields: slices.Concat(
		withSecret("token", "A bot's token: one message per incident, edited as it goes on.", strictyaml.Field{Needs: []string{"channel"}}),
		withSecret("webhook_url", "The address of an incoming webhook: a message each time.", strictyaml.Field{Without: []string{"api_url"}}),
		[]strictyaml.Field{
			{Name: "channel", Kind: strictyaml.Text, Default: "the webhook's own", Doc: "The channel, in quotes: an unquoted # begins a comment.", Example: "token_file: /etc/smarty-alert/slack-token\nchannel: \"#noc\""},
			{Name: "api_url", Kind: strictyaml.Text, Default: "https://slack.com/api/", Without: []string{"webhook_url_file"}, Doc: "Slack's API, or a proxy of it.",
				Example: "token_file: /etc/smarty-alert/slack-token\nchannel: \"#noc\"\napi_url: https://slack.example.com/api/"},
			{Name: "broadcast_resolved", Kind: strictyaml.Boolean, Default: "false", Doc: "Whether the end of an incident is also said in the channel: an edit alerts nobody.",
				Example: "token_file: /etc/smarty-alert/slack-token\nchannel: \"#noc\"\nbroadcast_resolved: true"},
			textKey("title", "The line above the alerts: a template. Not longer than 150 characters.", slackFrame+"title: \"{{.Title}}\""),
			textKey("text", "What stands in the place of the alerts: a template of Slack's mrkdwn.", slackFrame+"text: \"{{range .Alerts}}*{{.Rule}}* {{.Annotations.summary}}\\n{{end}}\""),
			loopbackKey, caKey,
		}, proxyKeys(), later("app_token", "app_token_file", "template", "username", "icon_emoji")),
})

var emailShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "email", Doc: "A mail server with the addresses of a message.",
	Fields: slices.Concat([]strictyaml.Field{
		{Name: "to", Kind: strictyaml.Text, List: true, MinItems: 1, Required: true, Doc: "Addresses."},
		{Name: "from", Kind: strictyaml.Text, Required: true, Doc: "The sender; a name may stand before the address."},
		{Name: "smarthost", Kind: strictyaml.Text, Pattern: hostPortPattern, Required: true, Doc: "The mail server: host and port."},
		{Name: "tls", Kind: strictyaml.Text, Enum: []string{string(StartTLS), string(ImplicitTLS), string(NoTLS)}, Default: string(StartTLS),
			Doc: "`starttls` is required, not tried; `tls`: from the first byte, usually on port 465."},
		{Name: "username", Kind: strictyaml.Text, Needs: []string{"password", "password_file"}, Default: "no authentication", Doc: "The user at the mail server."},
		{Name: "hello", Kind: strictyaml.Text, Pattern: `[A-Za-z0-9]([A-Za-z0-9.-]{0,252})`, Default: "the machine's name", Doc: "The name given to the server."},
		textKey("subject", "The subject: a template.", ""),
		textKey("text", "The plain part: a template.", ""),
		textKey("html", "The HTML part: a template. Values are escaped for where they stand.", ""),
		loopbackKey, caKey,
	}, withSecret("password", "The password.", strictyaml.Field{Needs: []string{"username"}}),
		later("cc", "bcc", "reply_to", "headers", "template", "auth")),
})

var webhookShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "webhook", Doc: "An address that takes JSON.", OneOf: []string{"url", "url_file"},
	Fields: slices.Concat(
		withSecret("url", "The address.", strictyaml.Field{}),
		withSecret("secret", "Signs the messages; after `whsec_` it is base64. In templates it is `{{.Secret}}`, and then signs nothing.", strictyaml.Field{}),
		templateKeys,
		[]strictyaml.Field{loopbackKey, caKey}, proxyKeys(), later("template", "max_alerts")),
})

var routeShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "route", Doc: "A route of the tree. It inherits receiver, group_by and the three times from the one above.",
	Fields: append([]strictyaml.Field{
		{Name: "name", Kind: strictyaml.Text, Pattern: namesPattern, Default: "made of the matchers", Doc: "Keeps the route's memory when its matchers are edited."},
		{Name: "receiver", Kind: strictyaml.Text, Doc: "Who is told."},
		{Name: "matchers", Kind: strictyaml.Text, List: true, Default: "everything",
			Doc: "What of labels must hold: `=`, `!=`, `=~`, `!~`. Routes see rule, severity, the rule's labels and the group's.", Example: "matchers: ['severity=\"critical\"', 'rule=~\"stream_.*\"']"},
		{Name: "continue", Kind: strictyaml.Boolean, Default: "false", Doc: "Whether the alert goes on to the next routes too."},
		{Name: "group_by", Kind: strictyaml.Text, List: true, Doc: "One message for alerts with these labels in common; `[]` for all alerts, `[...]` for each.", Example: "group_by: [rule]"},
		{Name: "group_wait", Kind: strictyaml.Duration, Longest: day, Default: "10s", Doc: "From the first alert of a group to its message.", Example: "group_wait: 10s"},
		{Name: "group_interval", Kind: strictyaml.Duration, Shortest: time.Second, Longest: 7 * day, Default: "5m", Doc: "Between messages when something changed.", Example: "group_interval: 5m"},
		{Name: "repeat_interval", Kind: strictyaml.Duration, Shortest: time.Second, Longest: maxRepeat, Default: "4h", Doc: "Between messages when nothing did; a rule's own wins.", Example: "repeat_interval: 4h"},
		{Name: "mute_calendars", Kind: strictyaml.Text, List: true, Doc: "Calendars in which nothing is told: it is held back and told afterwards."},
		{Name: "active_calendars", Kind: strictyaml.Text, List: true, Doc: "Calendars outside of which nothing is told."},
		{Name: "digest", Kind: strictyaml.Map, Of: digestShape,
			Doc:     "Tell only at these times, in one message, all that came and went since. Routes below do not inherit it; without a `group_by` of its own the route has one group.",
			Example: "digest: {cron: \"0 9 * * *\"}"},
		{Name: "routes", Kind: strictyaml.Map, List: true, Of: nil, Self: true, Doc: "Routes below this one; the first whose matchers hold takes the alert."},
	}, later("rate_limit", "storm", "repeat_backoff", "mute_time_intervals", "active_time_intervals")...),
})
