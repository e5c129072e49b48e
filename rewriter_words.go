package authplugin

import "strings"

// vocabulary is what SQL text of an application may name of the library's
// tables. It is worked out once.
type vocabulary struct {
	// secrets are the columns of all models that no log may show, in lower case.
	secrets []string
	// tables are the models' tables without their schemas.
	tables []tableWord
	// guard is a binding with secrets, nil if there is none.
	guard *binding
}

type tableWord struct {
	name    string
	binding *binding
}

// vocabularyKey is where the vocabulary is kept among what is known of schemas.
type vocabularyKey struct{}

func (c *core) vocabulary() *vocabulary {
	if known, ok := c.foreign.Load(vocabularyKey{}); ok {
		return known.(*vocabulary) //nolint:forcetypeassert // only this function stores here
	}
	v := &vocabulary{}
	seen := map[string]bool{}
	for _, m := range c.schema.models {
		b := c.byModel[m]
		_, table := splitTable(m.table)
		v.tables = append(v.tables, tableWord{table, b})
		for _, column := range m.secretColumns() {
			if !seen[column] {
				v.secrets = append(v.secrets, column)
			}
			seen[column] = true
		}
		if b.hasSecrets {
			v.guard = b
		}
	}
	c.foreign.Store(vocabularyKey{}, v)
	return v
}

// table is the model of a table that is named without its schema, nil if the
// table is none of the library's.
func (v *vocabulary) table(name string) *binding {
	for i := range v.tables {
		if v.tables[i].name == name {
			return v.tables[i].binding
		}
	}
	return nil
}

func (v *vocabulary) namesTable(text string) bool {
	for i := range v.tables {
		if findWord(text, v.tables[i].name, 0) >= 0 {
			return true
		}
	}
	return false
}

func (v *vocabulary) namesSecret(text string) bool {
	for _, column := range v.secrets {
		if findWord(text, column, 0) >= 0 {
			return true
		}
	}
	return false
}

// findWord finds an identifier in SQL text, in any case, from an offset on. It
// is -1 when there is none.
func findWord(text, word string, from int) int {
	if word == "" {
		return -1
	}
	for i := from; i+len(word) <= len(text); i++ {
		end := i + len(word)
		if isBoundary(text, i) && isBoundary(text, end) && strings.EqualFold(text[i:end], word) {
			return i
		}
	}
	return -1
}

// isBoundary reports whether an identifier may begin or end at an offset.
func isBoundary(text string, i int) bool {
	return i == 0 || i == len(text) || !isWordByte(text[i-1]) || !isWordByte(text[i])
}

func isWordByte(b byte) bool {
	return b == '_' || b == '$' || b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z')
}

// aliasAfter is the alias that SQL text gives to a table whose name ends at an
// offset, empty if it gives none.
func aliasAfter(text string, end int) string {
	rest := strings.TrimLeft(text[end:], "`\"]")
	trimmed := strings.TrimLeft(rest, " \t\r\n")
	if len(trimmed) == len(rest) {
		return ""
	}
	word, quoted := leadingWord(trimmed)
	if !quoted && strings.EqualFold(word, "as") {
		word, quoted = leadingWord(strings.TrimLeft(trimmed[len(word):], " \t\r\n"))
	}
	if !quoted && isKeywordAfterTable(word) {
		return ""
	}
	return word
}

// leadingWord is the identifier that a text begins with, quoted or not.
func leadingWord(text string) (word string, quoted bool) {
	if text != "" && strings.IndexByte("`\"[", text[0]) >= 0 {
		word, _, _ = strings.Cut(text[1:], strings.Replace(text[:1], "[", "]", 1))
		return word, true
	}
	end := 0
	for end < len(text) && isWordByte(text[end]) {
		end++
	}
	return text[:end], false
}

func isKeywordAfterTable(word string) bool {
	switch strings.ToUpper(word) {
	case "ON", "USING", "WHERE", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "NATURAL", "ORDER", "GROUP",
		"HAVING", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT", "INTERSECT", "FOR", "FORCE", "USE", "IGNORE", "SET", "WITH",
		"AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "WINDOW", "TABLESAMPLE", "LATERAL", "STRAIGHT_JOIN":
		return true
	default:
		return false
	}
}
