package authplugin

import (
	"context"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// hide wraps a value that is to be redacted in logs, and reports whether it did.
func hide(v any) (any, bool) {
	if valuer, ok := v.(gorm.Valuer); ok {
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return v, false
		}
		if _, done := v.(secretExpression); done {
			return v, false
		}
		return secretExpression{valuer}, true
	}
	if _, done := v.(secretValue); done || isExpression(v) {
		return v, false
	}
	return conceal(v), true
}

// secretExpression is a value that makes an SQL expression of itself, whose
// parameters no log may show.
type secretExpression struct{ value gorm.Valuer }

// GormValue is called by GORM.
func (s secretExpression) GormValue(ctx context.Context, db *gorm.DB) clause.Expr {
	e := s.value.GormValue(ctx, db)
	r := rewriter{core: new(core), words: new(vocabulary), db: db, stmt: db.Statement, outer: treatment{conceal: true}}
	if vars, changed := r.rawVars(e.Vars, r.outer); changed {
		e.Vars = vars
	}
	return e
}
