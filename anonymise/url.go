package anonymise

import (
	"net/netip"
	"strings"
	"unicode"

	"github.com/smarty-alert/smarty-alert/redact"
)

// address begins a URL: its scheme, and what says where it leads. What stands
// before the host is the redactor's to find, but for a name without a password.
var (
	scheme    = lazy(`^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//`)
	authority = lazy(`^([^/?#@\s]*@)?([^/?#\s:]*|\[[^\]]*\])(:\d+)?`)
)

// url keeps the path of a URL and replaces who and where, numbers of persons in
// the path, and arguments by their keys.
func (r *rewriter) url(s string) []edit {
	if known, ok := r.knownAs(s); ok {
		return []edit{{0, len(s), known}}
	}
	out, at := r.addressOf(s)
	end := at + strings.IndexAny(s[at:]+"?", "?#")
	if end < len(s) {
		out = append(out, moved(r.query(s[end:]), end)...) // first, because the path may hold their values
	}
	return append(out, moved(r.urlPath(s[at:end]), at)...)
}

// addressOf replaces who and where in a URL, and tells where its path begins.
func (r *rewriter) addressOf(s string) (out []edit, at int) {
	if !strings.Contains(s, "//") {
		return nil, 0
	}
	at = len(scheme.FindString(s))
	if at == 0 || at == 2 && !strings.Contains(s, "@") { // "//api/x" is a path
		return nil, 0
	}
	if _, to, ok := redact.UserInfo(":" + s); ok && to > at {
		out = append(out, moved(r.whole(Secret, s[at:to-1]), at)...)
		at = to
	}
	m := authority.FindStringSubmatchIndex(s[at:])
	if m[2] >= 0 && m[3] > m[2]+1 {
		out = append(out, moved(r.whole(Secret, s[at+m[2]:at+m[3]-1]), at+m[2])...)
	}
	if m[4] < m[5] {
		out = append(out, moved(r.server(s[at+m[4]:at+m[5]]), at+m[4])...)
	}
	return out, at + m[1]
}

// query replaces the arguments of a URL by their keys.
func (r *rewriter) query(s string) []edit {
	var out []edit
	for _, seg := range segments(s, "?&;#") {
		text := s[seg.from:seg.to]
		if text == "amp" && seg.to < len(s) && s[seg.to] == ';' {
			continue
		}
		out = append(out, moved(r.argument(text), seg.from)...)
	}
	return out
}

func (r *rewriter) argument(s string) []edit {
	at := strings.IndexByte(s, '=') + 1
	name := ""
	var out []edit
	if at > 0 {
		out = r.decoded(s[:at-1], true, func(key string) []edit {
			name = key
			return r.dictKey(key)
		})
	}
	class, known := r.classify(r.event, "."+argumentName(name))
	if !class.personal() && class != Verbatim && r.a.redactor.SecretArgument(name) {
		class = Secret
	}
	return append(out, moved(r.decoded(s[at:], true, func(text string) []edit {
		if class != Secret && allDigits(text) {
			return r.number(class, known, text)
		}
		return r.value(class, known, text)
	}), at)...)
}

// argumentName is what decides in user[phone] and phones[0].
func argumentName(name string) string {
	outer, inner, _ := strings.Cut(name, "[")
	if inner = strings.TrimRight(inner, "]0123456789"); inner != "" {
		outer = inner[strings.LastIndexByte(inner, '[')+1:]
	}
	return strings.ReplaceAll(outer, ".", "_")
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
	p := pathReader{r: r}
	for _, seg := range segments(s, "/") {
		out = append(out, moved(r.decoded(s[seg.from:seg.to], false, p.segment), seg.from)...)
	}
	return out
}

// pathReader reads a path from left to right.
type pathReader struct {
	r        *rewriter
	before   string // the segment before
	ofPerson bool   // an earlier one says that a person follows
}

func (p *pathReader) segment(text string) []edit {
	r, before, lower := p.r, p.before, strings.ToLower(text)
	if allDigits(text) {
		if !harmlessModels[strings.TrimSuffix(strings.ToLower(before), "s")] && !smallNumber(text, before) {
			return r.whole(ID, text)
		}
		return nil
	}
	p.before = text
	switch known, ok := r.knownAs(text); {
	case ok:
		return []edit{{0, len(text), known}}
	case personPaths[lower]:
		p.ofPerson = true
		return nil
	case strings.Contains(text, "?"):
		return r.url(text)
	case strings.ContainsAny(text, "=&;"):
		return r.scan(text, true, Unknown)
	case p.ofPerson && !isPlainSegment(lower):
		return r.whole(ID, text)
	case strings.Trim(text, smallLetters) == "": // of one word, which no form has
		return nil
	case isToken(text):
		return r.whole(Secret, text)
	}
	return r.patterns(text, 0, len(text), sentences)
}

const smallLetters = "abcdefghijklmnopqrstuvwxyz_"

// personPaths are parts of a path after which a login may stand.
var personPaths = wordSet(`account accounts customer customers user users abonement abonements subscriber subscribers login profile profiles
	contract contracts session sessions`)

// pathWords are what else paths are made of.
var pathWords = wordSet(`admin tvmiddleware management manage index page pages media static assets files download upload logout signin signup register
	registration auth authorize activate activation deactivate assign unassign modify edit change add remove delete create update set get list
	info search find check verify confirm validate reset restore recover balance history pay payment payments transaction transactions device
	devices subscription subscriptions subscribe unsubscribe option options bonus discount report reports export import print send sms mail
	message messages unblock suspend resume enable disable bind unbind attach detach move merge copy log logs event events action actions
	permission permissions group avatar photo favorite favorites favourites parental settings view save close open start stop new old name
	jpg jpeg png gif svg webp css js php htm mpd mp4 mkv key xspf xmltv gz zip csv pdf`)

// isPlainSegment tells whether a part of a path, in lower case, names nobody: all
// its words are those of programs.
func isPlainSegment(lower string) bool {
	for _, word := range strings.FieldsFunc(lower, func(c rune) bool { return c == '_' || c == '-' || c == '.' }) {
		_, key := keyClasses[word]
		if !key && !plainWords[word] && !pathWords[word] && !harmlessWords[word] && !harmlessModels[word] && !personPaths[word] && !shortNumber.MatchString(word) {
			return false
		}
	}
	return true
}

// minToken is the length from which a part of a path may be a token.
const minToken = 16

// isToken tells whether a part of a path is drawn at random: long, with letters
// and digits or with capitals in the midst, and without a word in it.
func isToken(s string) bool {
	if len(s) < minToken {
		return false
	}
	for _, word := range strings.FieldsFunc(s, func(c rune) bool { return c == '-' || c == '_' || c == '.' || c == '=' }) {
		switch {
		case len(word) >= minToken && isRandom(word):
			return true
		case wordInToken.MatchString(word):
			return false
		}
	}
	return isRandom(s)
}

var wordInToken = lazy(`^(?:[A-Za-z]?[a-z]{2,}|[A-Z]{2,}|[0-9]+)$`)

func isRandom(s string) bool {
	letters, digits, humps := 0, 0, 0
	for i, c := range s {
		switch {
		case isDigit(s[i]):
			digits++
		case c > unicode.MaxASCII:
			return false
		case unicode.IsLetter(c):
			letters++
			if i > 0 && unicode.IsUpper(c) && !unicode.IsUpper(rune(s[i-1])) {
				humps++
			}
		}
	}
	return letters > 0 && digits > 1 || humps*4 > len(s)
}

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
