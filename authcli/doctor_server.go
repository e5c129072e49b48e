package authcli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// now is the time by which rows have expired.
func now() time.Time { return time.Now() }

// examineServer looks at the version and the settings of the database.
func examineServer(ctx context.Context, db *gorm.DB, d *diagnosis) {
	var err error
	switch db.Name() {
	case "postgres":
		err = examinePostgres(ctx, db, d)
	case "mysql":
		err = examineMySQL(ctx, db, d)
	case "sqlite":
		err = examineSQLite(ctx, db, d)
	case "sqlserver":
		err = examineSQLServer(ctx, db, d)
	}
	if err != nil {
		d.add("server", fault, "cannot ask for the settings: "+problem(err), "look at the rights of the database user")
	}
}

func examinePostgres(ctx context.Context, db *gorm.DB, d *diagnosis) error {
	var version, encoding, zone, isolation, path, collation string
	var number int
	err := db.ConnPool.QueryRowContext(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int,
		current_setting('server_encoding'), current_setting('TimeZone'), current_setting('default_transaction_isolation'),
		coalesce(current_schema()::text, ''), (SELECT datcollate::text FROM pg_database WHERE datname = current_database())`).
		Scan(&version, &number, &encoding, &zone, &isolation, &path, &collation)
	if err != nil {
		return err
	}
	if number < 130000 {
		d.add("server", warning, "PostgreSQL "+version, "upgrade: native UUIDs need PostgreSQL 13")
	} else {
		d.add("server", healthy, "PostgreSQL "+version, "")
	}
	if path == "" {
		d.add("search_path", fault, "it names no schema that exists", "create the schema, or correct search_path in the URL")
	} else {
		d.add("search_path", healthy, "tables are made in "+path, "")
	}
	d.add("time zone", healthy, zone+"; moments are stored with their zone", "")
	if encoding == "UTF8" {
		d.add("character set", healthy, encoding+", collation "+collation, "")
	} else {
		d.add("character set", warning, encoding+" cannot hold every character", "create the database with ENCODING 'UTF8'")
	}
	addIsolation(d, isolation)
	return nil
}

func examineMySQL(ctx context.Context, db *gorm.DB, d *diagnosis) error {
	var version, charset, collation, zone string
	var ahead int
	err := db.ConnPool.QueryRowContext(ctx, `SELECT VERSION(), @@character_set_database, @@collation_database, @@session.time_zone,
		TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW())`).Scan(&version, &charset, &collation, &zone, &ahead)
	if err != nil {
		return err
	}
	product := "MySQL "
	if strings.Contains(version, "MariaDB") {
		product = "MariaDB "
	}
	d.add("server", healthy, product+version, "")
	if ahead != 0 {
		d.add("time zone", warning, fmt.Sprintf("%s, %d minutes ahead of UTC: the server converts columns of type timestamp", zone, ahead),
			"add time_zone=%27%2B00%3A00%27 to the parameters of the URL")
	} else {
		d.add("time zone", healthy, zone+", which is UTC", "")
	}
	if charset == "utf8mb4" {
		d.add("character set", healthy, charset+", collation "+collation, "")
	} else {
		d.add("character set", warning, charset+" cannot hold every character", "ALTER DATABASE ... CHARACTER SET utf8mb4, before the tables are made")
	}
	var name, isolation string
	// The variable has another name on MariaDB before 11.1.
	err = db.ConnPool.QueryRowContext(ctx, "SHOW VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')").Scan(&name, &isolation)
	if err != nil {
		return err
	}
	addIsolation(d, strings.ReplaceAll(isolation, "-", " "))
	return nil
}

func examineSQLite(ctx context.Context, db *gorm.DB, d *diagnosis) error {
	var version, journal, encoding string
	var foreignKeys bool
	var busy int
	for query, into := range map[string]any{
		"SELECT sqlite_version()": &version, "PRAGMA journal_mode": &journal, "PRAGMA encoding": &encoding,
		"PRAGMA foreign_keys": &foreignKeys, "PRAGMA busy_timeout": &busy,
	} {
		if err := db.ConnPool.QueryRowContext(ctx, query).Scan(into); err != nil {
			return err
		}
	}
	d.add("server", healthy, "SQLite "+version+", journal mode "+journal, "")
	if foreignKeys {
		d.add("foreign keys", healthy, "on for this connection; the application turns them on for its own", "")
	} else {
		d.add("foreign keys", fault, "off: sessions and accounts outlive their user", "add _pragma=foreign_keys(1) to the URL (modernc), _foreign_keys=on with mattn's driver")
	}
	if busy == 0 {
		d.add("busy timeout", warning, "none: writers fail when another one is at work", "add _pragma=busy_timeout(10000) to the URL")
	}
	d.add("time zone", healthy, "moments are stored as text in UTC", "")
	d.add("character set", healthy, encoding, "")
	addIsolation(d, "serializable")
	return nil
}

func examineSQLServer(ctx context.Context, db *gorm.DB, d *diagnosis) error {
	var version, collation string
	var level int
	var snapshot bool
	err := db.ConnPool.QueryRowContext(ctx, `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)),
		CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)),
		(SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID),
		(SELECT is_read_committed_snapshot_on FROM sys.databases WHERE database_id = DB_ID())`).
		Scan(&version, &collation, &level, &snapshot)
	if err != nil {
		return err
	}
	d.add("server", healthy, "SQL Server "+version, "")
	d.add("time zone", healthy, "moments are stored with their zone", "")
	d.add("character set", healthy, "text is nvarchar, collation "+collation, "")
	names := []string{"unspecified", "read uncommitted", "read committed", "repeatable read", "serializable", "snapshot"}
	if level < 0 || level >= len(names) {
		level = 0
	}
	addIsolation(d, names[level])
	if !snapshot {
		d.add("snapshots", warning, "READ_COMMITTED_SNAPSHOT is off: readers wait for writers", "ALTER DATABASE ... SET READ_COMMITTED_SNAPSHOT ON")
	}
	return nil
}

func addIsolation(d *diagnosis, level string) {
	if level = strings.ToLower(level); level == "read uncommitted" {
		d.add("isolation", warning, level+": transactions see what others may yet roll back", "use read committed or a higher level")
		return
	}
	d.add("isolation", healthy, level, "")
}
