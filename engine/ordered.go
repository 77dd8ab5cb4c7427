package engine

// Ordered tells whether it mattered since the last call, or since the engine was
// made, in which order records of different sources were stepped. As a rule it
// does not: a record is late by its own source's time, or by what was final
// before, since a source that is not behind holds the final second back. It does
// after a source's clock was set back, for records from the future, and while
// records make a rule fail, since failures are counted in a row.
func (e *Engine) Ordered() bool {
	was := e.ordered
	e.ordered = len(e.ailing) > 0
	for _, s := range e.sources {
		e.ordered = e.ordered || s.Stepped
	}
	return was
}
