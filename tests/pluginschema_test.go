package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/driver/sqlserver"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authtest"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// setOf is a plugin made of its parts.
type setOf struct {
	id     string
	schema authplugin.PluginSchema
	hooks  authplugin.Hooks
}

func (s setOf) ID() string                      { return s.id }
func (s setOf) Schema() authplugin.PluginSchema { return s.schema }
func (s setOf) Hooks() authplugin.Hooks         { return s.hooks }

// everyType is a plugin whose model is data, with a field of each type.
func everyType() authplugin.Plugin {
	return setOf{id: "every-type", schema: authplugin.PluginSchema{
		Models: []authplugin.PluginModel{{Name: "everything", Fields: authplugin.Fields{
			"aText":     {Type: authplugin.String},
			"aShort":    {Type: authplugin.String, Size: 12, Unique: true},
			"aNumber":   {Type: authplugin.Number},
			"aFloat":    {Type: authplugin.Float, Optional: true},
			"aBigInt":   {Type: authplugin.BigInt},
			"aBoolean":  {Type: authplugin.Boolean},
			"aDate":     {Type: authplugin.Date, Index: true},
			"aJson":     {Type: authplugin.JSON},
			"texts":     {Type: authplugin.StringArray},
			"numbers":   {Type: authplugin.NumberArray},
			"anEnum":    {Type: authplugin.Enum("one", "two")},
			"aSecret":   {Type: authplugin.String, Hidden: true},
			"passkeyId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "passkey"}},
		}}},
		Fields: map[string]authplugin.Fields{"user": {
			"twoFactorSecret": {Type: authplugin.String, Optional: true, Hidden: true},
			"keyCount":        {Type: authplugin.Number, DefaultValue: 0}, // as keyring has it
		}},
	}}
}

// The conformance run, on plugins with structs and with data, that add to each other.
func TestPluginConformance(t *testing.T) {
	t.Parallel()
	authtest.Run(t, func() authplugin.Config {
		return authplugin.Config{
			Plugins:   []authplugin.Plugin{keyring{}, everyType(), clubs{}},
			RateLimit: authplugin.RateLimitConfig{Storage: authplugin.StorageDatabase},
		}
	})
}

type Medal struct {
	ID        authplugin.ID
	GivenBy   *string
	Grade     string
	Points    int
	RateLimit int64
	UserID    authplugin.ID `auth:"references:user"`
}

// TableName is called by GORM.
func (Medal) TableName(n schema.Namer) string { return authplugin.TableName(n, "medal") }

// A struct and data make the same table on every database.
func TestPluginStructAndDataAreEqual(t *testing.T) {
	t.Parallel()
	grade := authplugin.Field{Type: authplugin.Enum("gold", "silver"), Sortable: true, Size: 20, Column: "medal_grade"}
	plan := func(t *testing.T, dialector gorm.Dialector, m authplugin.PluginModel) string {
		t.Helper()
		described, err := authplugin.Describe(authplugin.Config{
			Plugins: []authplugin.Plugin{setOf{id: "medals", schema: authplugin.PluginSchema{Models: []authplugin.PluginModel{m}}}},
		}, dialector)
		must(t, err)
		return described.Plan.SQL()
	}
	for name, dialector := range map[string]func() gorm.Dialector{
		"sqlite":   func() gorm.Dialector { return sqlite.Open(":memory:") },
		"postgres": func() gorm.Dialector { return postgres.Open("") },
		"mysql": func() gorm.Dialector {
			return mysql.New(mysql.Config{DSN: "u@tcp(127.0.0.1:1)/d", SkipInitializeWithVersion: true, ServerVersion: "8.0.36"})
		},
		"sqlserver": func() gorm.Dialector { return sqlserver.Open("") },
	} {
		typed := plan(t, dialector(), authplugin.PluginModel{Name: "medal", Struct: Medal{}, Fields: authplugin.Fields{"grade": grade}})
		data := plan(t, dialector(), authplugin.PluginModel{Name: "medal", Fields: authplugin.Fields{
			"grade": grade, "givenBy": {Type: authplugin.String, Optional: true}, "points": {Type: authplugin.Number},
			"rateLimit": {Type: authplugin.BigInt}, "userId": {Type: authplugin.String, References: &authplugin.Reference{Model: "user"}},
		}})
		if typed != data {
			t.Errorf("%s: the struct gives\n%s\nthe data\n%s", name, typed, data)
		}
		if !strings.Contains(typed, "medal_grade") {
			t.Errorf("%s: %s", name, typed)
		}
	}
}

// A table without migrations is left as it is, by the library and by GORM.
func TestNoMigration(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		use(t, d, authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{clubs{}}})
		cfg := authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{clubs{}}, Models: map[string]authplugin.ModelConfig{
			"club": {NoMigration: true},
			"seat": {AdditionalFields: authplugin.Fields{"colour": {Type: authplugin.String, Optional: true}}},
		}}
		// Something in it that the library would report.
		must(t, d.Open(t, nil).Exec("ALTER TABLE clubs ADD COLUMN needed integer NOT NULL DEFAULT 1").Error)
		cfg.Plugins = append(cfg.Plugins, setOf{id: "more", schema: authplugin.PluginSchema{Fields: map[string]authplugin.Fields{
			"user": {"clubId": {Type: authplugin.String, Optional: true, References: &authplugin.Reference{Model: "club"}}},
		}}})
		db, auth := use(t, d, cfg)
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("plan %s", plan)
		}
		info, _ := auth.Schema().Model("club")
		if !info.NoMigration || len(auth.Models()) != 5 {
			t.Errorf("%v, %d models", info, len(auth.Models()))
		}
		type Poster struct {
			ID     int
			ClubID authplugin.ID
			Club   Club
		}
		must(t, db.AutoMigrate(&Poster{}))
		club, err := authplugin.RowsOf[Club](auth).Create(t.Context(), Club{Slug: "one"})
		must(t, err)
		must(t, db.Create(&Poster{ClubID: club.ID}).Error)

		// Without the table nothing makes it.
		empty := e.New(t)
		cfg.Plugins = cfg.Plugins[:1]
		cfg.Models["seat"] = authplugin.ModelConfig{NoMigration: true}
		db, auth = use(t, empty, cfg)
		if db.Migrator().HasTable("clubs") || db.Migrator().HasTable("seats") {
			t.Error("the tables are there")
		}
		plan, err = auth.PlanMigration(t.Context())
		must(t, err)
		if !plan.Empty() || len(plan.Drift) > 0 {
			t.Errorf("plan %s", plan)
		}
	})
}

// Further values of an enum change no column.
func TestEnumValuesTakeNoMigration(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		d := e.New(t)
		cfg := authplugin.Config{AutoMigrate: true, Plugins: []authplugin.Plugin{setOf{id: "notes", schema: authplugin.PluginSchema{
			Models: []authplugin.PluginModel{{Name: "note", Fields: authplugin.Fields{"color": {Type: authplugin.Enum("none"), DefaultValue: "none"}}}},
		}}}}
		use(t, d, cfg)
		cfg.AutoMigrate, cfg.Models = false, map[string]authplugin.ModelConfig{"note": {EnumValues: map[string][]string{"color": {"red", "none"}}}}
		_, auth := use(t, d, cfg)
		plan, err := auth.PlanMigration(t.Context())
		must(t, err)
		if plan.String() != "up to date\n" {
			t.Errorf("plan %s", plan)
		}
		if _, err := auth.Records("note").Create(t.Context(), authplugin.Values{"color": "red"}); err != nil {
			t.Error(err)
		}
		note, _ := auth.Schema().Model("note")
		if color, _ := note.Field("color"); !slices.Equal(color.Enum, []string{"none", "red"}) {
			t.Errorf("values %v", color.Enum)
		}
	})
}

// The application renames, adds and extends by the option of a plugin.
func TestPluginSchemaOption(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		plugin := setOf{id: "roles", schema: authplugin.PluginSchema{
			Models: []authplugin.PluginModel{{Name: "grant", Fields: authplugin.Fields{"what": {Type: authplugin.Enum("read"), DefaultValue: "read"}}}},
			Fields: map[string]authplugin.Fields{"user": {"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user"}}},
			Config: map[string]authplugin.ModelConfig{
				"grant": {
					Table: "rights", Columns: map[string]string{"what": "allowed"}, EnumValues: map[string][]string{"what": {"write", "read"}},
					AdditionalFields: authplugin.Fields{"note": {Type: authplugin.String, Optional: true}}, GenerateID: authplugin.Serial,
				},
				"user": {Columns: map[string]string{"role": "rank"}, EnumValues: map[string][]string{"role": {"owner"}}},
			},
		}}
		db, auth := migrated(t, e, authplugin.Config{Plugins: []authplugin.Plugin{plugin}, User: authplugin.ModelConfig{Table: "people"}})
		record, err := auth.Records("grant").Create(t.Context(), authplugin.Values{"what": "write", "note": "x"})
		must(t, err)
		if record["id"] != "1" {
			t.Errorf("record %v", record)
		}
		var n int64
		must(t, db.Table("rights").Where("allowed = ? AND note = ?", "write", "x").Count(&n).Error)
		_, err = auth.Users().Create(t.Context(), authplugin.User{Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"role": "owner"}})
		must(t, err)
		var m int64
		must(t, db.Table("people").Where(map[string]any{"rank": "owner"}).Count(&m).Error)
		if n != 1 || m != 1 {
			t.Errorf("%d grants, %d users", n, m)
		}
		_, err = auth.Users().Create(t.Context(), authplugin.User{Name: "Eve", Email: "eve@example.com", Additional: authplugin.Values{"role": "king"}})
		if !errors.Is(err, authplugin.ErrInvalid) {
			t.Errorf("another role: %v", err)
		}
		field, _ := auth.Schema().Models()[0].Field("note")
		for _, info := range auth.Schema().Models() {
			if info.Name == "grant" {
				field, _ = info.Field("note")
			}
		}
		if field.Origin != authplugin.OriginConfig {
			t.Errorf("the field comes from %q", field.Origin)
		}
	})
}

// A hidden field that a plugin adds to users is nowhere shown.
func TestHiddenFieldOfAPlugin(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		_, auth := migrated(t, e, authplugin.Config{Plugins: []authplugin.Plugin{keyring{}, everyType()}})
		ctx := t.Context()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com", Additional: authplugin.Values{"twoFactorSecret": topSecret}})
		must(t, err)
		session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		found, err := auth.Sessions().Find(ctx, session.Token)
		must(t, err)
		byID, err := auth.Users().FindByID(ctx, user.ID)
		must(t, err)
		for what, u := range map[string]authplugin.User{"created": *user, "of the session": *found.User, "found": *byID} {
			shown, err := auth.Output("user", u)
			must(t, err)
			text, err := json.Marshal(u)
			must(t, err)
			if all := fmt.Sprintf("%v %s %v %+v", shown, text, u, u); strings.Contains(all, topSecret) {
				t.Errorf("%s: %s", what, all)
			}
		}
		if byID.Additional["twoFactorSecret"] != topSecret {
			t.Error("the library itself does not read it")
		}
		if _, err := auth.ParseInput("user", map[string]any{"nick": "x"}, authplugin.OperationUpdate); err == nil {
			t.Error("an unknown field")
		}
	})
}

var errBanned = authplugin.NewAPIError(http.StatusForbidden, "BANNED", "this user is banned")

// A plugin refuses sessions for some users: its hook loads the user.
func TestSessionHookLoadsTheUser(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		plugin := setOf{id: "bans", schema: authplugin.PluginSchema{Fields: map[string]authplugin.Fields{
			"user": {"banned": {Type: authplugin.Boolean, DefaultValue: false, ServerOnly: true}},
		}}, hooks: authplugin.Hooks{Session: authplugin.ModelHooks[authplugin.Session]{
			BeforeCreate: func(h *authplugin.HookContext, s *authplugin.Session) error {
				user, err := h.Auth.Users().FindByID(h.Context, s.UserID)
				if err != nil {
					return err
				}
				if user.Additional.Bool("banned") {
					return errBanned
				}
				return nil
			},
		}}}
		_, auth := migrated(t, e, authplugin.Config{Plugins: []authplugin.Plugin{plugin}})
		ctx := t.Context()
		user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
		must(t, err)
		_, err = auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
		must(t, err)
		// The ban and the session in one transaction: the hook sees it.
		err = auth.Transaction(ctx, func(tx *authplugin.Auth) error {
			if _, err := tx.Users().Update(ctx, user.ID, authplugin.Values{"banned": true}); err != nil {
				return err
			}
			_, err := tx.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{})
			return err
		})
		if !errors.Is(err, errBanned) {
			t.Errorf("a banned user: %v", err)
		}
	})
}
