package anonymise

import (
	"strings"

	"github.com/smarty-alert/smarty-alert/redact"
)

// memo remembers what an Anonymiser has said: logs repeat themselves.
type memo struct {
	tables *Anonymiser
	rep    *Report
	seen   map[place]classified
	stands map[valued]standing
	clean  map[string]bool // texts in which redaction found nothing
}

func newMemo(a *Anonymiser, rep *Report) memo {
	return memo{tables: a, rep: rep, seen: map[place]classified{}, stands: map[valued]standing{}, clean: map[string]bool{}}
}

// place is a path in an event, and classified what the tables say of it.
type place struct{ event, path string }

type classified struct {
	class Class
	name  string // that decided it
	asked string // what the user named, if that decided it
}

// maxPlaces bounds how many places are remembered.
const maxPlaces = 4096

// classify is Anonymiser.classify with a memory.
func (m *memo) classify(event, path string) (Class, string) {
	at := place{event, path}
	known, ok := m.seen[at]
	if !ok {
		known = m.tables.classify(event, path)
		if len(m.seen) < maxPlaces {
			m.seen[at] = known
		}
		m.rep.met(known.name)
	}
	if known.asked != "" {
		m.rep.used(known.asked)
	}
	return known.class, known.name
}

// valued is a text of a class, and standing what stands for it, if anything needs
// to.
type valued struct {
	class Class
	text  string
}

type standing struct {
	text string
	ok   bool
}

// maxStands bounds how many stand-ins are remembered, and maxStood how long the
// texts are that they stand for.
const (
	maxStands = 1 << 14
	maxStood  = 200
)

// standin is Anonymiser.standin with a memory.
func (m *memo) standin(class Class, text string) (string, bool) {
	if len(text) > maxStood {
		return m.tables.standin(class, text)
	}
	known, ok := m.stands[valued{class, text}]
	if !ok {
		known.text, known.ok = m.tables.standin(class, text)
		if len(m.stands) >= maxStands {
			clear(m.stands)
		}
		m.stands[valued{class, strings.Clone(text)}] = known // not the whole record
	}
	return known.text, known.ok
}

// find is what redaction would hide in a text, with a memory of those in which
// that is nothing.
func (m *memo) find(text string) []redact.Finding {
	if m.clean[text] {
		return nil
	}
	found := m.tables.redactor.Find(text)
	if len(found) == 0 && len(text) <= maxStood {
		if len(m.clean) >= maxStands {
			clear(m.clean)
		}
		m.clean[strings.Clone(text)] = true
	}
	return found
}
