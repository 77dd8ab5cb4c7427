// Package installation writes the logs of a whole Smarty installation: so many subscribers with the rhythm of days and weeks, several
// application servers of which one runs cron, what goes wrong on any ordinary day, and incidents whose truth is known.
//
// Start with Write, which fills a directory, or New, which gives the records one by one. Read reads incidents from a file, Draw
// draws them by a seed.
//
// An incident is a cause, not a list of records: an edge that is down, a disk that is full. What the logs then hold follows
// from it as it would at an operator's. Its Truth says what it was, when and where, and knows nothing of rules.
//
// Promises. Equal options give equal bytes on any machine. Memory does not grow with the length of the run. An incident changes,
// adds and takes away its own records only: all others are as they would be without it.
package installation
