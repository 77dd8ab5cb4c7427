package main

import (
	"fmt"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen/installation"
)

const day = 24 * time.Hour

// plan is an installation and the days of its life.
type plan struct {
	name        string
	subscribers int
	servers     int
	seed        uint64
	warmup      int           // days, not scored: baselines and memories fill
	days        int           // scored
	every       int           // each so many days one has incidents; the others are quiet
	incidents   int           // of such a day
	length      time.Duration // of a day; 0: 24 h
}

func plans(seed uint64) []plan {
	return []plan{
		{name: "10k", subscribers: 10_000, servers: 2, seed: seed, warmup: 10, days: 30, every: 3, incidents: 40},
		{name: "100k", subscribers: 100_000, servers: 4, seed: seed + 1000, warmup: 8, days: 2, every: 2, incidents: 40},
	}
}

// zone is where the installation is; a day without changes of summer time keeps the plan simple.
var zone = time.FixedZone("MSK", 3*3600)

// start is a Monday.
var start = time.Date(2024, 11, 18, 0, 0, 0, 0, zone)

func (p *plan) dayLength() time.Duration {
	if p.length > 0 {
		return p.length
	}
	return day
}

// busy reports whether a scored day, from 0, has incidents. The first one is quiet.
func (p *plan) busy(i int) bool { return i%p.every == p.every-1 }

// scored is when scoring begins.
func (p *plan) scored() time.Time { return start.Add(time.Duration(p.warmup) * p.dayLength()) }

func (p *plan) end() time.Time { return p.scored().Add(time.Duration(p.days) * p.dayLength()) }

// options are those of the generator. Incidents begin half an hour into their day and end an hour before its end, so that
// quiet days are quiet.
func (p *plan) options() (installation.Options, error) {
	length := p.dayLength()
	o := installation.Options{Seed: p.seed, Start: start, Duration: time.Duration(p.warmup+p.days) * length, Zone: zone,
		Subscribers: p.subscribers, Servers: p.servers}
	for i := range p.days {
		if !p.busy(i) {
			continue
		}
		from := time.Duration(p.warmup+i) * length
		drawn, err := installation.Draw(o, p.incidents, from+length/48, from+length-length/24)
		if err != nil {
			return o, fmt.Errorf("day %d: %w", i+1, err)
		}
		o.Incidents = append(o.Incidents, drawn...)
	}
	return o, nil
}
