package generate

import (
	"strings"

	"github.com/gorm-auth/authplugin"
)

// structOf makes the struct of a model.
func (f *goFile) structOf(m authplugin.ModelInfo, models []authplugin.ModelInfo, order map[string]int) goStruct {
	s := goStruct{model: m, name: f.names[m.Name]}
	taken := map[string]bool{"TableName": true} // the method
	names := map[string]string{}
	for _, field := range m.Fields {
		names[field.Name] = freeName(field.GoName, taken)
	}
	for _, field := range m.Fields {
		s.fields = append(s.fields, goField{
			name: names[field.Name], goType: f.goType(field),
			tag: structTag(f.columnSettings(m, field), jsonName(field)), comment: fieldComment(field),
		})
	}
	for _, r := range references(models) {
		if r.child.Name == m.Name {
			s.fields = append(s.fields, f.relation(r, names, taken, order))
		}
	}
	return s
}

// goType is the type of a Go field. What is optional is a pointer, or a type
// that has a nil of its own.
func (f *goFile) goType(field authplugin.FieldInfo) string {
	var plain string
	switch field.Type {
	case "id":
		plain = f.idType(field)
	case "number":
		plain = "int32"
	case "bigint":
		plain = "int64"
	case "float":
		plain = "float64"
	case "boolean":
		plain = "bool"
	case "date":
		plain = "time.Time"
		f.imports["time"] = true
	case "json":
		return "any"
	case "string[]":
		return "[]string"
	case "number[]":
		return "[]float64"
	case "opaque":
		if field.SoftDelete {
			f.imports["gorm.io/gorm"] = true
			return "gorm.DeletedAt"
		}
		return "[]byte"
	default:
		plain = "string"
	}
	if field.Optional {
		return "*" + plain
	}
	return plain
}

// idType is the type of an id, or of a reference to one.
func (f *goFile) idType(field authplugin.FieldInfo) string {
	sqlType := strings.ToLower(field.SQLType)
	if strings.Contains(sqlType, "int") || strings.Contains(sqlType, "serial") {
		return "int64"
	}
	f.textIDs = true
	if sqlType == "uniqueidentifier" {
		f.uuidBytes = true
		f.imports["encoding/hex"], f.imports["fmt"] = true, true
	}
	return "ID"
}

// relation is the field through which GORM knows a foreign key.
func (f *goFile) relation(r reference, names map[string]string, taken map[string]bool, order map[string]int) goField {
	name := names[r.column.Name]
	field := goField{name: strings.TrimSuffix(strings.TrimSuffix(name, "ID"), "Id"), goType: "*" + f.names[r.parent.Name]}
	if field.name == name || field.name == "" || taken[field.name] {
		field.name = name + f.names[r.parent.Name]
	}
	field.name = freeName(field.name, taken)
	constraint := r.column.Constraint + ",OnDelete:" + string(r.column.OnDelete)
	switch {
	case r.parent.NoMigration && !r.child.NoMigration:
		constraint = "-"
		field.comment = "with the foreign key " + r.column.Constraint + " GORM would make the table, which others make"
	case !plainConstraint.MatchString(r.column.Constraint):
		constraint = "-"
		field.comment = "GORM cannot give the foreign key its name, " + r.column.Constraint
	case f.dialect != "sqlite" && (order[r.parent.Name] > order[r.child.Name] || r.parent.Name == r.child.Name && !r.target.Primary):
		constraint = "-"
		field.comment = "GORM cannot create the foreign key " + r.column.Constraint + " together with the table"
	}
	// By their columns, which GORM looks for first: a column may have the name of another field.
	field.tag = structTag([]string{"foreignKey:" + r.column.Column, "references:" + r.target.Column, "constraint:" + constraint}, "-")
	return field
}

func fieldComment(f authplugin.FieldInfo) string {
	var parts []string
	if len(f.Enum) > 0 {
		parts = append(parts, "one of "+strings.Join(f.Enum, ", "))
	}
	if def, ok := constantDefault(f); ok {
		parts = append(parts, "the library's default is "+def)
	}
	return strings.Join(parts, "; ")
}
