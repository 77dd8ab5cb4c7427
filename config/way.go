package config

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// readHTTP reads what a receiver and its kind may both say; outer is the receiver's.
func (rd *reader) readHTTP(p pair, outer HTTP) HTTP {
	h := HTTP{Proxy: outer.Proxy, CA: rd.readCA(p.shown.Get("ca_file"), outer.CA), AllowLoopback: rd.bool(p.shown.Get("allow_loopback"), outer.AllowLoopback)}
	if hasAny(p.shown, []string{"proxy", "proxy_file"}) {
		var at strictyaml.Value
		if h.Proxy, at = rd.secret(p, "proxy"); at.There() {
			checkProxy(at, h.Proxy.Reveal())
		}
	}
	return h
}

func checkProxy(v strictyaml.Value, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		v.Fault("socks5://127.0.0.1:1080, or http://proxy.example.com:3128", "is not the address of a proxy")
	case u.Hostname() == "":
		v.Fault("socks5://127.0.0.1:1080", "is an address without a host")
	}
}

// readCA is the certificates of a file, or those of outer.
func (rd *reader) readCA(v strictyaml.Value, outer []byte) []byte {
	if !v.There() {
		return outer
	}
	path, ok := rd.path(v)
	if !ok || rd.dry {
		return outer
	}
	data, err := os.ReadFile(path)
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		v.Fault("a file of certificates, PEM", "cannot read %s: %v", path, pathErr.Err)
		return outer
	}
	if !x509.NewCertPool().AppendCertsFromPEM(data) {
		v.Fault("a file with -----BEGIN CERTIFICATE-----", "%s holds no certificate", path)
	}
	return data
}

// checkURL checks an address. Its faults show nothing of it but the host.
func checkURL(v strictyaml.Value, text string, allowOwn bool) {
	u, err := url.Parse(text)
	var bad *url.Error
	switch {
	case errors.As(err, &bad) && strings.Contains(bad.Err.Error(), "port"):
		v.Fault("", "the port of the address is not a number")
	case err != nil || u.Scheme != "http" && u.Scheme != "https":
		v.Fault("https://example.com/…", "is not an http or https address")
	case u.Hostname() == "":
		v.Fault("https://example.com/…", "is an address without a host")
	case u.Fragment != "":
		v.Fault("remove # and what follows it", "an address to send to has no fragment")
	case !allowOwn && ownAddress(u.Hostname()):
		v.Fault("add allow_loopback: true if that is meant", "%s is an address of this machine or its link", u.Hostname())
	}
}
