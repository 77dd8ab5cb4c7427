package config

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "<redacted>"

// Secret is a text that no log, error or dump shows. Reveal gives it to whoever
// must send it.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String, GoString, Format, LogValue, MarshalText (JSON) and MarshalYAML show
// that there is a secret, not which.
func (Secret) String() string { return redacted }

// GoString is for %#v.
func (Secret) GoString() string { return redacted }

// Format is for every verb, so that %x and %q give nothing away either.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue is for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is for JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalYAML is for YAML.
func (Secret) MarshalYAML() (any, error) { return redacted, nil }
