package authplugin

import (
	"math"
	"reflect"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// nothing is an SQL value that compares with nothing, not even with NULL.
var nothing = clause.Expr{SQL: "NULL"} //nolint:gochecknoglobals // a constant of a type that has none

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
	id     func(ID) any // nil when the column holds no id
	secret bool
	date   bool
	field  *boundField // nil for a column of an application's table
}

// rewriteConditions is registered before each of GORM's callbacks that builds a
// statement with conditions.
func (c *core) rewriteConditions(db *gorm.DB) {
	stmt := db.Statement
	if db.Error != nil || stmt.Schema == nil {
		return
	}
	r := &rewriter{stmt: stmt, times: c.times}
	if b := c.bindings[stmt.Schema]; b != nil {
		c.guardLogger(db, b)
		r.column, r.secrets = b.lookUp, b.secrets
	} else if ids := c.foreignIDs(stmt.Schema); len(ids) > 0 {
		r.times = nativeTime // what the application's own tables hold is its own affair
		r.column = func(name string) (conditionColumn, bool) {
			col, ok := ids[name]
			return col, ok
		}
	} else {
		return
	}
	r.joins()
	where, ok := stmt.Clauses["WHERE"]
	if !ok {
		return
	}
	if w, ok := where.Expression.(clause.Where); ok {
		if exprs, changed := r.all(w.Exprs); changed {
			where.Expression = clause.Where{Exprs: exprs}
			stmt.Clauses["WHERE"] = where
		}
	}
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
	col := conditionColumn{field: bf, secret: bf.concealed(), date: bf.kind == Date}
	if bf.kind == idRef {
		col.id = bf.comparable
	}
	return col, true
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
		scheme := m.id
		columns[sf.DBName] = conditionColumn{id: scheme.comparable}
	}
	c.foreign.Store(s, columns)
	return columns
}
