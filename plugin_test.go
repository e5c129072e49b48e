package authplugin

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver "sqlite", which needs no C compiler
)

// openUnused gives a test a database without the plugin.
func openUnused(t *testing.T) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(sqlite.New(sqlite.Config{DriverName: "sqlite", DSN: filepath.Join(t.TempDir(), "test.db")}), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if pool, err := db.DB(); err == nil {
			_ = pool.Close()
		}
	})
	return db
}

// ownCallbacks are the library's callbacks, as GORM has them.
func ownCallbacks(db *gorm.DB) []string {
	var names []string
	chains := db.Callback()
	for _, chain := range []any{chains.Create(), chains.Update(), chains.Query(), chains.Row(), chains.Delete(), chains.Raw()} {
		callbacks := reflect.ValueOf(chain).Elem().FieldByName("callbacks")
		for i := range callbacks.Len() {
			if name, ok := strings.CutPrefix(callbacks.Index(i).Elem().FieldByName("name").String(), Name+":"); ok {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Whichever callback cannot be registered, none is left, and the application's run.
func TestCallbacksAreRemovedWhenOneFails(t *testing.T) {
	t.Parallel()
	for name, conflict := range map[string]func(db *gorm.DB) error{
		"first": func(db *gorm.DB) error {
			return db.Callback().Create().Before("authplugin:prepare_create").After("gorm:create").Register("app:c", func(*gorm.DB) {})
		},
		"last": func(db *gorm.DB) error {
			return db.Callback().Raw().Before("authplugin:guard_ddl").After("gorm:raw").Register("app:c", func(*gorm.DB) {})
		},
		"of hooks": func(db *gorm.DB) error {
			return db.Callback().Delete().Before("authplugin:after_delete_hooks").After("gorm:commit_or_rollback_transaction").Register("app:c", func(*gorm.DB) {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openUnused(t)
			if err := conflict(db); err != nil {
				t.Fatal(err)
			}
			auth := New(Config{Hooks: Hooks{User: ModelHooks[User]{AfterDelete: func(*HookContext, *User) error { return nil }}}})
			first := db.Use(auth)
			if first == nil || !strings.Contains(first.Error(), "cannot register the GORM callback") {
				t.Fatalf("db.Use: %v", first)
			}
			if left := ownCallbacks(db); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			if _, ok := db.Logger.(redactingLogger); ok {
				t.Error("the logger was not put back")
			}
			if again := db.Use(auth); !errors.Is(again, first) {
				t.Errorf("db.Use again: %v", again)
			}
			if err := db.Use(New(Config{})); !errors.Is(err, errAlreadyBound) {
				t.Errorf("another Auth: %v", err)
			}
			if err := openUnused(t).Use(auth); err != nil {
				t.Errorf("the same Auth on a new database: %v", err)
			}
			type Article struct{ ID uint }
			if err := db.AutoMigrate(&Article{}); err != nil {
				t.Error(err)
			}
			if a := (Article{}); db.Create(&a).Error != nil || a.ID != 1 {
				t.Errorf("created %v", a)
			}
		})
	}
}

func TestCallbackNamesAreComplete(t *testing.T) {
	t.Parallel()
	db := openUnused(t)
	if err := db.Use(New(Config{})); err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(slices.Values(callbackNames))
	if got := ownCallbacks(db); !slices.Equal(got, want) {
		t.Errorf("GORM has %v, callbackNames are %v", got, want)
	}
	db = openUnused(t)
	hooks := Hooks{User: ModelHooks[User]{AfterDelete: func(*HookContext, *User) error { return nil }}}
	if err := db.Use(New(Config{Hooks: hooks})); err != nil {
		t.Fatal(err)
	}
	want = slices.Sorted(slices.Values(slices.Concat(callbackNames, hookCallbackNames)))
	if got := ownCallbacks(db); !slices.Equal(got, want) {
		t.Errorf("with hooks GORM has %v, want %v", got, want)
	}
}

// The same mistakes are reported each time, and db is left as it was.
func TestConfigMistakesAreReportedAgain(t *testing.T) {
	t.Parallel()
	db := openUnused(t)
	naming := db.NamingStrategy
	auth := New(Config{User: ModelConfig{Table: "x;y"}, Session: SessionConfig{ModelConfig: ModelConfig{AdditionalFields: Fields{"a": {}}}}})
	first := db.Use(auth)
	var mistake *ConfigError
	if !errors.As(first, &mistake) {
		t.Fatalf("db.Use: %v", first)
	}
	if again := db.Use(auth); again == nil || again.Error() != first.Error() {
		t.Errorf("db.Use again: %v, want %v", again, first)
	}
	if !reflect.DeepEqual(db.NamingStrategy, naming) {
		t.Error("the naming strategy was changed")
	}
	if err := db.Use(New(Config{})); err != nil {
		t.Errorf("with the mistakes mended: %v", err)
	}
}

// A binding that fails has changed what GORM knows of the models.
func TestBindingFailsAgain(t *testing.T) {
	t.Parallel()
	db := openUnused(t)
	if err := (&gorm.Statement{DB: db}).Parse(&Verification{}); err != nil {
		t.Fatal(err)
	}
	auth := New(Config{Verification: VerificationConfig{ModelConfig: ModelConfig{Table: "checks"}}})
	for range 2 {
		if err := db.Use(auth); !errors.Is(err, errBoundTooLate) {
			t.Errorf("db.Use too late: %v", err)
		}
	}
	if err := db.Use(New(Config{})); !errors.Is(err, errAlreadyBound) {
		t.Errorf("another Auth: %v", err)
	}
}

type nickMember struct {
	User

	Nick string
}

// A field that is there twice, in the map and as a Go field, is a mistake,
// whoever has added the one in the map.
func TestFieldInMapAndStruct(t *testing.T) {
	t.Parallel()
	nick := Fields{"nick": {Type: String, Optional: true}}
	for name, test := range map[string]struct {
		cfg Config
		at  string
	}{
		"configuration": {Config{User: ModelConfig{Model: nickMember{}, AdditionalFields: nick}}, `User.AdditionalFields["nick"]`},
		"other type": {
			Config{User: ModelConfig{Model: nickMember{}, AdditionalFields: Fields{"nick": {Type: Number, Optional: true}}}},
			`User.AdditionalFields["nick"]`,
		},
		"plugin": {
			Config{User: ModelConfig{Model: nickMember{}}, Plugins: []Plugin{nickPlugin{nick}}},
			`Plugins[0].Schema().Fields["user"]["nick"]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.cfg.Validate()
			var mistake *ConfigError
			if !errors.As(err, &mistake) {
				t.Fatalf("Validate: %v", err)
			}
			if mistake.Path != "User.Model" || !strings.Contains(mistake.Problem, "nickMember.Nick") || !strings.Contains(mistake.Problem, test.at) {
				t.Errorf("the mistake does not name both places: %v", mistake)
			}
		})
	}
}

type nickPlugin struct{ fields Fields }

func (nickPlugin) ID() string { return "nick" }

func (p nickPlugin) Schema() PluginSchema {
	return PluginSchema{Fields: map[string]Fields{ModelUser: p.fields}}
}
