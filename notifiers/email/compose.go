package email

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// headerFor names the recipient as configured.
const headerFor gomail.Header = "X-Smarty-Alert-Recipient"

const maxSubject = 180 // characters

func (r *Receiver) compose(d alert.Delivery, to, ref string) (*gomail.Msg, error) {
	tx := r.o.Voice.Text(d)
	parts, err := r.parts(d, &tx)
	if err != nil {
		return nil, err
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(r.o.From); err != nil {
		return nil, err
	}
	if err := m.To(to); err != nil {
		return nil, err
	}
	// "=?" opens an encoded word (RFC 2047), which readers would decode.
	m.Subject(strings.ReplaceAll(notifiers.Cut(notifiers.Visible(parts.subject), maxSubject), "=?", "= ?"))
	m.SetDateWithValue(r.o.Now())
	m.SetMessageIDWithValue(r.messageID(d))
	if ref != "" {
		m.SetGenHeader(gomail.HeaderInReplyTo, "<"+ref+">")
		m.SetGenHeader(gomail.HeaderReferences, "<"+ref+">")
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	m.SetGenHeader(headerFor, to)
	if tx.Firing && tx.Severity == alert.Critical {
		m.SetImportance(gomail.ImportanceHigh)
	}
	m.SetBodyString(gomail.TypeTextPlain, parts.text)
	m.AddAlternativeString(gomail.TypeTextHTML, parts.html)
	return m, nil
}

// parts of a mail that a user's template may write.
type parts struct{ subject, text, html string }

// parts renders the templates. One that fails leaves the built-in text, with the
// error, in its place and in those of the others.
func (r *Receiver) parts(d alert.Delivery, tx *notifiers.Text) (parts, error) {
	var own parts
	for _, part := range []struct {
		template *wording.Template
		text     *string
	}{{r.o.Subject, &own.subject}, {r.o.Text, &own.text}, {r.o.HTML, &own.html}} {
		if part.template == nil {
			continue
		}
		text, err := part.template.Render(d)
		if err != nil {
			tx.Blame(err)
			own = parts{}
			break
		}
		*part.text = text
	}
	html, err := page(*tx)
	return parts{cmp.Or(own.subject, tx.Title), cmp.Or(own.text, tx.Plain()), cmp.Or(own.html, html)}, err
}

// The channels of templates. HTML is escaped for where a value stands.
var (
	Plain = wording.Channel{}
	HTML  = wording.Channel{HTML: true}
)

func page(tx notifiers.Text) (string, error) {
	var b strings.Builder
	if err := pageTemplate.Execute(&b, tx); err != nil {
		return "", fmt.Errorf("write html: %w", err)
	}
	return b.String(), nil
}

// pageTemplate keeps to what mail programs show: tables, inline styles, no
// pictures, nothing loaded from elsewhere. The inline colours are those of a light
// screen; programs that know of dark ones take the others from the style sheet, and
// those that drop it turn the light ones themselves.
var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"colour": colour}).Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #16181b !important; color: #e6e6e6 !important; }
  .card { background: #202327 !important; border-color: #3a3f45 !important; }
  .dim { color: #a5acb3 !important; }
  .log { background: #111315 !important; color: #dcdcdc !important; }
  .link { color: #8ab8ff !important; }
}
@media (max-width: 480px) {
  .page { padding: 8px !important; }
}
</style></head>
<body class="page" style="margin:0;padding:16px;font:15px/1.45 -apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;background:#ffffff;color:#1c1c1c">
<div style="max-width:760px;margin:0 auto">
<h1 style="margin:0 0 12px;padding:10px 14px;border-radius:4px;font-size:17px;line-height:1.3;color:#ffffff;background:{{colour .Firing .Severity}};overflow-wrap:anywhere">{{.Title}}</h1>
{{- $many := or (gt (len .Alerts) 1) (gt .More 0)}}
{{- range .Alerts}}
<div class="card" style="margin:0 0 14px;padding:10px 12px;border:1px solid #d9dce0;border-left:4px solid {{colour .Firing .Severity}} !important;border-radius:4px;background:#fafbfc">
{{- if $many}}
<p style="margin:0 0 6px;font-weight:bold;overflow-wrap:anywhere">{{.Head}}</p>
{{- end}}
{{- with .Summary}}
<p style="margin:0 0 6px;overflow-wrap:anywhere">{{.}}</p>
{{- end}}
<table role="presentation" style="border-collapse:collapse;font-size:14px">
{{- range .Facts}}
<tr><td class="dim" style="padding:1px 14px 1px 0;color:#5b6168;vertical-align:top;white-space:nowrap">{{.Name}}</td><td style="padding:1px 0;white-space:pre-wrap;overflow-wrap:anywhere">{{.Value}}</td></tr>
{{- end}}
</table>
{{- range .Samples}}
<p class="dim" style="margin:10px 0 2px;font-size:13px;color:#5b6168;overflow-wrap:anywhere">{{.Where}}</p>
<pre class="log" style="margin:0;padding:8px;border-radius:3px;font:13px/1.4 Consolas,'Liberation Mono',monospace;background:#f0f1f3;color:#1c1c1c;white-space:pre-wrap;overflow-wrap:anywhere">{{.Text}}</pre>
{{- end}}
{{- with .Runbook}}
<p style="margin:10px 0 0;white-space:pre-wrap;overflow-wrap:anywhere"><b>{{$.Words.Todo}}:</b> {{.}}</p>
{{- end}}
{{- with .RunbookURL}}
<p style="margin:10px 0 0"><a class="link" style="color:#0b57c2" href="{{.}}">{{$.Words.Runbook}}</a></p>
{{- end}}
</div>
{{- end}}
{{- if .More}}
<p class="dim" style="color:#5b6168">{{.AndMore .More}}</p>
{{- end}}
{{- with .Silence}}
<p class="dim" style="margin:0;font-size:13px;color:#5b6168">{{$.Words.Silence}}: <code style="overflow-wrap:anywhere">{{.}}</code></p>
{{- end}}
{{- with .Open}}
<p style="margin:8px 0 0;font-size:13px"><a class="link" style="color:#0b57c2" href="{{.}}">{{$.Words.Open}}</a></p>
{{- end}}
</div>
</body></html>
`))

func colour(firing bool, severity alert.Severity) template.CSS {
	switch {
	case !firing:
		return "#2e7d32"
	case severity == alert.Critical:
		return "#b71c1c"
	case severity == alert.Warning:
		return "#b45f06"
	}
	return "#1f5fa8"
}
