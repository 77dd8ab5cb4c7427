package smartylog

// Flags tell what was odd about a record.
type Flags uint16

// The flags. PartialValue, Unterminated, DuplicateKey and a TruncatedValue of a
// single long value are only complete after Record.Decode; Suspect after
// Record.Decode or Record.IsSuspect. Future is set by whoever knows the time of
// the following record.
const (
	NoOffset        Flags = 1 << iota // the timestamp has no UTC offset
	WeekdayMismatch                   // the weekday disagrees with the date, which is trusted
	PartialValue                      // a value could not be read as Python and is kept as raw text
	Unterminated                      // a value lacks its closing quote or bracket
	TruncatedValue                    // something over the caps was cut out of the middle or off the end
	Glued                             // the record began in the middle of a line
	Orphan                            // continuation lines whose record is not in the file
	DuplicateKey                      // a key occurs more than once; the first counts
	NoEvent                           // no event name could be read
	BadHeader                         // looks like a record, but its header cannot be read
	Future                            // the time is ahead of what follows it
	Suspect                           // may be forged: raises alerts, but must not resolve them or move time
)

var flagNames = [...]string{
	"no_offset", "weekday_mismatch", "partial_value", "unterminated", "truncated_value", "glued",
	"orphan", "duplicate_key", "no_event", "bad_header", "future", "suspect",
}

// Has tells whether all bits of f2 are set.
func (f Flags) Has(f2 Flags) bool { return f&f2 == f2 }

// Names lists the set flags as written in JSON, in a fixed order.
func (f Flags) Names() []string {
	var names []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
