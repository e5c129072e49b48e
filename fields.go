package authplugin

import "fmt"

// FieldType is the logical type of a field: [String], [Number], [Float],
// [BigInt], [Boolean], [Date], [JSON], [StringArray], [NumberArray] or [Enum].
type FieldType interface {
	fieldKind() fieldKind
}

type fieldKind string

// The field types, with the Go type that a value has after a read.
const (
	// String is text; string in Go.
	String fieldKind = "string"
	// Number is a whole number of 32 bits, as in Better Auth; int64 in Go.
	Number fieldKind = "number"
	// Float is a floating-point number of 64 bits; float64 in Go.
	Float fieldKind = "float"
	// BigInt is a whole number of 64 bits; int64 in Go.
	BigInt fieldKind = "bigint"
	// Boolean is true or false; bool in Go.
	Boolean fieldKind = "boolean"
	// Date is a moment, kept in UTC to the millisecond; time.Time in Go.
	Date fieldKind = "date"
	// JSON is any value that encoding/json can encode; any in Go.
	JSON fieldKind = "json"
	// StringArray is a list of strings, stored as JSON; []string in Go.
	StringArray fieldKind = "string[]"
	// NumberArray is a list of numbers, stored as JSON; []float64 in Go.
	NumberArray fieldKind = "number[]"

	enumKind fieldKind = "enum"
	idRef    fieldKind = "id"
	// opaqueKind is a typed column of the application's struct that only GORM understands.
	opaqueKind fieldKind = "opaque"
)

func (k fieldKind) fieldKind() fieldKind { return k }

// Enum is a string out of the given ones.
func Enum(values ...string) FieldType { return enumType{values: values} }

type enumType struct{ values []string }

func (enumType) fieldKind() fieldKind { return enumKind }

// Fields are fields by logical name.
type Fields map[string]Field

// Field describes an additional field of a model, or a field of a plugin's
// model. As in Better Auth a field is required on create unless it says
// otherwise.
type Field struct {
	// Type is the logical type. It has no default.
	Type FieldType
	// Column is the physical column name. By default it follows the naming of
	// the model's other columns.
	Column string
	// Optional allows the field to be absent or NULL (Better Auth: required: false).
	// The column is NOT NULL only when the field is required and has no default.
	Optional bool
	// DefaultValue is set on create when the field is absent, or when it is nil
	// and the field is not optional. It is a constant or a func() any, which
	// must be safe for concurrent use. The application sets it, not the
	// database; only a column that is added to an existing table carries a
	// constant default, so that old rows have it.
	DefaultValue any
	// OnUpdate makes the value of every update that does not set the field. It
	// must be safe for concurrent use.
	OnUpdate func() any
	// ServerOnly keeps the field out of what a client may set (Better Auth: input: false).
	ServerOnly bool
	// Hidden keeps the field out of JSON, %v, logs and caches (Better Auth: returned: false).
	Hidden bool
	// Unique makes a unique index, Index a plain one.
	Unique, Index bool
	// Sortable limits a string to a length that every database can sort and
	// index by (255 unless Size says otherwise).
	Sortable bool
	// Size is the length of a string in characters. Defaults to no limit, or to
	// 255 where the database can only index text of limited length.
	Size int
	// References makes a foreign key, which gets an index. The column takes the
	// type of the field that it references.
	References *Reference
	// TransformInput changes a value before it is validated and written,
	// TransformOutput one that was read. NULL is not transformed.
	TransformInput, TransformOutput func(value any) (any, error)
	// ValidateInput refuses a value before it is written, ValidateOutput one
	// that was read. NULL is not validated.
	ValidateInput, ValidateOutput func(value any) error
}

// Reference is a foreign key.
type Reference struct {
	// Model is the logical name of the model that is referenced.
	Model string
	// Field is the logical name of its field. Defaults to "id".
	Field string
	// OnDelete says what becomes of the row. Defaults to [Cascade].
	OnDelete OnDelete
}

// OnDelete is what a foreign key does when the referenced row is deleted.
type OnDelete string

// The actions of a foreign key.
const (
	Cascade  OnDelete = "CASCADE"
	SetNull  OnDelete = "SET NULL"
	Restrict OnDelete = "RESTRICT"
	NoAction OnDelete = "NO ACTION"
)

// Index is an index over several fields of a model.
type Index struct {
	// Fields are logical names, in order.
	Fields []string
	Unique bool
	// Recommended indexes are made together with a table that the library
	// creates. On a table that already exists they are only recommended: they
	// are in the plan, and made on request.
	Recommended bool
}

// field is a field of the logical schema: immutable once the schema is built.
type field struct {
	model  *model
	name   string // logical
	goName string
	column string
	kind   fieldKind
	enum   []string

	primary, optional, notNull bool
	unique, index, sortable    bool
	recommended                bool // its index is
	secret, hidden, serverOnly bool
	createOnly                 bool // clients may set it on create only
	notInJSON                  bool // encoding/json leaves its Go field out
	lower                      bool // text is kept in lower case
	hashed                     bool // text is stored as its hash, see hashSecret
	createdAt, updatedAt       bool
	softDelete                 bool // gorm.DeletedAt of an application's struct
	size                       int

	// managed columns get their type from the logical schema; the others are
	// typed columns of an application's struct, which GORM's tags describe.
	managed bool
	// typed fields have a Go struct field in the model's declared struct.
	typed bool

	hasDefault bool
	def        any
	defFunc    func() any
	onUpdate   func() any
	ref        *reference

	transformIn, transformOut func(any) (any, error)
	validateIn, validateOut   func(any) error

	// path is where the field was declared, for messages; origin is who added it,
	// empty for a field of a struct.
	path, origin string
}

type reference struct {
	model    *model
	field    *field
	onDelete OnDelete
}

// required reports whether a create must bring a value.
func (f *field) required() bool { return !f.optional && !f.hasDefault }

// keyed reports whether the column is part of an index or is sorted by.
func (f *field) keyed() bool {
	return f.primary || f.unique || f.index || f.sortable || f.ref != nil
}

// shown reports whether the value is part of JSON.
func (f *field) shown() bool { return !f.hidden && !f.notInJSON }

// concealed reports whether the value must not be shown.
func (f *field) concealed() bool { return f.secret || f.hidden }

// idTarget is the model whose ids the field holds, nil when it holds none.
func (f *field) idTarget() *model {
	for f.ref != nil {
		if f.ref.field == f {
			return nil
		}
		f = f.ref.field
	}
	if f.primary {
		return f.model
	}
	return nil
}

func (f *field) errorf(format string, args ...any) *FieldError {
	return &FieldError{Model: f.model.name, Field: f.name, Problem: fmt.Sprintf(format, args...)}
}

// declared reports whether the field is one of the struct of the core or of a
// plugin, and not one that the application or another plugin has added.
func (f *field) declared() bool {
	if f.model.declared == nil || !f.typed {
		return false
	}
	_, ok := f.model.declared.FieldByName(f.goName)
	return ok
}
