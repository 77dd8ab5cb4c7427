package strictyaml

import (
	"strings"
	"unicode/utf8"
)

// maxNear is the longest name that others are near to, in bytes.
const maxNear = 64

// Nearest returns the candidate that name was probably meant to be, or "": at
// most a third of its letters differ, or one begins with the other.
func Nearest(name string, candidates []string) string {
	if len(name) > maxNear {
		return ""
	}
	best, bestDist := "", len(name)/3+1
	lower := strings.ToLower(name)
	for _, c := range candidates {
		if d := len(c) - len(name); d > bestDist || -d > bestDist && len(name) == utf8.RuneCountInString(name) || len(c) > maxNear {
			continue
		}
		lc := strings.ToLower(c)
		if d := Distance(lower, lc, bestDist); d < bestDist || d == bestDist && best == "" {
			best, bestDist = c, d
		}
	}
	if best != "" || len(name) < 3 {
		return best
	}
	for _, c := range candidates {
		lc := strings.ToLower(c)
		if strings.HasPrefix(lc, lower) || len(c) >= 3 && strings.HasPrefix(lower, lc) {
			return c
		}
	}
	return ""
}

// Distance is the edit distance in which swapping neighbours counts one, or
// limit+1 when it is greater than limit.
func Distance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if abs(len(ra)-len(rb)) > limit {
		return limit + 1
	}
	var short [3][maxNear + 1]int
	older, prev, row := short[0][:], short[1][:], short[2][:]
	if len(rb) > maxNear {
		older, prev, row = make([]int, len(rb)+1), make([]int, len(rb)+1), make([]int, len(rb)+1)
	}
	for j := range len(rb) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit+1 { // swaps look two rows back
			return limit + 1
		}
		older, prev, row = prev, row, older
	}
	return min(prev[len(rb)], limit+1)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
