package authplugin

import (
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// comparison is a condition on its way to SQL.
type comparison struct {
	Condition
	core   *core
	field  *field
	match  dialect.TextMatch
	column clause.Column
	// text says that the column holds text, fold that case does not count.
	text, fold bool
}

var (
	operators = []Operator{ //nolint:gochecknoglobals // a table that nothing writes
		OperatorEq, OperatorNe, OperatorGt, OperatorGte, OperatorLt, OperatorLte, OperatorIn, OperatorNotIn,
		OperatorContains, OperatorStartsWith, OperatorEndsWith,
	}
	// orders are the operators of SQL that compare by order.
	orders = map[Operator]string{ //nolint:gochecknoglobals // a table that nothing writes
		OperatorGt: "? > ?", OperatorGte: "? >= ?", OperatorLt: "? < ?", OperatorLte: "? <= ?",
	}
)

// compare makes SQL of one condition.
func (c *core) compare(m *model, condition Condition) (clause.Expr, error) {
	x, err := c.comparison(m, condition)
	if err != nil {
		return clause.Expr{}, err
	}
	return x.expr()
}

// comparison checks all of a condition but its value.
func (c *core) comparison(m *model, condition Condition) (comparison, error) {
	f, err := m.fieldNamed(condition.Field)
	if err != nil {
		return comparison{}, err
	}
	if condition.Operator == "" {
		condition.Operator = OperatorEq
	}
	switch {
	case !slices.Contains(operators, condition.Operator):
		return comparison{}, f.errorf("there is no operator %q", condition.Operator)
	case !slices.Contains([]Connector{"", ConnectorAnd, ConnectorOr}, condition.Connector):
		return comparison{}, f.errorf("there is no connector %q; it is AND or OR", condition.Connector)
	case !slices.Contains([]Mode{"", ModeSensitive, ModeInsensitive}, condition.Mode):
		return comparison{}, f.errorf("there is no mode %q; it is sensitive or insensitive", condition.Mode)
	}
	x := comparison{
		Condition: condition, core: c, field: f, match: c.dialect.TextMatch(),
		column: clause.Column{Table: clause.CurrentTable, Name: f.column}, text: f.holdsText(),
	}
	x.fold = x.text && condition.Mode == ModeInsensitive
	if x.Value, err = plain(x.Value); err != nil {
		return comparison{}, f.errorf("%v", err)
	}
	return x, nil
}

// joining makes SQL of the condition that a foreign key, or what it references, is
// one of some keys. As in a foreign key equality is that of the column's collation.
func (c *core) joining(f *field, keys []any) recordClause {
	r := recordClause{core: c, model: f.model}
	x, err := c.comparison(f.model, In(f.name, keys))
	if err != nil {
		return recordClause{err: err}
	}
	x.match.Collated, x.match.Equal = false, "%s"
	expr, err := x.expr()
	r.all, r.err = []clause.Expr{expr}, err
	return r
}

// holdsText says that the column is compared as text.
func (f *field) holdsText() bool {
	switch f.kind {
	case String, enumKind:
		return true
	case idRef:
		target := f.idTarget()
		return target == nil || target.id.kind == textID
	default:
		return false
	}
}

func (x comparison) expr() (clause.Expr, error) {
	switch x.Operator {
	case OperatorIn, OperatorNotIn:
		return x.list()
	case OperatorContains, OperatorStartsWith, OperatorEndsWith:
		return x.pattern()
	}
	if x.Value == nil {
		return x.null(), nil
	}
	if order, ok := orders[x.Operator]; ok {
		return x.order(order)
	}
	v, possible, err := x.comparand(x.Value)
	switch {
	case err != nil:
		return clause.Expr{}, err
	case x.Operator == OperatorNe && !possible:
		return x.notNull(), nil
	case !possible:
		return never(), nil
	case x.Operator == OperatorNe:
		return x.unequal("? <> ?", v), nil
	default:
		return x.equal("? = ?", v), nil
	}
}

// null is a comparison with NULL.
func (x comparison) null() clause.Expr {
	switch x.Operator {
	case OperatorEq:
		return clause.Expr{SQL: "? IS NULL", Vars: []any{x.column}}
	case OperatorNe:
		return x.notNull()
	default:
		return never()
	}
}

func (x comparison) notNull() clause.Expr {
	return clause.Expr{SQL: "? IS NOT NULL", Vars: []any{x.column}}
}

func (x comparison) order(order string) (clause.Expr, error) {
	v, possible, err := x.orderComparand(x.Value)
	if err != nil || !possible {
		return never(), err
	}
	return clause.Expr{SQL: order, Vars: []any{x.column, v}}, nil
}

// equal is SQL, whose first parameter is the column, that goes by the letter.
// Where the collation does not, the comparison by collation stays: it can use
// the index.
func (x comparison) equal(sql string, values ...any) clause.Expr {
	plain := clause.Expr{SQL: sql, Vars: append([]any{x.column}, values...)}
	if !x.fold && (!x.text || !x.match.Collated) {
		return plain
	}
	exact := x.unequal(sql, values...)
	if x.fold {
		return exact
	}
	return clause.Expr{SQL: "(" + plain.SQL + " AND " + exact.SQL + ")", Vars: slices.Concat(plain.Vars, exact.Vars)}
}

// unequal is equal for operators that no index helps.
func (x comparison) unequal(sql string, values ...any) clause.Expr {
	switch {
	case x.fold:
		sql = strings.ReplaceAll(sql, "?", wrapped(x.match.EqualFold))
	case x.text:
		sql = strings.ReplaceAll(sql, "?", wrapped(x.match.Equal))
	}
	return clause.Expr{SQL: sql, Vars: append([]any{x.column}, values...)}
}

func (x comparison) list() (clause.Expr, error) {
	rv := reflect.ValueOf(x.Value)
	if x.Value == nil || (rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array) || rv.Type().Elem().Kind() == reflect.Uint8 {
		return clause.Expr{}, x.field.errorf("the operator %s needs a list, not %s", x.Operator, describe(x.Value))
	}
	var values []any
	for i := range rv.Len() {
		item, err := plain(rv.Index(i).Interface())
		if err != nil {
			return clause.Expr{}, x.field.errorf("%v", err)
		}
		if item == nil {
			continue
		}
		v, possible, err := x.comparand(item)
		if err != nil {
			return clause.Expr{}, err
		}
		if possible {
			values = append(values, v)
		}
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(values)), ",")
	switch {
	case x.Operator == OperatorIn && len(values) == 0:
		return never(), nil
	case len(values) == 0:
		return x.notNull(), nil
	case x.Operator == OperatorIn:
		return x.equal("? IN ("+marks+")", values...), nil
	default:
		return x.unequal("? NOT IN ("+marks+")", values...), nil
	}
}
