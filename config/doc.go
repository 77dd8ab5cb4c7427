// Package config reads the service's configuration file: what is followed, who is
// told, where the state lives.
//
// Start at Load, then read Config, which is plain data.
//
// Promises: all faults of a file are found at once, each with its place and,
// where there is one, a hint; nothing is guessed or ignored; what can be known
// without opening a log or a socket is checked; no fault, no log and no dump of a
// Config shows a secret.
package config
