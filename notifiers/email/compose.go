package email

import (
	"fmt"
	"html/template"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// headerFor names the recipient as configured.
const headerFor gomail.Header = "X-Smarty-Alert-Recipient"

const maxSubject = 180 // characters

func (r *Receiver) compose(d alert.Delivery, to, ref string) (*gomail.Msg, error) {
	tx := notifiers.NewText(d, r.o.Zone)
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(r.o.From); err != nil {
		return nil, err
	}
	if err := m.To(to); err != nil {
		return nil, err
	}
	// "=?" opens an encoded word (RFC 2047), which readers would decode.
	m.Subject(strings.ReplaceAll(notifiers.Cut(tx.Title, maxSubject), "=?", "= ?"))
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
	html, err := page(tx)
	if err != nil {
		return nil, err
	}
	m.SetBodyString(gomail.TypeTextPlain, tx.Plain())
	m.AddAlternativeString(gomail.TypeTextHTML, html)
	return m, nil
}

func page(tx notifiers.Text) (string, error) {
	var b strings.Builder
	if err := pageTemplate.Execute(&b, tx); err != nil {
		return "", fmt.Errorf("write html: %w", err)
	}
	return b.String(), nil
}

// pageTemplate keeps to what mail programs show: tables, inline styles, no
// pictures, nothing loaded from elsewhere.
var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"colour": colour}).Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body style="margin:0;padding:12px;font:14px/1.45 sans-serif;color:#1c1c1c">
<h1 style="margin:0 0 12px;padding:8px 12px;font-size:17px;color:#fff;background:{{colour .Firing .Severity}}">{{.Title}}</h1>
{{- $many := or (gt (len .Alerts) 1) (gt .More 0)}}
{{- range .Alerts}}
<div style="margin:0 0 18px;padding-left:10px;border-left:4px solid {{colour .Firing .Severity}}">
{{- if $many}}
<p style="margin:0 0 4px;font-weight:bold">{{.Head}}</p>
{{- end}}
{{- with .Summary}}
<p style="margin:0 0 4px">{{.}}</p>
{{- end}}
<table style="border-collapse:collapse;font-size:14px">
{{- range .Facts}}
<tr><td style="padding:1px 12px 1px 0;color:#666;vertical-align:top;white-space:nowrap">{{.Name}}</td><td style="white-space:pre-wrap">{{.Value}}</td></tr>
{{- end}}
</table>
{{- range .Samples}}
<p style="margin:8px 0 0;color:#666">{{.Where}}</p>
<pre style="margin:0;padding:6px;background:#f3f3f3;white-space:pre-wrap;word-break:break-all">{{.Text}}</pre>
{{- end}}
{{- with .Runbook}}
<p style="margin:8px 0 0;white-space:pre-wrap"><b>What to do:</b> {{.}}</p>
{{- end}}
{{- with .RunbookURL}}
<p style="margin:8px 0 0"><a href="{{.}}">Runbook</a></p>
{{- end}}
</div>
{{- end}}
{{- if .More}}
<p>and {{.More}} more</p>
{{- end}}
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
