package dialect

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func dump(t *testing.T, d Dialect, db *sql.DB, label string) {
	names := []string{"user", "session", "account", "verification", "rateLimit", "thing", "x1", "x2", "x3", "x4"}
	c, err := d.Inspect(t.Context(), db, names)
	if err != nil { t.Fatal(err) }
	start := time.Now()
	for range 50 { d.Inspect(t.Context(), db, names) }
	fmt.Println("=====", label, len(c.Tables), time.Since(start)/50)
	if !strings.Contains(label, os.Getenv("SHOW")) { return }
	for n, tb := range c.Tables {
		fmt.Println("--", n)
		for _, x := range tb.Columns { b, _ := json.Marshal(x); fmt.Println("   ", string(b)) }
		for _, x := range tb.Indexes { b, _ := json.Marshal(x); fmt.Println("   ", string(b)) }
		for _, x := range tb.ForeignKeys { b, _ := json.Marshal(x); fmt.Println("   ", string(b)) }
	}
}

func TestManual(t *testing.T) {
	dir := "/work/shared/fixtures/better-auth/"
	for _, k := range []string{"plugins", "random", "serial", "uuid"} {
		for _, e := range sqliteEngines() {
			d, db := e.open(t)
			b, _ := os.ReadFile(dir + "sqlite-" + k + ".sql")
			mustExec(t, db, string(b))
			dump(t, d, db, e.name+k)
		}
		d, db := openPostgres(t)
		var s string
		db.QueryRow("select current_schema()").Scan(&s)
		b, _ := os.ReadFile(dir + "postgres-" + k + ".sql")
		cmd := exec.Command("psql", "-q", "-h", "127.0.0.1", "-U", "postgres")
		cmd.Env = append(os.Environ(), "PGOPTIONS=-c search_path="+s)
		cmd.Stdin = strings.NewReader(strings.ReplaceAll(strings.ReplaceAll(string(b), "public.", s+"."), "set_config('search_path', ''", "set_config('search_path', '"+s+"'"))
		if out, err := cmd.CombinedOutput(); err != nil { t.Log(string(out)) }
		dump(t, d, db, "pg"+k)
		d, db = openMySQL(t)
		db.QueryRow("select database()").Scan(&s)
		b, _ = os.ReadFile(dir + "mariadb-" + k + ".sql")
		cmd = exec.Command("mariadb", "-h127.0.0.1", "-uroot", s)
		cmd.Stdin = strings.NewReader(string(b))
		if out, err := cmd.CombinedOutput(); err != nil { t.Log(string(out)) }
		dump(t, d, db, "maria"+k)
	}
}
