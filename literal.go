package authplugin

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// literal writes a stored value as SQL, for the constant default of a column:
// DDL takes no parameters. What GORM's Explain writes is for logs: it knows
// neither backslashes on MySQL, nor zones, nor national text on SQL Server.
func literal(dialectName string, v any) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return boolLiteral(dialectName, x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case time.Time:
		return timeLiteral(dialectName, x)
	case string:
		return textLiteral(dialectName, x)
	default:
		return textLiteral(dialectName, describe(v))
	}
}

func boolLiteral(dialectName string, v bool) string {
	switch {
	case dialectName == "postgres":
		return strconv.FormatBool(v)
	case v:
		return "1"
	default:
		return "0"
	}
}

func timeLiteral(dialectName string, t time.Time) string {
	t = normalizeTime(t)
	switch dialectName {
	case "postgres", "sqlserver":
		return "'" + t.Format("2006-01-02 15:04:05.000") + "+00:00'"
	default:
		return "'" + t.Format("2006-01-02 15:04:05.000") + "'"
	}
}

func textLiteral(dialectName, s string) string {
	switch {
	case dialectName == "mysql" && strings.Contains(s, `\`):
		// Whether a backslash escapes depends on the SQL mode.
		return "_utf8mb4 X'" + hex.EncodeToString([]byte(s)) + "'"
	case dialectName == "postgres" && strings.Contains(s, `\`):
		return " E'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", "''") + "'"
	case dialectName == "sqlserver":
		return nationalText(s)
	default:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
}

// defaultClause is the DEFAULT of a column of that type which is added to an
// existing table.
func defaultClause(dialectName, sqlType string, v any) string {
	text := literal(dialectName, v)
	switch {
	case dialectName == "mysql" && containsAny(sqlType, "text", "json"):
		// These take an expression only. Others must not have one: MySQL would
		// copy the table to add the column.
		return " DEFAULT (" + text + ")"
	case dialectName == "sqlserver":
		return " DEFAULT " + text + " WITH VALUES" // otherwise old rows of a nullable column stay NULL
	default:
		return " DEFAULT " + text
	}
}

// nationalText is a text as SQL Server writes it.
func nationalText(s string) string { return "N'" + strings.ReplaceAll(s, "'", "''") + "'" }
