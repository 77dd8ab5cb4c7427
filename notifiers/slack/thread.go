package slack

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// The metadata of a message: which delivery it is, and which part of it.
const (
	eventType = "smarty_alert_delivery"
	idKey     = "delivery_id"
	partKey   = "part"
	reply     = "thread"
)

func mark(id, part string) slack.MsgOption {
	payload := map[string]any{idKey: id}
	if part != "" {
		payload[partKey] = part
	}
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: payload})
}

// announce says in the thread what an edit alone would hide, in the channel too
// if it is worse than before, and shows the samples.
func (r *Receiver) announce(ctx context.Context, d alert.Delivery, ref string) error {
	m, broadcast, any := r.thread(d)
	if !any {
		return nil
	}
	channel, ts, _ := strings.Cut(ref, ":")
	if said, err := r.said(ctx, d, channel, ts); said || err != nil {
		return err
	}
	options := append(m.options(), mark(d.ID, reply), slack.MsgOptionTS(ts))
	if broadcast {
		options = append(options, slack.MsgOptionBroadcast())
	}
	_, _, err := r.api.PostMessageContext(ctx, channel, options...)
	return err
}

// thread is what the delivery has to say in the thread.
func (r *Receiver) thread(d alert.Delivery) (m message, broadcast, any bool) {
	tx := r.o.Voice.Text(d)
	switch notifiers.Reason(d.Reason) {
	case notifiers.First:
		return renderReply(tx, false), false, hasSamples(tx)
	case notifiers.NewAlerts, notifiers.Flapping:
		return renderReply(tx, true), true, true
	case notifiers.Update:
		worse := tx.Firing && tx.Severity == alert.Critical
		return renderReply(tx, true), worse, worse
	case notifiers.Repeat:
		return renderReply(tx, true), false, true
	case notifiers.Resolved:
		over := !tx.Firing && r.o.BroadcastResolved
		return renderReply(tx, true), over, over
	}
	return message{}, false, false
}

func hasSamples(tx notifiers.Text) bool {
	return slices.ContainsFunc(tx.Alerts, func(a notifiers.AlertText) bool { return len(a.Samples) > 0 })
}

// How far a channel is looked through, newest messages first.
const (
	pageSize = 200
	maxPages = 3
)

// findPosted looks for the messages of earlier tries that had no clear end.
func (r *Receiver) findPosted(ctx context.Context, d alert.Delivery, old string) (refs []string, err error) {
	channel := r.channelID(old)
	if channel == "" {
		return nil, nil
	}
	p := &slack.GetConversationHistoryParameters{ChannelID: channel, Limit: pageSize, IncludeAllMetadata: true}
	for range maxPages {
		page, err := r.api.GetConversationHistoryContext(ctx, p)
		if err != nil {
			return refs, unlessRefused(err)
		}
		for _, m := range page.Messages {
			if isOurs(m, d.Again, "") {
				refs = append(refs, channel+":"+m.Timestamp)
			}
		}
		if p.Cursor = page.ResponseMetaData.NextCursor; p.Cursor == "" {
			break
		}
	}
	return refs, nil
}

// said reports whether the thread has the delivery's reply already.
func (r *Receiver) said(ctx context.Context, d alert.Delivery, channel, ts string) (bool, error) {
	if len(d.Again) == 0 {
		return false, nil
	}
	p := &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: ts, Limit: pageSize, IncludeAllMetadata: true}
	for range maxPages {
		messages, _, next, err := r.api.GetConversationRepliesContext(ctx, p)
		if err != nil {
			return false, unlessRefused(err)
		}
		if slices.ContainsFunc(messages, func(m slack.Message) bool { return isOurs(m, []string{d.ID}, reply) }) {
			return true, nil
		}
		if p.Cursor = next; next == "" {
			break
		}
	}
	return false, nil
}

// unlessRefused lets go on without the look: a bot without the right to read the
// channel says an alert twice rather than never.
func unlessRefused(err error) error {
	if e := classify(err); e.Permanent {
		return nil
	}
	return err
}

func isOurs(m slack.Message, ids []string, part string) bool {
	id, _ := m.Metadata.EventPayload[idKey].(string)
	p, _ := m.Metadata.EventPayload[partKey].(string)
	return m.Metadata.EventType == eventType && p == part && slices.Contains(ids, id)
}

var channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)

// channelID is the channel as only Slack's reading methods want it: a name will
// not do.
func (r *Receiver) channelID(ref string) string {
	if channelID.MatchString(r.o.Channel) {
		return r.o.Channel
	}
	if known := r.channel.Load(); known != nil {
		return *known
	}
	id, _, _ := strings.Cut(ref, ":")
	return id
}
