package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// ParseAll reads a file of several documents, which `---` parts. Empty ones are
// left out. What is wrong with one is a recorded fault, and ends the reading.
func ParseAll(name string, data []byte, faults *Faults) []Value {
	f := &file{name: name, lines: &lineIndex{}, faults: faults, nodes: MaxNodes}
	switch {
	case len(data) > MaxFile:
		faults.Add(Fault{File: name, Msg: fmt.Sprintf("is %d bytes long; at most %d are read", len(data), MaxFile)})
		return nil
	case !utf8.Valid(data):
		faults.Add(Fault{File: name, Msg: "is not UTF-8 text"})
		return nil
	}
	f.lines.text = strings.TrimPrefix(string(data), "\ufeff")
	var out []Value
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		switch {
		case errors.Is(err, io.EOF):
			if len(out) == 0 {
				faults.Add(Fault{File: name, Msg: "is empty"})
			}
			return out
		case err != nil:
			f.syntaxFault(err)
			return out
		case len(doc.Content) > 0 && !isNull(doc.Content[0]):
			out = append(out, Value{f: f, n: doc.Content[0]})
		}
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// IsNull reports whether the value is an explicit null, such as ~.
func (v Value) IsNull() bool { return v.n != nil && isNull(v.resolve()) }
