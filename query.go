package authplugin

import "slices"

// Query says which records to read, and what of them.
type Query struct {
	// Where are the conditions; none match every record. See [Condition] for how
	// they are combined.
	Where []Condition
	// Select are the fields to read, by logical name; the id, too, only if it is
	// listed. Defaults to all fields, hidden ones included.
	Select []string
	// Sort orders the records. Defaults to no order. Text sorts as the database
	// has it, and so does NULL.
	Sort Sort
	// Limit is the largest number of records. Defaults to 100, as in Better Auth.
	Limit int
	// Offset skips records.
	Offset int
	// After begins after a record, which is as quick on the last page as on the
	// first: the values of the fields of Sort of the last record of the page
	// before. Sort must end with the id, and its fields may not be NULL.
	After Values
	// Join adds records of other models, see [Joins].
	Join Joins
}

// defaultLimit is how many records FindMany reads, and a join for each record,
// unless it is told otherwise.
const defaultLimit = 100

// Condition compares a field with a value. It may be made by a function such as
// [Eq], as a literal, or from JSON.
//
// Of several conditions all those with [ConnectorAnd] must hold, and of those
// with [ConnectorOr] one, whatever their order: (a1 AND a2) AND (o1 OR o2). A
// single condition with ConnectorOr must hold.
//
// The field, operator and connector are the server's to choose. A condition on which a
// client decides can find out secrets, a token or the hash of a password, by
// [OperatorStartsWith] and the like; and one with ConnectorOr is another way to meet
// those of the server that have it.
//
// The value is converted to the type of the field: a date may be text, an id is
// text whatever the column is, and an id that no record can have matches
// nothing. Another value that does not fit is a [*FieldError]. Fields of type
// json, string[] and number[] can be compared with nil only.
type Condition struct {
	// Field is the logical name.
	Field string `json:"field"`
	// Operator defaults to [OperatorEq].
	Operator Operator `json:"operator,omitempty"`
	Value    any      `json:"value"`
	// Connector defaults to [ConnectorAnd].
	Connector Connector `json:"connector,omitempty"`
	// Mode defaults to [ModeSensitive].
	Mode Mode `json:"mode,omitempty"`
}

// Operator is how a [Condition] compares.
type Operator string

// The operators. But for [OperatorEq] with nil, none matches NULL.
const (
	// OperatorEq is equality; nil matches NULL.
	OperatorEq Operator = "eq"
	// OperatorNe is inequality; nil matches all but NULL.
	OperatorNe  Operator = "ne"
	OperatorGt  Operator = "gt"
	OperatorGte Operator = "gte"
	OperatorLt  Operator = "lt"
	OperatorLte Operator = "lte"
	// OperatorIn needs a list. An empty one matches nothing. A nil in it matches nothing.
	OperatorIn Operator = "in"
	// OperatorNotIn needs a list. An empty one matches all but NULL. A nil in it is ignored.
	OperatorNotIn Operator = "not_in"
	// OperatorContains, OperatorStartsWith and OperatorEndsWith are for text. The
	// value is text as well, without any wildcards.
	OperatorContains   Operator = "contains"
	OperatorStartsWith Operator = "starts_with"
	OperatorEndsWith   Operator = "ends_with"
)

// Connector is how a [Condition] is combined with others.
type Connector string

// The connectors.
const (
	ConnectorAnd Connector = "AND"
	ConnectorOr  Connector = "OR"
)

// Mode is how a [Condition] compares text.
type Mode string

// The modes.
const (
	// ModeSensitive tells upper from lower case on every database, whatever its
	// collation is. Fields that are kept in lower case, such as a user's email,
	// are compared with the value in lower case.
	ModeSensitive Mode = "sensitive"
	// ModeInsensitive compares what the database's lower() makes of both sides:
	// SQLite's knows ASCII only. It counts for eq, ne, in, not_in, contains,
	// starts_with and ends_with, with text or a list of text, and is ignored
	// otherwise. It uses no index.
	ModeInsensitive Mode = "insensitive"
)

// Eq matches records whose field has the value; nil matches NULL.
func Eq(field string, value any) Condition {
	return Condition{Field: field, Operator: OperatorEq, Value: value}
}

// Ne matches records whose field has another value, not NULL; nil matches all
// but NULL.
func Ne(field string, value any) Condition {
	return Condition{Field: field, Operator: OperatorNe, Value: value}
}

// Gt matches records whose field is greater than the value.
func Gt(field string, value any) Condition {
	return Condition{Field: field, Operator: OperatorGt, Value: value}
}

// Gte matches records whose field is the value or greater.
func Gte(field string, value any) Condition {
	return Condition{Field: field, Operator: OperatorGte, Value: value}
}

// Lt matches records whose field is less than the value.
func Lt(field string, value any) Condition {
	return Condition{Field: field, Operator: OperatorLt, Value: value}
}

// Lte matches records whose field is the value or less.
func Lte(field string, value any) Condition {
	return Condition{Field: field, Operator: OperatorLte, Value: value}
}

// In matches records whose field has one of the values, a slice.
func In(field string, values any) Condition {
	return Condition{Field: field, Operator: OperatorIn, Value: values}
}

// NotIn matches records whose field has none of the values, a slice, and is not
// NULL.
func NotIn(field string, values any) Condition {
	return Condition{Field: field, Operator: OperatorNotIn, Value: values}
}

// Contains matches records whose field has the text in it.
func Contains(field, text string) Condition {
	return Condition{Field: field, Operator: OperatorContains, Value: text}
}

// StartsWith matches records whose field begins with the text.
func StartsWith(field, text string) Condition {
	return Condition{Field: field, Operator: OperatorStartsWith, Value: text}
}

// EndsWith matches records whose field ends with the text.
func EndsWith(field, text string) Condition {
	return Condition{Field: field, Operator: OperatorEndsWith, Value: text}
}

// Or is the condition as one of those of which only one must hold.
func (c Condition) Or() Condition {
	c.Connector = ConnectorOr
	return c
}

// Insensitive is the condition without regard to upper and lower case.
func (c Condition) Insensitive() Condition {
	c.Mode = ModeInsensitive
	return c
}

// Sort is an order of records: by its first field, then by the next.
type Sort []SortField

// SortField is a field to sort by.
type SortField struct {
	// Field is the logical name.
	Field string `json:"field"`
	// Direction defaults to [Ascending].
	Direction Direction `json:"direction,omitempty"`
}

// Direction is the direction of a [SortField].
type Direction string

// The directions.
const (
	Ascending  Direction = "asc"
	Descending Direction = "desc"
)

// Asc sorts by fields from the least value to the greatest.
func Asc(fields ...string) Sort { return sortBy(Ascending, fields) }

// Desc sorts by fields from the greatest value to the least.
func Desc(fields ...string) Sort { return sortBy(Descending, fields) }

func sortBy(d Direction, fields []string) Sort {
	s := make(Sort, len(fields))
	for i, name := range fields {
		s[i] = SortField{Field: name, Direction: d}
	}
	return s
}

// Then sorts by more fields where those before are equal: Asc("name").Then(Desc("createdAt")).
func (s Sort) Then(next Sort) Sort {
	return slices.Concat(s, next)
}

// Joins are the models to join, by logical name. There must be exactly one
// foreign key between the two models: it is looked for in the joined one, and
// only if there is none in that of the query. The joined records stand in the
// result under the name of their model: a [Record] or nil if there can be one at
// most (the foreign key is unique, or it is the query's and references an id), else
// a []Record, perhaps empty, ordered by id.
type Joins map[string]Join

// Join says how a model is joined.
type Join struct {
	// Limit is the largest number of joined records for each record. Defaults to 100.
	Limit int
}
