package dialect

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkCharacters says what makes a name unfit for every database, "" if
// nothing does. It is stricter than the databases: a name that passes needs no
// escaping within any quotes, and no tool that splits names at dots misreads it.
func checkCharacters(name string) string {
	if name == "" {
		return "is empty"
	}
	if !utf8.ValidString(name) {
		return "is not valid UTF-8"
	}
	for i, r := range name {
		switch {
		case unicode.IsLetter(r), r == '_':
			continue
		case unicode.IsDigit(r), r == '$', r == '-', r == ' ':
			if i == 0 {
				return fmt.Sprintf("begins with %q, where only a letter or an underscore may stand", r)
			}
		default:
			return fmt.Sprintf("has a character that no identifier may have (%q)", r)
		}
	}
	if last := name[len(name)-1]; last == ' ' || last == '-' {
		return fmt.Sprintf("ends with %q", last)
	}
	return ""
}

// tooLong says that a name is too long for a database, "" if it is not.
func tooLong(length, limit int, unit, database string) string {
	if length <= limit {
		return ""
	}
	return fmt.Sprintf("is longer than %d %s, the limit of %s", limit, unit, database)
}

// hasPrefixFold is strings.HasPrefix for an ASCII prefix in lower case, without
// regard to case.
func hasPrefixFold(name, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}
