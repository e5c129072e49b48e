package authplugin

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// sharing is what a copy of a row shares with it.
type sharing uint8

const (
	sharesNothing sharing = iota
	// sharesMap is the dynamic-field map, and nothing that is in it.
	sharesMap
	// sharesMore is anything else.
	sharesMore
)

// sharing tells what a copy of a row would share with it.
func (c *rowCopier) sharing(rv reflect.Value) sharing {
	isSet := func(place []int) bool {
		v := rv.FieldByIndex(place)
		return v.Kind() == reflect.Array || !v.IsNil()
	}
	if slices.ContainsFunc(c.shared, isSet) {
		return sharesMore
	}
	values := c.b.values(rv)
	for _, v := range values {
		if !isFixed(v) {
			return sharesMore
		}
	}
	if len(values) > 0 {
		return sharesMap
	}
	return sharesNothing
}

// ownOf gives a row that was copied from another one what the two still share.
func (c *rowCopier) ownOf(s sharing, rv reflect.Value) {
	switch s {
	case sharesNothing:
	case sharesMap:
		own := c.b.valuesOf(rv)
		*own = maps.Clone(*own)
	case sharesMore:
		c.own(rv)
	}
}

// own is ownOf for whatever they share.
func (c *rowCopier) own(rv reflect.Value) {
	var owner rowOwner
	for _, place := range c.shared {
		owner.own(rv.FieldByIndex(place))
	}
	if values := c.b.values(rv); len(values) > 0 {
		own := c.b.valuesOf(rv)
		*own = copyOfValues(values)
	}
}

// copyOfValues copies what can be changed in place, and little else: it is on the way of
// every look-up.
func copyOfValues(values Values) Values {
	copied := maps.Clone(values)
	for name, v := range values {
		if !isFixed(v) {
			copied[name] = cloneValue(v)
		}
	}
	return copied
}

// isFixed reports whether nobody can change a value in place.
func isFixed(v any) bool {
	switch v.(type) {
	case nil, string, bool, int64, float64, time.Time, ID:
		return true
	default:
		return false
	}
}
