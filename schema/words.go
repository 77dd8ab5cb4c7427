package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// otherWord is a regular expression of names that are none of the words. It is
// without lookaheads, which not every engine has; what stands before the name and
// after it is the caller's.
func otherWord(words []string) string {
	t := trie{}
	for _, w := range words {
		t.add(w)
	}
	return t.others("A-Za-z_", true)
}

// trie is words by their first letters. The empty key ends a word.
type trie map[string]trie

func (t trie) add(word string) {
	if word == "" {
		t[""] = trie{}
		return
	}
	next, ok := t[word[:1]]
	if !ok {
		next = trie{}
		t[word[:1]] = next
	}
	next.add(word[1:])
}

const rest = "[A-Za-z0-9_]*"

// others is what a name can go on with and be no word; all are the characters
// that the next may be.
func (t trie) others(all string, first bool) string {
	var letters []string
	for _, letter := range slices.Sorted(maps.Keys(t)) {
		if letter != "" {
			letters = append(letters, letter)
		}
	}
	var of []string
	if _, isWord := t[""]; !isWord && !first {
		of = append(of, "") // it ends before a word does
	}
	of = append(of, "["+without(all, letters)+"]"+rest)
	for _, letter := range letters {
		of = append(of, letter+t[letter].others("A-Za-z0-9_", false))
	}
	return "(?:" + strings.Join(of, "|") + ")"
}

// without is a character class without some of its letters.
func without(class string, letters []string) string {
	var b strings.Builder
	for _, span := range []string{"AZ", "az", "09"} {
		if !strings.Contains(class, fmt.Sprintf("%c-%c", span[0], span[1])) {
			continue
		}
		from := span[0]
		for _, l := range letters {
			if l[0] < span[0] || l[0] > span[1] {
				continue
			}
			spanTo(&b, from, l[0]-1)
			from = l[0] + 1
		}
		spanTo(&b, from, span[1])
	}
	if !slices.Contains(letters, "_") {
		b.WriteByte('_')
	}
	return b.String()
}

func spanTo(b *strings.Builder, from, to byte) {
	switch {
	case from == to:
		b.WriteByte(from)
	case from < to:
		fmt.Fprintf(b, "%c-%c", from, to)
	}
}
