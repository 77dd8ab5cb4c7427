package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// FuzzMutatedRules takes valid rule files apart: a program of bytes drops, repeats,
// swaps, misspells and re-indents their lines and words. Whatever comes of it:
// nothing panics; no file is accepted with a key that is ignored; every reported
// place lies in the file; and the same file is told of in the same words.
//
// That no key is ignored means: the language has every key of an accepted file
// where it stands, and when one of them is misspelt, the file is refused. So
// somebody has looked at each.
func FuzzMutatedRules(f *testing.F) {
	valid := validFiles(f)
	for i := range valid {
		f.Add(uint8(i), uint8(i), []byte{})
		for m := range mutations {
			f.Add(uint8(i), uint8(m), []byte{byte(m), byte(7*i + 30*m), byte(5*m + i)})
			f.Add(uint8(i), uint8(m), []byte{byte(m), byte(11*i + 9*m), byte(3*m + i), byte(m + 5), 40, byte(i)})
		}
	}
	f.Fuzz(func(t *testing.T, file, key uint8, program []byte) {
		text := mutated(valid[int(file)%len(valid)], program)
		first, err := report(t, text)
		if again, _ := report(t, text); again != first {
			t.Errorf("%q is told of differently:\n%s\n%s", text, first, again)
		}
		if err == nil {
			checkKeys(t, text, int(key))
		}
	})
}

// Of the examples as they are, every single key is misspelt.
func TestParse_NoKeyOfAnExampleIsIgnored(t *testing.T) {
	total := 0
	for _, text := range validFiles(t) {
		keys := checkKeys(t, text, 0)
		for n := range keys {
			checkKeys(t, text, n)
		}
		total += keys
	}
	if total < 400 {
		t.Errorf("only %d keys were tried", total)
	}
}

func validFiles(f testing.TB) (valid []string) {
	for _, pattern := range []string{"../examples/rules/*.yaml", "../examples/kinds/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if _, _, err := rules.Parse(name, data, rules.Options{}); err == nil {
				valid = append(valid, string(data))
			}
		}
	}
	if len(valid) < 10 {
		f.Fatalf("only %d valid files", len(valid))
	}
	return valid
}

var yamlBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

// report is all that is said about a file, with its places checked.
func report(t *testing.T, text string) (string, error) {
	t.Helper()
	_, warnings, err := rules.Parse("r.yaml", []byte(text), rules.Options{})
	var faults strictyaml.Errors
	if err != nil && !errors.As(err, &faults) {
		t.Fatalf("an error of another kind: %v", err)
	}
	lines := yamlBreak.Split(strings.TrimPrefix(text, "\ufeff"), -1)
	var b strings.Builder
	for _, fault := range append(faults, warnings...) {
		b.WriteString(fault.Text())
		if fault.Line == 0 && fault.Col == 0 {
			continue // of the file as a whole
		}
		if fault.Line < 1 || fault.Line > len(lines) || fault.Col < 1 || fault.Width < 1 {
			t.Errorf("%q: no such place: %s, width %d", text, fault.Error(), fault.Width)
			continue
		}
		if n := utf8.RuneCountInString(lines[fault.Line-1]); fault.Col > n+1 || fault.Width > max(1, n-fault.Col+1) {
			t.Errorf("%q: %s, width %d: the line has %d characters", text, fault.Error(), fault.Width, n)
		}
	}
	return b.String(), err
}

// checkKeys looks whether an accepted file has a key that is ignored; n chooses the
// one that is misspelt, of as many as are returned.
func checkKeys(t *testing.T, text string, n int) (of int) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) != 1 {
		t.Fatalf("%q is accepted and is no YAML: %v", text, err)
	}
	var keys []*yaml.Node
	walkKeys(t, doc.Content[0], rules.FileShape(), &keys)
	if len(keys) == 0 {
		t.Fatalf("%q is accepted without a key", text)
	}
	key := keys[n%len(keys)]
	lines := strings.Split(text, "\n")
	if yamlBreak.MatchString(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", ""), "\n", "")) || key.Style != 0 || strings.HasPrefix(text, "\ufeff") {
		return len(keys) // lines and columns are not those of the text
	}
	line := []rune(lines[key.Line-1])
	end := key.Column - 1 + utf8.RuneCountInString(key.Value)
	if end > len(line) || string(line[key.Column-1:end]) != key.Value {
		return len(keys) // an anchor stands before it
	}
	lines[key.Line-1] = string(line[:end]) + "qz" + string(line[end:])
	if _, _, err := rules.Parse("r.yaml", []byte(strings.Join(lines, "\n")), rules.Options{}); err == nil {
		t.Errorf("%q is accepted, and also with %qqz in line %d", text, key.Value, key.Line)
	}
	return len(keys)
}

// walkKeys collects the keys that are words of the language. One that is not, where
// it stands, is ignored by whoever accepted the file.
func walkKeys(t *testing.T, n *yaml.Node, s *strictyaml.Shape, keys *[]*yaml.Node) {
	t.Helper()
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			walkKeys(t, item, s, keys)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			field, ok := s.Key(key.Value)
			if !ok {
				t.Errorf("a file is accepted with the key %q in line %d, which no %s has", key.Value, key.Line, s.Name)
				continue
			}
			if s.Open == nil {
				*keys = append(*keys, key)
			}
			if field.Of != nil {
				walkKeys(t, n.Content[i+1], field.Of, keys)
			}
		}
	}
}
