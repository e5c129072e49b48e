package authplugin

import "strings"

// savepointVerb is what a statement does to savepoints.
type savepointVerb uint8

const (
	noSavepoint savepointVerb = iota
	setSavepoint
	releaseSavepoint
	rollbackToSavepoint
	rollbackAll
)

// savepointCommand is a statement about savepoints; its name is one that can be
// compared.
type savepointCommand struct {
	verb savepointVerb
	name string
}

// mayMarkSavepoint looks at the first bytes of a statement only: every statement
// of a transaction passes here.
func mayMarkSavepoint(query string) bool {
	for i := range len(query) {
		switch query[i] {
		case ' ', '\t', '\r', '\n':
		case 's', 'S':
			return i+2 < len(query) && query[i+1]|0x20 == 'a' && query[i+2]|0x20 == 'v'
		case 'r', 'R':
			if i+2 >= len(query) {
				return false
			}
			second, third := query[i+1]|0x20, query[i+2]|0x20
			return second == 'o' && third == 'l' || second == 'e' && third == 'l'
		default:
			return query[i] == '/' || query[i] == '-' || query[i] == ';' // a comment may come first
		}
	}
	return false
}

// parseSavepoint reads one statement, and returns what follows its semicolon.
func parseSavepoint(query, dialect string) (savepointCommand, string) {
	s := sqlWords{rest: query}
	verb := noSavepoint
	var name sqlWord
	switch first := s.next(); {
	case first.is("SAVEPOINT"):
		verb, name = setSavepoint, s.next()
	case first.is("SAVE"):
		if transaction := s.next(); transaction.is("TRANSACTION") || transaction.is("TRAN") {
			verb, name = setSavepoint, s.next()
		}
	case first.is("RELEASE"):
		verb, name = releaseSavepoint, s.savepointName()
	case first.is("ROLLBACK"):
		verb, name = s.rollback(dialect)
	}
	if verb == noSavepoint || (verb != rollbackAll && name.text == "") {
		return savepointCommand{}, ""
	}
	return savepointCommand{verb, name.savepoint(dialect)}, s.afterStatement()
}

// rollback reads what follows ROLLBACK.
func (s *sqlWords) rollback(dialect string) (savepointVerb, sqlWord) {
	word := s.next()
	if word.is("WORK") || word.is("TRANSACTION") || word.is("TRAN") {
		word = s.next()
		if dialect == "sqlserver" && word.text != "" {
			return rollbackToSavepoint, word
		}
	}
	switch {
	case word.is("TO"):
		return rollbackToSavepoint, s.savepointName()
	case word.text == "", word.is("AND"): // AND CHAIN
		return rollbackAll, sqlWord{}
	default: // ROLLBACK PREPARED
		return noSavepoint, sqlWord{}
	}
}

// savepointName reads a name with the word SAVEPOINT before it or not.
func (s *sqlWords) savepointName() sqlWord {
	word := s.next()
	if word.is("SAVEPOINT") {
		if name := s.next(); name.text != "" {
			return name
		}
	}
	return word
}

// sqlWord is a word of a statement, without the quotes around it.
type sqlWord struct {
	text   string
	quoted bool
}

func (w sqlWord) is(keyword string) bool { return !w.quoted && strings.EqualFold(w.text, keyword) }

// savepoint is the name as the database compares it.
func (w sqlWord) savepoint(dialect string) string {
	switch {
	case dialect == "sqlserver", dialect == "postgres" && w.quoted:
		return w.text
	default:
		return strings.ToLower(w.text)
	}
}

// sqlWords reads a statement word by word, up to its semicolon.
type sqlWords struct{ rest string }

// next is the next word, an empty one at the end of the statement.
func (s *sqlWords) next() sqlWord {
	s.skip(" \t\r\n")
	if s.rest == "" || s.rest[0] == ';' {
		return sqlWord{}
	}
	if end, ok := closingQuotes[s.rest[0]]; ok {
		return s.quotedWord(end)
	}
	end := strings.IndexAny(s.rest, " \t\r\n;")
	if end < 0 {
		end = len(s.rest)
	}
	for _, comment := range []string{"/*", "--"} {
		if i := strings.Index(s.rest[:end], comment); i > 0 {
			end = i
		}
	}
	word := s.rest[:end]
	s.rest = s.rest[end:]
	return sqlWord{text: word}
}

// closingQuotes are the quotes of all databases, which do not overlap where a
// name is expected.
var closingQuotes = map[byte]byte{'"': '"', '`': '`', '\'': '\'', '[': ']'} //nolint:gochecknoglobals // a table that nothing writes

// quotedWord reads up to the quote that ends the word; two of them are one.
func (s *sqlWords) quotedWord(end byte) sqlWord {
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		if s.rest[i] == end {
			if i+1 == len(s.rest) || s.rest[i+1] != end {
				s.rest = s.rest[i+1:]
				return sqlWord{b.String(), true}
			}
			i++
		}
		b.WriteByte(s.rest[i])
	}
	s.rest = ""
	return sqlWord{b.String(), true}
}

// skip takes away spaces, comments and what else of a set comes first.
func (s *sqlWords) skip(set string) {
	for {
		s.rest = strings.TrimLeft(s.rest, set)
		var end string
		switch {
		case strings.HasPrefix(s.rest, "/*"):
			end = "*/"
		case strings.HasPrefix(s.rest, "--"):
			end = "\n"
		default:
			return
		}
		_, s.rest, _ = strings.Cut(s.rest[2:], end)
	}
}

// afterStatement is what follows the statement's semicolon.
func (s *sqlWords) afterStatement() string {
	for s.next().text != "" { // what is left of it: ROLLBACK AND CHAIN
	}
	s.skip(" \t\r\n;")
	return s.rest
}
