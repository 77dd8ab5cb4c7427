// Package web is what a running service answers over HTTP: Alertmanager's API v2,
// so that its tools attach unchanged, an API of our own, health and reload. Start at
// New.
//
// It owns no state and keeps none: what it shows and changes it asks of the
// functions it was given. All is refused that a web page of somebody else could have
// asked a browser for.
package web
