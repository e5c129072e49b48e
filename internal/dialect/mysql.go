package dialect

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MySQL is the dialect of MySQL 8 and later and of MariaDB 10.6 and later.
type MySQL struct {
	// MariaDB tells which of the two it is.
	MariaDB bool
}

var _ Dialect = MySQL{}

// Name returns "mysql".
func (MySQL) Name() string { return "mysql" }

// The catalog statements are unions of these, one for each schema asked for:
// MariaDB reads the files of all databases unless information_schema is
// restricted by plain equality. %d is the number of the schema, %s the condition
// on the schema and the tables, once for each table of information_schema. Tables
// come before their columns, and not joined to them, for which MariaDB would read
// the catalog once for each column; neither are foreign keys joined to their rules.
//
// Names of keys are converted to one collation: information_schema declares them
// with several, and a union of these may be refused (error 1271).
const (
	mysqlTables = `
SELECT %d AS ord, t.table_name, '' AS column_name, '' AS column_type, '' AS data_type, 0 AS nullable,
	NULL AS column_default, '' AS extra, NULL AS generation_expression, NULL AS charset,
	NULL AS collation, @@lower_case_table_names <> 0 AS fold, 0 AS position
FROM information_schema.tables t
WHERE %s AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')`

	mysqlColumns = `
SELECT %d, c.table_name, c.column_name, c.column_type, c.data_type, c.is_nullable = 'YES', c.column_default,
	c.extra, c.generation_expression, c.character_set_name, c.collation_name, 0,
	c.ordinal_position
FROM information_schema.columns c
WHERE %s`

	mysqlIndexes = `
SELECT %d, CONVERT(s.table_name USING utf8mb4), 'i', CONVERT(s.index_name USING utf8mb4), s.seq_in_index,
	CASE WHEN s.index_type IN ('BTREE', 'HASH') THEN CONVERT(s.column_name USING utf8mb4) END,
	s.non_unique = 0, s.index_name = 'PRIMARY', 0, 0, NULL, NULL, NULL
FROM information_schema.statistics s
WHERE %s`

	mysqlForeignKeys = `
SELECT %d, CONVERT(k.table_name USING utf8mb4), 'f', CONVERT(k.constraint_name USING utf8mb4), k.ordinal_position,
	CONVERT(k.column_name USING utf8mb4), 0, 0, 0, 0, k.referenced_table_name, k.referenced_column_name, NULL
FROM information_schema.key_column_usage k
WHERE %s AND k.referenced_table_name IS NOT NULL`

	mysqlDeleteRules = `
SELECT %d, CONVERT(r.table_name USING utf8mb4), 'r', CONVERT(r.constraint_name USING utf8mb4), 0,
	NULL, 0, 0, 0, 0, NULL, NULL, r.delete_rule
FROM information_schema.referential_constraints r
WHERE %s`
)

// deleteRuleRow is a keyRow.kind that only MySQL has: what a foreign key does ON
// DELETE, without its columns.
const deleteRuleRow = "r"

// mysqlJoinRules puts the delete rules into the rows of their foreign keys. (The
// server would do it for every pair of rows.)
func mysqlJoinRules(rows []keyRow) []keyRow {
	type constraint struct {
		ord         int
		table, name string
	}
	rules := map[constraint]sql.NullString{}
	for _, r := range rows {
		if r.kind == deleteRuleRow {
			rules[constraint{r.ord, r.table, r.name}] = r.onDelete
		}
	}
	joined := rows[:0]
	for _, r := range rows {
		switch r.kind {
		case deleteRuleRow:
			continue
		case foreignKeyRow:
			rule, found := rules[constraint{r.ord, r.table, r.name}]
			if !found {
				continue // dropped meanwhile
			}
			r.onDelete = rule
		}
		joined = append(joined, r)
	}
	return joined
}

// mysqlSchema is one schema with the tables asked for in it.
type mysqlSchema struct {
	name   string // empty for the connection's database
	tables []tableName
}

// condition restricts the table with that alias to the schema and its tables.
func (s mysqlSchema) condition(alias, schemaColumn string) (sql string, args []any) {
	schema := "DATABASE()"
	if s.name != "" {
		schema = "?"
		args = append(args, s.name)
	}
	for _, t := range s.tables {
		args = append(args, t.table)
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(s.tables)), ", ")
	return fmt.Sprintf("%s.%s = %s AND %s.table_name IN (%s)", alias, schemaColumn, schema, alias, marks), args
}

// Inspect implements Dialect. A column of which an index holds a prefix is named
// as if it were whole; columns of full-text and spatial indexes are empty.
func (m MySQL) Inspect(ctx context.Context, q Querier, tables []string) (*Catalog, error) {
	names, err := splitTableNames(tables)
	if err != nil || len(names) == 0 {
		return &Catalog{}, err
	}
	schemas := mysqlSchemas(names)
	var in inspection
	var columns, keys []string
	for i, s := range schemas {
		t, args := s.condition("t", "table_schema")
		c, _ := s.condition("c", "table_schema")
		columns = append(columns, fmt.Sprintf(mysqlTables, i, t), fmt.Sprintf(mysqlColumns, i, c))
		in.columnArgs = slices.Concat(in.columnArgs, args, args)

		x, _ := s.condition("s", "table_schema")
		k, _ := s.condition("k", "table_schema")
		r, _ := s.condition("r", "constraint_schema")
		keys = append(keys, fmt.Sprintf(mysqlIndexes, i, x), fmt.Sprintf(mysqlForeignKeys, i, k), fmt.Sprintf(mysqlDeleteRules, i, r))
		in.keyArgs = slices.Concat(in.keyArgs, args, args, args)
	}
	in.columns = strings.Join(columns, " UNION ALL ")
	in.keys = strings.Join(keys, " UNION ALL ")
	in.joinKeys = mysqlJoinRules

	type tableKey struct {
		ord  int
		name string
	}
	foldTables := false               // lower_case_table_names
	baseTables := map[tableKey]bool{} // the catalog lists the columns of views as well
	in.scanColumn = func(rows *sql.Rows) (r columnRow, err error) {
		var dataType, extra string
		var def, generated, charset, collation sql.NullString
		var fold bool
		c := &r.column
		err = rows.Scan(&r.ord, &r.table, &c.Name, &c.Type, &dataType, &c.Nullable, &def, &extra,
			&generated, &charset, &collation, &fold, &r.position)
		if c.Name == "" {
			foldTables = fold
			baseTables[tableKey{r.ord, r.table}] = true
			return r, err
		}
		c.Type = strings.ToLower(c.Type)
		c.AutoIncrement = strings.Contains(strings.ToLower(extra), "auto_increment")
		c.OnUpdate = mysqlOnUpdate(extra)
		c.Charset, c.Collation = charset.String, collation.String
		c.Default = m.defaultSQL(def, dataType, extra)
		if generated.String != "" {
			c.Default = &generated.String
		}
		return r, err
	}
	in.askedTables = func(ord int, table string) (asked []string) {
		if !baseTables[tableKey{ord, table}] {
			return nil
		}
		// IN has compared by the catalog's collation, which ignores more than case.
		for _, t := range schemas[ord].tables {
			if t.table == table || foldTables && strings.EqualFold(t.table, table) {
				asked = append(asked, t.asked)
			}
		}
		return asked
	}
	return in.run(ctx, q)
}

// mysqlSchemas groups the names by schema.
func mysqlSchemas(names []tableName) []mysqlSchema {
	var schemas []mysqlSchema
	for _, n := range names {
		i := slices.IndexFunc(schemas, func(s mysqlSchema) bool { return s.name == n.schema })
		if i < 0 {
			i = len(schemas)
			schemas = append(schemas, mysqlSchema{name: n.schema})
		}
		schemas[i].tables = append(schemas[i].tables, n)
	}
	return schemas
}

// mysqlOnUpdate finds "on update CURRENT_TIMESTAMP(3)" in what the catalog says
// beside the type, without the first two words.
func mysqlOnUpdate(extra string) string {
	const words = "on update "
	i := strings.Index(strings.ToLower(extra), words)
	if i < 0 {
		return ""
	}
	expression, _, _ := strings.Cut(extra[i+len(words):], " ")
	return expression
}

// defaultSQL is the SQL of a default. MariaDB's catalog holds it as SQL, MySQL's
// holds the bare value unless it is an expression.
func (m MySQL) defaultSQL(def sql.NullString, dataType, extra string) *string {
	if m.MariaDB || !def.Valid {
		return defaultSQL(def)
	}
	value := def.String
	if strings.Contains(strings.ToUpper(extra), "DEFAULT_GENERATED") {
		return &value
	}
	switch strings.ToLower(dataType) {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "bit", "year":
		return &value
	}
	value = "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(value) + "'"
	return &value
}

// Lock implements Dialect with GET_LOCK. Its names are shared by all databases
// of the server, so the database is part of the name. On a cluster that takes
// writes on several nodes (Galera, Group Replication) it guards one node only.
func (MySQL) Lock(ctx context.Context, conn Conn, name string, wait time.Duration) (func(context.Context, bool) error, error) {
	var database sql.NullString
	if err := queryOne(ctx, conn, &database, "SELECT DATABASE()"); err != nil {
		return nil, fmt.Errorf("taking the migration lock: %w", err)
	}
	// A server that folds database names may answer in any case.
	sum := lockSum(strings.ToLower(database.String), name)
	lock := "authplugin:" + hex.EncodeToString(sum[:16]) // GET_LOCK takes 64 characters
	run := func(query string) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) {
			var done sql.NullBool // NULL from RELEASE_LOCK when nobody holds the lock
			err := queryOne(ctx, conn, &done, query, lock)
			return done.Bool, err
		}
	}
	return sessionLock{
		try:     run("SELECT GET_LOCK(?, 0)"),
		release: run("SELECT RELEASE_LOCK(?)"),
	}.acquire(ctx, wait)
}

// TransactionalDDL returns false: every DDL statement commits.
func (MySQL) TransactionalDDL() bool { return false }

// ErrorKind implements Dialect by the error number.
func (MySQL) ErrorKind(err error) ErrorKind {
	return firstKind(err, func(err error) ErrorKind {
		switch mysqlErrorNumber(err) {
		case 1062, 1586, 1859: // ER_DUP_ENTRY, ER_DUP_ENTRY_WITH_KEY_NAME, ER_DUP_UNKNOWN_IN_INDEX
			return DuplicateKey
		case 1216, 1217, 1451, 1452: // ER_NO_REFERENCED_ROW, ER_ROW_IS_REFERENCED and their successors
			return ForeignKeyViolated
		case 1048, 1364: // ER_BAD_NULL_ERROR, ER_NO_DEFAULT_FOR_FIELD
			return NotNullViolated
		case 3819, 4025: // ER_CHECK_CONSTRAINT_VIOLATED of MySQL, ER_CONSTRAINT_FAILED of MariaDB
			return CheckViolated
		// ER_LOCK_DEADLOCK (also a failed certification of Galera), ER_LOCK_WAIT_TIMEOUT,
		// ER_CHECKREAD of MariaDB, ER_LOCK_NOWAIT, ER_TRANSACTION_ROLLBACK_DURING_COMMIT
		case 1213, 1205, 1020, 3572, 3101:
			return Retryable
		case 1050: // ER_TABLE_EXISTS_ERROR
			return NameTaken
		case 1044, 1142, 1143, 1227: // ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR and its like
			return NotPermitted
		default:
			return OtherError
		}
	})
}

// LosesTransaction reports whether an error has, or may have, rolled back the
// whole transaction. MySQL is alone in letting it go on as if nothing was.
func (MySQL) LosesTransaction(err error) bool {
	return firstKind(err, func(err error) ErrorKind {
		switch mysqlErrorNumber(err) {
		case 1213, 1020: // ER_LOCK_DEADLOCK, ER_CHECKREAD of MariaDB's snapshot isolation
			return Retryable
		default:
			return OtherError
		}
	}) == Retryable
}

// mysqlErrorNumber returns the number of a *MySQLError of go-sql-driver/mysql, 0
// for other errors.
func mysqlErrorNumber(err error) int64 {
	t := reflect.TypeOf(err)
	if t.Kind() != reflect.Pointer || t.Elem().Name() != "MySQLError" {
		return 0
	}
	number, _ := structField(err, "Number")
	return number
}

// The longest strings in characters of four bytes, which is what utf8mb4 may
// need. Above the first, TEXT (65535 bytes) is too short as well.
const (
	mysqlMaxVarchar    = 16383
	mysqlMaxMediumtext = 1<<22 - 1
)

// ColumnType implements Dialect.
func (m MySQL) ColumnType(t Type) string {
	switch t.Kind {
	case Integer:
		return mysqlInteger("int", t.Identity)
	case BigInt:
		return mysqlInteger("bigint", t.Identity)
	case Float:
		return "double"
	case Boolean:
		return "boolean"
	case Date:
		return "datetime(3)"
	case JSON:
		if m.MariaDB {
			return "longtext" // what MariaDB makes of json, and calls the column
		}
		return "json"
	case UUID:
		return "varchar(36)"
	case String:
		switch {
		case t.Size == 0 && t.Keyed:
			return "varchar(255)"
		case t.Size == 0:
			return "text"
		case t.Size <= mysqlMaxVarchar:
			return fmt.Sprintf("varchar(%d)", t.Size)
		case t.Size <= mysqlMaxMediumtext:
			return "mediumtext"
		}
		return "longtext"
	}
	return "text"
}

func mysqlInteger(name string, identity bool) string {
	if identity {
		return name + " AUTO_INCREMENT"
	}
	return name
}

// CheckIdentifier implements Dialect.
func (m MySQL) CheckIdentifier(name string) string {
	if problem := checkCharacters(name); problem != "" {
		return problem
	}
	for _, r := range name {
		if r > 0xFFFF {
			return fmt.Sprintf("has a character beyond U+FFFF (%q), which %s does not take in names", r, m.product())
		}
	}
	return tooLong(utf8.RuneCountInString(name), 64, "characters", m.product())
}

func (m MySQL) product() string {
	if m.MariaDB {
		return "MariaDB"
	}
	return "MySQL"
}

// FoldIdentifier returns the name in lower case: columns never differ by case
// only, and tables do on some file systems only.
func (MySQL) FoldIdentifier(name string) string { return strings.ToLower(name) }

// StalePlan implements Dialect: the server prepares statements anew by itself.
// Where it gave up on that, error 1615, or lost the statement, 1243, it runs anew.
func (MySQL) StalePlan(err error) bool {
	var found bool
	firstKind(err, func(err error) ErrorKind {
		number, _ := structField(err, "Number")
		found = found || number == 1243 || number == 1615 // ER_UNKNOWN_STMT_HANDLER, ER_NEED_REPREPARE
		return OtherError
	})
	return found
}
