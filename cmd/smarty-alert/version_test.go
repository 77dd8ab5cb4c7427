package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersionText(t *testing.T) {
	tail := " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
	for name, tc := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"nothing known": {debug.BuildInfo{}, "smarty-alert (devel)"},
		"a release":     {debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "smarty-alert v1.2.3"},
		"a checkout": {debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2026-01-15T10:00:00Z"}, {Key: "vcs.modified", Value: "true"}}},
			"smarty-alert (devel) (commit 0123456789ab of 2026-01-15T10:00:00Z, modified)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := versionText(&tc.info); got != tc.want+tail {
				t.Errorf("got %q, want %q", got, tc.want+tail)
			}
		})
	}
}
