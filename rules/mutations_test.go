package rules_test

import (
	"strings"
)

// mutated applies a program to a file: each step takes three bytes, which change it
// is and where.
func mutated(text string, program []byte) string {
	for i := 0; i+2 < len(program) && i < 60; i += 3 {
		lines := strings.Split(text, "\n")
		at := int(program[i+1]) * len(lines) / 256
		text = strings.Join(mutations[int(program[i])%len(mutations)](lines, at, int(program[i+2])), "\n")
	}
	return text
}

// mutations are what goes wrong while a file is edited, at the line `at`; n says
// how.
var mutations = []func(lines []string, at, n int) []string{
	func(lines []string, at, _ int) []string { return append(lines[:at:at], lines[at+1:]...) }, // dropped
	func(lines []string, at, _ int) []string { // there twice
		return append(append(lines[:at+1:at+1], lines[at]), lines[at+1:]...)
	},
	func(lines []string, at, n int) []string { // swapped with another
		other := n % len(lines)
		lines[at], lines[other] = lines[other], lines[at]
		return lines
	},
	func(lines []string, at, n int) []string { // a letter is missing
		return letters(lines, at, n, func(r []rune, i int) []rune { return append(r[:i:i], r[i+1:]...) })
	},
	func(lines []string, at, n int) []string { // two letters are swapped
		return letters(lines, at, n, func(r []rune, i int) []rune {
			j := (i + 1) % len(r)
			r[i], r[j] = r[j], r[i]
			return r
		})
	},
	func(lines []string, at, n int) []string { // another letter
		odd := []rune("{}[]:,&*!|>'\"%@\t#-?=<~сО\u00a0“漢\u0301\ufeff\u2028 0x")
		return letters(lines, at, n, func(r []rune, i int) []rune {
			r[i] = odd[n%len(odd)]
			return r
		})
	},
	func(lines []string, at, n int) []string { // indented otherwise
		if n%2 == 0 {
			lines[at] = strings.Repeat(" ", n%5) + lines[at]
		} else {
			lines[at] = strings.TrimPrefix(lines[at], strings.Repeat(" ", n%5))
		}
		return lines
	},
	func(lines []string, at, n int) []string { // a value in another style
		key, value, ok := strings.Cut(lines[at], ": ")
		if !ok {
			return lines
		}
		indent := strings.Repeat(" ", len(key)-len(strings.TrimLeft(key, " -"))+2)
		styles := []string{"'" + value + "'", `"` + value + `"`, "|\n" + indent + value, ">-\n" + indent + value, "[" + value + "]", "{" + value + "}",
			"&a " + value, "!x " + value, "", "\n" + indent + value, "*a", value + " # x", "'" + strings.ReplaceAll(value, "'", "''") + "'"}
		lines[at] = key + ": " + styles[n%len(styles)]
		return lines
	},
	func(lines []string, at, _ int) []string { return lines[:at] }, // the rest is lost
	func(lines []string, at, _ int) []string { // joined with the next
		if at+1 < len(lines) {
			lines[at] += strings.TrimLeft(lines[at+1], " ")
			lines = append(lines[:at+1], lines[at+2:]...)
		}
		return lines
	},
	func(lines []string, at, n int) []string { // a word is dropped or doubled
		words := strings.Split(lines[at], " ")
		i := n % len(words)
		if n%2 == 0 {
			words[i] = ""
		} else {
			words[i] += " " + words[i]
		}
		lines[at] = strings.Join(words, " ")
		return lines
	},
	func(lines []string, at, n int) []string { // the value of another line
		key, _, ok := strings.Cut(lines[at], ": ")
		_, value, other := strings.Cut(lines[n%len(lines)], ": ")
		if ok && other {
			lines[at] = key + ": " + value
		}
		return lines
	},
	func(lines []string, at, n int) []string { // the breaks of another system
		lines[at] += []string{"\r", "\r\n", "\u0085", "\n---", "\n..."}[n%5]
		return lines
	},
}

func letters(lines []string, at, n int, change func([]rune, int) []rune) []string {
	if r := []rune(lines[at]); len(r) > 0 {
		lines[at] = string(change(r, n%len(r)))
	}
	return lines
}
