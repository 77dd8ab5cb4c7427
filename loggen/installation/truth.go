package installation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// Truth is what an incident was. It knows nothing of rules.
type Truth struct {
	Number int       `json:"number"` // from 1, in the order of the incidents
	Kind   string    `json:"kind"`
	From   time.Time `json:"from"` // when the cause began and ended, in true time
	To     time.Time `json:"to"`
	Where  Where     `json:"where"`
	// Records are those it wrote or changed; Missing those that it kept from being written (for commands: runs).
	Records int64 `json:"records"`
	Missing int64 `json:"missing"`
	// First and Last of these, by true time; nil: it left no trace.
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
}

// Where says what an incident was about, as the logs print it.
type Where struct {
	Edges     []string `json:"edges,omitempty"`
	Servers   []string `json:"servers,omitempty"` // directories
	Command   string   `json:"command,omitempty"`
	Source    string   `json:"source,omitempty"`
	Client    string   `json:"client,omitempty"`
	Class     string   `json:"class,omitempty"`
	Gateway   string   `json:"gateway,omitempty"`
	Abonement string   `json:"abonement,omitempty"`
	DeviceUID string   `json:"device_uid,omitempty"`
	IP        string   `json:"ip,omitempty"`
	Host      string   `json:"host,omitempty"`
	Level     string   `json:"level,omitempty"`
	Exception string   `json:"exception,omitempty"`
	By        string   `json:"by,omitempty"`
}

// truth says what is known of an incident before it happens.
func (in *Incident) truth(s *Site, t *trouble) Truth {
	at := func(sec int64) time.Time { return time.Unix(sec, 0).In(s.o.Zone) }
	out := Truth{Number: t.number, Kind: in.Kind, From: at(t.from), To: at(min(t.to, s.end))}
	w := &out.Where
	for _, i := range t.edges {
		w.Edges = append(w.Edges, loggen.StreamService(i))
	}
	if in.Server > 0 {
		w.Servers = []string{ServerName(in.Server - 1)}
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	w.Command, w.Class, w.Gateway, w.IP, w.Level = in.Command, in.Class, in.Gateway, in.IP, in.Level
	w.Client, w.Abonement = number(in.Client), number(in.Abonement)
	switch in.Kind {
	case "epg_source_broken":
		w.Source = "<EpgSource: " + in.Source + ">"
	case "cron_dead":
		w.Servers = []string{ServerName(0)}
	case "charging_failed":
		w.Command = "check_accounts"
	case "cache_empty":
		w.Command = "cache_channel_list"
	case "brute_force", "credential_stuffing":
		w.DeviceUID = t.device()
	case "video_server_down":
		w.Host = strings.Trim(loggen.VideoHosts()[in.Host-1], "'")
	case "unhandled_errors":
		w.Exception = "AttributeError"
	case "clock_skew":
		w.By = fmt.Sprintf("%+ds", int(in.By/time.Second))
	}
	return out
}

// ServerName is the directory of a server, from 0.
func ServerName(i int) string { return "app" + strconv.Itoa(i+1) }

// tell counts a record that an incident wrote or changed, miss one that it kept from being written.
func (s *Site) tell(number int, sec int64) { t := s.truth(number, sec); t.Records++ }
func (s *Site) miss(number int, sec int64) { t := s.truth(number, sec); t.Missing++ }

func (s *Site) truth(number int, sec int64) *Truth {
	i := slices.IndexFunc(s.active, func(t *trouble) bool { return t.number == number })
	var t *trouble
	if i >= 0 {
		t = s.active[i]
	} else { // something that it began and that goes on after its end
		i = slices.IndexFunc(s.troubles, func(t trouble) bool { return t.number == number })
		t = &s.troubles[i]
	}
	at := time.Unix(sec, 0).In(s.o.Zone)
	if t.truth.First == nil || at.Before(*t.truth.First) {
		t.truth.First = &at
	}
	if t.truth.Last == nil || at.After(*t.truth.Last) {
		t.truth.Last = &at
	}
	return &t.truth
}

// Truths are the incidents in the order of their numbers, with what has become of them so far.
func (s *Site) Truths() []Truth {
	out := make([]Truth, 0, len(s.troubles))
	for i := range s.troubles {
		out = append(out, s.troubles[i].truth)
	}
	slices.SortFunc(out, func(a, b Truth) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// WriteTruths writes them as lines of JSON.
func WriteTruths(w io.Writer, truths []Truth) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i := range truths {
		if err := e.Encode(&truths[i]); err != nil {
			return err
		}
	}
	return nil
}
