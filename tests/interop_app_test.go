package tests

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// columnType is the type of a column as the database names it.
func (b betterAuth) columnType(t *testing.T, table, column string) string {
	t.Helper()
	query := map[string]string{
		"sqlite":   "SELECT lower(type) FROM pragma_table_info('" + table + "') WHERE name = '" + column + "'",
		"mysql":    "SELECT column_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '" + table + "' AND column_name = '" + column + "'",
		"postgres": "SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = 'public." + table + "'::regclass AND attname = '" + column + "'",
	}[b.Engine.Dialect()]
	_, list := b.texts(t, query)
	if len(list) != 1 {
		t.Fatalf("%s.%s: %v", table, column, list)
	}
	return list[0][0].String
}

// A table of the application points at a user that Better Auth made. The column
// has to have the very type of Better Auth's id where the database compares
// types: int, not bigint, for serial ids on MariaDB.
func TestInteropApplicationTable(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		before := b.all(t)
		db, auth := use(t, b.Database, b.config())
		if err := db.Migrator().CreateTable(&Post{}, &Bookmark{}); err != nil {
			t.Fatalf("posts.user_id beside user.id, which is %s: %v", b.columnType(t, "user", "id"), err)
		}
		want, got := b.columnType(t, "user", "id"), b.columnType(t, "posts", "user_id")
		if b.Engine.Dialect() == "mysql" && got != want {
			t.Errorf("posts.user_id is %s, user.id is %s", got, want)
		}
		post := Post{UserID: b.seed.UserID, Title: "one"}
		must(t, db.Create(&post).Error)
		must(t, db.Create(&Bookmark{UserID: b.seed.UserID}).Error)
		var found Post
		must(t, db.Joins("User").Preload("Editor").First(&found, post.ID).Error)
		if found.UserID != b.seed.UserID || found.User.Email != b.seed.Email || found.Editor != nil {
			t.Errorf("post %+v", found)
		}
		orphan := Post{UserID: authplugin.ID(otherIDs[b.strategy]), Title: "orphan"}
		if err := db.Create(&orphan).Error; err == nil || !db.Migrator().HasConstraint(&Post{}, "User") {
			t.Errorf("the foreign key was not created: %v", err)
		}
		if diff := cmp.Diff(before, b.all(t)); diff != "" {
			t.Errorf("the rows of Better Auth changed: %s", diff)
		}
		b.checkUpToDate(t, auth)
		// Better Auth deletes a user, and the post goes with it.
		_, err := b.plain.ExecContext(t.Context(), "DELETE FROM "+b.quote("user"))
		must(t, err)
		var posts []Post
		must(t, db.Find(&posts).Error)
		if b.Engine.Dialect() != "sqlite" && len(posts) > 0 { // whose foreign keys are a setting of the connection
			t.Errorf("posts outlive their user: %+v", posts)
		}
	})
}

// GORM's AutoMigrate of a table that has a relation to a user migrates the
// user's table, too. It must not touch what Better Auth made: on MariaDB it
// would drop an index and change types and defaults, elsewhere it fails.
func TestInteropAutoMigrateLeavesTheTables(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		before := b.definition(t)
		recorder := dbtest.NewRecorder()
		db, _ := useWith(t, b.Database, b.config(), &gorm.Config{Logger: recorder})
		for range 2 {
			if err := db.AutoMigrate(&Post{}); err != nil {
				t.Errorf("AutoMigrate: %v", err)
			}
		}
		after := b.definition(t)
		for _, fact := range before {
			if !slices.Contains(after, fact) {
				t.Errorf("AutoMigrate changed %s\n%s", fact, strings.Join(recorder.DDL(), "\n"))
			}
		}
	})
}

// The tables of Better Auth may have another collation than new tables get, and
// MySQL makes no foreign key between columns of text that compare differently.
func TestInteropCollation(t *testing.T) {
	t.Parallel()
	b := loadBetterAuth(t, dbtest.Named(t, "mysql"), "random", nil)
	_, err := b.plain.ExecContext(t.Context(), "ALTER DATABASE "+b.Name+" COLLATE utf8mb4_unicode_520_ci")
	must(t, err)
	cfg := b.config()
	cfg.Plugins = []authplugin.Plugin{note{}}
	cfg.User.AdditionalFields = authplugin.Fields{"friend": {
		Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "user", OnDelete: authplugin.SetNull},
	}}
	db, auth := use(t, b.Database, cfg)
	if err := auth.Migrate(t.Context()); err != nil {
		t.Errorf("Migrate: %v", err)
	}
	if err := db.AutoMigrate(&Post{}); err != nil {
		t.Errorf("AutoMigrate: %v", err)
	}
}

// Better Auth's dates are timestamps on MySQL, which the server converts to the
// time zone of the session. A session in another zone than UTC would read and
// write moments that are hours off, so that sessions live too long.
func TestInteropTimeZoneOfTheServer(t *testing.T) {
	t.Parallel()
	b := loadBetterAuth(t, dbtest.Named(t, "mysql"), "random", nil)
	want := b.rows(t, "user")[string(b.seed.UserID)].moment(t, "createdAt")
	b.DSN += "&time_zone=%27-05%3A00%27" // as if it were the server's own
	db := b.Open(t, nil)
	if err := db.Use(authplugin.New(b.config())); err != nil {
		if !strings.Contains(err.Error(), "time_zone") {
			t.Errorf("the error does not say what to do: %v", err)
		}
		return
	}
	var u authplugin.User
	must(t, db.First(&u, b.seed.UserID).Error)
	if !u.CreatedAt.Equal(want) {
		t.Errorf("created at %v, want %v or an error of db.Use", u.CreatedAt, want)
	}
}

// A subquery is an ordinary parameter of a condition, also of one that names a
// secret column.
func TestInteropSubquery(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		db, _ := use(t, b.Database, b.config())
		sessions := db.Model(&authplugin.Session{}).Select("?", clause.Column{Name: "userId"})
		var users []authplugin.User
		must(t, db.Where("id IN (?)", sessions).Find(&users).Error)
		tokens := db.Model(&authplugin.Session{}).Select("token").Where("token = ?", b.seed.SessionToken)
		var found authplugin.Session
		must(t, db.Where("token IN (?)", tokens).First(&found).Error)
		if len(users) != 1 || found.Token != b.seed.SessionToken {
			t.Errorf("found %v and %v", users, found.Token)
		}
	})
}

// Without the rows of a user nothing of it can be written.
func TestInteropForeignKeysHold(t *testing.T) {
	t.Parallel()
	eachBetterAuth(t, func(t *testing.T, b betterAuth) {
		db, _ := use(t, b.Database, b.config())
		orphan := authplugin.Session{UserID: authplugin.ID(otherIDs[b.strategy]), Token: "t", ExpiresAt: noon}
		if err := db.Create(&orphan).Error; !errors.Is(err, authplugin.ErrForeignKey) {
			t.Errorf("a session of nobody: %v", err)
		}
	})
}
