package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/expr-lang/expr/vm"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Template is what is sent instead of this package's own JSON. Headers and Body are
// Go templates over Data. Whatever they print is escaped for where it stands: in
// JSON within a text or as a whole value, in forms, in XML. So no text of a log can
// be more than a text.
type Template struct {
	Method  string // "": POST. With GET the body, a form, becomes the query
	Headers map[string]string
	Body    string
	// Success is an expression over status, body and json (the body decoded, nil if
	// it is none) that says whether the message was taken. "": any 2xx.
	Success string
	Params  map[string]string // .Params of the templates
}

// Data is what templates see. All of it is cut and free of control characters.
type Data struct {
	ID, Receiver, GroupKey, Reason string
	Status                         string // firing or resolved
	Firing                         bool
	Severity                       string
	Mark                           string // a coloured sign
	Title                          string // one line
	Text                           string // the rest, in lines
	Labels                         map[string]string
	Alerts                         []notifiers.AlertText
	Count                          int // alerts in all, which may be more than are in Alerts
	Params                         map[string]string
	Secret                         string
}

func newData(d alert.Delivery, o Options) Data {
	tx := o.Voice.Text(d)
	title, text, _ := strings.Cut(tx.Plain(), "\n")
	out := Data{
		ID: d.ID, Receiver: d.Receiver, GroupKey: notifiers.Visible(d.GroupKey), Reason: d.Reason, Status: d.Message.Status, Firing: tx.Firing,
		Severity: tx.Severity.String(), Mark: mark(tx), Title: title, Text: strings.Trim(text, "\n"), Labels: map[string]string{},
		Alerts: tx.Alerts, Count: len(tx.Alerts) + tx.More, Secret: o.Secret.Reveal(),
	}
	if o.Template != nil {
		out.Params = o.Template.Params
	}
	for _, l := range d.Message.GroupLabels {
		out.Labels[notifiers.Visible(l.Name)] = notifiers.Cut(notifiers.Visible(l.Value), 300)
	}
	return out
}

func mark(tx notifiers.Text) string {
	switch {
	case !tx.Firing:
		return "✅"
	case tx.Severity == alert.Critical:
		return "🔴"
	case tx.Severity == alert.Warning:
		return "🟠"
	}
	return "🔵"
}

// compiled is a Template ready for use.
type compiled struct {
	method     string
	kind       string // of the body
	mediaType  string
	headers    map[string]*template.Template
	body       *template.Template
	success    *vm.Program // nil: any 2xx
	usesSecret bool
}

// Check finds what is wrong with a template before it is needed.
func Check(t Template) error {
	_, err := compile(t)
	return err
}

// defaultMedia is the body's type where the template names none.
func (t Template) mediaType() string {
	for name, value := range t.Headers {
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			return value
		}
	}
	if t.Method == http.MethodGet {
		return "application/x-www-form-urlencoded"
	}
	return "application/json"
}

func compile(t Template) (*compiled, error) {
	c := &compiled{method: t.Method, mediaType: t.mediaType(), headers: map[string]*template.Template{}}
	if c.method == "" {
		c.method = http.MethodPost
	}
	var err error
	if c.kind, err = kindOf(c.mediaType); err != nil {
		return nil, err
	}
	if c.method == http.MethodGet && c.kind != form {
		return nil, errors.New("method: GET has no body: write it as a form, a=…&b=…, which becomes the query")
	}
	if c.body, err = compileText("body", t.Body, c.kind); err != nil {
		return nil, err
	}
	c.usesSecret = strings.Contains(t.Body, ".Secret")
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		value := t.Headers[name]
		if http.CanonicalHeaderKey(name) == "Content-Type" {
			continue
		}
		if c.headers[name], err = compileText("header "+name, value, header); err != nil {
			return nil, err
		}
		c.usesSecret = c.usesSecret || strings.Contains(value, ".Secret")
	}
	if c.success, err = compileSuccess(t.Success); err != nil {
		return nil, err
	}
	return c, c.rehearse(t)
}

// kindOf says how a body of a media type is escaped.
func kindOf(mediaType string) (string, error) {
	media, _, err := mime.ParseMediaType(mediaType)
	switch {
	case err != nil:
		return "", fmt.Errorf("the Content-Type %q is none", mediaType)
	case media == "application/json", strings.HasSuffix(media, "+json"):
		return jsonBody, nil
	case media == "application/x-www-form-urlencoded":
		return form, nil
	case media == "text/xml", media == "application/xml", strings.HasSuffix(media, "+xml"):
		return xmlBody, nil
	case media == "text/plain":
		return plain, nil
	}
	return "", fmt.Errorf("the Content-Type %q cannot be escaped for: JSON, forms, XML and text/plain can", mediaType)
}

// rehearse runs the template over deliveries that have everything, and nothing.
func (c *compiled) rehearse(t Template) error {
	t.Params = maps.Clone(t.Params)
	o := Options{Secret: "secret", Template: &t}
	sample := alert.Transition{Rule: "rule", Name: `Name "'<&{\`, Severity: alert.Critical, State: alert.Firing, AlertID: "a", StartsAt: 1768435390,
		Group: alert.NewLabels(alert.Label{Name: "user", Value: `"}<&`}), Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count > 5", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "a\n\"b\""}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/a"}),
		Samples:     []alert.Sample{{File: "x.log", Text: `{"a": '<b>'}`}}}
	for _, ts := range [][]alert.Transition{{sample, sample}, nil} {
		d := alert.Delivery{ID: "0", Created: time.Unix(1768435400, 0), Message: alert.Message{Status: "firing", Alerts: ts}}
		if _, err := c.render(newData(d, o)); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(c.headers)) {
			if _, err := execute(c.headers[name], newData(d, o)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *compiled) render(data Data) ([]byte, error) {
	body, err := execute(c.body, data)
	if err == nil && c.kind == jsonBody && !json.Valid(body) {
		return nil, errors.New("body: what it makes is not JSON")
	}
	return body, err
}

const maxBody = 1 << 20 // bytes

func execute(t *template.Template, data Data) ([]byte, error) {
	var b bytes.Buffer
	if err := t.Execute(&limited{&b, maxBody}, data); err != nil {
		return nil, errors.New(notifiers.Cut(notifiers.Visible(strings.TrimPrefix(err.Error(), "template: ")), 200))
	}
	return b.Bytes(), nil
}

// limited ends a template that prints without end.
type limited struct {
	b    *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, fmt.Errorf("more than %d bytes", maxBody)
	}
	return l.b.Write(p)
}

// plainly is the built-in text for a template that fails over what only this
// delivery has. A form and XML have no place for it.
func (c *compiled) plainly(data Data, why error) ([]byte, error) {
	text := data.Title + "\n\n" + data.Text + "\n\n(the template fails: " + why.Error() + ")"
	switch c.kind {
	case jsonBody:
		return json.Marshal(map[string]string{"text": text})
	case plain:
		return []byte(text), nil
	}
	return nil, fmt.Errorf("the template fails: %w", why)
}

// request renders the template.
func (c *compiled) request(ctx context.Context, o Options, d alert.Delivery) (*http.Request, []byte, error) {
	data := newData(d, o)
	body, err := c.render(data)
	if err != nil {
		if body, err = c.plainly(data, err); err != nil {
			return nil, nil, err
		}
	}
	address, send := o.URL.Reveal(), body
	if c.method == http.MethodGet {
		u, err := url.Parse(address)
		if err != nil {
			return nil, nil, errors.New("the webhook's url cannot be used")
		}
		u.RawQuery = strings.Trim(u.RawQuery+"&"+strings.TrimSpace(string(body)), "&")
		address, send = u.String(), nil
	}
	req, err := http.NewRequestWithContext(ctx, c.method, address, bytes.NewReader(send))
	if err != nil {
		return nil, nil, errors.New("the webhook's url cannot be used")
	}
	if c.method != http.MethodGet {
		req.Header.Set("Content-Type", c.mediaType)
	}
	for name, t := range c.headers {
		value, err := execute(t, data)
		if err != nil {
			return nil, nil, fmt.Errorf("the template fails: %w", err)
		}
		req.Header.Set(name, string(value))
	}
	return req, body, nil
}
