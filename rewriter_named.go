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
	t, compared := r.treat(text), r.positional(text, vars)
	out, changed := vars, false
	for i, v := range vars {
		next, one := r.namedVar(v, t, compared, i)
		if one && !changed {
			out, changed = slices.Clone(vars), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

func (r *rewriter) namedVar(v any, t treatment, compared operands, position int) (any, bool) {
	switch x := v.(type) {
	case sql.NamedArg:
		return r.rawVar(v, t.comparing(compared.names[x.Name]))
	case time.Time, *time.Time, clause.Expression, clause.Column, clause.Table, *gorm.DB, gorm.Valuer, driver.Valuer:
		return r.rawVar(v, t.comparing(compared.position(position)))
	case map[string]any:
		values, changed := make(map[string]any, len(x)), false
		for name, value := range x {
			next, one := r.rawVar(value, t.comparing(compared.names[name]))
			values[name], changed = next, changed || one
		}
		return values, changed
	}
	rv := reflect.Indirect(reflect.ValueOf(v))
	if rv.Kind() != reflect.Struct {
		return r.rawVar(v, t.comparing(compared.position(position)))
	}
	values := map[string]any{}
	changed := r.namedStruct(rv, t, compared, values)
	if !changed {
		return v, false
	}
	return values, true
}

// comparing is the treatment of a parameter that is compared with a date, or not.
func (t treatment) comparing(date bool) treatment {
	t.moments = t.moments || date
	return t
}

// namedStruct names the fields of a struct as GORM does, embedded ones included.
func (r *rewriter) namedStruct(rv reflect.Value, t treatment, compared operands, values map[string]any) bool {
	changed := false
	for i := range rv.NumField() {
		field := rv.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		next, one := r.rawVar(rv.Field(i).Interface(), t.comparing(compared.names[field.Name]))
		values[field.Name], changed = next, changed || one
		if inner := reflect.Indirect(rv.Field(i)); field.Anonymous && inner.Kind() == reflect.Struct {
			embedded := map[string]any{}
			changed = r.namedStruct(inner, t, compared, embedded) || changed
			maps.Copy(values, embedded)
		}
	}
	return changed
}
