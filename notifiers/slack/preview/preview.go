// Package preview draws Slack's messages as a page that looks like Slack, light and
// dark, from the very blocks that are sent.
//
// Start at Page. What is not known to be shown by Slack is an error and not left out.
// Text stays text: the page runs no scripts and loads nothing, and links are those
// that the message itself makes.
package preview

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode/utf8"
)

// Message is one message of a channel with its thread.
type Message struct {
	Blocks    json.RawMessage // as they are sent
	At        time.Time
	Edited    bool
	Broadcast bool // a reply that is shown in the channel as well
	Replies   []Message
}

// Options are what the page says around the messages.
type Options struct {
	Language string // of the page: en or ru
	Title    string
	Sender   string
}

// Page is a whole page that needs nothing else.
func Page(o Options, ms ...Message) (string, error) {
	data := &page{Options: o, Words: english}
	if o.Language == "ru" {
		data.Words = russian
	}
	for _, m := range ms {
		drawn, err := data.draw(m)
		if err != nil {
			return "", err
		}
		data.Messages = append(data.Messages, drawn)
	}
	var b strings.Builder
	if err := pageTemplate.Execute(&b, data); err != nil {
		return "", fmt.Errorf("draw the page: %w", err)
	}
	return b.String(), nil
}

type page struct {
	Options
	Words    words
	Messages []drawn
}

// Initial stands for the sender's picture.
func (p *page) Initial() string {
	first, _ := utf8.DecodeRuneInString(p.Sender)
	return strings.ToUpper(string(first))
}

type words struct{ Edited, Broadcast string }

var (
	english = words{Edited: "(edited)", Broadcast: "replied to the thread above, and to the channel"}
	russian = words{Edited: "(изменено)", Broadcast: "ответ в обсуждении, виден и в канале"}
)

type drawn struct {
	Page              *page
	Clock             string
	Edited, Broadcast bool
	Blocks            []part
	Replies           []drawn
}

// part is one block, or one of the elements of a row.
type part struct {
	Kind string // a class of the page's style
	HTML template.HTML
	Rows []part
}

func (p *page) draw(m Message) (drawn, error) {
	d := drawn{Page: p, Clock: m.At.Format("15:04"), Edited: m.Edited, Broadcast: m.Broadcast}
	var blocks []block
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		return drawn{}, fmt.Errorf("read the blocks: %w", err)
	}
	for i, b := range blocks {
		drawnBlock, err := b.draw()
		if err != nil {
			return drawn{}, fmt.Errorf("block %d: %w", i+1, err)
		}
		d.Blocks = append(d.Blocks, drawnBlock)
	}
	for _, r := range m.Replies {
		reply, err := p.draw(r)
		if err != nil {
			return drawn{}, fmt.Errorf("a reply: %w", err)
		}
		d.Replies = append(d.Replies, reply)
	}
	return d, nil
}

// block is a block, or an element of one (docs.slack.dev, block kit).
type block struct {
	Type     string  `json:"type"`
	Text     text    `json:"text"`
	Fields   []text  `json:"fields"`
	Elements []block `json:"elements"`
	Style    string  `json:"style"`
}

// text is {"type": …, "text": …} in blocks, and a plain string within an element of
// a row.
type text struct{ Type, Text string }

func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &t.Text)
	}
	type plain text
	return json.Unmarshal(data, (*plain)(t))
}

func (t text) html() (template.HTML, error) {
	switch t.Type {
	case "plain_text":
		return plain(t.Text), nil
	case "mrkdwn":
		return mrkdwn(t.Text), nil
	}
	return "", fmt.Errorf("a text of type %q", t.Type)
}

func (b block) draw() (p part, err error) {
	switch b.Type {
	case "header":
		p.Kind = "header"
		p.HTML, err = b.Text.html()
	case "section":
		p.Kind = "text"
		if b.Text.Text != "" {
			p.HTML, err = b.Text.html()
		}
		for _, f := range b.Fields {
			html, fieldErr := f.html()
			if fieldErr != nil {
				err = fieldErr
			}
			p.Rows = append(p.Rows, part{HTML: html})
		}
	case "divider":
		p.Kind = "divider"
	case "context", "actions":
		return b.row()
	default:
		err = fmt.Errorf("a block of type %q", b.Type)
	}
	return p, err
}

// row is a block of elements side by side.
func (b block) row() (part, error) {
	p := part{Kind: b.Type}
	for _, e := range b.Elements {
		t := e.Text
		switch {
		case b.Type == "context":
			t.Type = e.Type
		case e.Type != "button":
			return part{}, fmt.Errorf("an element of type %q", e.Type)
		}
		html, err := t.html()
		if err != nil {
			return part{}, err
		}
		kind := ""
		if e.Type == "button" {
			kind = strings.TrimSpace("button " + e.Style)
		}
		p.Rows = append(p.Rows, part{Kind: kind, HTML: html})
	}
	return p, nil
}
