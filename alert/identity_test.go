package alert_test

import (
	"encoding/json"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
)

// These values are stored, sent and compared between machines and versions:
// they may never change.
func TestIdentity_IsFrozen(t *testing.T) {
	group := alert.NewLabels(alert.Label{Name: "stream_service", Value: "edge-07"}, alert.Label{Name: "params.abonement", Value: "Омск"})
	fingerprint := alert.Fingerprint("edge_down", group)
	for name, c := range map[string]struct{ got, want string }{
		"fingerprint":               {fingerprint, "09bf3201a211fd19"},
		"fingerprint without group": {alert.Fingerprint("edge_down", nil), "e63bfca53330d578"},
		"alert id":                  {alert.ID(fingerprint, 1490340155), "3880f93ec0933f42"},
		"transition id":             {alert.TransitionID(alert.ID(fingerprint, 1490340155), alert.Resolved, 1490340455), "df0b0fd75a45dc67"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %s, want %s", name, c.got, c.want)
		}
	}
}

func TestFingerprint_TellsTuplesApart(t *testing.T) {
	seen := map[string]string{}
	for name, fp := range map[string]string{
		"a=bc":        alert.Fingerprint("r", alert.NewLabels(alert.Label{Name: "a", Value: "bc"})),
		"ab=c":        alert.Fingerprint("r", alert.NewLabels(alert.Label{Name: "ab", Value: "c"})),
		"rule ra b=c": alert.Fingerprint("ra", alert.NewLabels(alert.Label{Name: "b", Value: "c"})),
		"two":         alert.Fingerprint("r", alert.NewLabels(alert.Label{Name: "a", Value: "b"}, alert.Label{Name: "c", Value: ""})),
		"none":        alert.Fingerprint("r", nil),
	} {
		if other, taken := seen[fp]; taken {
			t.Errorf("%s and %s have the fingerprint %s", name, other, fp)
		}
		seen[fp] = name
	}
}

func TestLabels_OrderAndJSON(t *testing.T) {
	ls := alert.NewLabels(alert.Label{Name: "b", Value: "<2>"}, alert.Label{Name: "a", Value: "1"}, alert.Label{Name: "b", Value: "3"})
	data, err := json.Marshal(ls)
	if err != nil || string(data) != `{"a":"1","b":"3"}` {
		t.Errorf("JSON = %s, %v", data, err)
	}
	var back alert.Labels
	if err := json.Unmarshal(data, &back); err != nil || back.Compare(ls) != 0 {
		t.Errorf("read back %v, %v", back, err)
	}
	if _, ok := ls.Lookup("c"); ok || ls.Get("a") != "1" {
		t.Errorf("lookups in %v are wrong", ls)
	}
}

func TestTransition_SetWinsInOrder(t *testing.T) {
	tr := alert.Transition{Rule: "edge_down", Severity: alert.Critical,
		Labels: alert.NewLabels(alert.Label{Name: "team", Value: "noc"}),
		Group:  alert.NewLabels(alert.Label{Name: "params.abonement", Value: "7"})}
	got := tr.Set(alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"}, alert.Label{Name: "team", Value: "x"})).String()
	want := `alertname="edge_down", instance="app-1", params_abonement="7", rule="edge_down", severity="critical", team="noc"`
	if got != want {
		t.Errorf("set = %s\nwant  %s", got, want)
	}
}
