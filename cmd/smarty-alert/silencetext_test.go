package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// The command in messages can be pasted into a shell: it is understood, whatever log
// text is in it, and nothing else is run.
func TestSilence_CommandOfMessages(t *testing.T) {
	for _, value := range []string{"edge-07", "Нижний Новгород", "x'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "a\nb", `\`, `"`, "!!", "-x", "http://x.example/?a=1&b=2"} {
		d := alert.Delivery{Message: alert.Message{Status: "firing", Alerts: []alert.Transition{{Rule: "edge_down", State: alert.Firing,
			Group: alert.NewLabels(alert.Label{Name: "params.edge", Value: value})}}}}
		command := notifiers.Voice{}.Text(d).Silence
		if !strings.HasPrefix(command, "smarty-alert silence add ") {
			t.Fatalf("%q: %s", value, command)
		}
		cmd := exec.Command("sh", "-c", command+" --url http://127.0.0.1:1")
		cmd.Dir = t.TempDir()
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitIO {
			t.Errorf("%q: %v\n%s\n%s: nothing listens there, and that should be all", value, err, command, out)
		}
		if left, err := exec.Command("ls", "-A", cmd.Dir).Output(); err != nil || len(left) > 0 {
			t.Errorf("%q left %s, %v", value, left, err)
		}
	}
}
