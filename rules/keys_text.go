package rules

import (
	"time"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// textKeys say what is told, and how often.
var textKeys = []strictyaml.Field{
	{Name: "labels", Kind: strictyaml.Map, Of: labelsShape,
		Doc:     "Labels of the rule's alerts, for routes and silences. They never change, so they are no templates.",
		Example: "labels: {team: noc}"},
	{Name: "annotations", Kind: strictyaml.Map, Of: annotationsShape,
		Doc:     "The texts of the alert: `summary`, `description`, `runbook`, `runbook_url` and whatever a receiver shows. They are templates.",
		Example: "group_by: [reason]\nannotations:\n  summary: '{{.Count}} failed logins: {{.Group.reason}}'"},
	{Name: "translations", Kind: strictyaml.Map, Of: translationsShape,
		Doc:     "The rule's texts in other languages. The configuration's `language` chooses; what a translation lacks is told as the rule has it.",
		Example: "annotations:\n  summary: '{{.Count}} failed logins'\ntranslations:\n  ru:\n    name: Ошибки входа\n    annotations:\n      summary: 'Ошибок входа: {{.Count}}'"},
	{Name: "repeat_interval", Kind: strictyaml.Duration, Shortest: time.Minute, Longest: maxRepeat, Default: "the route's",
		Doc:     "How often a firing alert is told again.",
		Example: "repeat_interval: 4h"},
	{Name: "repeat_backoff", Kind: strictyaml.Map, Of: backoffShape,
		Doc:     "Makes each repeat wait longer than the one before.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 5\nrepeat_interval: 1h\nrepeat_backoff: {factor: 2, max: 24h}"},
	{Name: "inhibits", Kind: strictyaml.Text, List: true,
		Doc:     "Ids of rules whose alerts are not told while an alert of this rule fires. Names that `group_by` of both has must have the same values.",
		Example: "event: LOGIN_ERROR\nwindow: 5m\ncondition: count >= 500\ninhibits: [other]"},
	{Name: "active", Kind: strictyaml.Text, List: true, Default: "always",
		Doc:     "Names of calendars of the configuration in which the rule may tell anybody. It is judged all the time.",
		Example: "active: [office]"},
}

var labelsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "labels", Doc: "Labels, by name.", Keys: labelPattern, Reserved: reservedLabels,
	Open: &strictyaml.Field{Name: "label", Kind: strictyaml.Text, Doc: "The label's value, a plain text."},
})

var annotationsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "annotations", Doc: "Texts, by name.",
	Open: &strictyaml.Field{Name: "annotation", Kind: strictyaml.Template, Doc: "A text with {{…}}: a Go template over the alert."},
})

var translationsShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "translations", Doc: "Texts by language.",
	Fields: []strictyaml.Field{
		{Name: "en", Kind: strictyaml.Map, Of: translationShape, Doc: "English texts, of a rule that is written in another language.",
			Example: "en: {name: Failed logins}"},
		{Name: "ru", Kind: strictyaml.Map, Of: translationShape, Doc: "Russian texts.", Example: "ru: {name: Ошибки входа}"},
	},
})

var translationShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "translation", Doc: "A rule's texts in one language.",
	Fields: []strictyaml.Field{
		{Name: "name", Kind: strictyaml.Text, Doc: "The rule's `name`.", Example: "name: Ошибки входа"},
		{Name: "description", Kind: strictyaml.Text, Doc: "Its `description`.", Example: "description: Пять неудачных входов за пять минут."},
		{Name: "annotations", Kind: strictyaml.Map, Of: annotationsShape, Doc: "Its `annotations`, each a template of its own.",
			Example: "annotations: {summary: 'Ошибок входа: {{.Count}}'}"},
	},
})

var backoffShape = strictyaml.NewShape(strictyaml.Shape{
	Name: "repeat_backoff", Doc: "How repeats become rarer.",
	Fields: []strictyaml.Field{
		{Name: "factor", Kind: strictyaml.Number, Least: 1, Most: 100, Required: true, Hint: "2 doubles the interval each time",
			Doc: "By how much each interval is longer than the one before; 2 doubles it.", Example: "factor: 2"},
		{Name: "max", Kind: strictyaml.Duration, Shortest: time.Minute, Longest: maxRepeat, Default: "none",
			Doc: "The longest interval.", Example: "factor: 2\nmax: 24h"},
	},
})
