package smartylog

import (
	"fmt"
	"strconv"
	"time"
)

// integers gives the positional integers of args and the keyword arguments.
func integers(args []argument) (n [8]int, count int, rest []argument) {
	for _, a := range args {
		i, ok := a.value.(int64)
		if a.name == "" && ok && count < len(n) && i > -1<<31 && i < 1<<31 {
			n[count] = int(i)
			count++
			continue
		}
		rest = append(rest, a)
	}
	return n, count, rest
}

// datetimeText writes RFC 3339, in UTC when the zone is unknown or its offset is
// no whole minutes.
func datetimeText(args []argument) (any, bool) {
	n, count, rest := integers(args)
	wall := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6]*1000, time.UTC)
	if count < 3 || wall.Day() != n[2] || int(wall.Month()) != n[1] || n[0] < 1 || n[0] > 9999 {
		return nil, false
	}
	zone, second := any(nil), false
	for _, a := range rest {
		switch a.name {
		case "tzinfo", "":
			zone = a.value
		case "fold":
			second = a.value == int64(1)
		}
	}
	offset := zoneOffset(zone, wall, second)
	t := wall.Add(-time.Duration(offset) * time.Second)
	if offset%60 == 0 {
		t = t.In(time.FixedZone("", offset))
	}
	return t.Format(time.RFC3339Nano), true
}

func dateText(args []argument) (any, bool) {
	n, count, _ := integers(args)
	t := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	if count != 3 || t.Day() != n[2] || n[0] < 1 || n[0] > 9999 {
		return nil, false
	}
	return t.Format(time.DateOnly), true
}

// timeText writes "10:22:35.5"; a time with a zone keeps its text.
func timeText(args []argument) (any, bool) {
	n, count, rest := integers(args)
	if count < 2 || len(rest) > 0 || n[0] > 23 || n[1] > 59 || n[2] > 59 || min(n[0], n[1], n[2], n[3]) < 0 {
		return nil, false
	}
	return time.Date(1, 1, 1, n[0], n[1], n[2], n[3]*1000, time.UTC).Format("15:04:05.999999"), true
}

// seconds reads timedelta(days, seconds, microseconds) of both eras, exactly.
func seconds(args []argument) (any, bool) {
	n, count, rest := integers(args)
	for _, a := range rest {
		i, ok := a.value.(int64)
		if !ok || i <= -1<<31 || i >= 1<<31 {
			return nil, false
		}
		switch a.name {
		case "days":
			n[0] = int(i)
		case "seconds":
			n[1] = int(i)
		case "microseconds":
			n[2] = int(i)
		default:
			return nil, false
		}
	}
	return decimalSeconds(int64(n[0])*day+int64(n[1]), int64(n[2])), count <= 3
}

// decimalSeconds is the float nearest to sec seconds and micro millionths.
func decimalSeconds(sec, micro int64) float64 {
	sec, micro = sec+micro/1e6, micro%1e6
	if micro == 0 {
		return float64(sec)
	}
	sign := ""
	if sec < 0 && micro > 0 {
		sec, micro = sec+1, micro-1e6
	}
	if sec < 0 || micro < 0 {
		sign, sec, micro = "-", -sec, -micro
	}
	f, _ := strconv.ParseFloat(fmt.Sprintf("%s%d.%06d", sign, sec, micro), 64) // the text is a number
	return f
}
