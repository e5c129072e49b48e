package tests

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

func TestUseMistakes(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		auth := authplugin.New(authplugin.Config{})
		if err := auth.Migrate(t.Context()); !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("Migrate before Use: %v", err)
		}
		if _, err := auth.PlanMigration(t.Context()); !errors.Is(err, authplugin.ErrNotInitialized) {
			t.Errorf("PlanMigration before Use: %v", err)
		}
		if auth.Models() != nil || len(auth.Schema().Models()) != 0 {
			t.Error("models before Use")
		}
		db := d.Open(t, nil)
		must(t, db.Use(auth))
		if err := db.Use(authplugin.New(authplugin.Config{})); !errors.Is(err, gorm.ErrRegistered) {
			t.Errorf("second plugin: %v", err)
		}
		if err := d.Open(t, nil).Use(auth); err == nil || !strings.Contains(err.Error(), "one Auth serves one") {
			t.Errorf("second database: %v", err)
		}
		late := d.Open(t, nil)
		stmt := &gorm.Statement{DB: late}
		must(t, stmt.Parse(&authplugin.User{}))
		err := late.Use(authplugin.New(authplugin.Config{User: authplugin.ModelConfig{Table: "members"}}))
		if err == nil || !strings.Contains(err.Error(), "right after gorm.Open") {
			t.Errorf("too late: %v", err)
		}
		resolved := d.Open(t, nil)
		must(t, resolved.Use(dbresolver.Register(dbresolver.Config{})))
		if err := resolved.Use(authplugin.New(authplugin.Config{})); err == nil || !strings.Contains(err.Error(), "before db.Use(dbresolver") {
			t.Errorf("after dbresolver: %v", err)
		}
	})
}

func TestFrom(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, authplugin.Config{})
		if authplugin.From(db).Schema() != auth.Schema() {
			t.Error("From(db) is another Auth")
		}
		if authplugin.From(e.Open(t, nil)) != nil {
			t.Error("From of a database without the plugin")
		}
		must(t, db.Transaction(func(tx *gorm.DB) error {
			if err := authplugin.From(tx).Migrate(t.Context()); err == nil {
				t.Error("From(tx) is not bound to the transaction")
			}
			return nil
		}))
	})
}

// Reads go to a replica and writes to the source; ids, fields and names hold on both.
func TestWithDBResolver(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{GenerateID: authplugin.Serial, User: authplugin.ModelConfig{AdditionalFields: everyField()}, AutoMigrate: true})
		must(t, db.Use(dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{d.Dialector()}})))
		ada := newUser(t, db, "ada")
		newSession(t, db, ada.ID, "t")
		var s authplugin.Session
		must(t, db.Joins("User").First(&s, "token = ?", "t").Error)
		if s.User.Additional["role"] != "user" {
			t.Errorf("user %v", s.User)
		}
		if err := db.First(&authplugin.User{}, authplugin.ID("nope")).Error; !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("malformed id: %v", err)
		}
	})
}

// Prepared statements, sessions without the default transaction, dry runs.
func TestSessionsOfGORM(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		for _, s := range strategies() {
			db, auth := useWith(t, e.New(t), authplugin.Config{GenerateID: s, User: authplugin.ModelConfig{AdditionalFields: everyField()}, AutoMigrate: true},
				&gorm.Config{PrepareStmt: true, SkipDefaultTransaction: true, QueryFields: true})
			ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"city": "Ulm"}}
			must(t, db.Create(&ada).Error)
			var found authplugin.User
			must(t, db.First(&found, ada.ID).Error)
			if found.Additional["city"] != "Ulm" {
				t.Errorf("found %v", found)
			}
			must(t, auth.Migrate(t.Context()))
			stmt := db.Session(&gorm.Session{DryRun: true}).Model(&ada).Update("city", "Bonn").Statement
			if !strings.Contains(stmt.SQL.String(), "UPDATE") {
				t.Errorf("dry run: %s", stmt.SQL.String())
			}
			err := db.Transaction(func(tx *gorm.DB) error {
				must(t, tx.Model(&ada).Update("city", "Bonn").Error)
				return tx.Transaction(func(tx *gorm.DB) error {
					must(t, tx.Model(&ada).Update("city", "Kiel").Error)
					return errors.New("roll back")
				})
			})
			if err == nil {
				t.Error("the transaction did not fail")
			}
			found = authplugin.User{}
			must(t, db.First(&found, ada.ID).Error)
			if found.Additional["city"] != "Ulm" {
				t.Errorf("after rollback %v", found)
			}
		}
	})
}

// Hooked is an application's struct with GORM hooks of its own.
type Hooked struct {
	authplugin.User
}

// BeforeCreate sees the id and the defaults, and what it changes is written.
func (h *Hooked) BeforeCreate(*gorm.DB) error {
	if h.ID == "" || h.Additional["lang"] != "en" || h.CreatedAt.IsZero() {
		return errors.New("the hook does not see the id, the default and the time")
	}
	h.Additional.Set("lang", "de")
	return nil
}

// BeforeUpdate changes the update.
func (h *Hooked) BeforeUpdate(tx *gorm.DB) error {
	tx.Statement.SetColumn("Name", "by hook")
	return nil
}

func TestHooksOfTheApplication(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{User: authplugin.ModelConfig{
			Model: Hooked{}, AdditionalFields: authplugin.Fields{"lang": {Type: authplugin.Enum("en", "de"), DefaultValue: "en"}},
		}})
		h := Hooked{User: authplugin.User{Name: "a", Email: "a"}}
		must(t, db.Create(&h).Error)
		must(t, db.Model(&h).Update("lang", "en").Error)
		var found authplugin.User
		must(t, db.First(&found, h.ID).Error)
		if found.Name != "by hook" || found.Additional["lang"] != "en" {
			t.Errorf("found %v", found)
		}
		if h.Additional["lang"] != "en" {
			t.Errorf("struct %v", h.Additional)
		}
	})
}

// Models of the application with the same shape are left alone.
func TestOtherModelsAreLeftAlone(t *testing.T) {
	t.Parallel()
	type Article struct {
		ID        uint
		Email     string
		Token     string
		CreatedAt time.Time
		UpdatedAt time.Time
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		recorder := dbtest.NewRecorder()
		db, _ := useWith(t, e.New(t), authplugin.Config{AutoMigrate: true, Clock: func() time.Time { return noon.AddDate(-20, 0, 0) }}, &gorm.Config{Logger: recorder})
		must(t, db.AutoMigrate(&Article{}))
		a := Article{Email: "Mixed@Case", Token: "visible"}
		must(t, db.Create(&a).Error)
		must(t, db.Model(&a).Update("token", "still-visible").Error)
		var found Article
		must(t, db.First(&found, a.ID).Error)
		if found.Email != "Mixed@Case" || found.Token != "still-visible" || time.Since(found.CreatedAt) > time.Hour {
			t.Errorf("found %+v", found)
		}
		if all := strings.Join(recorder.Statements(), "\n"); !strings.Contains(all, "still-visible") {
			t.Error("an application's own value was redacted")
		}
	})
}

// FirstOrCreate takes the new row from conditions that the plugin has adapted.
func TestFirstOrCreate(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := fieldsConfig()
		cfg.GenerateID = s
		db, _ := migrated(t, e, cfg)
		ada := newUser(t, db, "ada")
		want := authplugin.Session{UserID: ada.ID, Token: "t", ExpiresAt: noon}
		for range 2 {
			var got authplugin.Session
			must(t, db.Where(&want).FirstOrCreate(&got).Error)
			if got.UserID != ada.ID || got.Token != "t" || !got.ExpiresAt.Equal(noon.Truncate(time.Millisecond)) {
				t.Errorf("got %v", got)
			}
		}
		var n int64
		must(t, db.Model(&authplugin.Session{}).Count(&n).Error)
		if n != 1 {
			t.Errorf("%d sessions", n)
		}
		var eve authplugin.User
		must(t, db.Where(map[string]any{"email": "eve"}).Attrs(authplugin.User{Name: "Eve"}).
			Assign(authplugin.User{Additional: authplugin.Values{"city": "Ulm", "bornAt": noon, "friend": ada.ID}}).FirstOrCreate(&eve).Error)
		must(t, db.Where(map[string]any{"email": "eve"}).
			Assign(authplugin.User{Additional: authplugin.Values{"age": 7}}).FirstOrCreate(&eve).Error)
		var found authplugin.User
		must(t, db.First(&found, eve.ID).Error)
		if found.Name != "Eve" || found.Additional["city"] != "Ulm" || found.Additional["age"] != int64(7) || found.Additional["friend"] != ada.ID {
			t.Errorf("found %v", found)
		}
		// A struct with some of the columns reads the same rows.
		var names []struct {
			ID   authplugin.ID
			Name string
		}
		must(t, db.Model(&authplugin.User{}).Order("email DESC").Find(&names).Error)
		if len(names) != 2 || names[0].ID != eve.ID || names[1].Name != "ada" {
			t.Errorf("names %v", names)
		}
		var ids []authplugin.ID
		must(t, db.Model(&authplugin.User{}).Order("email DESC").Pluck("id", &ids).Error)
		if len(ids) != 2 || ids[0] != eve.ID {
			t.Errorf("ids %v", ids)
		}
	})
}

// One map for many rows, written concurrently, is never changed.
func TestSharedValuesAreNotChanged(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: everyField()}})
		shared := authplugin.Values{"city": "Ulm"}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				name := string(rune('a' + i))
				if err := db.Create(&authplugin.User{Name: name, Email: name, Additional: shared}).Error; err != nil {
					t.Error(err)
				}
				if err := db.Model(&authplugin.User{}).Where("name = ?", name).Updates(authplugin.User{Additional: shared}).Error; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(shared) != 1 {
			t.Errorf("shared %v", shared)
		}
	})
}

// GORM's SQLite migrator would delete the sessions of every user.
func TestSQLiteRebuildIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		if e.Dialect() != "sqlite" {
			return
		}
		db, _ := migrated(t, e, authplugin.Config{})
		ada := newUser(t, db, "ada")
		newSession(t, db, ada.ID, "t")
		if err := db.Migrator().AlterColumn(&authplugin.User{}, "Name"); !errors.Is(err, authplugin.ErrUnsafeMigration) {
			t.Errorf("AlterColumn: %v", err)
		}
		must(t, db.First(&authplugin.Session{}, "token = ?", "t").Error)
	})
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := use(t, e.New(t), authplugin.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := auth.Migrate(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Migrate: %v", err)
		}
		must(t, auth.Migrate(t.Context()))
		if err := db.WithContext(ctx).Create(&authplugin.User{Name: "a", Email: "a"}).Error; !errors.Is(err, context.Canceled) {
			t.Errorf("Create: %v", err)
		}
	})
}
