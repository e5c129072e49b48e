package configfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Mistake is one mistake in a file.
type Mistake struct {
	File string
	// Line and Column count from 1; both are 0 for a mistake of the file as a whole.
	Line, Column int
	// Path is the setting, as it is written in the file: "user.additionalFields.role".
	Path string
	// Problem says what is wrong and how to mend it.
	Problem string
}

// String is the mistake on one line: "authplugin.yaml:3:5: user.table: is empty".
func (m Mistake) String() string {
	var b strings.Builder
	b.WriteString(m.File)
	if m.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", m.Line, m.Column)
	}
	b.WriteString(": ")
	if m.Path != "" {
		b.WriteString(m.Path + ": ")
	}
	b.WriteString(m.Problem)
	return b.String()
}

// Error is all that is wrong with a file, from top to bottom.
type Error struct{ Mistakes []Mistake }

// Error implements error, with a line for each mistake that begins with its place.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "authplugin: the configuration has %d mistakes", len(e.Mistakes))
	if len(e.Mistakes) == 1 {
		b.Reset()
		b.WriteString("authplugin: the configuration has a mistake")
	}
	for _, m := range e.Mistakes {
		b.WriteString("\n" + m.String())
	}
	return b.String()
}

// sorted are the mistakes from top to bottom, each once.
func sorted(mistakes []Mistake) []Mistake {
	slices.SortStableFunc(mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(mistakes)
}
