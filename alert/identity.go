package alert

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Fingerprint identifies a rule's group: 16 hex digits of SHA-256 over the rule
// id and the sorted group labels, each text preceded by its length.
func Fingerprint(rule string, group Labels) string {
	parts := make([]string, 0, 1+2*len(group))
	parts = append(parts, rule)
	for _, l := range group {
		parts = append(parts, l.Name, l.Value)
	}
	return digest(parts, 0)
}

// ID identifies one incident: the fingerprint and the second it began to fire.
func ID(fingerprint string, startsAt int64) string {
	return digest([]string{fingerprint}, startsAt)
}

// TransitionID identifies one transition of one alert.
func TransitionID(alertID string, state State, at int64) string {
	return digest([]string{alertID, state.String()}, at)
}

func digest(parts []string, second int64) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	binary.BigEndian.PutUint64(n[:], uint64(second))
	h.Write(n[:])
	return hex.EncodeToString(h.Sum(nil)[:8])
}
