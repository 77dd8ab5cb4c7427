package slack

import (
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/smarty-alert/smarty-alert/notifiers"
)

// gone reports whether a message cannot be edited any more.
func gone(err error) bool {
	var se slack.SlackErrorResponse
	if !errors.As(err, &se) {
		return false
	}
	switch se.Err {
	case "message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive", "is_archived", "not_in_channel":
		return true
	}
	return false
}

// limitedFor is how long a limit without a Retry-After is respected.
const limitedFor = 30 * time.Second

// classify knows Slack's error words (docs.slack.dev, chat.postMessage and
// chat.update). Those that another try may heal are temporary; of its own faults
// Slack says that the work may have been done before.
func classify(err error) *notifiers.SendError {
	var se slack.SlackErrorResponse
	if !errors.As(err, &se) {
		return notifiers.Classify(err)
	}
	answer := errors.New("slack says " + notifiers.Cut(notifiers.Visible(se.Err), 100) + hint(se.Err))
	switch se.Err {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return &notifiers.SendError{Err: answer, Class: "rate_limited", RetryAfter: limitedFor}
	case "internal_error", "fatal_error", "request_timeout", "":
		return &notifiers.SendError{Err: answer, Class: "server", Unclear: true}
	case "service_unavailable", "team_added_to_org", "accesslimited", "external_channel_migrating", "org_login_required":
		return &notifiers.SendError{Err: answer, Class: "server"}
	}
	return notifiers.Rejected(answer)
}

// hint says what to do about the mistakes that are made when a bot is set up.
func hint(word string) string {
	switch word {
	case "not_in_channel":
		return ": invite the bot into the channel"
	case "channel_not_found":
		return ": check the channel's name; into a private one the bot must be invited"
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired":
		return ": the token is not valid, install the app again"
	case "missing_scope":
		return ": the app needs the scope chat:write"
	case "is_archived":
		return ": the channel is archived"
	}
	return ""
}
