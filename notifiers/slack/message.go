package slack

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// Limits of Slack's messages, in characters (docs.slack.dev, block kit).
const (
	maxHeader  = 150
	maxSection = 3000
	maxText    = 3500 // of the text beside the blocks; 4,000 is recommended at most
	maxAlerts  = 10   // each makes at most three blocks of the 50
	maxExcerpt = 900  // of one sample
)

type message struct {
	text   string
	blocks []slack.Block
}

func (m message) options() []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// name puts the delivery's id where a message without metadata can have it: on its
// first block.
func (m message) name(id string) {
	if header, ok := m.blocks[0].(*slack.HeaderBlock); ok {
		header.BlockID = id
	}
}

// Where the samples stand.
const (
	inThread  = false
	inMessage = true
)

func (r *Receiver) render(d alert.Delivery, samples bool) message {
	tx := r.o.Voice.Text(d)
	own := r.own(d, &tx)
	if !samples {
		for i := range tx.Alerts {
			tx.Alerts[i].Samples = nil
		}
	}
	title := tx.Signal() + tx.Title
	if own.title == "" {
		own.title = notifiers.Fit(inert(title), maxHeader, escape)
	}
	m := message{text: fallback(tx, title)}
	m.blocks = append(m.blocks, slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, own.title, false, false)))
	if own.text != "" {
		m.text = own.title + "\n" + own.text
		m.blocks = append(m.blocks, section(own.text))
	} else {
		m.blocks = append(m.blocks, body(tx)...)
	}
	if !samples { // the message is edited, and says when it was last
		when := notifiers.Cut(tx.Words.AsOf+" "+r.o.Voice.Moment(d.Created), 150)
		m.blocks = append(m.blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.PlainTextType, when, false, false)))
	}
	return m
}

// ownText is what the user's templates say; "" for what is built in.
type ownText struct{ title, text string }

// own renders the templates. One that fails leaves the built-in text, with the error.
func (r *Receiver) own(d alert.Delivery, tx *notifiers.Text) (own ownText) {
	for _, part := range []struct {
		template *wording.Template
		text     *string
	}{{r.o.Title, &own.title}, {r.o.Text, &own.text}} {
		if part.template == nil {
			continue
		}
		text, err := part.template.Render(d)
		if err != nil {
			tx.Blame(err)
			return ownText{}
		}
		*part.text = text
	}
	return own
}

// The channels of templates: what they write is Slack's mrkdwn, the values in it are
// text.
var (
	TextChannel  = channel(maxSection)
	TitleChannel = channel(maxHeader)
)

func channel(most int) wording.Channel {
	return wording.Channel{
		Escape:  func(s string) string { return escapeAll(inert(s)) },
		Address: escapeAll,
		Check: func(text string) error {
			if utf8.RuneCountInString(text) > most {
				return wording.ErrTooLong
			}
			return nil
		},
	}
}

// body is the alerts and how to silence them.
func body(tx notifiers.Text) (blocks []slack.Block) {
	shown := tx.Alerts[:min(len(tx.Alerts), maxAlerts)]
	for _, a := range shown {
		blocks = append(blocks, alertBlocks(tx, a)...)
	}
	if more := tx.More + len(tx.Alerts) - len(shown); more > 0 {
		blocks = append(blocks, section(tx.AndMore(more)))
	}
	if tx.Silence != "" {
		var s sectionText
		s.line(tx.Words.Silence+": `", tx.Silence, "`")
		if tx.Open != "" {
			s.raw(openLink(tx))
		}
		blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, s.String(), false, true)))
	}
	return blocks
}

func openLink(tx notifiers.Text) string {
	return "<" + escapeAll(tx.Open) + "|" + tx.Words.Open + ">"
}

// maxReplySamples is how many samples a reply shows, of all its alerts.
const maxReplySamples = 5

// renderReply is a reply in the thread: what has changed, and samples.
func renderReply(tx notifiers.Text, told bool) message {
	var s sectionText
	title := tx.Signal() + tx.Title
	if told {
		s.line("", title, "")
	}
	left := maxReplySamples
	for _, a := range tx.Alerts {
		shown := a.Samples[:min(left, len(a.Samples))]
		if left -= len(shown); len(shown) > 0 && len(tx.Alerts) > 1 {
			s.line("*", a.Head, "*")
		}
		s.samples(shown)
	}
	return message{text: notifiers.Fit(inert(title), maxText, escape), blocks: []slack.Block{section(s.String())}}
}

func alertBlocks(tx notifiers.Text, a notifiers.AlertText) []slack.Block {
	var s sectionText
	many := len(tx.Alerts) > 1
	if many {
		s.line("*", notifiers.SignalOf(a.Firing, a.Severity)+a.Head, "*")
	}
	s.line("", a.Summary, "")
	for _, f := range a.Facts {
		s.line("*"+f.Name+":* ", f.Value, "")
	}
	s.line("*"+tx.Words.Todo+":* ", a.Runbook, "")
	if a.RunbookURL != "" {
		s.raw("<" + escapeAll(a.RunbookURL) + "|" + tx.Words.Runbook + ">")
	}
	blocks := []slack.Block{section(s.String())}
	var samples sectionText
	samples.samples(a.Samples)
	if text := samples.String(); text != "" {
		blocks = append(blocks, section(text))
	}
	if many {
		blocks = append(blocks, slack.NewDividerBlock())
	}
	return blocks
}

// section is verbatim: Slack makes no links or mentions of what it finds in it.
func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, true), nil, nil)
}

// sectionText collects lines and never grows beyond a section's limit.
type sectionText struct {
	b    strings.Builder
	used int
}

func (s *sectionText) String() string { return strings.TrimSuffix(s.b.String(), "\n") }

func (s *sectionText) line(before, value, after string) {
	room := maxSection - s.used - utf8.RuneCountInString(before+after) - 1
	if value == "" || room < 1 {
		return
	}
	s.raw(before + notifiers.Fit(inert(value), room, escape) + after)
}

func (s *sectionText) samples(list []notifiers.SampleText) {
	for _, smp := range list {
		s.line("", smp.Where, "")
		s.raw("```" + notifiers.Fit(inert(smp.Text), maxExcerpt, escape) + "```")
	}
}

func (s *sectionText) raw(text string) {
	if n := utf8.RuneCountInString(text) + 1; s.used+n <= maxSection {
		s.b.WriteString(text + "\n")
		s.used += n
	}
}

// fallback is what notifications show, and all that servers without blocks
// (Mattermost, Rocket.Chat) do: the text stands in a code block, where markup is
// dead; the links, of runbooks the first, stand below.
func fallback(tx notifiers.Text, title string) string {
	link := ""
	tx.Alerts = slices.Clone(tx.Alerts)
	for i := range tx.Alerts {
		if a := &tx.Alerts[i]; link == "" && a.RunbookURL != "" {
			link = "\n<" + escapeAll(a.RunbookURL) + "|" + tx.Words.Runbook + ">"
		}
		tx.Alerts[i].RunbookURL = ""
	}
	if tx.Open != "" {
		link += "\n" + openLink(tx)
		tx.Open = ""
	}
	head := notifiers.Fit(inert(title), 500, escape)
	_, body, _ := strings.Cut(tx.Plain(), "\n")
	room := maxText - utf8.RuneCountInString(head+link) - 10
	return head + "\n```\n" + notifiers.Fit(inert(strings.Trim(body, "\n")), room, escape) + "\n```" + link
}

// escape is Slack's own escaping, and all it needs.
func escape(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return string(r)
}

func escapeAll(s string) string { return notifiers.Escape(s, escape) }

// inert takes the life out of what escaping leaves: mentions and links that
// clients and look-alike servers make of plain words, and the backtick that would
// end a code block. A zero-width space keeps the words readable.
func inert(s string) string {
	return strings.NewReplacer("@", "@\u200b", "://", ":\u200b//", "www.", "www\u200b.", "](", "]\u200b(", "`", "ˋ").Replace(s)
}
