package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The report in JUnit's XML, as far as CI systems read it. There are no times in it:
// the same tests give the same bytes.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr"`
	Line      int           `xml:"line,attr"`
	Failure   *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

// xmlText leaves out what XML cannot hold at all.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}

// writeJUnit writes the report of what was played.
func (r *testRun) writeJUnit() error {
	all := junitSuites{Name: "smarty-alert"}
	for _, f := range r.files {
		suite := junitSuite{Name: f.name, Tests: len(f.tests)}
		for _, t := range f.tests {
			c := junitCase{Name: t.Name, ClassName: f.name, File: t.File, Line: t.Line}
			if list := t.verdict.Failures; len(list) > 0 {
				suite.Failures++
				c.Failure = &junitFailure{Message: list[0].Text, Type: "expectation", Text: xmlText("\n" + t.played.Text(t.verdict))}
			}
			suite.Cases = append(suite.Cases, c)
		}
		all.Tests, all.Failures = all.Tests+suite.Tests, all.Failures+suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", r.flags.junit, err)
	}
	if err := replaceFile(r.flags.junit, append([]byte(xml.Header), append(data, '\n')...)); err != nil {
		return fmt.Errorf("write %s: %w", r.flags.junit, err)
	}
	return nil
}
