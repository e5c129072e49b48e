package dialect

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// SQLite is the dialect of SQLite 3.37 and later, whichever driver is used.
type SQLite struct{}

var _ Dialect = SQLite{}

// Name returns "sqlite".
func (SQLite) Name() string { return "sqlite" }

// sqliteColumns reads everything that has one of the names that were asked for (%s
// is the VALUES list), in whichever database: which of them is meant is found out
// here, as SQLite takes longer to compile such a statement than to run it. place
// is where a database stands among those that an unqualified name is looked for
// in: the temporary tables, the main database, the attached ones in their order.
// What is not a table has no columns, as a view may be one that cannot be read.
// Hidden value 1 is a hidden column, 2 and 3 are generated ones, whose expression
// no pragma tells.
const sqliteColumns = `
SELECT a.column1, t.schema, t.name, CASE t.schema WHEN 'temp' THEN -1 WHEN 'main' THEN 0
		ELSE (SELECT d.seq FROM pragma_database_list d WHERE d.name = t.schema) END,
	c.cid, c.name, c.type, c."notnull", CASE WHEN c.hidden IN (2, 3) THEN '(generated)' ELSE c.dflt_value END, c.pk
FROM (VALUES %s) a
CROSS JOIN pragma_table_list(a.column3) t
LEFT JOIN pragma_table_xinfo(CASE t.type WHEN 'table' THEN t.name END, t.schema) c ON c.hidden <> 1
WHERE a.column2 = '' OR a.column2 = t.schema COLLATE NOCASE`

// sqliteKeys reads the keys of tables whose databases are known. A foreign key
// that names no columns of its parent refers to its primary key.
const sqliteKeys = `
WITH found(ord, schema, name) AS (VALUES %s)
SELECT f.ord, f.name, 'i', i.name, c.seqno, c.name, i."unique", i.origin = 'pk', i.partial, 0, NULL, NULL, NULL
FROM found f
CROSS JOIN pragma_index_list(f.name, f.schema) i
CROSS JOIN pragma_index_info(i.name, f.schema) c
UNION ALL
SELECT f.ord, f.name, 'f', k.id, k.seq, k."from", 0, 0, 0, 0, k."table",
	COALESCE(k."to", (SELECT p.name FROM pragma_table_info(k."table", f.schema) p WHERE p.pk = k.seq + 1)), k.on_delete
FROM found f
CROSS JOIN pragma_foreign_key_list(f.name, f.schema) k`

// Inspect implements Dialect. A schema is the name of an attached database.
func (SQLite) Inspect(ctx context.Context, q Querier, tables []string) (*Catalog, error) {
	names, err := splitTableNames(tables)
	if err != nil || len(names) == 0 {
		return &Catalog{}, err
	}
	objects, err := sqliteNearest(ctx, q, names)
	if err != nil {
		return nil, columnsError(err)
	}
	catalog := &Catalog{Tables: map[string]*Table{}}
	var found []tableName
	for i, o := range objects {
		if len(o.columns) > 0 {
			catalog.Tables[names[i].asked] = o.table()
			found = append(found, tableName{asked: names[i].asked, schema: o.schema, table: o.name})
		}
	}
	list, args := sqliteValues(found)
	err = inspection{
		keys:        fmt.Sprintf(sqliteKeys, list),
		keyArgs:     args,
		askedTables: func(ord int, _ string) []string { return []string{found[ord].asked} },
	}.readKeys(ctx, q, catalog)
	if err != nil {
		return nil, err
	}
	for _, t := range catalog.Tables {
		t.finishSQLite()
	}
	return catalog, nil
}

func sqliteValues(names []tableName) (list string, args []any) {
	return valuesList(names, func(int) string { return "?" })
}

// sqliteObject is a table, a view or whatever else has a table's name.
type sqliteObject struct {
	schema  string // empty for none
	name    string
	place   int
	columns []sqliteColumn // none for what is not a table
}

// sqliteColumn is a row of pragma_table_xinfo.
type sqliteColumn struct {
	position int64
	column   Column
}

// sqliteNearest finds for each name what a statement would find by it.
func sqliteNearest(ctx context.Context, q Querier, names []tableName) ([]sqliteObject, error) {
	nearest := make([]sqliteObject, len(names))
	list, args := sqliteValues(names)
	err := eachRow(ctx, q, fmt.Sprintf(sqliteColumns, list), args, func(rows *sql.Rows) error {
		var ord int
		var o sqliteObject
		// All that is of a column is NULL for what is not a table.
		var position, key sql.NullInt64
		var name, typ, def sql.NullString
		var notNull sql.NullBool
		if err := rows.Scan(&ord, &o.schema, &o.name, &o.place, &position, &name, &typ, &notNull, &def, &key); err != nil {
			return err
		}
		n := &nearest[ord]
		if n.schema == "" || o.place < n.place {
			*n = o
		}
		if n.place == o.place && position.Valid {
			n.columns = append(n.columns, sqliteColumn{position.Int64, Column{
				Name: name.String, Type: strings.ToLower(typ.String), Nullable: !notNull.Bool && key.Int64 == 0,
				Default: defaultSQL(def), PrimaryKey: key.Int64 > 0,
				// Whether it is the rowid is known when the keys are, see finishSQLite.
				AutoIncrement: key.Int64 == 1 && strings.EqualFold(typ.String, "INTEGER"),
			}})
		}
		return nil
	})
	return nearest, err
}

func (o sqliteObject) table() *Table {
	slices.SortFunc(o.columns, func(a, b sqliteColumn) int { return cmp.Compare(a.position, b.position) })
	t := &Table{Name: o.name}
	for _, c := range o.columns {
		t.Columns = append(t.Columns, c.column)
	}
	return t
}

// finishSQLite tells which column is the rowid and adds its index, which is not
// listed as one. A key column declared as INTEGER is the rowid if it is the only
// one and has no index of its own. The numbers that stood for the names of
// foreign keys are dropped.
func (t *Table) finishSQLite() {
	keyColumns := 0
	for _, c := range t.Columns {
		if c.PrimaryKey {
			keyColumns++
		}
	}
	hasIndex := slices.ContainsFunc(t.Indexes, func(i Index) bool { return i.Primary })
	for i := range t.Columns {
		c := &t.Columns[i]
		c.AutoIncrement = c.AutoIncrement && keyColumns == 1 && !hasIndex
		if c.AutoIncrement {
			t.Indexes = append(t.Indexes, Index{Columns: []string{c.Name}, Unique: true, Primary: true})
		}
	}
	for i := range t.ForeignKeys {
		t.ForeignKeys[i].Name = ""
	}
	t.sortKeys()
}

// sqliteCommitWait is how long a COMMIT waits for readers, which hold it up
// unless the database is in WAL mode.
const sqliteCommitWait = 5 * time.Second

// Lock implements Dialect by beginning a write transaction: the lock is that of
// the whole database, so its name is not used. release commits when the work
// succeeded and rolls back otherwise.
func (s SQLite) Lock(ctx context.Context, conn Conn, _ string, wait time.Duration) (func(context.Context, bool) error, error) {
	if err := s.begin(ctx, conn, wait); err != nil {
		return nil, err
	}
	return func(ctx context.Context, ok bool) error {
		if ok {
			return s.commit(ctx, conn)
		}
		return s.rollback(ctx, conn)
	}, nil
}

// begin begins the write transaction. A driver that waits inside BEGIN can be
// neither cancelled nor held to the limit, so the connection's own waiting is off
// until the lock is there.
func (s SQLite) begin(ctx context.Context, conn Conn, wait time.Duration) error {
	// These statements return at once. Cancelled, they would leave open whether
	// they took effect.
	uncancelled := context.WithoutCancel(ctx)
	var timeout int
	err := queryOne(uncancelled, conn, &timeout, "PRAGMA busy_timeout")
	if err == nil {
		_, err = conn.ExecContext(uncancelled, "PRAGMA busy_timeout = 0")
	}
	if err != nil {
		return fmt.Errorf("taking the migration lock: %w", err)
	}
	_, err = s.execWhenFree(ctx, conn, "BEGIN IMMEDIATE", wait)

	_, restoreErr := conn.ExecContext(uncancelled, fmt.Sprintf("PRAGMA busy_timeout = %d", timeout))
	if restoreErr != nil {
		restoreErr = fmt.Errorf("restoring busy_timeout: %w", restoreErr)
		if err == nil {
			restoreErr = errors.Join(restoreErr, s.rollback(ctx, conn))
		}
	}
	return errors.Join(err, restoreErr)
}

func (s SQLite) commit(ctx context.Context, conn Conn) error {
	busy, err := s.execWhenFree(context.WithoutCancel(ctx), conn, "COMMIT", sqliteCommitWait)
	if err == nil {
		return nil
	}
	if busy != nil {
		err = busy
	}
	return errors.Join(fmt.Errorf("committing the migration: %w", err), s.rollback(ctx, conn))
}

func (SQLite) rollback(ctx context.Context, conn Conn) error {
	_, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	// SQLite rolls back by itself after some errors, such as a full disk.
	if err != nil && !strings.Contains(err.Error(), "no transaction is active") {
		return fmt.Errorf("rolling back the migration: %w", err)
	}
	return nil
}

// execWhenFree runs a statement again until it does not find the database busy,
// as pollLock does. busy is the answer to the last attempt if that was it.
func (s SQLite) execWhenFree(ctx context.Context, conn Conn, statement string, wait time.Duration) (busy, err error) {
	err = pollLock(ctx, wait, func() (bool, error) {
		_, execErr := conn.ExecContext(context.WithoutCancel(ctx), statement)
		if s.ErrorKind(execErr) == Retryable {
			busy = execErr
			return false, nil
		}
		busy = nil
		return execErr == nil, execErr
	})
	return busy, err
}

// TransactionalDDL returns true.
func (SQLite) TransactionalDDL() bool { return true }

// The result codes of SQLite that matter here. The low byte of an extended code
// is its primary code.
const (
	sqliteError                = 1
	sqliteBusy                 = 5
	sqliteReadOnly             = 8
	sqliteLocked               = 6
	sqliteConstraint           = 19
	sqliteConstraintCheck      = 275
	sqliteConstraintForeignKey = 787
	sqliteConstraintNotNull    = 1299
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintTrigger    = 1811
	sqliteConstraintUnique     = 2067
	sqliteConstraintRowID      = 2579
)

// ErrorKind implements Dialect by the extended result code, or by the message
// when a driver tells the primary code only.
func (SQLite) ErrorKind(err error) ErrorKind {
	return firstKind(err, func(err error) ErrorKind {
		code := sqliteCode(err)
		switch code & 0xff {
		case sqliteBusy, sqliteLocked:
			return Retryable
		case sqliteError: // which is most of them
			if strings.Contains(err.Error(), "already exists") {
				return NameTaken
			}
			return OtherError
		case sqliteReadOnly:
			return NotPermitted
		case sqliteConstraint:
		default:
			return OtherError
		}
		message := func(text string) bool { return strings.Contains(err.Error(), text) }
		switch code {
		case sqliteConstraintUnique, sqliteConstraintPrimaryKey, sqliteConstraintRowID:
			return DuplicateKey
		case sqliteConstraintForeignKey:
			return ForeignKeyViolated
		case sqliteConstraintNotNull:
			return NotNullViolated
		case sqliteConstraintCheck:
			return CheckViolated
		// ON DELETE RESTRICT is carried out by a trigger; others are the application's.
		case sqliteConstraint, sqliteConstraintTrigger:
			switch {
			case message("FOREIGN KEY constraint failed"):
				return ForeignKeyViolated
			case code == sqliteConstraintTrigger:
				return OtherError
			case message("UNIQUE constraint failed"):
				return DuplicateKey
			case message("NOT NULL constraint failed"):
				return NotNullViolated
			case message("CHECK constraint failed"):
				return CheckViolated
			}
		}
		return OtherError
	})
}

// sqliteCode returns the most extended result code that an error tells, 0 if it
// is not an error of a SQLite driver.
func sqliteCode(err error) int64 {
	// mattn/go-sqlite3: a struct with two fields.
	if extended, ok := structField(err, "ExtendedCode"); ok {
		primary, _ := structField(err, "Code")
		return max(primary, extended)
	}
	v := reflect.ValueOf(err)
	// ncruces/go-sqlite3: a method that returns a type of its own.
	if method := v.MethodByName("ExtendedCode"); method.IsValid() && method.Type().NumIn() == 0 && method.Type().NumOut() == 1 {
		code, _ := integer(method.Call(nil)[0])
		return code
	}
	// modernc.org/sqlite and its forks. Many errors that have nothing to do with
	// SQLite have such a method, too.
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if coded, ok := err.(interface{ Code() int }); ok && strings.Contains(t.PkgPath(), "sqlite") {
		return int64(coded.Code())
	}
	return 0
}

// ColumnType implements Dialect. SQLite checks no lengths, so types have none.
func (SQLite) ColumnType(t Type) string {
	switch t.Kind {
	case Integer, BigInt:
		if t.Identity {
			return "integer PRIMARY KEY AUTOINCREMENT"
		}
		return "integer"
	case Float:
		return "real"
	case Boolean:
		return "numeric"
	case Date:
		return "datetime"
	case String, JSON, UUID:
	}
	return "text"
}

// CheckIdentifier implements Dialect.
func (SQLite) CheckIdentifier(name string) string {
	if problem := checkCharacters(name); problem != "" {
		return problem
	}
	if hasPrefixFold(name, "sqlite_") {
		return "begins with sqlite_, which SQLite keeps for itself"
	}
	switch strings.ToLower(name) {
	case "rowid", "oid", "_rowid_":
		return "is a name that SQLite gives to the row number"
	}
	// SQLite has no limit of its own; this one keeps errors and plans readable.
	return tooLong(len(name), 1000, "bytes", "this library for SQLite")
}

// FoldIdentifier returns the name in lower case.
func (SQLite) FoldIdentifier(name string) string { return strings.ToLower(name) }

// StalePlan implements Dialect: SQLite prepares statements anew by itself.
func (SQLite) StalePlan(error) bool {
	return false
}
