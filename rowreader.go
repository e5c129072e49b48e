package authplugin

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm/schema"
)

// rowReader reads rows whose columns are those of one binding or of several, one
// after the other, straight into structs.
type rowReader struct {
	parts [][]*boundField
	// set writes a cell into a struct; one for each column.
	set []func(ctx context.Context, rv reflect.Value, cell *scanCell) error
	// shownOnly says of each part that it has fields which are left out.
	shownOnly [2]bool
	// foreign are the columns, by position, that only GORM knows how to read.
	foreign map[int]*schema.Field
	cells   sync.Pool
}

// rowCells is what one row is scanned into.
type rowCells struct {
	cells []scanCell
	dest  []any
	// into are the structs that the row is read into.
	into [2]reflect.Value
}

func newRowReader(parts ...*binding) *rowReader {
	return readerOf(func(*boundField) bool { return true }, parts...)
}

// newShownReader leaves hidden fields out, as [sqlText.shownColumns] does.
func newShownReader(parts ...*binding) *rowReader {
	return readerOf(func(bf *boundField) bool { return bf.shown() }, parts...)
}

func readerOf(wanted func(*boundField) bool, parts ...*binding) *rowReader {
	r := &rowReader{foreign: map[int]*schema.Field{}}
	for i, b := range parts {
		fields := slices.DeleteFunc(slices.Clone(b.fields), func(bf *boundField) bool { return !wanted(bf) })
		r.parts = append(r.parts, fields)
		r.shownOnly[i] = len(fields) < len(b.fields)
		for _, bf := range fields {
			if !bf.dynamic && bf.readByGORM() {
				r.foreign[len(r.set)] = bf.schema
			}
			r.set = append(r.set, b.setter(bf))
		}
	}
	n := len(r.set)
	r.cells.New = func() any {
		row := &rowCells{cells: make([]scanCell, n), dest: make([]any, n)}
		for i := range row.cells {
			row.dest[i] = &row.cells[i]
		}
		return row
	}
	return r
}

// readByGORM reports whether only GORM knows how to read the field's column: its
// setters do not take a number for a *bool, or text for a *int.
func (bf *boundField) readByGORM() bool {
	t := bf.schema.FieldType
	return bf.kind == opaqueKind || bf.schema.Serializer != nil ||
		t.Kind() == reflect.Pointer && t.Elem().Kind() != reflect.String && bf.kind != Date
}

// one reads the first row, if there is any, into the structs that row and, when
// the reader has two parts, with point to.
func (r *rowReader) one(ctx context.Context, rows *sql.Rows, row, with any) (int64, error) {
	if !rows.Next() {
		return 0, rows.Err()
	}
	if err := r.scan(ctx, rows, row, with); err != nil {
		return 0, err
	}
	return 1, nil
}

// scan reads the current row.
func (r *rowReader) scan(ctx context.Context, rows *sql.Rows, first, second any) error {
	row := r.cells.Get().(*rowCells) //nolint:forcetypeassert // the pool makes no other
	defer r.put(row)
	row.into[0] = reflect.ValueOf(first).Elem()
	if second != nil {
		row.into[1] = reflect.ValueOf(second).Elem()
	}
	for i, sf := range r.foreign {
		row.dest[i] = sf.NewValuePool.Get()
	}
	if err := rows.Scan(row.dest...); err != nil {
		return err
	}
	i := 0
	for part, fields := range r.parts {
		for range fields {
			if sf := r.foreign[i]; sf != nil {
				if err := sf.Set(ctx, row.into[part], row.dest[i]); err != nil {
					return err
				}
				i++
				continue
			}
			if err := r.set[i](ctx, row.into[part], &row.cells[i]); err != nil {
				return err
			}
			i++
		}
		if r.shownOnly[part] {
			markShownOnly(row.into[part])
		}
	}
	return nil
}

// markShownOnly notes in a row that fields were left out.
func markShownOnly(rv reflect.Value) {
	if state := stateOf(rv); state != nil {
		state.shownOnly = true
	}
}

func (r *rowReader) put(row *rowCells) {
	for i := range row.cells {
		row.cells[i].value = nil
	}
	clear(row.into[:])
	for i, sf := range r.foreign {
		sf.NewValuePool.Put(row.dest[i])
		row.dest[i] = nil
	}
	r.cells.Put(row)
}

// setter writes a cell into the field of a struct, as GORM would.
func (b *binding) setter(bf *boundField) func(context.Context, reflect.Value, *scanCell) error {
	sf := bf.schema
	direct := !bf.dynamic && !throughPointer(sf.StructField.Index)
	switch {
	case bf.dynamic:
		return func(_ context.Context, rv reflect.Value, cell *scanCell) error { return b.setRead(rv, bf, cell) }
	case direct && bf.kind == idRef && sf.FieldType == reflect.TypeFor[ID]():
		return func(_ context.Context, rv reflect.Value, cell *scanCell) error {
			id, _ := reflect.TypeAssert[*ID](rv.FieldByIndex(sf.StructField.Index).Addr())
			return id.Scan(cell.value)
		}
	case direct && bf.kind == Date && sf.FieldType == reflect.TypeFor[time.Time]():
		return func(ctx context.Context, rv reflect.Value, cell *scanCell) error {
			t, ok := cell.moment()
			if !ok {
				return sf.Set(ctx, rv, cell.value)
			}
			dest, _ := reflect.TypeAssert[*time.Time](rv.FieldByIndex(sf.StructField.Index).Addr())
			*dest = t
			return nil
		}
	case bf.kind == Date:
		return func(ctx context.Context, rv reflect.Value, cell *scanCell) error {
			if t, ok := cell.moment(); ok {
				return sf.Set(ctx, rv, t)
			}
			return sf.Set(ctx, rv, cell.value)
		}
	case direct && bf.kind == String && sf.FieldType.Kind() == reflect.String:
		return func(ctx context.Context, rv reflect.Value, cell *scanCell) error {
			s, ok := cell.value.(string)
			if !ok {
				return sf.Set(ctx, rv, cell.value)
			}
			rv.FieldByIndex(sf.StructField.Index).SetString(s)
			return nil
		}
	default:
		return func(ctx context.Context, rv reflect.Value, cell *scanCell) error {
			return sf.Set(ctx, rv, cell.value)
		}
	}
}

// moment is the time that a cell holds: as the driver gives it, or as SQLite
// holds it.
func (c *scanCell) moment() (time.Time, bool) {
	switch v := c.value.(type) {
	case time.Time:
		return normalizeTime(v), true
	case string:
		return parseSQLiteTime(v)
	default:
		return time.Time{}, false
	}
}
