package authplugin

import (
	"strconv"
	"strings"

	"github.com/gorm-auth/authplugin/internal/dialect"
)

// sizeOfType reads the 36 of varchar(36), which GORM compares with the catalog.
func sizeOfType(sqlType string) int {
	_, rest, ok := strings.Cut(sqlType, "char(")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(rest, ")")
	n, _ := strconv.Atoi(digits)
	return n
}

// columnType is the physical type of a managed field.
func (c *core) columnType(f *field) string {
	if target := f.idTarget(); target != nil {
		return c.typeOfID(target, f.primary)
	}
	t := dialect.Type{Size: f.size, Keyed: f.keyed()}
	switch f.kind {
	case Number:
		t.Kind = dialect.Integer
	case BigInt:
		t.Kind = dialect.BigInt
	case Float:
		t.Kind = dialect.Float
	case Boolean:
		t.Kind = dialect.Boolean
	case Date:
		t.Kind = dialect.Date
	case JSON, StringArray, NumberArray:
		t.Kind = dialect.JSON
	default:
		t.Kind = dialect.String
	}
	return c.dialect.ColumnType(t)
}

// typeOfID is the type of a model's id column, or of a column that references it.
func (c *core) typeOfID(m *model, primary bool) string {
	if !primary {
		if existing := c.existingIDType(m); existing != "" {
			return existing
		}
	}
	return c.ownTypeOfID(m, primary)
}

// ownTypeOfID is that type in tables that the library creates.
func (c *core) ownTypeOfID(m *model, primary bool) string {
	id := m.id
	if id.columnType != "" {
		return id.columnType
	}
	switch id.kind {
	case intID:
		return c.dialect.ColumnType(dialect.Type{Kind: dialect.BigInt, Identity: primary && id.autoIncrement})
	case uuidID:
		return c.dialect.ColumnType(dialect.Type{Kind: dialect.UUID})
	default:
		return c.dialect.ColumnType(dialect.Type{Kind: dialect.String, Size: id.size, Keyed: true})
	}
}
