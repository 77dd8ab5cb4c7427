package anonymise

import (
	"regexp"
	"sync"
)

// lazyRegexp is a regular expression that is compiled when it is first asked: there are
// so many here that every command of the program would begin later for them.
type lazyRegexp func() *regexp.Regexp

func lazy(pattern string) lazyRegexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

func (re lazyRegexp) MatchString(s string) bool              { return re().MatchString(s) }
func (re lazyRegexp) FindString(s string) string             { return re().FindString(s) }
func (re lazyRegexp) FindIndex(b []byte) []int               { return re().FindIndex(b) }
func (re lazyRegexp) ReplaceAllString(s, r string) string    { return re().ReplaceAllString(s, r) }
func (re lazyRegexp) FindStringSubmatch(s string) []string   { return re().FindStringSubmatch(s) }
func (re lazyRegexp) FindStringSubmatchIndex(s string) []int { return re().FindStringSubmatchIndex(s) }
func (re lazyRegexp) FindAllStringIndex(s string, n int) [][]int {
	return re().FindAllStringIndex(s, n)
}
func (re lazyRegexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return re().FindAllStringSubmatchIndex(s, n)
}
