package schema

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

func (o object) with(key string, value any) object { return append(o, member{key, value}) }

// MarshalJSON writes the members in their order, and <, > and & as they are.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encode(&b, m.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encode(&b, m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func encode(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's line break
	return nil
}

// required is a schema that demands keys.
func required(keys ...string) object { return object{{"required", keys}} }

func anyOf(of []any) object { return object{{"anyOf", of}} }

func not(of any) object { return object{{"not", of}} }

// pattern is a schema of what is no text, or one that a regular expression finds
// something in.
func pattern(expr string) object { return object{{"pattern", expr}} }

// slip is a regular expression of what is wrong in a text, and what editors say of
// it.
type slip struct{ pattern, message string }

// unlike is a schema of what is no text, or one in which none of the slips is found.
// It says so in the one way in which editors show a message of ours: what has a slip
// would have to be null.
func unlike(slips ...slip) object {
	of := make([]any, len(slips))
	for i, s := range slips {
		of[i] = object{
			{"if", object{{"type", "string"}, {"pattern", s.pattern}}},
			{"then", object{{"type", "null"}, {"errorMessage", s.message}}},
		}
	}
	return object{{"allOf", of}}
}
