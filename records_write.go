package authplugin

import (
	"math"
	"reflect"
	"regexp"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// create writes a row and reads it back: defaults, hooks, transforms and the
// database may each have changed it.
func (t recordTable) create(values Values, allowID bool) (Record, error) {
	id := t.model.primary()
	row := make(map[string]any, len(values)+4)
	for name, v := range values {
		f := t.model.byName[name]
		if f == nil || (f.primary && (!allowID || !t.allows(v))) {
			continue
		}
		row[f.column] = v
	}
	if err := t.statement().Create(row).Error; err != nil {
		return nil, err
	}
	return t.reread(row[id.column])
}

// betterAuthUUID is what Better Auth takes for a UUID: versions 1 to 5.
var betterAuthUUID = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// allows reports whether a given id is used. One that the strategy could not have
// made is not.
func (t recordTable) allows(v any) bool {
	id, ok := toID(follow(v))
	if !ok || id == "" {
		return !ok && v != nil // what is no id at all is an error later
	}
	scheme := t.model.id
	if scheme.spec.name == UUID {
		return betterAuthUUID.MatchString(string(id))
	}
	_, ok = scheme.kind.parse(id)
	return ok || scheme.kind == textID
}

// changes are values by column. The id is left out.
func (t recordTable) changes(values Values) (map[string]any, error) {
	row := make(map[string]any, len(values)+2)
	for name, v := range values {
		f, err := t.model.fieldNamed(name)
		if err != nil {
			return nil, err
		}
		if !f.primary {
			row[f.column] = v
		}
	}
	return row, nil
}

// change is what an update is asked for: its conditions, and its values by column.
func (t recordTable) change(where []Condition, values Values) (recordClause, map[string]any, error) {
	conditions, err := t.conditions(where)
	if err != nil {
		return conditions, nil, err
	}
	row, err := t.changes(values)
	return conditions, row, err
}

// touches reports whether an update changes something by itself.
func (t recordTable) touches() bool {
	return !t.db.Statement.SkipHooks &&
		slices.ContainsFunc(t.model.fields, func(f *field) bool { return f.updatedAt || f.onUpdate != nil })
}

func (t recordTable) updateOne(where []Condition, values Values) (Record, error) {
	conditions, row, err := t.change(where, values)
	if err != nil {
		return nil, err
	}
	if len(where) == 0 {
		return nil, ErrNotFound
	}
	found, err := t.lockOne(conditions)
	if err != nil || (len(row) == 0 && !t.touches()) {
		return found, err
	}
	if err := t.where(t.byID(found["id"])).Updates(row).Error; err != nil {
		return nil, err
	}
	return t.reread(found["id"])
}

// updateMany counts before it updates where the database would count only the
// rows that change, or where there is nothing to set.
func (t recordTable) updateMany(where []Condition, values Values) (int64, error) {
	conditions, row, err := t.change(where, values)
	if err != nil {
		return 0, err
	}
	if len(row) == 0 && !t.touches() {
		var n int64
		err := t.where(conditions).Count(&n).Error
		return n, err
	}
	var n int64
	counted := t.core.dialect.Name() == "mysql"
	if counted {
		if err := t.locked(t.where(conditions)).Count(&n).Error; err != nil || n == 0 {
			return n, err
		}
	}
	done := t.where(conditions).Updates(row)
	if done.Error != nil {
		return 0, done.Error
	}
	if !counted {
		n = done.RowsAffected
	}
	return n, nil
}

func (t recordTable) deleteMany(where []Condition) (int64, error) {
	conditions, err := t.conditions(where)
	if err != nil {
		return 0, err
	}
	done := t.where(conditions).Delete(reflect.New(t.goType).Interface())
	return done.RowsAffected, done.Error
}

func (t recordTable) consumeOne(where []Condition) (Record, error) {
	conditions, err := t.conditions(where)
	if err != nil {
		return nil, err
	}
	if len(where) == 0 {
		return nil, ErrNotFound
	}
	found, err := t.lockOne(conditions)
	if err != nil {
		return nil, err
	}
	done := t.where(t.byID(found["id"])).Delete(reflect.New(t.goType).Interface())
	if done.Error == nil && done.RowsAffected == 0 {
		// Its lock did not keep it, as on SQL Server with row versions.
		done.Error = ErrConflict
	}
	if done.Error != nil {
		return nil, done.Error
	}
	return found, nil
}

func (t recordTable) incrementOne(where []Condition, change Increment) (Record, error) {
	conditions, err := t.conditions(where)
	if err != nil {
		return nil, err
	}
	if len(change.By)+len(change.Set) == 0 {
		return nil, errEmptyIncrement
	}
	row, err := t.changes(change.Set)
	if err != nil {
		return nil, err
	}
	deltas, err := t.deltas(change, row)
	if err != nil {
		return nil, err
	}
	if len(where) == 0 {
		return nil, ErrNotFound
	}
	found, err := t.lockOne(conditions)
	if err != nil {
		return nil, err
	}
	for f, delta := range deltas {
		if f.transformOut == nil {
			if err := f.checkSum(found[f.name], delta); err != nil {
				return nil, err
			}
		}
		row[f.column] = gorm.Expr("? + ?", clause.Column{Name: f.column}, delta)
	}
	if len(row) == 0 {
		return found, nil // it sets nothing but the id
	}
	statement := t.where(t.byID(found["id"]))
	if len(change.Set) == 0 {
		statement = statement.Set(untouched, true)
	}
	if err := statement.Updates(row).Error; err != nil {
		return nil, err
	}
	return t.reread(found["id"])
}

// untouched is the setting of an update that sets nothing by itself.
const untouched = "authplugin:untouched"

// deltas are the numbers to add, by field.
func (t recordTable) deltas(change Increment, set map[string]any) (map[*field]any, error) {
	deltas := make(map[*field]any, len(change.By))
	for name, v := range change.By {
		f, err := t.model.fieldNamed(name)
		if err != nil {
			return nil, err
		}
		if _, also := set[f.column]; also {
			return nil, f.errorf("is both incremented and set")
		}
		if f.primary || (f.kind != Number && f.kind != BigInt && f.kind != Float) {
			return nil, f.errorf("is of type %s and cannot be incremented", f.kind)
		}
		delta, err := f.encodable(v)
		if err != nil {
			return nil, err
		}
		if delta == nil {
			return nil, f.errorf("cannot be incremented by null")
		}
		deltas[f] = delta
	}
	return deltas, nil
}

// checkSum refuses a sum that the field cannot hold, which some databases would
// store as something else. NULL has no sum.
func (f *field) checkSum(old, delta any) error {
	switch d := delta.(type) {
	case int64:
		n, ok := toInt64(old)
		if !ok {
			return nil
		}
		sum := n + d
		wrapped := (d > 0 && sum < n) || (d < 0 && sum > n)
		if wrapped || (f.kind == Number && (sum > math.MaxInt32 || sum < math.MinInt32)) {
			return f.errorf("cannot hold the sum")
		}
	case float64:
		if n, ok := toFloat64(old); ok && math.IsInf(n+d, 0) {
			return f.errorf("cannot hold the sum")
		}
	}
	return nil
}
