package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFind_SourcesAndGenerations(t *testing.T) {
	for name, tc := range map[string]struct {
		files []string
		args  []string
		want  map[string][]string
	}{
		"numbers count down to the live file": {
			files: []string{"x.log", "x.log.1", "x.log.2.gz", "x.log.10.gz"},
			args:  []string{"."},
			want:  map[string][]string{"x": {"x.log.10.gz", "x.log.2.gz", "x.log.1", "x.log"}},
		},
		"dates of logrotate": {
			files: []string{"x.log", "x.log-20260202", "x.log-20260130.gz", "x.log-2026020312"},
			args:  []string{"."},
			want:  map[string][]string{"x": {"x.log-20260130.gz", "x.log-20260202", "x.log-2026020312", "x.log"}},
		},
		"dates of python and before the extension": {
			files: []string{"x.log", "x.log.2026-02-02", "x.log.2026-02-01_23", "y.log", "y-20260202.log"},
			args:  []string{"."},
			want: map[string][]string{
				"x": {"x.log.2026-02-01_23", "x.log.2026-02-02", "x.log"},
				"y": {"y-20260202.log", "y.log"},
			},
		},
		"a packed twin is left out": {
			files: []string{"x.log.1", "x.log.1.gz"},
			args:  []string{"x.log.1.gz", "x.log.1"},
			want:  map[string][]string{"x": {"x.log.1"}},
		},
		"a directory reads only logs, a file anything": {
			files: []string{"d/x.log", "d/readme.md", "d/sub/y.log", "notes.txt"},
			args:  []string{"d", "notes.txt"},
			want:  map[string][]string{"x": {"d/x.log"}, "y": {"d/sub/y.log"}, "notes": {"notes.txt"}},
		},
		"a directory of rotated logs alone": {
			files: []string{"d/x.log.2.gz", "d/x.log.1", "d/y.log-20260202"},
			args:  []string{"d"},
			want:  map[string][]string{"x": {"d/x.log.2.gz", "d/x.log.1"}, "y": {"d/y.log-20260202"}},
		},
		"a glob of them": {
			files: []string{"d/x.log.2.xz", "d/x.log.1", "d/y.log-20260202", "d/x.log.d", "d/z.txt.1"},
			args:  []string{"./d/*.log"},
			want:  map[string][]string{"x": {"d/x.log.2.xz", "d/x.log.1"}, "y": {"d/y.log-20260202"}},
		},
		"a glob of logs means those": {
			files: []string{"d/x.log", "d/x.log.1"},
			args:  []string{"d/*.log"},
			want:  map[string][]string{"x": {"d/x.log"}},
		},
		"equal stems in different directories": {
			files: []string{"app1/a.log", "app2/a.log", "app2/b.log"},
			args:  []string{"app1", "app2"},
			want:  map[string][]string{"app1/a": {"app1/a.log"}, "app2/a": {"app2/a.log"}, "b": {"app2/b.log"}},
		},
		"equal directory names need their parents": {
			files: []string{"h1/log/a.log", "h2/log/a.log"},
			args:  []string{"."},
			want:  map[string][]string{"h1/log/a": {"h1/log/a.log"}, "h2/log/a": {"h2/log/a.log"}},
		},
		"one file, many ways to say it": {
			files: []string{"d/x.log"},
			args:  []string{"d", "d/x.log", "./d/../d/x.log", "d/*.log"},
			want:  map[string][]string{"x": {"d/x.log"}},
		},
		"given names": {
			files: []string{"p/one.log", "p/one.log.1"},
			args:  []string{"app1:smarty_main=p/one.log*", "smarty_cron=-"},
			want:  map[string][]string{"app1/smarty_main": {"p/one.log.1", "p/one.log"}, "smarty_cron": {"-"}},
		},
		"a file whose name looks like a label": {
			files: []string{"a:b=c.log"},
			args:  []string{"a:b=c.log"},
			want:  map[string][]string{"a:b=c": {"a:b=c.log"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, f := range tc.files {
				write(t, f, "")
			}
			found, err := Find(tc.args)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for _, s := range found {
				got[s.Name()] = s.Files
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("Find(%q) (-want +got):\n%s", tc.args, d)
			}
		})
	}
}

func TestFind_LinkIsReadOnce(t *testing.T) {
	dir := t.TempDir()
	target := write(t, filepath.Join(dir, "x.log"), "")
	if err := os.Symlink(target, filepath.Join(dir, "current.log")); err != nil {
		t.Fatal(err)
	}
	found, err := Find([]string{dir})
	if err != nil || len(found) != 1 || found[0].Stem != "x" {
		t.Errorf("Find = %v, %v; want x alone", found, err)
	}
}

func TestFind_NamesEveryBadArgument(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "empty/readme", "")
	write(t, "x.log", "")
	_, err := Find([]string{"gone.log", "x.log", "no/*.log", "empty", "a:b=lost.log"})
	want := strings.Join([]string{
		"open gone.log: no such file or directory",
		"open no/*.log: no file matches",
		"open empty: no *.log files in it",
		"open lost.log: no such file or directory",
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("error:\n%v\nwant:\n%s", err, want)
	}
}
