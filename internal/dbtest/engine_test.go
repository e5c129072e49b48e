package dbtest

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

func TestRequired(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		list, name string
		want       bool
	}{
		{"", "postgres", false},
		{"postgres,mysql", "postgres", true},
		{"postgres, mysql", "mysql", true},
		{"postgres", "mysql", false},
		{"all", "mysql", true},
		{"all", "sqlserver", false},
		{"all,sqlserver", "sqlserver", true},
	} {
		if got := required(test.list, test.name); got != test.want {
			t.Errorf("required(%q, %q) is %v", test.list, test.name, got)
		}
	}
}

func TestCheckRequired(t *testing.T) {
	t.Parallel()

	for _, list := range []string{"", "all", "all,sqlserver", "sqlite", "sqlite-pure, postgres", "mysql,redis"} {
		if err := checkRequired(list); err != nil {
			t.Errorf("%q is refused: %v", list, err)
		}
	}

	if err := checkRequired("postgres,mariadb"); err == nil || !strings.Contains(err.Error(), `"mariadb"`) {
		t.Errorf("a name that does not exist: %v", err)
	}
}

// A server that refuses connections, and one that accepts them and says
// nothing, are both found out in time.
func TestPing(t *testing.T) {
	t.Parallel()

	for name, b := range map[string]backend{
		"postgres":          &postgresBackend{dsn: "postgres://postgres@127.0.0.1:1/postgres?sslmode=disable"},
		"postgres, silent":  &postgresBackend{dsn: "postgres://postgres@" + silentAddress(t) + "/postgres?sslmode=disable"},
		"mysql":             &mysqlBackend{dsn: "root@tcp(127.0.0.1:1)/"},
		"mysql, silent":     &mysqlBackend{dsn: "root@tcp(" + silentAddress(t) + ")/"},
		"mysql, bad DSN":    &mysqlBackend{dsn: "root"},
		"sqlserver":         &sqlserverBackend{dsn: "sqlserver://sa:x@127.0.0.1:1?encrypt=disable"},
		"sqlserver, silent": &sqlserverBackend{dsn: "sqlserver://sa:x@" + silentAddress(t) + "?encrypt=disable"},
		"sqlserver, none":   &sqlserverBackend{},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()

			if err := b.ping(ctx); err == nil {
				t.Error("it answers")
			}

			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}

			if !strings.Contains(b.help(), "AUTHPLUGIN_TEST_") || !strings.Contains(b.help(), "docker run") {
				t.Errorf("the help is no help: %s", b.help())
			}
		})
	}
}

func TestPostgresSetting(t *testing.T) {
	t.Parallel()

	for _, test := range []struct{ dsn, key, want string }{
		{"postgres://u@h:1/d?sslmode=disable", "search_path", "postgres://u@h:1/d?search_path=v&sslmode=disable"},
		{"postgresql://u:p%40@h/d", "dbname", "postgresql://u:p%40@h/v"},
		{"host=h user=u", "search_path", "host=h user=u search_path=v"},
		{"host=h dbname=d", "dbname", "host=h dbname=d dbname=v"},
	} {
		if got := postgresSetting(test.dsn, test.key, "v"); got != test.want {
			t.Errorf("%s of %s: %s, want %s", test.key, test.dsn, got, test.want)
		}
	}
}

func TestSplitPsql(t *testing.T) {
	t.Parallel()

	parts := splitPsql("\\restrict x\n\nSET a = 1;\nCREATE TABLE t (id int);\nCOPY public.t (id) FROM stdin;\n1\n\\N\n\\.\n\nCOPY u (id) FROM stdin;\n\\.\nSELECT 1;\n\\unrestrict x\n")
	want := []psqlPart{
		{line: 1, sql: "\n\nSET a = 1;\nCREATE TABLE t (id int);\n"},
		{line: 5, sql: "COPY public.t (id) FROM stdin", isCopy: true, data: "1\n\\N\n"},
		{line: 10, sql: "COPY u (id) FROM stdin", isCopy: true},
		{line: 12, sql: "SELECT 1;\n\n"},
	}

	if len(parts) != len(want) {
		t.Fatalf("got %d parts: %+v", len(parts), parts)
	}

	for i := range want {
		if parts[i] != want[i] {
			t.Errorf("part %d is %+v, want %+v", i, parts[i], want[i])
		}
	}
}

func TestSplitBatches(t *testing.T) {
	t.Parallel()

	got := splitBatches("CREATE TABLE a (id int)\nGO\n\n go \nSELECT 'GO'\nGO\n")
	if len(got) != 2 || got[0] != "CREATE TABLE a (id int)" || got[1] != "SELECT 'GO'" {
		t.Errorf("got %q", got)
	}
}

// silentAddress is a port that accepts connections and never answers.
func silentAddress(t *testing.T) string {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = listener.Close() })

	return listener.Addr().String()
}
