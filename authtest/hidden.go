package authtest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

// hiddenFields expects hidden fields of plugins in no output, JSON or print.
func (c *conformance) hiddenFields(t *testing.T, d Database) {
	db, auth := d.Use(t, c.config())
	maker := c.maker(auth)
	for _, m := range auth.Schema().Models() {
		if c.left[m.Name] {
			continue
		}
		record := maker.create(t, m)
		shown, err := auth.Output(m.Name, record)
		if err != nil {
			t.Fatalf("authtest: output of %s: %v", m.Name, err)
		}
		texts := map[string]string{"its output": fmt.Sprint(shown)}
		for _, row := range auth.Models() {
			statement := &gorm.Statement{DB: db}
			if err := statement.Parse(row); err != nil || statement.Schema.Table != m.Table {
				continue
			}
			dest := reflect.New(reflect.TypeOf(row).Elem()).Interface()
			if err := db.First(dest, authplugin.ID(fmt.Sprint(record["id"]))).Error; err != nil {
				t.Fatalf("authtest: read %s: %v", m.Name, err)
			}
			text, err := json.Marshal(dest)
			if err != nil {
				t.Fatalf("authtest: JSON of %T: %v", dest, err)
			}
			texts["the JSON of its struct"] = string(text)
			texts["its struct, printed with %v,"] = fmt.Sprintf("%v", dest)
			texts["its struct, printed with %+v,"] = fmt.Sprintf("%+v", reflect.ValueOf(dest).Elem().Interface())
		}
		for _, f := range m.Fields {
			secret, ok := record[f.Name].(string)
			if !f.Hidden || !ok || !strings.HasPrefix(f.Origin, authplugin.OriginPlugin) {
				continue
			}
			for what, text := range texts {
				if strings.Contains(text, secret) {
					t.Errorf("authtest: %s.%s is hidden, but %s shows it", m.Name, f.Name, what)
				}
			}
		}
	}
}
