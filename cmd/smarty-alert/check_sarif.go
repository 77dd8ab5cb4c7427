package main

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"unicode/utf16"

	"github.com/smarty-alert/smarty-alert/lint"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// The types of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) as far as check
// has something to put into them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation        `json:"invocations"`
		BaseIDs     map[string]sarifLocation `json:"originalUriBaseIds"`
		ColumnKind  string                   `json:"columnKind"`
		Results     []sarifResult            `json:"results"`
	}
	sarifInvocation struct {
		Successful bool        `json:"executionSuccessful"`
		Notes      []sarifNote `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNote struct {
		Level   string       `json:"level"`
		Message sarifMessage `json:"message"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifMessage `json:"shortDescription"`
		Full    sarifMessage `json:"fullDescription"`
		Help    sarifMessage `json:"help"`
		HelpURI string       `json:"helpUri"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID    string           `json:"ruleId"`
		RuleIndex int              `json:"ruleIndex"`
		Level     string           `json:"level"`
		Message   sarifMessage     `json:"message"`
		Locations []sarifPlacement `json:"locations"`
	}
	sarifPlacement struct {
		Physical struct {
			Artifact sarifLocation `json:"artifactLocation"`
			Region   *sarifRegion  `json:"region,omitempty"`
		} `json:"physicalLocation"`
	}
	sarifLocation struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndColumn   int `json:"endColumn"`
	}
)

// The ids of errors, which have no code: a rule or a configuration with one does
// not load.
const (
	invalidRule   = "invalid-rule"
	invalidConfig = "invalid-config"

	home    = "https://github.com/smarty-alert/smarty-alert"
	srcRoot = "SRCROOT"
)

// writeSARIF writes the faults for tools that show them beside the code.
func (r *checkReport) writeSARIF(w io.Writer) error {
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}, Invocations: []sarifInvocation{r.invocation()},
		BaseIDs: map[string]sarifLocation{srcRoot: {URI: fileURI(cwd) + "/"}}}
	run.Tool.Driver = driver()
	index := map[string]int{}
	for i, rule := range run.Tool.Driver.Rules {
		index[rule.ID] = i
	}
	for _, f := range r.faults {
		if f.More > 0 {
			continue // invocation tells of them
		}
		run.Results = append(run.Results, r.sarifResult(f, cwd, index))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// invocation is what there is to say of the run itself: what could not be read,
// and faults that are too many to be told one by one.
func (r *checkReport) invocation() sarifInvocation {
	out := sarifInvocation{Successful: len(r.unread) == 0}
	for _, err := range r.unread {
		out.Notes = append(out.Notes, sarifNote{"error", sarifMessage{Text: err.Error()}})
	}
	for _, f := range r.faults {
		if f.More > 0 {
			out.Notes = append(out.Notes, sarifNote{"warning", sarifMessage{Text: f.Msg}})
		}
	}
	return out
}

func driver() sarifDriver {
	d := sarifDriver{Name: "smarty-alert", InformationURI: home}
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		d.Version = info.Main.Version
	}
	add := func(id, level, title, text, page string) {
		rule := sarifRule{ID: id, Short: sarifMessage{Text: title}, Full: sarifMessage{Text: title + "."}, Help: sarifMessage{Text: text, Markdown: page}, HelpURI: home + "/blob/main/docs/checks.md#" + id}
		rule.Default.Level = level
		d.Rules = append(d.Rules, rule)
	}
	for _, p := range lint.Pages() {
		level := "warning"
		if p.Code == invalidRule || p.Code == invalidConfig {
			level = "error"
		}
		add(p.Code, level, p.Title, p.Text, p.Text)
	}
	return d
}

func (r *checkReport) sarifResult(f strictyaml.Fault, cwd string, index map[string]int) sarifResult {
	res := sarifResult{RuleID: f.Code, Level: "warning", Message: sarifMessage{Text: sarifText(f)}}
	if !f.Warning {
		res.Level = "error"
		if res.RuleID = invalidRule; f.File == r.Config {
			res.RuleID = invalidConfig
		}
	}
	res.RuleIndex = index[res.RuleID]
	var at sarifPlacement
	at.Physical.Artifact = artifact(f.File, cwd)
	if f.Line > 0 {
		at.Physical.Region = region(f)
	}
	res.Locations = []sarifPlacement{at}
	return res
}

// sarifText is what is wrong, in one paragraph.
func sarifText(f strictyaml.Fault) string {
	var parts []string
	for _, p := range []string{f.Subject, f.Path, f.Msg} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	text := strings.Join(parts, ": ")
	if f.Hint != "" {
		text += " (" + f.Hint + ")"
	}
	return text
}

// artifact is a file relative to the working directory where it lies below it.
func artifact(name, cwd string) sarifLocation {
	abs, err := filepath.Abs(name)
	if err != nil {
		abs = name
	}
	rel, err := filepath.Rel(cwd, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return sarifLocation{URI: fileURI(abs)}
	}
	return sarifLocation{URI: (&url.URL{Path: filepath.ToSlash(rel)}).EscapedPath(), BaseID: srcRoot}
}

func fileURI(abs string) string {
	return (&url.URL{Scheme: "file", Path: strings.TrimSuffix(filepath.ToSlash(abs), "/")}).String()
}

// region counts columns in UTF-16 code units, as columnKind says.
func region(f strictyaml.Fault) *sarifRegion {
	line := []rune(f.Source())
	from := min(max(0, f.Col-1), len(line))
	to := min(from+max(1, f.Width), len(line))
	start := units(line[:from]) + 1
	return &sarifRegion{StartLine: f.Line, StartColumn: start, EndColumn: max(start, start+units(line[from:to]))}
}

func units(rs []rune) int { return len(utf16.Encode(rs)) }
