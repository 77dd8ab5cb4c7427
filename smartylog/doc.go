// Package smartylog reads the log records of Microimpuls Smarty.
//
// Start at Scanner, which cuts a stream of bytes into Records; a Record gives
// its header, event and time at once and decodes its key=value context when
// asked. ParseValue reads one printed Python value, Catalogue lists the
// documented events.
//
// The package keeps no clock, starts no goroutines, does not log and never
// fails on input: what cannot be read is kept and flagged. Every byte of a file
// is part of exactly one record or counted by Scanner.Skipped.
package smartylog
