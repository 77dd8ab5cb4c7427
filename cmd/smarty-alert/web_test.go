package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// webCertificate writes a certificate for 127.0.0.1 and its key into dir.
func webCertificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "web.crt"), filepath.Join(dir, "web.key")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A file of web.config_file encrypts, and lets in only those whom it names; a changed
// password counts at once.
func TestServe_AsksWhoItIs(t *testing.T) {
	dir := t.TempDir()
	cert, _ := webCertificate(t, dir)
	const nineLives = "$2a$04$DfL/FD5J.1syhXtDP9DIAe8gfT1XlCUXSidzlZIpiUXbcuER75vEa"
	file := filepath.Join(dir, "web.yml")
	write := func(user string) {
		text := fmt.Sprintf("tls_server_config: {cert_file: web.crt, key_file: web.key}\nbasic_auth_users: {%s: '%s'}\n", user, nineLives)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("noc")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"timezone":"UTC"}`) })
	go func() { served <- serve(ctx, l, file, h, slog.New(slog.DiscardHandler)) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	}()
	ask := func(scheme, who, ca string) string {
		c, err := clientFlags{url: scheme + "://" + who + l.Addr().String(), format: "text", ca: ca}.client(&app{})
		if err != nil {
			return err.Error()
		}
		if err := c.learn(t.Context()); err != nil {
			return err.Error()
		}
		return "in"
	}
	for _, c := range []struct{ scheme, who, ca, want string }{
		{"https", "noc:nine%20lives@", cert, "in"},
		{"https", "noc:ten@", cert, "does not know this name and password"},
		{"https", "", cert, "wants to know who asks"},
		{"https", "noc:nine%20lives@", "", "certificate signed by unknown authority"},
		{"http", "noc:nine%20lives@", "", "HTTP request to an HTTPS server"},
		{"https", "", file, "holds no certificate"},
		{"https", "", filepath.Join(dir, "none"), "--ca-file"},
	} {
		if got := ask(c.scheme, c.who, c.ca); !strings.Contains(got, c.want) || strings.Contains(got, "nine") {
			t.Errorf("%s, as %q, trusting %q: %s, want %s", c.scheme, c.who, filepath.Base(c.ca), got, c.want)
		}
	}
	write("night")
	if got := ask("https", "noc:nine%20lives@", cert); !strings.Contains(got, "does not know") {
		t.Errorf("after noc was taken out of the file: %s", got)
	}
	if got := ask("https", "night:nine%20lives@", cert); got != "in" {
		t.Errorf("after night was put into the file: %s", got)
	}
}
