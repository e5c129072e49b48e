package authplugin

import "reflect"

// hookView shows hooks of one type the rows of a binding, which may be of another.
type hookView interface {
	// show returns the row as a hook sees it, and what takes over the changes that
	// the hook made. That must be called, whatever the hook returned.
	show(rv reflect.Value) (row any, takeOver func() error, err error)
}

// hookView is the view of a hook whose rows are of type t.
func (b *binding) hookView(t reflect.Type) hookView {
	switch {
	case t == b.goType:
		return sameView{}
	case t == reflect.TypeFor[Record]():
		return recordView{b}
	}
	v := convertedView{from: b}
	for _, other := range b.core.bindings {
		if other.model == b.model && other.goType == t {
			v.to = other
		}
	}
	if part, ok := embeddedField(b.goType, t); ok {
		v.part = part.Index
	}
	for _, bf := range b.fields {
		to := v.to.columns[bf.column]
		if v.part == nil || (!bf.dynamic && (to.dynamic || !within(v.part, bf.schema.StructField.Index))) {
			v.fields = append(v.fields, convertedField{from: bf, to: to})
		}
	}
	return v
}

// within reports whether a field is part of the embedded struct.
func within(part, index []int) bool {
	return len(index) > len(part) && reflect.DeepEqual(index[:len(part)], part)
}

// sameView is for hooks of the binding's own type.
type sameView struct{}

func (sameView) show(rv reflect.Value) (any, func() error, error) {
	return rv.Addr().Interface(), func() error { return nil }, nil
}

// convertedView is for hooks of another struct that is bound to the model.
type convertedView struct {
	from, to *binding
	// part is where the other struct is embedded in the row, nil if it is not.
	part []int
	// fields are those that the two structs do not share.
	fields []convertedField
}

type convertedField struct{ from, to *boundField }

func (v convertedView) show(rv reflect.Value) (any, func() error, error) {
	target := reflect.New(v.to.goType).Elem()
	if v.part != nil {
		target = rv.FieldByIndex(v.part)
	}
	seen := make([]rowValue, len(v.fields))
	for i, f := range v.fields {
		value := v.from.get(f.from, rv)
		if f.to.dynamic && !f.from.dynamic {
			value.value = f.from.plainForm(value.value)
		}
		if err := v.to.put(f.to, target, value); err != nil && !isExpression(value.value) {
			return nil, nil, err
		}
		shown := v.to.get(f.to, target)
		seen[i] = rowValue{cloneValue(shown.value), shown.present}
	}
	v.to.bindValue(target)
	return target.Addr().Interface(), func() error { return v.takeOver(rv, target, seen) }, nil
}

func (v convertedView) takeOver(rv, target reflect.Value, seen []rowValue) error {
	var failed error
	for i, f := range v.fields {
		now := v.to.get(f.to, target)
		if v.part != nil && f.to.dynamic {
			v.to.values(target).Unset(f.to.name)
		}
		if failed == nil && !reflect.DeepEqual(now, seen[i]) {
			failed = v.from.put(f.from, rv, now)
		}
	}
	if failed == nil && v.part == nil {
		failed = v.to.unknownField(v.to.values(target))
	}
	return failed
}

// recordView is for hooks that know the row as a [Record].
type recordView struct{ from *binding }

func (v recordView) show(rv reflect.Value) (any, func() error, error) {
	record, seen := Record{}, Record{}
	for _, bf := range v.from.fields {
		value := v.from.get(bf, rv)
		if !value.present {
			continue
		}
		plainValue := bf.plainForm(value.value)
		if id, ok := plainValue.(ID); ok {
			plainValue = string(id)
		}
		if bf.primary && plainValue == nil {
			continue // the database makes it
		}
		record[bf.name], seen[bf.name] = plainValue, cloneValue(plainValue)
	}
	return &record, func() error { return v.takeOver(rv, record, seen) }, nil
}

func (v recordView) takeOver(rv reflect.Value, record, seen Record) error {
	for name := range record {
		if v.from.byName(name) == nil {
			return &FieldError{Model: v.from.model.name, Field: name, Problem: "there is no such field" + suggest(name, v.from.model.fieldNames())}
		}
	}
	for _, bf := range v.from.fields {
		now, present := record[bf.name]
		was, known := seen[bf.name]
		if present == known && reflect.DeepEqual(now, was) {
			continue
		}
		if err := v.from.put(bf, rv, rowValue{now, present}); err != nil {
			return err
		}
	}
	return nil
}

// hasExpression reports whether only the database knows some value.
func hasExpression(values Values) bool {
	for _, v := range values {
		if isExpression(v) {
			return true
		}
	}
	return false
}
