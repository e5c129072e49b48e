package sqlrecorder

import "slices"

// outputInserted finds what an INSERT or a MERGE gives back: the columns of its
// OUTPUT INSERTED."column" list, and how many rows it inserts. It knows the
// forms that GORM emits and no INSERT … SELECT, for which it says no rows.
func outputInserted(statement string) (columns []string, rows int) {
	tokens, err := tokenize(statement)
	if err != nil {
		return nil, 0
	}

	merge := len(tokens) > 0 && tokens[0].is(word, "MERGE")

	output := slices.IndexFunc(tokens, func(t token) bool { return t.is(word, "OUTPUT") })
	if output < 0 || (!merge && !slices.ContainsFunc(tokens[:output], func(t token) bool { return t.is(word, "INSERT") })) {
		return nil, 0
	}

	columns, list := outputColumns(tokens[output+1:])
	if len(columns) == 0 {
		return nil, 0
	}

	// An INSERT has its rows after the output, a MERGE before it.
	if merge {
		list = tokens
	}

	values := slices.IndexFunc(list, func(t token) bool { return t.is(word, "VALUES") })

	switch {
	case values < 0:
		return columns, 0
	case values > 0 && list[values-1].is(word, "DEFAULT"):
		return columns, 1
	default:
		return columns, countTuples(list[values+1:])
	}
}

// outputColumns reads INSERTED."a", INSERTED."b" and returns what follows.
func outputColumns(tokens []token) (columns []string, rest []token) {
	for len(tokens) >= 3 && tokens[0].is(word, "INSERTED") && tokens[1].is(symbol, ".") {
		columns = append(columns, tokens[2].text)
		tokens = tokens[3:]

		if len(tokens) == 0 || !tokens[0].is(symbol, ",") {
			break
		}

		tokens = tokens[1:]
	}

	return columns, tokens
}

// countTuples counts the bracketed rows up to the end of their list.
func countTuples(tokens []token) (n int) {
	depth := 0

	for _, t := range tokens {
		switch {
		case t.is(symbol, "("):
			if depth == 0 {
				n++
			}

			depth++
		case t.is(symbol, ")"):
			depth--
			// The bracket around VALUES itself.
			if depth < 0 {
				return n
			}
		case depth == 0 && !t.is(symbol, ","):
			return n
		}
	}

	return n
}
