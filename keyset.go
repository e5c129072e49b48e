package authplugin

import (
	"gorm.io/gorm/clause"
)

// after is the condition that a record comes after another one in an order. The
// database compares as it sorts: by its collation.
func (t recordTable) after(sort Sort, last Values) (clause.Expression, error) {
	id := t.model.primary()
	if len(sort) == 0 || sort[len(sort)-1].Field != id.name {
		return nil, id.errorf("must be the last field of Sort where After is used: Desc(%q, %q)", "createdAt", id.name)
	}
	var (
		alternatives []clause.Expression
		equal        []clause.Expression
	)
	for i, s := range sort {
		beyond, same, err := t.beyond(s, last)
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, clause.And(append(equal[:i:i], beyond)...))
		equal = append(equal, same)
	}
	// GORM would join a lone alternative to other conditions by OR.
	return clause.And(clause.Or(alternatives...)), nil
}

// beyond are the conditions that a field comes after the value of the last record,
// and that it has the same.
func (t recordTable) beyond(s SortField, last Values) (beyond, same clause.Expression, err error) {
	f, err := t.model.fieldNamed(s.Field)
	if err != nil {
		return nil, nil, err
	}
	if !f.notNull && !f.primary {
		return nil, nil, f.errorf("may be NULL, which each database sorts elsewhere; After needs a Sort by fields that are required")
	}
	value := last[f.name]
	if value == nil {
		return nil, nil, f.errorf("is missing in After, which needs the value of each field of Sort")
	}
	operator := OperatorGt
	if s.Direction == Descending {
		operator = OperatorLt
	}
	order, err := t.core.comparison(t.model, Condition{Field: f.name, Operator: operator, Value: value})
	if err != nil {
		return nil, nil, err
	}
	if beyond, err = order.expr(); err != nil {
		return nil, nil, err
	}
	equality, err := t.core.comparison(t.model, Eq(f.name, value))
	if err != nil {
		return nil, nil, err
	}
	equality.match.Collated, equality.match.Equal = false, "%s"
	same, err = equality.expr()
	return beyond, same, err
}
