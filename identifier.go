package authplugin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkIdentifier says what makes a name unfit for every database, "" if
// nothing does. Whatever it lets through has no character that could end a
// quoted identifier.
func checkIdentifier(name string) string {
	switch {
	case name == "":
		return "is empty"
	case !utf8.ValidString(name):
		return "is not valid UTF-8"
	}
	for i, c := range name {
		if i == 0 && c != '_' && !unicode.IsLetter(c) {
			return "does not begin with a letter or _"
		}
		// GORM takes a table name with a space for one with an alias.
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("_$-", c) {
			return "has a character other than letters, digits, _, $ and -"
		}
	}
	return ""
}

// isLogicalName reports whether a name can be a logical one: lowerCamel, ASCII.
func isLogicalName(name string) bool {
	for i, c := range name {
		lower, other := c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
		if !lower && (i == 0 || !other) {
			return false
		}
	}
	return name != ""
}
