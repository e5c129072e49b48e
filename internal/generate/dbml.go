package generate

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/gorm-auth/authplugin"
)

// DBML writes the schema in the Database Markup Language: tables with their
// columns and indexes, and a Ref for each foreign key. What the application sets
// by itself (defaults, enum values) is in the notes: the database has no part in it.
func DBML(w io.Writer, s *authplugin.Schema) error { return write(w, s, dbml) }

func dbml(models []authplugin.ModelInfo) string {
	var b strings.Builder
	for i, m := range models {
		if i > 0 {
			b.WriteString("\n")
		}
		dbmlTable(&b, m)
	}
	for i, r := range references(models) {
		if i == 0 {
			b.WriteString("\n")
		}
		arrow := ">"
		if r.single() {
			arrow = "-"
		}
		fmt.Fprintf(&b, "Ref %s: %s.%s %s %s.%s [delete: %s]\n", dbmlName(r.column.Constraint),
			dbmlTableName(r.child.Table), dbmlName(r.column.Column), arrow,
			dbmlTableName(r.parent.Table), dbmlName(r.target.Column), strings.ToLower(string(r.column.OnDelete)))
	}
	return b.String()
}

func dbmlTable(b *strings.Builder, m authplugin.ModelInfo) {
	fmt.Fprintf(b, "Table %s {\n", dbmlTableName(m.Table))
	for _, f := range m.Fields {
		fmt.Fprintf(b, "  %s %s", dbmlName(f.Column), dbmlType(f.SQLType))
		if settings := dbmlSettings(f); len(settings) > 0 {
			b.WriteString(" [" + strings.Join(settings, ", ") + "]")
		}
		b.WriteString("\n")
	}
	if len(m.Indexes) > 0 {
		b.WriteString("\n  indexes {\n")
		for _, x := range m.Indexes {
			dbmlIndex(b, m, x)
		}
		b.WriteString("  }\n")
	}
	note := "model " + m.Name + " (" + m.Origin + ")"
	if m.NoMigration {
		note += "; others make the table"
	}
	fmt.Fprintf(b, "\n  Note: %s\n}\n", dbmlText(note))
}

func dbmlSettings(f authplugin.FieldInfo) []string {
	var settings, notes []string
	if f.Primary {
		settings = append(settings, "pk")
	}
	if f.AutoIncrement {
		settings = append(settings, "increment")
	}
	if f.NotNull && !f.Primary {
		settings = append(settings, "not null")
	}
	if f.SQLDefault != "" {
		settings = append(settings, "default: `"+strings.ReplaceAll(singleLine(f.SQLDefault), "`", "'")+"`")
	}
	if len(f.Enum) > 0 {
		notes = append(notes, "one of "+strings.Join(f.Enum, ", "))
	}
	if def, ok := constantDefault(f); ok {
		notes = append(notes, "the application's default is "+def)
	}
	if len(notes) > 0 {
		settings = append(settings, "note: "+dbmlText(strings.Join(notes, "; ")))
	}
	return settings
}

func dbmlIndex(b *strings.Builder, m authplugin.ModelInfo, x authplugin.IndexInfo) {
	columns := make([]string, len(x.Fields))
	for i, name := range x.Fields {
		f, _ := m.Field(name)
		columns[i] = dbmlName(f.Column)
	}
	list := strings.Join(columns, ", ")
	if len(columns) > 1 {
		list = "(" + list + ")"
	}
	settings := "name: " + dbmlText(x.Name)
	if x.Unique {
		settings = "unique, " + settings
	}
	if x.Where != "" {
		settings += ", note: " + dbmlText("where "+x.Where)
	}
	fmt.Fprintf(b, "    %s [%s]\n", list, settings)
}

// dbmlTableName quotes a name and, on its own, the schema that it is in.
func dbmlTableName(table string) string {
	if schemaName, name, ok := strings.Cut(table, "."); ok {
		return dbmlName(schemaName) + "." + dbmlName(name)
	}
	return dbmlName(table)
}

// dbmlName quotes a name. There is no escape for a quote in one.
func dbmlName(name string) string {
	return `"` + strings.NewReplacer(`"`, "'", `\`, "_").Replace(singleLine(name)) + `"`
}

var dbmlPlainType = regexp.MustCompile(`^[a-z][a-z0-9_]*(\([0-9]+\))?$`)

func dbmlType(sqlType string) string {
	if dbmlPlainType.MatchString(sqlType) {
		return sqlType
	}
	return dbmlName(sqlType)
}

// dbmlText is text in single quotes.
func dbmlText(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(singleLine(text)) + "'"
}

// singleLine makes spaces of line ends and other control characters.
func singleLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}
