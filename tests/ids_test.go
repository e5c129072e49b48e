package tests

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// eachStrategy runs f on every database under every id strategy.
func eachStrategy(t *testing.T, f func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy)) {
	t.Helper()
	for name, s := range strategies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Run(t, func(t *testing.T, e dbtest.Engine) { f(t, e, s) })
		})
	}
}

var idForms = map[authplugin.IDStrategy]*regexp.Regexp{
	authplugin.Random: regexp.MustCompile(`^[a-zA-Z0-9]{32}$`),
	authplugin.UUID:   regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
	authplugin.Serial: regexp.MustCompile(`^[1-9][0-9]*$`),
}

// suppliedID is an id that a caller may bring under a strategy.
func suppliedID(s authplugin.IDStrategy) authplugin.ID {
	switch s {
	case authplugin.Serial:
		return "4711"
	case authplugin.UUID:
		return "0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5"
	default:
		return "my-own-id"
	}
}

func TestIDStrategies(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})

		ada := newUser(t, db, "ada")
		if !idForms[s].MatchString(string(ada.ID)) {
			t.Errorf("id %q", ada.ID)
		}
		own := authplugin.User{ID: suppliedID(s), Name: "own", Email: "own@example.com"}
		must(t, db.Create(&own).Error)
		if own.ID != suppliedID(s) {
			t.Errorf("a supplied id became %q", own.ID)
		}
		batch := []authplugin.User{{Name: "b1", Email: "b1"}, {Name: "b2", Email: "b2"}, {Name: "b3", Email: "b3"}}
		must(t, db.Create(&batch).Error)
		pointers := []*authplugin.User{{Name: "p1", Email: "p1"}, {Name: "p2", Email: "p2"}}
		must(t, db.CreateInBatches(pointers, 1).Error)
		for _, u := range append(batch, *pointers[0], *pointers[1]) {
			var found authplugin.User
			must(t, db.First(&found, u.ID).Error)
			if found.Name != u.Name || found.ID != u.ID {
				t.Errorf("batch row %s has id %s of %s", u.Name, u.ID, found.Name)
			}
		}
		created := map[string]any{"Name": "map", "email": "map@example.com", "emailVerified": true}
		must(t, db.Model(&authplugin.User{}).Create(created).Error)
		var byMap authplugin.User
		must(t, db.First(&byMap, "email = ?", "map@example.com").Error)
		if created["id"] != byMap.ID || !byMap.EmailVerified || byMap.CreatedAt.IsZero() {
			t.Errorf("map %v, row %v", created, byMap)
		}
		maps := []map[string]any{{"name": "m1", "email": "m1"}, {"name": "m2", "email": "m2"}}
		must(t, db.Model(&authplugin.User{}).Create(&maps).Error)
		var m2 authplugin.User
		must(t, db.First(&m2, "email = ?", "m2").Error)
		if len(maps) != 2 || maps[1]["id"] != m2.ID {
			t.Errorf("maps %v, want id %s", maps, m2.ID)
		}
	})
}

func TestRelations(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})
		ada, eve := newUser(t, db, "ada"), newUser(t, db, "eve")
		newSession(t, db, ada.ID, "t1")
		newSession(t, db, ada.ID, "t2")
		account := authplugin.Account{UserID: ada.ID, AccountID: string(ada.ID), ProviderID: "credential"}
		must(t, db.Create(&account).Error)

		var users []authplugin.User
		must(t, db.Preload("Sessions").Preload("Accounts").Order("name").Find(&users).Error)
		if len(users) != 2 || len(users[0].Sessions) != 2 || len(users[0].Accounts) != 1 || len(users[1].Sessions) != 0 {
			t.Fatalf("users %v", users)
		}
		for _, load := range []string{"Joins", "Preload"} {
			var found authplugin.Session
			q := db.Preload("User")
			if load == "Joins" {
				q = db.Joins("User")
			}
			must(t, q.First(&found, "token = ?", "t2").Error)
			if found.User == nil || found.User.ID != ada.ID || found.User.Email != "ada@example.com" || found.UserID != ada.ID {
				t.Errorf("%s: %v with user %v", load, found, found.User)
			}
		}
		var count int64
		must(t, db.Model(&authplugin.Session{}).Where(&authplugin.Session{UserID: eve.ID}).Count(&count).Error)
		if count != 0 {
			t.Errorf("eve has %d sessions", count)
		}
		if n := db.Model(&ada).Association("Sessions").Count(); n != 2 {
			t.Errorf("association counts %d", n)
		}
		// The constraint deletes sessions and accounts with their user.
		must(t, db.Delete(&authplugin.User{}, ada.ID).Error)
		must(t, db.Model(&authplugin.Session{}).Count(&count).Error)
		if count != 0 {
			t.Errorf("%d sessions outlive their user", count)
		}
		must(t, db.Model(&authplugin.Account{}).Count(&count).Error)
		if count != 0 {
			t.Errorf("%d accounts outlive their user", count)
		}
		orphan := authplugin.Session{UserID: ada.ID, Token: "t3", ExpiresAt: noon}
		if err := db.Create(&orphan).Error; !errors.Is(err, authplugin.ErrForeignKey) || !errors.Is(err, gorm.ErrForeignKeyViolated) {
			t.Errorf("orphan: %v", err)
		}
	})
}

// An id that no row can have finds nothing, on every way to ask.
func TestMalformedIDFindsNothing(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})
		ada := newUser(t, db, "ada")
		newSession(t, db, ada.ID, "t1")
		for _, bad := range []authplugin.ID{
			"nope", "1=1", "1 OR 1=1", "'; DROP TABLE users; --", "0x1", "1e0", "+" + ada.ID, "0" + ada.ID, ada.ID + " ", ada.ID + "x",
			"99999999999999999999999", "-1", "𝟙", "null", "{0b7f9a6e-52c3-4d0e-8f10-92a4f6b1c3d5}",
		} {
			queries := map[string]*gorm.DB{
				"First":     db.First(&authplugin.User{}, bad),
				"Where":     db.Where("id", bad).First(&authplugin.User{}),
				"slice":     db.First(&authplugin.User{}, []authplugin.ID{bad}),
				"struct":    db.Where(&authplugin.User{ID: bad}).First(&authplugin.User{}),
				"map":       db.Where(map[string]any{"id": bad}).First(&authplugin.User{}),
				"text map":  db.Where(map[string]any{"id": string(bad)}).First(&authplugin.User{}),
				"list map":  db.Where(map[string]any{"id": []authplugin.ID{bad}}).First(&authplugin.User{}),
				"primary":   db.First(&authplugin.User{ID: bad}),
				"reference": db.Where(&authplugin.Session{UserID: bad}).First(&authplugin.Session{}),
				"ref map":   db.Where(map[string]any{"user_id": bad}).First(&authplugin.Session{}),
				"table map": db.Where(map[string]any{"sessions.user_id": bad}).First(&authplugin.Session{}),
				"or":        db.Where(map[string]any{"id": bad}).Or(map[string]any{"id": bad}).First(&authplugin.User{}),
			}
			for name, q := range queries {
				if !errors.Is(q.Error, gorm.ErrRecordNotFound) {
					t.Errorf("%s with id %q: %v", name, bad, q.Error)
				}
			}
			sessions := []authplugin.Session{{UserID: bad}}
			if err := db.Session(&gorm.Session{}).Model(&sessions).Association("User").Find(&[]authplugin.User{}); err != nil {
				t.Errorf("association with id %q: %v", bad, err)
			}
			if res := db.Delete(&authplugin.User{}, bad); res.Error != nil || res.RowsAffected != 0 {
				t.Errorf("delete with id %q: %v, %d rows", bad, res.Error, res.RowsAffected)
			}
			if res := db.Model(&authplugin.User{ID: bad}).Update("name", "x"); res.Error != nil || res.RowsAffected != 0 {
				t.Errorf("update with id %q: %v, %d rows", bad, res.Error, res.RowsAffected)
			}
		}
		var n int64
		must(t, db.Model(&authplugin.User{}).Where("name = ?", "ada").Count(&n).Error)
		if n != 1 {
			t.Error("the user is gone or changed")
		}
	})
}

// A malformed id is not written.
func TestMalformedIDIsNotWritten(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: authplugin.Serial})
		ada := newUser(t, db, "ada")
		for name, err := range map[string]error{
			"id":            db.Create(&authplugin.User{ID: "x", Name: "x", Email: "x"}).Error,
			"reference":     db.Create(&authplugin.Session{UserID: "x", Token: "x", ExpiresAt: noon}).Error,
			"map":           db.Model(&authplugin.Session{}).Create(map[string]any{"userId": "x", "token": "x", "expiresAt": noon}).Error,
			"update":        db.Model(&authplugin.Session{}).Where("1 = 1").Update("user_id", "x").Error,
			"update struct": db.Model(&authplugin.Session{ID: "1"}).Updates(authplugin.Session{UserID: "x"}).Error,
			"missing":       db.Create(&authplugin.Session{Token: "x", ExpiresAt: noon}).Error,
		} {
			var fe *authplugin.FieldError
			if !errors.Is(err, authplugin.ErrInvalid) || !errors.As(err, &fe) {
				t.Errorf("%s: %v", name, err)
			}
		}
		newSession(t, db, ada.ID, "good")
	})
}

// Post is a table of the application that points at users.
type Post struct {
	ID       uint
	UserID   authplugin.ID
	User     authplugin.User `gorm:"constraint:OnDelete:CASCADE"`
	EditorID *authplugin.ID
	Editor   *authplugin.User
	Title    string
}

// Bookmark has no relation, only a tag.
type Bookmark struct {
	ID     uint
	UserID authplugin.ID `auth:"references:user" gorm:"index"`
}

func TestForeignKeysOfTheApplication(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})
		must(t, db.AutoMigrate(&Post{}, &Bookmark{}))
		must(t, db.AutoMigrate(&Post{}, &Bookmark{}))
		ada, eve := newUser(t, db, "ada"), newUser(t, db, "eve")
		post := Post{UserID: ada.ID, EditorID: &eve.ID, Title: "one"}
		must(t, db.Create(&post).Error)
		must(t, db.Create(&Post{UserID: eve.ID, Title: "two"}).Error)
		must(t, db.Create(&Bookmark{UserID: ada.ID}).Error)

		var posts []Post
		must(t, db.Preload("User").Preload("Editor").Order("title").Find(&posts).Error)
		if len(posts) != 2 || posts[0].User.Name != "ada" || posts[0].Editor.Name != "eve" || posts[1].EditorID != nil {
			t.Fatalf("posts %+v", posts)
		}
		var joined Post
		must(t, db.Joins("User").Joins("Editor").First(&joined, "title = ?", "one").Error)
		if joined.User.ID != ada.ID || joined.Editor.ID != eve.ID {
			t.Errorf("joined %+v", joined)
		}
		var alone Post
		must(t, db.Joins("Editor").First(&alone, "title = ?", "two").Error)
		if alone.Editor != nil {
			t.Errorf("a missing editor became %v", alone.Editor)
		}
		var found Post
		must(t, db.Where(&Post{UserID: ada.ID}).First(&found).Error)
		for _, bad := range []authplugin.ID{"nope", "1=1"} {
			for name, q := range map[string]*gorm.DB{
				"struct": db.Where(&Post{UserID: bad}).First(&Post{}),
				"map":    db.Where(map[string]any{"user_id": bad}).First(&Post{}),
				"tag":    db.Where(&Bookmark{UserID: bad}).First(&Bookmark{}),
			} {
				if !errors.Is(q.Error, gorm.ErrRecordNotFound) {
					t.Errorf("%s with id %q: %v", name, bad, q.Error)
				}
			}
		}
		if err := db.Create(&Post{UserID: suppliedID(s), Title: "orphan"}).Error; err == nil {
			t.Error("the foreign key was not created")
		}
		must(t, db.Delete(&ada).Error)
		var n int64
		must(t, db.Model(&Post{}).Count(&n).Error)
		if n != 1 {
			t.Errorf("%d posts are left, want 1: the constraint does not cascade", n)
		}
	})
}

func TestMixedStrategies(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, authplugin.Config{
			User:    authplugin.ModelConfig{GenerateID: authplugin.Serial},
			Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.UUID}},
		})
		must(t, db.AutoMigrate(&Post{}, &Bookmark{}))
		ada := newUser(t, db, "ada")
		s := newSession(t, db, ada.ID, "t")
		if !idForms[authplugin.Serial].MatchString(string(ada.ID)) || !idForms[authplugin.UUID].MatchString(string(s.ID)) {
			t.Errorf("user %s, session %s", ada.ID, s.ID)
		}
		var found authplugin.Session
		must(t, db.Joins("User").First(&found, s.ID).Error)
		must(t, db.Create(&Post{UserID: ada.ID}).Error)

		type Note struct {
			ID       uint
			WriterID authplugin.ID
		}
		err := db.AutoMigrate(&Note{})
		if err == nil || !regexp.MustCompile(`Note\.WriterID.*references`).MatchString(err.Error()) {
			t.Errorf("an id of unknown model: %v", err)
		}
	})
}

func TestIDFunc(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		n := 0
		fn := func(_ context.Context, model string) (authplugin.ID, bool) {
			n++
			return authplugin.ID(fmt.Sprintf("%s_%d", model, n)), model != "account"
		}
		db, _ := migrated(t, e, authplugin.Config{GenerateID: authplugin.IDFunc(fn)})
		ada := newUser(t, db, "ada")
		if ada.ID != "user_1" {
			t.Errorf("id %q", ada.ID)
		}
		err := db.Create(&authplugin.Account{UserID: ada.ID, AccountID: "a", ProviderID: "p"}).Error
		if !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("a declined id without a default: %v", err)
		}
	})
}

// The application's own default, given as SQL or found on the table.
func TestDatabaseIDs(t *testing.T) {
	t.Parallel()
	defaults := map[string]string{
		"sqlite":   "(lower(hex(randomblob(8))))",
		"postgres": "md5(random()::text)",
		"mysql":    "(uuid())",
	}
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		cfg := authplugin.Config{
			User:        authplugin.ModelConfig{GenerateID: authplugin.DatabaseDefault(defaults[e.Dialect()], "")},
			AutoMigrate: true,
		}
		if goldenFolder(t, d) == "mysql" {
			var refused *authplugin.ConfigError
			if err := d.Open(t, nil).Use(authplugin.New(cfg)); !errors.As(err, &refused) || refused.Path != "User.GenerateID" {
				t.Errorf("MySQL cannot hand back such an id: %v", err)
			}
			return
		}
		db, _ := use(t, d, cfg)
		ada := newUser(t, db, "ada")
		if ada.ID == "" {
			t.Fatal("the generated id was not handed back")
		}
		newSession(t, db, ada.ID, "t")
		batch := []authplugin.User{{Name: "b1", Email: "b1"}, {Name: "b2", Email: "b2"}}
		must(t, db.Create(&batch).Error)
		if batch[0].ID == "" || batch[0].ID == batch[1].ID {
			t.Errorf("ids %q and %q", batch[0].ID, batch[1].ID)
		}
		// Now the table has the default, so it need not be given.
		declines := func(context.Context, string) (authplugin.ID, bool) { return "", false }
		for _, s := range []authplugin.IDStrategy{authplugin.Database, authplugin.IDFunc(declines)} {
			db, _ = use(t, d, authplugin.Config{User: authplugin.ModelConfig{GenerateID: s}})
			if eve := newUser(t, db, fmt.Sprintf("eve-%T", s)); eve.ID == "" {
				t.Error("no id")
			}
		}
		err := d.Open(t, nil).Use(authplugin.New(authplugin.Config{Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{GenerateID: authplugin.Database}}}))
		var ce *authplugin.ConfigError
		if !errors.As(err, &ce) || ce.Path != "Session.GenerateID" {
			t.Errorf("a table without a default: %v", err)
		}
		err = e.New(t).Open(t, nil).Use(authplugin.New(authplugin.Config{User: authplugin.ModelConfig{GenerateID: authplugin.Database}}))
		if !errors.As(err, &ce) || ce.Path != "User.GenerateID" {
			t.Errorf("no table: %v", err)
		}
	})
}

// MySQL counts by more than one on clusters, and tells only the first id.
func TestSerialBatchWhereTheServerStepsByMore(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "mysql")
	d := e.New(t)
	d.DSN += "&auto_increment_increment=3&auto_increment_offset=2"
	for _, without := range []bool{false, true} {
		db, err := gorm.Open(mysql.New(mysql.Config{DSN: d.DSN, DisableWithReturning: without}), &gorm.Config{})
		must(t, err)
		must(t, db.Use(authplugin.New(authplugin.Config{GenerateID: authplugin.Serial, AutoMigrate: true})))
		var batch []authplugin.User
		for i := range 5 {
			name := fmt.Sprintf("%v%d", without, i)
			batch = append(batch, authplugin.User{Name: name, Email: name})
		}
		must(t, db.Create(&batch).Error)
		for _, u := range batch {
			var found authplugin.User
			must(t, db.First(&found, u.ID).Error)
			if found.Name != u.Name {
				t.Errorf("without RETURNING %v: %s has the id of %s", without, u.Name, found.Name)
			}
		}
		maps := []map[string]any{{"name": "m1", "email": fmt.Sprintf("%v1", without)}, {"name": "m2", "email": fmt.Sprintf("%v2", without)}}
		for _, m := range maps {
			m["email"] = fmt.Sprintf("map-%v", m["email"])
		}
		must(t, db.Model(&authplugin.User{}).Create(&maps).Error)
		for _, m := range maps {
			var found authplugin.User
			must(t, db.First(&found, m["id"]).Error)
			if found.Name != m["name"] {
				t.Errorf("without RETURNING %v: the map %v has the id of %s", without, m, found.Name)
			}
		}
		pool, err := db.DB()
		must(t, err)
		must(t, pool.Close())
	}
}

func TestUpsertKeepsIDAndCreation(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		clock := noon
		cfg := authplugin.Config{GenerateID: s, User: authplugin.ModelConfig{AdditionalFields: everyField()}}
		db, _ := migrated(t, e, withClock(cfg, &clock))
		ada := newUser(t, db, "ada")
		clock = noon.AddDate(0, 0, 1)
		again := authplugin.User{ID: ada.ID, Name: "Ada L.", Email: ada.Email, Additional: authplugin.Values{"role": "admin", "age": 36}}
		must(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&again).Error)
		var found authplugin.User
		must(t, db.First(&found, ada.ID).Error)
		if found.Name != "Ada L." || found.Additional["role"] != "admin" || found.Additional["age"] != int64(36) {
			t.Errorf("found %v", found)
		}
		if !found.CreatedAt.Equal(ada.CreatedAt) || !found.UpdatedAt.After(ada.UpdatedAt) {
			t.Errorf("created %v (was %v), updated %v (was %v)", found.CreatedAt, ada.CreatedAt, found.UpdatedAt, ada.UpdatedAt)
		}
		skip := authplugin.User{ID: ada.ID, Name: "never", Email: ada.Email}
		must(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&skip).Error)
		must(t, db.First(&found, ada.ID).Error)
		if found.Name != "Ada L." {
			t.Errorf("found %v", found)
		}
	})
}
