package draft_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/draft"
)

// Commands go into the list of the period at which they run here; what was not seen is not
// missed, and what runs too rarely stays where it is.
func TestLists(t *testing.T) {
	p := draft.Place{
		Periods: map[string][]string{"every_minute": {"cache_channel_list", "check_stream_services"}, "hourly": {"cache_customers_dynamic"}, "daily": {"check_accounts", "save_stats"}, "revenue": {"check_accounts"}},
		Runs:    map[string]time.Duration{"cache_channel_list": time.Minute, "check_stream_services": time.Hour, "check_accounts": 0, "our_own": 59 * time.Second, "yearly": 100 * time.Hour, "once": 0},
	}
	lists, rare := p.Lists()
	for name, want := range map[string][]string{"every_minute": {"cache_channel_list", "our_own"}, "hourly": {"check_stream_services"}, "daily": {"check_accounts"}} {
		if !slices.Equal(lists[name], want) {
			t.Errorf("%s: %v, want %v", name, lists[name], want)
		}
	}
	if len(lists) != 3 || !slices.Equal(rare, []string{"check_accounts", "once"}) {
		t.Errorf("lists %v, rare %v", lists, rare)
	}
	same := draft.Place{Periods: map[string][]string{"every_minute": {"b", "a"}}, Runs: map[string]time.Duration{"a": time.Minute, "b": time.Minute}}
	if lists, _ := same.Lists(); len(lists) > 0 {
		t.Errorf("lists that are the rules' own: %v", lists)
	}
}

// Whatever was found, the text is a configuration.
func TestConfig_IsOne(t *testing.T) {
	p := draft.Place{Paths: []string{"/srv/it's here/*.log", "/srv/b"}, Zone: time.FixedZone("Europe/Moscow", 3*3600), Ignore: true, StateDir: "state", Size: 2.5, Language: "ru",
		Off:     map[string]string{"edge_down": "there is no smarty_stream_services"},
		Periods: map[string][]string{"every_minute": {"a"}}, Runs: map[string]time.Duration{"it's: odd": time.Minute, "no": time.Minute}}
	text := p.Config()
	c, _, err := config.ParseDry("config.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(c.Logs) != 2 || !c.Logs[0].IgnoreOffset || !strings.HasSuffix(c.Logs[0].Path, "it's here/*.log") || len(c.Lists) != 1 || len(c.Lists[0].Values) != 2 || len(c.Vars) != 1 || len(c.Overrides) != 1 {
		t.Errorf("read back: %+v\n%s", c, text)
	}
}
