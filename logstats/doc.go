// Package logstats counts what is in logs and says in plain words what is
// unusual about them.
//
// Start at Reader, which is told the records of one log in their order, and
// Counts, which may be filled in pieces, in any order, and merged; together they
// make a Log, and all Logs a Stats, whose Findings are the doctor's text. The
// same records give the same Stats, however they were divided.
//
// Memory is bounded: names beyond a limit are counted together.
package logstats
