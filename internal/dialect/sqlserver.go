package dialect

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// SQLServer is the dialect of Microsoft SQL Server 2016 and later and of Azure SQL.
type SQLServer struct{}

var _ Dialect = SQLServer{}

// Name returns "sqlserver".
func (SQLServer) Name() string { return "sqlserver" }

// sqlServerFound resolves the names that were asked for (%s is the VALUES list).
// OBJECT_ID looks an unqualified one up as a statement would: in the user's
// default schema, then in dbo.
const sqlServerFound = `
	(VALUES %s) AS n(ord, schema_name, table_name)
	JOIN sys.tables AS t ON t.object_id = OBJECT_ID(
		CASE WHEN n.schema_name = N'' THEN N'' ELSE QUOTENAME(n.schema_name) + N'.' END + QUOTENAME(n.table_name))`

const sqlServerColumns = `
SELECT n.ord, t.name, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
	c.max_length, c.precision, c.scale, c.is_nullable, COALESCE(d.definition, cc.definition), c.is_identity
FROM` + sqlServerFound + `
JOIN sys.columns AS c ON c.object_id = t.object_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
LEFT JOIN sys.computed_columns AS cc ON cc.object_id = c.object_id AND cc.column_id = c.column_id
ORDER BY n.ord, c.column_id`

// Types 1, 2 and 7 are clustered, nonclustered and hash; key_ordinal is 0 for an
// included column and in the other types, which have names only.
const sqlServerKeys = `
SELECT n.ord, t.name, 'i', i.name, COALESCE(ic.key_ordinal, 0), c.name, i.is_unique, i.is_primary_key, i.has_filter,
	i.is_disabled, NULL, NULL, NULL
FROM` + sqlServerFound + `
JOIN sys.indexes AS i ON i.object_id = t.object_id AND i.name IS NOT NULL AND i.is_hypothetical = 0
LEFT JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
	AND ic.key_ordinal > 0 AND i.type IN (1, 2, 7)
LEFT JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
UNION ALL
SELECT n.ord, t.name, 'f', fk.name, fkc.constraint_column_id, c.name, CAST(0 AS bit), CAST(0 AS bit), CAST(0 AS bit),
	CAST(0 AS bit), rt.name, rc.name, REPLACE(fk.delete_referential_action_desc, N'_', N' ')
FROM` + sqlServerFound + `
JOIN sys.foreign_keys AS fk ON fk.parent_object_id = t.object_id
JOIN sys.foreign_key_columns AS fkc ON fkc.constraint_object_id = fk.object_id
JOIN sys.columns AS c ON c.object_id = fkc.parent_object_id AND c.column_id = fkc.parent_column_id
JOIN sys.tables AS rt ON rt.object_id = fkc.referenced_object_id
JOIN sys.columns AS rc ON rc.object_id = fkc.referenced_object_id AND rc.column_id = fkc.referenced_column_id
ORDER BY 1, 3, 4, 5`

// Inspect implements Dialect. A disabled index counts as invalid.
func (SQLServer) Inspect(ctx context.Context, q Querier, tables []string) (*Catalog, error) {
	names, err := splitTableNames(tables)
	if err != nil || len(names) == 0 {
		return &Catalog{}, err
	}
	list, args := valuesList(names, func(n int) string { return "@p" + strconv.Itoa(n) })
	return inspection{
		columns:    fmt.Sprintf(sqlServerColumns, list),
		columnArgs: args,
		// Named parameters: both halves of the statement use the same ones.
		keys:    fmt.Sprintf(sqlServerKeys, list, list),
		keyArgs: args,
		scanColumn: func(rows *sql.Rows) (r columnRow, err error) {
			var typ string
			var length, precision, scale int
			var def sql.NullString
			c := &r.column
			err = rows.Scan(&r.ord, &r.table, &c.Name, &typ, &length, &precision, &scale, &c.Nullable, &def,
				&c.AutoIncrement)
			c.Type = sqlServerType(typ, length, precision, scale)
			c.Default = defaultSQL(def)
			return r, err
		},
		askedTables: func(ord int, _ string) []string { return []string{names[ord].asked} },
	}.run(ctx, q)
}

// sqlServerType composes a type from what sys.columns holds in pieces. length is
// in bytes, -1 for max.
func sqlServerType(name string, length, precision, scale int) string {
	name = strings.ToLower(name)
	switch name {
	case "nchar", "nvarchar":
		if length > 0 {
			length /= 2
		}
		fallthrough
	case "char", "varchar", "binary", "varbinary":
		if length < 0 {
			return name + "(max)"
		}
		return fmt.Sprintf("%s(%d)", name, length)
	case "decimal", "numeric":
		return fmt.Sprintf("%s(%d,%d)", name, precision, scale)
	case "datetime2", "datetimeoffset", "time":
		return fmt.Sprintf("%s(%d)", name, scale)
	default:
		return name
	}
}

// Lock implements Dialect with an application lock, which belongs to the
// database and the session.
func (SQLServer) Lock(ctx context.Context, conn Conn, name string, wait time.Duration) (func(context.Context, bool) error, error) {
	sum := lockSum(name)
	resource := "authplugin:" + hex.EncodeToString(sum[:16])
	return sessionLock{
		try: func(ctx context.Context) (bool, error) {
			code, err := sqlServerProcedure(ctx, conn,
				"sp_getapplock @Resource = @p1, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 0", resource)
			// 0 and 1 mean granted, -1 not in time, all else an error.
			if err == nil && code < -1 {
				err = fmt.Errorf("sp_getapplock returned %d", code)
			}
			return code >= 0, err
		},
		release: func(ctx context.Context) (bool, error) {
			code, err := sqlServerProcedure(ctx, conn,
				"sp_releaseapplock @Resource = @p1, @LockOwner = N'Session'", resource)
			return code >= 0, err
		},
	}.acquire(ctx, wait)
}

// sqlServerProcedure returns the return code of a stored procedure, which a
// driver tells only through a variable.
func sqlServerProcedure(ctx context.Context, q Querier, call, arg string) (code int, err error) {
	err = queryOne(ctx, q, &code, "SET NOCOUNT ON; DECLARE @code int; EXEC @code = "+call+"; SELECT @code", arg)
	return code, err
}

// TransactionalDDL returns true.
func (SQLServer) TransactionalDDL() bool { return true }

// ErrorKind implements Dialect by the error number.
func (SQLServer) ErrorKind(err error) ErrorKind {
	return firstKind(err, func(err error) ErrorKind {
		numbered, ok := err.(interface{ SQLErrorNumber() int32 })
		if !ok {
			return OtherError
		}
		switch numbered.SQLErrorNumber() {
		case 2601, 2627: // unique index, unique constraint
			return DuplicateKey
		case 547: // all constraints that are no keys share this number
			if strings.Contains(err.Error(), "CHECK constraint") {
				return CheckViolated
			}
			return ForeignKeyViolated
		case 515:
			return NotNullViolated
		case 1205, 1222, 3960: // deadlock, lock timeout, snapshot conflict
			return Retryable
		case 2714: // there is already an object of that name
			return NameTaken
		case 229, 230, 262, 1088, 2760: // denied on an object, a column, the database; no such object or no rights
			return NotPermitted
		default:
			return OtherError
		}
	})
}

// sqlServerMaxNvarchar is the longest nvarchar that is not nvarchar(max).
const sqlServerMaxNvarchar = 4000

// ColumnType implements Dialect.
func (SQLServer) ColumnType(t Type) string {
	switch t.Kind {
	case Integer:
		return sqlServerInteger("int", t.Identity)
	case BigInt:
		return sqlServerInteger("bigint", t.Identity)
	case Float:
		return "float"
	case Boolean:
		return "bit"
	case Date:
		return "datetimeoffset(3)"
	case UUID:
		return "uniqueidentifier"
	case String:
		switch {
		case t.Size > 0 && t.Size <= sqlServerMaxNvarchar:
			return fmt.Sprintf("nvarchar(%d)", t.Size)
		case t.Size == 0 && t.Keyed:
			return "nvarchar(255)"
		}
	case JSON:
	}
	return "nvarchar(max)"
}

func sqlServerInteger(name string, identity bool) string {
	if identity {
		return name + " IDENTITY(1,1)"
	}
	return name
}

// CheckIdentifier implements Dialect.
func (SQLServer) CheckIdentifier(name string) string {
	if problem := checkCharacters(name); problem != "" {
		return problem
	}
	return tooLong(len(utf16.Encode([]rune(name))), 128, "UTF-16 units", "SQL Server")
}

// FoldIdentifier returns the name in lower case: the usual collations take
// names that differ in case only for the same.
func (SQLServer) FoldIdentifier(name string) string { return strings.ToLower(name) }

// StalePlan implements Dialect: statements are text to the driver.
func (SQLServer) StalePlan(error) bool {
	return false
}
