package configfile

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxBytes is larger than any configuration. The parser calls itself for each
	// level of nesting, and needs time that grows with the square of some input.
	maxBytes = 64 << 10
	maxDepth = 64
)

// document is the file that is being read.
type document struct {
	file     string
	mistakes []Mistake
	// at is where a setting stands, by its path in Go: `User.Table`.
	at map[string]place
	// broken are paths in Go whose mistake is reported already.
	broken []string
	// getenv reads the environment.
	getenv func(string) string
}

// place is where a setting stands in the file, and what it is called there.
type place struct {
	line, column int
	path         string
}

func (d *document) mistakef(at place, format string, args ...any) {
	d.mistakes = append(d.mistakes, Mistake{File: d.file, Line: at.line, Column: at.column, Path: at.path, Problem: fmt.Sprintf(format, args...)})
}

// parse returns the body of the only document, nil for an empty file, and false when
// there is nothing that could be read.
func (d *document) parse(source []byte) (ast.Node, bool) {
	whole := place{}
	switch {
	case len(source) > maxBytes:
		d.mistakef(whole, "is larger than %d KiB", maxBytes>>10)
		return nil, false
	case !utf8.Valid(source):
		d.mistakef(whole, "is not valid UTF-8")
		return nil, false
	case tooDeep(source):
		d.mistakef(whole, "is nested more than %d deep", maxDepth)
		return nil, false
	}
	file, err := parseYAML(source)
	if err != nil {
		d.syntaxError(err)
		return nil, false
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, true
	case 1:
		return bodies[0], true
	default:
		d.mistakef(placeOf(bodies[1].GetToken(), ""), "there is more than one document in the file")
		return nil, false
	}
}

// parseYAML turns a panic of the parser over a broken file into an error.
func parseYAML(source []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the file is not YAML")
		}
	}()
	return parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
}

func (d *document) syntaxError(err error) {
	var at yaml.Error
	if !errors.As(err, &at) {
		d.mistakef(place{}, "%s", firstLine(err.Error()))
		return
	}
	d.mistakef(placeOf(at.GetToken(), ""), "%s", firstLine(at.GetMessage()))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// tooDeep reports whether brackets, or blocks that begin on one line, may nest beyond
// what the parser should be given. Those of comments and texts are counted as well,
// to be on the safe side.
func tooDeep(source []byte) bool {
	brackets := 0
	for line := range strings.Lines(string(source)) {
		columns := 0 // where a block may begin: each is a level
		for i, c := range line {
			switch c {
			case '[', '{':
				if brackets++; brackets > maxDepth {
					return true
				}
			case ']', '}':
				brackets = max(brackets-1, 0)
			case '-', '?', ':':
				if i+1 < len(line) && strings.ContainsRune(" \t\n\r", rune(line[i+1])) {
					columns++
				}
			}
		}
		if columns > maxDepth {
			return true
		}
	}
	return false
}

func placeOf(t *token.Token, path string) place {
	if t == nil || t.Position == nil {
		return place{path: path}
	}
	return place{line: t.Position.Line, column: t.Position.Column, path: path}
}
