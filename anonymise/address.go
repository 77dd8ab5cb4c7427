package anonymise

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// blocks are the special ranges of IPv4. An address stays in its range: whether
// a client is in the own network, and in which kind, is worth knowing.
var blocks = [...][]netip.Prefix{
	prefixes("10.0.0.0/8"),
	prefixes("172.16.0.0/12"),
	prefixes("192.168.0.0/16"),
	prefixes("100.64.0.0/10"),
	prefixes("169.254.0.0/16"),
	prefixes("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
	prefixes("224.0.0.0/4"),
}

// fixed are addresses that say nothing about anybody.
var fixed = prefixes("127.0.0.0/8", "0.0.0.0/8", "255.255.255.255/32", "240.0.0.0/4")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		out[i] = netip.MustParsePrefix(text)
	}
	return out
}

func contains(block []netip.Prefix, a netip.Addr) bool {
	for _, p := range block {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// special tells whether an address of IPv4 lies in one of the ranges.
func special(a netip.Addr) bool {
	for _, block := range blocks {
		if contains(block, a) {
			return true
		}
	}
	return contains(fixed, a)
}

// ip maps an address to another of its range, each to its own. Addresses of IPv6
// become ones of the range for documentation, but for those of the own network.
func (s *standins) ip(a netip.Addr) netip.Addr {
	switch {
	case a.Is4In6():
		return netip.AddrFrom16(s.ip(a.Unmap()).As16())
	case a.Is6():
		return s.ip6(a)
	case contains(fixed, a):
		return a
	}
	for i, block := range blocks {
		if contains(block, a) {
			return s.inBlock(byte(i), block, a)
		}
	}
	x := uint64(toInt(a))
	for {
		x = s.numbers.number(plain, x, 1<<32)
		if out := fromInt(uint32(x)); !special(out) {
			return out
		}
	}
}

// inBlock maps within the ranges of a block, laid end to end.
func (s *standins) inBlock(i byte, block []netip.Prefix, a netip.Addr) netip.Addr {
	size := uint64(1) << (32 - block[0].Bits())
	var x uint64
	for j, p := range block {
		if p.Contains(a) {
			x = uint64(j)*size + uint64(toInt(a)-toInt(p.Addr()))
		}
	}
	const blockDomain = 16 // apart from the other domains
	x = s.numbers.number(blockDomain+i, x, uint64(len(block))*size)
	return fromInt(toInt(block[x/size].Addr()) + uint32(x%size))
}

func toInt(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

func fromInt(x uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], x)
	return netip.AddrFrom4(b)
}

func (s *standins) ip6(a netip.Addr) netip.Addr {
	if a.IsLoopback() || a.IsUnspecified() {
		return a
	}
	old := a.As16()
	sum := s.mac(plain, "ip6 "+string(old[:]))
	var b [16]byte
	copy(b[:], sum[:])
	switch {
	case a.IsPrivate() || a.IsMulticast():
		b[0] = old[0]
		b[1] = old[1]
	case a.IsLinkLocalUnicast():
		copy(b[:8], old[:8])
	default:
		copy(b[:], []byte{0x20, 0x01, 0x0d, 0xb8})
	}
	return netip.AddrFrom16(b).WithZone(a.Zone())
}

// host maps the name of a machine; addresses and the own machine's name are not
// replaced by names.
func (s *standins) host(name string) string {
	if a, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		if a.Is6() && strings.HasPrefix(name, "[") {
			return "[" + s.ip(a).String() + "]"
		}
		return s.ip(a).String()
	}
	if name == "" || strings.EqualFold(name, "localhost") {
		return name
	}
	return s.name("host", plain, strings.ToLower(strings.TrimSuffix(name, "."))) + ".example.com"
}

func (s *standins) email(text string) string {
	return s.name("user", plain, text) + "@example.com"
}
