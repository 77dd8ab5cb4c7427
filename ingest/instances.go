package ingest

import (
	"path/filepath"
	"strings"
)

// nameInstances gives files whose stem also lies in another directory the name
// of their directory, with as many parents as it takes to tell them apart.
func nameInstances(in []candidate) {
	byStem := map[string][]*candidate{}
	tellApart(in)
	for i := range in {
		if c := &in[i]; !c.named && c.path != Stdin {
			byStem[c.name.stem] = append(byStem[c.name.stem], c)
		}
	}
	for _, cs := range byStem {
		dirs := map[string]bool{}
		for _, c := range cs {
			dirs[c.dir] = true
		}
		if len(dirs) < 2 {
			continue
		}
		depth := distinguishingDepth(dirs)
		for _, c := range cs {
			c.instance = lastElements(c.dir, depth)
		}
	}
}

func distinguishingDepth(dirs map[string]bool) int {
	longest := 0
	for d := range dirs {
		longest = max(longest, strings.Count(d, "/")+1)
	}
	for depth := 1; ; depth++ {
		seen := map[string]bool{}
		for d := range dirs {
			seen[lastElements(d, depth)] = true
		}
		if len(seen) == len(dirs) || depth > longest {
			return depth
		}
	}
}

// lastElements returns the last n elements of a clean absolute directory.
func lastElements(dir string, n int) string {
	parts := strings.Split(strings.Trim(filepath.ToSlash(dir), "/"), "/")
	return strings.Join(parts[max(0, len(parts)-n):], "/")
}

// tellApart gives the logs of an archive the archive's whole name for a
// directory, where its name without the extension is also that of another
// archive or of a directory that is read: "logs.tgz" beside "logs.zip".
func tellApart(in []candidate) {
	owners := map[string]map[*archive]bool{} // nil is the file system
	archiveOf := func(c candidate) *archive {
		if m, ok := c.from.(*member); ok {
			return m.of
		}
		return nil
	}
	for _, c := range in {
		if owners[c.dir] == nil {
			owners[c.dir] = map[*archive]bool{}
		}
		owners[c.dir][archiveOf(c)] = true
	}
	shared := map[*archive]bool{}
	for _, c := range in {
		if len(owners[c.dir]) > 1 {
			shared[archiveOf(c)] = true
		}
	}
	for i := range in {
		if a := archiveOf(in[i]); a != nil && shared[a] {
			in[i].dir = a.resolved + strings.TrimPrefix(in[i].dir, a.home())
		}
	}
}
