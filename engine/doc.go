// Package engine decides: records in, transitions of alerts out, in event time.
//
// Start at New. Call Step for every record of every source in the order of its
// file, then Advance, which evaluates each second that became final, once, in
// order, and returns what happened. Replay calls Finish when a source ends and
// Close at the end; a live driver calls EOF when a source was read to its end.
//
// What the engine answers depends on what it was told, never on when: it reads
// no clock and starts no goroutines. It is owned by one goroutine. State and New
// with that state continue as if there had been no break.
package engine
