package smartylog

import (
	_ "embed" // the catalogue
	"path"
	"strings"
)

// Event is one documented kind of record.
type Event struct {
	Name, Log, Meaning string
	Level              string // the level it probably has; not promised by the documentation
	Fields             []FieldInfo
}

// FieldInfo is one documented part of an event's context.
type FieldInfo struct {
	Name, Meaning string
	Type          string // text int bool list dict object datetime duration any
	Kind          string // "key"; "traceback"; "open_set": further keys the documentation does not name
	Optional      bool
}

// LogInfo is one log file of Smarty.
type LogInfo struct {
	Stem, Title string
	Documented  bool // false for logs that exist but whose events nobody has described
}

//go:embed catalogue.txt
var catalogueText string

// documented is the catalogue, read once and never changed.
var documented = readCatalogue(catalogueText)

type catalogue struct {
	events []Event
	logs   []LogInfo
	index  map[string]int    // name → events
	names  map[string]string // name in upper and lower case → name
	keys   map[string]*eventKeys
	fields map[string]string // key → the same, to spare copies
}

// eventKeys is what raw text in a value needs to know of an event.
type eventKeys struct {
	names []string
	open  bool // has keys beyond these
	trace bool // has a traceback
}

// hasTrace tells whether the event is documented to have a traceback.
func (k *eventKeys) hasTrace() bool { return k != nil && k.trace }

// closed tells whether only documented keys are to be expected.
func (k *eventKeys) closed() bool { return k != nil && !k.open && len(k.names) > 0 }

func (k *eventKeys) has(name []byte) bool {
	for _, known := range k.names {
		if string(name) == known {
			return true
		}
	}
	return false
}

// follows tells whether the line ends at the start of b, after white space, or a key
// comes that may follow an object: it is one of the event's, or has what Python prints
// for a value. A name can hold " key=" as well.
func (k *eventKeys) follows(b []byte) bool {
	p := skipGap(b, 0)
	if endsLine(b, p) {
		return true
	}
	key, ok := keyAt(b, p)
	return ok && (!k.closed() || k.has(key.name.of(b)) || startsItem(b[key.value:]))
}

// within tells whether b holds one of the event's keys: then it goes over the end
// of a value.
func (k *eventKeys) within(b []byte) bool {
	if !k.closed() {
		return false
	}
	for _, name := range k.names {
		if lastKey(b, name) >= 0 {
			return true
		}
	}
	return false
}

// Catalogue lists the documented events in the order of the documentation.
func Catalogue() []Event { return append([]Event(nil), documented.events...) }

// EventByName finds an event by its name in any case.
func EventByName(name string) (Event, bool) {
	i, ok := documented.index[strings.ToUpper(name)]
	if !ok {
		return Event{}, false
	}
	return documented.events[i], true
}

// EventsLike finds the events whose name matches a pattern with * and ?, as
// path.Match reads it, in any case. A malformed pattern matches nothing.
func EventsLike(glob string) []Event {
	var found []Event
	pattern := strings.ToUpper(glob)
	for _, e := range documented.events {
		if ok, err := path.Match(pattern, e.Name); err == nil && ok {
			found = append(found, e)
		}
	}
	return found
}

// Logs lists the documented logs, then those that are known to exist.
func Logs() []LogInfo { return append([]LogInfo(nil), documented.logs...) }

// keyAlias is the other spelling of a key that the vendor spells in two ways.
func keyAlias(key string) (string, bool) {
	switch key {
	case "programs_imported":
		return "programms_imported", true
	case "programms_imported":
		return "programs_imported", true
	}
	return "", false
}

// ValueAlias is the other spelling of a value that the vendor misspells.
func ValueAlias(value string) (string, bool) {
	switch value {
	case "account_deivce_invalid":
		return "account_device_invalid", true
	case "account_device_invalid":
		return "account_deivce_invalid", true
	}
	return "", false
}

// SameValue tells whether two values are equal, spellings aside.
func SameValue(a, b string) bool {
	other, ok := ValueAlias(a)
	return a == b || ok && other == b
}

// readCatalogue reads lines "log STEM | title", "event NAME LEVEL | meaning" and
// "  [!*][?]key type | meaning", where ! is a traceback, * an open set and ? optional.
func readCatalogue(text string) *catalogue {
	c := &catalogue{index: map[string]int{}, names: map[string]string{}, keys: map[string]*eventKeys{}, fields: map[string]string{}}
	for line := range strings.Lines(text) {
		head, meaning, _ := strings.Cut(strings.TrimRight(line, "\n"), " | ")
		words := strings.Fields(head)
		switch {
		case len(words) == 0:
		case strings.HasPrefix(line, "  "):
			c.addField(words, meaning)
		case words[0] == "event":
			log := c.logs[len(c.logs)-1].Stem
			c.events = append(c.events, Event{Name: words[1], Log: log, Level: words[2], Meaning: meaning})
			c.addName(words[1])
		default:
			c.logs = append(c.logs, LogInfo{Stem: words[1], Title: meaning, Documented: words[0] == "log"})
		}
	}
	return c
}

func (c *catalogue) addName(name string) {
	c.index[name] = len(c.events) - 1
	c.names[name] = name
	c.names[strings.ToLower(name)] = name
	c.keys[name] = &eventKeys{}
}

func (c *catalogue) addField(words []string, meaning string) {
	e := &c.events[len(c.events)-1]
	f := FieldInfo{Name: words[0], Type: words[1], Kind: "key", Meaning: meaning}
	switch f.Name[0] {
	case '!':
		f.Kind, f.Name = "traceback", f.Name[1:]
		c.keys[e.Name].trace = true
	case '*':
		f.Kind, f.Name = "open_set", f.Name[1:]
	}
	f.Name, f.Optional = strings.CutPrefix(f.Name, "?")
	e.Fields = append(e.Fields, f)
	keys := c.keys[e.Name]
	if f.Kind == "open_set" {
		keys.open = true
		return
	}
	keys.names = append(keys.names, f.Name)
	c.fields[f.Name] = f.Name
	if other, ok := keyAlias(f.Name); ok {
		keys.names = append(keys.names, other)
	}
}

func (c *catalogue) has(name []byte) bool {
	_, ok := c.names[string(name)]
	return ok
}

// keyName is a key's name as a string.
func (c *catalogue) keyName(name []byte) string {
	if known, ok := c.fields[string(name)]; ok {
		return known
	}
	return plainText(name)
}

// keysOf finds the keys of an event by its name as written; nil if unknown.
func (c *catalogue) keysOf(name []byte) *eventKeys {
	if known, ok := c.names[string(name)]; ok {
		return c.keys[known]
	}
	var upper [maxEvent]byte
	if len(name) > len(upper) {
		return nil
	}
	n := copy(upper[:], name)
	for i, b := range upper[:n] {
		if b-'a' < 26 {
			upper[i] = b - 'a' + 'A'
		}
	}
	return c.keys[string(upper[:n])]
}
