// Package logstats counts what is in logs and says in plain words what is
// unusual about them.
//
// Start at Course, which is told the records of one log in their order, and
// Counts, which may be filled in pieces, in any order, and merged; together they
// make a Log, and Findings of all Logs is the doctor's text. The same records
// give the same Logs, however they were divided.
//
// Memory is bounded: names beyond a limit are counted together.
package logstats
