package smartylog

import "bytes"

// maxWord is the longest name of a month or weekday, in bytes: "сентября".
const maxWord = 20

// dayWord reads a weekday's name at the start of b, 0 for Sunday: English, or
// Russian for a process that called locale.setlocale. width 0 means none.
func dayWord(b []byte) (day, width int) {
	if len(b) < 4 {
		return 0, 0
	}
	if b[0] < 0x80 {
		const english = "SunMonTueWedThuFriSat"
		for i := 0; i < len(english); i += 3 {
			if b[0] == english[i] && b[1] == english[i+1] && b[2] == english[i+2] {
				return i / 3, 3
			}
		}
		return 0, 0
	}
	word := readRussian(b)
	if word.letters < 2 || word.letters > 3 {
		return 0, 0
	}
	for i, name := range [...]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"} {
		if word.begins(name) {
			return i, word.width
		}
	}
	return 0, 0
}

// monthWord reads a month's name at the start of b as 1 to 12, short or long;
// width 0 means none.
func monthWord(b []byte) (month, width int) {
	if len(b) < 4 {
		return 0, 0
	}
	if b[0] < 0x80 {
		const english = "JanFebMarAprMayJunJulAugSepOctNovDec"
		for i := 0; i < len(english); i += 3 {
			if b[3] == ' ' && string(b[:3]) == english[i:i+3] {
				return i/3 + 1, 3
			}
		}
		return 0, 0
	}
	word := readRussian(b)
	if word.letters < 3 {
		return 0, 0
	}
	for i, name := range [...]string{"янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"} {
		if word.begins(name) {
			return i + 1, word.width
		}
	}
	return 0, 0
}

// russianWord is a word in small letters, as UTF-8.
type russianWord struct {
	text    [maxWord]byte
	letters int
	width   int // in the bytes read, a full stop included
}

// begins tells whether the word begins with these small letters.
func (w *russianWord) begins(name string) bool { return bytes.HasPrefix(w.text[:], []byte(name)) }

// readRussian reads the word at the start of b. The names' case and length
// differ between the locales of systems ("мая", "Май", "сент.", "Птн"), and the
// locale ru_RU.CP1251 has its own bytes.
func readRussian(b []byte) (w russianWord) {
	for w.letters < maxWord/2 {
		letter, width := russianLetter(b[w.width:])
		if width == 0 {
			break
		}
		code := 'а' + rune(letter)
		w.text[2*w.letters], w.text[2*w.letters+1] = byte(0xC0|code>>6), byte(0x80|code&0x3F)
		w.letters++
		w.width += width
	}
	if w.letters > 0 && w.width < len(b) && b[w.width] == '.' {
		w.width++
	}
	return w
}

// russianLetter reads a letter of UTF-8 or cp1251 as 0 (а) to 31 (я), whatever
// its case; width 0 means none. Bytes after 0xD0 or 0xD1 tell the two apart:
// in UTF-8 they are below 0xC0, where cp1251 has no letters of these names.
func russianLetter(b []byte) (letter, width int) {
	switch {
	case len(b) > 1 && b[0] == 0xD0 && b[1] >= 0x90 && b[1] < 0xC0:
		return int(b[1]-0x90) % 32, 2
	case len(b) > 1 && b[0] == 0xD1 && b[1] >= 0x80 && b[1] < 0x90:
		return int(b[1]-0x80) + 16, 2
	case len(b) > 0 && b[0] >= 0xC0:
		return int(b[0]-0xC0) % 32, 1
	}
	return 0, 0
}
