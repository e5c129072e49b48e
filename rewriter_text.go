package authplugin

import (
	"database/sql"
	"database/sql/driver"
	"math"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// treatment is what is done to a parameter of SQL text.
type treatment struct {
	conceal bool // the text names a secret column
	moments bool // it is compared with a date of the library's
}

func (r *rewriter) treat(text string) treatment {
	t := r.outer
	ours := r.own.binding != nil || r.namesOurs(text)
	t.conceal = t.conceal || ((ours || r.involved) && r.words.namesSecret(text))
	return t
}

// treatColumn is for values of a column that is not known, or is an expression.
func (r *rewriter) treatColumn(column any) treatment {
	if e, ok := column.(clause.Expr); ok {
		t := r.treat(e.SQL)
		compared := r.operands(e.SQL + " = ?")
		t.moments = t.moments || compared.position(len(compared.positions)-1)
		return t
	}
	qualifier, name, ok := columnName(column)
	if !ok {
		return r.outer
	}
	t := r.treat(name)
	if s, ok := r.sourceNamed(qualifier); !ok || s.binding == nil {
		t.moments = false // another table's
	}
	return t
}

// raw rewrites the parameters of SQL text.
func (r *rewriter) raw(text string, vars []any) ([]any, bool) {
	if len(vars) == 0 {
		return vars, false
	}
	t := r.treat(text)
	if r.core.times == nativeTime || t.moments || !mayHoldMoments(vars) {
		return r.rawVars(vars, t)
	}
	compared := r.positional(text, vars)
	out, changed := vars, false
	for i, v := range vars {
		next, one := r.rawVar(v, treatment{conceal: t.conceal, moments: compared.position(i)})
		if one && !changed {
			out, changed = slices.Clone(vars), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

func (r *rewriter) rawVars(vars []any, t treatment) ([]any, bool) {
	out, changed := vars, false
	for i, v := range vars {
		next, one := r.rawVar(v, t)
		if one && !changed {
			out, changed = slices.Clone(vars), true
		}
		if one {
			out[i] = next
		}
	}
	return out, changed
}

// rawVar rewrites one parameter of SQL text. What it does not know is left
// alone: a parameter may be anything that GORM takes.
func (r *rewriter) rawVar(v any, t treatment) (any, bool) {
	switch x := v.(type) {
	case nil, secretValue, clause.Column, clause.Table:
		return v, false
	case time.Time:
		return r.rawTime(x, t)
	case sql.NamedArg:
		next, changed := r.rawVar(x.Value, t)
		x.Value = next
		return x, changed
	case clause.Expression:
		outer := r.outer
		r.outer = t
		next, changed := r.one(x, buried)
		r.outer = outer
		return next, changed
	case *gorm.DB:
		return r.subquery(x)
	case gorm.Valuer:
		if t.conceal {
			return hide(v)
		}
		return v, false
	case driver.Valuer:
		return r.rawValuer(x, t)
	}
	if t == (treatment{}) {
		return v, false
	}
	return r.rawKind(v, t)
}

func (r *rewriter) rawTime(moment time.Time, t treatment) (any, bool) {
	var v any = moment
	changed := false
	if t.moments {
		v, changed = r.core.times.store(moment), true
	}
	if t.conceal {
		return hide(v)
	}
	return v, changed
}

// rawValuer looks for a moment in a valuer, such as a sql.NullTime.
func (r *rewriter) rawValuer(v driver.Valuer, t treatment) (any, bool) {
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
		return v, false
	}
	if t.moments {
		if raw, err := plain(v); err == nil {
			if moment, ok := raw.(time.Time); ok {
				return r.rawTime(moment, t)
			}
		}
	}
	if t.conceal {
		return hide(v)
	}
	return v, false
}

// rawKind rewrites a value by its kind: text, numbers and the like, and lists of them.
func (r *rewriter) rawKind(v any, t treatment) (any, bool) {
	rv := reflect.ValueOf(v)
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() || !isPlainKind(rv.Elem()) && rv.Elem().Type() != reflect.TypeFor[time.Time]() {
			return v, false
		}
		next, changed := r.rawVar(rv.Elem().Interface(), t)
		if !changed {
			return v, false
		}
		return next, true
	case reflect.Slice, reflect.Array:
		elem := rv.Type().Elem()
		if elem.Kind() == reflect.Uint8 {
			if t.conceal && rv.Kind() == reflect.Slice && !rv.IsNil() {
				return hide(v)
			}
			return v, false
		}
		if !t.conceal && isPlainKind(reflect.Zero(elem)) {
			return v, false
		}
		list := make([]any, rv.Len())
		for i := range list {
			list[i] = rv.Index(i).Interface()
		}
		if next, changed := r.rawVars(list, t); changed {
			return next, true
		}
		return v, false
	default:
		if t.conceal && isPlainKind(rv) {
			return hide(v)
		}
		return v, false
	}
}

// isPlainKind says that every driver takes the value as text, a number or a
// boolean, wrapped or not.
func isPlainKind(rv reflect.Value) bool {
	switch {
	case rv.CanUint():
		return rv.Uint() <= math.MaxInt64
	case rv.CanInt(), rv.CanFloat():
		return true
	default:
		return rv.Kind() == reflect.String || rv.Kind() == reflect.Bool
	}
}

// subquery rewrites SQL that the application wrote as a whole, db.Raw. Any
// other subquery GORM builds as a statement of its own, which is rewritten then.
func (r *rewriter) subquery(sub *gorm.DB) (any, bool) {
	if sub.Statement == nil || sub.Statement.SQL.Len() == 0 {
		return sub, false
	}
	text := sub.Statement.SQL.String()
	inner := rewriter{core: r.core, words: r.words, db: r.db, stmt: r.stmt, involved: true}
	if !inner.namesOurs(text) {
		return sub, false
	}
	vars, changed := inner.raw(text, sub.Statement.Vars)
	if !changed {
		return sub, false
	}
	copied := sub.Session(&gorm.Session{Initialized: true})
	copied.Statement.Vars = vars
	return copied, true
}

// conceal hides the parameters of SQL that the application wrote as a whole,
// with db.Raw or db.Exec. It goes round the models otherwise.
func (r *rewriter) conceal() {
	if len(r.stmt.Vars) == 0 {
		return
	}
	text := r.stmt.SQL.String()
	if !r.words.namesTable(text) || !r.words.namesSecret(text) {
		return
	}
	if vars, changed := r.rawVars(r.stmt.Vars, treatment{conceal: true}); changed {
		r.stmt.Vars = vars
	}
}
