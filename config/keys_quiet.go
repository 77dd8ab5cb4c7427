package config

import (
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var rateLimitShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "rate_limit", Doc: "How many messages, in what time.",
	Fields: []strictyaml.Field{
		{Name: "burst", Kind: strictyaml.Text, Pattern: countPattern, Required: true, Doc: "So many at once, or `0` for no limit."},
		{Name: "per", Kind: strictyaml.Duration, Shortest: time.Second, Longest: day, Default: "1m", Doc: "And as many again after this time."},
	},
})

var digestShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "digest", Doc: "When a digest is told.",
	Fields: []strictyaml.Field{
		{Name: "cron", Kind: strictyaml.Text, Pattern: calendar.CronPattern(), Required: true, Doc: "Five fields of cron."},
		{Name: "timezone", Kind: strictyaml.Text, Pattern: rules.ZonePattern, Default: "the configuration's", Doc: "The zone of `cron`."},
	},
})

var flappingShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "flapping", Doc: "When an alert comes and goes too often.",
	Fields: []strictyaml.Field{
		{Name: "transitions", Kind: strictyaml.Text, Pattern: countPattern, Default: "10", Doc: "More comings and goings of one alert than this; `0`: never."},
		{Name: "within", Kind: strictyaml.Duration, Shortest: time.Minute, Longest: 7 * day, Default: "1h", Doc: "The time in which they are counted."},
	},
})

var inhibitShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "inhibition", Doc: "Which alerts keep which others from being told.",
	Fields: []strictyaml.Field{
		{Name: "source_matchers", Kind: strictyaml.Text, List: true, MinItems: 1, Required: true, Doc: "The alerts that say enough."},
		{Name: "target_matchers", Kind: strictyaml.Text, List: true, MinItems: 1, Required: true, Doc: "The alerts that are not told while one of those fires."},
		{Name: "equal", Kind: strictyaml.Text, List: true, Doc: "Labels that must have the same values in both; one that neither has counts as the same."},
	},
})

var silenceShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "silence", Doc: "What is not told for a while.",
	Fields: []strictyaml.Field{
		{Name: "matchers", Kind: strictyaml.Text, List: true, MinItems: 1, Required: true, Doc: "The alerts."},
		{Name: "starts", Kind: strictyaml.Text, Default: "long ago", Doc: "From when on: RFC 3339, or `2026-02-01 01:00` in the configuration's zone."},
		{Name: "ends", Kind: strictyaml.Text, Required: true, Doc: "Until when."},
		{Name: "author", Kind: strictyaml.Text, Default: "configuration", Doc: "Who wanted it."},
		{Name: "comment", Kind: strictyaml.Text, Required: true, Doc: "Why."},
	},
})

// countPattern is a number that may come from the environment.
const countPattern = `[0-9]{1,6}`
