package sqlrecorder

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind tells apart what a rule about words may look at.
type tokenKind int

const (
	word       tokenKind = iota // a keyword or a name without quotes, in upper case
	quotedName                  // "name" or [name], without the quotes
	literal                     // a string or a number
	variable                    // @p1, @@ROWCOUNT
	symbol                      // one character, or "::" or "||"
)

// token is a piece of Transact-SQL; comments and white space are none.
type token struct {
	kind       tokenKind
	text       string
	start, end int // bytes of the statement
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }

// tokenize takes a statement apart. Double quotes delimit names, as with
// QUOTED_IDENTIFIER ON, which every driver sets. A quote or a comment that is
// not closed is an error.
func tokenize(statement string) ([]token, error) {
	var tokens []token

	for at := 0; at < len(statement); {
		rest := statement[at:]
		r, size := utf8.DecodeRuneInString(rest)

		switch {
		case unicode.IsSpace(r):
			at += size
		case strings.HasPrefix(rest, "--"):
			at += lineLength(rest)
		case strings.HasPrefix(rest, "/*"):
			length := commentLength(rest)
			if length < 0 {
				return nil, fmt.Errorf("the comment at byte %d has no end", at)
			}

			at += length
		default:
			t, ok := next(rest, r, size)
			if !ok {
				return nil, fmt.Errorf("the quote at byte %d has no end", at)
			}

			t.start, t.end = at, at+t.end
			at = t.end
			tokens = append(tokens, t)
		}
	}

	return tokens, nil
}

// next reads the token that rest begins with, of which r is the first rune; its
// end is its length. It is not
// ok if a quote has no end.
func next(rest string, r rune, size int) (token, bool) {
	switch {
	case r == '\'':
		return quoted(rest, literal, 0, '\'')
	case (r == 'N' || r == 'n') && strings.HasPrefix(rest[1:], "'"):
		return quoted(rest, literal, 1, '\'')
	case r == '"':
		return quoted(rest, quotedName, 0, '"')
	case r == '[':
		return quoted(rest, quotedName, 0, ']')
	case r == '@':
		return run(rest, variable), true
	case unicode.IsDigit(r):
		return run(rest, literal), true
	case isNameRune(r):
		t := run(rest, word)
		t.text = strings.ToUpper(t.text)

		return t, true
	case strings.HasPrefix(rest, "::"), strings.HasPrefix(rest, "||"):
		return token{kind: symbol, text: rest[:2], end: 2}, true
	default:
		return token{kind: symbol, text: rest[:size], end: size}, true
	}
}

// quoted reads up to the closing quote, which stands for itself when doubled.
// The opening one is at the given offset.
func quoted(rest string, kind tokenKind, offset int, closing byte) (token, bool) {
	for i := offset + 1; i < len(rest); i++ {
		if rest[i] != closing {
			continue
		}

		if i+1 < len(rest) && rest[i+1] == closing {
			i++

			continue
		}

		twice := string([]byte{closing, closing})

		return token{kind: kind, text: strings.ReplaceAll(rest[offset+1:i], twice, twice[:1]), end: i + 1}, true
	}

	return token{}, false
}

func run(rest string, kind tokenKind) token {
	length := strings.IndexFunc(rest, func(r rune) bool { return !isNameRune(r) })
	if length < 0 {
		length = len(rest)
	}

	return token{kind: kind, text: rest[:length], end: length}
}

// isNameRune leaves out the $ of names, which nobody uses: here it is the $ of
// a foreign parameter.
func isNameRune(r rune) bool {
	return r == '_' || r == '@' || r == '#' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func lineLength(rest string) int {
	if length := strings.IndexByte(rest, '\n'); length >= 0 {
		return length
	}

	return len(rest)
}

// commentLength is the length of a block comment, which may contain others, or
// -1.
func commentLength(rest string) int {
	depth := 0

	for i := 0; i+1 < len(rest); i++ {
		switch rest[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++

			if depth == 0 {
				return i + 1
			}
		}
	}

	return -1
}
