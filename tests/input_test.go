package tests

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// What ParseInput takes at its limits, every database stores and gives back; what
// is beyond them is refused with the name of the field, before the database sees it.
func TestParsedInputIsStored(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, auth := migrated(t, e, authplugin.Config{GenerateID: s, User: authplugin.ModelConfig{AdditionalFields: everyAttribute()}})
		deep := strings.Repeat("[", 30) + strings.Repeat("]", 30)
		text := `{"name":"Ada","email":"Ada@example.com","shortKey":"` + strings.Repeat("𝟙", 20) + `","bornOn":"1970-01-02T00:00:00Z",
			"requiredText":"\ufffd","requiredNumber":-2147483648,"requiredFloat":1.7976931348623157e308,"requiredBigInt":-9223372036854775808,
			"requiredBoolean":true,"requiredDate":"2037-12-31T23:59:59.999+00:00","requiredJSON":{"deep":` + deep + `,"small":5e-324,"":null},
			"requiredStrings":["",""],"requiredNumbers":[-0.5,1e300],"requiredEnum":"b","position":2147483647,"mediumText":""}`
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var input map[string]any
		must(t, decoder.Decode(&input))
		values, err := auth.ParseInput("user", input, authplugin.OperationCreate)
		must(t, err)
		must(t, db.Model(&authplugin.User{}).Create(values).Error)

		var found authplugin.User
		must(t, db.First(&found, "email = ?", "ada@example.com").Error)
		for name, v := range values {
			if _, core := found.Additional[name]; !core {
				continue
			}
			// cmp takes exponential time on deep values.
			if got := found.Additional[name]; !reflect.DeepEqual(got, v) {
				t.Errorf("%s: got %v, want %v", name, got, v)
			}
		}
		shown, err := auth.Output("user", found)
		must(t, err)
		if shown["id"] != string(found.ID) || shown["requiredDate"] != "2037-12-31T23:59:59.999Z" {
			t.Errorf("shows %v, %v", shown["id"], shown["requiredDate"])
		}
		if _, ok := shown["apiToken"]; ok {
			t.Error("shows what is hidden")
		}

		values, err = auth.ParseInput("user", map[string]any{"name": "Eve", "ratio": 2.5, "apiToken": nil}, authplugin.OperationUpdate)
		must(t, err)
		must(t, db.Model(&found).Updates(values).Error)
		must(t, db.First(&found, found.ID).Error)
		if found.Name != "Eve" || found.Additional["ratio"] != 2.5 {
			t.Errorf("updated to %v", found)
		}

		input["name"] = strings.Repeat("x", 256) // it is sortable: of limited length where the database asks for one
		input["email"] = "b"
		input["shortKey"] = strings.Repeat("x", 20)
		input["position"] = nil
		values, err = auth.ParseInput("user", input, authplugin.OperationCreate)
		if limited := e.Dialect() == "mysql" || e.Dialect() == "sqlserver"; limited {
			if err == nil || !errors.Is(err, authplugin.ErrInvalid) || !strings.Contains(err.Error(), "name is longer than 255 characters") {
				t.Errorf("text that the column cannot hold: %v", err)
			}
			return
		}
		must(t, err)
		must(t, db.Model(&authplugin.User{}).Create(values).Error)
	})
}
