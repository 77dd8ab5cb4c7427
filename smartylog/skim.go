package smartylog

// skims passes over the value at p, when only its end is wanted, without making
// anything of it. It returns false, and leaves p as it was, if that takes more than
// these few forms of values, or fails: then the value is read as any other.
func (p *parser) skims() bool {
	start, ahead, unsure, depth := p.p, p.ahead, p.unsure, p.depth
	if p.skim("") {
		return true
	}
	p.p, p.ahead, p.unsure, p.depth = start, ahead, unsure, depth
	return false
}

// skim is next for skims. Most values and keys are literals.
func (p *parser) skim(after string) bool {
	q := p.p
	if q >= len(p.b) || p.depth >= maxDepth {
		return false
	}
	if p.b[q] == 'u' && q+1 < len(p.b) {
		q++
	}
	if quote := p.b[q]; quote == '\'' || quote == '"' {
		end, _ := closingQuote(p.b, q+1, quote)
		p.p = end + 1
		return end >= 0
	}
	p.depth++
	ok := p.skimForm(after)
	p.depth--
	return ok
}

func (p *parser) skimForm(after string) bool {
	switch c := p.b[p.p]; {
	case c == '{':
		return p.skimBraces()
	case c == '[':
		p.p++
		return p.skimItems(']')
	case c == '(':
		return p.skimTuple()
	case c == '<':
		p.after = after
		_, err := p.angle()
		return err == nil
	case isDigit(c):
		return p.skimInteger()
	case isNameByte(c):
		return p.skimWord()
	}
	return p.readsForm()
}

// readsForm reads the value as form does.
func (p *parser) readsForm() bool {
	_, err := p.form()
	return err == nil
}

func (p *parser) skimInteger() bool {
	q := p.p
	for q < len(p.b) && isDigit(p.b[q]) {
		q++
	}
	if q < len(p.b) && p.b[q] == 'L' {
		q++
	}
	if q < len(p.b) && (isNameByte(p.b[q]) || p.b[q] == '.') {
		return p.readsForm()
	}
	p.p = q
	return true
}

// skimWord passes over a constant or a call.
func (p *parser) skimWord() bool {
	end := p.wordEnd()
	if end >= len(p.b) || p.b[end] != '(' || p.literalPrefix() > 0 {
		return p.readsForm()
	}
	for p.p = end + 1; ; {
		p.space()
		if p.at(')') {
			return true
		}
		p.argumentName()
		if !p.skim(",)") {
			return false
		}
		if p.space(); !p.at(',') && p.peek(0) != ')' {
			return false
		}
	}
}

func (p *parser) skimTuple() bool {
	if _, ok := p.complex(); ok {
		return true
	}
	p.p++
	return p.skimItems(')')
}

// skimItems is items for skims.
func (p *parser) skimItems(end byte) bool {
	for after := afterItem(end); ; {
		p.space()
		if p.at(end) {
			return true
		}
		if !p.skim(after) {
			return false
		}
		if p.space(); !p.at(',') && p.peek(0) != end {
			return false
		}
	}
}

// skimBraces passes over a dict or a set.
func (p *parser) skimBraces() bool {
	p.p++
	p.space()
	if p.at('}') {
		return true
	}
	if !p.skim(":,}") {
		return false
	}
	if p.space(); p.at(':') {
		return p.skimDict()
	}
	if !p.at(',') && p.peek(0) != '}' {
		return false
	}
	return p.skimItems('}')
}

// skimDict passes over the rest of a dict after its first key and colon.
func (p *parser) skimDict() bool {
	for {
		p.space()
		if !p.skim(",}") {
			return false
		}
		p.space()
		comma := p.at(',')
		p.space()
		if p.at('}') {
			return true
		}
		if !comma || !p.skim(":") {
			return false
		}
		if p.space(); !p.at(':') {
			return false
		}
	}
}

// afterSpace is where the white space within containers ends that begins at b[p].
func afterSpace(b []byte, p int) int {
	for p < len(b) && (b[p] == ' ' || b[p] == '\n' || b[p] == '\r' || b[p] == '\t') {
		p++
	}
	return p
}
