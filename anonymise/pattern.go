package anonymise

import (
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// level says how much in a text is taken for personal by its form.
type level uint8

const (
	strong    level = iota // what can be nothing else: e-mails, addresses, MACs, telephones, cards, tokens
	agents                 // that and long numbers, but not what looks like an IP address: versions do
	sentences              // that and numbers of five digits, names in Cyrillic, numbers after "account"
)

// Forms in the middle of a text. Tried in this order; what one took, the next
// does not see.
var (
	urlText    = lazy(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>\\]+`)
	ip6Text    = lazy(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*`)
	ip4Text    = lazy(`\d{1,3}(?:\.\d{1,3}){3}`)
	macText    = lazy(`(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}`)
	uuidText   = lazy(`[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)
	emailText  = lazy(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	phoneText  = lazy(`\+[1-9][\d ()-]{8,16}\d|[78][ -]?\(?\d{3}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}`)
	hexText    = lazy(`[0-9a-f]{16,}|[0-9A-F]{16,}|[0-9a-f]{8,15}|[0-9A-F]{8,15}`)
	numberText = lazy(`\d{5,}`)
	nameText   = lazy(`\p{Lu}[\p{Ll}']+(?:-\p{Lu}\p{Ll}+)?(?:\s+(?:\p{Lu}[\p{Ll}']+(?:-\p{Lu}\p{Ll}+)?|\p{Lu}\.(?:\s?\p{Lu}\.)?))+`)
	capitals   = lazy(`[А-ЯЁІЇЄҐ]{3,}(?:-[А-ЯЁІЇЄҐ]{3,})?(?:\s+(?:[А-ЯЁІЇЄҐ]{3,}(?:-[А-ЯЁІЇЄҐ]{3,})?|\p{Lu}\.(?:\s?\p{Lu}\.)?))+`)
	patronymic = lazy(`\p{Lu}(?:\p{Ll}+(?:ович|евич|овна|евна|ична)|\p{Lu}+(?:ОВИЧ|ЕВИЧ|ОВНА|ЕВНА|ИЧНА))`)
	hostText   = lazy(`(?i)(?:[a-z0-9][a-z0-9-]*\.)+(?:ru|su|com|net|org|tv|info|biz|local|lan|internal|loc|by|kz|ua|am|il|kg|uz|ee)(?::\d{1,5})?`)
	personOf   = lazy(`(?i:account|customer|subscriber|user|login|аккаунт|абонент|клиент|пользовател)\pL*[\s:«]{1,2}(\p{Lu}(?:\p{Ll}+|[А-ЯЁІЇЄҐ]{2,}))`)
	streetOf   = lazy(`(?:^|[^\pL])(?i:(?:ул|просп|пер|наб|пл|мкр)\.|улиц[аеы]|проспекте?|переул(?:ок|ке)|набережн(?:ая|ой)|шоссе|бульваре?|пр-т|б-р)\s*(\p{Lu}[\pL-]+(?:\s+\p{Lu}[\pL-]+)?(?:,?\s*(?:(?:дом|д|корп|к|стр|кв|квартира)\.?\s*)?\d+[\pL\d/-]*)*)`)
	loginOf    = lazy(`(?i:\b(?:user|username|login|account|customer|subscriber|abonement)[\s:]{1,2})([A-Za-z][A-Za-z._-]{2,}\d[\w-]*)`)
	nameOf     = lazy(`\d \((\p{Lu}[\pL .'-]*)\)`)
	numberOf   = lazy(`(?i)(?:account|abonement|customer|contract|subscriber|user|аккаунт|абонент|абонемент|договор|клиент|пользовател|сч[её]т|карт)\pL*[\s:#№=]{1,3}(\pL{0,4}[-/]?\d[\pL\d/-]+)`)
)

// search finds personal data by its form in parts of one text.
type search struct {
	r     *rewriter
	s     string
	level level
	taken []bool // by byte
	edits []edit
}

// patterns finds what to replace in s[from:to] by its form.
func (r *rewriter) patterns(s string, from, to int, l level) []edit {
	if from >= to {
		return nil
	}
	f := search{r: r, s: s[from:to], level: l}
	f.all()
	return moved(f.edits, from)
}

func (f *search) all() {
	c := count(f.s)
	f.tryIf(strings.Contains(f.s, "://"), urlText, func(m string) []edit { return f.r.url(m) })
	f.knownValues()
	f.encoded(c.percents > 0)
	if c.nothing() {
		return
	}
	f.formIf(c.at, emailText, Email)
	f.formIf(c.dashes > 3 && c.hexRun > 11, uuidText, ID)
	f.formIf(c.colons > 4 || c.dashes > 4 || c.dots > 1 && c.hexRun > 3, macText, Device)
	f.addresses(c.colons > 1 && f.level != agents, ip6Text)
	f.addresses(c.dots > 2 && f.level != agents, ip4Text)
	f.formIf(c.digits > 9, phoneText, Phone)
	f.tryIf(c.hexRun > 7, hexText, f.hex)
	f.tryIf(c.digitRun > 9 && f.level == agents, numberText, f.serial)
	if f.level == sentences {
		f.sentences(c)
	}
}

// encoded searches words with escapes of URLs without these.
func (f *search) encoded(may bool) {
	if !may {
		return
	}
	for _, m := range percentText.FindAllStringIndex(f.s, -1) {
		f.take(m[0], m[1], func(m string) []edit {
			return f.r.decoded(m, false, func(text string) []edit { return f.r.patterns(text, 0, len(text), f.level) })
		})
	}
}

// serial replaces a number long enough to be that of a box, not of a version.
func (f *search) serial(m string) []edit {
	if len(m) < 10 {
		return nil
	}
	return f.r.whole(Device, m)
}

func (f *search) sentences(c census) {
	if c.digits > 1 {
		f.parts(numberOf, ID)
		f.parts(nameOf, Person)
		f.parts(loginOf, ID)
	}
	if c.beyondASCII {
		f.parts(streetOf, Address)
	}
	f.hosts(c.dots > 0)
	f.formIf(c.digitRun > 4, numberText, ID)
	f.tryIf(c.beyondASCII, nameText, func(m string) []edit {
		if isASCII(m) {
			return nil
		}
		return f.r.whole(Person, m)
	})
	f.formIf(c.beyondASCII, capitals, Person)
	f.formIf(c.beyondASCII, patronymic, Person)
	if c.beyondASCII {
		f.parts(personOf, Person)
	}
}

// parts replaces what the parentheses of an expression hold.
func (f *search) parts(re lazyRegexp, c Class) {
	for _, m := range re.FindAllStringSubmatchIndex(f.s, -1) {
		f.take(m[2], m[3], func(m string) []edit {
			if c == Person && isASCII(m) {
				return nil // a word of English
			}
			return f.r.whole(c, m)
		})
	}
}

// hosts replaces the names of servers, but not the beginnings of those of modules.
func (f *search) hosts(may bool) {
	if !may {
		return
	}
	for _, m := range hostText.FindAllStringIndex(f.s, -1) {
		goesOn := m[1]+1 < len(f.s) && f.s[m[1]] == '.' && isWordByte(f.s[m[1]+1])
		if f.alone(m[0], m[1]) && !goesOn {
			f.take(m[0], m[1], func(m string) []edit { return f.r.whole(Host, m) })
		}
	}
}

// formIf replaces what an expression finds as a value of a class.
func (f *search) formIf(may bool, re lazyRegexp, c Class) {
	f.tryIf(may, re, func(m string) []edit { return f.r.whole(c, m) })
}

// tryIf replaces what an expression finds, where it stands alone.
func (f *search) tryIf(may bool, re lazyRegexp, replace func(string) []edit) {
	if !may {
		return
	}
	for _, m := range re.FindAllStringIndex(f.s, -1) {
		if f.alone(m[0], m[1]) {
			f.take(m[0], m[1], replace)
		}
	}
}

// take lets replace edit a part of the text that nobody has taken.
func (f *search) take(from, to int, replace func(string) []edit) {
	if from >= to || f.taken != nil && slices.Contains(f.taken[from:to], true) {
		return
	}
	edits := replace(f.s[from:to])
	if len(edits) == 0 {
		return
	}
	if f.taken == nil {
		f.taken = make([]bool, len(f.s))
	}
	for i := from; i < to; i++ {
		f.taken[i] = true
	}
	f.edits = append(f.edits, moved(edits, from)...)
}

// alone tells whether a part of the text neither begins nor ends within a word,
// a number or a version.
func (f *search) alone(from, to int) bool {
	before, after := f.s[:from], f.s[to:]
	if startsInWord(f.s[from:]) && (endsInWord(before) || versionBefore.MatchString(before[max(0, from-4):])) {
		return false
	}
	return !endsInWord(f.s[from:to]) || !startsInWord(after) && !versionAfter.MatchString(after)
}

// What goes on as a version or a fraction does.
var (
	versionBefore = lazy(`[0-9]\.$`)
	versionAfter  = lazy(`^\.[0-9]`)
)

func startsInWord(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && isWordRune(r)
}

func endsInWord(s string) bool {
	r, n := utf8.DecodeLastRuneInString(s)
	return n > 0 && isWordRune(r)
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// isWordByte is true for the bytes of names, and for all beyond ASCII.
func isWordByte(c byte) bool {
	return isDigit(c) || c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// product is what comes before a version.
var product = lazy(`[A-Za-z]/$`)

// addresses replaces IP addresses, but no times of day and no versions.
func (f *search) addresses(may bool, re lazyRegexp) {
	if !may {
		return
	}
	for _, m := range re.FindAllStringIndex(f.s, -1) {
		text := strings.TrimRight(f.s[m[0]:m[1]], ".")
		if strings.HasSuffix(text, ":") && !strings.HasSuffix(text, "::") {
			text = text[:len(text)-1]
		}
		version := strings.HasSuffix(text, ".0.0") && product.MatchString(f.s[max(0, m[0]-2):m[0]])
		if to := m[0] + len(text); !version && f.alone(m[0], to) {
			f.take(m[0], to, f.address)
		}
	}
}

// address replaces a text if it is an IP address.
func (f *search) address(m string) []edit {
	a, err := netip.ParseAddr(m)
	if err != nil || a.Is6() && (a.IsUnspecified() || len(m) < 6) {
		return nil
	}
	return f.r.whole(IP, m)
}

// hex replaces hexadecimal digits that are neither a word nor a number.
func (f *search) hex(m string) []edit {
	if !hasDigit(m) || !formOf(strings.ToLower(m)).letter {
		return nil
	}
	return f.r.whole(Device, m)
}
