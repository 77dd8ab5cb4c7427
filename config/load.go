package config

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Load reads the file with its secrets. env looks up the ${NAME}s, as
// os.LookupEnv does. The error is a strictyaml.Errors with every fault, or says
// why the file cannot be read; warnings come in either case.
func Load(path string, env func(string) (string, bool)) (*Config, []strictyaml.Fault, error) {
	data, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, data, env)
}

// LoadDry is Load for who sends nothing (replay, check): secrets are neither
// looked up nor opened, so that it takes no right to read them, and stay empty;
// an unknown ${NAME} is a warning; logs and rules may be missing.
func LoadDry(path string, env func(string) (string, bool)) (*Config, []strictyaml.Fault, error) {
	data, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read configuration: %w", err)
	}
	return ParseDry(path, data, env)
}

// Parse is Load for text in memory. name stands for the file in faults, and its
// directory for where relative paths begin.
func Parse(name string, data []byte, env func(string) (string, bool)) (*Config, []strictyaml.Fault, error) {
	return parse(name, data, &reader{env: env})
}

// ParseDry is LoadDry for text in memory.
func ParseDry(name string, data []byte, env func(string) (string, bool)) (*Config, []strictyaml.Fault, error) {
	return parse(name, data, &reader{env: env, dry: true})
}

func parse(name string, data []byte, rd *reader) (*Config, []strictyaml.Fault, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	rd.dir = filepath.Dir(name)
	shown := conceal(name, data)
	rd.written = shown.written
	found := &strictyaml.Faults{}
	if root, ok := strictyaml.Parse(name, shown.data, found); ok {
		rd.cfg.File, rd.cfg.at = name, root
		rd.read(root)
	}
	faults := shown.guard(found)
	if err := faults.Err(); err != nil {
		return nil, faults.Warnings(), err
	}
	return &rd.cfg, faults.Warnings(), nil
}
