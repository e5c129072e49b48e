package tests

import (
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Article is a table of the application with moments of its own.
type Article struct {
	ID          uint
	UserID      authplugin.ID
	User        authplugin.User
	PublishedAt time.Time
	CreatedAt   time.Time
}

// A moment in SQL text takes the form of the column that it is compared with:
// the library's on SQLite is not that of the application's own tables.
func TestMomentsAreComparedWithTheirColumn(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		base := noon.Truncate(time.Second).UTC()
		clock := base.Add(-time.Minute)
		db, _ := migrated(t, e, withClock(authplugin.Config{}, &clock))
		must(t, db.AutoMigrate(&Article{}))
		ada, bob := newUser(t, db, "ada"), newUser(t, db, "bob")
		for user, at := range map[authplugin.ID]time.Time{ada.ID: base.Add(-time.Hour), bob.ID: base.Add(time.Hour)} {
			must(t, db.Create(&Article{UserID: user, PublishedAt: at, CreatedAt: at}).Error)
			s := authplugin.Session{UserID: user, Token: string(user), ExpiresAt: at}
			must(t, db.Create(&s).Error)
		}
		const old = "id IN (SELECT user_id FROM articles GROUP BY user_id HAVING max(published_at) < ?)"
		users := func(q *gorm.DB) int64 {
			t.Helper()
			var n int64
			must(t, q.Model(&authplugin.User{}).Count(&n).Error)
			return n
		}
		articles := func(q *gorm.DB) int64 {
			t.Helper()
			var n int64
			must(t, q.Model(&Article{}).Count(&n).Error)
			return n
		}
		toArticles := "JOIN articles ON articles.user_id = users.id"
		for how, got := range map[string]int64{
			"subquery on an application's table": users(db.Where(old, base)),
			"join":                               users(db.Joins(toArticles).Where("articles.published_at < ?", base)),
			"join, a name of ours":               users(db.Joins(toArticles).Where("articles.created_at < ?", base)),
			"condition of the join":              users(db.Joins(toArticles+" AND articles.published_at > ?", base)),
			"alias":                              users(db.Joins("JOIN articles a ON a.user_id = users.id").Where("a.created_at BETWEEN ? AND ?", base.Add(-2*time.Hour), base)),
			"named":                              users(db.Joins(toArticles).Where("articles.created_at > @at", map[string]any{"at": base})),
			"the other way round":                users(db.Joins(toArticles).Where("? > articles.created_at", base)),
			"list":                               users(db.Joins(toArticles).Where("articles.created_at IN (?, ?)", base.Add(-time.Hour), base)),
			"application's model":                articles(db.Joins("User").Where("articles.published_at < ?", base)),
			"application's model, short":         articles(db.Where("published_at < ?", base)),
			"exists, ours": users(db.Where(
				"EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = users.id AND expires_at > ?)", base)),
			"exists, ours with an alias": users(db.Where(
				"EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = users.id AND ? < s.expires_at)", base)),
			"in, ours":     users(db.Where("id IN (SELECT user_id FROM sessions WHERE expires_at BETWEEN @a AND @b)", map[string]any{"a": base, "b": base.Add(2 * time.Hour)})),
			"join of ours": articles(db.Joins("JOIN sessions s ON s.user_id = articles.user_id AND s.expires_at > ?", base)),
			"having": users(db.Joins("JOIN sessions ON sessions.user_id = users.id").Group("users.id").
				Having("max(sessions.expires_at) < ?", base)),
			"expression as a column": users(db.Joins("JOIN sessions ON sessions.user_id = users.id").
				Where(clause.Lt{Column: clause.Expr{SQL: "sessions.expires_at"}, Value: base})),
		} {
			if got != 1 {
				t.Errorf("%s: %d rows, want 1", how, got)
			}
		}
		if n := users(db.Joins(toArticles).Where("users.created_at < ? AND articles.created_at < ?", base, base)); n != 1 {
			t.Errorf("both tables in one condition: %d rows, want 1", n)
		}
		if res := db.Where(old, base).Delete(&authplugin.User{}); res.Error == nil && res.RowsAffected != 1 {
			t.Errorf("deleted %d users, want 1", res.RowsAffected)
		}
	})
}
