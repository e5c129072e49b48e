package bench

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gorm-auth/authplugin"
)

// The models that an application without the plugin would write: the same
// columns and indexes, and the additional field as an ordinary one.
type plainUser struct {
	ID            string `gorm:"primaryKey;size:36"`
	Name          string `gorm:"size:255;not null"`
	Email         string `gorm:"size:255;not null;uniqueIndex"`
	EmailVerified bool   `gorm:"not null"`
	Image         *string
	CreatedAt     time.Time `gorm:"not null"`
	UpdatedAt     time.Time `gorm:"not null"`
	Nickname      string    `gorm:"size:64;not null;index"`
}

type plainSession struct {
	ID        string     `gorm:"primaryKey;size:36"`
	UserID    string     `gorm:"size:36;not null;index"`
	User      *plainUser `gorm:"constraint:OnDelete:CASCADE"`
	Token     string     `gorm:"size:255;not null;uniqueIndex"`
	ExpiresAt time.Time  `gorm:"not null;index"`
	IPAddress string
	UserAgent string
	CreatedAt time.Time `gorm:"not null"`
	UpdatedAt time.Time `gorm:"not null"`
	Device    *string
}

type plainAccount struct {
	ID                    string     `gorm:"primaryKey;size:36"`
	UserID                string     `gorm:"size:36;not null;index"`
	User                  *plainUser `gorm:"constraint:OnDelete:CASCADE"`
	AccountID             string     `gorm:"size:255;not null;uniqueIndex:plain_account,priority:2"`
	ProviderID            string     `gorm:"size:255;not null;uniqueIndex:plain_account,priority:1"`
	AccessToken           *string
	RefreshToken          *string
	IDToken               *string
	AccessTokenExpiresAt  *time.Time
	RefreshTokenExpiresAt *time.Time
	Scope                 *string
	Password              *string
	CreatedAt             time.Time `gorm:"not null"`
	UpdatedAt             time.Time `gorm:"not null"`
}

type plainVerification struct {
	ID         string    `gorm:"primaryKey;size:36"`
	Identifier string    `gorm:"size:255;not null;index"`
	Value      string    `gorm:"not null"`
	ExpiresAt  time.Time `gorm:"not null;index"`
	CreatedAt  time.Time `gorm:"not null"`
	UpdatedAt  time.Time `gorm:"not null"`
}

func plainModels() []any {
	return []any{&plainUser{}, &plainSession{}, &plainAccount{}, &plainVerification{}}
}

// config is that of the authplugin variants.
func config() authplugin.Config {
	return authplugin.Config{
		AutoMigrate: true,
		// Nothing that is measured runs it; it is there so that hooks are.
		Hooks: authplugin.Hooks{Verification: authplugin.ModelHooks[authplugin.Verification]{
			BeforeUpdate: func(*authplugin.HookContext, *authplugin.Change[authplugin.Verification]) error {
				return authplugin.ErrAborted
			},
		}},
		User: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"nickname": {Type: authplugin.String, Size: 64, Index: true},
		}},
		Session: authplugin.SessionConfig{ModelConfig: authplugin.ModelConfig{AdditionalFields: authplugin.Fields{
			"device": {Type: authplugin.String, Optional: true},
		}}},
	}
}

// seed is row i of the table that is read: all of it follows from i, and the
// order by nickname is that of i.
type seed struct{ id, name, email, nickname string }

func seedOf(i int) seed {
	n := fmt.Sprintf("%05d", i)
	return seed{
		id:   fmt.Sprintf("%032x", uint64(i)*0x9e3779b97f4a7c15+1), // no order, as random ids have none
		name: "User " + n, email: "user" + n + "@example.com", nickname: "nick" + n,
	}
}

// is reports whether what was read is the row that was asked for.
func (s seed) is(id, name, email, nickname string) error {
	if got := (seed{id, name, email, nickname}); got != s {
		return fmt.Errorf("read %+v, want %+v", got, s)
	}
	return nil
}

func (s seed) isPlain(u *plainUser) error { return s.is(u.ID, u.Name, u.Email, u.Nickname) }

func (s seed) isUser(u *authplugin.User) error {
	return s.is(string(u.ID), u.Name, u.Email, u.Additional.String("nickname"))
}

// newID makes an id for the variants that have no plugin to do so: 32
// characters of crypto/rand.
func newID() string {
	var b [24]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func newEmail(i int, of ...string) string {
	return "new" + strings.Join(of, "") + strconv.Itoa(i) + "@example.com"
}

const (
	newName     = "New User"
	newNickname = "newcomer"
)
