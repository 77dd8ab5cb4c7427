package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// pair is a mapping twice: as faults may show it, and with its secrets.
type pair struct{ shown, written *strictyaml.Mapping }

// secret reads NAME or NAME_file. where is the value to blame for what the text
// turns out to be; it is not there when no text is (a dry reading, a fault).
func (rd *reader) secret(p pair, name string) (s Secret, where strictyaml.Value) {
	file := name + "_file"
	direct, named := p.shown.Get(name), p.shown.Get(file)
	switch {
	case direct.There() && named.There():
		p.shown.Key(file).Fault("remove one of them", "stands beside %s", name)
	case rd.dry:
		named.Text() // not opened, but it must be a name
		if _, ok := direct.Text(); !ok {
			break
		}
		if raw, ok := p.written.Get(name).Text(); ok {
			refusePlain(direct, name, raw)
		}
	case direct.There():
		return rd.plainSecret(p, name, direct)
	case named.There():
		if path, ok := rd.path(named); ok {
			return readSecretFile(named, path)
		}
	}
	return "", strictyaml.Value{}
}

func (rd *reader) plainSecret(p pair, name string, v strictyaml.Value) (Secret, strictyaml.Value) {
	if _, ok := v.Text(); !ok {
		return "", strictyaml.Value{}
	}
	raw, ok := p.written.Get(name).Text()
	if !ok {
		return "", strictyaml.Value{}
	}
	text, ok := rd.expand(v, raw)
	switch {
	case !ok:
		return "", strictyaml.Value{}
	case strings.TrimSpace(text) == "":
		v.Fault("", "is empty")
		return "", strictyaml.Value{}
	case strings.ContainsAny(text, "\r\n"):
		v.Fault("", "holds more than one line")
		return "", strictyaml.Value{}
	}
	refusePlain(v, name, raw)
	return Secret(text), v
}

// refusePlain finds a secret that stands in the file itself. A webhook's address
// may: few of them are secret; so may a proxy's that has no password.
func refusePlain(v strictyaml.Value, name, raw string) {
	if name == "proxy" && !strings.Contains(raw, "@") {
		return
	}
	if name != "url" && !strings.Contains(raw, "${") {
		v.Fault("put it into a file that only the service can read: "+name+"_file: …", "a secret in the configuration is seen by all who can read it")
	}
}

// maxSecret is the longest secret file read, in bytes.
const maxSecret = 64 << 10

func readSecretFile(v strictyaml.Value, path string) (Secret, strictyaml.Value) {
	text, mode, err := secretFile(path)
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("cannot read %s: %w", path, pathErr.Err)
	}
	if err != nil {
		hint := ""
		if errors.Is(err, fs.ErrPermission) {
			hint = "the service's user must be able to read it"
		}
		v.Fault(hint, "%v", err)
		return "", strictyaml.Value{}
	}
	if mode&0o004 != 0 {
		v.Warn("readable-secret", "chmod o-r "+path, "every user of the machine can read %s", path)
	}
	return Secret(text), v
}

// secretFile reads a file's one line. Its errors show nothing of it.
func secretFile(path string) (string, fs.FileMode, error) {
	info, err := os.Stat(path) // before opening: a pipe would wait for its writer
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", 0, err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	switch {
	case len(data) > maxSecret:
		return "", 0, fmt.Errorf("%s is longer than %d bytes", path, maxSecret)
	case strings.TrimSpace(text) == "":
		return "", 0, fmt.Errorf("%s is empty", path)
	case strings.ContainsAny(text, "\r\n\x00"):
		return "", 0, fmt.Errorf("%s holds more than one line", path)
	}
	return text, info.Mode(), nil
}
