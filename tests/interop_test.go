package tests

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/betterauth"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// betterAuth is a database that a Better Auth application made and wrote.
type betterAuth struct {
	dbtest.Database

	strategy authplugin.IDStrategy
	seed     betterAuthSeed
	// rateLimit says that the application kept its counters in the database.
	rateLimit bool
	// plain is a pool that the library knows nothing of.
	plain *sql.DB
}

// betterAuthSeed is what the application that was dumped knew.
type betterAuthSeed struct {
	Email        string        `json:"email"`
	UserID       authplugin.ID `json:"userId"`
	SessionToken string        `json:"sessionToken"`
	Password     string        `json:"password"`
	PasswordHash string        `json:"passwordHash"`
	ResetToken   string        `json:"resetToken"`
}

var createsRateLimit = regexp.MustCompile("CREATE TABLE .*rateLimit")

// loadBetterAuth loads a dump; edit may change its text before.
func loadBetterAuth(t *testing.T, e dbtest.Engine, kind string, edit func(script string) string) betterAuth {
	t.Helper()
	d, text := betterauth.Load(t, e, kind, edit)
	b := betterAuth{Database: d, strategy: authplugin.Random, rateLimit: createsRateLimit.MatchString(text)}
	b.plain = b.Pool(t)
	b.plain.SetMaxIdleConns(0) // a kept connection would remember how many columns a statement gave
	if kind == betterauth.Plugins {
		return b
	}
	b.strategy = strategies()[kind]
	seeds := map[string]betterAuthSeed{}
	must(t, json.Unmarshal(betterauth.Seeds(t), &seeds))
	name := betterauth.DumpOf(t, e) + "-" + kind
	b.seed = seeds[name]
	if b.seed.UserID == "" {
		t.Fatalf("seeds.json does not know %s", name)
	}
	return b
}

// eachBetterAuth runs f on a fresh copy of each dump with rows.
func eachBetterAuth(t *testing.T, f func(t *testing.T, b betterAuth)) {
	t.Helper()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		f(t, loadBetterAuth(t, e, fmt.Sprint(s), nil))
	})
}

// config is the configuration that fits the database.
func (b betterAuth) config() authplugin.Config {
	cfg := authplugin.Config{Naming: authplugin.BetterAuthNaming, GenerateID: b.strategy, Clock: fixedClock}
	if b.rateLimit {
		cfg.RateLimit.Storage = authplugin.StorageDatabase
	}
	return cfg
}

// tables are those of the core models.
func (b betterAuth) tables() []string {
	tables := []string{"account", "session", "user", "verification"}
	if b.rateLimit {
		tables = append(tables, "rateLimit")
	}
	return tables
}

func (b betterAuth) quote(name string) string {
	if b.Engine.Dialect() == "mysql" {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

// texts runs a query of text columns.
func (b betterAuth) texts(t *testing.T, query string) (columns []string, list [][]sql.NullString) {
	t.Helper()
	rows, err := b.plain.QueryContext(t.Context(), query)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	columns, err = rows.Columns()
	must(t, err)
	for rows.Next() {
		texts, dest := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range texts {
			dest[i] = &texts[i]
		}
		must(t, rows.Scan(dest...))
		list = append(list, texts)
	}
	must(t, rows.Err())
	return columns, list
}

// rawRow is a row as the database itself writes it, by column. On SQLite "typeof
// column" tells how the value is stored.
type rawRow map[string]sql.NullString

// rows reads a whole table past the library and past the conversions of the
// driver, by id.
func (b betterAuth) rows(t *testing.T, table string) map[string]rawRow {
	t.Helper()
	columns, _ := b.texts(t, "SELECT * FROM "+b.quote(table)+" WHERE 1 = 0")
	var names, exprs []string
	for _, c := range columns {
		names = append(names, c)
		switch b.Engine.Dialect() {
		case "mysql":
			exprs = append(exprs, "CAST("+b.quote(c)+" AS CHAR)")
		case "sqlite":
			names = append(names, "typeof "+c)
			exprs = append(exprs, "CAST("+b.quote(c)+" AS TEXT)", "typeof("+b.quote(c)+")")
		default:
			exprs = append(exprs, "CAST("+b.quote(c)+" AS TEXT)")
		}
	}
	_, list := b.texts(t, "SELECT "+strings.Join(exprs, ", ")+" FROM "+b.quote(table))
	byID := map[string]rawRow{}
	for _, texts := range list {
		row := rawRow{}
		for i, name := range names {
			row[name] = texts[i]
		}
		byID[row["id"].String] = row
	}
	return byID
}

// all reads every row of the core tables.
func (b betterAuth) all(t *testing.T) map[string]map[string]rawRow {
	t.Helper()
	all := map[string]map[string]rawRow{}
	for _, table := range b.tables() {
		all[table] = b.rows(t, table)
	}
	return all
}

// moment reads a date as the database writes it.
func (r rawRow) moment(t *testing.T, column string) time.Time {
	t.Helper()
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999-07:00", "2006-01-02 15:04:05.999999"} {
		if m, err := time.Parse(layout, r[column].String); err == nil {
			return m.UTC()
		}
	}
	t.Fatalf("%s holds %v, which is no date", column, r[column])
	return time.Time{}
}

func (r rawRow) text(column string) *string {
	if v := r[column]; v.Valid {
		return &v.String
	}
	return nil
}

func (r rawRow) truth(t *testing.T, column string) bool {
	t.Helper()
	truth, err := strconv.ParseBool(r[column].String)
	must(t, err)
	return truth
}

// autoIncrement is the only part of a definition that writing rows changes.
var autoIncrement = regexp.MustCompile(` AUTO_INCREMENT=\d+`)

// definition is everything that the database knows of its tables, fact by fact.
func (b betterAuth) definition(t *testing.T) []string {
	t.Helper()
	var queries []string
	switch b.Engine.Dialect() {
	case "sqlite":
		queries = []string{"SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"}
	case "mysql":
		_, tables := b.texts(t, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1")
		for _, table := range tables {
			queries = append(queries, "SHOW CREATE TABLE "+b.quote(table[0].String))
		}
	default:
		queries = []string{
			`SELECT table_name, column_name, ordinal_position, udt_name, character_maximum_length, datetime_precision,
				is_nullable, column_default, is_identity, identity_generation, collation_name
				FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3`,
			`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
			`SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
				WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
			`SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
		}
	}
	var facts []string
	for _, query := range queries {
		_, list := b.texts(t, query)
		for _, texts := range list {
			var fact []string
			for _, text := range texts {
				fact = append(fact, autoIncrement.ReplaceAllString(text.String, ""))
			}
			facts = append(facts, strings.Join(fact, "|"))
		}
	}
	return facts
}

// recommended are the indexes that the library has and Better Auth does not.
func (b betterAuth) recommended(t *testing.T) []string {
	t.Helper()
	names := []string{"create index session.session_expiresAt_idx", "create index verification.verification_expiresAt_idx"}
	if b.config().RateLimit.Storage == authplugin.StorageDatabase {
		names = append([]string{"create index rateLimit.rateLimit_lastRequest_idx"}, names...)
	}
	if goldenFolder(t, b.Database) == "mysql" {
		return names // MySQL cannot index Better Auth's text columns of account
	}
	return append([]string{"create index account.account_providerId_accountId_uidx"}, names...)
}

func stepNames(steps []authplugin.Step) []string {
	names := []string{}
	for _, s := range steps {
		names = append(names, s.String())
	}
	slices.Sort(names)
	return names
}

// checkUpToDate wants a plan with nothing to do and nothing to complain of.
func (b betterAuth) checkUpToDate(t *testing.T, auth *authplugin.Auth) {
	t.Helper()
	plan, err := auth.PlanMigration(t.Context())
	must(t, err)
	if !plan.Empty() || len(plan.Drift) > 0 {
		t.Errorf("plan on a database of Better Auth:\n%s", plan)
	}
	if diff := cmp.Diff(b.recommended(t), stepNames(plan.Recommended)); diff != "" {
		t.Errorf("recommended: %s", diff)
	}
}

// A database of Better Auth is up to date for the library, which neither changes
// it nor complains of it, whether it migrates at startup or on request.
func TestInteropPlansNothing(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		definition, rows := b.definition(t), b.all(t)
		for _, autoMigrate := range []bool{false, true} {
			recorder := dbtest.NewRecorder()
			cfg := b.config()
			cfg.AutoMigrate = autoMigrate
			_, auth := useWith(t, b.Database, cfg, &gorm.Config{Logger: recorder})
			b.checkUpToDate(t, auth)
			must(t, auth.Migrate(t.Context()))
			if ddl := recorder.DDL(); len(ddl) > 0 {
				t.Errorf("DDL with AutoMigrate %v:\n%s", autoMigrate, strings.Join(ddl, "\n"))
			}
		}
		if diff := cmp.Diff(definition, b.definition(t)); diff != "" {
			t.Errorf("the tables changed: %s", diff)
		}
		if diff := cmp.Diff(rows, b.all(t)); diff != "" {
			t.Errorf("the rows changed: %s", diff)
		}
	})
}

// What is recommended can be had, and adds nothing but these indexes.
func TestInteropRecommendedIndexes(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		rows := b.all(t)
		recorder := dbtest.NewRecorder()
		_, auth := useWith(t, b.Database, b.config(), &gorm.Config{Logger: recorder})
		must(t, auth.Migrate(t.Context(), authplugin.WithRecommended()))
		ddl := recorder.DDL()
		isIndex := func(s string) bool {
			return strings.HasPrefix(s, "CREATE INDEX") || strings.HasPrefix(s, "CREATE UNIQUE INDEX")
		}
		if len(ddl) != len(b.recommended(t)) || slices.ContainsFunc(ddl, func(s string) bool { return !isIndex(s) }) {
			t.Errorf("DDL:\n%s", strings.Join(ddl, "\n"))
		}
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("plan: %s", plan)
		}
		if diff := cmp.Diff(rows, b.all(t)); diff != "" {
			t.Errorf("the rows changed: %s", diff)
		}
	})
}
