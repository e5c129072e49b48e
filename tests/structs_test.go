package tests

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Member is an application's own struct: typed columns, names by tag, a core
// field declared again.
type Member struct {
	authplugin.User `auth:"table:members;columns:name=full_name,city=town"`

	Email  string         `gorm:"size:320"`
	Nick   string         `gorm:"size:30;uniqueIndex" auth:"optional"`
	Rank   string         `auth:"default:private;serverOnly"`
	Points int            `gorm:"column:score;default:7"`
	BossID *authplugin.ID `auth:"references:user;onDelete:set null"`
	Born   *time.Time
}

// MarshalJSON keeps the embedded user's from hiding Member's own fields.
func (m Member) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(m) }

// UnmarshalJSON is the counterpart.
func (m *Member) UnmarshalJSON(b []byte) error { return authplugin.UnmarshalModel(b, m) }

func memberConfig(s authplugin.IDStrategy) authplugin.Config {
	return authplugin.Config{
		GenerateID: s,
		User: authplugin.ModelConfig{Model: Member{}, AdditionalFields: authplugin.Fields{
			"city": {Type: authplugin.String, Optional: true},
		}},
		AutoMigrate: true,
	}
}

func TestOwnStruct(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		d := e.New(t)
		db, auth := use(t, d, memberConfig(s))
		info, _ := auth.Schema().Model("user")
		columns := map[string]string{}
		for _, f := range info.Fields {
			columns[f.Name] = f.Column
		}
		want := map[string]string{
			"id": "id", "name": "full_name", "email": "email", "emailVerified": "email_verified", "image": "image",
			"createdAt": "created_at", "updatedAt": "updated_at", "city": "town",
			"nick": "nick", "rank": "rank", "points": "score", "bossId": "boss_id", "born": "born",
		}
		if diff := cmp.Diff(want, columns); diff != "" || info.Table != "members" {
			t.Fatalf("table %s, columns %s", info.Table, diff)
		}
		boss := Member{User: authplugin.User{Name: "Grace"}, Email: "grace@example.com", Nick: "amazing"}
		must(t, db.Create(&boss).Error)
		ada := Member{User: authplugin.User{Name: "Ada", Additional: authplugin.Values{"city": "London"}}, Email: "ADA@example.com", Nick: "ada", BossID: &boss.ID}
		must(t, db.Create(&ada).Error)
		if ada.Rank != "private" || ada.Points != 7 || !idForms[s].MatchString(string(ada.ID)) {
			t.Errorf("created %+v", ada)
		}
		var found Member
		must(t, db.Where("nick = ?", "ada").First(&found).Error)
		if found.Email != "ada@example.com" || found.Name != "Ada" || found.Additional["city"] != "London" || *found.BossID != boss.ID {
			t.Errorf("found %+v", found)
		}
		// The core type sees every column, too.
		var user authplugin.User
		must(t, db.First(&user, ada.ID).Error)
		if user.Email != "ada@example.com" || user.Additional["nick"] != "ada" || user.Additional["rank"] != "private" ||
			user.Additional["points"] != int64(7) || user.Additional["bossId"] != boss.ID || user.Additional["city"] != "London" {
			t.Errorf("as a user: %v", user)
		}
		session := newSession(t, db, ada.ID, "t")
		var s2 authplugin.Session
		must(t, db.Joins("User").First(&s2, session.ID).Error)
		if s2.User.Additional["nick"] != "ada" {
			t.Errorf("joined user %v", s2.User)
		}
		must(t, db.Preload("Sessions").First(&found, ada.ID).Error)
		if len(found.Sessions) != 1 {
			t.Errorf("sessions of a member: %v", found.Sessions)
		}
		must(t, db.Model(&ada).Updates(map[string]any{"points": 8, "city": "Paris"}).Error)
		must(t, db.Model(&Member{}).Where("nick = ?", "ada").Updates(Member{Rank: "major"}).Error)
		must(t, db.First(&found, ada.ID).Error)
		if found.Points != 8 || found.Rank != "major" || found.Additional["city"] != "Paris" {
			t.Errorf("updated %+v", found)
		}
		text, err := json.Marshal(found)
		must(t, err)
		var back Member
		must(t, json.Unmarshal(text, &back))
		if back.Nick != "ada" || back.Name != "Ada" || back.Additional["city"] != "Paris" || back.Points != 8 {
			t.Errorf("JSON %s became %+v", text, back)
		}
		must(t, db.Delete(&Member{}, boss.ID).Error)
		var orphan Member
		must(t, db.First(&orphan, ada.ID).Error)
		if orphan.BossID != nil {
			t.Errorf("boss %v", *orphan.BossID)
		}
		recorder := dbtest.NewRecorder()
		db, auth = useWith(t, d, memberConfig(s), &gorm.Config{Logger: recorder})
		must(t, db.AutoMigrate(auth.Models()...))
		if ddl := recorder.DDL(); len(ddl) > 0 {
			t.Errorf("DDL on an up-to-date database: %v", ddl)
		}
	})
}

// Named has its own TableName, which counts.
type Named struct {
	authplugin.User
}

// TableName names the table.
func (Named) TableName() string { return "people" }

func TestTableNameOfOwnStructCounts(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		db, auth := migrated(t, e, authplugin.Config{User: authplugin.ModelConfig{Model: Named{}}})
		if info, _ := auth.Schema().Model("user"); info.Table != "people" {
			t.Errorf("table %q", info.Table)
		}
		must(t, db.Create(&Named{User: authplugin.User{Name: "a", Email: "a"}}).Error)
		var u authplugin.User
		must(t, db.Table("people").First(&u).Error)
		must(t, db.First(&u, u.ID).Error)
	})
}
