package dialect

import (
	"database/sql"
	"fmt"
	"testing"
)

// columnTypes is the table of physical types: by logical type, on SQLite,
// PostgreSQL, MySQL, MariaDB and SQL Server.
func columnTypes() map[Type][5]string {
	return map[Type][5]string{
		{}:                                 {"text", "text", "text", "text", "nvarchar(max)"},
		{Keyed: true}:                      {"text", "text", "varchar(255)", "varchar(255)", "nvarchar(255)"},
		{Size: 36}:                         {"text", "varchar(36)", "varchar(36)", "varchar(36)", "nvarchar(36)"},
		{Size: 36, Keyed: true}:            {"text", "varchar(36)", "varchar(36)", "varchar(36)", "nvarchar(36)"},
		{Size: 4000}:                       {"text", "varchar(4000)", "varchar(4000)", "varchar(4000)", "nvarchar(4000)"},
		{Size: 4001}:                       {"text", "varchar(4001)", "varchar(4001)", "varchar(4001)", "nvarchar(max)"},
		{Size: 16383}:                      {"text", "varchar(16383)", "varchar(16383)", "varchar(16383)", "nvarchar(max)"},
		{Size: 16384}:                      {"text", "varchar(16384)", "mediumtext", "mediumtext", "nvarchar(max)"},
		{Size: 4194303}:                    {"text", "varchar(4194303)", "mediumtext", "mediumtext", "nvarchar(max)"},
		{Size: 4194304}:                    {"text", "varchar(4194304)", "longtext", "longtext", "nvarchar(max)"},
		{Size: 10485760}:                   {"text", "varchar(10485760)", "longtext", "longtext", "nvarchar(max)"},
		{Size: 10485761}:                   {"text", "text", "longtext", "longtext", "nvarchar(max)"},
		{Kind: Integer}:                    {"integer", "integer", "int", "int", "int"},
		{Kind: BigInt}:                     {"integer", "bigint", "bigint", "bigint", "bigint"},
		{Kind: Float}:                      {"real", "double precision", "double", "double", "float"},
		{Kind: Boolean}:                    {"numeric", "boolean", "boolean", "boolean", "bit"},
		{Kind: Date}:                       {"datetime", "timestamptz", "datetime(3)", "datetime(3)", "datetimeoffset(3)"},
		{Kind: JSON}:                       {"text", "jsonb", "json", "longtext", "nvarchar(max)"},
		{Kind: UUID}:                       {"text", "uuid", "varchar(36)", "varchar(36)", "uniqueidentifier"},
		{Kind: UUID, Keyed: true, Size: 9}: {"text", "uuid", "varchar(36)", "varchar(36)", "uniqueidentifier"},
		{Kind: Integer, Identity: true}: {
			"integer PRIMARY KEY AUTOINCREMENT", "serial", "int AUTO_INCREMENT", "int AUTO_INCREMENT",
			"int IDENTITY(1,1)",
		},
		{Kind: BigInt, Identity: true}: {
			"integer PRIMARY KEY AUTOINCREMENT", "bigserial", "bigint AUTO_INCREMENT", "bigint AUTO_INCREMENT",
			"bigint IDENTITY(1,1)",
		},
	}
}

func TestColumnType(t *testing.T) {
	t.Parallel()
	for typ, want := range columnTypes() {
		for i, d := range dialects() {
			if got := d.ColumnType(typ); got != want[i] {
				t.Errorf("%s, %+v: %q, want %q", d.Name(), typ, got, want[i])
			}
		}
	}
}

// Every type is one that the database takes, and is found again with the
// properties that were asked for.
func TestColumnTypeIsAccepted(t *testing.T) {
	t.Parallel()
	onEach(t, engines(), func(t *testing.T, d Dialect, db *sql.DB) {
		n := 0
		for typ := range columnTypes() {
			n++
			table := fmt.Sprintf("t%d", n)
			definition := d.ColumnType(typ)
			if typ.Identity && d.Name() != "sqlite" {
				definition += " PRIMARY KEY"
			}
			if typ.Keyed {
				definition += " UNIQUE"
			}
			mustExec(t, db, "CREATE TABLE "+table+" (c "+definition+")")
			got := inspect(t, d, db, table)[table]
			if len(got.Columns) != 1 || got.Columns[0].AutoIncrement != typ.Identity || got.Columns[0].PrimaryKey != typ.Identity {
				t.Errorf("%+v: found %+v", typ, got)
			}
			if wantIndex := typ.Keyed || typ.Identity; wantIndex != (len(got.Indexes) == 1 && got.Indexes[0].Unique) {
				t.Errorf("%+v: found %+v", typ, got.Indexes)
			}
		}
	})
}
