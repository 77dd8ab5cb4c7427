package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
)

// answer is what every method gives (core.telegram.org/bots/api, making requests).
type answer struct {
	OK          bool   `json:"ok"`
	Code        int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"` // seconds
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
	Result struct {
		Message int `json:"message_id"`
	} `json:"result"`
}

// movedError says that a group has become a supergroup, with another id.
type movedError struct{ to int64 }

func (e *movedError) Error() string { return fmt.Sprintf("the chat has become %d", e.to) }

// refusedError is Telegram's own word for what was wrong.
type refusedError struct{ description string }

func (e *refusedError) Error() string {
	return "telegram says " + notifiers.Cut(notifiers.Visible(e.description), 200) + hint(e.description)
}

// hint says what to do about the mistakes that are made when a bot is set up.
func hint(description string) string {
	for _, h := range []struct{ part, do string }{
		{"Unauthorized", "the token is not valid, ask @BotFather"},
		{"Not Found", "the token is not valid, ask @BotFather"},
		{"chat not found", "check chat_id; the bot must be in the chat, or have been written to"},
		{"not a member", "add the bot to the chat"},
		{"kicked", "add the bot to the chat again"},
		{"not enough rights", "let the bot write in the chat"},
		{"message thread not found", "check message_thread_id"},
	} {
		if strings.Contains(description, h.part) {
			return ": " + h.do
		}
	}
	return ""
}

// isGone reports whether a message cannot be edited any more.
func isGone(err error) bool {
	var refused *refusedError
	var moved *movedError
	if errors.As(err, &moved) {
		return true // its messages stay behind
	}
	if !errors.As(err, &refused) {
		return false
	}
	for _, part := range []string{"message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "chat not found"} {
		if strings.Contains(refused.description, part) {
			return true
		}
	}
	return false
}

const maxAnswer = 1 << 20 // bytes

// call returns the message's number.
func (r *Receiver) call(ctx context.Context, method string, m message) (int, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return 0, notifiers.Rejected(fmt.Errorf("encode the message: %w", err))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.o.APIURL+"/bot"+r.o.Token.Reveal()+"/"+method, bytes.NewReader(body))
	if err != nil {
		return 0, notifiers.Rejected(errors.New("the address of the API cannot be used"))
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, notifiers.Classify(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, notifiers.Classify(err)
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil || !a.OK && a.Code == 0 {
		return 0, r.notTelegram(resp, data)
	}
	if a.OK {
		return a.Result.Message, nil
	}
	return 0, r.refusal(resp, a)
}

// notTelegram is an answer of something on the way, such as a proxy.
func (r *Receiver) notTelegram(resp *http.Response, data []byte) error {
	resp.Body = io.NopCloser(bytes.NewReader(data))
	if err := notifiers.CheckResponse(resp, r.o.Now(), r.o.Token); err != nil {
		return err
	}
	return &notifiers.SendError{Err: errors.New("the answer is not Telegram's"), Class: "network", Unclear: true}
}

func (r *Receiver) refusal(resp *http.Response, a answer) error {
	a.Description = r.o.Token.Hide(a.Description)
	err := &refusedError{a.Description}
	switch {
	case a.Parameters.MigrateTo != 0:
		return &movedError{a.Parameters.MigrateTo}
	case a.Code == http.StatusTooManyRequests:
		after := notifiers.RetryAfter(fmt.Sprint(a.Parameters.RetryAfter), r.o.Now())
		if after == 0 {
			after = notifiers.RetryAfter(resp.Header.Get("Retry-After"), r.o.Now())
		}
		return &notifiers.SendError{Err: err, Class: "rate_limited", RetryAfter: max(after, time.Second)}
	case a.Code >= 500:
		return &notifiers.SendError{Err: err, Class: "server", Unclear: true}
	}
	return notifiers.Rejected(err)
}
