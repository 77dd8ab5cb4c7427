package redact

import (
	"regexp"
	"strings"
)

const kindUserInfo = "userinfo"

// The name and password with which an address begins. A "/" ends an address, but
// not where what is before it can be no port, or is nothing but a password.
var (
	userInfo        = regexp.MustCompile(`^([^/\s:@'"<>]*:[^/\s'"]+|[^/\s:@'"<>?&=]{16,}|:[^\s'"@]*|[^/\s:@'"<>]+:[^/\s'"@]*[^/\s'"@\d][^/\s'"@]*/[^\s'"@?&]*)@`)
	encodedUserInfo = regexp.MustCompile(`(?i)^([^/\s:@'"<>%&]*(?:%3A|:)[^/\s'"&@]+?)(?:%40|@)`)
)

// maxUserInfo bounds the bytes of a URL in which its name and password are looked
// for.
const maxUserInfo = 512

// UserInfo is where the name and the password in a URL begin and end; ok is false
// if it has none.
func UserInfo(url string) (from, to int, ok bool) {
	from = strings.Index(url, "://") + len("://")
	if from < len("://") {
		return 0, 0, false
	}
	to = from + userInfoEnd(url[from:], userInfo)
	return from, to, to > from
}

func userInfoEnd(s string, re *regexp.Regexp) int {
	s = s[:min(len(s), maxUserInfo)]
	if !strings.Contains(s, "@") && !strings.Contains(s, "%40") {
		return 0
	}
	if m := re.FindStringSubmatchIndex(s); m != nil {
		return m[3]
	}
	return 0
}

// userInfoForms are what stands before it, as it is and as URLs write it.
var userInfoForms = [...]struct {
	begin string
	re    *regexp.Regexp
}{{"://", userInfo}, {"%3A%2F%2F", encodedUserInfo}, {"%3a%2f%2f", encodedUserInfo}}

// findUserInfo finds names and passwords behind what begins an address. Only they
// are taken, since the address is worth knowing.
func findUserInfo(s, begin string, re *regexp.Regexp) (found []Finding) {
	for at := 0; ; {
		n := strings.Index(s[at:], begin)
		if n < 0 {
			return found
		}
		scheme := at + n
		at = scheme + len(begin)
		if scheme == 0 || classes[s[scheme-1]] == 0 {
			continue
		}
		if end := userInfoEnd(s[at:], re); end > 0 {
			found = append(found, Finding{Kind: kindUserInfo, From: at, To: at + end})
			at += end
		}
	}
}
