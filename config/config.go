package config

import (
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Config is one configuration file with all defaults written out. Paths are
// absolute or relative to the working directory, no longer to the file.
type Config struct {
	File     string
	Version  int
	Timezone *time.Location // of calendars, cron and texts; never nil
	Instance string         // external label of all alerts; "" if there is none
	Language string         // of the built-in texts: English or Russian

	Logs     []Log
	Lateness time.Duration // the greatest of the logs': the engine has one

	Rules     []string // files, directories, globs
	Vars      rules.Vars
	Lists     rules.Lists
	Overrides []rules.Override
	State     State
	Web       Web
	Receivers []Receiver // in the order of the file
	Route     *Route     // nil when the file has neither receivers nor a route
	// HealthReceiver is told about the program itself; "": the routes decide.
	HealthReceiver string
	Heartbeat      *Heartbeat // nil: none
	Calendars      map[string]*calendar.Calendar
	Redact         Redact
	Templates      []string // files and patterns
	Flapping       Flapping
	CatchUp        time.Duration // what was over longer ago when it was read is told in a digest
	Inhibit        []Inhibition
	Silences       []alert.Silence // their ids begin with "config-"

	at        strictyaml.Value
	ends      []strictyaml.Value // of Silences
	receivers map[string]strictyaml.Value
	routes    map[*Route]strictyaml.Value
	dead      map[*Route]bool
}

// At is the value of a key of the file. Its faults go to faults.
func (c *Config) At(key string, faults *strictyaml.Faults) strictyaml.Value {
	return c.at.QuietMapping().Get(key).Reporting(faults)
}

// Unreachable reports whether the file itself shows that no alert comes to a route,
// whatever the rules are: there is a warning of it then.
func (c *Config) Unreachable(r *Route) bool { return c.dead[r] }

// AtText is where a text of a receiver stands in the file. Its faults go to faults.
func (c *Config) AtText(receiver, kind, key string, faults *strictyaml.Faults) strictyaml.Value {
	return c.At("receivers", faults).QuietMapping().Get(receiver).QuietMapping().Get(kind).QuietMapping().Get(key).Reporting(faults)
}

// AtRoute is where a route stands in the file. Its faults go to faults.
func (c *Config) AtRoute(r *Route, faults *strictyaml.Faults) strictyaml.Value {
	return c.routes[r].Reporting(faults)
}

// AtReceiver is where a receiver stands in the file. Its faults go to faults.
func (c *Config) AtReceiver(name string, faults *strictyaml.Faults) strictyaml.Value {
	return c.receivers[name].Reporting(faults)
}

// Receiver finds a receiver by its name.
func (c *Config) Receiver(name string) (Receiver, bool) {
	i := slices.IndexFunc(c.Receivers, func(r Receiver) bool { return r.Name == name })
	if i < 0 {
		return Receiver{}, false
	}
	return c.Receivers[i], true
}

// RuleOptions are what the file tells the rules.
func (c *Config) RuleOptions() rules.Options {
	return rules.Options{Zone: c.Timezone, Calendars: c.CalendarNames(), Vars: c.Vars, Lists: c.Lists, Overrides: c.Overrides, Language: c.Language}
}

// CalendarNames are the names rules and routes may use, sorted and never nil.
func (c *Config) CalendarNames() []string {
	return append([]string{}, slices.Sorted(maps.Keys(c.Calendars))...)
}

// Start says how much is read of a log that was never followed before: a time
// span up to now, or one of the constants. The values are those of ingest.Start.
type Start time.Duration

// The other starts.
const (
	FromEnd       Start = -1
	FromBeginning Start = -2
)

// Log is one entry of the logs to follow.
type Log struct {
	Path     string // a file, a directory or a glob
	Instance string // names the entry's sources; "": only where it takes one to tell them apart
	Start    Start
	// Zone is that of records without an offset; with IgnoreOffset that of all
	// records, whatever offset they print.
	Zone         *time.Location
	IgnoreOffset bool
	Lateness     time.Duration
}

// State is where and how much is remembered.
type State struct {
	Dir       string
	Retention time.Duration
	MaxSize   int64 // bytes
}

// Web is the page and the API.
type Web struct {
	Listen string // host:port
	// ExternalURL is where people see alerts: an address that ends in a slash; "" if
	// there is no such page.
	ExternalURL string
	// ConfigFile says who may ask, and has the certificate: see docs/web.md; "" if all may.
	ConfigFile string
}

// Receiver has a name and exactly one kind.
type Receiver struct {
	Name         string
	Slack        *Slack
	Email        *Email
	Webhook      *Webhook
	Telegram     *Telegram
	File         *File
	Fallback     string        // who is told while this one fails; "": nobody
	Language     string        // "": the file's
	Texts        Texts         // its own, by key
	Timeout      time.Duration // of one try
	SendResolved bool
	RateLimit    RateLimit
}

// HTTP is how a receiver's server is reached.
type HTTP struct {
	Proxy         Secret // an address that may hold a password; "": straight
	CA            []byte // PEM certificates trusted instead of the system's; nil: the system's
	AllowLoopback bool   // addresses of this machine and its link may be dialled
}

// Slack has either a Token with a Channel, or a WebhookURL.
type Slack struct {
	HTTP
	Token             Secret
	WebhookURL        Secret
	Channel           string
	APIURL            string // "": Slack's own
	BroadcastResolved bool
}

// Telegram is a bot's token and a chat.
type Telegram struct {
	HTTP
	Token             Secret
	Chat              string // a number, or @name
	Thread            int    // of a group with topics; 0: none
	APIURL            string // "": Telegram's own
	BroadcastResolved bool
}

// File is where lines of JSON go.
type File struct {
	Path string // "-": standard output
	Sync bool
}

// TLS is how a connection to a mail server is protected.
type TLS string

// The kinds of protection.
const (
	StartTLS    TLS = "starttls" // required; the connection begins in the clear
	ImplicitTLS TLS = "tls"
	NoTLS       TLS = "none"
)

// Email is a mail server with the addresses of a message.
type Email struct {
	To        []string // addresses alone, without names
	From      string   // may have a name before the address
	Smarthost string   // host:port
	TLS       TLS
	Username  string // "": no authentication
	Password  Secret
	CA        []byte // PEM certificates trusted instead of the system's; nil: the system's
	Hello     string // the name given to the server; "": the machine's
}

// Webhook is an address that takes JSON, or what a preset or a body makes of it.
type Webhook struct {
	HTTP
	URL     Secret
	Secret  Secret // signs, or is .Secret of the templates; "": neither
	Preset  string // "": none
	Method  string // "": POST
	Headers map[string]string
	Body    string // a template; "": the preset's, or our own JSON
	Success string // an expression; "": any 2xx
	Params  map[string]string
}

// Templated reports whether something else than our own JSON is sent.
func (w *Webhook) Templated() bool { return w.Preset != "" || w.Body != "" }

// Route is a node of the tree that decides who is told, with Alertmanager's
// meaning. Zero values of Receiver, GroupBy and the durations are inherited from
// the parent or, at the root, the notifiers' defaults; a negative duration was
// written as 0.
type Route struct {
	Name     string // "" if none was written
	Receiver string
	Matchers alert.Matchers // none: takes everything
	Continue bool
	GroupBy  []string // nil inherits; empty puts all alerts in one group

	GroupWait      time.Duration
	GroupInterval  time.Duration
	RepeatInterval time.Duration

	Mute   []*calendar.Calendar // no messages inside any of them
	Active []*calendar.Calendar // if any: messages only inside one of them
	Digest *calendar.Cron       // messages only then, with all that came and went since; nil: none

	Routes []*Route
}

// Redact adds to and takes from what is hidden by default.
type Redact struct {
	Keys  []string // hidden too
	Allow []string // shown: keys, paths or kinds of data
}
