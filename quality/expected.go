package main

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

//go:embed expected.yaml
var expectedYAML []byte

// expectation says which rules are there for a kind of incidents.
type expectation struct {
	See   []string `yaml:"see"`
	May   []string `yaml:"may"`
	After string   `yaml:"after"`
	after int64    // seconds
}

func expectations() (map[string]*expectation, error) {
	var out map[string]*expectation
	if err := yaml.Unmarshal(expectedYAML, &out); err != nil {
		return nil, fmt.Errorf("expected.yaml: %w", err)
	}
	for kind, e := range out {
		if !slices.Contains(installation.Kinds(), kind) {
			return nil, fmt.Errorf("expected.yaml: there is no kind %s", kind)
		}
		after := 10 * time.Minute
		if e.After != "" {
			var err error
			if after, err = strictyaml.ParseDuration(e.After); err != nil {
				return nil, fmt.Errorf("expected.yaml: %s: %w", kind, err)
			}
		}
		e.after = int64(after / time.Second)
	}
	for _, kind := range installation.Kinds() {
		if out[kind] == nil {
			return nil, fmt.Errorf("expected.yaml: kind %s is missing", kind)
		}
	}
	return out, nil
}

// about reports whether an alert's group names what the incident is about. What only one of them names does not matter.
func about(group map[string]string, w installation.Where) bool {
	for label, want := range map[string][]string{
		"stream_service": w.Edges, "instance": w.Servers, "server": w.Servers, "command": {w.Command}, "source": {w.Source}, "client": {w.Client}, "api_client_class": {w.Class},
		"payment_source": {w.Gateway}, "params.abonement": {w.Abonement}, "params.device_uid": {w.DeviceUID}, "ip": {w.IP}, "host": {w.Host}, "exception.type": {w.Exception}, "error": {w.Exception},
	} {
		got, ok := group[label]
		if ok && got != "" && len(want) > 0 && want[0] != "" && !slices.Contains(want, got) {
			return false
		}
	}
	return true
}
