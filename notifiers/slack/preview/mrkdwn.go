package preview

import (
	"html"
	"html/template"
	"regexp"
	"strings"
)

// plain is a text in which nothing has a meaning. It is sent with the entities of
// mrkdwn, which Slack takes back in plain texts as well.
func plain(s string) template.HTML {
	return template.HTML(lines(html.EscapeString(unescape(s))))
}

// unescape takes back Slack's own escaping, which knows three characters.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

func lines(s string) string { return strings.ReplaceAll(s, "\n", "<br>") }

var (
	fence = regexp.MustCompile("(?s)```\n?(.*?)\n?```\n?")
	// token is code, or what stands in angle brackets, which no text can have.
	token = regexp.MustCompile("`[^`\n]+`|<[^<>\n]+>")
	// styles need a border of a word on their outer sides.
	styles = []struct {
		tag string
		re  *regexp.Regexp
	}{
		{"b", regexp.MustCompile(`(^|[\s(>])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[\s).,:;!?<])`)},
		{"i", regexp.MustCompile(`(^|[\s(>])_([^\s_](?:[^_\n]*[^\s_])?)_($|[\s).,:;!?<])`)},
		{"s", regexp.MustCompile(`(^|[\s(>])~([^\s~](?:[^~\n]*[^\s~])?)~($|[\s).,:;!?<])`)},
	}
)

// mrkdwn is Slack's markup (docs.slack.dev, formatting message text).
func mrkdwn(s string) template.HTML {
	var b strings.Builder
	at := 0
	for _, m := range fence.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(prose(strings.TrimSuffix(s[at:m[0]], "\n")))
		b.WriteString("<pre>" + html.EscapeString(unescape(s[m[2]:m[3]])) + "</pre>")
		at = m[1]
	}
	b.WriteString(prose(s[at:]))
	return template.HTML(b.String())
}

// prose is what stands outside of blocks of code.
func prose(s string) string {
	var b strings.Builder
	at := 0
	for _, m := range token.FindAllStringIndex(s, -1) {
		b.WriteString(styled(s[at:m[0]]))
		b.WriteString(inBrackets(s[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(styled(s[at:]))
	return lines(b.String())
}

func styled(s string) string {
	s = html.EscapeString(unescape(s))
	for _, st := range styles {
		for range 2 { // the border between two styled words belongs to both
			s = st.re.ReplaceAllString(s, "${1}<"+st.tag+">${2}</"+st.tag+">${3}")
		}
	}
	return s
}

// inBrackets is code, a link or a mention.
func inBrackets(s string) string {
	inner := s[1 : len(s)-1]
	if s[0] == '`' {
		return "<code>" + html.EscapeString(unescape(inner)) + "</code>"
	}
	address, label, named := strings.Cut(inner, "|")
	address = unescape(address)
	if !named {
		label = address
	}
	label = html.EscapeString(unescape(label))
	switch {
	case strings.HasPrefix(address, "https://"), strings.HasPrefix(address, "http://"), strings.HasPrefix(address, "mailto:"):
		return `<a href="` + html.EscapeString(address) + `" rel="noopener noreferrer">` + label + "</a>"
	case strings.HasPrefix(address, "!"), strings.HasPrefix(address, "@"), strings.HasPrefix(address, "#"):
		return `<span class="mention">@` + html.EscapeString(strings.TrimLeft(address, "!@#")) + "</span>"
	}
	return html.EscapeString(s)
}
