package authplugin

import (
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// recordTable is a model as records see it, in one statement or transaction.
type recordTable struct {
	core  *core
	model *model
	db    *gorm.DB
	// read is the binding that rows are read by: its Go type has nothing but the id
	// and the dynamic-field map, which tells NULL from empty text.
	read *binding
	// goType is the model's own Go type, by which GORM, hooks and the callbacks of
	// the application know a statement.
	goType reflect.Type
}

// bindRecords binds the Go type that records of a model are read by. A model
// that is known at run time only has no other.
func (c *core) bindRecords(m *model) error {
	if m.declared == nil {
		c.records[m] = c.byModel[m]
		return nil
	}
	b, err := c.bindType(m, runtimeType(m))
	c.records[m] = b
	return err
}

// recordTable is the model of that logical name on a handle.
func (c *core) recordTable(db *gorm.DB, name string) (recordTable, error) {
	m, err := c.modelNamed(name)
	if err != nil {
		return recordTable{}, err
	}
	return c.tableOf(db, m), nil
}

func (c *core) tableOf(db *gorm.DB, m *model) recordTable {
	return recordTable{core: c, model: m, db: db, read: c.records[m], goType: c.byModel[m].goType}
}

// on is the table in a transaction.
func (t recordTable) on(tx *gorm.DB) recordTable {
	t.db = tx.Session(&gorm.Session{NewDB: true})
	return t
}

// statement begins a statement on the model.
func (t recordTable) statement() *gorm.DB {
	return t.db.Model(reflect.New(t.goType).Interface())
}

// where is a statement with conditions; without any it may write every row.
func (t recordTable) where(conditions recordClause) *gorm.DB {
	if !conditions.empty() {
		return t.statement().Where(conditions)
	}
	t.db = t.db.Session(&gorm.Session{AllowGlobalUpdate: true})
	return t.statement()
}

// conditions makes SQL of conditions.
func (t recordTable) conditions(list []Condition) (recordClause, error) {
	r := t.core.clause(t.model, list)
	return r, r.err
}

// byID is the condition for one row.
func (t recordTable) byID(id any) recordClause {
	return t.core.clause(t.model, []Condition{Eq("id", id)})
}

// find runs a query for some fields and makes records of the rows.
func (t recordTable) find(query *gorm.DB, fields []*field) ([]Record, error) {
	columns := make([]string, len(fields))
	for i, f := range fields {
		columns[i] = f.column
	}
	rows := reflect.New(reflect.SliceOf(t.read.goType))
	if err := query.Select(columns).Find(rows.Interface()).Error; err != nil {
		return nil, t.core.translate(t.model, err)
	}
	records := make([]Record, rows.Elem().Len())
	for i := range records {
		records[i] = t.record(rows.Elem().Index(i), fields)
	}
	return records, nil
}

// record makes a record of a row.
func (t recordTable) record(row reflect.Value, fields []*field) Record {
	values := t.read.values(row)
	record := make(Record, len(fields))
	for _, f := range fields {
		var v any
		if f.primary {
			v = row.Field(0).Interface()
		} else {
			v = values[f.name]
		}
		if id, ok := v.(ID); ok {
			v = string(id)
		}
		record[f.name] = v
	}
	return record
}

// lockOne reads one row that matches and keeps it from being changed by others
// until the end of the transaction; ErrNotFound if there is none. On SQLite the
// transaction is the only one that writes.
func (t recordTable) lockOne(conditions recordClause) (Record, error) {
	for range lockAttempts {
		rows, err := t.find(t.locked(t.where(conditions)).Limit(1), t.model.fields)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			return rows[0], nil
		}
		if t.core.dialect.Name() != "postgres" {
			return nil, ErrNotFound
		}
		// PostgreSQL looks for one row, waits for it, and when it is gone by then
		// does not look for another.
		rows, err = t.find(t.where(conditions).Limit(1), []*field{t.model.primary()})
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, ErrNotFound
		}
	}
	return nil, ErrConflict
}

// lockAttempts ends the search for a row that can be seen and not be locked, as
// row-level security may have it.
const lockAttempts = 100

// locked has a query lock what it reads.
func (t recordTable) locked(query *gorm.DB) *gorm.DB {
	switch t.core.dialect.Name() {
	case "postgres", "mysql":
		return query.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	case "sqlserver":
		return query.Clauses(updateLock{})
	default:
		return query
	}
}

// reread reads a row that the transaction has written. MySQL shows the row as it
// was when the transaction began if the write changed nothing, unless it is asked
// for the lock.
func (t recordTable) reread(id any) (Record, error) {
	query := t.where(t.byID(id))
	if t.core.dialect.Name() == "mysql" {
		query = t.locked(query)
	}
	rows, err := t.find(query.Limit(1), t.model.fields)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return rows[0], nil
}

// updateLock is SQL Server's FOR UPDATE: it keeps out writers and other update locks, not
// those who lock shared, such as foreign keys.
type updateLock struct{}

var (
	_ clause.Expression      = updateLock{}
	_ gorm.StatementModifier = updateLock{}
)

// Build is called by GORM.
func (updateLock) Build(builder clause.Builder) {
	_, _ = builder.WriteString("WITH (UPDLOCK, ROWLOCK)")
}

// ModifyStatement puts the hint behind the table. It is called by GORM.
func (l updateLock) ModifyStatement(stmt *gorm.Statement) {
	from := stmt.Clauses["FROM"]
	from.AfterExpression = l
	stmt.Clauses["FROM"] = from
}
