package twofactor

import (
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
)

// ModelTwoFactor is the logical name of the model.
const ModelTwoFactor = "twoFactor"

// The logical names of the fields that the plugin adds to users.
const (
	// FieldEnabled says that the second factor is asked for.
	FieldEnabled = "twoFactorEnabled"
	// FieldSecret and FieldBackupCodes are there with [Options.UserColumns] only.
	FieldSecret      = "twoFactorSecret"
	FieldBackupCodes = "twoFactorBackupCodes"
)

// TwoFactor is the second factor of a user. Its secret and back-up codes are encrypted.
type TwoFactor struct {
	ID          authplugin.ID `json:"id"`
	Secret      string        `json:"-" auth:"index;secret;hidden;serverOnly"`
	BackupCodes string        `json:"-" auth:"secret;hidden;serverOnly"`
	UserID      authplugin.ID `json:"-" auth:"references:user;index;hidden;serverOnly"`
	// Verified says that the user has shown a code of the secret. Rows from before
	// there was this column have no value, and count as verified.
	Verified *bool `json:"verified" auth:"default:true;serverOnly"`
	// FailedVerificationCount is how many attempts have failed in a row.
	FailedVerificationCount *int `json:"-" auth:"default:0;hidden;serverOnly"`
	// LockedUntil is when attempts are taken again.
	LockedUntil *time.Time `json:"-" auth:"hidden;serverOnly"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// TableName is called by GORM.
func (TwoFactor) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelTwoFactor) }

// Format prints the row without what is hidden, under every verb.
func (t TwoFactor) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, t) }

// LogValue is what slog writes: the text of Format.
func (t TwoFactor) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// MarshalJSON writes the row without what is hidden.
func (t TwoFactor) MarshalJSON() ([]byte, error) { return authplugin.MarshalModel(t) }

// isVerified reports whether the secret has been confirmed.
func (t TwoFactor) isVerified() bool { return t.Verified == nil || *t.Verified }

// failures is how many attempts have failed in a row.
func (t TwoFactor) failures() int {
	if t.FailedVerificationCount == nil {
		return 0
	}
	return *t.FailedVerificationCount
}
