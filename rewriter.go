package authplugin

import (
	"database/sql"
	"database/sql/driver"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// rewriter adapts the WHERE clause of one statement: ids become values of their
// column's type, dates get the form of the database, secrets are concealed.
type rewriter struct {
	stmt    *gorm.Statement
	column  func(name string) (conditionColumn, bool)
	times   timeFormat
	secrets []string // columns, in lower case, that raw conditions may name
}

// joins rewrites the conditions of joins: SQL text with parameters, and the
// conditions that a joined relation was given.
func (r *rewriter) joins() {
	if len(r.stmt.Joins) == 0 {
		return
	}
	joins := slices.Clone(r.stmt.Joins)
	for i := range joins {
		joins[i].Conds, _ = r.raw(joins[i].Name, joins[i].Conds)
	}
	r.stmt.Joins = joins
}

// all rewrites a list without touching it: a condition may be shared by several
// statements.
func (r *rewriter) all(exprs []clause.Expression) ([]clause.Expression, bool) {
	var out []clause.Expression
	for i, e := range exprs {
		next, changed := r.one(e)
		if changed && out == nil {
			out = append([]clause.Expression(nil), exprs...)
		}
		if changed {
			out[i] = next
		}
	}
	if out == nil {
		return exprs, false
	}
	return out, true
}

func (r *rewriter) one(e clause.Expression) (clause.Expression, bool) {
	switch x := e.(type) {
	case clause.AndConditions:
		if exprs, changed := r.all(x.Exprs); changed {
			return clause.AndConditions{Exprs: exprs}, true
		}
	case clause.OrConditions:
		if exprs, changed := r.all(x.Exprs); changed {
			return clause.OrConditions{Exprs: exprs}, true
		}
	case clause.NotConditions:
		if exprs, changed := r.all(x.Exprs); changed {
			return clause.NotConditions{Exprs: exprs}, true
		}
	case clause.Eq:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Eq{Column: x.Column, Value: v}, true
		}
	case clause.Neq:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Neq{Column: x.Column, Value: v}, true
		}
	case clause.Gt:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Gt{Column: x.Column, Value: v}, true
		}
	case clause.Gte:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Gte{Column: x.Column, Value: v}, true
		}
	case clause.Lt:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Lt{Column: x.Column, Value: v}, true
		}
	case clause.Lte:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Lte{Column: x.Column, Value: v}, true
		}
	case clause.Like:
		if v, changed := r.value(x.Column, x.Value); changed {
			return clause.Like{Column: x.Column, Value: v}, true
		}
	case clause.IN:
		if values, changed := r.values(x.Column, x.Values); changed {
			return clause.IN{Column: x.Column, Values: values}, true
		}
	case clause.Expr:
		if vars, changed := r.raw(x.SQL, x.Vars); changed {
			return clause.Expr{SQL: x.SQL, Vars: vars, WithoutParentheses: x.WithoutParentheses}, true
		}
	case clause.NamedExpr:
		if vars, changed := r.named(x.SQL, x.Vars); changed {
			return clause.NamedExpr{SQL: x.SQL, Vars: vars}, true
		}
	}
	return e, false
}

// lookUp finds the column of a condition, unless it is one of another table.
func (r *rewriter) lookUp(column any) (conditionColumn, bool) {
	var table, name string
	switch c := column.(type) {
	case string:
		table, name = splitTable(c)
	case clause.Column:
		table, name = c.Table, c.Name
		if t, n := splitTable(name); table == "" {
			table, name = t, n
		}
	default:
		return conditionColumn{}, false
	}
	if _, bare := splitTable(table); table != "" && table != clause.CurrentTable && bare != r.stmt.Table {
		return conditionColumn{}, false
	}
	return r.column(strings.Trim(name, "`\"[]"))
}

func (r *rewriter) value(column, v any) (any, bool) {
	col, ok := r.lookUp(column)
	if !ok {
		return v, false
	}
	if list, ok := v.([]any); ok {
		return r.list(col, list)
	}
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Slice && rv.Type().Elem().Kind() == reflect.String {
		list := make([]any, rv.Len())
		for i := range list {
			list[i] = rv.Index(i).Interface()
		}
		out, _ := r.list(col, list)
		return out, true
	}
	return r.convert(col, v)
}

func (r *rewriter) values(column any, list []any) ([]any, bool) {
	col, ok := r.lookUp(column)
	if !ok {
		return list, false
	}
	return r.list(col, list)
}

func (r *rewriter) list(col conditionColumn, list []any) ([]any, bool) {
	out, changed := list, false
	for i, v := range list {
		next, one := r.convert(col, v)
		if one && !changed {
			out, changed = append([]any(nil), list...), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

func (r *rewriter) convert(col conditionColumn, v any) (any, bool) {
	changed := false
	switch {
	case v == nil, isExpression(v):
		return v, false
	case col.id != nil:
		id, ok := toID(follow(v))
		if !ok {
			return v, false
		}
		v, changed = col.id(id), true
	case col.date:
		if raw := follow(v); raw != nil {
			if t, ok := toTime(raw); ok {
				v, changed = r.times.store(t), true
			}
		}
	}
	if col.secret {
		if concealed := conceal(v); concealed != nil {
			if _, already := v.(secretValue); !already {
				return concealed, true
			}
		}
	}
	return v, changed
}

func isExpression(v any) bool {
	switch v.(type) {
	case clause.Expression, clause.Column, *gorm.DB:
		return true
	default:
		return false
	}
}

// raw rewrites the parameters of a condition that is SQL text. Which column
// each belongs to is not known: moments get the form of the database, and text
// is concealed when the condition names a secret column.
func (r *rewriter) raw(text string, vars []any) ([]any, bool) {
	secret := r.namesSecret(text)
	if !secret && r.times == nativeTime {
		return vars, false
	}
	out, changed := vars, false
	for i, v := range vars {
		next, one := r.rawVar(v, secret)
		if one && !changed {
			out, changed = append([]any(nil), vars...), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

// rawVar rewrites one parameter of SQL text. What it does not know is left
// alone: a parameter may be anything that GORM takes, a subquery included.
func (r *rewriter) rawVar(v any, secret bool) (any, bool) {
	switch x := v.(type) {
	case time.Time:
		return r.times.store(x), r.times != nativeTime
	case *time.Time:
		if x == nil {
			return v, false
		}
		return r.times.store(*x), r.times != nativeTime
	case sql.NullTime:
		if !x.Valid {
			return v, false
		}
		return r.times.store(x.Time), r.times != nativeTime
	case sql.NamedArg:
		next, changed := r.rawVar(x.Value, secret)
		x.Value = next
		return x, changed
	case clause.Expression:
		return r.one(x)
	case clause.Column, clause.Table, *gorm.DB, driver.Valuer:
		return v, false
	case string:
		if !secret {
			return v, false
		}
		return secretValue{v}, true
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.Kind() == reflect.String:
		return secretValue{v}, secret
	case rv.Kind() == reflect.Pointer && !rv.IsNil() && rv.Elem().Kind() == reflect.String:
		return secretValue{rv.Elem().Interface()}, secret
	case rv.Kind() == reflect.Slice && (rv.Type().Elem() == reflect.TypeFor[time.Time]() || rv.Type().Elem().Kind() == reflect.String):
		list := make([]any, rv.Len())
		for i := range list {
			list[i], _ = r.rawVar(rv.Index(i).Interface(), secret)
		}
		return list, true
	default:
		return v, false
	}
}

// named rewrites what the parameters @name of SQL text are taken from: named
// arguments, maps and structs.
func (r *rewriter) named(text string, vars []any) ([]any, bool) {
	secret := r.namesSecret(text)
	if !secret && r.times == nativeTime {
		return vars, false
	}
	out := make([]any, len(vars))
	for i, v := range vars {
		rv := reflect.Indirect(reflect.ValueOf(v))
		switch {
		case rv.Kind() == reflect.Map && rv.Type().Key().Kind() == reflect.String:
			values := make(map[string]any, rv.Len())
			for it := rv.MapRange(); it.Next(); {
				values[it.Key().String()], _ = r.rawVar(it.Value().Interface(), secret)
			}
			out[i] = values
		case rv.Kind() == reflect.Struct && rv.Type() != reflect.TypeFor[sql.NamedArg]():
			out[i] = r.namedStruct(rv, secret)
		default:
			out[i], _ = r.rawVar(v, secret)
		}
	}
	return out, true
}

// namedStruct names the fields of a struct as GORM does, embedded ones included.
func (r *rewriter) namedStruct(rv reflect.Value, secret bool) map[string]any {
	values := map[string]any{}
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			maps.Copy(values, r.namedStruct(rv.Field(i), secret))
			continue
		}
		values[field.Name], _ = r.rawVar(rv.Field(i).Interface(), secret)
	}
	return values
}

func (r *rewriter) namesSecret(text string) bool {
	if len(r.secrets) == 0 {
		return false
	}
	text = strings.ToLower(text)
	for _, column := range r.secrets {
		if strings.Contains(text, column) {
			return true
		}
	}
	return false
}
