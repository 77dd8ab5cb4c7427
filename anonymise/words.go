package anonymise

import (
	"strings"
)

// personWords are parts of identifiers after which a number or a name is that of
// a person or a box.
var personWords = wordSet(`account accounts customer customers user users abonement contract session sessions device devices subscriber
	login profile profiles username abonent phone message messages authkey token payment transaction order`)

// plainWords are parts of identifiers that follow those and name nobody.
var plainWords = wordSet(`status list lists info id ids key keys data cache cached channels tariffs settings balance services state states
	object objects programs program channel tariff epg deps dep all by of for the ru en dynamic static online count total count max min
	play limit limits group groups type types client clients portal api v1 v2 v3 true false none`)

// identifierParts are words of letters, runs of digits, hexadecimal digits and dates.
var identifierParts = lazy(`\d{4}-\d\d-\d\d|[0-9a-f]{8,}|[\pL]+[0-9]*|[0-9]+`)

// words keeps identifiers such as ":1:channel_list_ru" and replaces the numbers
// and names of persons in them.
func (r *rewriter) words(s string) []edit {
	if isDocument(s) {
		return r.scan(s, true, Unknown)
	}
	var out []edit
	at := 0
	for _, e := range inOrder(r.patterns(s, 0, len(s), strong)) {
		out = append(out, moved(r.identifier(s[at:e.from]), at)...)
		out = append(out, e)
		at = e.to
	}
	return append(out, moved(r.identifier(s[at:]), at)...)
}

func (r *rewriter) identifier(s string) []edit {
	var out []edit
	ofPerson := false
	for _, m := range identifierParts.FindAllStringIndex(s, -1) {
		part := s[m[0]:m[1]]
		lower := strings.ToLower(part)
		switch {
		case personWords[lower]:
			ofPerson = true
		case dateForm.MatchString(part), len(part) < 5 && !ofPerson && isASCII(part):
		case allDigits(part) && (ofPerson || len(part) > 4):
			out = append(out, moved(r.whole(ID, part), m[0])...)
		case !isASCII(part), ofPerson && !plainWords[lower], hexForm.MatchString(part) && formOf(lower).letter && hasDigit(part):
			out = append(out, moved(r.whole(Unknown, part), m[0])...)
		}
	}
	return out
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c > 127 }) < 0
}

// keyLike is what the keys of dicts look like.
var keyLike = lazy(`^[A-Za-z_][A-Za-z0-9_.-]{0,39}$`)

// dictKey keeps the keys of dicts, but for those that are values themselves.
func (r *rewriter) dictKey(s string) []edit {
	if keyLike.MatchString(s) || shortNumber.MatchString(s) || saysNothing(s) {
		return nil
	}
	return r.whole(Unknown, s)
}
