package tests

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Passkey is a plugin's own struct.
type Passkey struct {
	ID        authplugin.ID
	Name      *string
	UserID    authplugin.ID `auth:"references:user"`
	PublicKey string        `auth:"secret"`
	Counter   int
	BackedUp  bool
	LastUsed  *time.Time
	Meta      map[string]any `gorm:"serializer:json"`

	Additional authplugin.Values `gorm:"-"`
	User       *authplugin.User  `gorm:"foreignKey:UserID;constraint:-"`
}

// TableName is called by GORM.
func (Passkey) TableName(n schema.Namer) string { return authplugin.TableName(n, "passkey") }

// keyring adds a typed model, one that is data only, and fields to others.
type keyring struct{}

func (keyring) ID() string { return "keyring" }

func (keyring) Schema() authplugin.PluginSchema {
	return authplugin.PluginSchema{
		Models: []authplugin.PluginModel{
			{Name: "passkey", Struct: Passkey{}, Fields: authplugin.Fields{"aaguid": {Type: authplugin.String, Optional: true}}},
			{
				Name: "keyUse",
				Fields: authplugin.Fields{
					"passkeyId": {Type: authplugin.String, References: &authplugin.Reference{Model: "passkey"}},
					"usedAt":    {Type: authplugin.Date, Index: true},
					"place":     {Type: authplugin.String, Sortable: true, Optional: true},
				},
				Indexes: []authplugin.Index{{Fields: []string{"passkeyId", "place"}, Unique: true}},
			},
		},
		Fields: map[string]authplugin.Fields{
			"user":      {"keyCount": {Type: authplugin.Number, DefaultValue: 0}},
			"session":   {"passkeyId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "passkey", OnDelete: authplugin.SetNull}}},
			"rateLimit": {"note": {Type: authplugin.String, Optional: true}},
		},
	}
}

func pluginConfig(s authplugin.IDStrategy) authplugin.Config {
	return authplugin.Config{
		GenerateID: s, Plugins: []authplugin.Plugin{keyring{}}, AutoMigrate: true,
		Models: map[string]authplugin.ModelConfig{
			"passkey": {
				Table: "auth_keys", Columns: map[string]string{"publicKey": "pub", "label": "tag", "aaguid": "aa_guid"},
				AdditionalFields: authplugin.Fields{"label": {Type: authplugin.String, DefaultValue: "key"}},
			},
		},
	}
}

func TestPluginModels(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		d := e.New(t)
		db, auth := use(t, d, pluginConfig(s))
		columns := map[string][]string{}
		for _, m := range auth.Schema().Models() {
			for _, f := range m.Fields {
				if m.Name == "passkey" || m.Name == "keyUse" {
					columns[m.Table] = append(columns[m.Table], f.Column)
				}
			}
		}
		want := map[string][]string{
			"auth_keys": {"id", "name", "user_id", "pub", "counter", "backed_up", "last_used", "meta", "aa_guid", "tag"},
			"key_uses":  {"id", "passkey_id", "place", "used_at"},
		}
		if diff := cmp.Diff(want, columns); diff != "" {
			t.Fatal(diff)
		}
		ada := newUser(t, db, "ada")
		if ada.Additional["keyCount"] != int64(0) {
			t.Errorf("user %v", ada)
		}
		used := noon
		key := Passkey{UserID: ada.ID, PublicKey: topSecret, Counter: 3, LastUsed: &used, Meta: map[string]any{"a": "b"}, Additional: authplugin.Values{"aaguid": "x"}}
		must(t, db.Create(&key).Error)
		var found Passkey
		must(t, db.Joins("User").First(&found, key.ID).Error)
		if found.UserID != ada.ID || found.User.ID != ada.ID || found.PublicKey != topSecret || found.Counter != 3 ||
			!found.LastUsed.Equal(noon.Truncate(time.Millisecond)) || found.Meta["a"] != "b" ||
			found.Additional["label"] != "key" || found.Additional["aaguid"] != "x" {
			t.Errorf("found %+v", found)
		}
		session := authplugin.Session{UserID: ada.ID, Token: "t", ExpiresAt: noon, Additional: authplugin.Values{"passkeyId": key.ID}}
		must(t, db.Create(&session).Error)
		must(t, db.Model(&key).Updates(map[string]any{"label": "mine", "counter": 4}).Error)
		must(t, db.First(&found, "tag = ?", "mine").Error)
		must(t, db.Delete(&Passkey{}, key.ID).Error)
		var after authplugin.Session
		must(t, db.First(&after, session.ID).Error)
		if !after.Additional.IsNull("passkeyId") {
			t.Errorf("session %v", after)
		}
		recorder := dbtest.NewRecorder()
		db, auth = useWith(t, d, pluginConfig(s), &gorm.Config{Logger: recorder})
		must(t, db.AutoMigrate(auth.Models()...))
		if ddl := recorder.DDL(); len(ddl) > 0 {
			t.Errorf("DDL on an up-to-date database: %v", ddl)
		}
	})
}

// A plugin that is added later brings its tables and columns along.
func TestPluginAddedLater(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		d := e.New(t)
		db, _ := use(t, d, authplugin.Config{GenerateID: s, AutoMigrate: true})
		old := newUser(t, db, "ada")
		session := newSession(t, db, old.ID, "t")
		db, auth := use(t, d, pluginConfig(s))
		var u authplugin.User
		must(t, db.First(&u, old.ID).Error)
		if u.Additional["keyCount"] != int64(0) {
			t.Errorf("old user %v", u)
		}
		must(t, db.First(&authplugin.Session{}, session.ID).Error)
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("plan %s", plan)
		}
	})
}

func TestDatabaseSchema(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "postgres")
	for _, s := range strategies() {
		d := e.NewWithOwnDatabase(t)
		other := d.Open(t, nil)
		// A table of the same name in another schema is not ours.
		must(t, other.Exec(`CREATE TABLE users (id int, phone text NOT NULL)`).Error)
		cfg := pluginConfig(s)
		cfg.DatabaseSchema = "auth"
		cfg.Verification.Table = "public.proofs"
		db, _ := use(t, d, cfg)
		var tables []string
		must(t, db.Raw("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema IN ('auth', 'public') ORDER BY 1").Scan(&tables).Error)
		want := []string{"auth.accounts", "auth.auth_keys", "auth.key_uses", "auth.sessions", "auth.users", "public.proofs", "public.users"}
		if diff := cmp.Diff(want, tables); diff != "" {
			t.Error(diff)
		}
		ada := newUser(t, db, "ada")
		newSession(t, db, ada.ID, "t")
		var session authplugin.Session
		must(t, db.Joins("User").Preload("User.Sessions").First(&session, "sessions.token = ?", "t").Error)
		if session.User.Name != "ada" || len(session.User.Sessions) != 1 {
			t.Errorf("session %v", session)
		}
		must(t, db.Create(&authplugin.Verification{Identifier: "i", Value: "v", ExpiresAt: noon}).Error)
		must(t, db.Model(&ada).Update("name", "Ada").Error)
		must(t, db.Where(&authplugin.User{ID: ada.ID}).Delete(&authplugin.User{}).Error)
		recorder := dbtest.NewRecorder()
		db, auth := useWith(t, d, cfg, &gorm.Config{Logger: recorder})
		must(t, db.AutoMigrate(auth.Models()...))
		if ddl := recorder.DDL(); len(ddl) > 0 {
			t.Errorf("DDL on an up-to-date database: %v", ddl)
		}
	}
}

// Two databases with two configurations in one process do not see each other.
func TestTwoDatabases(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		one, _ := migrated(t, e, authplugin.Config{
			GenerateID: authplugin.Serial,
			User:       authplugin.ModelConfig{Table: "people", AdditionalFields: authplugin.Fields{"role": {Type: authplugin.String, Optional: true}}},
		})
		two, _ := migrated(t, e, authplugin.Config{
			Naming: authplugin.BetterAuthNaming,
			User:   authplugin.ModelConfig{AdditionalFields: authplugin.Fields{"lang": {Type: authplugin.String, DefaultValue: "en", Hidden: true}}},
		})
		a, b := newUser(t, one, "ada"), newUser(t, two, "ada")
		if a.ID != "1" || len(b.ID) != 32 || a.Additional.Has("lang") || b.Additional["lang"] != "en" {
			t.Errorf("one %v, two %v", a, b)
		}
		text, err := json.Marshal([]authplugin.User{a, b})
		must(t, err)
		if strings.Contains(string(text), "lang") {
			t.Errorf("JSON %s", text)
		}
		for db, want := range map[*gorm.DB]string{one: "people", two: "user"} {
			stmt := &gorm.Statement{DB: db}
			must(t, stmt.Parse(&authplugin.User{}))
			if stmt.Schema.Table != want {
				t.Errorf("table %s, want %s", stmt.Schema.Table, want)
			}
		}
	})
}
