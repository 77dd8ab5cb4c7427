package webhook

import "net/http"

// Presets are the names that Preset knows.
func Presets() []string { return []string{"smsc", "mattermost", "discord", "teams"} }

// Preset is a template for a well-known service. The zero Template for others.
func Preset(name string) Template {
	switch name {
	case "smsc":
		return Template{
			Headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			Body:    smsc,
			Success: `status == 200 && json != nil && json?.error_code == nil`,
		}
	case "mattermost":
		return Template{Body: mattermost}
	case "discord":
		return Template{Body: discord}
	case "teams":
		return Template{Body: teams}
	}
	return Template{}
}

// With puts what t sets over the preset's.
func (p Template) With(t Template) Template {
	if t.Method != "" {
		p.Method = t.Method
	}
	if t.Body != "" {
		p.Body = t.Body
	}
	if t.Success != "" {
		p.Success = t.Success
	}
	headers := map[string]string{}
	for name, value := range p.Headers {
		headers[http.CanonicalHeaderKey(name)] = value
	}
	for name, value := range t.Headers {
		headers[http.CanonicalHeaderKey(name)] = value
	}
	p.Headers, p.Params = headers, t.Params
	return p
}

// smsc is a short message by smsc.ru (smsc.ru/api/http): charged by its length, so
// the title alone.
const smsc = `login={{.Params.login}}&psw={{.Secret}}&phones={{.Params.phones}}&charset=utf-8&fmt=3` +
	`{{with index .Params "sender"}}&sender={{.}}{{end}}&mes={{cut 300 .Title}}`

// mattermost is an incoming webhook's post; within a block of code nothing is live.
const mattermost = `{
  "text": "{{.Mark}} **{{markdown 500 .Title}}**\n` + "```" + `\n{{code 3500 .Text}}\n` + "```" + `"
}`

// discord is a webhook's post of at most 2,000 characters.
const discord = `{
  "content": "{{.Mark}} **{{markdown 350 .Title}}**\n` + "```" + `\n{{code 1500 .Text}}\n` + "```" + `",
  "allowed_mentions": {"parse": []},
  "flags": 4
}`

// teams is an adaptive card, as a workflow "When a Teams webhook request is
// received" takes it, of at most 28 KB.
const teams = `{
  "type": "message",
  "attachments": [{
    "contentType": "application/vnd.microsoft.card.adaptive",
    "content": {
      "type": "AdaptiveCard", "version": "1.4", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
      "msteams": {"width": "Full"},
      "body": [
        {"type": "TextBlock", "size": "Medium", "weight": "Bolder", "wrap": true,
         "color": "{{if not .Firing}}Good{{else if eq .Severity "critical"}}Attention{{else}}Warning{{end}}",
         "text": "{{.Mark}} {{markdown 500 .Title}}"}
        {{- range first 3 .Alerts}},
        {"type": "TextBlock", "wrap": true, "weight": "Bolder", "separator": true, "text": "{{markdown 200 .Head}}"}
        {{- with .Summary}},
        {"type": "TextBlock", "wrap": true, "text": "{{markdown 200 .}}"}
        {{- end}},
        {"type": "FactSet", "facts": [
          {{- range $i, $f := .Facts}}{{if $i}}, {{end}}{"title": {{$f.Name}}, "value": "{{markdown 120 $f.Value}}"}{{end}}]}
        {{- range first 2 .Samples}},
        {"type": "TextBlock", "wrap": true, "fontType": "Monospace", "size": "Small", "text": "{{markdown 200 .Text}}"}
        {{- end}}
        {{- with .Runbook}},
        {"type": "TextBlock", "wrap": true, "text": "{{markdown 300 .}}"}
        {{- end}}
        {{- with .RunbookURL}},
        {"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": "Runbook", "url": {{.}}}]}
        {{- end}}
        {{- end}}
        {{- if gt .Count 3}},
        {"type": "TextBlock", "text": "1 – 3 / {{.Count}}"}
        {{- end}}
      ]
    }
  }]
}`
