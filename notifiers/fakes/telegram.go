package fakes

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// TelegramMessage is a message as it stands in a chat.
type TelegramMessage struct {
	ID      int
	Chat    string
	Thread  int
	ReplyTo int
	Text    string // HTML
	Edits   int
}

// Telegram knows sendMessage and editMessageText of a bot.
type Telegram struct {
	// Watch is shown every message as it is sent or edited; nil: nobody looks.
	Watch func(m TelegramMessage)

	mu       sync.Mutex
	messages []*TelegramMessage
	calls    []string
	answers  []string
	paths    []string
	moved    map[string]string // chat → the supergroup that it has become
}

// Messages returns what stands in the chats, oldest first.
func (b *Telegram) Messages() []TelegramMessage {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []TelegramMessage
	for _, m := range b.messages {
		out = append(out, *m)
	}
	return out
}

// Calls returns what was done, in short.
func (b *Telegram) Calls() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.calls...)
}

// Paths returns the paths that were asked for.
func (b *Telegram) Paths() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.paths...)
}

// Answer makes the next call answer so; the call is not done.
func (b *Telegram) Answer(body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = append(b.answers, body)
}

// Delete takes a message away.
func (b *Telegram) Delete(id int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, m := range b.messages {
		if m.ID == id {
			b.messages = append(b.messages[:i], b.messages[i+1:]...)
			return
		}
	}
}

// Move makes a group a supergroup with another id.
func (b *Telegram) Move(from, to string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.moved == nil {
		b.moved = map[string]string{}
	}
	b.moved[from] = to
}

func (b *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.paths = append(b.paths, r.URL.Path)
	var c struct {
		Chat    json.RawMessage `json:"chat_id"`
		Thread  int             `json:"message_thread_id"`
		Message int             `json:"message_id"`
		Text    string          `json:"text"`
		Reply   struct {
			ID int `json:"message_id"`
		} `json:"reply_parameters"`
	}
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		b.refuse(w, http.StatusBadRequest, "Bad Request: can't parse", "")
		return
	}
	chat := strings.Trim(string(c.Chat), `"`)
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	b.calls = append(b.calls, strings.TrimSpace(fmt.Sprintf("%s %s %s", method, chat, nonZero(c.Message))))
	if len(b.answers) > 0 {
		answer := b.answers[0]
		b.answers = b.answers[1:]
		var code struct {
			Code int `json:"error_code"`
		}
		if json.Unmarshal([]byte(answer), &code) == nil && code.Code > 0 {
			w.WriteHeader(code.Code)
		}
		fmt.Fprint(w, answer)
		return
	}
	if to := b.moved[chat]; to != "" {
		b.refuse(w, http.StatusBadRequest, "Bad Request: group chat was upgraded to a supergroup chat", `,"parameters":{"migrate_to_chat_id":`+to+`}`)
		return
	}
	switch method {
	case "sendMessage":
		m := &TelegramMessage{ID: len(b.calls) + 100, Chat: chat, Thread: c.Thread, ReplyTo: c.Reply.ID, Text: c.Text}
		b.messages = append(b.messages, m)
		b.accept(w, m)
	case "editMessageText":
		b.edit(w, c.Message, c.Text)
	default:
		b.refuse(w, http.StatusNotFound, "Not Found", "")
	}
}

func (b *Telegram) edit(w http.ResponseWriter, id int, text string) {
	for _, m := range b.messages {
		switch {
		case m.ID != id:
			continue
		case m.Text == text:
			b.refuse(w, http.StatusBadRequest, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", "")
		default:
			m.Text = text
			m.Edits++
			b.accept(w, m)
		}
		return
	}
	b.refuse(w, http.StatusBadRequest, "Bad Request: message to edit not found", "")
}

func (b *Telegram) accept(w http.ResponseWriter, m *TelegramMessage) {
	if b.Watch != nil {
		b.Watch(*m)
	}
	fmt.Fprintf(w, `{"ok":true,"result":{"message_id":%d,"chat":{"id":%s}}}`, m.ID, m.Chat)
}

func (b *Telegram) refuse(w http.ResponseWriter, code int, why, parameters string) {
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"ok":false,"error_code":%d,"description":%q%s}`, code, why, parameters)
}

func nonZero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
