package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var update = flag.Bool("update", false, "write the golden files anew")

func env(name string) (string, bool) {
	value, ok := map[string]string{
		"LOGS":          "/var/log/smarty",
		"SECONDS_ALONE": "90",
		"TOKEN":         "xoxb-hush",
		"HOOK":          "https://hooks.example.com/hush",
		"LOOPBACK_HOOK": "http://127.0.0.2/hush",
	}[name]
	return value, ok
}

// Every file of testdata/bad has all its faults, as people see them, beside it.
func TestParse_FaultsOfBadFiles(t *testing.T) {
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	if len(files) < 25 {
		t.Fatalf("%d bad files found", len(files))
	}
	t.Chdir("testdata/bad")
	closeSecrets(t)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) { checkGolden(t, name) })
	}
}

// closeSecrets takes the files' modes, which no checkout keeps, out of the faults.
func closeSecrets(t *testing.T) {
	files, _ := filepath.Glob("secrets/*")
	for _, f := range files {
		if err := os.Chmod(f, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func checkGolden(t *testing.T, name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, warnings, err := config.Parse(name, data, env)
	got := describe(warnings, err)
	if strings.Contains(strings.ReplaceAll(got, "hush.example", ""), "hush") {
		t.Errorf("a secret is shown:\n%s", got)
	}
	golden := strings.TrimSuffix(name, ".yaml") + ".txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func describe(warnings []strictyaml.Fault, err error) string {
	var b strings.Builder
	if err != nil {
		b.WriteString(err.Error() + "\n")
	}
	for _, w := range warnings {
		b.WriteString(w.Text())
	}
	return b.String()
}
