// Package dialect holds all that differs by database: reading the catalog, the
// migration lock, column types, identifier rules and the meaning of errors.
// There is one file for each database.
package dialect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Querier runs a query; *sql.DB, *sql.Conn, *sql.Tx and gorm.ConnPool satisfy it.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Conn is one connection of the pool. *sql.Conn satisfies it.
type Conn interface {
	Querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Catalog is what the database says about the tables that were asked for. A
// table that does not exist has no entry.
type Catalog struct {
	// Tables by the name that was asked for ("users" or "auth.users").
	Tables map[string]*Table
}

// Table is one existing table.
type Table struct {
	// Name is the table's own name, without its schema.
	Name        string
	Columns     []Column
	Indexes     []Index
	ForeignKeys []ForeignKey
}

// Column is one existing column.
type Column struct {
	Name string
	// Type is the type in lower case as DDL would write it, with its length
	// ("varchar(36)", "timestamp with time zone", "bigint").
	Type string
	// Nullable is never true for a column of the primary key, although SQLite
	// takes NULL there.
	Nullable bool
	// Default is the SQL of the column's default, nil when it has none or NULL.
	// That of a generated column is its expression ("(generated)" on SQLite, which
	// does not tell it).
	Default *string
	// AutoIncrement marks an identity, serial, auto-increment or rowid column. A
	// serial of PostgreSQL has a Default as well.
	AutoIncrement bool
	PrimaryKey    bool
	// Charset and Collation are set by MySQL and MariaDB only.
	Charset, Collation string
	// OnUpdate is what MySQL and MariaDB set the column to whenever its row is
	// updated ("current_timestamp(3)"), empty for nothing.
	OnUpdate string
}

// Index is one existing index, whether made by CREATE INDEX or by a constraint.
// Every primary key is the index of its table that has Primary.
type Index struct {
	Name string // empty for the rowid of SQLite
	// Columns in order, without included ones. An expression is the empty string,
	// as are the columns of an index that serves no look-up by equality (full-text,
	// GIN, columnstore).
	Columns []string
	Unique  bool
	Primary bool
	Partial bool // it has a WHERE clause
	Invalid bool // PostgreSQL: a failed CREATE INDEX CONCURRENTLY; SQL Server: disabled
}

// ForeignKey is one existing foreign key constraint.
type ForeignKey struct {
	Name       string // empty on SQLite
	Columns    []string
	RefTable   string // without its schema
	RefColumns []string
	OnDelete   string // "CASCADE", "SET NULL", "NO ACTION", "RESTRICT", "SET DEFAULT"
	Invalid    bool   // PostgreSQL: made NOT VALID and not validated yet
}

// ErrorKind says what a database error means to the library.
type ErrorKind int

// The kinds of error that callers tell apart.
const (
	OtherError ErrorKind = iota
	DuplicateKey
	ForeignKeyViolated
	NotNullViolated
	CheckViolated
	// Retryable is a serialization failure, a deadlock or a busy database: the
	// same transaction may succeed when it is run again.
	Retryable
	// NameTaken is a table or index whose name something else has already.
	NameTaken
	// NotPermitted is a statement that the database user has no right to run.
	NotPermitted
)

// Dialect is what the library needs to know of one database.
type Dialect interface {
	// Name is the name of the GORM dialector: sqlite, postgres, mysql, sqlserver.
	Name() string
	// Inspect reads the named tables with at most two statements, however many
	// tables there are. A name may be qualified by a schema ("auth.users");
	// without one it is looked for where an unqualified name in a statement
	// would be found.
	Inspect(ctx context.Context, q Querier, tables []string) (*Catalog, error)
	// Lock takes the migration lock of that name on the connection, waiting at
	// most wait, and returns how to release it. Everything between the two must
	// run on the same connection. A lock that is not to be had in time is
	// ErrLockTimeout. release is called exactly once, with whether the work
	// succeeded, also after the context is done.
	Lock(ctx context.Context, conn Conn, name string, wait time.Duration) (release func(ctx context.Context, ok bool) error, err error)
	// TransactionalDDL reports whether a failed migration can be rolled back.
	TransactionalDDL() bool
	// ErrorKind classifies an error of any driver of this database, by its
	// code where it has one, wrapped or not.
	ErrorKind(err error) ErrorKind
	// StalePlan reports whether an error may mean that a prepared statement no
	// longer fits its tables, or that the server does not know it any more. The
	// statement has done nothing then, and may succeed when it is prepared anew.
	StalePlan(err error) bool
	// ColumnType is the SQL type of a column.
	ColumnType(t Type) string
	// TextMatch is how text is compared whatever the collation.
	TextMatch() TextMatch
	// CheckIdentifier says what is wrong with a table or column name, "" if nothing is.
	CheckIdentifier(name string) string
	// FoldIdentifier maps names that this database takes for the same to one.
	FoldIdentifier(name string) string
}

// Kind is the logical type of a column.
type Kind int

// The logical types.
const (
	String Kind = iota
	Integer
	BigInt
	Float
	Boolean
	Date
	JSON
	UUID
)

// Type is the logical type of a column with what decides its physical one.
type Type struct {
	Kind Kind
	// Size is the length of a string in characters, 0 for unlimited.
	Size int
	// Keyed says that the column is in an index or is to be sorted by, which
	// MySQL and SQL Server allow only for a string of limited length.
	Keyed bool
	// Identity asks for an auto-increment primary key.
	Identity bool
}

// ErrLockTimeout means that another process held the migration lock for too long.
var ErrLockTimeout = errors.New("another process holds the migration lock")

// Server is what is read of a server once, at start.
type Server struct {
	// MariaDB is true for MariaDB, which the MySQL dialect treats apart.
	MariaDB bool
}

// New returns the dialect of a GORM dialector's name.
func New(name string, server Server) (Dialect, error) {
	switch name {
	case "sqlite":
		return SQLite{}, nil
	case "postgres":
		return Postgres{}, nil
	case "mysql":
		return MySQL(server), nil
	case "sqlserver":
		return SQLServer{}, nil
	default:
		return nil, fmt.Errorf("database %q is not supported; supported are sqlite, postgres, mysql (MariaDB too) and sqlserver", name)
	}
}
