package authplugin

import (
	"strconv"
	"strings"
	"unicode/utf8"

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
	case enumKind:
		// MySQL adds a varchar with a default at once; for a text it goes through the
		// rows, which are none longer than the enum's values.
		t.Kind, t.Keyed = dialect.String, t.Keyed || (c.dialect.Name() == "mysql" && f.longest() <= mysqlEnumLength)
	default:
		t.Kind = dialect.String
	}
	return c.dialect.ColumnType(t)
}

// mysqlEnumLength is what a string holds that may be keyed.
const mysqlEnumLength = 255

// longest is the length of the longest value of an enum, in characters.
func (f *field) longest() int {
	n := 0
	for _, v := range f.enum {
		n = max(n, utf8.RuneCountInString(v))
	}
	return n
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
