package authplugin

import (
	"database/sql"
	"database/sql/driver"
	"maps"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// named rewrites what the parameters @name of SQL text are taken from: named
// arguments, maps and structs.
func (r *rewriter) named(text string, vars []any) ([]any, bool) {
	if len(vars) == 0 {
		return vars, false
	}
	t := r.treat(text)
	out, changed := vars, false
	for i, v := range vars {
		next, one := r.namedVar(v, t)
		if one && !changed {
			out, changed = slices.Clone(vars), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

func (r *rewriter) namedVar(v any, t treatment) (any, bool) {
	switch x := v.(type) {
	case time.Time, *time.Time, sql.NamedArg, clause.Expression, clause.Column, clause.Table, *gorm.DB, gorm.Valuer, driver.Valuer:
		return r.rawVar(v, t)
	case map[string]any:
		values, changed := make(map[string]any, len(x)), false
		for name, value := range x {
			next, one := r.rawVar(value, t)
			values[name], changed = next, changed || one
		}
		return values, changed
	}
	rv := reflect.Indirect(reflect.ValueOf(v))
	if rv.Kind() != reflect.Struct {
		return r.rawVar(v, t)
	}
	values := map[string]any{}
	changed := r.namedStruct(rv, t, values)
	if !changed {
		return v, false
	}
	return values, true
}

// namedStruct names the fields of a struct as GORM does, embedded ones included.
func (r *rewriter) namedStruct(rv reflect.Value, t treatment, values map[string]any) bool {
	changed := false
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		next, one := r.rawVar(rv.Field(i).Interface(), t)
		values[field.Name], changed = next, changed || one
		if inner := reflect.Indirect(rv.Field(i)); field.Anonymous && inner.Kind() == reflect.Struct {
			embedded := map[string]any{}
			changed = r.namedStruct(inner, t, embedded) || changed
			maps.Copy(values, embedded)
		}
	}
	return changed
}
