package authplugin

import (
	"regexp"
	"slices"
	"strings"

	"gorm.io/gorm/clause"
)

// operands says, for SQL text on a database that keeps dates as text, which
// parameters are compared with a date of the library's: those take its form. A
// parameter that is compared with a column of the application's own, or with
// what cannot be told, is left as the driver writes it.
type operands struct {
	positions []bool          // of the parameters ?, in order
	names     map[string]bool // of the parameters @name
}

// Patterns of what stands around a parameter. A name is an identifier, perhaps
// qualified and quoted.
//
//nolint:gochecknoglobals // compiled once, written by nothing
var (
	operandName  = "([\\w$.\"`\\[\\]\\x{80}-\\x{10FFFF}]+)"
	operandLeft  = regexp.MustCompile(`(?is)` + operandName + `[\s)]*(?:<=|>=|<>|!=|==|=|<|>|\bIS|\bNOT\s+IN|\bIN|\bNOT\s+BETWEEN|\bBETWEEN)[\s(]*$`)
	operandRight = regexp.MustCompile(`(?is)^[\s)]*(?:<=|>=|<>|!=|==|=|<|>)[\s(]*(?:\w+\()*` + operandName)
	operandList  = regexp.MustCompile(`(?is)(?:\?|@\w+)\s*(?:,|\bAND)\s*$`)
	operandFrom  = regexp.MustCompile(`(?is)\bFROM\s+` + operandName + `(?:\s+(?:AS\s+)?(\w+))?`)
)

func (r *rewriter) operands(text string) operands {
	o := operands{names: map[string]bool{}}
	if r.core.times == nativeTime {
		return o
	}
	open := []int{0} // offsets behind the parentheses that are open
	var quoted byte
	for i := range len(text) {
		c := text[i]
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quoted = c
		case c == '(':
			open = append(open, i+1)
		case c == ')' && len(open) > 1:
			open = open[:len(open)-1]
		case c == '?':
			o.positions = append(o.positions, r.comparesDate(text, i, i+1, open))
		case c == '@':
			end := i + 1
			for end < len(text) && isWordByte(text[end]) {
				end++
			}
			if name := text[i+1 : end]; name != "" {
				o.names[name] = o.names[name] || r.comparesDate(text, i, end, open)
			}
		}
	}
	return o
}

func (o operands) position(i int) bool { return i >= 0 && i < len(o.positions) && o.positions[i] }

// mayHoldMoments is false for the usual parameters: text, numbers and booleans.
func mayHoldMoments(vars []any) bool {
	return slices.ContainsFunc(vars, func(v any) bool {
		switch v.(type) {
		case nil, string, ID, bool, int, int64, secretValue:
			return false
		default:
			return true
		}
	})
}

// comparesDate reports whether the parameter between two offsets is compared
// with a date column of the library's.
func (r *rewriter) comparesDate(text string, from, to int, open []int) bool {
	left := text[:from]
	for { // the other parameters of a list, or the first one of BETWEEN
		shorter := operandList.ReplaceAllString(left, "")
		if shorter == left {
			break
		}
		left = shorter
	}
	match := operandLeft.FindStringSubmatch(left)
	if match == nil {
		match = operandRight.FindStringSubmatch(text[to:])
	}
	return match != nil && r.isDate(match[1], text[:from], open)
}

// isDate resolves a name in SQL text to a date column of the library's.
func (r *rewriter) isDate(name, before string, open []int) bool {
	qualifier, column := splitTable(strings.NewReplacer("`", "", `"`, "", "[", "", "]", "").Replace(name))
	table, alias, nested := innermostFrom(before, open)
	if nested && (qualifier == "" || qualifier == table || qualifier == alias) {
		return dateOf(r.words.table(table), column)
	}
	if qualifier != "" {
		s, _ := r.sourceNamed(qualifier)
		return dateOf(s.binding, column)
	}
	if r.own.binding != nil {
		return dateOf(r.own.binding, column)
	}
	if r.stmt.Schema != nil && r.stmt.Schema.LookUpField(column) != nil {
		return false
	}
	for _, s := range r.joined {
		if dateOf(s.binding, column) {
			return true
		}
	}
	return false
}

func dateOf(b *binding, column string) bool {
	if b == nil {
		return false
	}
	col, ok := b.conditionColumn(column)
	return ok && col.date
}

// innermostFrom is the table that the innermost subquery around an offset reads.
func innermostFrom(before string, open []int) (table, alias string, nested bool) {
	for _, start := range slices.Backward(open) {
		inside := strings.TrimLeft(before[start:], " \t\r\n")
		if len(inside) < 6 || !strings.EqualFold(inside[:6], "SELECT") {
			continue
		}
		match := operandFrom.FindStringSubmatch(inside)
		if match == nil {
			return "", "", true
		}
		_, table = splitTable(strings.NewReplacer("`", "", `"`, "", "[", "", "]", "").Replace(match[1]))
		if alias = match[2]; isKeywordAfterTable(alias) {
			alias = ""
		}
		return table, alias, true
	}
	return "", "", false
}

// positional is operands for parameters of which some may be columns.
func (r *rewriter) positional(text string, vars []any) operands {
	text = withColumns(text, vars)
	compared := r.operands(text)
	all := operands{names: compared.names}
	for _, v := range vars {
		if _, column := v.(clause.Column); column {
			all.positions = append(all.positions, false)
			continue
		}
		all.positions = append(all.positions, compared.position(0))
		if len(compared.positions) > 0 {
			compared.positions = compared.positions[1:]
		}
	}
	return all
}

// withColumns writes columns that are given as parameters into the text.
func withColumns(text string, vars []any) string {
	var b strings.Builder
	i := 0
	for _, c := range []byte(text) {
		if c != '?' || i >= len(vars) {
			b.WriteByte(c)
			continue
		}
		column, ok := vars[i].(clause.Column)
		i++
		switch {
		case !ok:
			b.WriteByte('?')
		case column.Table != "" && column.Table != clause.CurrentTable:
			b.WriteString(column.Table + "." + column.Name)
		default:
			b.WriteString(column.Name)
		}
	}
	return b.String()
}
