package notifiers

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// How long a delivery is tried.
const (
	backoffFirst = time.Second      // upper bound of the first wait, doubled each time
	backoffMost  = 5 * time.Minute  // upper bound of any wait
	backoffLeast = time.Second / 10 // jitter may be small, but not nothing
	giveUp       = 72 * time.Hour   // after its creation a delivery is dead
	refusals     = 3                // permanent refusals, then dead
	brokenAfter  = 5                // failures in a row, then probing
	probeEvery   = 30 * time.Second
)

// refusalWaits follow the refusals: three tries within 15 minutes.
var refusalWaits = [...]time.Duration{time.Minute, 5 * time.Minute}

// failed records a failed try in a row: when it is tried again, or that it is dead.
func failed(d alert.Delivery, e *SendError, now time.Time, jitter func(time.Duration) time.Duration) alert.Delivery {
	d.Attempts = attempted(d.Attempts, alert.Attempt{At: now, Error: Cut(e.Error(), 300), Permanent: e.Permanent, Unclear: e.Unclear})
	refused, since := 0, d.Created
	for _, a := range d.Attempts {
		if a.ByHand {
			since = a.At
		}
		if a.Permanent {
			refused++
		}
	}
	d.State = alert.DeliveryRetry
	switch {
	case refused >= refusals, !now.Before(since.Add(giveUp)):
		d.State, d.Next = alert.DeliveryDead, now
	case e.RetryAfter > 0:
		d.Next = now.Add(e.RetryAfter)
	case e.Permanent:
		d.Next = now.Add(refusalWaits[refused-1])
	default:
		most := backoffMost
		if n := len(d.Attempts) - 1; n < 9 {
			most = min(most, backoffFirst<<n)
		}
		d.Next = now.Add(max(jitter(most), backoffLeast))
	}
	return d
}
