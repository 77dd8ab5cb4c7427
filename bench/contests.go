package main

// ours is what smarty-alert is called where it stands beside others.
const ours = "smarty-alert"

// entry is a contest that can be held.
type entry struct {
	name    string
	prepare func(*ground) (contest, error)
}

func contests() []entry {
	return []entry{
		{"ReplayThreeRules", threeRules},
		{"ReplaySEC", besideSEC},
		{"ParseStats", parseStats},
		{"ReplayEveryRecord", everyRecord},
		{"ReplayPack", pack},
		{"ReplayThousandOtherEvents", thousandOtherEvents},
		{"ReplayThousandSameEvent", thousandSameEvent},
		{"ReplayGzip", oneGzip},
		{"ReplayZstd", oneZstd},
		{"ReplayFourGzips", fourGzips},
		{"ReplayRotated", rotatedGzips},
		{"ReplayWindowLength", windowLength},
		{"ReplayWindowEvents", windowEvents},
		{"ReplayProgressBar", progressBar},
	}
}
