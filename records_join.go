package authplugin

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// recordJoin is a model that is joined to the records of another.
type recordJoin struct {
	core  *core
	model *model
	// from is the field of the records, to that of the joined model, which are equal.
	from, to *field
	// one says that a record has one joined record at most.
	one   bool
	limit int
}

// joinChunk is how many records one statement of a join is for. SQL Server takes
// 2100 parameters, fewer than the others.
const joinChunk = 1000

// rowNumber is the column that numbers the joined records of each record.
const rowNumber = "authplugin_row"

// attach reads the joined records and puts them into the records.
func (j recordJoin) attach(db *gorm.DB, records []Record) error {
	var keys []any
	seen := map[any]bool{}
	for _, r := range records {
		v := r[j.from.name]
		if k := joinKey(v); v != nil && !seen[k] {
			seen[k] = true
			keys = append(keys, v)
		}
	}
	joined := map[any][]Record{}
	for chunk := range slices.Chunk(keys, joinChunk) {
		rows, err := j.read(db, chunk)
		if err != nil {
			return err
		}
		for _, row := range rows {
			k := joinKey(row[j.to.name])
			joined[k] = append(joined[k], row)
		}
	}
	for _, r := range records {
		var rows []Record
		if v := r[j.from.name]; v != nil {
			rows = joined[joinKey(v)]
		}
		j.put(r, rows)
	}
	return nil
}

// put puts joined records into a record, which gets its own of each.
func (j recordJoin) put(r Record, rows []Record) {
	if j.one {
		r[j.model.name] = nil
		if len(rows) > 0 {
			r[j.model.name] = maps.Clone(rows[0])
		}
		return
	}
	own := make([]Record, len(rows))
	for i, row := range rows {
		own[i] = maps.Clone(row)
	}
	r[j.model.name] = own
}

// joinKey is a value as the key of a map.
func joinKey(v any) any {
	if v != nil && !reflect.TypeOf(v).Comparable() {
		return fmt.Sprint(v)
	}
	return v
}

// read reads the joined records of some keys, of each as many as are wanted.
func (j recordJoin) read(db *gorm.DB, keys []any) ([]Record, error) {
	t := j.core.tableOf(db, j.model)
	query := t.where(j.core.joining(j.to, keys))
	if j.one {
		return t.find(query, t.model.fields)
	}
	quote := query.Statement.Quote
	columns := make([]string, 0, len(t.model.fields)+1)
	for _, f := range t.model.fields {
		columns = append(columns, f.column)
	}
	columns = append(columns, fmt.Sprintf("ROW_NUMBER() OVER (PARTITION BY %s ORDER BY %s) AS %s",
		quote(j.to.column), quote(t.model.primary().column), quote(rowNumber)))
	number := clause.Column{Table: clause.CurrentTable, Name: rowNumber}
	numbered := t.statement().Table("(?) AS authplugin_rows", query.Select(columns)).
		Where(completeText{clause.Expr{SQL: "? <= ?", Vars: []any{number, j.limit}}}).
		Clauses(clause.OrderBy{Columns: []clause.OrderByColumn{{Column: number}}})
	return t.find(numbered, t.model.fields)
}

// completeText is an expression that is complete: the rewriter leaves it alone.
type completeText struct{ clause.Expr }

// Build is called by GORM.
func (s completeText) Build(builder clause.Builder) { s.Expr.Build(builder) }
