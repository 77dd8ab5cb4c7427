// Package drawings draws what rules do over time, from what the engine says.
//
// Start at Scenes, each of which is a rule, an invented log and what to show of
// them, and at Scene.SVG. Records, thresholds and texts of a drawing are chosen by
// hand; when something happens, and how high a value is, only the engine says.
package drawings
