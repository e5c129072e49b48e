package generate

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gorm-auth/authplugin"
)

// version is a time that is not in UTC on purpose.
var version = time.Date(2026, 2, 3, 5, 5, 6, 7, time.FixedZone("", 3600))

// fileFormats write migration files.
func fileFormats() map[string]func(*authplugin.Plan, FileOptions) ([]File, error) {
	return map[string]func(*authplugin.Plan, FileOptions) ([]File, error){
		"sql": Script, "sql-reverse": ReverseScript, "goose": Goose, "golang-migrate": GolangMigrate, "atlas": Atlas,
	}
}

// filesOf are the files of a plan, which are the same when they are made again.
func filesOf(t *testing.T, format string, plan *authplugin.Plan, o FileOptions) []File {
	t.Helper()
	files, err := fileFormats()[format](plan, o)
	must(t, err)
	again, err := fileFormats()[format](plan, o)
	must(t, err)
	if diff := cmp.Diff(files, again); diff != "" {
		t.Errorf("%s differs when it is made again:\n%s", format, diff)
	}
	return files
}

// listing is files as one text.
func listing(files []File) string {
	var b strings.Builder
	for _, f := range files {
		b.WriteString("==> " + f.Name + " <==\n" + string(f.Content))
	}
	return b.String()
}

func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"defaults", "fields", "names", "schemas"} {
		for _, database := range databases {
			if !runsOn(name, database) {
				continue
			}
			plan := description(t, database, cases()[name]).Plan
			for format := range fileFormats() {
				files := filesOf(t, format, plan, FileOptions{Name: "auth " + name, Version: version})
				checkGolden(t, "testdata/files/"+format+"/"+database+"-"+name+".txt", listing(files))
			}
		}
	}
}

// A table that others make is in no migration, the foreign keys to it are.
func TestFilesLeaveOutWhatOthersMake(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		plan := description(t, database, cases()["unmanaged"]).Plan
		for format := range fileFormats() {
			text := listing(filesOf(t, format, plan, FileOptions{Version: version}))
			for _, words := range regexp.MustCompile(`(?i)(CREATE|DROP|ALTER) TABLE\W+(IF (NOT )?EXISTS\W+)?passkeys`).FindAllString(text, -1) {
				t.Errorf("%s on %s has %s", format, database, words)
			}
			if format != "sql-reverse" && !strings.Contains(text, "fk_key_uses_passkey_id") {
				t.Errorf("%s on %s lacks the foreign key:\n%s", format, database, text)
			}
		}
	}
}

// reviewed are plans that only a database gives.
func reviewed() map[string]*authplugin.Plan {
	return map[string]*authplugin.Plan{
		"concurrently": {
			Dialect: "postgres",
			Steps: []authplugin.Step{
				{Kind: authplugin.AddColumn, Table: "users", Name: "city", SQL: []string{`ALTER TABLE "users" ADD "city" text DEFAULT 'a;b'`}, Reverse: []string{`ALTER TABLE "users" DROP COLUMN "city"`}, Transactional: true},
				{Kind: authplugin.AddColumn, Table: "users", Name: "boss", SQL: []string{`ALTER TABLE "users" ADD "boss" text`}, Reverse: []string{`ALTER TABLE "users" DROP COLUMN "boss"`}, Transactional: true},
				{Kind: authplugin.CreateIndex, Table: "users", Name: "city_idx", SQL: []string{`DROP INDEX CONCURRENTLY "city_idx"`, `CREATE INDEX CONCURRENTLY "city_idx" ON "users" ("city")`}, Reverse: []string{`DROP INDEX CONCURRENTLY "city_idx"`}},
				{Kind: authplugin.CreateForeignKey, Table: "users", Name: "fk_boss", SQL: []string{`ALTER TABLE "users" ADD CONSTRAINT "fk_boss" FOREIGN KEY ("boss") REFERENCES "users"("id") NOT VALID`, `ALTER TABLE "users" VALIDATE CONSTRAINT "fk_boss"`}, Reverse: []string{`ALTER TABLE "users" DROP CONSTRAINT "fk_boss"`}},
				{Kind: authplugin.CreateIndex, Table: "users", Name: "boss_idx", SQL: []string{`CREATE INDEX CONCURRENTLY "boss_idx" ON "users" ("boss")`}, Reverse: []string{`DROP INDEX CONCURRENTLY "boss_idx"`}},
				{Kind: authplugin.CreateTable, Table: "keys", SQL: []string{`CREATE TABLE "keys" ("id" text)`}, Reverse: []string{`DROP TABLE "keys"`}, Transactional: true},
			},
		},
		"drift": {
			Dialect: "mysql",
			Steps:   []authplugin.Step{{Kind: authplugin.AddColumn, Table: "users", Name: "city", SQL: []string{"ALTER TABLE `users` ADD `city` text"}, Reverse: []string{"ALTER TABLE `users` DROP COLUMN `city`"}}},
			Drift: []authplugin.Drift{
				{Kind: authplugin.DriftType, Table: "users", Column: "age", Problem: "is text where the schema has int", SQL: []string{"ALTER TABLE `users` MODIFY COLUMN `age` int"}, Reverse: []string{"ALTER TABLE `users` MODIFY COLUMN `age` text"}},
				{Kind: authplugin.DriftIndex, Table: "users", Column: "bio", Problem: "cannot be indexed"},
				{Kind: authplugin.DriftNullability, Table: "users", Column: "name", Problem: "may be NULL", SQL: []string{"ALTER TABLE `users` MODIFY COLUMN `name` text NOT NULL"}, Reverse: []string{"ALTER TABLE `users` MODIFY COLUMN `name` text NULL"}},
			},
		},
		"sqlserver": {
			Dialect: "sqlserver",
			Steps: []authplugin.Step{
				{Kind: authplugin.AddColumn, Table: "users", Name: "a", SQL: []string{`ALTER TABLE "users" ADD "a" int DEFAULT 1`}, Reverse: []string{"DECLARE @d int = 1; IF @d IS NULL EXEC (N'SELECT ' + @d)", `ALTER TABLE "users" DROP COLUMN "a"`}, Transactional: true},
				{Kind: authplugin.AddColumn, Table: "users", Name: "b", SQL: []string{`ALTER TABLE "users" ADD "b" int DEFAULT 1`}, Reverse: []string{"DECLARE @d int = 1; IF @d IS NULL EXEC (N'SELECT ' + @d)", `ALTER TABLE "users" DROP COLUMN "b"`}, Transactional: true},
			},
		},
	}
}

func TestGoldenFilesOfDifferences(t *testing.T) {
	t.Parallel()
	for name, plan := range reviewed() {
		for format := range fileFormats() {
			files := filesOf(t, format, plan, FileOptions{Version: version, IncludeDrift: true})
			checkGolden(t, "testdata/files/"+format+"/plan-"+name+".txt", listing(files))
		}
	}
}

func TestFilesLeaveDriftOutUnlessAsked(t *testing.T) {
	t.Parallel()
	plan := reviewed()["drift"]
	onlyDrift := &authplugin.Plan{Dialect: plan.Dialect, Drift: plan.Drift}
	for format := range fileFormats() {
		if text := listing(filesOf(t, format, plan, FileOptions{Version: version})); strings.Contains(text, "MODIFY") || !strings.Contains(text, "city") {
			t.Errorf("%s:\n%s", format, text)
		}
		if files := filesOf(t, format, onlyDrift, FileOptions{Version: version}); len(files) > 0 {
			t.Errorf("%s has files of nothing:\n%s", format, listing(files))
		}
		if text := listing(filesOf(t, format, onlyDrift, FileOptions{Version: version, IncludeDrift: true})); !strings.Contains(text, "drift: review this") || !strings.Contains(text, "MODIFY") {
			t.Errorf("%s has no section of drift:\n%s", format, text)
		}
		if files := filesOf(t, format, &authplugin.Plan{Dialect: "sqlite"}, FileOptions{Version: version, IncludeDrift: true}); len(files) > 0 {
			t.Errorf("%s of an empty plan:\n%s", format, listing(files))
		}
	}
}

func TestFilesRefuse(t *testing.T) {
	t.Parallel()
	unsafe := &authplugin.Plan{Dialect: "sqlite", Unsafe: []authplugin.UnsafeStep{{Table: "users", Name: "x", Reason: "bad", Recipe: "do it by hand"}}}
	plan := reviewed()["drift"]
	for format, write := range fileFormats() {
		var refused *authplugin.UnsafeMigrationError
		files, err := write(unsafe, FileOptions{Version: version})
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "do it by hand") || files != nil {
			t.Errorf("%s of an unsafe plan: %v, %v", format, files, err)
		}
		if _, err := write(nil, FileOptions{Version: version}); err == nil {
			t.Errorf("%s of no plan is no error", format)
		}
		_, err = write(plan, FileOptions{})
		if versioned := !strings.HasPrefix(format, "sql"); (err != nil) != versioned {
			t.Errorf("%s without a version: %v", format, err)
		}
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	plan := reviewed()["drift"]
	long := strings.Repeat("x", 200)
	for name, want := range map[string]string{
		"":                    "authplugin",
		"../../etc/passwd":    "etc_passwd",
		"Add roles; DROP\n--": "Add_roles_DROP",
		"größe":               "gr_e",
		"...":                 "authplugin",
		"a.down.up":           "a_down_up",
		long:                  long[:maxNameLength],
	} {
		o := FileOptions{Name: name, Version: version}
		got := []string{filesOf(t, "goose", plan, o)[0].Name, filesOf(t, "golang-migrate", plan, o)[1].Name, filesOf(t, "atlas", plan, o)[0].Name, filesOf(t, "sql", plan, o)[0].Name}
		stamp := "20260203040506_"
		if diff := cmp.Diff([]string{stamp + want + ".sql", stamp + want + ".down.sql", stamp + want + ".sql", want + ".sql"}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", name, diff)
		}
	}
}

// A name cannot end its comment, or be taken for an instruction to the tool.
func TestFilesKeepHostileNamesInComments(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"a\nDROP TABLE users;", "a\r\nDROP TABLE users;", "a\u2028DROP", "+goose Down", "\n-- +goose Down", "x\n-- atlas:txmode none\n\n", "-- atlas:sum ignore", "\x00\x1b[2J"} {
		plan := &authplugin.Plan{
			Dialect: "postgres",
			Steps: []authplugin.Step{
				{Kind: authplugin.CreateTable, Table: table, SQL: []string{"SELECT 1"}, Reverse: []string{"SELECT 2"}, Transactional: true},
				{Kind: authplugin.CreateIndex, Table: table, Name: table, SQL: []string{"SELECT 3"}, Reverse: []string{"SELECT 4"}},
			},
			Drift: []authplugin.Drift{{Table: table, Column: table, Problem: table, SQL: []string{"SELECT 5"}, Reverse: []string{"SELECT 6"}}},
		}
		for format := range fileFormats() {
			files := filesOf(t, format, plan, FileOptions{Version: version, IncludeDrift: true})
			for _, f := range files {
				if f.Name == atlasSum {
					continue
				}
				for line := range strings.Lines(string(f.Content)) {
					if line == "\n" || strings.HasPrefix(line, "SELECT ") || isOwnInstruction(line) {
						continue
					}
					if !strings.HasPrefix(line, "-- ") || strings.Contains(line, "+goose") || strings.Contains(line, "atlas:") || strings.ContainsAny(line, "\r\x00\x1b\u2028") {
						t.Errorf("%s of %q has the line %q", format, table, line)
					}
				}
			}
		}
	}
}

func isOwnInstruction(line string) bool {
	switch line {
	case "-- +goose Up\n", "-- +goose Down\n", "-- +goose NO TRANSACTION\n", "-- atlas:txmode none\n":
		return true
	}
	return false
}

func TestGooseRefusesTextsThatItWouldChange(t *testing.T) {
	t.Parallel()
	for text, fits := range map[string]bool{
		"a;b": true, "a -- b": true, "a\nb;\nc": true, "-- +goose Down": true, "a\n\n": true,
		"a\n-- +goose Down\nb": false, "a\n  --+goose StatementEnd": false, "a\r\nb": false,
	} {
		plan := &authplugin.Plan{Dialect: "sqlite", Steps: []authplugin.Step{{
			Kind: authplugin.AddColumn, Table: "users", Name: "x", SQL: []string{"ALTER TABLE users ADD x text DEFAULT '" + text + "'"},
		}}}
		files, err := Goose(plan, FileOptions{Version: version})
		if (err == nil) != fits {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "users.x") || files != nil) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The sum counts the migrations that are there.
func TestAtlasSumCoversTheFolder(t *testing.T) {
	t.Parallel()
	plan := reviewed()["drift"]
	o := FileOptions{Version: version}
	sum := func(o FileOptions) string {
		files := filesOf(t, "atlas", plan, o)
		return string(files[len(files)-1].Content)
	}
	alone := sum(o)
	o.Existing = fstest.MapFS{}
	if got := sum(o); got != alone {
		t.Errorf("an empty folder changes the sum:\n%s", got)
	}
	o.Existing = fstest.MapFS{
		"20250101000000_first.sql":      {Data: []byte("SELECT 1;\n")},
		"20250101000001_second.sql":     {Data: []byte("-- atlas:sum ignore\nSELECT 2;\n")},
		"20260203040506_authplugin.sql": {Data: []byte("an old one")},
		"README.md":                     {Data: []byte("no migration")},
	}
	checkGolden(t, "testdata/files/atlas/existing.sum", sum(o))
}
