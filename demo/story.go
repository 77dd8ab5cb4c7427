package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// Incident is something that goes wrong in an evening.
type Incident struct {
	At     time.Duration // since its start
	Text   string        // what happens, in a few words
	bursts []loggen.Burst
	quiet  []loggen.Quiet
}

type fields = map[string]string

// Evening are the logs of an installation of some 1,500 subscribers for so long from start
// on, and what goes wrong meanwhile.
func Evening(start time.Time, length time.Duration, seed uint64) (loggen.Options, []Incident) {
	o := loggen.Options{Seed: seed, Start: start, Duration: length, Rate: 6, Python: 3, Zone: start.Location(), Edges: 12}
	var all []Incident
	for _, in := range incidents() {
		if in.At >= length {
			break
		}
		all = append(all, in)
		o.Bursts, o.Quiet = append(o.Bursts, in.bursts...), append(o.Quiet, in.quiet...)
	}
	return o, all
}

// incidents are in the order of time: the first after three minutes, so that nobody has
// to wait for it.
func incidents() []Incident {
	const m = time.Minute
	cache := fields{"command": "'cache_channel_list'"}
	checks := fields{"command": "'check_stream_services'"}
	return []Incident{
		outage("edge-07 is down for ten minutes", 3*m, 10*m, 7),
		{At: 12 * m, Text: "somebody guesses the password of one account",
			bursts: []loggen.Burst{records("LOGIN_ERROR", 12*m, 4*m, 40, fields{"reason": "'account_does_not_exist'", "params.abonement": "'100123'", "params.device_uid": "'00:1A:79:0B:AD:01'"})}},
		{At: 20 * m, Text: "the external billing answers no more",
			bursts: []loggen.Burst{records("CUSTOMER_BALANCE_REQUEST_ERROR", 20*m, 8*m, 60, fields{"api_client_class": "'CustomBillingClient'"})}},
		{At: 32 * m, Text: "the cache of channel lists is not filled, and then empty",
			bursts: []loggen.Burst{records("MANAGEMENT_COMMAND_ERROR", 32*m, 10*m, 10, cache), records("CLIENT_CHANNELS_NOT_FOUND", 38*m, 4*m, 60, nil)},
			quiet:  []loggen.Quiet{{Event: "MANAGEMENT_COMMAND_SUCCESS", At: 32 * m, For: 10 * m, Fields: cache}}},
		outage("four edges of one data centre are down together", 50*m, 6*m, 1, 3, 4, 5),
		{At: 65 * m, Text: "an unhandled exception in requests for streams",
			bursts: []loggen.Burst{records("CONTENT_REQUEST_FAIL", 65*m, 3*m, 12, fields{"url": "'/tvmiddleware/api/program/url/'"})}},
		{At: 75 * m, Text: "the payment gateway is refused",
			bursts: []loggen.Burst{records("NOTIFY_ERROR", 75*m, 8*m, 6, fields{"payment_source": "'payture'"})}},
		{At: 90 * m, Text: "check_stream_services hangs: nobody notices broken edges",
			quiet: []loggen.Quiet{{Event: "MANAGEMENT_COMMAND_SUCCESS", At: 90 * m, For: 15 * m, Fields: checks}, {Event: "STREAM_SERVICE_CHECKING_SUCCESS", At: 90 * m, For: 15 * m}}},
	}
}

// records is a burst of n records in a time.
func records(event string, from, length time.Duration, n int, f fields) loggen.Burst {
	return loggen.Burst{Event: event, At: from, For: length, Rate: float64(n) / length.Seconds(), Fields: f}
}

// outage has edges fail each 30 seconds.
func outage(text string, from, length time.Duration, edges ...int) Incident {
	in := Incident{At: from, Text: text}
	for _, edge := range edges {
		f := fields{"stream_service": loggen.StreamService(edge)}
		in.bursts = append(in.bursts, records("STREAM_SERVICE_CHECKING_ERROR", from, length, int(length/(30*time.Second)), f))
		in.quiet = append(in.quiet, loggen.Quiet{Event: "STREAM_SERVICE_CHECKING_SUCCESS", At: from, For: length, Fields: f})
	}
	return in
}

// tick is how often lines are written, in real time.
const tick = 50 * time.Millisecond

// Play writes each record into its log below dir when the clock has reached its second,
// until the last one or ctx ends.
func Play(ctx context.Context, dir string, o loggen.Options, now func() time.Time) error {
	g, err := loggen.New(o)
	if err != nil {
		return err
	}
	files := map[string]*os.File{}
	defer func() {
		for _, f := range files {
			_ = f.Close() // what was written stands in it
		}
	}()
	for _, log := range loggen.Logs() {
		f, err := os.OpenFile(filepath.Join(dir, log+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return fmt.Errorf("play the demo's logs: %w", err)
		}
		files[log] = f
	}
	beat := time.NewTicker(tick)
	defer beat.Stop()
	for rec, ok := g.Next(); ok; rec, ok = g.Next() {
		for now().Unix() <= rec.Sec {
			select {
			case <-ctx.Done():
				return nil
			case <-beat.C:
			}
		}
		if _, err := files[rec.Log].Write(rec.Text); err != nil {
			return fmt.Errorf("play the demo's logs: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// wait ends at a moment of the clock, or with ctx.
func wait(ctx context.Context, until time.Time, now func() time.Time) error {
	beat := time.NewTicker(tick)
	defer beat.Stop()
	for now().Before(until) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
		}
	}
	return nil
}

// Tell says of each incident when it happens, until the last one or ctx ends.
func Tell(ctx context.Context, start time.Time, all []Incident, now func() time.Time, say func(Incident)) error {
	for _, in := range all {
		if err := wait(ctx, start.Add(in.At), now); err != nil {
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		}
		say(in)
	}
	return nil
}
