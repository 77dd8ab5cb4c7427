package main

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

// message is a delivery that a receiver has taken.
type message struct {
	id     string
	hidden bool // its answer was lost: the sender could not know
	life   int  // which process of the round sent it
	body
}

// body is what a message says, as far as it matters here.
type body struct {
	key     string // of its group
	alerts  []told
	unnamed int // alerts that it only counts
}

func (b *body) UnmarshalJSON(text []byte) error {
	var v struct {
		GroupKey        string
		Alerts          []told
		TruncatedAlerts int
	}
	err := json.Unmarshal(text, &v)
	*b = body{v.GroupKey, v.Alerts, v.TruncatedAlerts}
	return err
}

// told is an alert of a message.
type told struct{ ID, Status string }

// hook is a webhook's other side that fails in some ways while it is not sound,
// and keeps what it has taken.
type hook struct {
	server *httptest.Server

	mu    sync.Mutex
	dice  *rand.Rand
	sound bool
	got   []message
}

// hookFaults are drawn from.
var hookFaults = [...]fakes.Fault{fakes.None, fakes.None, fakes.None, fakes.None, fakes.None, fakes.Broken, fakes.Reset, fakes.AcceptReset}

func (r *round) newHook(sound bool) *hook {
	h := &hook{dice: rand.New(rand.NewPCG(r.seed, 2)), sound: sound}
	h.server = httptest.NewServer(h)
	r.atEnd(h.server.Close)
	return h
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	fault, pause := hookFaults[h.dice.IntN(len(hookFaults))], time.Duration(h.dice.IntN(40))*time.Millisecond
	if h.sound {
		fault, pause = fakes.None, 0
	}
	h.mu.Unlock()
	life, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")) // what a process sent may be read after its death
	f := fakes.Faulty{Next: fakes.Sequence(fault), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		var b body
		if err != nil || json.Unmarshal(text, &b) != nil {
			http.Error(w, "half a message", http.StatusBadRequest)
			return
		}
		h.mu.Lock()
		h.got = append(h.got, message{id: r.Header.Get("webhook-id"), hidden: fault == fakes.AcceptReset, life: life, body: b})
		h.mu.Unlock()
		time.Sleep(pause) // in which a kill may come
	})}
	f.ServeHTTP(w, r)
}

// url is where the process of some number sends to.
func (h *hook) url(life int) string { return h.server.URL + "/" + strconv.Itoa(life) }

// heal lets it fail no more.
func (h *hook) heal() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sound = true
}

func (h *hook) taken() []message {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]message(nil), h.got...)
}
