package authplugin

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// ID is the type of every id and of every reference to one, in the models of
// this package, of plugins, and in the foreign keys of the application's own
// tables. It is text in Go whatever the column is; the [IDStrategy] of the
// model that it identifies decides the column: text, a native UUID or a 64-bit
// integer.
//
// It is a named type on purpose: GORM takes a plain string argument of
// First(&user, id) or Delete(&user, id) as SQL, and a named one as a parameter.
//
// In an application's table it takes the column type of the model that it
// references. The model is found from the relation; without one, name it with
// the tag `auth:"references:user"`. Use *ID for an optional reference.
type ID string

// String returns the id as text.
func (id ID) String() string { return string(id) }

// Scan reads an id from a text, integer or UUID column.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ""
	case string:
		*id = ID(v)
	case []byte:
		*id = idFromBytes(v)
	case int64:
		*id = ID(strconv.FormatInt(v, 10))
	case [16]byte:
		*id = ID(formatUUID(v))
	default:
		return fmt.Errorf("authplugin: cannot read an id from %T", src)
	}
	return nil
}

// idFromBytes reads text, or the 16 bytes in which SQL Server's driver hands
// out a uniqueidentifier: its first three groups are little-endian. Text of 16
// bytes is told apart by its characters.
func idFromBytes(b []byte) ID {
	if len(b) != 16 || isIDText(b) {
		return ID(b)
	}
	u := [16]byte{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]}
	copy(u[8:], b[8:])
	return ID(formatUUID(u))
}

func isIDText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return true
}

func formatUUID(u [16]byte) string {
	var b [36]byte
	hex.Encode(b[0:8], u[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], u[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], u[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], u[8:10])
	b[23] = '-'
	hex.Encode(b[24:36], u[10:16])
	return string(b[:])
}

// GormDBDataType gives GORM's migrator the column type of an id or of a
// reference to one. It is called by GORM.
func (ID) GormDBDataType(db *gorm.DB, f *schema.Field) string {
	n, ok := db.NamingStrategy.(*namer)
	if !ok {
		return ""
	}
	return n.core.idColumnType(db, f)
}

// idKind is how the ids of a model are stored.
type idKind int

const (
	textID idKind = iota
	intID
	uuidID
)

// parse maps an id to the value that its column compares with. An id that no
// row can have, such as text where ids are integers, is not ok.
func (k idKind) parse(id ID) (value any, ok bool) {
	switch k {
	case intID:
		n, err := strconv.ParseInt(string(id), 10, 64)
		// Only the canonical text is an id: "007" and "+7" are not "7".
		if err != nil || strconv.FormatInt(n, 10) != string(id) {
			return nil, false
		}
		return n, true
	case uuidID:
		return canonicalUUID(string(id))
	default:
		// MySQL ignores spaces at the end when it compares text.
		return string(id), k.accepts(id)
	}
}

// accepts reports whether a row can have the id.
func (k idKind) accepts(id ID) bool {
	if k == textID {
		return id != "" && id[len(id)-1] != ' '
	}
	_, ok := k.parse(id)
	return ok
}

// wideID is an integer id of more than 32 bits on PostgreSQL, whose driver
// refuses to compare it with the 32-bit ids of a Better Auth table.
type wideID int64

// String makes GORM's preload take it for the number that it is.
func (id wideID) String() string { return strconv.FormatInt(int64(id), 10) }

// GormValue hands it over as a bigint. It is called by GORM.
func (id wideID) GormValue(context.Context, *gorm.DB) clause.Expr {
	return clause.Expr{SQL: "CAST(? AS bigint)", Vars: []any{int64(id)}}
}

// canonicalUUID accepts the 36-character form in either case.
func canonicalUUID(s string) (any, bool) {
	if len(s) != 36 {
		return nil, false
	}
	b := []byte(s)
	for i, c := range b {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return nil, false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		case c >= 'A' && c <= 'F':
			b[i] = c + ('a' - 'A')
		default:
			return nil, false
		}
	}
	return string(b), true
}

// idParameter is what a compiled statement compares ids of the model with. It is
// not ok for an id that no row can have.
func (m *model) idParameter(id ID) (any, bool) {
	v, ok := m.id.kind.parse(id)
	return v, ok && storable(string(id))
}
