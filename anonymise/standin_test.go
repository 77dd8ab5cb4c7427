package anonymise

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func testStandins(t interface{ Fatal(...any) }) *standins {
	s, err := newStandins([]byte("a key for tests, 32 bytes long.."))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A permutation of each small domain, and none that leaves all in place.
func TestPermuter_Bijective(t *testing.T) {
	p := testStandins(t).numbers
	for _, n := range []uint64{1, 2, 3, 9, 10, 16, 17, 90, 900, 1000, 4097} {
		seen := make([]bool, n)
		same := 0
		for x := range n {
			y := p.number(plain, x, n)
			if y >= n || seen[y] {
				t.Fatalf("%d of %d became %d, which is outside or taken", x, n, y)
			}
			seen[y] = true
			if x == y {
				same++
			}
		}
		if n > 9 && same > 8 {
			t.Errorf("%d of %d stayed", same, n)
		}
	}
}

// Stand-ins of digits have the same number of them, zeros in front included, and
// an integer of 64 bits stays one.
func TestStandins_Digits(t *testing.T) {
	s := testStandins(t)
	from := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`0{0,2}[1-9][0-9]{0,24}`).Draw(t, "digits")
		out := s.digits(plain, text)
		trimmed := strings.TrimLeft(text, "0")
		if len(out) != len(text) || len(strings.TrimLeft(out, "0")) != len(trimmed) || !allDigits(out) {
			t.Errorf("%s became %s", text, out)
		}
		_, before := strconv.ParseInt(trimmed, 10, 64)
		_, after := strconv.ParseInt(strings.TrimLeft(out, "0"), 10, 64)
		if (before == nil) != (after == nil) {
			t.Errorf("%s became %s: only one fits 64 bits", text, out)
		}
		if old, ok := from[out]; ok && old != text {
			t.Errorf("%s and %s both became %s", old, text, out)
		}
		from[out] = text
	})
	for _, text := range []string{"0", "000", ""} {
		if got := s.digits(plain, text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if s.digits(plain, "4821") == s.digits(secret, "4821") {
		t.Error("a PIN is mapped as the number that is equal to it by chance")
	}
}

// The ways to write a telephone number agree in their last nine digits.
func TestStandins_Phones(t *testing.T) {
	s := testStandins(t)
	want := s.digits(plain, "79001234567")
	for _, text := range []string{"+79001234567", "89001234567", "+7 (900) 123-45-67", "8-900-123-45-67", "9001234567"} {
		out, ok := s.byForm(text)
		got := strings.NewReplacer(" ", "", "(", "", ")", "", "-", "").Replace(out)
		if !ok || !strings.HasSuffix(got, want[2:]) || len(out) != len(text) {
			t.Errorf("%s became %s, want …%s", text, out, want[2:])
		}
	}
}

func TestStandins_Hex(t *testing.T) {
	s := testStandins(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9a-f]{8,40}`).Draw(t, "hex")
		out := s.hex(plain, text)
		if len(out) != len(text) || formOf(out).digitFirst != formOf(text).digitFirst || formOf(text).letter && !formOf(out).letter {
			t.Errorf("%s became %s", text, out)
		}
		if upper := s.hex(plain, strings.ToUpper(text)); strings.ToLower(upper) != out {
			t.Errorf("%s became %s, in upper case %s", text, out, upper)
		}
	})
	mac := s.separated(plain, "00:1A:79:3C:55:0F")
	if !strings.HasPrefix(mac, "00:1A:79:") || mac == "00:1A:79:3C:55:0F" || strings.ReplaceAll(mac, ":", "") != s.hex(plain, "001A793C550F") {
		t.Errorf("MAC became %s", mac)
	}
}

// Addresses stay in their range, and two never become one.
func TestStandins_IP(t *testing.T) {
	s := testStandins(t)
	seen := map[netip.Addr]netip.Addr{}
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.SampledFrom([]string{"10.", "172.16.", "192.168.", "100.64.", "203.0.113.", "192.0.2.", "95.24.", "8.", "239.1."}).Draw(t, "head")
		var parts []string
		for range 4 - strings.Count(head, ".") {
			parts = append(parts, strconv.Itoa(rapid.IntRange(0, 255).Draw(t, "byte")))
		}
		a := netip.MustParseAddr(head + strings.Join(parts, "."))
		b := s.ip(a)
		for _, block := range blocks {
			if contains(block, a) != contains(block, b) {
				t.Errorf("%s became %s, of another range", a, b)
			}
		}
		if contains(fixed, b) {
			t.Errorf("%s became %s", a, b)
		}
		if old, ok := seen[b]; ok && old != a {
			t.Errorf("%s and %s both became %s", old, a, b)
		}
		seen[b] = a
	})
	for text, want := range map[string]string{"127.0.0.1": "127.0.0.1", "0.0.0.0": "0.0.0.0", "::1": "::1", "fe80::1": "fe80::", "2a00::5": "2001:db8:", "fd00::1": "fd00:", "::ffff:10.0.0.1": "::ffff:10."} {
		if got := s.ip(netip.MustParseAddr(text)).String(); !strings.HasPrefix(got, want) || got == text && text != want {
			t.Errorf("%s became %s, want %s…", text, got, want)
		}
	}
}
