package sqlrecorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sqlc-dev/teesql/ast"
	"github.com/sqlc-dev/teesql/parser"
)

var errEmpty = errors.New("sqlrecorder: the statement is empty")

// Check reports why a statement is not Transact-SQL, nil if nothing speaks
// against it. Three judges look at it: a parser, which knows the grammar but is
// lenient; a list of what other databases have and SQL Server does not, which
// never looks into strings, quoted names and comments; and the rule that only a
// known procedure is called without EXEC, because to the parser any words that
// it does not know are the call of a procedure.
//
// The parser's one known mistake is that it refuses MERGE … USING (VALUES …).
// There the values are checked as the derived table of a SELECT, and the rest of
// the MERGE with a query in their place.
//
// It knows no tables, so that names, types and the semantics of a statement
// remain unchecked.
func Check(statement string) error {
	tokens, err := tokenize(statement)
	if err != nil {
		return fmt.Errorf("sqlrecorder: %w: %s", err, statement)
	}

	if len(tokens) == 0 {
		return errEmpty
	}

	if err := checkForeign(tokens); err != nil {
		return fmt.Errorf("sqlrecorder: %w: %s", err, statement)
	}

	for _, text := range splitMerge(withoutComments(statement, tokens), tokens) {
		if err := parse(text); err != nil {
			return fmt.Errorf("sqlrecorder: %w: %s", err, statement)
		}
	}

	return nil
}

// withoutComments keeps every token where it was. The parser does not know that
// comments nest.
func withoutComments(statement string, tokens []token) string {
	text := bytes.Repeat([]byte{' '}, len(statement))
	for _, t := range tokens {
		copy(text[t.start:], statement[t.start:t.end])
	}

	return string(text)
}

func parse(text string) error {
	script, err := parser.Parse(context.Background(), strings.NewReader(text))
	if err != nil {
		return err
	}

	first := true

	for _, batch := range script.Batches {
		for _, statement := range batch.Statements {
			if err := checkKind(text, statement, first); err != nil {
				return err
			}

			first = false
		}
	}

	return nil
}

// checkKind refuses the two kinds of statement that the parser makes of words
// which it does not understand.
func checkKind(text string, statement ast.Statement, first bool) error {
	switch statement := statement.(type) {
	case *ast.LabelStatement:
		return errors.New("a label, or a clause that SQL Server does not have")
	case *ast.ExecuteStatement:
		// Positions count UTF-16 units. Only the beginning matters, and it is
		// found in the rest of the text whatever precedes it.
		source := strings.ToUpper(after(text, statement.StartOffset))
		if strings.HasPrefix(source, "EXEC") || (first && strings.HasPrefix(source, "SP_")) {
			return nil
		}

		beginning := strings.FieldsFunc(source, func(r rune) bool { return !isNameRune(r) })

		return fmt.Errorf("%q is no statement and no clause of SQL Server", beginning[:min(1, len(beginning))])
	}

	return nil
}

// after returns the text from a position that counts UTF-16 units.
func after(text string, units int) string {
	for i, r := range text {
		if units <= 0 {
			return text[i:]
		}

		units--

		if r > 0xFFFF {
			units--
		}
	}

	return ""
}

// splitMerge returns the texts to parse: the statement itself, or the two parts
// of a MERGE … USING (VALUES …).
func splitMerge(statement string, tokens []token) []string {
	if !tokens[0].is(word, "MERGE") {
		return []string{statement}
	}

	for i := range tokens {
		if i+2 >= len(tokens) || !tokens[i].is(word, "USING") || !tokens[i+1].is(symbol, "(") || !tokens[i+2].is(word, "VALUES") {
			continue
		}

		opening, depth := i+1, 0
		for _, t := range tokens[opening:] {
			switch {
			case t.is(symbol, "("):
				depth++
			case t.is(symbol, ")"):
				depth--
			}

			if depth == 0 {
				values := statement[tokens[opening].start:t.end]

				return []string{
					"SELECT * FROM " + values + " AS source",
					statement[:tokens[opening].start] + "(SELECT 1 AS one)" + statement[t.end:],
				}
			}
		}
	}

	return []string{statement}
}
