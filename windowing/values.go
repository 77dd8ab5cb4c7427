package windowing

import (
	"errors"
	"math"
	"strings"
)

// stored is the value as it is kept; ok is false for nil and for what is no string, int64, float64 or bool. A string is copied:
// it may be part of something large.
func stored(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return strings.Clone(v), true
	case int64, float64, bool:
		return v, true
	}
	return nil, false
}

// storable tells the same without a copy.
func storable(v any) bool {
	switch v.(type) {
	case string, int64, float64, bool:
		return true
	}
	return false
}

// ValueState is a list of values, fit for gob. Its fields are public for the encoder only.
type ValueState struct {
	Kinds []byte
	Words []uint64 // of numbers and truth values
	Texts []string
}

const (
	kindNil = iota
	kindText
	kindInt
	kindFloat
	kindBool
)

func (st *ValueState) add(v any) {
	kind := byte(kindNil)
	switch v := v.(type) {
	case string:
		kind, st.Texts = kindText, append(st.Texts, v)
	case int64:
		kind, st.Words = kindInt, append(st.Words, uint64(v))
	case float64:
		kind, st.Words = kindFloat, append(st.Words, math.Float64bits(v))
	case bool:
		word := uint64(0)
		if v {
			word = 1
		}
		kind, st.Words = kindBool, append(st.Words, word)
	}
	st.Kinds = append(st.Kinds, kind)
}

var errValue = errors.New("restore windows: a value is cut off or of no known kind")

// next takes the first value off the list.
func (st *ValueState) next() (any, error) {
	if len(st.Kinds) == 0 {
		return nil, errValue
	}
	kind := st.Kinds[0]
	st.Kinds = st.Kinds[1:]
	switch {
	case kind == kindNil:
		return nil, nil
	case kind == kindText && len(st.Texts) > 0:
		text := st.Texts[0]
		st.Texts = st.Texts[1:]
		return text, nil
	case kind > kindBool || kind == kindText || len(st.Words) == 0:
		return nil, errValue
	}
	word := st.Words[0]
	st.Words = st.Words[1:]
	switch kind {
	case kindInt:
		return int64(word), nil
	case kindFloat:
		return math.Float64frombits(word), nil
	}
	return word != 0, nil
}
