package tests

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/sqlrecorder"
)

// transcript writes statements with their values. What is random gets a name
// that says only which values are the same.
type transcript struct {
	text  strings.Builder
	names map[string]string
}

var (
	randomValue   = regexp.MustCompile(`^([a-zA-Z0-9]{32}|[a-zA-Z0-9_-]{43}|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$`)
	sealedValue   = regexp.MustCompile(`^(sha256\$|enc:v1:k1:).*`)
	savepointName = regexp.MustCompile(`\bsp\d{6,}\b`)
)

func (t *transcript) section(name string, statements []sqlrecorder.Statement) {
	fmt.Fprintf(&t.text, "-- # %s\n", name)
	for _, s := range statements {
		query := savepointName.ReplaceAllStringFunc(strings.TrimSpace(s.SQL), func(name string) string { return t.name("savepoint", name) })
		t.text.WriteString(sortForeignKeys(strings.TrimSuffix(query, ";")) + ";\n")
		for i, arg := range s.Args {
			fmt.Fprintf(&t.text, "-- @p%d = %s\n", i+1, t.value(arg))
		}
	}
}

func (t *transcript) value(arg any) string {
	switch v := arg.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.Format("2006-01-02T15:04:05.999999999Z07:00")
	case string:
		if randomValue.MatchString(v) && !isSupplied(v) {
			return "<" + t.name("id", v) + ">"
		}
		if m := sealedValue.FindStringSubmatch(v); m != nil {
			return "<" + m[1] + t.name("secret", v) + ">"
		}
		return fmt.Sprintf("%q", v)
	default:
		return fmt.Sprintf("%v (%T)", v, v)
	}
}

func (t *transcript) name(kind, value string) string {
	if t.names == nil {
		t.names = map[string]string{}
	}
	if t.names[value] == "" {
		t.names[value] = fmt.Sprintf("%s_%d", kind, len(t.names)+1)
	}
	return t.names[value]
}

func isSupplied(id string) bool { return id == string(suppliedID(authplugin.UUID)) }
