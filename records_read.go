package authplugin

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// findMany reads the records of a query, and then what is joined, by one
// statement for each join.
func (t recordTable) findMany(q Query) ([]Record, error) {
	conditions, err := t.conditions(q.Where)
	if err != nil {
		return nil, err
	}
	selected, err := t.selected(q.Select)
	if err != nil {
		return nil, err
	}
	joins, err := t.joins(q.Join)
	if err != nil {
		return nil, err
	}
	query, err := t.page(t.where(conditions), q)
	if err != nil {
		return nil, err
	}
	fields := slices.Clone(selected)
	for _, j := range joins {
		if !slices.Contains(fields, j.from) {
			fields = append(fields, j.from)
		}
	}
	records, err := t.find(query, fields)
	if err != nil {
		return nil, err
	}
	for _, j := range joins {
		if err := j.attach(t.db, records); err != nil {
			return nil, err
		}
	}
	for _, f := range fields[len(selected):] {
		for _, r := range records {
			if _, joined := q.Join[f.name]; !joined {
				delete(r, f.name)
			}
		}
	}
	return records, nil
}

// selected are the fields of that name, all without names.
func (t recordTable) selected(names []string) ([]*field, error) {
	if len(names) == 0 {
		return t.model.fields, nil
	}
	fields := make([]*field, 0, len(names))
	for _, name := range names {
		f, err := t.model.fieldNamed(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// page sorts and limits a query.
func (t recordTable) page(query *gorm.DB, q Query) (*gorm.DB, error) {
	if q.Limit < 0 || q.Offset < 0 {
		return nil, errNegative
	}
	var order clause.OrderBy
	for _, s := range q.Sort {
		f, err := t.model.fieldNamed(s.Field)
		if err != nil {
			return nil, err
		}
		switch {
		case s.Direction != "" && s.Direction != Ascending && s.Direction != Descending:
			return nil, f.errorf("there is no direction %q; it is asc or desc", s.Direction)
		case slices.Contains([]fieldKind{JSON, StringArray, NumberArray}, f.kind):
			return nil, f.errorf("is of type %s and cannot be sorted by", f.kind)
		}
		order.Columns = append(order.Columns, clause.OrderByColumn{
			Column: clause.Column{Table: clause.CurrentTable, Name: f.column}, Desc: s.Direction == Descending,
		})
	}
	if len(order.Columns) > 0 {
		query = query.Clauses(order)
	}
	if q.After != nil {
		after, err := t.after(q.Sort, q.After)
		if err != nil {
			return nil, err
		}
		query = query.Where(after)
	}
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	return query.Limit(q.Limit).Offset(q.Offset), nil
}

// joins finds the relation of each joined model.
func (t recordTable) joins(specs Joins) ([]recordJoin, error) {
	joins := make([]recordJoin, 0, len(specs))
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		m, err := t.core.modelNamed(name)
		if err != nil {
			return nil, err
		}
		j, err := joinOf(t.core, t.model, m)
		if err != nil {
			return nil, err
		}
		switch limit := specs[name].Limit; {
		case limit < 0:
			return nil, errNegative
		case limit > 0:
			j.limit = limit
		}
		joins = append(joins, j)
	}
	return joins, nil
}

// joinOf finds the one foreign key between a model and one that is joined to it.
func joinOf(c *core, base, joined *model) (recordJoin, error) {
	j := recordJoin{core: c, model: joined, limit: defaultLimit}
	switch forward, backward := keysTo(joined, base), keysTo(base, joined); {
	case len(forward) == 1:
		key := forward[0]
		j.from, j.to, j.one = key.ref.field, key, key.unique
	case len(forward) == 0 && len(backward) == 1:
		key := backward[0]
		j.from, j.to, j.one = key, key.ref.field, key.unique || key.ref.field.primary
	case len(forward)+len(backward) == 0:
		return j, fmt.Errorf("%w: there is no foreign key between the models %s and %s", ErrInvalid, base.name, joined.name)
	default:
		return j, fmt.Errorf("%w: there are several foreign keys between the models %s and %s", ErrInvalid, base.name, joined.name)
	}
	return j, nil
}

// keysTo are the foreign keys of a model to another.
func keysTo(from, to *model) []*field {
	var keys []*field
	for _, f := range from.references() {
		if f.ref.model == to {
			keys = append(keys, f)
		}
	}
	return keys
}
