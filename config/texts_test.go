package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/config"
)

func TestParse_LanguageAndTemplates(t *testing.T) {
	c, warnings, err := config.ParseDry("/etc/smarty-alert/config.yaml", []byte(`
logs: [a.log]
rules: rules
language: ru
templates: [templates/*.tmpl, /etc/more.tmpl]
receivers:
  noc: {slack: {token_file: t, channel: "#noc", title: "{{.Title}}", text: "$${x} {{.Status}}"}, language: en}
  mail: {email: {to: [noc@example.com], from: a@example.com, smarthost: "127.0.0.1:25", tls: none, subject: s, text: t, html: h}}
  duty: {telegram: {token_file: t, chat_id: 7, text: "<b>x</b>"}}
route: {receiver: noc, routes: [{matchers: [a="1"], receiver: mail}, {matchers: [a="2"], receiver: duty}]}
`), env)
	if err != nil {
		t.Fatal(describe(warnings, err))
	}
	if c.Language != config.Russian || !slices.Equal(c.Templates, []string{"/etc/smarty-alert/templates/*.tmpl", "/etc/more.tmpl"}) {
		t.Errorf("%s, %q", c.Language, c.Templates)
	}
	noc, _ := c.Receiver("noc")
	mail, _ := c.Receiver("mail")
	duty, _ := c.Receiver("duty")
	if noc.Language != config.English || mail.Language != "" || noc.Texts["title"] != "{{.Title}}" || noc.Texts["text"] != "${x} {{.Status}}" ||
		len(mail.Texts) != 3 || mail.Texts["html"] != "h" || duty.Texts["text"] != "<b>x</b>" {
		t.Errorf("%+v, %+v, %+v", noc.Texts, mail.Texts, duty.Texts)
	}
	_, _, err = config.Parse("config.yaml", []byte("logs: [a.log]\nrules: rules\nlanguage: rus\n"), env)
	if err == nil || !strings.Contains(err.Error(), `did you mean "ru"?`) {
		t.Error(err)
	}
}
