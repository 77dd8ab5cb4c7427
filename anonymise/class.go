package anonymise

import (
	"slices"
	"strings"
	"unicode"

	"github.com/smarty-alert/smarty-alert/redact"
)

// Class says what a value may give away, and so what becomes of it.
type Class uint8

// The classes. Of those up to Agent the value is kept, but for personal data
// that shows by its form, such as an e-mail address.
const (
	Unknown   Class = iota // nobody said what it is: short numbers and well-known words stay, all else goes
	Verbatim               // kept as it is, because the user said so
	Keep                   // business data and measurements
	Word                   // an enumeration: kept if it looks like one
	Prose                  // sentences of programs: kept but for quoted texts, long numbers, names
	Agent                  // User-Agent: kept but for device ids
	Words                  // identifiers with numbers: kept but for those of persons, e.g. a cache key
	Nested                 // parts say for themselves what they are
	Mixed                  // a result: whole numbers are ids, fractions are amounts
	Traceback              // prose between lines of code
	Hosts                  // kind and address of a server
	URL                    // a path stays, host and arguments go
	Hidden                 // all of it goes, because the user said so
	Operator               // a provider: its number stays, its name goes
	Person                 // a name or a login
	ID                     // of a person, contract, payment, message
	Device                 // a box: UID, MAC, serial number
	Phone                  //
	Email                  //
	Address                // where somebody lives
	Birth                  // a date of birth: the year stays
	IP                     // of a client or server
	Host                   // the name of a server
	Message                // what a person reads or has written
	Secret                 // what opens something
	classes                // how many there are
)

var classNames = [classes]string{
	"undocumented texts", "kept as asked", "business data", "words", "sentences", "user agents", "identifiers", "parts", "results", "tracebacks",
	"servers", "URLs", "hidden as asked", "providers", "names of people", "ids of people and payments", "devices", "phones", "e-mails", "addresses", "birthdays",
	"IP addresses", "host names", "messages", "secrets",
}

// String names what the values of a class are, in the plural.
func (c Class) String() string { return classNames[c] }

// personal tells whether every part of a value goes.
func (c Class) personal() bool { return c >= Hidden }

// tag is the first part of the name that stands for a text of a class. A login is
// an id under one key and a person under another, so the text decides there.
func (c Class) tag(text string) string {
	switch c {
	case Operator:
		return "client"
	case Device:
		return "device"
	case Address:
		return "address"
	case Secret:
		return "secret"
	case Hidden:
		return "hidden"
	case Person, ID, Phone:
		if likeName(text) {
			return "person"
		}
		return "id"
	}
	return "text"
}

// likeName tells whether a text is rather a name or a login than a number with
// letters.
func likeName(text string) bool {
	letters, digits := 0, 0
	for i, r := range text {
		switch {
		case unicode.IsLetter(r):
			letters++
		case r >= '0' && r <= '9':
			digits++
		}
		if i < 3 && r < 128 && !unicode.IsLetter(r) && letters < 3 {
			return false
		}
	}
	return letters > digits
}

// classify finds the class of what a path such as `params.user["phone"]` of an
// event leads to, and the name that decided it.
func (a *Anonymiser) classify(event, path string) classified {
	names := pathNames(path)
	if len(names) == 0 {
		return classified{}
	}
	last := names[len(names)-1]
	for _, name := range []string{strings.ToLower(path), strings.ToLower(last)} {
		if c, ok := a.asked[name]; ok {
			return classified{c, last, name}
		}
	}
	return classified{class: a.classIn(event, names), name: last}
}

// classIn is the class of what the last of some names leads to.
func (a *Anonymiser) classIn(event string, names []string) Class {
	last := names[len(names)-1]
	if len(names) == 1 {
		if c, ok := ofEvent[event+"."+last]; ok {
			return c
		}
	}
	c, above := a.classOf(last), a.classAbove(names[:len(names)-1])
	switch {
	case above == Secret:
		return Secret
	case above == Keep && general[strings.ToLower(last)]:
		return Keep
	case c == Unknown && above.personal():
		return above
	}
	return c
}

// classAbove is the class of the nearest of some names that has one; below a
// secret all is secret.
func (a *Anonymiser) classAbove(names []string) Class {
	nearest := Unknown
	for _, name := range slices.Backward(names) {
		c := a.classOf(name)
		switch {
		case c == Secret:
			return Secret
		case nearest == Unknown && c != Nested:
			nearest = c
		}
	}
	return nearest
}

// classOf finds the class of a key wherever it stands.
func (a *Anonymiser) classOf(name string) Class {
	if a.redactor.SecretKey(name) {
		return Secret
	}
	folded := redact.Fold(name)
	if c, ok := keyClasses[folded]; ok {
		return c
	}
	for _, g := range guesses {
		if g.matches(folded) {
			return g.class
		}
	}
	return Unknown
}

// pathNames are the names in a path, without places in lists.
func pathNames(path string) (names []string) {
	for part := range strings.SplitSeq(path, ".") {
		if i := strings.IndexByte(part, '['); i >= 0 {
			part = part[:i]
		}
		if part != "" {
			names = append(names, part)
		}
	}
	return names
}
