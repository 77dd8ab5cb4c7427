package main

import (
	"slices"
)

// rows are the faults, in the order of docs/reliability.md.
func rows() []row {
	atSites := func(name, about, kinds, fault string) row {
		j := &injection{kinds: kinds, fault: fault}
		return row{name: name, about: about, asked: "never silent, 0 lost, 0 doubled", short: 6, count: j.count, run: j.round, after: j.enough,
			cannot: cannotInject}
	}
	return []row{
		{name: "kill", about: "`kill -9` during ingest and delivery, several times a round", asked: "0 lost, 0 doubled", rounds: 1000, short: 8,
			run: killRound, baseline: true},
		{name: "catchup", about: "`kill -9` while it catches up on hours of records; what came and went meanwhile is told in digests", asked: "0 lost, 0 doubled",
			rounds: 100, short: 3, run: catchUpRound},
		atSites("sites", "SIGKILL before each write, fsync, rename, truncation and removal of a short run", "write,fsync,rename,truncate,unlink", "kill"),
		atSites("enospc", "ENOSPC at each write and fsync of a short run", "write,fsync", "ENOSPC"),
		atSites("eio", "EIO at each write and fsync of a short run", "write,fsync", "EIO"),
		{name: "full", about: "the state's disk (a tmpfs) full for 15 s", asked: "alerts leave, it heals by itself", rounds: 20, short: 2, cannot: cannotMount, run: fullRound},
		{name: "power", about: "the state's disk (ext4) loses its power up to three times", asked: "0 lost, 0 doubled", rounds: 50, short: 2, cannot: cannotLose, run: powerRound},
		{name: "groups", about: "a million groups: snapshot, `kill -9`, restart", asked: "pause ≤ 100 ms, restart ≤ 10 s", rounds: 10, short: 1, most: 1, alone: true,
			run: groupsRound},
		{name: "soak", about: "5,000 lines a second for a long time", asked: "memory is flat, lag < 2 s", rounds: 1, short: 1, most: 1, alone: true, apart: true,
			run: soakRound},
		{name: "rotate", about: "logs renamed, several at once, packed, written late; up and down", asked: "0 lost, 0 doubled", rounds: 1000, short: 4,
			run: rotateRound, baseline: true},
		{name: "copytruncate", about: "copied and truncated, unread, live", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(copyTruncate, false, false), baseline: true},
		{name: "copytruncate-down", about: "copied and truncated while down", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(copyTruncate, true, false), baseline: true},
		{name: "rewrite-same", about: "truncated and written anew to the same size", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(rewrite(false), false, true), baseline: true},
		{name: "rewrite-greater", about: "truncated and written anew to a greater size", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(rewrite(true), false, true), baseline: true},
		{name: "inode", about: "removed and made anew, with the same inode", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(reuse, false, true), baseline: true},
		{name: "link", about: "the path is a link that is switched", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: linkRound(false), baseline: true},
		{name: "link-down", about: "the link is switched while down", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: linkRound(true), baseline: true},
		{name: "gz-down", about: "renamed to .1 and packed while down", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(packNow(false), true, false), baseline: true},
		{name: "dateext-down", about: "renamed to a date and packed while down", asked: "0 lost, 0 doubled", rounds: 50, short: 2,
			run: changeRound(packNow(true), true, false), baseline: true},
		{name: "content", about: "half lines, NULs, invalid UTF-8, CRLF, byte order marks; kills within lines", asked: "0 lost, 0 doubled", rounds: 100, short: 2,
			run: contentRound, baseline: true},
		{name: "huge", about: "a line of 100 MiB", asked: "0 lost, memory ≤ base + 16 MiB", rounds: 20, short: 1, most: 2, run: hugeRound, baseline: true},
		{name: "permission", about: "a log or its directory may not be read for a while, by an ordinary user", asked: "healed ≤ 2 s, 0 lost, 0 doubled",
			rounds: 50, short: 2, run: permissionRound},
		{name: "absent", about: "the directory is not there for a while", asked: "healed ≤ 2 s, 0 lost, 0 doubled", rounds: 50, short: 2, run: absentRound},
		{name: "watches", about: "no inotify watch, or instance, is left (user namespace)", asked: "read ≤ 2 s, 0 lost, 0 doubled", rounds: 50, short: 2,
			run: watchesRound},
		{name: "dst-spring", about: "the clocks are put on; logs with their offset and without, rotated meanwhile", asked: "0 missed, 0 spurious", rounds: 20,
			short: 1, run: dstRound(true)},
		{name: "dst-autumn", about: "the clocks are put back: an hour is repeated", asked: "0 missed, 0 spurious", rounds: 20, short: 1, run: dstRound(false)},
		{name: "jump", about: "the wall clock jumps by an hour, on or back: alone, there and back, the logs with it", asked: "0 missed, 0 spurious", rounds: 20,
			short: 2, run: jumpRound},
		{name: "forged", about: "records of 2099", asked: "0 missed, 0 spurious", rounds: 20, short: 1, run: forgedRound},
		{name: "live", about: "a day at a line a second in five minutes, logs rotated and packed, kills", asked: "the alert lines of a replay", rounds: 20,
			most: 4, run: liveRound},
		{name: "skew", about: "local time printed as `+0000`", asked: "0 missed, 0 spurious; the alert names the setting", rounds: 20, short: 1, run: skewRound},
	}
}

// aids are programs that a round starts beside the service; each is this one under
// another name.
func aids() map[string]func(args []string) (status int) {
	return map[string]func([]string) int{
		tailAid:   tailAlone,
		injectAid: inject,
		armedAid:  armed,
	}
}

// choose picks rows by name. What takes hours runs only when it is asked for.
func choose(all []row, o options) []row {
	return slices.DeleteFunc(all, func(w row) bool {
		return !o.only.MatchString(w.name) || w.apart && o.only.String() == "" && !o.short || o.baseline && !w.baseline
	})
}
