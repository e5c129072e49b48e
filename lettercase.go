package authplugin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lowerCase is text in lower case, as columns hold it that are kept so. A letter
// beyond ASCII whose lower case is an ASCII letter stays as it is (the Kelvin sign
// and İ): it would make of one e-mail address that of somebody else. So does text
// that is not UTF-8, for those who refuse it.
func lowerCase(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	if !utf8.ValidString(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		lower := unicode.ToLower(r)
		if r > unicode.MaxASCII && lower <= unicode.MaxASCII {
			return r
		}
		return lower
	}, text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}
