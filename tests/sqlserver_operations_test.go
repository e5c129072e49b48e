package tests

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
)

var errRolledBack = errors.New("rolled back on purpose")

// sqlServerOperations are what applications do with the models. Some user has
// the id.
func sqlServerOperations(id authplugin.ID) []operation {
	newAda := func() authplugin.User { return authplugin.User{Name: "Ada", Email: "Ada@Example.com"} }
	user := func() *authplugin.User { return &authplugin.User{ID: id} }
	return slices.Concat(
		createOperations(id, newAda),
		readOperations(id),
		changeOperations(user),
		[]operation{
			{"transaction with savepoints", func(db *gorm.DB) error { return nestedTransactions(db, newAda) }},
			{"create table of the application", func(db *gorm.DB) error { return db.Migrator().CreateTable(&Post{}) }},
			{"application's foreign key", func(db *gorm.DB) error {
				return db.Where(&Post{UserID: id}).Where("editor_id IN ?", []authplugin.ID{id}).Find(&[]Post{}).Error
			}},
		},
	)
}

func createOperations(id authplugin.ID, newAda func() authplugin.User) []operation {
	return []operation{
		{"create one", func(db *gorm.DB) error {
			u := newAda()
			err := db.Create(&u).Error
			if err == nil && u.ID == "" {
				err = errors.New("the id was not handed back")
			}
			return err
		}},
		{"create with an id", func(db *gorm.DB) error {
			u := newAda()
			u.ID = id
			return db.Create(&u).Error
		}},
		{"create with every field", func(db *gorm.DB) error {
			u := newAda()
			u.Additional = authplugin.Values{"role": "admin", "age": 36, "bornAt": noon, "settings": map[string]any{"theme": "dark"}}
			return db.Create(&u).Error
		}},
		{"create a batch", func(db *gorm.DB) error {
			batch := []authplugin.User{newAda(), newAda()}
			return db.Create(&batch).Error
		}},
		{"create from a map", func(db *gorm.DB) error {
			m := map[string]any{"name": "Ada", "email": "Ada@Example.com", "age": 36}
			err := db.Model(&authplugin.User{}).Create(m).Error
			if got, _ := m["id"].(authplugin.ID); err == nil && got == "" {
				err = fmt.Errorf("the id was not handed back: %v", m)
			}
			return err
		}},
		{"create a session", func(db *gorm.DB) error {
			return db.Create(&authplugin.Session{UserID: id, Token: "token", ExpiresAt: noon}).Error
		}},
		{"create an account", func(db *gorm.DB) error {
			password, expires := "hash", noon
			return db.Create(&authplugin.Account{
				UserID: id, AccountID: "1", ProviderID: "credential", Password: &password, AccessTokenExpiresAt: &expires,
			}).Error
		}},
		{"upsert all", func(db *gorm.DB) error {
			u := newAda()
			u.ID = id
			return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&u).Error
		}},
		{"upsert some", func(db *gorm.DB) error {
			u := newAda()
			u.ID = id
			conflict := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"name", "age"})}
			return db.Clauses(conflict).Create(&u).Error
		}},
		{"upsert nothing", func(db *gorm.DB) error {
			u := newAda()
			u.ID = id
			return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&u).Error
		}},
	}
}

func readOperations(id authplugin.ID) []operation {
	return []operation{
		{"first by id", func(db *gorm.DB) error {
			var u authplugin.User
			err := db.First(&u, id).Error
			if err == nil && (u.ID != id || u.CreatedAt.Location() != time.UTC || u.Additional["role"] != "user") {
				err = fmt.Errorf("read %v", u)
			}
			return err
		}},
		{"first by an id in upper case", func(db *gorm.DB) error {
			return db.First(&authplugin.User{}, authplugin.ID(strings.ToUpper(string(id)))).Error
		}},
		{"find by an id that is none", func(db *gorm.DB) error {
			return db.Where(map[string]any{"id": "no such id "}).Find(&[]authplugin.User{}).Error
		}},
		{"find by ids", func(db *gorm.DB) error { return db.Find(&[]authplugin.User{}, []authplugin.ID{id, id}).Error }},
		{"where struct", func(db *gorm.DB) error {
			return db.Where(&authplugin.Session{UserID: id, Token: "token", ExpiresAt: noon}).Find(&[]authplugin.Session{}).Error
		}},
		{"where map", func(db *gorm.DB) error {
			m := map[string]any{"user_id": id, "token": []string{"a", "b"}, "expires_at": noon}
			return db.Where(m).Find(&[]authplugin.Session{}).Error
		}},
		{"where SQL", func(db *gorm.DB) error {
			q := db.Where("user_id = ? AND expires_at > ?", id, noon.Truncate(time.Millisecond).UTC())
			return q.Or("token LIKE @token", map[string]any{"token": "t%"}).Not("ip_address", "::1").Find(&[]authplugin.Session{}).Error
		}},
		{"order, limit, offset", func(db *gorm.DB) error {
			return db.Order("role desc").Limit(10).Offset(20).Find(&[]authplugin.User{}).Error
		}},
		{"take", func(db *gorm.DB) error { return db.Take(&authplugin.User{}, "age > ?", 30).Error }},
		{"joins", func(db *gorm.DB) error {
			return db.Joins("User").Where(&authplugin.Session{Token: "token"}).Find(&[]authplugin.Session{}).Error
		}},
		{"preload belongs to", func(db *gorm.DB) error {
			var s authplugin.Session
			err := db.Preload("User").First(&s, "token = ?", "token").Error
			if err == nil && (s.User == nil || s.User.ID != id) {
				err = fmt.Errorf("the session's user is %v", s.User)
			}
			return err
		}},
		{"preload has many", func(db *gorm.DB) error {
			return db.Preload("Sessions").Preload("Accounts").Find(&[]authplugin.User{}).Error
		}},
		{"count", func(db *gorm.DB) error {
			var n int64
			return db.Model(&authplugin.User{}).Where("role = ?", "admin").Count(&n).Error
		}},
		{"pluck", func(db *gorm.DB) error {
			return db.Model(&authplugin.Session{}).Where(&authplugin.Session{UserID: id}).Pluck("user_id", &[]authplugin.ID{}).Error
		}},
		{"distinct, group, having", func(db *gorm.DB) error {
			q := db.Model(&authplugin.User{}).Select("role, COUNT(*) AS n").Group("role").Having("COUNT(*) > ?", 1)
			return q.Find(&[]map[string]any{}).Error
		}},
	}
}

func changeOperations(user func() *authplugin.User) []operation {
	return []operation{
		{"update one column", func(db *gorm.DB) error { return db.Model(user()).Update("role", "admin").Error }},
		{"updates by map", func(db *gorm.DB) error {
			m := map[string]any{"emailVerified": true, "settings": []any{1, "two"}, "bornAt": noon, "age": nil, "name": gorm.Expr("UPPER(name)")}
			return db.Model(user()).Updates(m).Error
		}},
		{"updates by struct", func(db *gorm.DB) error {
			return db.Model(user()).Updates(authplugin.User{Name: "Ada L.", Additional: authplugin.Values{"age": 37}}).Error
		}},
		{"updates where", func(db *gorm.DB) error {
			q := db.Model(&authplugin.Session{}).Where(&authplugin.Session{UserID: user().ID})
			return q.Updates(map[string]any{"expiresAt": noon}).Error
		}},
		{"update column without hooks", func(db *gorm.DB) error { return db.Model(user()).UpdateColumn("name", "Ada").Error }},
		{"save", func(db *gorm.DB) error {
			u := user()
			u.Name, u.Email, u.CreatedAt = "Ada", "ada@example.com", noon
			u.Additional = authplugin.Values{"role": "user"}
			return db.Save(u).Error
		}},
		{"delete by id", func(db *gorm.DB) error { return db.Delete(&authplugin.User{}, user().ID).Error }},
		{"delete a struct", func(db *gorm.DB) error { return db.Delete(user()).Error }},
		{"delete where", func(db *gorm.DB) error {
			return db.Where("expires_at < ?", noon.Truncate(time.Millisecond).UTC()).Delete(&authplugin.Session{}).Error
		}},
		{"delete returning", func(db *gorm.DB) error {
			return db.Clauses(clause.Returning{}).Where(&authplugin.Session{UserID: user().ID}).Delete(&[]authplugin.Session{}).Error
		}},
	}
}

// nestedTransactions rolls back to a savepoint, and then commits.
func nestedTransactions(db *gorm.DB, newAda func() authplugin.User) error {
	return db.Transaction(func(tx *gorm.DB) error {
		first, second := newAda(), newAda()
		if err := tx.Create(&first).Error; err != nil {
			return err
		}
		err := tx.Transaction(func(tx *gorm.DB) error {
			if err := tx.Create(&second).Error; err != nil {
				return err
			}
			return errRolledBack
		})
		if !errors.Is(err, errRolledBack) {
			return fmt.Errorf("the inner transaction: %w", err)
		}
		return tx.Model(&first).Update("name", "Ada L.").Error
	})
}
