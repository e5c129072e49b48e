package authplugin

import (
	"slices"
	"strings"

	"gorm.io/gorm/clause"
)

// maxGlob is how long a text may be that is looked for by GLOB: SQLite refuses
// patterns of more than 50,000 bytes.
const maxGlob = 10_000

// pattern looks for text at the beginning, at the end or anywhere. The text is
// always a literal.
func (x comparison) pattern() (clause.Expr, error) {
	text, err := x.patternText()
	switch {
	case err != nil:
		return clause.Expr{}, err
	case text == "":
		return x.notNull(), nil
	case x.match.Like == "":
		return x.search(text), nil
	default:
		return x.like(text), nil
	}
}

// like is a pattern with LIKE.
func (x comparison) like(text string) clause.Expr {
	special := "!%_"
	if x.match.Brackets {
		special += "["
	}
	text = escape(text, special, "!", "")
	if x.Operator != OperatorStartsWith {
		text = "%" + text
	}
	if x.Operator != OperatorEndsWith {
		text += "%"
	}
	value := x.conceal(text)
	wrapper := x.match.Like
	if x.caseless() {
		wrapper = x.match.LikeFold
	}
	side := wrapped(wrapper)
	exact := clause.Expr{
		SQL:  strings.Replace(side, "?", x.asText(), 1) + " LIKE " + side + " ESCAPE '!'",
		Vars: []any{x.column, value},
	}
	if !x.match.Collated || x.caseless() || !x.text || x.Operator != OperatorStartsWith {
		return exact
	}
	// The comparison by collation can use the index.
	return clause.Expr{
		SQL:  "(? LIKE ? ESCAPE '!' AND " + exact.SQL + ")",
		Vars: slices.Concat(exact.Vars, exact.Vars),
	}
}

// search is a pattern with functions of SQLite, and with GLOB, which can use the
// index.
func (x comparison) search(text string) clause.Expr {
	wrapper := x.match.Equal
	if x.caseless() {
		wrapper = x.match.EqualFold
	}
	side := wrapped(wrapper)
	column := strings.Replace(side, "?", x.asText(), 1)
	value := x.conceal(text)
	switch {
	case x.Operator == OperatorContains:
		return clause.Expr{SQL: "instr(" + column + ", " + side + ") > 0", Vars: []any{x.column, value}}
	case x.Operator == OperatorEndsWith:
		return clause.Expr{SQL: "substr(" + column + ", -length(?)) = " + side, Vars: []any{x.column, value, value}}
	case x.caseless() || len(text) > maxGlob:
		return clause.Expr{SQL: "instr(" + column + ", " + side + ") = 1", Vars: []any{x.column, value}}
	default:
		return clause.Expr{SQL: column + " GLOB ?", Vars: []any{x.column, x.conceal(escape(text, "*?[", "[", "]") + "*")}}
	}
}

// caseless says that case does not count, also in ids that are no text.
func (x comparison) caseless() bool { return x.Mode == ModeInsensitive }

// asText is the column as text.
func (x comparison) asText() string {
	if x.text {
		return "?"
	}
	return wrapped(x.match.Cast)
}

// escape puts something before and after each special character.
func escape(text, special, before, after string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; strings.IndexByte(special, c) >= 0 {
			b.WriteString(before + string(c) + after)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
