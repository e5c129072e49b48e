package authplugin

import (
	"context"
	"database/sql/driver"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

const redacted = "[redacted]"

// parameter is a value that went through the input transform, on its way into a
// column. GORM hands it to the model of an update as well, which gets what the
// caller gave.
type parameter struct {
	value  any
	after  any
	secret bool
}

var _ driver.Valuer = parameter{}

// Value implements driver.Valuer.
func (p parameter) Value() (driver.Value, error) {
	return driver.DefaultParameterConverter.ConvertValue(p.value)
}

// secretValue is a parameter that no log may show. The database is given the
// value itself.
type secretValue struct{ value any }

var _ driver.Valuer = secretValue{}

// Value implements driver.Valuer.
func (s secretValue) Value() (driver.Value, error) {
	return driver.DefaultParameterConverter.ConvertValue(s.value)
}

// conceal wraps a value that is to be redacted in logs. NULL and expressions
// are left as they are.
func conceal(v any) any {
	switch x := v.(type) {
	case nil, secretValue, clause.Expression:
		return v
	case parameter:
		x.secret = true
		return x
	default:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return nil
		}
		return secretValue{v}
	}
}

func concealValueOf(sf *schema.Field) {
	valueOf := sf.ValueOf
	sf.ValueOf = func(ctx context.Context, rv reflect.Value) (any, bool) {
		v, zero := valueOf(ctx, rv)
		return conceal(v), zero
	}
}

// isSecret reports whether a parameter is not to be shown.
func isSecret(v any) bool {
	switch x := v.(type) {
	case secretValue:
		return true
	case parameter:
		return x.secret
	default:
		return false
	}
}

// hideSecrets takes the secrets out of the parameters of a statement that has run:
// what comes after it, such as a plugin for tracing, only shows them. Those of a
// dry run may still be used.
func hideSecrets(db *gorm.DB) {
	if db.DryRun {
		return
	}
	shown := db.Statement.Vars
	for i, v := range shown {
		if !isSecret(v) {
			continue
		}
		if &shown[0] == &db.Statement.Vars[0] {
			shown = append([]any(nil), shown...)
		}
		shown[i] = hiddenParameter
	}
	db.Statement.Vars = shown
}

// redactingLogger is the application's logger, except that it is never given a
// secret parameter. It must not declare Trace: GORM names the caller of a
// statement by the first stack frame outside of itself, and a promoted method
// has none.
type redactingLogger struct{ logger.Interface }

var _ gorm.ParamsFilter = redactingLogger{}

// LogMode implements logger.Interface.
func (l redactingLogger) LogMode(level logger.LogLevel) logger.Interface {
	return redactingLogger{l.Interface.LogMode(level)}
}

// ParamsFilter replaces secret parameters, after the application's own filter
// has had its say.
func (l redactingLogger) ParamsFilter(ctx context.Context, sql string, params ...any) (string, []any) {
	if filter, ok := l.Interface.(gorm.ParamsFilter); ok {
		sql, params = filter.ParamsFilter(ctx, sql, params...)
	}
	filtered := params
	for i, p := range params {
		if !isSecret(p) {
			continue
		}
		if &filtered[0] == &params[0] {
			filtered = append([]any(nil), params...)
		}
		filtered[i] = redacted
	}
	return sql, filtered
}
