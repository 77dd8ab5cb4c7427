package notifiers

import "github.com/smarty-alert/smarty-alert/alert"

// Signal is what is seen of a message first, and from afar, where chats show it.
func (t Text) Signal() string {
	if t.Acked() {
		return "👀 "
	}
	return SignalOf(t.Firing, t.Severity)
}

// SignalOf is the signal of what fires, or of what is over.
func SignalOf(firing bool, severity alert.Severity) string {
	switch {
	case !firing:
		return "✅ "
	case severity == alert.Critical:
		return "🔴 "
	case severity == alert.Warning:
		return "🟠 "
	}
	return "🔵 "
}
