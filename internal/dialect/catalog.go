package dialect

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tableName is one table that Inspect was asked for.
type tableName struct {
	asked  string // as the caller wrote it, the key in Catalog.Tables
	schema string // empty when the name is not qualified
	table  string
}

// splitTableNames takes the names apart and drops repeated ones.
func splitTableNames(names []string) ([]tableName, error) {
	var split []tableName
	for _, name := range names {
		n := tableName{asked: name, table: name}
		if schema, table, qualified := strings.Cut(name, "."); qualified {
			n.schema, n.table = schema, table
			if schema == "" || table == "" || strings.Contains(table, ".") {
				return nil, fmt.Errorf("table name %q is neither a table nor schema.table", name)
			}
		}
		if name == "" {
			return nil, errors.New("a table name is empty")
		}
		if !slices.Contains(split, n) {
			split = append(split, n)
		}
	}
	return split, nil
}

// valuesList is the body of a VALUES clause with one row for each name: its
// number, its schema ("" for none) and its table. placeholder writes the n-th
// placeholder, counted from 1.
func valuesList(names []tableName, placeholder func(n int) string) (list string, args []any) {
	rows := make([]string, len(names))
	for i, n := range names {
		rows[i] = fmt.Sprintf("(%d, %s, %s)", i, placeholder(2*i+1), placeholder(2*i+2))
		args = append(args, n.schema, n.table)
	}
	return strings.Join(rows, ", "), args
}

// eachRow runs a query and calls scan once for each row.
func eachRow(ctx context.Context, q Querier, query string, args []any, scan func(*sql.Rows) error) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// inspection is how one database reads its catalog: two statements, whose rows
// the shared code below turns into a Catalog. It sorts them as well, for which
// databases need longer where a statement is a union.
type inspection struct {
	columns     string
	columnArgs  []any
	keys        string // yields keyRow, in any order
	keyArgs     []any
	scanColumn  func(*sql.Rows) (columnRow, error)
	joinKeys    func([]keyRow) []keyRow              // changes what was read, may be nil
	askedTables func(ord int, table string) []string // the asked names that a row belongs to
}

// columnRow is one row of the first catalog statement.
type columnRow struct {
	ord      int    // number of the table, see valuesList
	table    string // the table's own name
	position int    // may be 0 throughout where the statement sorts
	column   Column // without a name for a table that has no columns
}

// The values of keyRow.kind.
const (
	indexRow      = "i"
	foreignKeyRow = "f"
)

// keyRow is one row of the second catalog statement: one column of an index or
// of a foreign key.
type keyRow struct {
	ord       int
	table     string
	kind      string
	name      string
	position  int
	column    sql.NullString // NULL for an expression
	unique    bool
	primary   bool
	partial   bool
	invalid   bool
	refTable  sql.NullString
	refColumn sql.NullString
	onDelete  sql.NullString
}

// run reads the catalog.
func (in inspection) run(ctx context.Context, q Querier) (*Catalog, error) {
	catalog := &Catalog{Tables: map[string]*Table{}}
	err := in.readColumns(ctx, q, catalog)
	if err == nil {
		err = in.readKeys(ctx, q, catalog)
	}
	if err != nil {
		return nil, err
	}
	return catalog, nil
}

// readColumns runs the first statement.
func (in inspection) readColumns(ctx context.Context, q Querier, catalog *Catalog) error {
	var columns []columnRow
	err := eachRow(ctx, q, in.columns, in.columnArgs, func(rows *sql.Rows) error {
		r, err := in.scanColumn(rows)
		columns = append(columns, r)
		return err
	})
	if err != nil {
		return columnsError(err)
	}
	slices.SortStableFunc(columns, func(a, b columnRow) int { return cmp.Compare(a.position, b.position) })
	for _, r := range columns {
		for _, asked := range in.askedTables(r.ord, r.table) {
			t := catalog.Tables[asked]
			if t == nil {
				t = &Table{Name: r.table}
				catalog.Tables[asked] = t
			}
			if r.column.Name != "" {
				t.Columns = append(t.Columns, r.column)
			}
		}
	}
	return nil
}

func columnsError(err error) error {
	if err != nil {
		return fmt.Errorf("reading the columns in the catalog: %w", err)
	}
	return nil
}

// readKeys runs the second statement, unless there is no table to read it for.
func (in inspection) readKeys(ctx context.Context, q Querier, catalog *Catalog) error {
	if len(catalog.Tables) == 0 {
		return nil
	}
	var keys []keyRow
	err := eachRow(ctx, q, in.keys, in.keyArgs, func(rows *sql.Rows) error {
		var r keyRow
		err := rows.Scan(&r.ord, &r.table, &r.kind, &r.name, &r.position, &r.column, &r.unique, &r.primary,
			&r.partial, &r.invalid, &r.refTable, &r.refColumn, &r.onDelete)
		keys = append(keys, r)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the indexes and foreign keys in the catalog: %w", err)
	}
	if in.joinKeys != nil {
		keys = in.joinKeys(keys)
	}
	slices.SortStableFunc(keys, func(a, b keyRow) int { return cmp.Compare(a.position, b.position) })
	for _, r := range keys {
		for _, asked := range in.askedTables(r.ord, r.table) {
			// A table that was created between the two statements is left out.
			if t := catalog.Tables[asked]; t != nil {
				t.addKeyColumn(r)
			}
		}
	}
	for _, t := range catalog.Tables {
		t.sortKeys()
		t.markPrimaryKey()
	}
	return nil
}

// markPrimaryKey tells the columns of the primary key.
func (t *Table) markPrimaryKey() {
	for _, index := range t.Indexes {
		for i, c := range t.Columns {
			t.Columns[i].PrimaryKey = c.PrimaryKey || index.Primary && slices.Contains(index.Columns, c.Name)
		}
	}
}

func (t *Table) addKeyColumn(r keyRow) {
	if r.kind == foreignKeyRow {
		t.addForeignKeyColumn(r)
	} else {
		t.addIndexColumn(r)
	}
}

func (t *Table) addIndexColumn(r keyRow) {
	i := slices.IndexFunc(t.Indexes, func(x Index) bool { return x.Name == r.name })
	if i < 0 {
		i = len(t.Indexes)
		t.Indexes = append(t.Indexes, Index{
			Name: r.name, Unique: r.unique, Primary: r.primary, Partial: r.partial, Invalid: r.invalid,
		})
	}
	t.Indexes[i].Columns = append(t.Indexes[i].Columns, r.column.String)
}

func (t *Table) addForeignKeyColumn(r keyRow) {
	i := slices.IndexFunc(t.ForeignKeys, func(x ForeignKey) bool { return x.Name == r.name })
	if i < 0 {
		i = len(t.ForeignKeys)
		t.ForeignKeys = append(t.ForeignKeys, ForeignKey{
			Name: r.name, RefTable: r.refTable.String, OnDelete: r.onDelete.String, Invalid: r.invalid,
		})
	}
	t.ForeignKeys[i].Columns = append(t.ForeignKeys[i].Columns, r.column.String)
	t.ForeignKeys[i].RefColumns = append(t.ForeignKeys[i].RefColumns, r.refColumn.String)
}

// sortKeys puts indexes and foreign keys in an order that does not depend on the
// database's collation.
func (t *Table) sortKeys() {
	slices.SortFunc(t.Indexes, func(a, b Index) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(t.ForeignKeys, func(a, b ForeignKey) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), slices.Compare(a.Columns, b.Columns))
	})
}

// defaultSQL is the SQL of a default, nil when there is none. A default of NULL
// is none.
func defaultSQL(s sql.NullString) *string {
	bare := strings.Trim(s.String, "() ")
	if !s.Valid || strings.EqualFold(bare, "NULL") || strings.HasPrefix(bare, "NULL::") {
		return nil
	}
	return &s.String
}
