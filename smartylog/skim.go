package smartylog

// skims passes over the value at p, when only its end is wanted, without making
// anything of it. It returns false, and leaves p as it was, if that takes more than
// these few forms of values, or fails: then the value is read as any other.
func (p *parser) skims() bool {
	start, ahead, unsure, depth := p.p, p.ahead, p.unsure, p.depth
	end := p.skim(start, depth, "")
	if p.depth = depth; end >= 0 {
		p.p = end
		return true
	}
	p.p, p.ahead, p.unsure = start, ahead, unsure
	return false
}

// skim is next for skims: where the value ends that begins at b[q], -1 if it cannot
// tell. Places are handed on rather than kept in the parser, since all that follows
// waits for them.
func (p *parser) skim(q, depth int, after string) int {
	if q >= len(p.b) || depth >= maxDepth {
		return -1
	}
	if end := plainEnd(p.b, q); end >= 0 {
		return end
	}
	depth++
	switch c := p.b[q]; {
	case c == '{':
		return p.skimBraces(q+1, depth)
	case c == '[':
		return p.skimItems(q+1, depth, ']')
	case c == '(':
		return p.skimTuple(q, depth)
	case c == '<':
		p.p, p.depth, p.after = q, depth, after
		if _, err := p.angle(); err != nil {
			return -1
		}
		return p.p
	case isNameByte(c) && !isDigit(c):
		return p.skimWord(q, depth)
	}
	return p.formEnd(q, depth)
}

// plainEnd is where the literal or the integer ends that begins at b[q]; -1 if there
// is none, or one of a rare form. Most values and keys are one.
func plainEnd(b []byte, q int) int {
	c := b[q]
	if isDigit(c) {
		return integerEnd(b, q)
	}
	if c == 'u' && q+1 < len(b) {
		q++
		c = b[q]
	}
	if c == '\'' || c == '"' {
		if end, _ := closingQuote(b, q+1, c); end >= 0 {
			return end + 1
		}
	}
	return -1
}

// integerEnd is plainEnd for what begins with a digit.
func integerEnd(b []byte, q int) int {
	for q < len(b) && isDigit(b[q]) {
		q++
	}
	if q < len(b) && b[q] == 'L' {
		q++
	}
	if q < len(b) && (isNameByte(b[q]) || b[q] == '.') {
		return -1
	}
	return q
}

// formEnd is where the value ends as form reads it; -1 if there is none.
func (p *parser) formEnd(q, depth int) int {
	p.p, p.depth = q, depth
	if _, err := p.form(); err != nil {
		return -1
	}
	return p.p
}

// skimWord passes over a constant or a call.
func (p *parser) skimWord(q, depth int) int {
	p.p = q
	end := p.wordEnd()
	if end >= len(p.b) || p.b[end] != '(' || p.literalPrefix() > 0 {
		return p.formEnd(q, depth)
	}
	for q = end + 1; ; {
		if q = afterSpace(p.b, q); q < len(p.b) && p.b[q] == ')' {
			return q + 1
		}
		p.p = q
		p.argumentName()
		if q = p.skim(p.p, depth, ",)"); q < 0 {
			return -1
		}
		if q = p.afterComma(q, ')'); q < 0 {
			return -1
		}
	}
}

func (p *parser) skimTuple(q, depth int) int {
	p.p = q
	if _, ok := p.complex(); ok {
		return p.p
	}
	return p.skimItems(q+1, depth, ')')
}

// skimItems is items for skims.
func (p *parser) skimItems(q, depth int, end byte) int {
	for after := afterItem(end); ; {
		if q = afterSpace(p.b, q); q < len(p.b) && p.b[q] == end {
			return q + 1
		}
		if q = p.skim(q, depth, after); q < 0 {
			return -1
		}
		if q = p.afterComma(q, end); q < 0 {
			return -1
		}
	}
}

// afterComma passes over a comma, unless the container's end comes; -1 if something
// else does.
func (p *parser) afterComma(q int, end byte) int {
	if q = afterSpace(p.b, q); q < len(p.b) {
		switch p.b[q] {
		case ',':
			return q + 1
		case end:
			return q
		}
	}
	return -1
}

// skimBraces passes over a dict or a set.
func (p *parser) skimBraces(q, depth int) int {
	if q = afterSpace(p.b, q); q < len(p.b) && p.b[q] == '}' {
		return q + 1
	}
	if q = p.skim(q, depth, ":,}"); q < 0 {
		return -1
	}
	if q = afterSpace(p.b, q); q < len(p.b) && p.b[q] == ':' {
		return p.skimDict(q+1, depth)
	}
	if q = p.afterComma(q, '}'); q < 0 {
		return -1
	}
	return p.skimItems(q, depth, '}')
}

// skimDict passes over the rest of a dict after its first key and colon.
func (p *parser) skimDict(q, depth int) int {
	for {
		if q = p.skim(afterSpace(p.b, q), depth, ",}"); q < 0 {
			return -1
		}
		if q = p.afterComma(q, '}'); q < 0 {
			return -1
		}
		if q = afterSpace(p.b, q); q < len(p.b) && p.b[q] == '}' {
			return q + 1
		}
		if q = p.skim(q, depth, ":"); q < 0 {
			return -1
		}
		if q = afterSpace(p.b, q); q >= len(p.b) || p.b[q] != ':' {
			return -1
		}
		q++
	}
}

// afterSpace is where the white space within containers ends that begins at b[p].
func afterSpace(b []byte, p int) int {
	for p < len(b) && b[p] <= ' ' && (b[p] == ' ' || b[p] == '\n' || b[p] == '\r' || b[p] == '\t') {
		p++
	}
	return p
}
