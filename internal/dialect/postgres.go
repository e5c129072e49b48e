package dialect

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Postgres is the dialect of PostgreSQL 11 and later.
type Postgres struct{}

var _ Dialect = Postgres{}

// Name returns "postgres".
func (Postgres) Name() string { return "postgres" }

// postgresAsked resolves the names that were asked for (%s is the VALUES list)
// as PostgreSQL would resolve them in a statement: an unqualified one by the
// search path, so that a table of the same name elsewhere is never taken for it.
const postgresAsked = `
WITH asked(ord, schema_name, table_name) AS (VALUES %s),
found AS (
	SELECT a.ord, c.oid, c.relname
	FROM asked a
	JOIN pg_catalog.pg_class c ON c.relkind IN ('r', 'p') AND c.oid = pg_catalog.to_regclass(
		CASE WHEN a.schema_name = '' THEN '' ELSE pg_catalog.quote_ident(a.schema_name) || '.' END
		|| pg_catalog.quote_ident(a.table_name))
)`

const postgresColumns = postgresAsked + `
SELECT f.ord, f.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
	pg_catalog.pg_get_expr(d.adbin, d.adrelid),
	a.attidentity <> '' OR COALESCE(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%', false)
FROM found f
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = f.oid AND d.adnum = a.attnum
ORDER BY f.ord, a.attnum`

// The columns of keys are looked up by subselects, not joined: PostgreSQL does not
// know how few they are, and would rather read all of pg_attribute, which grows
// with the database. For the same reason the positions come from unnest, which it
// takes for 10 rows, and not from generate_series, which it takes for 1000.
const postgresKeys = postgresAsked + `
SELECT f.ord, f.relname, 'i', ic.relname, k.seq, CASE WHEN am.amname IN ('btree', 'hash') THEN (
		SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = f.oid AND a.attnum = k.attnum) END,
	i.indisunique, i.indisprimary, i.indpred IS NOT NULL, NOT i.indisvalid, NULL, NULL, NULL
FROM found f
JOIN pg_catalog.pg_index i ON i.indrelid = f.oid
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = ic.relam
CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY k(attnum, seq)
WHERE k.seq <= i.indnkeyatts
UNION ALL
SELECT f.ord, f.relname, 'f', con.conname, k.seq,
	(SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = con.conrelid AND a.attnum = k.col),
	false, false, false, NOT con.convalidated, rc.relname,
	(SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = con.confrelid AND a.attnum = k.ref),
	CASE con.confdeltype
		WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT'
		ELSE 'NO ACTION' END
FROM found f
JOIN pg_catalog.pg_constraint con ON con.conrelid = f.oid AND con.contype = 'f'
JOIN pg_catalog.pg_class rc ON rc.oid = con.confrelid
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(con.conkey), pg_catalog.unnest(con.confkey))
	WITH ORDINALITY k(col, ref, seq)`

// Inspect implements Dialect. Columns of indexes that are neither btree nor
// hash (GIN, BRIN, …) are empty, as these do not serve look-ups by equality.
func (Postgres) Inspect(ctx context.Context, q Querier, tables []string) (*Catalog, error) {
	names, err := splitTableNames(tables)
	if err != nil || len(names) == 0 {
		return &Catalog{}, err
	}
	list, args := valuesList(names, func(n int) string { return "$" + strconv.Itoa(n) + "::text" })
	return inspection{
		columns:    fmt.Sprintf(postgresColumns, list),
		columnArgs: args,
		keys:       fmt.Sprintf(postgresKeys, list),
		keyArgs:    args,
		scanColumn: func(rows *sql.Rows) (r columnRow, err error) {
			// All but the first two are NULL for a table without columns.
			var name, typ, def sql.NullString
			var nullable, autoIncrement sql.NullBool
			err = rows.Scan(&r.ord, &r.table, &name, &typ, &nullable, &def, &autoIncrement)
			r.column = Column{
				Name: name.String, Type: postgresType(typ.String), Nullable: nullable.Bool, Default: defaultSQL(def),
				AutoIncrement: autoIncrement.Bool,
			}
			return r, err
		},
		askedTables: func(ord int, _ string) []string { return []string{names[ord].asked} },
	}.run(ctx, q)
}

// postgresType shortens the long names that format_type gives to the ones that
// DDL is written with.
func postgresType(formatted string) string {
	t := strings.ToLower(formatted)
	if rest, found := strings.CutPrefix(t, "character varying"); found {
		return "varchar" + rest
	}
	if rest, found := strings.CutPrefix(t, "character"); found {
		return "char" + rest
	}
	return t
}

// Lock implements Dialect with an advisory lock, which belongs to the database
// and the connection: it needs a connection that a pooler does not hand to
// others between transactions.
func (Postgres) Lock(ctx context.Context, conn Conn, name string, wait time.Duration) (func(context.Context, bool) error, error) {
	sum := lockSum(name)
	key := int64(binary.BigEndian.Uint64(sum[:])) //nolint:gosec // any 64 bits will do
	run := func(query string) func(context.Context) (bool, error) {
		return func(ctx context.Context) (done bool, err error) {
			err = queryOne(ctx, conn, &done, query, key)
			return done, err
		}
	}
	return sessionLock{
		try:     run("SELECT pg_catalog.pg_try_advisory_lock($1::bigint)"),
		release: run("SELECT pg_catalog.pg_advisory_unlock($1::bigint)"),
	}.acquire(ctx, wait)
}

// TransactionalDDL returns true.
func (Postgres) TransactionalDDL() bool { return true }

// ErrorKind implements Dialect by the SQLSTATE, which pgx and lib/pq tell.
func (Postgres) ErrorKind(err error) ErrorKind {
	return firstKind(err, func(err error) ErrorKind {
		coded, ok := err.(interface{ SQLState() string })
		if !ok {
			return OtherError
		}
		switch coded.SQLState() {
		case "23505": // unique_violation
			return DuplicateKey
		case "23503", "23001": // foreign_key_violation, restrict_violation
			return ForeignKeyViolated
		case "23502": // not_null_violation
			return NotNullViolated
		case "23514": // check_violation
			return CheckViolated
		case "40001", "40P01", "55P03": // serialization_failure, deadlock_detected, lock_not_available
			return Retryable
		case "42P07": // duplicate_table, which indexes and views are as well
			return NameTaken
		case "42501": // insufficient_privilege
			return NotPermitted
		case "0A000": // feature_not_supported
			if structText(err, "Routine") == "RevalidateCachedQuery" {
				return Retryable // a result's type has changed; pgx prepares it anew
			}
			return OtherError
		default:
			return OtherError
		}
	})
}

// StalePlan implements Dialect: the types of a plan's parameters and results are
// those of the columns when it was prepared. The codes are those of an analysis
// that fails, or of a statement that DISCARD or a pooler has taken away.
func (Postgres) StalePlan(err error) bool {
	var coded interface{ SQLState() string }
	if !errors.As(err, &coded) {
		return false
	}
	state := coded.SQLState()
	return strings.HasPrefix(state, "42") || state == "0A000" || state == "26000"
}

// postgresMaxVarchar is the longest varchar that PostgreSQL takes.
const postgresMaxVarchar = 10485760

// ColumnType implements Dialect.
func (Postgres) ColumnType(t Type) string {
	switch t.Kind {
	case Integer:
		if t.Identity {
			return "serial"
		}
		return "integer"
	case BigInt:
		if t.Identity {
			return "bigserial"
		}
		return "bigint"
	case Float:
		return "double precision"
	case Boolean:
		return "boolean"
	case Date:
		return "timestamptz"
	case JSON:
		return "jsonb"
	case UUID:
		return "uuid"
	case String:
		if t.Size > 0 && t.Size <= postgresMaxVarchar {
			return fmt.Sprintf("varchar(%d)", t.Size)
		}
	}
	return "text"
}

// CheckIdentifier implements Dialect.
func (Postgres) CheckIdentifier(name string) string {
	if problem := checkCharacters(name); problem != "" {
		return problem
	}
	// Quoted names keep their case, so only these very spellings are taken.
	switch name {
	case "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid":
		return "is the name of a system column of PostgreSQL"
	}
	if strings.HasPrefix(name, "pg_") {
		return "begins with pg_, which PostgreSQL keeps for itself"
	}
	return tooLong(len(name), 63, "bytes", "PostgreSQL")
}

// FoldIdentifier returns the name as it is: quoted names are case-sensitive.
func (Postgres) FoldIdentifier(name string) string { return name }
