package notifiers

import (
	"net/url"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
)

// maxAddress is the longest address that is shown, in bytes.
const maxAddress = 900

// AlertPage is the address of the page that shows an alert; base is that of the page, ""
// if there is none.
func AlertPage(base string, t *alert.Transition) string { return pageOf(base, groupAndRule(t)) }

// pageOf is the address that shows the alerts with these labels, each of them a q: so it
// is understood by karma (github.com/prymitive/karma), which attaches to our API. The
// values come from logs, and are nothing but parts of a query in it; one too long to
// be shown is left out, so that more is shown and not less.
func pageOf(base string, ls alert.Labels) string {
	if base == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(base)
	sep := "?"
	for _, l := range ls {
		q := sep + "q=" + url.QueryEscape(alert.SafeName(l.Name)+"="+l.Value)
		if b.Len()+len(q) > maxAddress {
			continue
		}
		b.WriteString(q)
		sep = "&"
	}
	return b.String()
}
