package authplugin

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gorm.io/gorm/schema"
)

func TestLogicalNames(t *testing.T) {
	t.Parallel()
	for goField, want := range map[string]string{
		"ID": "id", "UserID": "userId", "IPAddress": "ipAddress", "EmailVerified": "emailVerified",
		"AccessTokenExpiresAt": "accessTokenExpiresAt", "IDToken": "idToken", "LastRequest": "lastRequest",
		"TwoFactorEnabled": "twoFactorEnabled", "Name": "name", "PublicKey": "publicKey", "AAGUID": "aaGuid",
	} {
		if got := logicalName(goField); got != want {
			t.Errorf("logicalName(%q) = %q, want %q", goField, got, want)
		}
	}
	for logical, want := range map[string]string{"role": "Role", "userId": "UserId", "": "", "2fa": "X2fa"} {
		if got := goName(logical); got != want {
			t.Errorf("goName(%q) = %q, want %q", logical, got, want)
		}
	}
}

func TestDefaultNames(t *testing.T) {
	t.Parallel()
	m := &model{name: "twoFactor", goName: "TwoFactor"}
	f := &field{name: "ipAddress", goName: "IPAddress"}
	for _, test := range []struct {
		n             naming
		table, column string
	}{
		{naming{gorm: schema.NamingStrategy{}}, "two_factors", "ip_address"},
		{naming{gorm: schema.NamingStrategy{TablePrefix: "t_", SingularTable: true}}, "t_two_factor", "ip_address"},
		{naming{gorm: schema.NamingStrategy{TablePrefix: "auth."}}, "auth.two_factors", "ip_address"},
		{naming{gorm: schema.NamingStrategy{NoLowerCase: true}}, "TwoFactors", "IPAddress"},
		{naming{rules: BetterAuthNaming}, "twoFactor", "ipAddress"},
		{naming{rules: BetterAuthNaming | PluralTables}, "twoFactors", "ipAddress"},
		{naming{rules: BetterAuthNaming | SnakeCase}, "two_factor", "ip_address"},
		{naming{rules: BetterAuthNaming | SnakeCase | PluralTables, schema: "auth"}, "auth.two_factors", "ip_address"},
	} {
		if table, column := test.n.table(m), test.n.column(m, f); table != test.table || column != test.column {
			t.Errorf("%+v: %s and %s, want %s and %s", test.n, table, column, test.table, test.column)
		}
	}
}

func TestLimitIdentifier(t *testing.T) {
	t.Parallel()
	short := strings.Repeat("a", 63)
	if limitIdentifier(short) != short {
		t.Error("a name of 63 bytes was shortened")
	}
	one, two := limitIdentifier(strings.Repeat("ü", 40)+"one"), limitIdentifier(strings.Repeat("ü", 40)+"two")
	if len(one) > 63 || !utf8.ValidString(one) || one == two {
		t.Errorf("%q and %q", one, two)
	}
	if one != limitIdentifier(strings.Repeat("ü", 40)+"one") {
		t.Error("the name is not stable")
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"email", "emailVerified", "name"}
	for name, want := range map[string]string{
		"emial": `; did you mean "email"?`, "Name": `; did you mean "name"?`, "somethingElse": "", "emailverified": `; did you mean "emailVerified"?`,
	} {
		if got := suggest(name, known); got != want {
			t.Errorf("suggest(%q) = %q, want %q", name, got, want)
		}
	}
}
