package fakes

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// SlackMessage is a message as it stands in the channel.
type SlackMessage struct {
	TS, Thread string // Thread: the ts of the message it answers
	Text       string
	Blocks     json.RawMessage
	Metadata   json.RawMessage
	Broadcast  bool
	Edits      int
}

// Slack knows one channel, C123, through chat.postMessage, chat.update,
// conversations.history, conversations.replies and incoming webhooks below
// /services/.
type Slack struct {
	// Watch is shown every message as it is posted or edited; those of incoming
	// webhooks have no TS. nil: nobody looks.
	Watch func(m SlackMessage)

	mu       sync.Mutex
	messages []*SlackMessage
	calls    []string
	last     map[string]string
	answers  map[string]string
	n        int
}

// Messages returns what stands in the channel, oldest first.
func (s *Slack) Messages() []SlackMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []SlackMessage
	for _, m := range s.messages {
		out = append(out, *m)
	}
	return out
}

// Calls returns what was done, in short.
func (s *Slack) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.calls...)
}

// Last returns the fields of the last call.
func (s *Slack) Last() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Answer makes a method answer so, "" as it is; the method is not done.
func (s *Slack) Answer(method, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers == nil {
		s.answers = map[string]string{}
	}
	s.answers[method] = body
}

// Delete takes a message away, as its author's colleagues may.
func (s *Slack) Delete(ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.messages {
		if m.TS == ts {
			s.messages = append(s.messages[:i], s.messages[i+1:]...)
			return
		}
	}
}

func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = map[string]string{}
	if strings.HasPrefix(r.URL.Path, "/services/") {
		s.hook(w, r)
		return
	}
	_ = r.ParseForm()
	for k := range r.Form {
		s.last[k] = r.Form.Get(k)
	}
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if answer := s.answers[method]; answer != "" {
		s.calls = append(s.calls, method+" refused")
		fmt.Fprint(w, answer)
		return
	}
	switch method {
	case "chat.postMessage":
		s.post(w)
	case "chat.update":
		s.update(w)
	case "conversations.history", "conversations.replies":
		s.history(w, method)
	default:
		fmt.Fprint(w, `{"ok":false,"error":"unknown_method"}`)
	}
}

func (s *Slack) hook(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var m struct {
		Text   string
		Blocks json.RawMessage
	}
	if err := json.Unmarshal(body, &m); err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.last["text"], s.last["blocks"] = m.Text, string(m.Blocks)
	s.calls = append(s.calls, "webhook")
	s.show(&SlackMessage{Text: m.Text, Blocks: m.Blocks})
	fmt.Fprint(w, "ok")
}

func (s *Slack) post(w http.ResponseWriter) {
	f := s.last
	if f["thread_ts"] != "" && s.find(f["thread_ts"]) == nil {
		s.calls = append(s.calls, "post to a lost thread")
		fmt.Fprint(w, `{"ok":false,"error":"thread_not_found"}`)
		return
	}
	s.n++
	m := &SlackMessage{TS: fmt.Sprintf("1700000000.%06d", s.n), Thread: f["thread_ts"], Text: f["text"],
		Blocks: json.RawMessage(f["blocks"]), Metadata: json.RawMessage(f["metadata"]), Broadcast: f["reply_broadcast"] == "true"}
	s.messages = append(s.messages, m)
	call := "post"
	if m.Thread != "" {
		call = "reply " + m.Thread
	}
	if m.Broadcast {
		call += " broadcast"
	}
	s.calls = append(s.calls, call)
	s.show(m)
	fmt.Fprintf(w, `{"ok":true,"channel":"C123","ts":%q}`, m.TS)
}

func (s *Slack) update(w http.ResponseWriter) {
	ts := s.last["ts"]
	s.calls = append(s.calls, "update "+ts)
	m := s.find(ts)
	if m == nil {
		fmt.Fprint(w, `{"ok":false,"error":"message_not_found"}`)
		return
	}
	m.Text, m.Blocks = s.last["text"], json.RawMessage(s.last["blocks"])
	m.Edits++
	if s.last["metadata"] != "" {
		m.Metadata = json.RawMessage(s.last["metadata"])
	}
	s.show(m)
	fmt.Fprintf(w, `{"ok":true,"channel":"C123","ts":%q}`, ts)
}

// history answers newest first for a channel, oldest first for a thread.
func (s *Slack) history(w http.ResponseWriter, method string) {
	s.calls = append(s.calls, strings.TrimSpace(method+" "+s.last["ts"]))
	type item struct {
		TS       string          `json:"ts"`
		Text     string          `json:"text"`
		Metadata json.RawMessage `json:"metadata,omitempty"`
	}
	items := []item{}
	for _, m := range s.messages {
		if it := (item{m.TS, m.Text, m.Metadata}); method == "conversations.history" && m.Thread == "" {
			items = append([]item{it}, items...)
		} else if method == "conversations.replies" && (m.Thread == s.last["ts"] || m.TS == s.last["ts"]) {
			items = append(items, it)
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "messages": items})
}

func (s *Slack) show(m *SlackMessage) {
	if s.Watch != nil {
		s.Watch(*m)
	}
}

func (s *Slack) find(ts string) *SlackMessage {
	for _, m := range s.messages {
		if m.TS == ts {
			return m
		}
	}
	return nil
}
