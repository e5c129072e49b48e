package generate

import (
	"slices"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// Script writes a plan as one SQL script for psql, mariadb, sqlite3 or sqlcmd:
// that of [authplugin.Describe] is the full schema, that of
// [authplugin.Auth.PlanMigration] what the database lacks. A plan with unsafe
// steps is an [*authplugin.UnsafeMigrationError]; one with nothing to do gives no
// file. Recommended indexes are in it when they are among the plan's Steps.
//
// The script begins no transaction, so that its reader decides about one.
func Script(plan *authplugin.Plan, o FileOptions) ([]File, error) {
	return script(plan, o, false)
}

// ReverseScript writes what takes the [Script] back, the last step first. Data in
// what it drops is lost.
func ReverseScript(plan *authplugin.Plan, o FileOptions) ([]File, error) {
	return script(plan, o, true)
}

func script(plan *authplugin.Plan, o FileOptions, reverse bool) ([]File, error) {
	if err := checkPlan(plan); err != nil {
		return nil, err
	}
	parts := migrations(plan, o)
	if len(parts) == 0 {
		return nil, nil
	}
	var b strings.Builder
	b.WriteString("-- " + clientOf(plan.Dialect) + "\n")
	if reverse {
		slices.Reverse(parts)
	}
	for _, m := range parts {
		b.WriteString("\n")
		if m.drift {
			b.WriteString(driftNotice)
		}
		blocks := m.up
		if reverse {
			blocks = m.down
		}
		b.WriteString(text(plan.Dialect, blocks))
		if m.drift {
			b.WriteString("-- ---- end of drift ----\n")
		}
	}
	name := o.baseName() + ".sql"
	if reverse {
		name = o.baseName() + ".reverse.sql"
	}
	return []File{{Name: name, Content: []byte(b.String())}}, nil
}

// clientOf says how a script is run so that a failure ends it.
func clientOf(dialect string) string {
	switch dialect {
	case "postgres":
		return "for PostgreSQL: psql -v ON_ERROR_STOP=1 -f FILE; with --single-transaction unless it has CONCURRENTLY"
	case "mysql":
		return "for MySQL and MariaDB: mysql DATABASE < FILE"
	case "sqlserver":
		return "for SQL Server: sqlcmd -b -I -x -i FILE"
	default:
		return "for SQLite: sqlite3 -bail DATABASE < FILE"
	}
}
