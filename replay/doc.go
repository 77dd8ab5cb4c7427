// Package replay drives the engine over finished logs, in virtual time: what
// rules would have said, and whom the routes would have told. It sends nothing
// and opens no socket.
//
// Start at Run. The engine is the one that live runs use; only the source of
// records and the sink of what happens differ.
package replay
