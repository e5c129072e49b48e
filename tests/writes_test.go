package tests

import (
	"bytes"
	"errors"
	"log"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// sealed are fields whose stored form is not the one that is read: one that is
// decrypted on the way out, and one that is a hash.
func sealed() authplugin.Config {
	var calls atomic.Int64
	return authplugin.Config{User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
		"note": {
			Type: authplugin.String, Optional: true,
			TransformInput:  func(v any) (any, error) { return "enc(" + v.(string) + ")", nil },
			TransformOutput: func(v any) (any, error) { return strings.TrimSuffix(strings.TrimPrefix(v.(string), "enc("), ")"), nil },
		},
		"pin": {
			Type: authplugin.String, Optional: true, Hidden: true,
			TransformInput: func(v any) (any, error) { return "hash(" + v.(string) + ")", nil },
		},
		"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"},
		"nick": {Type: authplugin.String, Optional: true},
		"tags": {Type: authplugin.StringArray, Optional: true},
		"rev":  {Type: authplugin.Number, Optional: true, OnUpdate: func() any { return calls.Add(1) }},
	}}}
}

// stored is what a column of a user holds.
func stored(t *testing.T, db *gorm.DB, id authplugin.ID, column string) string {
	t.Helper()
	var text *string
	must(t, db.Table("users").Where("id = ?", string(id)).Select(column).Row().Scan(&text))
	if text == nil {
		return "NULL"
	}
	return *text
}

// A struct that is written again is not transformed again.
func TestTransformOnce(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, sealed())
		check := func(how string, id authplugin.ID) {
			t.Helper()
			if note, pin := stored(t, db, id, "note"), stored(t, db, id, "pin"); note != "enc(1)" || pin != "hash(2)" {
				t.Errorf("%s: note %s, pin %s", how, note, pin)
			}
		}
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"note": "1", "pin": "2"}}
		must(t, db.Create(&ada).Error)
		check("create", ada.ID)
		if ada.Additional["note"] != "1" {
			t.Errorf("the struct after create: %v", ada.Additional["note"])
		}
		must(t, db.Save(&ada).Error)
		check("save of what was created", ada.ID)
		var read authplugin.User
		must(t, db.First(&read, ada.ID).Error)
		for range 2 {
			must(t, db.Save(&read).Error)
			check("save of what was read", ada.ID)
		}
		copied := read
		must(t, db.Save([]authplugin.User{copied}).Error)
		check("save of a slice", ada.ID)
		must(t, db.Delete(&authplugin.User{}, ada.ID).Error)
		must(t, db.Save(&read).Error) // the row is gone: this inserts
		check("save after delete", ada.ID)
		must(t, db.Model(&read).Updates(map[string]any{"note": "3", "pin": "4"}).Error)
		must(t, db.Save(&read).Error)
		if note, pin := stored(t, db, ada.ID, "note"), stored(t, db, ada.ID, "pin"); note != "enc(3)" || pin != "hash(4)" {
			t.Errorf("update by map, then save: note %s, pin %s", note, pin)
		}
		must(t, db.Model(&authplugin.User{ID: ada.ID}).Updates(authplugin.User{Additional: authplugin.Values{"note": "1", "pin": "2"}}).Error)
		check("update by struct", ada.ID)
		other := authplugin.User{Name: "x", Email: "ada", Additional: authplugin.Values{"note": "5"}}
		if err := db.Create(&other).Error; !errors.Is(err, authplugin.ErrDuplicate) {
			t.Fatalf("duplicate: %v", err)
		}
		other.Email = "other"
		must(t, db.Create(&other).Error)
		if note := stored(t, db, other.ID, "note"); note != "enc(5)" {
			t.Errorf("a create that is tried again: %s", note)
		}
		must(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&other).Error)
		if note := stored(t, db, other.ID, "note"); note != "enc(5)" {
			t.Errorf("upsert: %s", note)
		}
		other.Additional.Set("note", "6")
		must(t, db.Save(&other).Error)
		if note := stored(t, db, other.ID, "note"); note != "enc(6)" {
			t.Errorf("a changed value: %s", note)
		}
	})
}

// What a struct does not hold is not overwritten by an upsert, and the defaults
// that only an insert would have needed are not left in the struct.
func TestUpsertsKeepWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, sealed())
		ada := authplugin.User{Name: "ada", Email: "ada", Additional: authplugin.Values{"role": "admin", "nick": "lady"}}
		must(t, db.Create(&ada).Error)
		partial := func() authplugin.User {
			t.Helper()
			var u authplugin.User
			must(t, db.Select("id", "name", "email", "created_at").First(&u, ada.ID).Error)
			return u
		}
		check := func(how string) {
			t.Helper()
			if role, nick := stored(t, db, ada.ID, "role"), stored(t, db, ada.ID, "nick"); role != "admin" || nick != "lady" {
				t.Errorf("%s: role %s, nick %s", how, role, nick)
			}
		}
		list := []authplugin.User{partial()}
		must(t, db.Save(&list).Error)
		check("save of a slice")
		one := partial()
		must(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&one).Error)
		check("update all")
		full := partial()
		session := authplugin.Session{UserID: ada.ID, User: &full, Token: "1", ExpiresAt: noon}
		must(t, db.Session(&gorm.Session{FullSaveAssociations: true}).Create(&session).Error)
		check("full save of associations")
		kept := partial()
		session = authplugin.Session{UserID: ada.ID, User: &kept, Token: "2", ExpiresAt: noon}
		must(t, db.Create(&session).Error)
		must(t, db.Save(&kept).Error)
		check("save of a struct that was an association")
		// A row without an id meets no other, one with an id does.
		fresh := []authplugin.User{partial(), {Name: "new", Email: "new", Additional: authplugin.Values{"nick": "e"}}}
		must(t, db.Save(&fresh).Error)
		check("save of a slice with a new row")
		if nick := stored(t, db, fresh[1].ID, "nick"); nick != "e" {
			t.Errorf("the new row: %s", nick)
		}
		nicks := []authplugin.User{partial(), {ID: fresh[1].ID, Name: "new", Email: "new", Additional: authplugin.Values{"nick": "e"}}}
		if err := db.Save(&nicks).Error; !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("a field in some rows only: %v", err)
		}
	})
}

// The assignments of an upsert and of gorm.G's Set are values like any other.
func TestAssignmentsAreChecked(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var out bytes.Buffer
		clock := noon
		db, _ := useWith(t, e.New(t), withClock(sealedAndMigrated(), &clock), &gorm.Config{
			Logger: logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info}),
		})
		ada := newUser(t, db, "ada")
		session := newSession(t, db, ada.ID, "t")
		upsert := func(a ...clause.Assignment) error {
			u := authplugin.User{ID: ada.ID, Name: "ada", Email: "ada@example.com"}
			return db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: a}).Create(&u).Error
		}
		set := func(column string, v any) clause.Assignment {
			return clause.Assignment{Column: clause.Column{Name: column}, Value: v}
		}
		_, err := gorm.G[authplugin.User](db).Where("id = ?", ada.ID).Set(set("role", "root")).Update(t.Context())
		if !errors.Is(err, authplugin.ErrInvalid) || !errors.Is(upsert(set("role", "root")), authplugin.ErrInvalid) {
			t.Errorf("a role that is none: %v", err)
		}
		clock = noon.Add(time.Hour)
		n, err := gorm.G[authplugin.User](db).Where("id = ?", ada.ID).Set(set("pin", topSecret), set("tags", []string{"a"}), set("Nick", "n")).Update(t.Context())
		if err != nil || n != 1 {
			t.Fatalf("set: %d, %v", n, err)
		}
		var found authplugin.User
		must(t, db.First(&found, ada.ID).Error)
		if diff := cmp.Diff([]string{"a"}, found.Additional.Strings("tags")); diff != "" || found.Additional["pin"] != "hash("+topSecret+")" ||
			found.Additional["nick"] != "n" || !found.UpdatedAt.Equal(clock.Truncate(time.Millisecond)) || found.Additional.Int("rev") == 0 {
			t.Errorf("found %v %s", found.Additional, diff)
		}
		must(t, upsert(set("pin", topSecret), set("nick", "m")))
		again := authplugin.Session{ID: session.ID, UserID: ada.ID, Token: "t", ExpiresAt: noon}
		later := noon.Add(10 * time.Hour).In(time.FixedZone("", 3600))
		must(t, db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: []clause.Assignment{
			set("token", topSecret), set("expires_at", later),
		}}).Create(&again).Error)
		var live int64
		must(t, db.Model(&authplugin.Session{}).Where("id = ? AND expires_at > ?", session.ID, later.Add(-time.Minute)).Count(&live).Error)
		if live != 1 {
			t.Error("a session that was extended by an upsert is not live")
		}
		must(t, db.Model(&again).Update("token", gorm.Expr("?", topSecret)).Error)
		if strings.Contains(out.String(), topSecret) {
			t.Errorf("the log shows a secret:\n%s", out.String())
		}
	})
}

func sealedAndMigrated() authplugin.Config {
	cfg := sealed()
	cfg.AutoMigrate = true
	return cfg
}

func TestOnUpdate(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, _ := migrated(t, e, sealed())
		ada := newUser(t, db, "ada")
		shared := authplugin.Values{"nick": "n"}
		seen := map[string]bool{}
		changed := func(how string) {
			t.Helper()
			rev := stored(t, db, ada.ID, "rev")
			if rev == "NULL" || seen[rev] {
				t.Errorf("%s: rev %s", how, rev)
			}
			seen[rev] = true
		}
		for range 2 {
			must(t, db.Model(&authplugin.User{ID: ada.ID}).Updates(authplugin.User{Additional: shared}).Error)
			changed("update by struct")
		}
		if len(shared) != 1 {
			t.Errorf("the caller's map: %v", shared)
		}
		for range 2 {
			var read authplugin.User
			must(t, db.First(&read, ada.ID).Error)
			must(t, db.Save(&read).Error)
			changed("read, then save")
		}
		var read authplugin.User
		must(t, db.First(&read, ada.ID).Error)
		read.Additional.Set("rev", 4711)
		must(t, db.Save(&read).Error)
		if rev := stored(t, db, ada.ID, "rev"); rev != "4711" {
			t.Errorf("a value of the caller's: %s", rev)
		}
	})
}

// Updates through the other Go type of a model go the same way.
func TestUpdatesThroughTheOtherType(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		cfg := sealed()
		cfg.User.Model = Named{}
		db, _ := migrated(t, e, cfg)
		ada := Named{User: authplugin.User{Name: "ada", Email: "ada"}}
		must(t, db.Create(&ada).Error)
		must(t, db.Model(&Named{User: authplugin.User{ID: ada.ID}}).Updates(authplugin.User{
			Name: "Ada", Email: "ADA", Additional: authplugin.Values{"pin": "1", "tags": []string{"a"}},
		}).Error)
		var found Named
		must(t, db.First(&found, ada.ID).Error)
		if found.Additional["pin"] != "hash(1)" || found.Email != "ada" || found.Name != "Ada" || !cmp.Equal(found.Additional.Strings("tags"), []string{"a"}) {
			t.Errorf("found %v %v", found.User, found.Additional)
		}
		must(t, db.Model(&authplugin.User{ID: ada.ID}).Updates(Named{User: authplugin.User{Additional: authplugin.Values{"pin": "2"}}}).Error)
		must(t, db.First(&found, ada.ID).Error)
		if found.Additional["pin"] != "hash(2)" {
			t.Errorf("found %v", found.Additional["pin"])
		}
	})
}

// Upserts by map go the same way as those by struct.
func TestUpsertsByMap(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		var out bytes.Buffer
		clock := noon
		db, _ := useWith(t, e.New(t), withClock(sealedAndMigrated(), &clock), &gorm.Config{
			Logger: logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info}),
		})
		ada := authplugin.User{Name: "ada", Email: "ada", EmailVerified: true, Additional: authplugin.Values{"role": "admin", "nick": "n"}}
		must(t, db.Create(&ada).Error)
		session := newSession(t, db, ada.ID, "t")
		clock = noon.Add(time.Hour)
		byID := []clause.Column{{Name: "id"}}
		must(t, db.Model(&authplugin.User{}).Clauses(clause.OnConflict{Columns: byID, UpdateAll: true}).
			Create(map[string]any{"id": ada.ID, "name": "Ada", "email": "ada"}).Error)
		var found authplugin.User
		must(t, db.First(&found, ada.ID).Error)
		if found.Name != "Ada" || !found.EmailVerified || found.Additional["role"] != "admin" || found.Additional["nick"] != "n" ||
			!found.CreatedAt.Equal(ada.CreatedAt) || !found.UpdatedAt.Equal(clock.Truncate(time.Millisecond)) {
			t.Errorf("update all: %v verified %v created %v updated %v", found, found.EmailVerified, found.CreatedAt, found.UpdatedAt)
		}
		upsert := func(m map[string]any) error {
			return db.Model(&authplugin.User{}).Clauses(clause.OnConflict{Columns: byID, DoUpdates: clause.Assignments(m)}).
				Create(map[string]any{"id": ada.ID, "name": "x", "email": "ada"}).Error
		}
		if err := upsert(map[string]any{"role": "root"}); !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("a role that is none: %v", err)
		}
		must(t, upsert(map[string]any{"pin": topSecret, "Nick": "m"}))
		must(t, db.First(&found, ada.ID).Error)
		if found.Additional["pin"] != "hash("+topSecret+")" || found.Additional["nick"] != "m" {
			t.Errorf("assignments: %v", found.Additional)
		}
		must(t, db.Model(&authplugin.User{}).Clauses(clause.OnConflict{Columns: byID, DoUpdates: clause.AssignmentColumns([]string{"emailVerified"})}).
			Create(map[string]any{"id": ada.ID, "name": "x", "email": "ada", "emailVerified": false}).Error)
		must(t, db.First(&found, ada.ID).Error)
		if found.EmailVerified || found.Name != "Ada" {
			t.Errorf("a logical name: %v verified %v", found, found.EmailVerified)
		}
		must(t, db.Model(&authplugin.Session{}).Clauses(clause.OnConflict{Columns: byID, DoUpdates: clause.Assignments(map[string]any{"token": topSecret})}).
			Create(map[string]any{"id": session.ID, "userId": ada.ID, "token": "t", "expiresAt": noon}).Error)
		if e.Dialect() != "mysql" { // which has no condition there
			again := authplugin.Session{ID: session.ID, UserID: ada.ID, Token: "u", ExpiresAt: noon}
			must(t, db.Clauses(clause.OnConflict{
				Columns: byID, DoUpdates: clause.Assignments(map[string]any{"ip_address": "x"}),
				Where: clause.Where{Exprs: []clause.Expression{clause.Eq{Column: "sessions.token", Value: topSecret}}},
			}).Create(&again).Error)
			var s authplugin.Session
			must(t, db.First(&s, session.ID).Error)
			if s.IPAddress != "x" {
				t.Errorf("an upsert with a condition: %v", s)
			}
		}
		if strings.Contains(out.String(), topSecret) {
			t.Errorf("the log shows a secret:\n%s", out.String())
		}
		// A page that begins before the first id.
		var n int64
		must(t, db.Model(&authplugin.User{}).Where(clause.Gt{Column: "id", Value: ""}).Count(&n).Error)
		if n != 1 {
			t.Errorf("%d users after the empty id", n)
		}
	})
}

// Maps of the library's own type, and batches in which some rows bring an id.
func TestCreateFromValues(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		db, _ := migrated(t, e, authplugin.Config{GenerateID: s})
		values := authplugin.Values{"name": "ada", "email": "ada"}
		must(t, db.Model(&authplugin.User{}).Create(values).Error)
		pointed := authplugin.Values{"name": "eve", "email": "eve"}
		must(t, db.Model(&authplugin.User{}).Create(&pointed).Error)
		must(t, db.Model(&authplugin.User{}).Where("name = ?", "eve").Updates(&authplugin.Values{"name": "Eve"}).Error)
		var found authplugin.User
		must(t, db.First(&found, values["id"]).Error)
		if found.Name != "ada" {
			t.Errorf("found %v", found)
		}
		if err := db.Model(&authplugin.User{}).Create([]map[string]any{}).Error; !errors.Is(err, gorm.ErrEmptySlice) {
			t.Errorf("an empty list: %v", err)
		}
		mixed := []map[string]any{{"name": "a", "email": "a", "id": suppliedID(s)}, {"name": "b", "email": "b"}}
		must(t, db.Model(&authplugin.User{}).Create(&mixed).Error)
		var n int64
		must(t, db.Model(&authplugin.User{}).Where("email IN ?", []string{"a", "b"}).Count(&n).Error)
		if n != 2 || mixed[0]["id"] != suppliedID(s) {
			t.Errorf("%d rows, %v", n, mixed)
		}
	})
}
