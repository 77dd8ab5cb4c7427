package engine_test

import "pgregory.net/rapid"

// drawSequence draws a sequence or an all_of.
func drawSequence(t *rapid.T, r *oRule) {
	r.allOf = pick(t, "all_of", false, false, true)
	r.within = pick[int64](t, "within", 1, 2, 3, 5, 10, 10, 30, 60, 60)
	if r.source == "" {
		r.events = pick(t, "events of all steps", nil, nil, nil, []string{"ORACLE_*"}, []string{"ORACLE_A", "oracle_b"})
		if pick(t, "match of all steps", false, true, true) {
			r.match = nil
		}
		if len(r.fields) == 0 {
			r.groupBy = pick(t, "group_by of steps", nil, []string{"host"}, []string{"host"}, []string{"area"})
		}
	}
	for range pick(t, "steps", 2, 2, 2, 3, 4) {
		r.steps = append(r.steps, drawStage(t, r))
	}
	last := &r.steps[len(r.steps)-1]
	if r.allOf {
		r.min = min(len(r.steps), pick(t, "min", 0, 0, 1, 2, 3))
	} else {
		if last.absent = pick(t, "absent", false, true); last.absent {
			last.count = 1
		}
		if pick(t, "until", false, true) {
			s := drawStage(t, r)
			s.count = 1
			r.until = &s
		}
	}
	state := !r.plain && with("resolve of sequences") && pick(t, "resolve", false, false, true)
	if pick(t, "windowed", 0, 0, 1) == 1 || state {
		r.window = pick[int64](t, "window", 1, 5, 10, 30)
		drawAggs(t, r, []int64{1, 5, 10, 30}, false)
	}
	if state {
		r.resolve = drawCondition(t, r, 1)
		r.mode = pick(t, "mode", "", "state")
	}
	drawTimes(t, r, state)
	r.drawLimits(t)
}

func drawStage(t *rapid.T, r *oRule) oStage {
	s := oStage{count: pick(t, "step count", 1, 1, 1, 1, 2, 3)}
	if r.source == "alerts" {
		s.match = drawAlertExpr(t, 0)
		return s
	}
	if r.events != nil && r.events[0] == "ORACLE_A" { // what the rule does not select would be a fault
		s.events = pick(t, "step events", []string{"ORACLE_A"}, []string{"ORACLE_B"}, nil)
	} else {
		s.events = pick(t, "step events", []string{"ORACLE_A"}, []string{"ORACLE_B"}, []string{"ORACLE_C"}, []string{"ORACLE_A", "oracle_b"}, nil)
	}
	if s.events == nil || pick(t, "step match", false, false, false, false, false, true) {
		s.match = drawRecordExpr(t, r, 1)
	}
	return s
}
