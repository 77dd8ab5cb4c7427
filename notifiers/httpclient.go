package notifiers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// HTTPOptions are what every receiver that speaks HTTP can be told.
type HTTPOptions struct {
	Proxy         string // http, https or socks5 URL; "" goes straight, whatever the environment says
	CA            []byte // PEM certificates to trust instead of the system's
	AllowLoopback bool   // else addresses of this machine and link-local ones are refused
	// Dial stands for the network, where there is none; nil: the real one.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewHTTPClient makes a client that follows no redirects, since they could carry
// a secret elsewhere, and that dials no address it must not. Its time limit is
// the caller's context.
func NewHTTPClient(o HTTPOptions) (*http.Client, error) {
	t := &http.Transport{
		MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	switch {
	case o.Proxy != "":
		u, err := url.Parse(o.Proxy)
		if err != nil || u.Host == "" {
			return nil, errors.New("the proxy is not an address like socks5://127.0.0.1:1080")
		}
		t.Proxy = http.ProxyURL(u)
	case !o.AllowLoopback:
		dialer.Control = refuseOwn
	}
	t.DialContext = dialer.DialContext
	if o.Dial != nil {
		t.DialContext = o.Dial
	}
	if len(o.CA) > 0 {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(o.CA) {
			return nil, errors.New("no certificate in the CA file")
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// refuseOwn looks at the address that a name has led to.
func refuseOwn(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return Rejected(fmt.Errorf("address %s: %w", address, err))
	}
	ip := ap.Addr().Unmap()
	if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast() {
		return Rejected(fmt.Errorf("%s is an address of this machine or its link: allow_loopback is not set", ip))
	}
	return nil
}
