package dialect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// SQLite is the dialect of SQLite 3.37 and later, whichever driver is used.
type SQLite struct{}

var _ Dialect = SQLite{}

// Name returns "sqlite".
func (SQLite) Name() string { return "sqlite" }

// sqliteFound resolves the names that were asked for (%s is the VALUES list).
// An unqualified one is looked for where SQLite does: among the temporary
// tables, in the main database, then in the attached ones in their order. (With
// min, SQLite takes the other columns from the row that has the minimum.)
const sqliteFound = `
WITH asked(ord, schema_name, table_name) AS (VALUES %s),
candidates AS (
	SELECT a.ord, t.schema, t.name, t.type, CASE t.schema WHEN 'temp' THEN -1 WHEN 'main' THEN 0
		ELSE (SELECT d.seq FROM pragma_database_list d WHERE d.name = t.schema) END AS place
	FROM asked a
	CROSS JOIN pragma_table_list(a.table_name) t
	WHERE a.schema_name = '' OR a.schema_name = t.schema COLLATE NOCASE
),
nearest AS (SELECT ord, schema, name, type, min(place) FROM candidates GROUP BY ord),
found AS MATERIALIZED (SELECT ord, schema, name FROM nearest WHERE type = 'table')`

// Hidden values 2 and 3 are generated columns, whose expression no pragma tells.
// A key column is the rowid if it is the only one, is declared as INTEGER and
// has no index of its own.
const sqliteColumns = sqliteFound + `
SELECT f.ord, f.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0,
	CASE WHEN c.hidden IN (2, 3) THEN '(generated)' ELSE c.dflt_value END,
	c.pk = 1 AND c.type = 'INTEGER' COLLATE NOCASE
		AND NOT EXISTS (SELECT 1 FROM pragma_table_info(f.name, f.schema) p WHERE p.pk = 2)
		AND NOT EXISTS (SELECT 1 FROM pragma_index_list(f.name, f.schema) i WHERE i.origin = 'pk'),
	c.pk > 0
FROM found f
CROSS JOIN pragma_table_xinfo(f.name, f.schema) c
WHERE c.hidden <> 1
ORDER BY f.ord, c.cid`

// A foreign key that names no columns of its parent refers to its primary key.
const sqliteKeys = sqliteFound + `
SELECT f.ord, f.name, 'i', i.name, c.seqno, c.name, i."unique", i.origin = 'pk', i.partial, 0, NULL, NULL, NULL
FROM found f
CROSS JOIN pragma_index_list(f.name, f.schema) i
CROSS JOIN pragma_index_info(i.name, f.schema) c
UNION ALL
SELECT f.ord, f.name, 'f', k.id, k.seq, k."from", 0, 0, 0, 0, k."table",
	COALESCE(k."to", (SELECT p.name FROM pragma_table_info(k."table", f.schema) p WHERE p.pk = k.seq + 1)), k.on_delete
FROM found f
CROSS JOIN pragma_foreign_key_list(f.name, f.schema) k
ORDER BY 1, 3, 4, 5`

// Inspect implements Dialect. A schema is the name of an attached database.
func (SQLite) Inspect(ctx context.Context, q Querier, tables []string) (*Catalog, error) {
	names, err := splitTableNames(tables)
	if err != nil || len(names) == 0 {
		return &Catalog{}, err
	}
	list, args := valuesList(names, func(int) string { return "?" })
	catalog, err := inspection{
		columns:    fmt.Sprintf(sqliteColumns, list),
		columnArgs: args,
		keys:       fmt.Sprintf(sqliteKeys, list),
		keyArgs:    args,
		scanColumn: func(rows *sql.Rows) (r columnRow, err error) {
			var def sql.NullString
			c := &r.column
			err = rows.Scan(&r.ord, &r.table, &c.Name, &c.Type, &c.Nullable, &def, &c.AutoIncrement, &c.PrimaryKey)
			c.Type = strings.ToLower(c.Type)
			c.Default = defaultSQL(def)
			return r, err
		},
		askedTables: func(ord int, _ string) []string { return []string{names[ord].asked} },
	}.run(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, t := range catalog.Tables {
		t.finishSQLite()
	}
	return catalog, nil
}

// finishSQLite adds the rowid, which is an index without being listed as one,
// and drops the numbers that stood for the names of foreign keys.
func (t *Table) finishSQLite() {
	for _, c := range t.Columns {
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
	sqliteBusy                 = 5
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
