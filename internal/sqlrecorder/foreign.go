package sqlrecorder

import (
	"errors"
	"fmt"
	"strings"
)

// foreign lists what SQL Server does not have, as words and symbols that stand
// next to each other; "#" is any number or parameter. Words are matched outside
// strings, quoted names and comments only: a column called "limit" is no LIMIT.
var foreign = []string{
	"FOR UPDATE", "FOR SHARE", "FOR NO KEY UPDATE", "SKIP LOCKED",
	"RETURNING", "LIMIT #", "ON CONFLICT", "ON DUPLICATE KEY", "INSERT IGNORE", "REPLACE INTO",
	"TABLE IF NOT EXISTS", "INDEX IF NOT EXISTS", "SCHEMA IF NOT EXISTS", "COLUMN IF NOT EXISTS",
	"CREATE INDEX CONCURRENTLY", "CREATE UNIQUE INDEX CONCURRENTLY",
	"ADD COLUMN", "MODIFY COLUMN", "CHANGE COLUMN", "RENAME COLUMN", "RENAME TO",
	"AUTO_INCREMENT", "AUTOINCREMENT", "SERIAL", "BIGSERIAL", "ENGINE =",
	"JSONB", "TIMESTAMPTZ", "TIMESTAMP WITH", "BOOLEAN", "BYTEA", "LONGTEXT",
	"TRUE", "FALSE", "ILIKE", "NULLS FIRST", "NULLS LAST",
	"NEXTVAL", "NOW (", "LENGTH (", "SUBSTR (", "RANDOM (", "GEN_RANDOM_UUID", "LAST_INSERT_ID", "DATE_ADD (", "INTERVAL #",
	"PRAGMA", "SAVEPOINT", "::", "||", "`", "?", "$ #",
}

// foreignTokens is foreign in pieces.
var foreignTokens = splitForeign()

func splitForeign() [][]string {
	list := make([][]string, len(foreign))
	for i, entry := range foreign {
		list[i] = strings.Fields(entry)
	}

	return list
}

// checkForeign also refuses a MERGE without its semicolon, the one statement
// that SQL Server wants terminated.
func checkForeign(tokens []token) error {
	for at := range tokens {
		for i, entry := range foreignTokens {
			if matches(tokens[at:], entry) {
				return fmt.Errorf("SQL Server has no %q (byte %d)", foreign[i], tokens[at].start)
			}
		}
	}

	if tokens[0].is(word, "MERGE") && !tokens[len(tokens)-1].is(symbol, ";") {
		return errors.New("a MERGE must end with a semicolon")
	}

	return nil
}

func matches(tokens []token, entry []string) bool {
	if len(tokens) < len(entry) {
		return false
	}

	for i, want := range entry {
		t := tokens[i]

		switch {
		case want == "#":
			if t.kind != literal && t.kind != variable && !t.is(symbol, "$") && !t.is(symbol, "?") {
				return false
			}
		case t.kind != word && t.kind != symbol, t.text != want:
			return false
		}
	}

	return true
}
