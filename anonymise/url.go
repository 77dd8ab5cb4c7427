package anonymise

import (
	"net/netip"
	"regexp"
	"strings"
)

// location is a URL taken apart: scheme, user, host with its port.
var location = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#@\s]*@)?([^/?#\s:]*|\[[^\]]*\])(:\d+)?`)

// url keeps the path of a URL and replaces who and where, numbers of persons in
// the path, and arguments by their keys.
func (r *rewriter) url(s string) []edit {
	var out []edit
	at := 0
	if m := location.FindStringSubmatchIndex(s); m != nil {
		at = m[1]
		if m[4] >= 0 && m[5] > m[4]+1 {
			out = append(out, moved(r.whole(Secret, s[m[4]:m[5]-1]), m[4])...)
		}
		if m[6] < m[7] {
			out = append(out, moved(r.server(s[m[6]:m[7]]), m[6])...)
		}
	}
	end := at + strings.IndexAny(s[at:]+"?", "?#")
	out = append(out, moved(r.urlPath(s[at:end]), at)...)
	if end < len(s) {
		out = append(out, moved(r.query(s[end:]), end)...)
	}
	return out
}

// urlSecrets are arguments of URLs that open something.
var urlSecrets = wordSet("key hash sig sign auth code md5 st ticket")

// query replaces the arguments of a URL by their keys.
func (r *rewriter) query(s string) []edit {
	sc := scanner{r: r, s: s, b: []byte(s), strict: true, url: true, level: sentences, stack: []Class{Unknown}}
	return sc.all()
}

// server replaces the host of a URL. Groups of multicast are channels.
func (r *rewriter) server(s string) []edit {
	if a, err := netip.ParseAddr(s); err == nil && a.IsMulticast() {
		return nil
	}
	return r.whole(Host, s)
}

// urlPath replaces what identifies somebody in the path of a URL.
func (r *rewriter) urlPath(s string) []edit {
	var out []edit
	before := ""
	for _, seg := range segments(s, "/") {
		text := s[seg.from:seg.to]
		switch {
		case allDigits(text):
			if !harmlessModels[strings.TrimSuffix(strings.ToLower(before), "s")] && !smallNumber(text, before) {
				out = append(out, moved(r.whole(ID, text), seg.from)...)
			}
			continue
		case strings.ContainsAny(text, "=&;"):
			out = append(out, moved(r.scan(text, true, Unknown), seg.from)...)
		case hasDigit(text) && personPaths[strings.ToLower(before)] && !plainWords[strings.ToLower(text)]:
			out = append(out, moved(r.whole(ID, text), seg.from)...)
		default:
			out = append(out, r.patterns(s, seg.from, seg.to, sentences)...)
		}
		before = text
	}
	return out
}

// personPaths are parts of a path after which a login may stand.
var personPaths = wordSet(`account accounts customer customers user users abonement abonements subscriber subscribers login profile profiles
	contract contracts session sessions`)

// smallNumber tells whether a number in a path is no id: those of persons follow
// a name, and short ones elsewhere are versions and places.
func smallNumber(text, before string) bool {
	return before == "" && len(text) < 5
}

// segments are the parts of s between any of the separators.
func segments(s, separators string) (out []piece) {
	from := 0
	for i := range len(s) + 1 {
		if i == len(s) || strings.IndexByte(separators, s[i]) >= 0 {
			if from < i {
				out = append(out, piece{from, i})
			}
			from = i + 1
		}
	}
	return out
}
