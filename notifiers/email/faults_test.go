package email_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

func TestSend_EachRecipientOnTheirOwn(t *testing.T) {
	at := map[string]fakes.Fault{"bad@example.com": fakes.RcptRefused, "busy@example.com": fakes.RcptLater}
	m := &fakes.Mail{Next: func(step fakes.Step, to string) fakes.Fault {
		if step == fakes.Rcpt {
			return at[to]
		}
		return fakes.None
	}}
	port, ca := serve(t, m, email.StartTLS)
	o := options(port, "", ca)
	o.To = []string{"bad@example.com", "noc@example.com", "busy@example.com"}
	d := delivery("d1", alert.Firing)
	// Each try is of a receiver of its own: after a restart it goes on so too.
	try := func(name string, fails, permanent bool, asked ...string) {
		t.Helper()
		got, err := receiver(t, o).Send(t.Context(), d, "")
		var se *notifiers.SendError
		if fails != (err != nil) || fails && (!errors.As(err, &se) || se.Permanent != permanent || se.Answered == permanent) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(asked, m.Asked()); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", name, diff)
		}
		if got.Ref != "d1@example.com" {
			t.Errorf("%s: ref %q", name, got.Ref)
		}
		d.Attempts = append(d.Attempts, alert.Attempt{Parts: got.Parts})
	}
	try("one later, one refused", true, false, o.To...)
	if err := d.Attempts[0].Parts["bad@example.com"]; !strings.Contains(err, "550") {
		t.Errorf("bad: %q", err)
	}
	try("the later one alone", true, false, "busy@example.com")
	delete(at, "busy@example.com")
	try("the later one has it, the refused one not", true, true, "busy@example.com")
	try("the refused one again", true, true, "bad@example.com")
	clear(at)
	try("it exists now", false, false, "bad@example.com")
	for _, to := range o.To {
		if n := len(m.Got(to)); n != 1 {
			t.Errorf("%s got %d mails", to, n)
		}
	}
}

func TestSend_Faults(t *testing.T) {
	for step, faults := range map[fakes.Step]map[fakes.Fault]string{
		fakes.Connect: {fakes.Busy: "server", fakes.Reset: "network", fakes.Garbage: "network", fakes.Hang: "timeout", "554": "rejected", fakes.Drip: ""},
		fakes.Rcpt:    {fakes.RcptLater: "server", fakes.RcptRefused: "rejected", fakes.Reset: "network", fakes.Hang: "timeout"},
		fakes.Data:    {fakes.DataLater: "server", fakes.DataRefused: "rejected", fakes.Reset: "network", fakes.Hang: "timeout", fakes.AcceptReset: "network", fakes.AcceptHang: "timeout"},
	} {
		for fault, class := range faults {
			t.Run(string(step)+" "+string(fault), func(t *testing.T) {
				m := &fakes.Mail{Next: func(s fakes.Step, _ string) fakes.Fault {
					if s == step {
						return fault
					}
					return fakes.None
				}, Pace: time.Microsecond}
				port, ca := serve(t, m, email.StartTLS)
				limit := time.Minute // more than a busy machine needs
				if class == "timeout" {
					limit = 300 * time.Millisecond
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				o := options(port, "", ca)
				o.Timeout = time.Hour // of the library's own: with it, the test would not end
				_, err := receiver(t, o).Send(ctx, delivery("d1", alert.Firing), "")
				var se *notifiers.SendError
				switch {
				case class == "" && err == nil:
				case !errors.As(err, &se) || se.Class != class || se.Permanent != (class == "rejected"):
					t.Errorf("%#v", err)
				}
			})
		}
	}
	_, ca, err := fakes.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	var se *notifiers.SendError
	if _, err := receiver(t, options(1, "", ca)).Send(t.Context(), delivery("d1", alert.Firing), ""); !errors.As(err, &se) || se.Class != "network" {
		t.Errorf("nobody listens: %#v", err)
	}
}

// A mail whose acceptance was lost comes again under its own Message-ID, by which
// mail programs know it.
func TestSend_AcceptThenReset(t *testing.T) {
	faults := map[fakes.Step]fakes.Fault{fakes.Data: fakes.AcceptReset}
	m := &fakes.Mail{Next: func(s fakes.Step, _ string) fakes.Fault { return faults[s] }}
	port, ca := serve(t, m, email.StartTLS)
	r := receiver(t, options(port, "", ca))
	_, err := r.Send(t.Context(), delivery("d1", alert.Firing), "")
	var se *notifiers.SendError
	if !errors.As(err, &se) || se.Permanent || !se.Unclear {
		t.Fatalf("%#v", err)
	}
	clear(faults)
	if _, err := r.Send(t.Context(), delivery("d1", alert.Firing), ""); err != nil {
		t.Fatal(err)
	}
	mails := m.Got("noc@example.com")
	if len(mails) != 2 || open(t, mails[0]).Get("Message-ID") != open(t, mails[1]).Get("Message-ID") {
		t.Errorf("%d mails", len(mails))
	}
}

func TestNew_Faults(t *testing.T) {
	for name, change := range map[string]func(*email.Options){
		"from": func(o *email.Options) { o.From = "x\r\nBcc: y@z" }, "to": func(o *email.Options) { o.To = []string{"y@z\r\nx"} }, "nobody": func(o *email.Options) { o.To = nil },
		"host": func(o *email.Options) { o.Host = "" }, "tls": func(o *email.Options) { o.TLS = "maybe" }, "ca": func(o *email.Options) { o.CA = []byte("x") },
	} {
		o := options(25, "", nil)
		change(&o)
		if _, err := email.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
