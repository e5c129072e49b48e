package dbtest

import "strings"

// psqlPart is a run of SQL statements, or one COPY with its data.
type psqlPart struct {
	line   int // of the script, from 1
	sql    string
	isCopy bool
	data   string
}

// splitPsql takes a script of pg_dump apart: what the server understands is
// left together, COPY blocks are separated from their data, and psql's own
// commands (\restrict, \unrestrict, \connect) are dropped. It goes by lines, as
// pg_dump writes them, so that it need not understand SQL; a line of a string
// literal that begins like a COPY or with a backslash is beyond it.
func splitPsql(script string) []psqlPart {
	var (
		parts []psqlPart
		text  strings.Builder
		start = 1
		block *psqlPart
	)

	flush := func(next int) {
		if sql := text.String(); strings.TrimSpace(sql) != "" {
			parts = append(parts, psqlPart{line: start, sql: sql})
		}

		text.Reset()

		start = next
	}

	number := 0
	for line := range strings.Lines(script) {
		number++
		bare := strings.TrimRight(line, "\r\n")

		switch {
		case block != nil && bare == `\.`:
			block.data = text.String()
			parts = append(parts, *block)
			block = nil

			text.Reset()

			start = number + 1
		case block != nil:
			text.WriteString(line)
		case strings.HasPrefix(bare, "COPY ") && strings.HasSuffix(bare, " FROM stdin;"):
			flush(number)
			block = &psqlPart{line: number, sql: strings.TrimSuffix(bare, ";"), isCopy: true}
		case strings.HasPrefix(bare, `\`):
			text.WriteByte('\n')
		default:
			text.WriteString(line)
		}
	}

	flush(number)

	return parts
}
