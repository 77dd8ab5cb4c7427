package config

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,252})$`)

func (rd *reader) readEmail(p pair, ca []byte) *Email {
	m := p.shown
	e := &Email{TLS: StartTLS, CA: rd.readCA(m.Get("ca_file"), ca)}
	rd.readAddresses(m, e)
	rd.readSmarthost(m, e)
	if v := m.Get("username"); v.There() {
		e.Username, _ = rd.text(v)
	}
	e.Password, _ = rd.secret(p, "password")
	if v := m.Get("hello"); v.There() {
		if e.Hello, _ = rd.text(v); e.Hello != "" && !hostName.MatchString(e.Hello) {
			v.Fault("the machine's name, such as alerts.example.com", "%q is not a host's name", e.Hello)
		}
	}
	rd.bool(m.Get("allow_loopback"), false) // mail servers on this machine are usual and always allowed
	m.Done()
	user, password := m.Key("username"), hasAny(m, []string{"password", "password_file"})
	switch {
	case user.There() && !password:
		user.Fault("password_file: …", "a username without a password")
	case password && !user.There():
		m.Value().Fault("username: …", "a password without a username")
	case password && e.TLS == NoTLS && !e.local():
		m.Key("tls").Warn("smtp-cleartext", "tls: starttls", "the password crosses the network in the clear")
	}
	return e
}

func (rd *reader) readAddresses(m *strictyaml.Mapping, e *Email) {
	to := m.Need("to")
	seen := map[string]bool{}
	for _, v := range to.List() {
		a := rd.address(v)
		if a == nil {
			continue
		}
		if seen[strings.ToLower(a.Address)] {
			v.Warn("duplicate-address", "remove one", "%s is here twice", a.Address)
			continue
		}
		seen[strings.ToLower(a.Address)] = true
		e.To = append(e.To, a.Address)
	}
	if to.IsList() && len(to.List()) == 0 {
		to.Fault("to: [noc@example.com]", "the list is empty")
	}
	if v := m.Need("from"); v.There() {
		if a := rd.address(v); a != nil {
			e.From = a.Address
			if a.Name != "" {
				e.From = a.String()
			}
		}
	}
}

func (rd *reader) address(v strictyaml.Value) *mail.Address {
	text, ok := rd.text(v)
	if !ok {
		return nil
	}
	a, err := mail.ParseAddress(text)
	if err == nil {
		return a
	}
	hint := "write noc@example.com, or \"NOC <noc@example.com>\""
	if list, err := mail.ParseAddressList(text); err == nil && len(list) > 1 {
		hint = "write a list: [one@example.com, two@example.com]"
	}
	v.Fault(hint, "%q is not an e-mail address", text)
	return nil
}

func (rd *reader) readSmarthost(m *strictyaml.Mapping, e *Email) {
	if v := m.Get("tls"); v.There() {
		if text, ok := rd.text(v); ok && v.Chosen(text) {
			e.TLS = TLS(text)
		}
	}
	v := m.Need("smarthost")
	text, ok := rd.text(v)
	if !ok {
		return
	}
	host, port, err := hostPort(text, 1)
	switch {
	case err != nil:
		v.Fault("mail.example.com:587", "%v", err)
	case host == "":
		v.Fault("mail.example.com:587", "%q has no host", text)
	case port == 465 && e.TLS == StartTLS:
		v.Warn("smtp-port-tls", "tls: tls", "port 465 speaks TLS from the first byte, starttls begins without")
	}
	e.Smarthost = text
}

// local reports whether the mail server is on this machine.
func (e *Email) local() bool {
	host, _, err := hostPort(e.Smarthost, 1)
	return err == nil && ownAddress(host)
}
