package rules

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/file"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// syntaxFault explains why the text is no expression at all.
func syntaxFault(v code, src string, err error) {
	var fe *file.Error
	if !errors.As(err, &fe) {
		v.Fault("", "%v", err)
		return
	}
	if at, words := strictyaml.Lookalike(maskText(src)); at >= 0 {
		v.Value.FaultAt(at, 1, fmt.Sprintf("write %s", rewritten(src, at)), "%s", words)
		return
	}
	if msg, hint, at, width, found := findSlip(src); found {
		v.Value.FaultAt(at, width, hint, "%s", msg)
		return
	}
	if at := singleEquals(src); at >= 0 {
		equalsFault(v.Value, []rune(src), at)
		return
	}
	if hint, at, width, found := missingBrackets(src); found {
		v.Value.FaultAt(at, width, hint, "the argument of a function stands in ( )")
		return
	}
	msg, hint := unexpected(strings.ReplaceAll(fe.Message, matchesAlias, "matches"))
	if strings.Count(src, "(") > strings.Count(src, ")") {
		hint = "a ( is not closed; " + hint
	}
	v.FaultAt(max(0, min(fe.From, len([]rune(v.text))-1)), max(1, fe.To-fe.From), hint, "%s", msg)
}

// maskText blanks what stands in straight quotes, where any character may.
func maskText(src string) string {
	var quote rune
	return strings.Map(func(r rune) rune {
		switch {
		case quote == 0 && (r == '"' || r == '\'' || r == '`'):
			quote = r
		case r == quote:
			quote = 0
		case quote != 0:
			return 'x'
		}
		return r
	}, src)
}

// rewritten is the word around a character, as it should be written.
func rewritten(src string, at int) string {
	rs := []rune(src)
	from, to := at, at+1
	for from > 0 && rs[from-1] != ' ' {
		from--
	}
	for to < len(rs) && rs[to] != ' ' {
		to++
	}
	word := strictyaml.Plain(string(rs[from:to]))
	switch {
	case strings.TrimSpace(word) == "":
		return "it anew"
	case strings.HasPrefix(word, "'") && strings.HasSuffix(word, "'"):
		return `"` + strings.Trim(word, "'") + `"`
	}
	return word
}

// equalsFault explains a lone "=", or one on the wrong side of > or <.
func equalsFault(v strictyaml.Value, src []rune, at int) {
	if at+1 < len(src) && (src[at+1] == '>' || src[at+1] == '<') {
		v.FaultAt(at, 2, fmt.Sprintf("write %c=", src[at+1]), "%q is not an operator", string(src[at:at+2]))
		return
	}
	v.FaultAt(at, 1, "write == to compare", "\"=\" is not an operator")
}

var unexpectedToken = regexp.MustCompile(`^unexpected token (?:EOF|\w+\((".*")\))`)

// unexpected says in plain words what the parser met and did not expect.
func unexpected(message string) (msg, hint string) {
	found := unexpectedToken.FindStringSubmatch(message)
	switch {
	case strings.Contains(message, "literal not terminated"):
		return "a text has no end", "a closing quote is missing"
	case strings.Contains(message, "at least 2 arguments"):
		return "any, all and none take a list and what shall hold", "write any(args, # == \"x\"), say"
	case found == nil:
		return lowerFirst(message), ""
	case found[1] == "":
		return "the expression ends too early", "if a \" #\" or a comma is in it, quote the whole expression"
	}
	msg = found[1] + " is not expected here"
	written := strings.Trim(found[1], `"`)
	switch token := strings.ToLower(written); token {
	case "and", "or", "not", "in", "matches", "contains":
		if token == written {
			return msg, "something to compare is missing before it"
		}
		return msg, "write " + token + " in lower case"
	case "like", "is":
		return msg, "write == to compare, or contains, startsWith, endsWith, matches"
	}
	return msg, "an operator is missing before it, or a text is not in quotes"
}

// singleEquals finds a lone "=" outside quotes, in characters; -1 if there is none.
func singleEquals(src string) int {
	rs := []rune(src)
	var quote rune
	for i, r := range rs {
		switch {
		case quote != 0:
			if r == quote && rs[i-1] != '\\' {
				quote = 0
			}
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case r == '=':
			before := i > 0 && strings.ContainsRune("=!<>", rs[i-1])
			after := i+1 < len(rs) && rs[i+1] == '='
			if !before && !after {
				return i
			}
		}
	}
	return -1
}

var mismatched = regexp.MustCompile(`^invalid operation: (and|or|not|&&|\|\||!) \(mismatched types? (.*)\)`)

// typeFault explains an expression whose parts do not fit together.
func typeFault(v code, err error) {
	var fe *file.Error
	if !errors.As(err, &fe) {
		v.Fault("", "%v", err)
		return
	}
	msg, hint := lowerFirst(fe.Message), ""
	if found := mismatched.FindStringSubmatch(fe.Message); found != nil {
		msg, hint = fmt.Sprintf("%q needs true or false on its sides, and one is %s", found[1], sideName(found[2])), "compare it: count > 0, say"
	}
	v.FaultAt(fe.From, max(1, fe.To-fe.From), hint, "%s", msg)
}

// sideName says which of the types, as `bool and int`, is not true or false.
func sideName(types string) string {
	if strings.Contains(types, "string") {
		return "a text"
	}
	return "a number"
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// comparison is how a value of the type becomes true or false.
func comparison(t reflect.Type) string {
	if t != nil && (t.Kind() == reflect.Int || t.Kind() == reflect.Float64) {
		return "compare it: > 0, say"
	}
	return "compare it: == \"…\" for a text, == true for a boolean, != nil for its being there"
}

func typeName(t reflect.Type) string {
	switch {
	case t == nil || t.Kind() == reflect.Interface:
		return "a value of any kind"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Slice:
		return "a list"
	}
	return "a number"
}

var notBool = regexp.MustCompile(`interface conversion: interface \{\} is (\S+), not bool`)

// plain puts the machine's commonest error, which names Go types, in words of
// the rule language.
func plain(err error) error {
	if err == nil {
		return nil
	}
	found := notBool.FindStringSubmatch(err.Error())
	switch {
	case found == nil:
		return err
	case found[1] == "nil":
		return errors.New("a field that is missing stands where true or false is needed: compare it, == true or == false")
	}
	return errors.New("a field that is no boolean stands where true or false is needed: compare it, == true or == false")
}
