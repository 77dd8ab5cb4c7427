package installation

import (
	"fmt"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// Pauses that Draw keeps: between two incidents that change the same, and around those that hide what others do.
const (
	sameAgain = 30 * time.Minute
	apart     = 20 * time.Minute
)

// Draw draws n incidents between two moments of a run by the seed: of all kinds in turn that can be there (the guide is imported
// at 5, 9 and 13 hours, accounts are charged at night). Nothing happens within 20 minutes of an incident that would hide it (cron
// dead, disk full, …), and nothing changes the same thing twice within half an hour, so that each can be seen. It gives an error
// if they do not fit.
func Draw(o Options, n int, from, to time.Duration) ([]Incident, error) {
	o.normal()
	d := drawing{o: o, from: from, to: to, edges: Edges(o.Subscribers)}
	d.dice.Seed(o.Seed, streamDraw, 1<<32+uint64(from/time.Second))
	can := d.possible()
	if len(can) == 0 {
		return nil, fmt.Errorf("draw %d incidents in %s: no kind is short enough", n, strictyaml.FormatDuration(to-from))
	}
	d.spread(can, n)
	if len(d.all) < n {
		return nil, fmt.Errorf("draw %d incidents in %s: there is room for %d", n, strictyaml.FormatDuration(to-from), len(d.all))
	}
	slices.SortStableFunc(d.all, func(a, b Incident) int { return int(a.At - b.At) })
	return d.all, nil
}

type drawing struct {
	o        Options
	from, to time.Duration
	edges    int
	dice     loggen.Dice
	all      []Incident
}

// spread places n incidents: first one of each kind that keeps to hours, then those that need room for themselves, in at most half
// of the time, then the others.
func (d *drawing) spread(can []*kind, n int) {
	room := (d.to - d.from) / 2
	var others []*kind
	for _, k := range can {
		if k.between != [2]int{} && len(d.all) < n {
			d.place(k)
		}
		if !k.alone {
			others = append(others, k)
		}
	}
	for i := range n {
		k := can[i%len(can)]
		if need := time.Duration(k.longest)*time.Minute + 2*apart; k.alone && len(d.all) < n && need <= room && d.place(k) {
			room -= need
		}
	}
	for i := 0; len(d.all) < n && len(others) > 0; {
		i %= len(others)
		if d.place(others[i]) {
			i++
		} else {
			others = slices.Delete(others, i, i+1)
		}
	}
}

// possible are the kinds that have a place where nothing else happens.
func (d *drawing) possible() []*kind {
	var out []*kind
	for i := range kinds {
		alone := drawing{o: d.o, from: d.from, to: d.to, edges: d.edges}
		alone.dice.Seed(d.o.Seed, streamDraw, 2<<32+uint64(i))
		if alone.place(&kinds[i]) {
			out = append(out, &kinds[i])
		}
	}
	return out
}

// place finds a time and a place for an incident, in up to 2000 tries.
func (d *drawing) place(k *kind) bool {
	for range 2000 {
		in := Incident{Kind: k.name, For: time.Duration(d.dice.Between(k.shortest*60, k.longest*60)) * time.Second}
		room := int((d.to - d.from - in.For) / time.Second)
		if room < 1 {
			return false
		}
		in.At = d.from + time.Duration(d.dice.Between(0, room))*time.Second
		if !d.timely(k, &in) {
			continue
		}
		in.fill(&d.o, &d.dice)
		if d.free(k, &in) {
			d.all = append(d.all, in)
			return true
		}
	}
	return false
}

// timely keeps to the hours at which an incident of the kind has something to show. What breaks the guide is moved to begin
// before an import; what breaks the night's work, before that.
func (d *drawing) timely(k *kind, in *Incident) bool {
	if k.between == [2]int{} {
		return true
	}
	local := d.o.Start.Add(in.At).In(d.o.Zone)
	if local.Hour() < k.between[0] || local.Hour() > k.between[1] {
		return false
	}
	switch k.name {
	case "charging_failed":
		in.At -= time.Duration(local.Minute()) * time.Minute // check_accounts begins at 1:10
	case "epg_empty", "epg_source_broken":
		import_ := slices.Index([]bool{local.Hour() < 5, local.Hour() < 9, local.Hour() < 13}, true)
		if import_ < 0 || [...]int{5, 9, 13}[import_]-local.Hour() != 1 {
			return false
		}
	}
	return in.At >= d.from && in.until() <= d.to
}

func (d *drawing) free(k *kind, in *Incident) bool {
	for i := range d.all {
		other := &d.all[i]
		pause := time.Duration(0)
		if ok, _ := kindNamed(other.Kind); ok.alone || k.alone {
			pause = apart
		}
		if common(other, in, d.edges) != "" {
			pause = max(pause, sameAgain)
		}
		if blind(other, in) || blind(in, other) {
			pause = max(pause, apart)
		}
		if pause > 0 && other.At < in.until()+pause && in.At < other.until()+pause {
			return false
		}
	}
	return true
}

// blind reports whether one keeps the other from being noticed: edges that nobody checks.
func blind(one, other *Incident) bool {
	return one.Command == "check_stream_services" && other.Edge+other.Edges > 0
}
