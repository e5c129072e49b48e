package tests

import (
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// Visit is an application's own session, with a typed column and other names.
type Visit struct {
	authplugin.Session `auth:"table:visits;columns:token=secret_key,expiresAt=ends"`

	Device string `gorm:"size:40" auth:"optional"`
	Hits   int    `auth:"default:1"`
}

// MarshalJSON keeps the embedded session's from hiding Visit's own fields.
func (v Visit) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(v) }

// Login is an application's own account.
type Login struct {
	authplugin.Account `auth:"table:logins;columns:accountId=subject"`

	Realm *string `gorm:"size:40" auth:"optional"`
}

// MarshalJSON keeps the embedded account's from hiding Login's own fields.
func (l Login) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(l) }

// Ticket is an application's own verification.
type Ticket struct {
	authplugin.Verification `auth:"table:tickets;columns:identifier=subject"`

	Tries int `auth:"default:0"`
}

// MarshalJSON keeps the embedded verification's from hiding Ticket's own fields.
func (t Ticket) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(t) }

func ownStructs(s authplugin.IDStrategy) authplugin.Config {
	cfg := withHasher(memberConfig(s))
	cfg.Session = authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{Model: Visit{}}, HashTokens: true}
	cfg.Account.ModelConfig = authplugin.ModelConfig{Model: Login{}}
	cfg.Verification = authplugin.VerificationConfig{ModelConfig: authplugin.ModelConfig{Model: Ticket{}}}
	return cfg
}

func sameOwn() cmp.Options {
	return append(same(), cmpopts.IgnoreFields(authplugin.Session{}, "User"), cmpopts.EquateEmpty())
}

// The operations serve the application's own structs, with typed columns, other
// names, and fields of the core that are declared again.
func TestOperationsOnOwnStructs(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		now := noon
		p, ctx := placeOf(migrated(t, e, withClock(ownStructs(s), &now))), t.Context()
		users, sessions := authplugin.UsersOf[Member](p.auth), authplugin.SessionsOf[Visit, Member](p.auth)
		accounts, tickets := authplugin.AccountsOf[Login, Member](p.auth), authplugin.VerificationsOf[Ticket](p.auth)

		ada, err := users.SignUp(ctx, Member{
			User: authplugin.User{Name: "Ada", Additional: authplugin.Values{"city": "London"}}, Email: "ADA@example.com", Nick: "ada",
		}, "horse")
		must(t, err)
		if ada.Email != "ada@example.com" || ada.Rank != "private" || ada.Points != 7 || !idForms[s].MatchString(string(ada.ID)) {
			t.Errorf("signed up %v: %q %q %d", ada, ada.Email, ada.Rank, ada.Points)
		}
		_, err = users.Create(ctx, Member{User: authplugin.User{Name: "x"}, Email: "Ada@example.com", Nick: "x"})
		wantError(t, "taken e-mail", err, authplugin.ErrDuplicate)
		_, err = users.Create(ctx, Member{User: authplugin.User{Name: "x"}, Email: "x@example.com", Nick: "ada"})
		wantError(t, "taken nick", err, authplugin.ErrDuplicate)
		ok, err := accounts.VerifyPassword(ctx, ada.ID, "horse")
		if !ok || err != nil {
			t.Errorf("the password is %v, %v", ok, err)
		}
		byEmail, err := users.FindByEmail(ctx, "ADA@EXAMPLE.COM")
		must(t, err)
		if diff := cmp.Diff(ada, byEmail, sameOwn()); diff != "" {
			t.Errorf("(-signed up +found): %s", diff)
		}
		born := noon.UTC().Truncate(time.Millisecond)
		updated, err := users.Update(ctx, ada.ID, authplugin.Values{"points": 8, "rank": "general", "city": nil, "born": noon, "nick": "countess", "email": "COUNTESS@example.com"})
		must(t, err)
		if updated.Points != 8 || updated.Rank != "general" || updated.Additional["city"] != nil || updated.Born == nil || !updated.Born.Equal(born) || updated.Nick != "countess" || updated.Email != "countess@example.com" {
			t.Errorf("updated %+v", updated)
		}

		visit, err := sessions.Create(ctx, ada.ID, authplugin.SessionOptions{Additional: authplugin.Values{"device": "phone", "hits": 3}})
		must(t, err)
		found, err := sessions.Find(ctx, visit.Token)
		must(t, err)
		if diff := cmp.Diff(visit, found.Session, sameOwn()); diff != "" || found.Session.Device != "phone" || found.Session.Hits != 3 {
			t.Errorf("(-created +found): %s", diff)
		}
		if diff := cmp.Diff(updated, found.User, sameOwn()); diff != "" {
			t.Errorf("(-updated +found): %s", diff)
		}
		visit, err = sessions.Update(ctx, visit.Token, authplugin.Values{"hits": 4})
		must(t, err)
		many, err := sessions.FindMany(ctx, []string{visit.Token})
		must(t, err)
		list, err := sessions.List(ctx, ada.ID)
		must(t, err)
		if visit.Hits != 4 || len(many) != 1 || many[0].Session.Hits != 4 || many[0].User.Points != 8 || len(list) != 1 || list[0].Device != "phone" {
			t.Errorf("visit %+v, found %v, listed %v", visit, many, list)
		}
		now = noon.Add(2 * day)
		if refreshed, err := sessions.Refresh(ctx, visit); !refreshed || err != nil || visit.Hits != 4 || !visit.ExpiresAt.Equal(born.Add(9*day)) {
			t.Errorf("refreshed %v, %v: %+v", refreshed, err, visit)
		}

		login, err := accounts.Link(ctx, Login{Account: authplugin.Account{UserID: ada.ID, ProviderID: "oidc", AccountID: "1"}, Realm: ref("r")})
		must(t, err)
		_, err = accounts.Link(ctx, Login{Account: authplugin.Account{UserID: ada.ID, ProviderID: "oidc", AccountID: "1"}})
		wantError(t, "linked twice", err, authplugin.ErrDuplicate)
		in, err := accounts.SignIn(ctx, authplugin.ProviderIdentity{ProviderID: "oidc", AccountID: "1"})
		must(t, err)
		if in.Account.ID != login.ID || *in.Account.Realm != "r" || in.User.Points != 8 {
			t.Errorf("signed in %+v", in)
		}
		new1, err := accounts.SignIn(ctx, authplugin.ProviderIdentity{ProviderID: "oidc", AccountID: "2", Email: "Bob@example.com", Name: "Bob"})
		must(t, err)
		if !new1.Created || new1.User.Email != "bob@example.com" || new1.User.Rank != "private" || new1.Account.UserID != new1.User.ID {
			t.Errorf("signed up %+v", new1)
		}
		withAccounts, err := users.FindByID(ctx, ada.ID, authplugin.WithAccounts())
		must(t, err)
		if len(withAccounts.Accounts) != 2 {
			t.Errorf("Ada has %v", withAccounts.Accounts)
		}

		ticket, err := tickets.Create(ctx, "x", "1", authplugin.VerificationOptions{Additional: authplugin.Values{"tries": 2}})
		must(t, err)
		taken, err := tickets.Consume(ctx, "x")
		must(t, err)
		if diff := cmp.Diff(ticket, taken, sameOwn()); diff != "" || taken.Tries != 2 {
			t.Errorf("(-created +consumed): %s", diff)
		}
		_, err = tickets.Reserve(ctx, "x", "1", authplugin.VerificationOptions{})
		must(t, err)
		_, err = tickets.Reserve(ctx, "x", "1", authplugin.VerificationOptions{})
		wantError(t, "reserved twice", err, authplugin.ErrDuplicate)

		// The types of the core see the same rows.
		core, err := p.auth.Sessions().Find(ctx, visit.Token)
		must(t, err)
		if core.User.Additional["points"] != int64(8) || core.Session.Additional["hits"] != int64(4) {
			t.Errorf("the core finds %v and %v", core.User.Additional, core.Session.Additional)
		}
		must(t, users.Delete(ctx, ada.ID))
		if got := p.counts(t); got != [4]int{1, 0, 1, 1} {
			t.Errorf("rows %v", got)
		}
	})
}

// Patron has what the tags of GORM leave to GORM.
type Patron struct {
	authplugin.User `auth:"table:patrons"`

	Points int       `gorm:"default:7"`
	Code   string    `gorm:"size:20;default:(lower('ABC'))" auth:"optional"`
	Seen   time.Time `gorm:"autoCreateTime"`
	Note   *string   `gorm:"->;size:20" auth:"optional"`
	Admin  *bool     `gorm:"default:true"`

	Level *int           `auth:"optional"`
	Small uint8          `auth:"optional"`
	Ratio *float64       `auth:"optional"`
	Title sql.NullString `gorm:"size:20"`
	Left  sql.NullTime   `auth:"optional"`
	Last  *time.Time     `auth:"optional"`
	Tags  []string       `gorm:"serializer:json" auth:"optional"`
	Blob  []byte         `auth:"optional"`
	Gone  gorm.DeletedAt `auth:"optional"`
	Mood  mood           `gorm:"size:9" auth:"optional"`
	Boss  *authplugin.ID `auth:"references:user;optional;onDelete:set null"`
}

type mood string

// MarshalJSON keeps the embedded user's from hiding Patron's own fields.
func (p Patron) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(p) }

// The operations write what db.Create writes, also where tags of GORM have a say.
func TestOperationsCreateAsGORM(t *testing.T) {
	t.Parallel()
	eachStrategy(t, func(t *testing.T, e dbtest.Engine, s authplugin.IDStrategy) {
		cfg := authplugin.Config{GenerateID: s, User: authplugin.ModelConfig{Model: Patron{}}}
		db, auth := migrated(t, e, cfg)
		ctx, users := t.Context(), authplugin.UsersOf[Patron](auth)
		for name, edit := range map[string]func(p *Patron){
			"zero":  func(*Patron) {},
			"given": func(p *Patron) { p.Points, p.Code, p.Seen, p.Admin = 9, "x", noon.AddDate(1, 0, 0), ref(false) },
			"more": func(p *Patron) {
				p.Level, p.Small, p.Ratio, p.Title, p.Left = ref(-3), 255, ref(0.5), sql.NullString{String: "Dr", Valid: true}, sql.NullTime{Time: noon.UTC().Truncate(time.Millisecond), Valid: true}
				p.Last, p.Tags, p.Blob, p.Mood = ref(noon.UTC().Truncate(time.Millisecond)), []string{"a", "b"}, []byte{0, 255}, "glad"
			},
			"note": func(p *Patron) { p.Note = ref("not to be written") },
		} {
			p := Patron{User: authplugin.User{Name: name}}
			edit(&p)
			byGORM, paired := p, p
			p.Email, byGORM.Email, paired.Email = name+"@example.com", "g"+name+"@example.com", "p"+name+"@example.com"
			must(t, db.Create(&byGORM).Error)
			created, err := users.Create(ctx, p)
			must(t, err)
			pair, _, err := users.CreateWithAccount(ctx, paired, authplugin.Account{ProviderID: "github", AccountID: name})
			must(t, err)
			ignored := append(sameOwn(), cmpopts.IgnoreFields(Patron{}, "Seen"), cmpopts.IgnoreFields(authplugin.User{}, "ID", "Email", "CreatedAt", "UpdatedAt"))
			for what, got := range map[string]*Patron{"created": created, "created with account": pair} {
				if diff := cmp.Diff(&byGORM, got, ignored); diff != "" || got.Seen.IsZero() {
					t.Errorf("%s, %s (-db.Create +got): %s", name, what, diff)
				}
				var want Patron
				must(t, db.First(&want, "id = ?", byGORM.ID).Error)
				found, err := users.FindByID(ctx, got.ID)
				must(t, err)
				if diff := cmp.Diff(&want, found, ignored); diff != "" || found.Seen.IsZero() || name == "given" && !found.Seen.Equal(want.Seen) {
					t.Errorf("%s, %s, as stored (-db.Create +got): %s", name, what, diff)
				}
			}
		}
	})
}

// Another struct than the configured one is refused, with the reason.
func TestOperationsOnForeignStructs(t *testing.T) {
	t.Parallel()
	e := dbtest.Named(t, "sqlite-pure")
	_, auth := migrated(t, e, authplugin.Config{})
	ctx := t.Context()
	for name, f := range map[string]func() error{
		"member":  func() error { _, err := authplugin.UsersOf[Member](auth).Create(ctx, Member{}); return err },
		"session": func() error { _, err := authplugin.UsersOf[authplugin.Session](auth).FindByID(ctx, "x"); return err },
		"joined": func() error {
			_, err := authplugin.SessionsOf[authplugin.Session, Member](auth).Find(ctx, "x")
			return err
		},
		"int": func() error { _, err := authplugin.VerificationsOf[int](auth).Find(ctx, "x"); return err },
	} {
		if err := f(); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	unused := authplugin.New(authplugin.Config{})
	_, err := unused.Users().FindByID(ctx, "x")
	wantError(t, "before Use", err, authplugin.ErrNotInitialized)
	wantError(t, "before Use", unused.Transaction(ctx, nil), authplugin.ErrNotInitialized)
	_, err = unused.Accounts().SignIn(ctx, octocat())
	wantError(t, "before Use", err, authplugin.ErrNotInitialized)
}
