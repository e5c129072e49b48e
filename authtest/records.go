package authtest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// records writes, reads, changes and deletes records of every model.
func (c *conformance) records(t *testing.T, d Database) {
	variants := c.variants()
	for _, name := range slices.Sorted(maps.Keys(variants)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, auth := d.Another(t).Use(t, variants[name])
			maker := c.maker(auth)
			for _, m := range auth.Schema().Models() {
				if !c.left[m.Name] {
					c.record(t, db, maker, m)
				}
			}
		})
	}
}

func (c *conformance) record(t *testing.T, db *gorm.DB, maker *recordMaker, m authplugin.ModelInfo) {
	t.Helper()
	auth := maker.auth
	records, ctx := auth.Records(m.Name), t.Context()
	values := maker.values(t, m)
	created, err := records.Create(ctx, values)
	if err != nil {
		t.Fatalf("authtest: create a record of %s: %v", m.Name, err)
	}
	byID := authplugin.Eq("id", created["id"])
	found, err := records.FindOne(ctx, authplugin.Query{Where: []authplugin.Condition{byID}})
	if err != nil {
		t.Fatalf("authtest: find the record of %s: %v", m.Name, err)
	}
	if diff := cmp.Diff(created, found); diff != "" {
		t.Errorf("authtest: the record of %s is not as it was created: %s", m.Name, diff)
	}
	if c.values[m.Name] == nil {
		c.expectValues(t, m, values, found)
	}
	c.readStruct(t, db, auth, m, found)
	changed := authplugin.Values{}
	again := maker.values(t, m)
	for _, f := range m.Fields {
		if v, ok := again[f.Name]; ok && !f.Primary && f.References == nil {
			changed[f.Name] = v
		}
	}
	updated, err := records.Update(ctx, []authplugin.Condition{byID}, changed)
	if err != nil {
		t.Fatalf("authtest: update the record of %s: %v", m.Name, err)
	}
	if c.values[m.Name] == nil {
		c.expectValues(t, m, changed, updated)
	}
	if err := records.Delete(ctx, byID); err != nil {
		t.Errorf("authtest: delete the record of %s: %v", m.Name, err)
	}
	if n, err := records.Count(ctx, byID); err != nil || n != 0 {
		t.Errorf("authtest: %d records of %s after it was deleted: %v", n, m.Name, err)
	}
}

// readStruct reads the row into the model's struct, if it has one.
func (c *conformance) readStruct(t *testing.T, db *gorm.DB, auth *authplugin.Auth, m authplugin.ModelInfo, record authplugin.Record) {
	t.Helper()
	for _, row := range auth.Models() {
		statement := &gorm.Statement{DB: db}
		if err := statement.Parse(row); err != nil {
			t.Fatalf("authtest: %T: %v", row, err)
		}
		if statement.Schema.Table != m.Table {
			continue
		}
		dest := reflect.New(reflect.TypeOf(row).Elem()).Interface()
		id := authplugin.ID(fmt.Sprint(record["id"]))
		if err := db.WithContext(t.Context()).First(dest, id).Error; err != nil {
			t.Errorf("authtest: read the row of %s into %T: %v", m.Name, row, err)
			return
		}
		shown, err := auth.Output(m.Name, dest)
		if err != nil {
			t.Errorf("authtest: output of %T: %v", row, err)
		}
		if shown["id"] == nil {
			t.Errorf("authtest: the output of %T has no id: %v", row, slices.Sorted(maps.Keys(shown)))
		}
	}
}

func (c *conformance) expectValues(t *testing.T, m authplugin.ModelInfo, want authplugin.Values, got authplugin.Record) {
	t.Helper()
	for _, f := range m.Fields {
		v, ok := want[f.Name]
		if !ok || f.Primary || slices.Contains(f.Functions, "TransformInput") || slices.Contains(f.Functions, "TransformOutput") {
			continue
		}
		if diff := cmp.Diff(v, got[f.Name]); diff != "" {
			t.Errorf("authtest: %s.%s (%s) does not come back as it was written: %s", m.Name, f.Name, f.Type, diff)
		}
	}
}
