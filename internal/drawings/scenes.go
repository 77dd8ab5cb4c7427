package drawings

const (
	failure = "LOGIN_ERROR"
	success = "LOGIN_SUCCESS"
)

// at are records of one kind.
func at(event string, seconds ...int64) []Record {
	var out []Record
	for _, s := range seconds {
		out = append(out, Record{At: s, Event: event})
	}
	return out
}

// Scenes are all drawings of docs/semantics.md, in their order there.
func Scenes() []Scene {
	return []Scene{window(), pending(), hysteresis(), cooldown(), offset(), absence(), sequence(), late(), levels(), overflow()}
}

func window() Scene {
	return Scene{
		Name: "window",
		Alt: "Records at 12:00:10, 12:00:25 and 12:00:40 and a window of one minute. At 12:00:40 the window holds three and the alert fires. " +
			"At 12:01:09 it still holds three. At 12:01:10 the record of 12:00:10 is exactly one minute old and out, two are left, and the alert resolves.",
		Rule: "  event: LOGIN_ERROR\n  window: 1m\n  condition: count >= 3\n",
		Log:  at(failure, 10, 25, 40),
		End:  120, Tick: 10,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "window (1 minute)", Windows: []Window{
				{At: 40, Length: 60, Text: "at 12:00:40: three"},
				{At: 69, Length: 60, Text: "at 12:01:09: still three"},
				{At: 70, Length: 60, Text: "at 12:01:10: two"}}},
			{Label: "count", Curve: &Curve{Of: "count", Most: 4, Limits: []Limit{{3, "3"}}}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func pending() Scene {
	return Scene{
		Name: "for",
		Alt: "The count reaches 2 twice. The first time for 20 seconds only: the alert is pending and never fires. The second time it lasts: pending from 12:01:40, " +
			"firing from 12:02:10, 30 seconds later. A dip of 30 seconds does not resolve it, because keep_firing_for wants 40; it resolves 40 seconds after the count fell for good.",
		Rule: "  event: LOGIN_ERROR\n  window: 40s\n  condition: count >= 2\n  for: 30s\n  keep_firing_for: 40s\n",
		Log:  at(failure, 10, 30, 90, 100, 120, 135, 175, 190),
		End:  300, Tick: 30,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "count", Curve: &Curve{Of: "count", Most: 4, Limits: []Limit{{2, "2"}}}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func hysteresis() Scene {
	return Scene{
		Name: "resolve",
		Alt: "The alert fires when the count reaches 5. The count then goes down to 4 and 3 and up again, and the alert goes on, since resolve asks for fewer than 2. " +
			"It resolves when only one record is left in the window.",
		Rule: "  event: LOGIN_ERROR\n  window: 1m\n  condition: count >= 5\n  resolve: count < 2\n",
		Log:  at(failure, 10, 18, 26, 34, 42, 80, 88, 96, 120),
		End:  200, Tick: 20,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "count", Curve: &Curve{Of: "count", Most: 7, Limits: []Limit{{5, "fires: 5"}, {2, "resolves: below 2"}}}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func cooldown() Scene {
	return Scene{
		Name: "cooldown",
		Alt: "Five records and a rule in event mode with a cooldown of one minute. The record of 12:00:10 is a message. Those of 12:00:30 and 12:00:55 fall into the cooldown. " +
			"The one of 12:01:25 is a message again and says that two came meanwhile. The last, at 12:02:45, is a message of its own.",
		Rule: "  event: LOGIN_ERROR\n  mode: event\n  cooldown: 1m\n",
		Log:  at(failure, 10, 30, 55, 85, 165),
		End:  240, Tick: 20,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "messages", Alerts: &Alerts{Until: 60}},
		},
	}
}

func offset() Scene {
	return Scene{
		Name: "offset",
		Alt: "A count of the last minute beside the count of the minute before it. A burst lifts the first at once and the second a minute later. " +
			"The alert fires while the count is at least 4 and more than twice what it was.",
		Rule: "  event: LOGIN_ERROR\n  window: 1m\n  aggregates: {before: {count: true, offset: 1m}}\n  condition: count >= 4 and count > 2 * before\n",
		Log:  at(failure, 20, 55, 90, 125, 130, 135, 140, 145, 150),
		End:  270, Tick: 30,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "at 12:02:20", Windows: []Window{
				{At: 140, Length: 60, Text: "count"},
				{At: 140, Length: 60, Offset: 60, Text: "before"}}},
			{Label: "count", Curve: &Curve{Of: "count", Most: 8, Limits: []Limit{{4, "4"}}}},
			{Label: "before", Curve: &Curve{Of: "before", Most: 8}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func absence() Scene {
	return Scene{
		Name: "absence",
		Alt: "The first record, at 12:00:20, makes the group known. It is judged from one window later on, 12:01:20. The records stop at 12:01:40; " +
			"a minute after the last one the window is empty and the alert fires. The record of 12:03:30 ends it at once.",
		Rule: "  event: LOGIN_SUCCESS\n  window: 1m\n  absence: true\n  condition: count == 0\n",
		Log:  at(success, 20, 45, 70, 100, 210, 240),
		End:  270, Tick: 30,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "not judged yet", Windows: []Window{{At: 80, Length: 60, Text: "one window after the first record"}}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func sequence() Scene {
	rec := func(at int64, event, of string) Record { return Record{At: at, Event: event, Of: of} }
	return Scene{
		Name: "sequence",
		Alt: "Two accounts fail to log in. A gets in 40 seconds later and nothing happens. B does not; one minute after its failure there is a message. " +
			"That B gets in 20 seconds after that changes nothing.",
		Rule: "  event: [LOGIN_ERROR, LOGIN_SUCCESS]\n  group_by: [params.abonement]\n  sequence:\n  - {event: LOGIN_ERROR}\n  - {event: LOGIN_SUCCESS, absent: true}\n  within: 1m\n",
		Log:  []Record{rec(10, failure, "A"), rec(40, failure, "B"), rec(50, success, "A"), rec(120, success, "B")},
		End:  150, Tick: 10,
		Rows: []Row{
			{Label: "A fails", Records: &Records{Event: failure, Of: "A"}},
			{Label: "A gets in", Records: &Records{Event: success, Of: "A", Hollow: true}},
			{Label: "messages about A", Alerts: &Alerts{Of: "A"}},
			{Label: "B fails", Records: &Records{Event: failure, Of: "B"}},
			{Label: "B gets in", Records: &Records{Event: success, Of: "B", Hollow: true}},
			{Label: "messages about B", Alerts: &Alerts{Of: "B"}},
		},
	}
}

func late() Scene {
	return Scene{
		Name: "late",
		Alt: "A record of 12:00:40 is written after one of 12:01:00. Its second is over, so it is judged at a later one, and counts in the windows that still hold 12:00:40. " +
			"A record that prints 12:30:00 between those of 12:01:20 and 12:01:40 is from the future: it is taken at the time that its log had reached, 12:01:20.",
		Rule: "  event: LOGIN_ERROR\n  window: 1m\n  condition: count >= 3\n",
		Log:  at(failure, 30, 60, 40, 80, 1800, 100),
		End:  180, Tick: 20,
		Rows: []Row{
			{Label: "records", Records: &Records{Judged: true}},
			{Label: "count", Curve: &Curve{Of: "count", Most: 5, Limits: []Limit{{3, "3"}}}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func levels() Scene {
	return Scene{
		Name: "levels",
		Alt: "The alert fires as warning at a count of 3 and becomes critical at once at 6. When the count falls below 6 it stays critical for the 30 seconds of keep_firing_for, " +
			"then it is a warning again, and 30 seconds after the count fell below 3 it resolves.",
		Rule: "  event: LOGIN_ERROR\n  window: 1m\n  levels: {warning: count >= 3, critical: count >= 6}\n  keep_firing_for: 30s\n",
		Log:  at(failure, 10, 20, 30, 50, 55, 60, 65, 105, 115, 125),
		End:  260, Tick: 20,
		Rows: []Row{
			{Label: "records", Records: &Records{}},
			{Label: "count", Curve: &Curve{Of: "count", Most: 9, Limits: []Limit{{3, "warning: 3"}, {6, "critical: 6"}}}},
			{Label: "alert", Alerts: &Alerts{}},
		},
	}
}

func overflow() Scene {
	var log []Record
	for _, r := range []Record{{At: 10, Of: "A"}, {At: 25, Of: "B"}, {At: 40, Of: "C"}, {At: 60, Of: "D"}} {
		log = append(log, Record{At: r.At, Event: failure, Of: r.Of})
	}
	return Scene{
		Name: "overflow",
		Alt: "Four groups fire one after the other under max_firing: 2. A and B have alerts of their own. C and D fire inside the overflow alert, " +
			"which begins with C, is updated when D joins, and resolves when the last of them has.",
		Rule: "  event: LOGIN_ERROR\n  group_by: [params.abonement]\n  window: 1m\n  condition: count >= 1\n  max_firing: 2\n",
		Log:  log,
		End:  150, Tick: 10,
		Rows: []Row{
			{Label: "records A, B, C, D", Records: &Records{}},
			{Label: "alert of A", Alerts: &Alerts{Of: "A"}},
			{Label: "alert of B", Alerts: &Alerts{Of: "B"}},
			{Label: "alert of C", Alerts: &Alerts{Of: "C"}},
			{Label: "alert of D", Alerts: &Alerts{Of: "D"}},
			{Label: "overflow alert", Alerts: &Alerts{Of: "overflow"}},
		},
	}
}
