package telegram

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// text is the user's own or, where there is none or it fails, what is built in.
func (r *Receiver) text(d alert.Delivery) string {
	tx := r.o.Voice.Text(d)
	if r.o.Text != nil {
		text, err := r.o.Text.Render(d)
		if err == nil {
			return text
		}
		tx.Blame(err)
	}
	return render(tx)
}

// Channel is that of templates: what they write is Telegram's HTML, the values in it
// are text.
var Channel = wording.Channel{
	Escape:  func(s string) string { return escaped(inert(s)) },
	Address: escaped,
	Check:   check,
}

var (
	tag     = regexp.MustCompile(`<(/?)([a-zA-Z-]*)([^<>]*)>?`)
	allowed = []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote"}
)

// check finds what Telegram would refuse with the whole message.
func check(text string) error {
	var open []string
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(m[2])
		switch {
		case !slices.Contains(allowed, name):
			return fmt.Errorf("%s is no tag that Telegram knows; a plain < is written &lt;", m[0])
		case !strings.HasSuffix(m[0], ">"):
			return fmt.Errorf("the tag %s has no end", m[0])
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return fmt.Errorf("%s closes no tag", m[0])
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("<%s> is not closed", open[len(open)-1])
	}
	seen := html.UnescapeString(tag.ReplaceAllString(text, ""))
	if len(utf16.Encode([]rune(seen))) > maxUnits {
		return wording.ErrTooLong
	}
	return nil
}
