package authplugin

import (
	"slices"
	"strings"
)

// SQL is the plan as a script: the statements of its steps, each step under its
// name as a comment. Of an unsafe step and of drift it has nothing; see
// [Plan.Empty] before applying it.
func (p *Plan) SQL() string {
	var s script
	for _, step := range p.Steps {
		s.add(step.String(), step.SQL)
	}
	return s.text.String()
}

// ReverseSQL is the script that takes the plan's steps back, the last first. Data
// in what it drops is lost.
func (p *Plan) ReverseSQL() string {
	var s script
	for _, step := range slices.Backward(p.Steps) {
		s.add("reverse: "+step.String(), step.Reverse)
	}
	return s.text.String()
}

// DriftSQL is a script for review: what would bring the columns that differ to
// the schema. Nothing in the library runs it.
func (p *Plan) DriftSQL() string {
	var s script
	for _, d := range p.Drift {
		s.add("drift: "+d.String(), d.SQL)
	}
	return s.text.String()
}

// script is SQL text for people and for command-line clients.
type script struct{ text strings.Builder }

func (s *script) add(title string, statements []string) {
	if s.text.Len() > 0 {
		s.text.WriteString("\n")
	}
	s.text.WriteString("-- " + oneLine(title) + "\n")
	for _, statement := range statements {
		s.text.WriteString(strings.TrimRight(statement, "; \n") + ";\n")
	}
}

// oneLine keeps a name from ending the comment that it stands in.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}
