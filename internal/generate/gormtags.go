package generate

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/gorm-auth/authplugin"
)

// plainConstraint is the form of names that GORM takes from the tag constraint;
// for others it makes one of its own.
var plainConstraint = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// columnSettings are the settings of a column in the tag `gorm`.
func (f *goFile) columnSettings(m authplugin.ModelInfo, field authplugin.FieldInfo) []string {
	settings := []string{"column:" + field.Column}
	switch {
	case field.AutoIncrement: // GORM's own type for a key that counts is the library's
		settings = append(settings, "primaryKey", "autoIncrement")
	case field.Primary:
		settings = append(settings, "type:"+field.SQLType, "primaryKey")
	default:
		settings = append(settings, "type:"+field.SQLType)
	}
	if field.SQLType == "int" {
		// GORM takes this type for its own word, and chooses among the database's by
		// the size; both MySQL's driver and SQL Server's make an int of this one.
		settings = append(settings, "size:30")
	}
	if field.Primary && !field.AutoIncrement && field.SQLDefault != "" {
		settings = append(settings, "default:"+field.SQLDefault)
	}
	if field.NotNull {
		settings = append(settings, "not null")
	}
	switch field.Type {
	case "json", "string[]", "number[]":
		settings = append(settings, "serializer:json")
	}
	for _, x := range m.Indexes {
		settings = append(settings, indexSettings(x, field.Name)...)
	}
	return settings
}

// indexSettings is a column's part in an index.
func indexSettings(x authplugin.IndexInfo, field string) []string {
	for i, name := range x.Fields {
		if name != field {
			continue
		}
		word := "index:"
		if x.Unique {
			word = "uniqueIndex:"
		}
		setting := word + x.Name
		if len(x.Fields) > 1 {
			setting += ",priority:" + strconv.Itoa(i+1)
		}
		if x.Where != "" {
			setting += ",where:" + x.Where
		}
		return []string{setting}
	}
	return nil
}

var plainJSONName = regexp.MustCompile(`^[A-Za-z0-9_$.-]+$`)

// jsonName is what encoding/json calls a field: by its logical name, and hidden
// fields not at all.
func jsonName(f authplugin.FieldInfo) string {
	if f.Hidden || !plainJSONName.MatchString(f.Name) {
		return "-"
	}
	return f.Name
}

// structTag writes the tag of a field. GORM splits its settings at semicolons
// that no backslash is before.
func structTag(settings []string, jsonName string) string {
	escaped := make([]string, len(settings))
	for i, s := range settings {
		escaped[i] = strings.ReplaceAll(singleLine(s), ";", `\;`)
	}
	tag := "gorm:" + strconv.Quote(strings.Join(escaped, ";")) + " json:" + strconv.Quote(jsonName)
	if strconv.CanBackquote(tag) {
		return "`" + tag + "`"
	}
	return strconv.Quote(tag)
}
