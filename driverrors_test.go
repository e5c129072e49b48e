package authplugin

import (
	"errors"
	"strings"
	"testing"
)

func TestMessagesWithoutValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ message, want string }{
		{"Error 1062 (23000): Duplicate entry 'a \"secret\" it's' for key 'users.email'", "Error 1062 (23000): Duplicate entry for key 'users.email'"},
		{"Error 1366 (22007): Incorrect integer value: 'secret' for column `db`.`users`.`age` at row 1", "Error 1366 (22007): Incorrect integer value: for column `db`.`users`.`age` at row 1"},
		{"Error 1366 (HY000): Incorrect integer value: 'se'cret\n' for column 'age' at row 1", "Error 1366 (HY000): Incorrect integer value: for column 'age' at row 1"},
		{"Error 1292 (22007): Truncated incorrect DOUBLE value: 'secret'", "Error 1292 (22007): Truncated incorrect DOUBLE value:"},
		{"Error 1367 (22007): Illegal double 'secret' value found during parsing", "Error 1367 (22007): Illegal double value found during parsing"},
		{"Error 1690 (22003): BIGINT UNSIGNED value is out of range in '(`n` - secret)'", "Error 1690 (22003): BIGINT UNSIGNED value is out of range in"},
		{"mssql: Cannot insert duplicate key row. The duplicate key value is (secret).", "mssql: Cannot insert duplicate key row. ."},
		{"mssql: Conversion failed when converting the nvarchar value 'secret' to data type int.", "mssql: Conversion failed when converting the nvarchar value to data type int."},
		{"mssql: The conversion of the nvarchar value 'secret' overflowed an int column.", "mssql: The conversion of the nvarchar value overflowed an int column."},
		{"mssql: String or binary data would be truncated in table 't', column 'c'. Truncated value: 'secret'.", "mssql: String or binary data would be truncated in table 't', column 'c'. Truncated value:."},
		{`ERROR: invalid input syntax for type integer: "secret" (SQLSTATE 22P02)`, "ERROR: invalid input syntax for type integer (SQLSTATE 22P02)"},
		{`ERROR: invalid input syntax for type timestamp with time zone: "a "secret"` + "\n" + `x" (SQLSTATE 22007)`, "ERROR: invalid input syntax for type timestamp with time zone (SQLSTATE 22007)"},
		{`ERROR: invalid input value for enum mood: "secret" (SQLSTATE 22P02)`, "ERROR: invalid input value for enum mood (SQLSTATE 22P02)"},
		{`ERROR: malformed array literal: "secret" (SQLSTATE 22P02)`, "ERROR: malformed array literal (SQLSTATE 22P02)"},
		{`ERROR: date/time field value out of range: "secret" (SQLSTATE 22008)`, "ERROR: date/time field value out of range (SQLSTATE 22008)"},
		{`ERROR: value "secret" is out of range for type integer (SQLSTATE 22003)`, "ERROR: value is out of range for type integer (SQLSTATE 22003)"},
		{`failed to encode args[0]: unable to encode "secret" into binary format for int4 (OID 23): cannot find encode plan`, "failed to encode args[0]: unable to encode a value into binary format for int4 (OID 23): cannot find encode plan"},
		{"ERROR: relation \"users\" does not exist (SQLSTATE 42P01)", "ERROR: relation \"users\" does not exist (SQLSTATE 42P01)"},
	} {
		got := withoutValues(test.message)
		if strings.Contains(got, "secret") || got != test.want {
			t.Errorf("%q became %q", test.message, got)
		}
		cause := errors.New(test.message)
		if err := concealValues(cause); !errors.Is(err, cause) || err.Error() != got {
			t.Errorf("concealed: %v", err)
		}
	}
}
