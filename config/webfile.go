package config

import (
	"os"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// webFile checks the file that says who may reach the page and the API, in the form of
// Prometheus's exporters, and tells whether it keeps strangers out. It returns "" for
// none, or for a fault.
func (rd *reader) webFile(v strictyaml.Value) (path string, guarded bool) {
	if !v.There() {
		return "", false
	}
	path, ok := rd.path(v)
	if !ok {
		return "", false
	}
	if rd.dry {
		return path, true
	}
	if err := web.Validate(path); err != nil {
		hint, text := "docs/web.md shows one", strings.Join(strings.Fields(err.Error()), " ")
		if strings.Contains(text, "bcrypt") {
			hint, text = "write the hash that `htpasswd -nB noc` prints", "a password must stand there as its bcrypt hash ("+text+")"
		}
		v.Fault(hint, "%s", text)
		return "", true
	}
	return path, asksWho(path)
}

// asksWho tells whether a valid file wants a password or a certificate of whoever asks.
func asksWho(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	var file struct {
		Users map[string]string `yaml:"basic_auth_users"`
		TLS   struct {
			ClientAuth string `yaml:"client_auth_type"`
		} `yaml:"tls_server_config"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return false
	}
	return len(file.Users) > 0 || file.TLS.ClientAuth == "RequireAndVerifyClientCert"
}
