package draft

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Place is what was found.
type Place struct {
	Paths    []string // of the logs, as they were asked for
	Zone     *time.Location
	Ignore   bool // the printed offset is wrong: times are of Zone
	StateDir string
	Size     float64 // of the installation, 1 is 10,000 subscribers; 0: not known
	Language string

	// Off are the rules that these logs cannot feed, and why, by id.
	Off map[string]string
	// Runs are the commands that were seen, and how often they run: the median time
	// between two starts; 0 when there were fewer than three.
	Runs map[string]time.Duration
	// Periods are the lists of commands that the rules know, by name, with the commands
	// that are in them.
	Periods map[string][]string
}

// period is a list of commands, and the longest time between two runs of theirs.
type period struct {
	list    string
	longest time.Duration
}

// periods are those of the shipped rules (commands.yaml), the shortest first.
var periods = []period{
	{"every_minute", 90 * time.Second},
	{"every_few_minutes", 5 * time.Minute},
	{"every_ten_minutes", 20 * time.Minute},
	{"hourly", 2 * time.Hour},
	{"several_times_a_day", 16 * time.Hour},
	{"daily", 26 * time.Hour},
	{"daily_content", 50 * time.Hour},
}

// Lists puts the commands into the lists of their periods: those that were seen as they
// run, the others of a list stay out, since nothing says that they run here. It returns
// only lists that differ from the rules' own, and the commands that run too rarely to
// tell.
func (p *Place) Lists() (lists map[string][]string, rare []string) {
	found := map[string][]string{}
	for _, command := range slices.Sorted(maps.Keys(p.Runs)) {
		gap := p.Runs[command]
		if gap == 0 {
			rare = append(rare, command)
			if list := p.listOf(command); list != "" {
				found[list] = append(found[list], command)
			}
			continue
		}
		for _, known := range periods {
			if _, ok := p.Periods[known.list]; ok && gap <= known.longest {
				found[known.list] = append(found[known.list], command)
				break
			}
		}
	}
	lists = map[string][]string{}
	for _, known := range periods {
		own, ok := p.Periods[known.list]
		if !ok {
			continue
		}
		if here := found[known.list]; !slices.Equal(slices.Sorted(slices.Values(own)), here) {
			lists[known.list] = here
		}
	}
	return lists, rare
}

// listOf is the list of the rules in which a command is; "": in none.
func (p *Place) listOf(command string) string {
	for _, known := range periods {
		if slices.Contains(p.Periods[known.list], command) {
			return known.list
		}
	}
	return ""
}

// Config is the configuration's text.
func (p *Place) Config() string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# A first configuration, from what was found in the logs. Every key is described in")
	say("# examples/config.yaml and docs/; `smarty-alert check --config` says what is wrong.")
	say("version: 1")
	say("timezone: %s", quoted(p.Zone.String()))
	if p.Language != "" {
		say("language: %s", p.Language)
	}
	say("")
	say("logs:")
	for _, path := range p.Paths {
		if p.Ignore {
			say("# The printed offset (+0000) is wrong: the newest records were written at another time.")
			say("- {path: %s, offset: {ignore: %s}}", quoted(path), quoted(p.Zone.String()))
		} else {
			say("- {path: %s}", quoted(path))
		}
	}
	say("rules: [rules]")
	p.size(&b)
	p.lists(&b)
	p.overrides(&b)
	say("")
	say("state: {dir: %s}", quoted(p.StateDir))
	b.WriteString(receivers)
	return b.String()
}

func (p *Place) size(b *strings.Builder) {
	if p.Size <= 0 {
		return
	}
	fmt.Fprintf(b, "\n# Thresholds grow with the installation: 1 is about 10,000 subscribers. This is a guess\n# from the number of records a day: put right what you know.\nvars: {size: %s}\n", number(p.Size))
}

func (p *Place) lists(b *strings.Builder) {
	lists, _ := p.Lists()
	if len(lists) == 0 {
		return
	}
	b.WriteString("\n# How often commands run here, as far as the logs tell. What is in none of these lists is\n# not missed when it stops.\nlists:\n")
	for _, known := range periods {
		if here, ok := lists[known.list]; ok {
			fmt.Fprintf(b, "  %s: [%s]\n", known.list, strings.Join(quotedAll(here), ", "))
		}
	}
}

func (p *Place) overrides(b *strings.Builder) {
	if len(p.Off) == 0 {
		return
	}
	b.WriteString("\n# What these logs cannot feed is off. Take a line out when that has changed.\noverrides:\n")
	for _, id := range slices.Sorted(maps.Keys(p.Off)) {
		fmt.Fprintf(b, "  %s: {status: disabled} # %s\n", id, p.Off[id])
	}
}

// receivers is a file for the first day, and what to put in its place.
const receivers = `
# Who is told. Until somebody is, alerts are written to a file. Fill in one of these, try
# it with ` + "`smarty-alert send --config … --receiver noc`" + `, and name it in route.
receivers:
  file: {file: {path: alerts.jsonl}}
  # noc: {slack: {token_file: slack-token, channel: "#noc"}}
  # duty: {telegram: {token_file: telegram-token, chat_id: -1001234567890}}
  # mail:
  #   email: {to: [noc@example.com], from: smarty-alert@example.com, smarthost: "mail.example.com:587", username: smarty-alert, password_file: mail-password}
route:
  receiver: file
  group_by: [rule]
  routes:
  # - {matchers: ['severity="critical"'], receiver: duty, continue: true}
  - {matchers: ['severity="info"'], digest: {cron: "0 9 * * *"}} # one message in the morning
`

// quoted is a text as YAML takes it whatever it holds.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func quotedAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		if out[i] = text; !isPlain(text) {
			out[i] = quoted(text)
		}
	}
	return out
}

// isPlain tells whether a name needs no quotes in YAML.
func isPlain(name string) bool {
	for i, c := range name {
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, name)
}

func number(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }
