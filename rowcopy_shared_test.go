package authplugin

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sharingRow has what can be changed in place at every kind of place, and leads to itself.
type sharingRow struct {
	sharingNames
	Self  *sharingRow
	Any   any
	Lists [1][]string
}

type sharingNames struct{ Names []string }

func newSharingRow() *sharingRow {
	row := &sharingRow{sharingNames: sharingNames{[]string{"a"}}, Any: map[string]any{"a": []any{"b"}}, Lists: [1][]string{{"c"}}}
	row.Self = &sharingRow{Any: &row.Names, Lists: row.Lists}
	row.Self.Self = row.Self
	return row
}

// sharingCopier copies rows without a database.
func sharingCopier(t reflect.Type) *rowCopier {
	b := &binding{}
	if f, has := t.FieldByName("Additional"); has {
		b.additional = f.Index
	}
	return &rowCopier{b: b, shared: sharedPlaces(t, nil, b.additional)}
}

// A copy shares nothing with its row, and leads to itself where the row does.
func TestOwnedRowsShareNothing(t *testing.T) {
	t.Parallel()
	row, want := newSharingRow(), newSharingRow()
	c, owned := sharingCopier(reflect.TypeFor[sharingRow]()), *row
	c.own(reflect.ValueOf(&owned).Elem())
	if owned.Self == row.Self || owned.Self.Self != owned.Self {
		t.Error("the copy does not lead to itself as its row does")
	}
	owned.Names[0], owned.Lists[0][0], owned.Self.Lists[0][0] = "x", "x", "x"
	owned.Any.(map[string]any)["a"].([]any)[0] = "x"
	(*owned.Self.Any.(*[]string))[0] = "x"
	for name, values := range map[string][2]any{
		"names": {want.Names, row.Names}, "any": {want.Any, row.Any}, "lists": {want.Lists, row.Lists},
		"its own lists": {want.Self.Lists, row.Self.Lists}, "its own names": {want.Self.Any, row.Self.Any},
	} {
		if diff := cmp.Diff(values[0], values[1]); diff != "" {
			t.Errorf("%s, after its copy has changed (-want +got):\n%s", name, diff)
		}
	}
}

// What rows mostly are is copied without memory of its own.
func TestSharingOfRows(t *testing.T) {
	t.Parallel()
	image := "ada.png"
	for name, test := range map[string]struct {
		row  any
		want sharing
	}{
		"user":                {&User{}, sharesNothing},
		"session":             {&Session{}, sharesNothing},
		"dynamic fields":      {&Session{Additional: Values{"a": "b"}}, sharesMap},
		"lists among those":   {&Session{Additional: Values{"a": []string{"b"}}}, sharesMore},
		"an image":            {&User{Image: &image}, sharesMore},
		"associations":        {&User{Sessions: []Session{{}}}, sharesMore},
		"an embedded struct":  {&sharingNames{Names: []string{}}, sharesMore},
		"none in that struct": {&sharingNames{}, sharesNothing},
	} {
		rv := reflect.ValueOf(test.row).Elem()
		if got := sharingCopier(rv.Type()).sharing(rv); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
