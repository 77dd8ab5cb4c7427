package doctor

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// patience is how long one address is waited for.
const patience = 10 * time.Second

// expiring is how long before its end a certificate is worth a warning.
const expiring = 14 * 24 * time.Hour

// service asks whether one runs by this configuration.
func (r *Report) service(ctx context.Context, c *config.Config, o Options) {
	if o.Offline {
		return
	}
	host, port, err := net.SplitHostPort(c.Web.Listen)
	if err != nil {
		return
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	at := net.JoinHostPort(host, port)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := dial(ctx, o, "tcp", at)
	if err != nil {
		r.add(Service, Note, "not-running", at, "", "no service answers at %s: it does not run, or not with this configuration", at)
		return
	}
	defer conn.Close()
	if c.Web.ConfigFile != "" {
		r.add(Service, Fine, "running", at, "", "a service answers at %s", at)
		return
	}
	r.ready(ctx, conn, at)
}

// ready asks a service whether it is.
func (r *Report) ready(ctx context.Context, conn net.Conn, at string) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // else the answer is waited for without end, at worst
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+"/-/ready", nil)
	if err != nil {
		return
	}
	if err = req.Write(conn); err == nil {
		var resp *http.Response
		if resp, err = http.ReadResponse(bufio.NewReader(conn), req); err == nil {
			defer resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				r.add(Service, Fine, "running", at, "", "a service runs at %s and is ready", at)
				return
			}
			err = errors.New(resp.Status)
		}
	}
	r.add(Service, Warning, "not-ready", at, "its log says why", "what answers at %s is not ready: %v", at, err)
}

func dial(ctx context.Context, o Options, network, address string) (net.Conn, error) {
	if o.Dial != nil {
		return o.Dial(ctx, network, address)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// receivers tells which of them can be reached. Nothing is sent, and no secret used.
func (r *Report) receivers(ctx context.Context, c *config.Config, o Options) {
	if len(c.Receivers) == 0 {
		r.add(Receivers, Warning, "no-receiver", "", "add receivers and a route", "nobody is told: there are no receivers")
		return
	}
	found := make([]Finding, len(c.Receivers))
	var g errgroup.Group
	g.SetLimit(8)
	for i, rc := range c.Receivers {
		g.Go(func() error {
			bounded, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			found[i] = look(bounded, rc, o)
			return nil
		})
	}
	_ = g.Wait() // nobody returns an error
	for _, f := range found {
		if f.Text != "" {
			r.Findings = append(r.Findings, f)
		}
	}
}

// way is how a receiver is reached.
type way struct {
	url   string // of HTTP
	http  config.HTTP
	email *config.Email
	file  string
}

func wayTo(rc config.Receiver) way {
	switch {
	case rc.Slack != nil:
		return way{url: cmp.Or(rc.Slack.WebhookURL.Reveal(), rc.Slack.APIURL, "https://slack.com/api/"), http: rc.Slack.HTTP}
	case rc.Telegram != nil:
		return way{url: cmp.Or(rc.Telegram.APIURL, "https://api.telegram.org"), http: rc.Telegram.HTTP}
	case rc.Webhook != nil:
		return way{url: rc.Webhook.URL.Reveal(), http: rc.Webhook.HTTP}
	case rc.Email != nil:
		return way{email: rc.Email}
	}
	return way{file: rc.File.Path}
}

func look(ctx context.Context, rc config.Receiver, o Options) Finding {
	f := Finding{Area: Receivers, Grade: Fine, Code: "reachable", Subject: rc.Name}
	w := wayTo(rc)
	if o.Offline && w.file == "" {
		return Finding{}
	}
	at, can := "", "be reached"
	var cert *x509.Certificate
	var err error
	switch {
	case w.file == "-":
		at, can = "standard output", "be written"
	case w.file != "":
		at, can = w.file, "be written"
		err = unix.Access(filepath.Dir(w.file), unix.W_OK|unix.X_OK)
	case w.email != nil:
		at = w.email.Smarthost
		cert, err = mail(ctx, w.email, o)
	default:
		at, cert, err = w.reach(ctx, o)
	}
	switch now := o.Now(); {
	case err != nil:
		f.Grade, f.Code, f.Advice = Error, "unreachable", "when it can: `smarty-alert send --config … --receiver "+rc.Name+"` tries the rest"
		f.Text = fmt.Sprintf("%s cannot %s: %v", at, can, err)
	case cert != nil && cert.NotAfter.Sub(now) < expiring:
		f.Grade, f.Code = Warning, "certificate"
		f.Text = fmt.Sprintf("%s can be reached; its certificate ends on %s", at, cert.NotAfter.UTC().Format(time.DateOnly))
	default:
		f.Text = at + " can " + can
	}
	return f
}

// reach connects as the receiver would, up to where it would speak.
func (w way) reach(ctx context.Context, o Options) (at string, cert *x509.Certificate, err error) {
	u, err := url.Parse(w.url)
	if err != nil || u.Host == "" {
		return "its address", nil, errors.New("it is none")
	}
	at = u.Host
	client, err := notifiers.NewHTTPClient(notifiers.HTTPOptions{CA: w.http.CA, AllowLoopback: w.http.AllowLoopback || w.http.Proxy != "", Dial: o.Dial})
	if err != nil {
		return at, nil, err
	}
	transport, ok := client.Transport.(*http.Transport)
	if !ok {
		return at, nil, errors.New("the client has no transport")
	}
	if w.http.Proxy != "" {
		proxy, err := url.Parse(w.http.Proxy.Reveal())
		if err != nil {
			return "its proxy", nil, errors.New("it is no address")
		}
		at = "the proxy " + proxy.Host
		u = &url.URL{Scheme: "http", Host: withPort(proxy)}
	}
	conn, err := transport.DialContext(ctx, "tcp", withPort(u))
	if err != nil {
		return at, nil, brief(err)
	}
	defer conn.Close()
	if u.Scheme != "https" {
		return at, nil, nil
	}
	config := transport.TLSClientConfig.Clone()
	config.ServerName = u.Hostname()
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return at, nil, err
	}
	return at, secure.ConnectionState().PeerCertificates[0], nil
}

// brief leaves out of an error what is said beside it.
func brief(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

var ports = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}

// withPort is host:port of an address that may leave out the port.
func withPort(u *url.URL) string {
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme], "80"))
}

// mail greets a mail server, and has it encrypt where the receiver would.
func mail(ctx context.Context, e *config.Email, o Options) (*x509.Certificate, error) {
	host, _, err := net.SplitHostPort(e.Smarthost)
	if err != nil {
		return nil, err
	}
	secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if len(e.CA) > 0 {
		secure.RootCAs = x509.NewCertPool()
		secure.RootCAs.AppendCertsFromPEM(e.CA)
	}
	conn, err := dial(ctx, o, "tcp", e.Smarthost)
	if err != nil {
		return nil, brief(err)
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	if e.TLS == config.ImplicitTLS {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Quit() }() // it has been greeted, that is all that was wanted
	if err := c.Hello(cmp.Or(e.Hello, "localhost")); err != nil {
		return nil, err
	}
	if e.TLS == config.StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return nil, errors.New("it offers no STARTTLS, which the receiver requires (tls: none or tls: tls)")
		}
		if err := c.StartTLS(secure); err != nil {
			return nil, err
		}
	}
	if state, ok := c.TLSConnectionState(); ok {
		return state.PeerCertificates[0], nil
	}
	return nil, nil
}
