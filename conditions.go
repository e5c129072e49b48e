package authplugin

import (
	"math"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// nothing is an SQL value that compares with nothing, not even with NULL.
var nothing = clause.Expr{SQL: "NULL"} //nolint:gochecknoglobals // a constant of a type that has none

func isNothing(v any) bool {
	e, ok := v.(clause.Expr)
	return ok && e.SQL == nothing.SQL && len(e.Vars) == 0
}

// comparable is what an id is compared with in its column. An id that no row
// can have matches none.
func (bf *boundField) comparable(id ID) any {
	target := bf.idTarget()
	if target == nil {
		return string(id)
	}
	return target.id.comparable(id)
}

func (s idScheme) comparable(id ID) any {
	v, ok := s.kind.parse(id)
	if !ok {
		return nothing
	}
	if n, isInt := v.(int64); isInt && s.narrow && (n > math.MaxInt32 || n < math.MinInt32) {
		return wideID(n)
	}
	return v
}

// conditionColumn says how values that are compared with a column are to be changed.
type conditionColumn struct {
	id     bool   // the column holds ids
	target *model // whose ids; nil if that is not known, and they are text
	secret bool
	date   bool
	lower  bool
	field  *boundField // nil for a column of an application's table
}

// indifferent columns take values as they are.
func (col conditionColumn) indifferent() bool {
	return !col.id && !col.secret && !col.date && !col.lower
}

// rewriteConditions is registered before each of GORM's callbacks that builds or
// runs a statement with conditions. It sees statements on the application's own models
// too: they may join the library's tables.
func (c *core) rewriteConditions(db *gorm.DB) {
	if db.Error != nil {
		return
	}
	c.refuseTableless(db)
	if operationOf(db) != nil {
		return // its text and its parameters are the library's own
	}
	v := c.vocabulary()
	if v.guard != nil && db.Logger != logger.Discard { // which GORM gives to subqueries
		c.guardLogger(db, v.guard)
	}
	r := rewriter{core: c, words: v, db: db, stmt: db.Statement}
	if db.Statement.SQL.Len() > 0 {
		r.conceal()
		return
	}
	r.survey()
	r.clauses()
}

func (b *binding) conditionColumn(name string) (conditionColumn, bool) {
	var bf *boundField
	if name == clause.PrimaryKey {
		bf = b.columns[b.model.primary().column]
	} else if bf = b.columns[name]; bf == nil {
		if f := b.model.lookUp(name); f != nil {
			bf = b.columns[f.column]
		}
	}
	if bf == nil {
		return conditionColumn{}, false
	}
	col := conditionColumn{field: bf, secret: bf.concealed(), date: bf.kind == Date, lower: bf.lower}
	if bf.kind == idRef {
		col.id, col.target = true, bf.idTarget()
	}
	return col, true
}

// comparable is what an id is compared with in the column.
func (col conditionColumn) comparable(id ID) any {
	if col.target == nil {
		return string(id)
	}
	return col.target.id.comparable(id)
}

// textual says that ids are compared as they are, if some row can have them.
func (col conditionColumn) textual() bool {
	return col.target == nil || col.target.id.kind == textID
}

func (m *model) secretColumns() []string {
	var columns []string
	for _, f := range m.fields {
		if f.concealed() {
			columns = append(columns, strings.ToLower(f.column))
		}
	}
	return columns
}

// foreignIDs are the columns of an application's own table that hold ids of our
// models and are not plain text. They are worked out once for each schema.
func (c *core) foreignIDs(s *schema.Schema) map[string]conditionColumn {
	if !c.convertsIDs {
		return nil
	}
	if known, ok := c.foreign.Load(s); ok {
		return known.(map[string]conditionColumn) //nolint:forcetypeassert // only this function stores here
	}
	columns := map[string]conditionColumn{}
	for _, sf := range s.Fields {
		if sf.DBName == "" || sf.IndirectFieldType != reflect.TypeFor[ID]() {
			continue
		}
		m, err := c.referencedModel(sf)
		if err != nil || m.id.kind == textID {
			continue
		}
		columns[sf.DBName] = conditionColumn{id: true, target: m}
	}
	c.foreign.Store(s, columns)
	return columns
}
