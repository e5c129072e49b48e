package authplugin

import (
	"database/sql/driver"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// condition rewrites the comparison of a column with a value.
func (r *rewriter) condition(e clause.Expression, n negation) (clause.Expression, bool) {
	switch x := e.(type) {
	case clause.Eq:
		return r.equality(e, x.Column, x.Value, true, n)
	case clause.Neq:
		return r.equality(e, x.Column, x.Value, false, n)
	case clause.IN:
		if in, changed := r.membership(x, n); changed {
			return in, true
		}
	case clause.Gt:
		if column, v, changed := r.comparison(x.Column, x.Value); changed {
			return clause.Gt{Column: column, Value: v}, true
		}
	case clause.Gte:
		if column, v, changed := r.comparison(x.Column, x.Value); changed {
			return clause.Gte{Column: column, Value: v}, true
		}
	case clause.Lt:
		if column, v, changed := r.comparison(x.Column, x.Value); changed {
			return clause.Lt{Column: column, Value: v}, true
		}
	case clause.Lte:
		if column, v, changed := r.comparison(x.Column, x.Value); changed {
			return clause.Lte{Column: column, Value: v}, true
		}
	case clause.Like:
		if column, v, changed := r.pattern(x.Column, x.Value); changed {
			return clause.Like{Column: column, Value: v}, true
		}
	}
	return e, false
}

// equality rewrites Eq and Neq, whose value may be a list.
func (r *rewriter) equality(e clause.Expression, column, v any, equal bool, n negation) (clause.Expression, bool) {
	col, known := r.lookUp(column)
	name, renamed := r.physical(column, col)
	changed := renamed
	if list, isList := listOf(col, v); isList {
		values, converted := r.list(col, list)
		if converted && len(values) == 0 {
			return impossible(name, equal, n), true
		}
		if changed = changed || converted; converted {
			v = values
		}
	} else {
		next, converted := r.single(column, col, known, v)
		if isNothing(next) && converted {
			return impossible(name, equal, n), true
		}
		v, changed = next, changed || converted
	}
	switch {
	case !changed:
		return e, false
	case equal:
		return clause.Eq{Column: name, Value: v}, true
	default:
		return clause.Neq{Column: name, Value: v}, true
	}
}

// single rewrites one value of a column that may not be known.
func (r *rewriter) single(column any, col conditionColumn, known bool, v any) (any, bool) {
	if known {
		return r.convert(col, v)
	}
	if r.refuseUnknown(column) {
		return v, false
	}
	return r.rawVar(v, r.treatColumn(column))
}

// membership rewrites IN.
func (r *rewriter) membership(in clause.IN, n negation) (clause.Expression, bool) {
	col, known := r.lookUp(in.Column)
	name, changed := r.physical(in.Column, col)
	values, converted := in.Values, false
	switch {
	case known:
		values, converted = r.list(col, in.Values)
	case !r.refuseUnknown(in.Column):
		values, converted = r.tuples(in)
	}
	if converted && len(values) == 0 {
		return impossible(name, true, n), true
	}
	if !changed && !converted {
		return nil, false
	}
	return clause.IN{Column: name, Values: values}, true
}

// tuples rewrites the values of several columns at once, or of a column that is
// not known.
func (r *rewriter) tuples(in clause.IN) ([]any, bool) {
	columns, ok := in.Column.([]clause.Column)
	if !ok {
		return r.rawVars(in.Values, r.treatColumn(in.Column))
	}
	known := make([]conditionColumn, len(columns))
	for i := range columns {
		known[i], _ = r.lookUp(columns[i])
	}
	out, changed := make([]any, 0, len(in.Values)), false
	for _, v := range in.Values {
		tuple, ok := v.([]any)
		if !ok || len(tuple) != len(columns) {
			return in.Values, false
		}
		tuple, impossible := slices.Clone(tuple), false
		for i := range tuple {
			next, one := r.convert(known[i], tuple[i])
			tuple[i], changed = next, changed || one
			impossible = impossible || (one && isNothing(next))
		}
		if !impossible {
			out = append(out, tuple)
		}
	}
	return out, changed
}

// comparison rewrites what a column is greater or less than. With an id that no
// row can have it is never true, whether negated or not.
func (r *rewriter) comparison(column, v any) (any, any, bool) {
	col, known := r.lookUp(column)
	name, renamed := r.physical(column, col)
	col.id = col.id && !col.textual() // any text has a place in the order of text
	v, changed := r.single(column, col, known, v)
	return name, v, changed || renamed
}

// pattern rewrites what a column is LIKE, which has its own case.
func (r *rewriter) pattern(column, v any) (any, any, bool) {
	col, known := r.lookUp(column)
	name, renamed := r.physical(column, col)
	col.lower = false
	col.id = col.id && !col.textual()
	v, changed := r.single(column, col, known, v)
	return name, v, changed || renamed
}

// impossible is a condition on an id that no row can have. Without NULL in the
// column it is false, or true when it asks for inequality, and so is its
// negation the other way round: a comparison with NULL would be neither, and
// Not("id", "") would match no row at all.
func impossible(column any, equal bool, n negation) clause.Expression {
	itself := column
	if name, ok := column.(string); ok {
		itself = clause.Column{Name: name}
	}
	switch {
	case equal && n != buried:
		return clause.IN{Column: column} // IN (NULL), negated IS NOT NULL
	case !equal && n == affirmed:
		return clause.Neq{Column: column} // IS NOT NULL
	case equal:
		return clause.Neq{Column: column, Value: itself}
	default:
		return clause.Eq{Column: column, Value: itself}
	}
}

// listOf is a value that is a list to GORM. Columns that take values as they
// are need not know.
func listOf(col conditionColumn, v any) ([]any, bool) {
	if list, ok := v.([]any); ok {
		return list, true
	}
	switch v.(type) {
	case driver.Valuer, gorm.Valuer, clause.Expression, string, ID:
		return nil, false
	}
	rv := reflect.ValueOf(v)
	if col.indifferent() || (rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array) || rv.Type().Elem().Kind() == reflect.Uint8 {
		return nil, false
	}
	list := make([]any, rv.Len())
	for i := range list {
		list[i] = rv.Index(i).Interface()
	}
	return list, true
}

// list rewrites the values of a list. Ids that no row can have are left out:
// NOT IN (…, NULL) would match no row at all.
func (r *rewriter) list(col conditionColumn, list []any) ([]any, bool) {
	out, changed := list, false
	for i, v := range list {
		next, one := r.convert(col, v)
		if one && !changed {
			out, changed = append(make([]any, 0, len(list)), list[:i]...), true
		}
		if changed && (!one || !isNothing(next)) {
			out = append(out, next)
		}
	}
	return out, changed
}

func (r *rewriter) convert(col conditionColumn, v any) (any, bool) {
	if v == nil || col.indifferent() || isExpression(v) {
		return v, false
	}
	if _, done := v.(secretValue); done {
		return v, false
	}
	changed := false
	switch {
	case col.id:
		v, changed = col.convertID(v)
	case col.date:
		if raw, err := plain(v); err == nil && raw != nil {
			if t, ok := toTime(raw); ok {
				stored := r.core.times.store(t)
				v, changed = stored, changed || stored != v
			}
		}
	case col.lower:
		v, changed = toLower(v)
	}
	if col.secret && !isNothing(v) {
		return hide(v)
	}
	return v, changed
}

// convertID makes an id a value of its column's type.
func (col conditionColumn) convertID(v any) (any, bool) {
	raw, err := plain(v)
	if err != nil || raw == nil {
		return v, false
	}
	id, ok := toID(raw)
	if !ok {
		return v, false
	}
	switch v.(type) {
	case ID, string:
		if col.textual() && id != "" && id[len(id)-1] != ' ' { // as idKind.parse has it
			return v, false
		}
	}
	return col.comparable(id), true
}

// toLower is text as a column holds it that is kept in lower case.
func toLower(v any) (any, bool) {
	raw, err := plain(v)
	if err != nil {
		return v, false
	}
	rv := reflect.ValueOf(raw)
	if rv.Kind() != reflect.String {
		return v, false
	}
	if lower := lowerCase(rv.String()); lower != rv.String() {
		return lower, true
	}
	return v, false
}

func isExpression(v any) bool {
	switch v.(type) {
	case clause.Expression, clause.Column, *gorm.DB:
		return true
	default:
		return false
	}
}
