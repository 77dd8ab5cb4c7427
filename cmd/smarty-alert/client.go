package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// defaultURL is where a service answers that was not told otherwise.
const defaultURL = "http://127.0.0.1:9099"

// clientFlags are those of all commands that ask a running service.
type clientFlags struct {
	url, format, zone, ca string
}

// addURL adds the flag that says where the service answers.
func addURL(a *app, cmd *cobra.Command, url *string) {
	at := defaultURL
	if a.env != nil { // help and completion need none
		if v, ok := a.env("SMARTY_ALERT_URL"); ok && v != "" {
			at = v
		}
	}
	cmd.Flags().StringVar(url, "url", at, "`address` of the running service; $SMARTY_ALERT_URL changes the default")
	cmd.Flags().Lookup("url").DefValue = defaultURL
}

func (f *clientFlags) add(a *app, cmd *cobra.Command) {
	addURL(a, cmd, &f.url)
	cmd.Flags().StringVar(&f.ca, "ca-file", "", "`file` of certificates (PEM) to trust, for an https address; default: those of the system")
	cmd.Flags().StringVar(&f.format, "format", "text", "text or json")
	cmd.Flags().StringVar(&f.zone, "timezone", "", "IANA `zone` of times that are given and shown; default: the service's")
}

// client talks to a running service.
type client struct {
	base   *url.URL
	format string
	zone   *time.Location
	facts  facts // of the service; empty until learn has asked
	http   *http.Client
	app    *app
}

func (f clientFlags) client(a *app) (*client, error) {
	if err := oneOf("format", f.format, "text", "json"); err != nil {
		return nil, err
	}
	var zone *time.Location // nil: the service knows it
	if f.zone != "" {
		var err error
		if zone, err = loadZone(f.zone); err != nil {
			return nil, err
		}
	}
	base, err := url.Parse(f.url)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, usageError(fmt.Errorf("--url: write an address such as %s", defaultURL))
	}
	transport, err := f.transport()
	if err != nil {
		return nil, err
	}
	return &client{base: base, format: f.format, zone: zone, http: &http.Client{Timeout: 30 * time.Second, Transport: transport}, app: a}, nil
}

// transport is how the service is reached: nil is the usual way.
func (f clientFlags) transport() (http.RoundTripper, error) {
	if f.ca == "" {
		return nil, nil
	}
	data, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, ioError(fmt.Errorf("--ca-file: %w", err))
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(data) {
		return nil, usageError(fmt.Errorf("--ca-file: %s holds no certificate in PEM form", f.ca))
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: trusted}, ForceAttemptHTTP2: true}, nil
}

// facts are what commands need to know of the service to speak as it does.
type facts struct {
	Now      time.Time          `json:"now"`
	Timezone string             `json:"timezone"`
	Language notifiers.Language `json:"language"`
	External alert.Labels       `json:"external_labels"` // on every alert
}

// learn asks the service about itself. Times are given and shown in its zone, as its
// messages have them, unless another one was asked for.
func (c *client) learn(ctx context.Context) error {
	if err := c.get(ctx, "/api/v1/status", nil, &c.facts); err != nil || c.zone != nil {
		return err
	}
	var err error
	if c.zone, err = time.LoadLocation(c.facts.Timezone); err != nil {
		return usageError(fmt.Errorf("the service's zone %s is not known here: write --timezone UTC", strconv.Quote(c.facts.Timezone)))
	}
	return nil
}

// now is what the service's clock showed when learn asked: what is set for two hours is
// over by that clock. A service that does not tell is taken to have this machine's.
func (c *client) now() time.Time {
	if c.facts.Now.IsZero() {
		return time.Now()
	}
	return c.facts.Now
}

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 256 << 20

// call sends in, if it is not nil, and reads the answer into out.
func (c *client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	u := c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return usageError(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.unreachable(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return c.unreachable(err)
	}
	if resp.StatusCode == http.StatusUnauthorized {
		return usageError(fmt.Errorf("%s wants to know who asks, and does not know this name and password (hint: --url %s://name:password@%s, or $SMARTY_ALERT_URL)", c.base.Redacted(), c.base.Scheme, c.base.Host))
	}
	if resp.StatusCode != http.StatusOK {
		return c.refusal(resp.StatusCode, data)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return ioError(fmt.Errorf("%s does not answer like smarty-alert: is the address right?", c.base.Redacted()))
	}
	return nil
}

// unreachable leaves out the address of the request, which may hold a password.
func (c *client) unreachable(err error) error {
	var in *url.Error
	if errors.As(err, &in) {
		err = in.Err
	}
	return ioError(fmt.Errorf("ask %s: %w (hint: does the service run? --url says where)", c.base.Redacted(), err))
}

// refusal is what the service says of a request: wrong ones are wrong usage.
func (c *client) refusal(status int, data []byte) error {
	var ours struct {
		Error string `json:"error"`
	}
	text := ""
	if json.Unmarshal(data, &ours) == nil && ours.Error != "" {
		text = ours.Error
	} else if json.Unmarshal(data, &text) != nil {
		text = shorten(printable(strings.TrimSpace(string(data))), 200)
	}
	err := fmt.Errorf("%s", printable(text))
	if strings.Contains(text, "\n") { // one fault a line
		var all []error
		for line := range strings.Lines(text) {
			all = append(all, errors.New(printable(strings.TrimSpace(line))))
		}
		err = errors.Join(all...)
	}
	if status >= 400 && status < 500 && status != http.StatusForbidden {
		return usageError(err)
	}
	return ioError(err)
}

func (c *client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.call(ctx, http.MethodGet, path, query, nil, out)
}

func (c *client) clock(at time.Time) string { return at.In(c.zone).Format(clockForm + " MST") }

// printJSON is the machine's form of an answer.
func (c *client) printJSON(v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	return c.print(b.String())
}

func (c *client) print(text string) error {
	if _, err := io.WriteString(c.app.stdout, text); err != nil && !isBrokenPipe(err) {
		return ioError(fmt.Errorf("write: %w", err))
	}
	return nil
}

// note tells people something beside the answer.
func (c *client) note(format string, args ...any) { fmt.Fprintf(c.app.stderr, format+"\n", args...) }

func (c *client) table(columns []column) error {
	if len(columns[0].cells) == 0 {
		return nil
	}
	return c.print(tableText(columns, terminalWidth(c.app.stdout)))
}

// author is who runs the command, unless somebody else is named.
func (a *app) author(given string) string {
	if given != "" {
		return given
	}
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if v, ok := a.env(name); ok && v != "" {
			return v
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
