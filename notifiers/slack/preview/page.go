package preview

import "html/template"

// pageTemplate looks like Slack's client: its colours, its sizes, its narrow screen.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{or .Language "en"}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark"><title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --page: #ffffff; --text: #1d1c1d; --dim: #616061; --line: #dddddd; --code: #f8f8f8; --red: #c01343; --link: #1264a3; --mention: #fdf2c8; }
@media (prefers-color-scheme: dark) {
  :root { --page: #1a1d21; --text: #d1d2d3; --dim: #9a9b9d; --line: #3c3f44; --code: #222529; --red: #e8912d; --link: #1d9bd1; --mention: #4a3d12; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 12px 20px; background: var(--page); color: var(--text); font: 15px/1.46 Lato, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif; }
.message { display: flex; gap: 8px; max-width: 760px; padding: 8px 0; }
.face { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #4a154b; color: #ffffff; font-weight: 700; line-height: 36px; text-align: center; }
.body { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.who { font-weight: 900; }
.app { margin: 0 4px; padding: 1px 3px; border-radius: 2px; background: var(--line); color: var(--dim); font-size: 10px; font-weight: 700; }
.clock, .note, .edited { color: var(--dim); font-size: 12px; }
.header { margin: 4px 0; font-size: 18px; font-weight: 900; line-height: 1.3; }
.text { margin: 4px 0; }
.context { margin: 4px 0; color: var(--dim); font-size: 12px; }
.divider { height: 1px; margin: 8px 0; border: 0; background: var(--line); }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 6px 0; }
.button { padding: 3px 12px; border: 1px solid var(--line); border-radius: 4px; font-size: 13px; font-weight: 700; }
.primary { border-color: #007a5a; background: #007a5a; color: #ffffff; }
.danger { border-color: #e01e5a; background: #e01e5a; color: #ffffff; }
pre, code { font: 12px/1.5 Monaco, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace; background: var(--code); border: 1px solid var(--line); border-radius: 3px; }
pre { margin: 4px 0; padding: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
code { padding: 1px 3px; color: var(--red); }
a { color: var(--link); }
.mention { padding: 0 2px; border-radius: 3px; background: var(--mention); }
.thread { margin-top: 6px; padding-left: 10px; border-left: 2px solid var(--line); }
.thread .face { width: 24px; height: 24px; line-height: 24px; border-radius: 6px; font-size: 12px; }
@media (max-width: 480px) { body { padding: 8px 12px; } }
</style></head>
<body>
{{- range .Messages}}{{template "message" .}}{{end}}
</body></html>
{{define "message"}}
<div class="message"><div class="face">{{.Page.Initial}}</div><div class="body">
<div><span class="who">{{.Page.Sender}}</span><span class="app">APP</span><span class="clock">{{.Clock}}</span></div>
{{- if .Broadcast}}
<div class="note">{{.Page.Words.Broadcast}}</div>
{{- end}}
{{- range .Blocks}}
{{- if eq .Kind "divider"}}
<hr class="divider">
{{- else}}
<div class="{{.Kind}}">{{.HTML}}{{range .Rows}}<div{{with .Kind}} class="{{.}}"{{end}}>{{.HTML}}</div>{{end}}</div>
{{- end}}
{{- end}}
{{- if .Edited}}
<div class="edited">{{.Page.Words.Edited}}</div>
{{- end}}
{{- with .Replies}}
<div class="thread">{{range .}}{{template "message" .}}{{end}}</div>
{{- end}}
</div></div>
{{- end}}`))
