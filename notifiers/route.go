package notifiers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// The timers of a route tree that sets none.
const (
	DefaultGroupWait      = 10 * time.Second
	DefaultGroupInterval  = 5 * time.Minute
	DefaultRepeatInterval = 4 * time.Hour
)

// Calendar says whether a moment lies in it.
type Calendar interface{ Contains(t time.Time) bool }

// Schedule names moments, as Unix seconds; ok is false when none is left.
type Schedule interface {
	Next(after int64) (at int64, ok bool)
}

// Route is a node of the tree that decides who is told of an alert, with
// Alertmanager's meaning: the first child that matches takes the alert, with
// Continue its siblings are asked too, and a node none of whose children match
// takes it itself.
//
// Receiver, GroupBy and the three durations are inherited where they are zero; a
// negative duration means none. Mute and Active hold for their own node only.
type Route struct {
	// Name is the route's identity, beside its receiver. The default is made of
	// the matchers, whatever their order, so that moving a route about in the file
	// tells nobody anything twice.
	Name     string
	Receiver string
	Matchers alert.Matchers
	Continue bool
	GroupBy  []string // nil inherits, empty puts all in one group, "..." splits by every label

	GroupWait      time.Duration // from a group's first alert to its first message
	GroupInterval  time.Duration // between messages of a group in which something changed
	RepeatInterval time.Duration // between messages of a group in which nothing changed

	Mute   []Calendar // no messages inside any of them
	Active []Calendar // if any: messages only inside one of them

	// Digest makes the route's messages leave at these moments only, with all that
	// came and went since. It is not inherited; without GroupBy of its own such a
	// route puts all in one group.
	Digest Schedule

	Routes []*Route

	resolved bool
}

// Resolve returns a copy of the tree with everything inherited written out. The
// errors are routes without a receiver and routes that cannot be told apart. A
// resolved tree is returned as it is.
func (r *Route) Resolve() (*Route, error) {
	if r.resolved {
		return r, nil
	}
	root := r.inherit(&Route{
		GroupWait: DefaultGroupWait, GroupInterval: DefaultGroupInterval, RepeatInterval: DefaultRepeatInterval,
	})
	root.Matchers = nil // the root takes what nobody else takes
	var errs []error
	named := map[[2]string]bool{}
	root.nameAll(func(r *Route) bool {
		if r.Receiver == "" {
			errs = append(errs, fmt.Errorf("route %q has no receiver", r.Name))
		}
		id := [2]string{r.Receiver, r.Name}
		taken := named[id]
		named[id] = true
		return !taken
	}, &errs)
	return root, errors.Join(errs...)
}

func (r *Route) inherit(parent *Route) *Route {
	c := *r
	c.resolved = true
	if c.Receiver == "" {
		c.Receiver = parent.Receiver
	}
	switch {
	case c.GroupBy != nil:
	case c.Digest != nil:
		c.GroupBy = []string{}
	default:
		c.GroupBy = parent.GroupBy
	}
	c.GroupWait = inheritDuration(c.GroupWait, parent.GroupWait)
	c.GroupInterval = inheritDuration(c.GroupInterval, parent.GroupInterval)
	c.RepeatInterval = inheritDuration(c.RepeatInterval, parent.RepeatInterval)
	c.Routes = make([]*Route, len(r.Routes))
	for i, child := range r.Routes {
		c.Routes[i] = child.inherit(&c)
	}
	return &c
}

// inheritDuration keeps a negative one as it is: children of a route with none
// have none too.
func inheritDuration(own, parent time.Duration) time.Duration {
	if own == 0 {
		return parent
	}
	return own
}

// nameAll fills in the names, from the root on.
func (r *Route) nameAll(free func(*Route) bool, errs *[]error) {
	if r.Name == "" {
		r.Name = "default"
	}
	free(r)
	for _, child := range r.Routes {
		child.name("", free, errs)
	}
}

// name fills in the names of a route below the root. A default says which matchers
// lead to it, so that it is the same wherever in the file the route stands.
func (r *Route) name(above string, free func(*Route) bool, errs *[]error) {
	if r.Name == "" {
		r.Name = above + defaultName(r.Matchers)
	}
	if !free(r) {
		*errs = append(*errs, fmt.Errorf("two routes to %s are both called %q: give them different names", r.Receiver, r.Name))
	}
	for _, child := range r.Routes {
		child.name(r.Name+"/", free, errs)
	}
}

func defaultName(ms alert.Matchers) string {
	if len(ms) == 0 {
		return "rest"
	}
	texts := make([]string, len(ms))
	for i, m := range ms {
		texts[i] = m.String()
	}
	slices.Sort(texts)
	sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
	return hex.EncodeToString(sum[:4])
}

// Match returns the nodes that take an alert with these labels, in the order of
// the tree. There is always one at least.
func (r *Route) Match(ls alert.Labels) []*Route {
	var taken []*Route
	for _, child := range r.Routes {
		if !child.Matchers.Matches(ls) {
			continue
		}
		taken = append(taken, child.Match(ls)...)
		if !child.Continue {
			break
		}
	}
	if taken == nil {
		return []*Route{r}
	}
	return taken
}

// each calls f for every node of the tree.
func (r *Route) each(f func(*Route)) {
	f(r)
	for _, child := range r.Routes {
		child.each(f)
	}
}

// groupLabels picks the labels that a group of the route is known by.
func (r *Route) groupLabels(ls alert.Labels) alert.Labels {
	if slices.Contains(r.GroupBy, "...") {
		return ls
	}
	var group alert.Labels
	for _, name := range r.GroupBy {
		name = alert.SafeName(name)
		if v, ok := ls.Lookup(name); ok {
			group = append(group, alert.Label{Name: name, Value: v})
		}
	}
	return alert.NewLabels(group...)
}

func (r *Route) groupKey(group alert.Labels) string {
	return r.Receiver + "/" + r.Name + ":{" + group.String() + "}"
}

// muted reports whether the route's calendars hold messages back at now.
func (r *Route) muted(now time.Time) bool {
	in := func(c Calendar) bool { return c.Contains(now) }
	return slices.ContainsFunc(r.Mute, in) || len(r.Active) > 0 && !slices.ContainsFunc(r.Active, in)
}

func (r *Route) wait() time.Duration     { return max(r.GroupWait, 0) }
func (r *Route) interval() time.Duration { return max(r.GroupInterval, time.Second) }
func (r *Route) repeat() time.Duration   { return max(r.RepeatInterval, time.Second) }

// nextDigest is the next moment of a route's digests after now.
func (r *Route) nextDigest(now time.Time) time.Time {
	if at, ok := r.Digest.Next(now.Unix()); ok {
		return time.Unix(at, 0)
	}
	return now.AddDate(100, 0, 0) // checked when it was configured: there is always one
}
